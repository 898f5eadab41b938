//! From API documents to files that can be run.

use serde_json::{Value, json};

use crate::{
    Answer, ToolError,
    test_ground::{App, Desk, SPEC},
};

const TOOL: &str = "fault_generate_scenarios";

async fn generate(desk: &Desk, arguments: Value) -> Result<Answer, ToolError> {
    desk.call(TOOL, arguments).await
}

async fn code(desk: &Desk, arguments: Value) -> String {
    generate(desk, arguments).await.unwrap_err().code.into_owned()
}

async fn is_valid(desk: &Desk, path: &str) -> Value {
    let answer = desk.call("fault_check_scenario", json!({ "scenario": path })).await.unwrap();
    assert_eq!(answer.structured["valid"], true, "{}", answer.text);
    answer.structured
}

#[tokio::test]
async fn every_endpoint_gets_its_scenarios_and_all_can_be_run() {
    let desk = Desk::new();
    desk.write("api.json", SPEC);
    let arguments = json!({
        "spec_file": "api.json", "base_url": "http://localhost:8080", "scenario": "all.yaml",
    });
    let answer = generate(&desk, arguments).await.unwrap();
    let (endpoints, scenarios) = (&answer.structured["endpoints"], &answer.structured["scenarios"]);
    assert_eq!(endpoints, 3);
    let line = format!("Generated {scenarios} reliability scenarios across 3 endpoints!");
    assert!(answer.text.starts_with(&line), "{}", answer.text);
    assert!(answer.text.contains("path user_id = "), "{}", answer.text);
    assert_eq!(answer.structured["files"], json!(["all.yaml"]));
    assert!(desk.read("all.yaml").starts_with("# yaml-language-server: $schema="));
    let checked = is_valid(&desk, "all.yaml").await;
    assert!(
        checked["plan"]["tests"].as_array().unwrap().len() as u64 >= scenarios.as_u64().unwrap()
    );
}

#[tokio::test]
async fn a_folder_gets_a_file_for_each_endpoint_and_loses_none() {
    let desk = Desk::new();
    desk.write("api.json", SPEC);
    desk.write("there.d/old.txt", "");
    for (folder, shown) in [("new/", "new/"), ("there.d", "there.d/"), ("suite", "suite/")] {
        let arguments = json!({
            "spec_file": "api.json", "base_url": "http://localhost:8080", "scenario": folder,
        });
        let answer = generate(&desk, arguments).await.unwrap();
        let expected: Vec<String> = ["get_root", "get_users_user_id", "delete_users_user_id"]
            .map(|stem| format!("{shown}{stem}.yaml"))
            .into();
        assert_eq!(answer.structured["files"], json!(expected));
        is_valid(&desk, folder).await;
    }
}

#[tokio::test]
async fn a_document_from_the_web_says_by_its_address_where_the_api_is() {
    let (desk, app) = (Desk::new(), App::start().await);
    let url = format!("http://{}/openapi.json", app.address);
    let answer = generate(&desk, json!({ "spec_url": url, "filter": "GET /" })).await.unwrap();
    assert_eq!(answer.structured["endpoints"], 1);
    let content = answer.structured["content"].as_str().unwrap();
    assert!(content.contains(&format!("http://{}/", app.address)), "{content}");
    let checked = desk.call("fault_check_scenario", json!({ "content": content })).await.unwrap();
    assert_eq!(checked.structured["valid"], true, "{}", checked.text);
}

#[tokio::test]
async fn a_url_gets_scenarios_without_a_document() {
    let desk = Desk::new();
    let arguments = json!({
        "url": "http://localhost:8080/users/{id}?x=1", "method": "post", "scenario": "new.yaml",
    });
    let answer = generate(&desk, arguments).await.unwrap();
    let placeholder = &answer.structured["placeholders"][0];
    assert_eq!(placeholder["name"], "id");
    assert_eq!(placeholder["operations"], json!(["POST /users/{id}"]));
    is_valid(&desk, "new.yaml").await;
}

#[tokio::test]
async fn nothing_to_generate_is_always_an_error() {
    let desk = Desk::new();
    desk.write("api.json", SPEC);
    desk.write("empty.json", r#"{ "openapi": "3.1.0", "info": {}, "paths": {} }"#);
    for (arguments, expected) in [
        (json!({ "scenario": "a.yaml" }), "no_source"),
        (json!({ "spec_file": "api.json", "url": "http://a/" }), "several_sources"),
        (json!({ "spec_file": "missing.json", "scenario": "a.yaml" }), "file_not_found"),
        (json!({ "spec_file": "empty.json", "scenario": "a.yaml" }), "no_operations"),
        (json!({ "spec_file": "api.json", "filter": "/none" }), "no_operations"),
        (json!({ "spec": "nonsense", "scenario": "a.yaml" }), "not_openapi"),
        (json!({ "url": "nonsense" }), "bad_url"),
        (json!({ "url": "http://a/", "templates": ["nonsense"] }), "unknown_template"),
        (json!({ "url": "http://a/", "scenario": "../a.yaml" }), "outside_roots"),
    ] {
        assert_eq!(code(&desk, arguments.clone()).await, expected, "{arguments}");
    }
    assert!(!desk.folder.path().join("a.yaml").exists());
}

#[tokio::test]
async fn what_is_too_long_for_an_answer_is_cut_to_the_first_scenario() {
    let desk = Desk::new();
    let paths: serde_json::Map<String, Value> = (0..150)
        .map(|n| (format!("/p{n}"), json!({ "get": { "responses": { "200": {} } } })))
        .collect();
    let spec = json!({ "openapi": "3.1.0", "servers": [{ "url": "http://a" }], "paths": paths });
    let answer = generate(&desk, json!({ "spec": spec.to_string() })).await.unwrap();
    assert_eq!(answer.structured["content_cut"], true, "{}", answer.text);
    let content = answer.structured["content"].as_str().unwrap();
    assert!(content.len() < super::MOST && content.contains("/p0"), "{content}");
    assert!(answer.text.contains("name a folder"), "{}", answer.text);
}
