//! What is at risk in files and folders, as a caller is told it.

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{Answer, Progress, test_ground::Desk};

const STOCK: &str = "import requests\n\nclass Stock:\n    def level(self, item):\n        \
                     return requests.get(f\"http://stock/{item}\").json()\n";

const SAFE: &str = "import requests\n\ndef level(item):\n    \
                    return requests.post(f\"http://stock/{item}\", timeout=(1, 2)).ok\n";

fn project() -> Desk {
    let desk = Desk::new();
    desk.write("shop/stock.py", STOCK);
    desk.write("shop/safe.py", SAFE);
    desk.write("shop/tests/test_stock.py", STOCK);
    desk.write("shop/vendor/skipped.py", STOCK);
    desk.write("shop/.gitignore", "vendor/\n");
    desk.write("shop/made.py", &format!("# @generated\n{STOCK}"));
    desk.write("shop/phone.ex", "defmodule Phone do\nend\n");
    desk
}

/// Finds what breaks one rule, so that rules that are added later change nothing here.
async fn silent(desk: &Desk, own: Value) -> Result<Answer, ToolError> {
    let mut arguments = json!({ "path": "shop", "rules": ["no-timeout"] });
    for (key, value) in own.as_object().unwrap() {
        arguments[key] = value.clone();
    }
    desk.call("fault_find_risks", arguments).await
}

fn places(answer: &Answer) -> Vec<(String, u64)> {
    let risks = answer.structured["risks"].as_array().unwrap().iter();
    let place = |risk: &Value| {
        (risk["file"].as_str().unwrap().to_owned(), risk["first_line"].as_u64().unwrap())
    };
    risks.map(place).collect()
}

#[tokio::test]
async fn a_call_without_a_time_out_is_told_with_why_its_fix_and_what_to_try() {
    let answer = silent(&project(), json!({})).await.unwrap();
    assert_eq!(places(&answer), [("shop/stock.py".to_owned(), 5)], "{}", answer.text);
    let output = &answer.structured;
    assert_eq!(output["risks"][0]["function"], "Stock.level");
    let rule = &output["rules"][0];
    assert_eq!((&rule["id"], &rule["severity"]), (&json!("no-timeout"), &json!("high")));
    assert!(rule["fixes"][0].as_str().unwrap().contains("timeout="), "{rule}");
    assert_eq!(output["score"]["formula"], "2 / (2 + 1.00) = 0.67");
    assert_eq!(output["score"]["score"], 0.667);
    assert_eq!(output["concerns"]["threat"]["score"], 1.0);
    assert_eq!((&output["files"], &output["remote_calls"]), (&json!(2), &json!(2)));
    let place = "    shop/stock.py:5 in Stock.level: return requests.get(";
    assert!(answer.text.contains(place), "{}", answer.text);
    assert!(answer.text.contains("\nhigh no-timeout: "), "{}", answer.text);
    let next = &output["next"][0];
    assert_eq!(next["tool"], "fault_run_blackhole_impact_scenario");
    assert!(answer.text.contains(next["arguments"].as_str().unwrap()), "{}", answer.text);
}

#[tokio::test]
async fn code_of_tests_and_what_nobody_wrote_is_left_out_and_told() {
    let desk = project();
    let usual = silent(&desk, json!({})).await.unwrap();
    let passed = json!({
        "test_files": 1, "test_places": 0, "unchecked_files": 1, "skipped_files": 1,
        "unreadable": 0,
    });
    assert_eq!(usual.structured["passed"], passed);
    assert!(usual.text.contains("\nnot looked at: 1 file of tests (`tests` adds them)\n"));
    let all = silent(&desk, json!({ "tests": true })).await.unwrap();
    assert_eq!(all.structured["passed"]["test_files"], 0);
    assert_eq!(places(&all).len(), 2, "{}", all.text);
    // Who names a file or a folder of tests means it.
    for path in ["shop/tests", "shop/tests/test_stock.py"] {
        let named = silent(&desk, json!({ "path": path })).await.unwrap();
        assert_eq!(places(&named), [("shop/tests/test_stock.py".to_owned(), 5)], "{path}");
    }
    let none = silent(&desk, json!({ "lang": "elixir" })).await.unwrap();
    assert!(none.text.starts_with("there is no source code to look at\n"), "{}", none.text);
    assert!(none.text.contains("1 file of languages without checks"), "{}", none.text);
}

#[tokio::test]
async fn one_function_is_looked_at_alone() {
    let desk = project();
    let safe = "def other():\n    return requests.get('http://a')\n";
    desk.write("shop/both.py", &format!("{SAFE}\n{safe}"));
    for path in ["shop/both.py", "shop"] {
        let one = silent(&desk, json!({ "path": path, "func": "other" })).await.unwrap();
        assert_eq!(places(&one), [("shop/both.py".to_owned(), 7)], "{}", one.text);
        assert_eq!(one.structured["remote_calls"], 1, "{path}");
        assert_eq!(one.structured["lines"], 2, "{path}");
        let error = silent(&desk, json!({ "path": path, "func": "othr" })).await.unwrap_err();
        assert_eq!(error.code, "function_not_found", "{path}");
        assert!(error.hint.unwrap().contains("`other`"), "{path}");
    }
}

