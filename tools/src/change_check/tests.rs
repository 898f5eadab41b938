//! Tests of what a diff would do, on files that break rules for real.

use serde_json::{Value, json};

use crate::{error::ToolError, test_ground::Desk, tool::Answer};

const ORDERS: &str = "import requests\n\n\ndef stock(item):\n    return requests.get(f\"http://stock/{item}\").json()\n";

const FIX: &str = "--- a/src/orders.py\n+++ b/src/orders.py\n@@ -2,5 +2,5 @@\n \n \n def stock(item):\n-    return requests.get(f\"http://stock/{item}\").json()\n+    return requests.get(f\"http://stock/{item}\", timeout=2).json()\n";

async fn check(desk: &Desk, path: &str, diff: &str) -> Result<Answer, ToolError> {
    desk.call("fault_check_change", json!({ "path": path, "diff": diff })).await
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("src/orders.py", ORDERS);
    desk
}

/// The rules of the places under a key of the first file.
fn rules(answer: &Answer, key: &str) -> Vec<String> {
    let places = answer.structured["files"][0][key].as_array().cloned().unwrap_or_default();
    places.iter().filter_map(|place| place["rule"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_time_out_makes_its_finding_go_away_and_the_score_rise() {
    let desk = desk();
    let answer = check(&desk, ".", FIX).await.unwrap();
    assert_eq!(answer.structured["applies"], true, "{}", answer.text);
    assert!(rules(&answer, "gone").contains(&"no-timeout".to_owned()), "{}", answer.text);
    assert_eq!(rules(&answer, "new"), [""; 0], "{}", answer.text);
    let score = |side: &str| answer.structured["score"][side].as_f64().unwrap();
    assert!(score("after") > score("before"), "{}", answer.text);
    assert_eq!(answer.structured["files"][0]["parses"], true);
    assert!(
        answer.text.contains("- no-timeout (high) src/orders.py:5 in stock: "),
        "{}",
        answer.text
    );
    assert_eq!(desk.read("src/orders.py"), ORDERS, "nothing is written");
}

#[tokio::test]
async fn a_file_may_be_named_in_place_of_its_folder() {
    let desk = desk();
    let answer = check(&desk, "src/orders.py", FIX).await.unwrap();
    assert_eq!(answer.structured["applies"], true, "{}", answer.text);
    desk.write("src/other.py", ORDERS);
    let error = check(&desk, "src/other.py", FIX).await.unwrap_err();
    assert_eq!(error.code, "diff_outside_tree");
}

#[tokio::test]
async fn a_change_that_helps_nothing_keeps_what_is_at_risk() {
    let diff = FIX.replace(", timeout=2", ", headers={}");
    let answer = check(&desk(), ".", &diff).await.unwrap();
    assert!(rules(&answer, "gone").is_empty() && rules(&answer, "new").is_empty());
    assert_ne!(answer.structured["files"][0]["kept"], 0, "{}", answer.text);
    assert!(answer.text.contains("as they were"), "{}", answer.text);
}

#[tokio::test]
async fn what_is_new_is_told_with_what_to_do() {
    let diff = "--- /dev/null\n+++ b/src/more.py\n@@ -0,0 +1,5 @@\n+import requests\n+\n+\n+def price(item):\n+    return requests.get(item)\n";
    let answer = check(&desk(), ".", diff).await.unwrap();
    assert!(rules(&answer, "new").contains(&"no-timeout".to_owned()), "{}", answer.text);
    assert_eq!(answer.structured["files"][0]["fate"], "made");
    assert!(answer.text.contains("  fix no-timeout: "), "{}", answer.text);
}

#[tokio::test]
async fn a_change_that_breaks_the_file_says_so() {
    let diff = FIX.replace("timeout=2).json()", "timeout=2).json((");
    let answer = check(&desk(), ".", &diff).await.unwrap();
    assert_eq!(answer.structured["files"][0]["parses"], false, "{}", answer.text);
    assert_eq!(answer.structured["files"][0]["parsed_before"], true, "{}", answer.text);
    assert!(answer.text.contains("does not parse any more"), "{}", answer.text);
}

#[tokio::test]
async fn a_diff_that_does_not_fit_is_an_answer_and_one_that_is_none_is_an_error() {
    let desk = desk();
    let answer = check(&desk, ".", &FIX.replace("def stock", "def stocks")).await.unwrap();
    assert_eq!(answer.structured["applies"], false);
    assert_eq!(answer.structured["problem"]["code"], "diff_does_not_apply");
    assert_eq!(answer.structured["files"], Value::Array(Vec::new()));
    assert!(answer.text.contains("`def stock(item):`"), "{}", answer.text);
    assert_eq!(check(&desk, ".", "nothing").await.unwrap_err().code, "bad_diff");
    let out = FIX.replace("src/orders.py", "../orders.py");
    assert_eq!(check(&desk, ".", &out).await.unwrap_err().code, "diff_outside_tree");
}

#[tokio::test]
async fn a_large_change_has_an_answer_of_bounded_length() {
    let call = "+    requests.get(\"http://stock/\" + item)\n".repeat(400);
    let diff =
        format!("--- /dev/null\n+++ b/m.py\n@@ @@\n+import requests\n+def price(item):\n{call}");
    let answer = check(&desk(), ".", &diff).await.unwrap();
    assert!(answer.text.len() < 20_000, "{}", answer.text.len());
    assert!(answer.structured.to_string().len() < 20_000);
    assert_ne!(answer.structured["left_out"], Value::Null, "{}", answer.text);
}
