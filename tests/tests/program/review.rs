//! Code that a fault will break, on the command line and in a pipeline.

use fault_tests::fault;
use fault_tests::program::Call;
use serde_json::Value;
use tempfile::TempDir;

const ORDERS: &str = "import requests\n\ndef place(item):\n    \
                      return requests.post(f\"http://shop/{item}\").json()\n";

fn project(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs_err::write(folder.path().join("orders.py"), text).expect("the folder can be written to");
    folder
}

fn review(folder: &TempDir, words: &str) -> Call {
    fault("review").arg(folder.path()).words(words)
}

#[tokio::test]
async fn a_review_tells_what_is_at_risk_and_fails_a_pipeline_only_if_it_is_asked_to() {
    let folder = project(ORDERS);
    let told = review(&folder, "--static").outcome().await.done().stdout;
    assert!(told.starts_with("score: "), "{told}");
    assert!(told.contains("orders.py:4 in place: return requests.post("), "{told}");
    assert!(told.contains("fault_run_blackhole_impact_scenario"), "{told}");

    let only = "--static --rule no-timeout --fail-on";
    for (level, code) in [("info", 1), ("medium", 1), ("high", 1)] {
        let outcome = review(&folder, &format!("{only} {level}")).outcome().await;
        assert_eq!(outcome.code(), code, "{level} {outcome:?}");
        assert!(outcome.stdout.contains("high no-timeout: "), "{level} {outcome:?}");
    }
    // The same call with a time-out passes.
    let mended = project(&ORDERS.replace("{item}\")", "{item}\", timeout=(1, 5))"));
    review(&mended, &format!("{only} info")).outcome().await.done();
    let low = "--static --rule no-retry --fail-on high";
    review(&folder, low).outcome().await.done();
}

#[tokio::test]
async fn a_review_without_a_model_says_so_and_its_json_is_the_answer_of_the_tool() {
    let folder = project(ORDERS);
    let told = review(&folder, "").outcome().await.done().stdout;
    assert!(told.contains("no model is configured"), "{told}");
    let by_rules = review(&folder, "--static").outcome().await.done().stdout;
    assert!(!by_rules.contains("no model is configured"), "{by_rules}");

    let json = review(&folder, "--static --json --severity info").outcome().await.done().stdout;
    let json: Value = serde_json::from_str(&json).expect("the structured answer");
    let arguments = serde_json::json!({ "path": folder.path(), "severity": "info" });
    let call = fault("tool fault_find_risks --json --root").arg(folder.path());
    let tool = call.arg(arguments.to_string()).outcome().await;
    let tool: Value = serde_json::from_str(&tool.done().stdout).expect("the structured answer");
    assert_eq!(json["score"], tool["score"]);
    assert_eq!(json["rules"], tool["rules"]);
}

#[tokio::test]
async fn a_review_of_what_is_not_there_or_not_known_is_refused() {
    let folder = project(ORDERS);
    let hint = review(&folder, "--static --rule no-time-out").outcome().await;
    assert!(hint.refused("unknown_rule").contains("did you mean `no-timeout`?"));
    review(&folder, "--lang cobol").outcome().await.refused("language_unknown");
    review(&folder, "--fail-on awful").outcome().await.refused("invalid_usage");
    let missing = fault("review").arg(folder.path().join("missing.py")).outcome().await;
    missing.refused("file_not_found");
}
