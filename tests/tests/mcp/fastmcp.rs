//! FastMCP, the client that the documentation of the original uses.

use fault_tests::program::{Call, binary};
use fault_tests::{repository, tool};
use serde_json::Value;

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

#[tokio::test]
async fn fastmcp_of_the_second_generation_lists_and_calls_the_tools() {
    listed_and_called("FAULT_TEST_FASTMCP_2").await;
}

#[tokio::test]
async fn fastmcp_of_today_lists_and_calls_the_tools() {
    listed_and_called("FAULT_TEST_FASTMCP_4").await;
}
