//! FastMCP, the client that the documentation of the original uses.

use fault_tests::program::{Call, binary};
use fault_tests::{repository, tool};
use serde_json::{Value, json};

/// Has a FastMCP list and call the tools.
async fn listed_and_called(variable: &str) {
    let Some(python) = tool::python_of(variable, "fastmcp").await else { return };
    let script = repository::root().join("tests/data/fastmcp_client.py");
    let call = Call::of(&python, "fastmcp").arg(script).arg(binary());
    let outcome = call.outcome().await.done();
    let said: Value = serde_json::from_str(outcome.stdout.trim()).expect("what it found");
    assert!(said["tools"].as_u64().is_some_and(|count| count >= 14), "{said}");
    assert_eq!(said["listed"], 1, "{said}");
    assert!(said["text"].as_str().is_some_and(|text| text.starts_with("started ")), "{said}");
    assert!(said["error"].as_str().is_some_and(|text| text.contains("hint: ")), "{said}");
}

/// Has a FastMCP call the documented tools for source code.
async fn code_read(variable: &str) {
    let Some(python) = tool::python_of(variable, "fastmcp").await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let text = "class Orders:\n    @logged\n    def place(self, item):\n        return item\n";
    fs_err::write(folder.path().join("orders.py"), text).expect("the folder can be written to");
    let log = folder.path().join("fault.log");
    let script = repository::root().join("tests/data/fastmcp_code.py");
    let call = Call::of(&python, "fastmcp").arg(script).arg(binary()).arg(folder.path()).arg(&log);
    let outcome = call.outcome().await.done();
    let said: Value = serde_json::from_str(outcome.stdout.trim()).expect("what it found");

    let indexed = &said["fault_index_source_code"];
    assert_eq!((&indexed["text"], &indexed["structured"]["indexed"]), (&json!("done"), &json!(1)));
    let text_of = |name: &str| -> Value {
        let text = said[name]["text"].as_str().expect("a text");
        serde_json::from_str(text).expect("the text is JSON")
    };
    assert_eq!(text_of("fault_list_function_names"), json!(["Orders.place"]));
    let full = "    @logged\n    def place(self, item):\n        return item";
    let block = json!({ "full": full, "body": "        return item" });
    assert_eq!(text_of("fault_extract_code_block"), block);
    // A key that is there for the model is in no log.
    let log = fs_err::read_to_string(log).expect("the log is there");
    assert!(!log.contains("sk-not-a-real-one"), "{log}");
}

#[tokio::test]
async fn the_documented_calls_for_code_run_in_fastmcp_of_the_second_generation() {
    code_read("FAULT_TEST_FASTMCP_2").await;
}

#[tokio::test]
async fn the_documented_calls_for_code_run_in_fastmcp_of_today() {
    code_read("FAULT_TEST_FASTMCP_4").await;
}

#[tokio::test]
async fn fastmcp_of_the_second_generation_lists_and_calls_the_tools() {
    listed_and_called("FAULT_TEST_FASTMCP_2").await;
}

#[tokio::test]
async fn fastmcp_of_today_lists_and_calls_the_tools() {
    listed_and_called("FAULT_TEST_FASTMCP_4").await;
}
