//! Questions in SQL through the tool.

use serde_json::{Value, json};

use crate::{
    Answer, ToolError,
    test_ground::{App, Desk},
};

const CODE: &str = "import requests\n\ndef load(item):\n    return requests.get(item)\n\n\
                    def both():\n    load(1)\n    load(2)\n";

async fn indexed() -> Desk {
    let desk = Desk::new();
    desk.write("app/stock.py", CODE);
    let arguments = json!({ "source_dir": "app" });
    desk.call("fault_index_source_code", arguments).await.unwrap();
    desk
}

async fn query(desk: &Desk, arguments: Value) -> Result<Answer, ToolError> {
    desk.call("fault_query_index", arguments).await
}

#[tokio::test]
async fn a_question_is_answered_as_a_table_and_as_rows() {
    let sql = "SELECT name, first_line FROM chunks WHERE kind = 'function' ORDER BY first_line";
    let answer = query(&indexed().await, json!({ "sql": sql })).await.unwrap();
    assert_eq!(answer.structured["columns"], json!(["name", "first_line"]));
    assert_eq!(answer.structured["rows"], json!([["load", 3], ["both", 6]]));
    assert!(answer.text.contains("load") && answer.text.ends_with("2 rows"), "{}", answer.text);
}

#[tokio::test]
async fn the_tables_that_the_description_names_are_there() {
    let desk = indexed().await;
    for sql in [
        "SELECT path, language, hash, lines, chunks FROM files",
        "SELECT id, path, kind, name, language, first_line, last_line, text FROM chunks",
        "SELECT chunk, callee FROM calls",
        "SELECT chunk, path FROM imports",
        "SELECT chunk, kind, path FROM remote_calls",
    ] {
        let answer = query(&desk, json!({ "sql": sql })).await.unwrap();
        assert!(!answer.structured["rows"].as_array().unwrap().is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn results_of_scenarios_are_tables_beside_those_of_the_index() {
    let (desk, app) = (indexed().await, App::start().await);
    let arguments = json!({
        "content": app.scenario("/broken", 30), "result": "results.json", "seed": "7",
    });
    desk.call("fault_run_scenario", arguments).await.unwrap();
    let sql = "SELECT scenario, verdict, method, hit > 0, status, callee FROM tests \
               JOIN test_faults USING (test) JOIN test_calls USING (test) \
               CROSS JOIN (SELECT min(callee) AS callee FROM calls) \
               WHERE phase = 'faulted' LIMIT 1";
    let with_both = json!({ "sql": sql, "results": "results.json" });
    let answer = query(&desk, with_both).await.unwrap();
    let row = &answer.structured["rows"][0];
    assert_eq!((&row[0], &row[2]), (&json!("A slow /broken"), &json!("GET")), "{}", answer.text);
    assert_eq!((&row[4], &row[5]), (&json!(500), &json!("load")), "{}", answer.text);

    let without_index = desk.of_another_process(".");
    let sql = "SELECT count(*) AS tests FROM tests";
    let alone = query(&without_index, json!({ "sql": sql, "results": "results.json" })).await;
    assert_eq!(alone.unwrap().structured["rows"], json!([[1]]));
}

#[tokio::test]
async fn a_question_that_writes_or_reaches_out_is_refused_and_changes_nothing() {
    let desk = indexed().await;
    let index = desk.folder.path().join("app/.fault/index.db");
    let attach = format!("ATTACH '{}' AS other", desk.folder.path().join("new.db").display());
    for sql in [
        "DELETE FROM files",
        "DROP TABLE files",
        "INSERT INTO files SELECT * FROM files",
        "PRAGMA user_version = 9",
        "SELECT 1; DELETE FROM files",
        "SELECT load_extension('x')",
        "VACUUM INTO '/tmp/copy.db'",
        &attach,
    ] {
        let error = query(&desk, json!({ "sql": sql })).await.unwrap_err();
        assert!(matches!(error.code.as_ref(), "query_refused" | "query_failed"), "{sql}: {error}");
    }
    assert!(index.is_file() && !desk.folder.path().join("new.db").exists());
    let left = query(&desk, json!({ "sql": "SELECT count(*) FROM files" })).await.unwrap();
    assert_eq!(left.structured["rows"], json!([[1]]));
}

#[tokio::test]
async fn what_is_wrong_or_too_much_is_told() {
    let desk = indexed().await;
    for (arguments, code) in [
        (json!({ "sql": "SELECT * FROM nothing" }), "query_failed"),
        (json!({ "sql": "" }), "query_failed"),
        (json!({ "sql": " ".repeat(200_000) }), "query_too_large"),
        (json!({ "sql": "SELECT 1", "results": "app/stock.py" }), "not_results"),
        (json!({ "sql": "SELECT 1", "source_dir": "/etc" }), "outside_roots"),
    ] {
        let error = query(&desk, arguments).await.unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.hint.is_some());
    }
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) ";
    let few = json!({ "sql": format!("{numbers} SELECT i FROM n"), "limit": 2 });
    let few = query(&desk, few).await.unwrap();
    assert_eq!(few.structured["truncated"], true);
    assert!(few.text.ends_with("2 rows, and there are more (raise `limit`, or ask for less)"));
    let wide = json!({ "sql": format!("{numbers} SELECT hex(zeroblob(1000)) FROM n") });
    let wide = query(&desk, wide).await.unwrap();
    let rows = wide.structured["rows"].as_array().unwrap().len();
    assert!((1..50).contains(&rows) && wide.structured["truncated"] == true, "{rows}");
}
