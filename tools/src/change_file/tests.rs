//! Better files with and without a model.

use serde_json::{Value, json};

use crate::{
    change,
    test_ground::{
        Desk,
        model::{Model, Reply},
    },
};

const OLD: &str = "import requests\n\nAPI_KEY = 'abcdef0123456789'\n\ndef fetch(url):\n    \
                   return requests.get(url, headers={'key': API_KEY}).json()\n";

const TOOL: &str = "fault_make_reliability_and_perf_changes";

fn changes(new: &str) -> Value {
    json!({
        "score": 0.2, "explanation": "It hung.", "new": new, "dependencies": ["tenacity>=9\n", ""],
    })
}

fn better() -> String {
    OLD.replace("API_KEY})", "API_KEY}, timeout=3)")
}

#[tokio::test]
async fn a_better_file_is_answered_and_none_is_written() {
    // The model never sees the secret, and it comes back into its answer.
    let seen = better().replace("abcdef0123456789", "FAULT_REDACTED_1");
    let model = Model::start([Reply::json(&changes(&seen))]).await;
    let desk = Desk::new().with_llm(model.settings());
    desk.write("app/app.py", OLD);
    let answer = desk.call(TOOL, json!({ "file": "app/app.py" })).await.unwrap();
    let text: Value = serde_json::from_str(&answer.text).unwrap();
    let keys: Vec<&String> = text.as_object().unwrap().keys().take(6).collect();
    assert_eq!(keys, ["score", "explanation", "old", "new", "dependencies", "diff"]);
    assert_eq!((&text["old"], &text["new"]), (&json!(OLD), &json!(better())));
    assert_eq!(text["dependencies"], json!(["tenacity>=9"]));
    assert_eq!(text["rules_mended"], json!(["no-timeout"]));
    let diff = change::parse(text["diff"].as_str().unwrap()).unwrap();
    assert_eq!(diff[0].path(), "app/app.py");
    assert_eq!(change::apply(OLD, &diff[0]).unwrap(), better());
    assert_eq!(desk.read("app/app.py"), OLD, "the file is as it was");
    assert!(!model.asked()[0].contains("abcdef0123456789"));
}

#[tokio::test]
async fn without_a_model_the_file_stays_and_the_host_is_told_what_to_do() {
    let desk = Desk::new();
    desk.write("app.py", OLD);
    let found = desk.call(TOOL, json!({ "file": "app.py" })).await.unwrap().structured;
    assert_eq!((&found["old"], &found["new"]), (&json!(OLD), &json!(OLD)));
    assert_eq!((&found["diff"], &found["dependencies"]), (&json!(""), &json!([])));
    assert_eq!(found["analysis_by"], "host");
    let concise = json!({ "file": "app.py", "response_format": "concise" });
    let concise = desk.call(TOOL, concise).await.unwrap().structured;
    assert!(concise.get("old").is_none() && concise.get("new").is_none());
    let outside = desk.call(TOOL, json!({ "file": "/etc/passwd" })).await.unwrap_err();
    assert_eq!(outside.code, "outside_roots");
    assert!(found["score"].as_f64().unwrap() < 1.0);
    let instructions = found["instructions"].as_str().unwrap();
    assert!(instructions.contains("def fetch(url)") && !instructions.contains("abcdef012345"));
}

#[tokio::test]
async fn a_long_file_is_answered_by_its_diff_unless_all_is_asked_for() {
    let old = OLD.to_owned() + &"# a line that says nothing\n".repeat(800);
    let new = old
        .replace("API_KEY})", "API_KEY}, timeout=3)")
        .replace("abcdef0123456789", "FAULT_REDACTED_1");
    let twice = [("change-file", changes(&new)), ("change-file", changes(&new))];
    let desk = Desk::new().with_answers(&twice);
    desk.write("app.py", &old);
    let brief = desk.call(TOOL, json!({ "file": "app.py" })).await.unwrap();
    assert!(brief.text.len() < 20_000, "{}", brief.text.len());
    assert!(brief.structured.get("old").is_none() && brief.structured.get("new").is_none());
    assert!(brief.structured["note"].as_str().unwrap().contains("response_format"));
    let diff = change::parse(brief.structured["diff"].as_str().unwrap()).unwrap();
    assert!(change::apply(&old, &diff[0]).unwrap().contains("timeout=3"));
    let full = json!({ "file": "app.py", "response_format": "full" });
    let full = desk.call(TOOL, full).await.unwrap();
    assert_eq!(full.structured["old"], json!(old));
}

#[tokio::test]
async fn a_file_that_is_too_much_for_a_model_is_not_sent() {
    let model = Model::start([]).await;
    let desk = Desk::new().with_llm(model.settings());
    desk.write("app.py", &"x = 1\n".repeat(20_000));
    let error = desk.call(TOOL, json!({ "file": "app.py" })).await.unwrap_err();
    assert_eq!(error.code, "file_too_large");
    assert!(error.hint.unwrap().contains("function by function"));
    assert!(model.asked().is_empty());
    let plain = Desk::new();
    plain.write("app.py", &"x = 1\n".repeat(20_000));
    assert!(plain.call(TOOL, json!({ "file": "app.py" })).await.unwrap().text.len() < 20_000);
}

#[tokio::test]
async fn code_around_the_file_is_sent_if_its_folder_is_indexed() {
    let around = "import app\n\ndef everything():\n    return [app.fetch(url) for url in 'ab']\n";
    for indexed in [false, true] {
        let seen = better().replace("abcdef0123456789", "FAULT_REDACTED_1");
        let model = Model::start([Reply::json(&changes(&seen))]).await;
        let desk = Desk::new().with_llm(model.settings());
        desk.write("app.py", OLD);
        desk.write("all.py", around);
        desk.write("other.py", &format!("def fetch_more():\n    return '{}'\n", "x".repeat(9_000)));
        if indexed {
            let folder = desk.folder.path().to_str().unwrap().to_owned();
            desk.call("fault_index_source_code", json!({ "source_dir": folder })).await.unwrap();
        }
        desk.call(TOOL, json!({ "file": "app.py" })).await.unwrap();
        let asked = model.asked().swap_remove(0);
        assert_eq!(asked.contains("def everything()"), indexed, "{asked}");
        assert!(asked.len() < 20_000, "what is too long is left out: {}", asked.len());
    }
}
