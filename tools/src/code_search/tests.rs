//! Searching through the tool.

use serde_json::{Value, json};

use crate::{Answer, ToolError, test_ground::Desk};

fn project() -> Desk {
    let desk = Desk::new();
    desk.write(
        "app/retry.py",
        "import time\n\ndef retry_with_backoff(call, times):\n    for attempt in range(times):\n        \
         time.sleep(2 ** attempt)\n        call()\n",
    );
    desk.write(
        "app/orders.py",
        "def place_order(item):\n    print('\\x1b[2J' + item)  # \u{1b}[31m\n",
    );
    desk.write("other/more.py", "def place_other(item):\n    pass\n");
    desk
}

async fn search(desk: &Desk, arguments: Value) -> Result<Answer, ToolError> {
    desk.call("fault_search_code", arguments).await
}

async fn indexed(folder: &str) -> Desk {
    let desk = project();
    let arguments = json!({ "source_dir": folder });
    desk.call("fault_index_source_code", arguments).await.unwrap();
    desk
}

#[tokio::test]
async fn a_place_is_told_with_its_lines_its_first_lines_and_why_it_is_there() {
    let desk = indexed("app").await;
    let arguments = json!({ "query": "back off between attempts" });
    let answer = search(&desk, arguments).await.unwrap();
    let found = &answer.structured["found"][0];
    assert_eq!(found["path"], "app/retry.py", "{}", answer.text);
    assert_eq!((&found["first_line"], &found["last_line"]), (&json!(3), &json!(6)));
    assert_eq!(
        (&found["name"], &found["kind"]),
        (&json!("retry_with_backoff"), &json!("function"))
    );
    assert!(answer.text.starts_with("1. app/retry.py:3-6 function retry_with_backoff\n   its "));
    assert!(
        answer.text.contains("\n   | def retry_with_backoff(call, times):\n"),
        "{}",
        answer.text
    );
    let note = "(found by words alone: no embedder is configured)\n";
    assert!(answer.text.ends_with(note), "{}", answer.text);
    assert_eq!(answer.structured["search"], "words");
    // The path is one that the other tools take.
    let arguments = json!({ "file": found["path"], "func": found["name"] });
    desk.call("fault_extract_code_block", arguments).await.unwrap();
}

#[tokio::test]
async fn what_a_terminal_would_act_on_is_not_shown() {
    let answer = search(&indexed("app").await, json!({ "query": "order" })).await.unwrap();
    assert!(answer.text.contains("def place_order"), "{}", answer.text);
    assert!(!answer.text.contains('\u{1b}'), "{}", answer.text);
}

#[tokio::test]
async fn without_a_folder_the_index_is_the_last_one_or_the_nearest() {
    let desk = indexed("app").await;
    let arguments = json!({ "source_dir": "other" });
    desk.call("fault_index_source_code", arguments).await.unwrap();
    let first_path = |answer: Answer| answer.structured["found"][0]["path"].clone();
    let last = search(&desk, json!({ "query": "place" })).await.unwrap();
    assert_eq!(first_path(last), "other/more.py");
    let named = json!({ "query": "place", "source_dir": "app" });
    assert_eq!(first_path(search(&desk, named).await.unwrap()), "app/orders.py");

    // A process that has indexed nothing itself.
    let other = desk.of_another_process("app");
    let nearest = search(&other, json!({ "query": "place" })).await.unwrap();
    assert_eq!(first_path(nearest), "orders.py");
    // What lies above its root is none of its business.
    let below = desk.of_another_process("app/.fault");
    assert_eq!(search(&below, json!({ "query": "place" })).await.unwrap_err().code, "no_index");
}

#[tokio::test]
async fn what_cannot_be_found_is_told_with_what_to_do() {
    let desk = project();
    for (arguments, code) in [
        (json!({ "query": "order" }), "no_index"),
        (json!({ "query": "order", "source_dir": "app" }), "no_index"),
        (json!({ "query": "order", "source_dir": ".." }), "outside_roots"),
    ] {
        let error = search(&desk, arguments.clone()).await.unwrap_err();
        assert_eq!(error.code, code, "{arguments}");
        assert!(error.hint.is_some(), "{arguments}");
    }
    // Looking does not make an index.
    assert!(!desk.folder.path().join("app/.fault").exists());
    let desk = indexed("app").await;
    for (arguments, code) in [
        (json!({ "query": "" }), "empty_query"),
        (json!({ "query": "?!" }), "empty_query"),
        (json!({ "query": "x ".repeat(10_000) }), "query_too_large"),
        (json!({ "query": "order", "limit": 0 }), "invalid_arguments"),
        (json!({ "query": "order", "limit": 101 }), "invalid_arguments"),
    ] {
        assert_eq!(search(&desk, arguments).await.unwrap_err().code, code);
    }
    let nothing = search(&desk, json!({ "query": "zebra" })).await.unwrap();
    assert!(nothing.text.starts_with("nothing fits\n"), "{}", nothing.text);
}
