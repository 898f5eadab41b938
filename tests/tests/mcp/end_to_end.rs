//! The way of the documentation from a folder to a better file, in FastMCP: with a model of each
//! provider that its scripts name, and with none.

use std::path::Path;

use fault_tests::model::{FORMS, Form, KEY, Model, TOKENS};
use fault_tests::program::{Call, binary};
use fault_tests::{repository, tool};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An application whose calls have neither a look at the status nor a second attempt.
const APP: &str = "import os\n\nimport requests\nfrom fastapi import FastAPI\n\n\
    UPSTREAM_URL = os.getenv(\"UPSTREAM_URL\", \"http://127.0.0.1:9\")\n\napp = FastAPI()\n\n\n\
    @app.get(\"/\")\ndef index():\n    return requests.get(f\"{UPSTREAM_URL}/todos/1\").json()\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("app");
    fs_err::create_dir(&app).expect("the folder can be written to");
    fs_err::write(app.join("app.py"), APP).expect("the folder can be written to");
    folder
}

/// What the script says with these options and this key.
async fn said(python: &Path, folder: &TempDir, options: &[&str], key: Option<&str>) -> Value {
    let script = repository::root().join("tests/data/fastmcp_e2e.py");
    let mut call = Call::of(python, "fastmcp").arg(script).arg(binary()).arg(folder.path());
    for option in options {
        call = call.arg(option);
    }
    if let Some(key) = key {
        call = call.env(key, KEY);
    }
    let outcome = call.outcome().await.done();
    let said: Value = serde_json::from_str(outcome.stdout.trim()).expect("what it found");
    let file = fs_err::read_to_string(folder.path().join("app/app.py"));
    assert_eq!(file.expect("the file is there"), APP, "no file is changed");
    assert_eq!(said["indexed"], "done");
    said
}

/// Without a model the evidence, the question and the shape of the answer come back.
async fn without_a_model(variable: &str) {
    let Some(python) = tool::python_of(variable, "fastmcp").await else { return };
    let said = said(&python, &folder(), &[], None).await;
    let answer = &said["answer"];
    let keys: Vec<&String> = answer.as_object().expect("an object").keys().take(6).collect();
    assert_eq!(keys, ["score", "explanation", "old", "new", "dependencies", "diff"]);
    assert_eq!((&answer["old"], &answer["new"]), (&json!(APP), &json!(APP)));
    assert_eq!((&answer["diff"], &answer["analysis_by"]), (&json!(""), &json!("host")));
    let score = answer["score"].as_f64().expect("a score");
    assert!(score > 0.0 && score < 0.7, "{score}");
    assert!(answer["evidence"].to_string().contains("no-timeout"), "{answer}");
    assert!(answer["answer_schema"]["properties"]["new"].is_object(), "{answer}");
    assert!(said["length"].as_u64().is_some_and(|length| length < 20_000), "{said}");
}

/// With a model its file comes back, and the difference as we computed it.
async fn with_a_model(variable: &str, form: Form) {
    let Some(python) = tool::python_of(variable, "fastmcp").await else { return };
    let new = APP.replace("todos/1\")", "todos/1\", timeout=(2, 5))");
    let answer = json!({
        "score": 0.2, "explanation": "It may wait for ever.", "new": new, "dependencies": [],
    });
    let model = Model::start(form, vec![("todos/1", answer)]).await;
    let endpoint = model.endpoint(form);
    let options = ["--llm-client", form.client, "--llm-endpoint", &endpoint];
    let options = [&options[..], &["--llm-prompt-reasoning-model", "a-model"]].concat();
    let said = said(&python, &folder(), &options, form.key).await;
    let answer = &said["answer"];
    assert_eq!((&answer["score"], &answer["analysis_by"]), (&json!(0.2), &json!("model")));
    assert_eq!((&answer["old"], &answer["new"]), (&json!(APP), &json!(new)));
    let diff = answer["diff"].as_str().expect("a diff");
    // It is applied in the folder that was indexed.
    assert!(diff.starts_with("--- a/app.py\n+++ b/app.py\n"), "{diff}");
    assert!(
        diff.contains("-    return requests.get(f\"{UPSTREAM_URL}/todos/1\").json()"),
        "{diff}"
    );
    assert!(diff.contains("+    return requests.get(f\"{UPSTREAM_URL}/todos/1\", timeout=(2, 5))"));
    assert_eq!(answer["usage"]["input_tokens"], TOKENS.0, "{answer}");
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test]
async fn a_better_file_is_asked_for_in_fastmcp_of_the_second_generation() {
    without_a_model("FAULT_TEST_FASTMCP_2").await;
    with_a_model("FAULT_TEST_FASTMCP_2", FORMS[1]).await;
}

#[tokio::test]
async fn a_better_file_is_asked_for_in_fastmcp_of_today_with_the_model_of_each_provider() {
    without_a_model("FAULT_TEST_FASTMCP_4").await;
    for form in FORMS {
        with_a_model("FAULT_TEST_FASTMCP_4", form).await;
    }
}
