//! Indexing through the tool: what it answers, keeps and refuses.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    Answer, CodeSettings, EmbedWith, ErrorKind, Progress, QdrantAccess, ToolError,
    test_ground::Desk,
};

fn project() -> Desk {
    let desk = Desk::new();
    desk.write(
        "app/stock.py",
        "def level(item):\n    return 3\n\nclass Stock:\n    def get(self): pass\n",
    );
    desk.write("app/orders.py", "def order(item):\n    return level(item)\n");
    desk.write("app/made.py", "# @generated\ndef made(): pass\n");
    desk.write("app/skipped/vendor.py", "def vendored(): pass\n");
    desk.write("app/.gitignore", "skipped/\n");
    desk
}

async fn index(desk: &Desk, arguments: Value) -> Result<Answer, ToolError> {
    desk.call("fault_index_source_code", arguments).await
}

fn usual() -> Value {
    json!({ "source_dir": "app", "lang": "python" })
}

#[tokio::test]
async fn the_text_is_done_and_the_counts_stand_beside_it() {
    let desk = project();
    let answer = index(&desk, usual()).await.unwrap();
    assert_eq!(answer.text, "done");
    let counts = &answer.structured;
    assert_eq!((&counts["indexed"], &counts["functions"]), (&json!(2), &json!(3)), "{counts}");
    assert_eq!(counts["skipped"], json!({ "generated": 1 }), "{counts}");
    assert_eq!((&counts["files_in_index"], &counts["search"]), (&json!(2), &json!("words")));
    let file = desk.folder.path().join("app/.fault/index.db");
    assert!(file.is_file() && counts["index"].as_str().unwrap().ends_with(".fault/index.db"));
    // It stays out of version control.
    assert_eq!(desk.read("app/.fault/.gitignore"), "*\n");
}

#[tokio::test]
async fn only_what_has_changed_is_read_again_and_what_is_gone_goes() {
    let desk = project();
    index(&desk, usual()).await.unwrap();
    let again = index(&desk, usual()).await.unwrap().structured;
    assert_eq!((&again["indexed"], &again["unchanged"]), (&json!(0), &json!(2)), "{again}");
    desk.write("app/orders.py", "def order_all(): pass\n");
    fs_err::remove_file(desk.folder.path().join("app/stock.py")).unwrap();
    let changed = index(&desk, usual()).await.unwrap().structured;
    assert_eq!((&changed["indexed"], &changed["removed"]), (&json!(1), &json!(1)), "{changed}");
    let anew = json!({ "source_dir": "app", "rebuild": true });
    let anew = index(&desk, anew).await.unwrap().structured;
    assert_eq!((&anew["indexed"], &anew["files_in_index"]), (&json!(1), &json!(1)), "{anew}");
}

#[tokio::test]
async fn a_damaged_index_is_told_and_can_be_made_anew() {
    let desk = project();
    desk.write("app/.fault/index.db", &"not a database ".repeat(1000));
    let error = index(&desk, usual()).await.unwrap_err();
    assert_eq!(error.code, "not_an_index");
    assert!(error.hint.unwrap().contains("--rebuild"));
    let anew = json!({ "source_dir": "app", "rebuild": true });
    assert_eq!(index(&desk, anew).await.unwrap().text, "done");
}

#[tokio::test]
async fn what_leads_out_or_is_no_folder_is_refused() {
    let desk = project();
    let outside = tempfile::tempdir().unwrap();
    let link = |from: &str, to: &std::path::Path| {
        std::os::unix::fs::symlink(to, desk.folder.path().join(from)).unwrap();
    };
    desk.write("linked/a.py", "def a(): pass\n");
    link("linked/.fault", outside.path());
    desk.write("beside/a.py", "def a(): pass\n");
    desk.write("beside/.fault/readme", "");
    link("beside/.fault/index.db-wal", &desk.folder.path().join("app/stock.py"));
    link("out", outside.path());
    for (folder, code) in [
        ("linked", "outside_roots"),
        ("beside", "outside_roots"),
        ("out", "outside_roots"),
        ("/etc", "outside_roots"),
        ("missing", "file_not_found"),
        ("app/stock.py", "not_a_folder"),
    ] {
        let error = index(&desk, json!({ "source_dir": folder })).await.unwrap_err();
        assert_eq!(error.code, code, "{folder}");
    }
    assert_eq!(fs_err::read_dir(outside.path()).unwrap().count(), 0);
    let unknown = json!({ "source_dir": "app", "lang": "cobol" });
    assert_eq!(index(&desk, unknown).await.unwrap_err().code, "language_unknown");
}

#[tokio::test]
async fn a_call_that_is_cancelled_says_that_the_rest_can_follow() {
    let (desk, cancel) = (project(), CancellationToken::new());
    cancel.cancel();
    let progress = Progress::default();
    let call = desk.call_until("fault_index_source_code", usual(), cancel, progress).await;
    let error = call.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert!(error.hint.unwrap().contains("call again for the rest"));
    assert_eq!(index(&desk, usual()).await.unwrap().text, "done");
}

#[tokio::test]
async fn progress_is_told() {
    let (desk, heard) = (project(), Arc::new(Mutex::new(Vec::new())));
    let ears = heard.clone();
    let progress = Progress::new(move |update| ears.lock().unwrap().push(update.message));
    let never = CancellationToken::new();
    desk.call_until("fault_index_source_code", usual(), never, progress).await.unwrap();
    let heard = heard.lock().unwrap();
    assert!(heard.first().is_some_and(|first| first.ends_with(" files")), "{heard:?}");
}

#[tokio::test]
async fn an_index_is_kept_in_the_file_that_the_command_line_names() {
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("mine.db");
    // The file that is named comes before a Qdrant that is only known.
    let qdrant = QdrantAccess { url: "http://127.0.0.1:1".into(), key: None, collection: None };
    let desk = project().with_code(CodeSettings {
        index: Some(file.clone()),
        qdrant: Some(qdrant),
        ..CodeSettings::default()
    });
    let answer = index(&desk, usual()).await.unwrap();
    assert_eq!(answer.structured["index"], file.to_string_lossy().as_ref());
    assert!(file.is_file() && !desk.folder.path().join("app/.fault").exists());
    let found = desk.call("fault_search_code", json!({ "query": "order" })).await.unwrap();
    assert_eq!(found.structured["found"][0]["path"], "app/orders.py", "{}", found.text);
}

#[tokio::test]
async fn a_model_that_is_not_there_leaves_an_index_of_words_and_says_so() {
    let desk =
        project().with_code(CodeSettings { embed: EmbedWith::OpenAi, ..CodeSettings::default() });
    let error = index(&desk, usual()).await.unwrap_err();
    assert_eq!(error.code, "llm_key_missing");
    assert!(error.message.contains("by words, and not by meaning"), "{}", error.message);
    assert!(error.hint.unwrap().contains("OPENAI_API_KEY"));
    let found = desk.call("fault_search_code", json!({ "query": "order" })).await.unwrap();
    assert!(!found.structured["found"].as_array().unwrap().is_empty());
    assert!(found.text.contains("found by words alone: "), "{}", found.text);
}

#[tokio::test]
async fn an_index_is_only_copied_to_a_qdrant_that_is_known() {
    let desk = project();
    let arguments = json!({ "source_dir": "app", "to": "qdrant" });
    assert_eq!(index(&desk, arguments).await.unwrap_err().code, "no_qdrant");
}