#[tokio::test]
async fn what_the_code_says_to_leave_is_left_and_counted() {
    let desk = project();
    desk.write("shop/stock.py", &STOCK.replace(".json()", ".json()  # fault-ignore: no-timeout"));
    let answer = silent(&desk, json!({})).await.unwrap();
    assert!(places(&answer).is_empty(), "{}", answer.text);
    assert_eq!(answer.structured["ignored"], 1);
    assert!(answer.text.contains("`fault-ignore` in the code: 1 place\n"), "{}", answer.text);
    assert_eq!(answer.structured["score"]["score"], 1.0);
}

#[tokio::test]
async fn what_is_not_listed_is_counted_by_its_rule() {
    let desk = project();
    let one = "def go():\n    return requests.get('http://a')\n\n";
    desk.write("many/a.py", &format!("import requests\n\n{}", one.repeat(30)));
    desk.write("many/b.py", &format!("import requests\n\n{}", one.repeat(30)));
    let few = silent(&desk, json!({ "path": "many", "limit": 2 })).await.unwrap();
    let lines = [("many/a.py".to_owned(), 4), ("many/a.py".to_owned(), 7)];
    assert_eq!(places(&few), lines, "{}", few.text);
    let left = &few.structured["left_out"][0];
    assert_eq!((&left["rule"], &left["count"]), (&json!("no-timeout"), &json!(58)));
    assert!(few.text.contains("\n58 more places not listed: no-timeout (high) 58; raise `limit`"));
    assert_eq!(few.structured["score"]["counts"]["high"], 60);
    let all = silent(&desk, json!({ "path": "many", "limit": 100 })).await.unwrap();
    assert_eq!(places(&all).len(), 60);
    let severe = json!({ "path": "many", "severity": "high", "concern": "threat" });
    let none = silent(&desk, severe).await.unwrap();
    assert_eq!(none.structured["score"]["counts"]["high"], 0, "{}", none.text);
}

#[tokio::test]
async fn an_answer_about_a_large_tree_is_short_in_both_renderings() {
    let desk = Desk::new();
    let folder = "a_folder_with_a_rather_long_name/".repeat(4);
    let long = format!("requests.get('http://a/{}')", "x".repeat(300));
    for number in 0..100 {
        let function = format!("    def a_function_with_a_long_name_{number}(self):\n");
        let body = format!("class AClassWithALongName:\n{function}        return {long}\n");
        desk.write(&format!("{folder}{number}.py"), &format!("import requests\n\n{body}"));
    }
    let answer = desk.call("fault_find_risks", json!({ "path": "." })).await.unwrap();
    let lengths = (answer.text.len(), answer.structured.to_string().len());
    assert!(lengths.0 < 20_000 && lengths.1 < 20_000, "{lengths:?}");
    assert!(places(&answer).len() > 5, "{}", answer.text);
    let listed = places(&answer).len() as u64;
    let left = answer.structured["left_out"].as_array().unwrap().iter();
    let left: u64 = left.map(|left| left["count"].as_u64().unwrap()).sum();
    let counts = answer.structured["score"]["counts"].as_object().unwrap();
    let found: u64 = counts.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(listed + left, found);
}

#[tokio::test]
async fn the_answer_is_the_same_each_time() {
    let desk = project();
    for number in 0..50 {
        desk.write(&format!("shop/{number}.py"), STOCK);
    }
    let once = silent(&desk, json!({ "limit": 3 })).await.unwrap();
    for _ in 0..5 {
        assert_eq!(silent(&desk, json!({ "limit": 3 })).await.unwrap(), once);
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_known_is_refused() {
    let desk = project();
    desk.write("shop/notes.txt", "call me\n");
    for (own, code) in [
        (json!({ "path": "shop/missing.py" }), "file_not_found"),
        (json!({ "path": ".." }), "outside_roots"),
        (json!({ "lang": "cobol" }), "language_unknown"),
        (json!({ "path": "shop/notes.txt" }), "language_unknown"),
        (json!({ "rules": ["no-time-out"] }), "unknown_rule"),
        (json!({ "severity": "awful" }), "invalid_arguments"),
        (json!({ "limit": 0 }), "invalid_arguments"),
    ] {
        let error = silent(&desk, own.clone()).await.unwrap_err();
        assert_eq!(error.code, code, "{own}");
    }
    let near = silent(&desk, json!({ "rules": ["no-time-out"] })).await.unwrap_err();
    assert_eq!(near.hint.as_deref(), Some("did you mean `no-timeout`?"));
}

#[tokio::test]
async fn a_search_that_is_cancelled_ends_as_that() {
    let desk = project();
    let stop = CancellationToken::new();
    stop.cancel();
    let arguments = json!({ "path": "shop" });
    let call = desk.call_until("fault_find_risks", arguments, stop, Progress::default());
    assert_eq!(call.await.unwrap_err().code, "cancelled");
}
