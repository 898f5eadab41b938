//! What is generated of a whole document, and which documents are refused.

use serde_json::{Value, json};

use super::*;
use crate::file;
use crate::plan::{self, PlanOptions};

mod requests;
mod templates;

const SOURCE: &str = "http://localhost:9090/openapi.json";

fn document(value: &Value) -> Document {
    read_document(&value.to_string(), SOURCE).unwrap()
}

/// A document with these paths.
fn with_paths(version: &str, paths: Value) -> Value {
    json!({"openapi": version, "info": {"title": "t", "version": "1"}, "paths": paths})
}

fn generate(paths: Value) -> Generated {
    scenarios(&document(&with_paths("3.1.0", paths)), &Options::default()).unwrap()
}

/// The call of the only operation.
fn call(paths: Value) -> CallSpec {
    generate(paths).endpoints[0].scenarios[0].items[0].call.clone()
}

fn segments(scenario: &Scenario) -> Vec<(&str, &str)> {
    let paths = scenario.config.iter().flat_map(|config| &config.http).flat_map(|http| &http.paths);
    let segments = paths.flat_map(|paths| &paths.segments);
    segments.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Everything that is generated is a scenario file that reads back as it was, and of which nothing is amiss when it is
/// to be run.
fn check_reads_back(generated: &Generated) {
    for endpoint in &generated.endpoints {
        let name = format!("{} {}", endpoint.method, endpoint.path);
        let text = file::write(&endpoint.scenarios);
        let documents = file::read(&text, "scenario.yaml")
            .unwrap_or_else(|problems| panic!("{name}: {problems:?}\n{text}"));
        let read: Vec<_> = documents.iter().map(|document| document.scenario.clone()).collect();
        assert_eq!(json!(read), json!(endpoint.scenarios), "{name}");
        let plan = plan::plan(documents, &PlanOptions::default())
            .unwrap_or_else(|problems| panic!("{name}: {problems:?}\n{text}"));
        assert_eq!(plan.outline().notes, [], "{name}");
    }
}

fn users() -> Value {
    let status = |code: &str| json!({code: {"description": "done"}});
    json!({
        "/": {"get": {"operationId": "read_root", "responses": status("200")}},
        "/users/": {"post": {"operationId": "create_user", "responses": status("201"),
            "requestBody": {"content": {"application/json": {"schema": {
                "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}}}}}},
        "/users/{user_id}": {"get": {"operationId": "read_user", "responses": status("200"),
            "parameters": [{"name": "user_id", "in": "path", "required": true, "schema": {"type": "integer"}}]}},
    })
}

#[test]
fn both_versions_give_the_same_operations() {
    let names = |version: &str| {
        let document = document(&with_paths(version, users()));
        document.operations().iter().map(Operation::name).collect::<Vec<_>>()
    };
    let expected = ["GET /", "POST /users/", "GET /users/{user_id}"];
    for version in ["3.0.0", "3.0.3", "3.1.0", "3.1.1"] {
        assert_eq!(names(version), expected, "{version}");
        let document = document(&with_paths(version, users()));
        assert_eq!(scenarios(&document, &Options::default()).unwrap().count(), 24, "{version}");
    }
}

#[test]
fn three_endpoints_give_twenty_four_scenarios_and_as_many_files_as_endpoints() {
    let generated = generate(users());
    assert_eq!(generated.summary(), "Generated 24 reliability scenarios across 3 endpoints!");
    let stems: Vec<&str> = generated.endpoints.iter().map(|it| it.file_stem.as_str()).collect();
    assert_eq!(stems, ["get_root", "post_users", "get_users_user_id"]);
    assert_eq!(generated.scenarios().count(), 24);
    check_reads_back(&generated);
}

#[test]
fn path_parameters_stay_in_the_url_and_get_values() {
    let generated = generate(users());
    for scenario in &generated.endpoints[2].scenarios {
        let item = &scenario.items[0];
        assert_eq!(item.call.url, "http://localhost:9090/users/{user_id}");
        assert_eq!(segments(scenario), [("user_id", "1")]);
        assert_eq!(item.context.upstreams, ["http://localhost:9090"]);
        assert_eq!(item.call.meta.as_ref().unwrap().operation_id.as_deref(), Some("read_user"));
    }
    let placeholder = generated.placeholders.iter().find(|it| it.name == "user_id").unwrap();
    assert_eq!((placeholder.place, placeholder.value_used.as_str()), (Place::Path, "1"));
    assert_eq!(placeholder.operations, ["GET /users/{user_id}"]);
}

#[test]
fn what_is_no_openapi_document_is_refused_with_a_code_and_a_hint() {
    for (text, code) in [
        ("", "not_openapi"),
        ("[1]", "not_openapi"),
        ("<html><body>not found</body></html>", "not_openapi"),
        (r#"{"asyncapi": "3.0.0"}"#, "not_openapi"),
        (r#"{"swagger": "2.0", "paths": {}}"#, "unsupported_openapi"),
        ("openapi: 3.2.0\npaths: {}", "unsupported_openapi"),
        (r#"{"openapi": "3.0.3", "paths": "#, "unreadable_document"),
        ("openapi: 3.0.3\npaths: [", "unreadable_document"),
    ] {
        let error = read_document(text, "openapi.yaml").unwrap_err();
        assert_eq!((error.code(), error.hint().is_empty()), (code, false), "{text}: {error}");
        assert!(error.to_string().contains("`openapi.yaml`"), "{error}");
    }
    let error = read_document("{\"openapi\": \"3.0.3\",\n \"paths\": [}", "o.json").unwrap_err();
    assert_eq!(error.to_string(), "`o.json` cannot be read at line 2, column 12: expected value");
}

#[test]
fn yaml_means_the_same_as_json() {
    let yaml = "openapi: 3.1\nservers:\n  - url: http://h\npaths:\n  /a:\n    get:\n      operationId: no\n      \
                responses:\n        201: {description: done}\n      parameters:\n        - {name: q, in: query, \
                required: true, schema: {type: string, enum: [no, 0123]}}\n";
    let generated =
        scenarios(&read_document(yaml, "o.yaml").unwrap(), &Options::default()).unwrap();
    let item = &generated.endpoints[0].scenarios[0].items[0];
    assert_eq!(item.call.url, "http://h/a?q=no");
    assert_eq!(item.expect.as_ref().unwrap().status, Some(201));
    assert_eq!(generated.endpoints[0].operation_id.as_deref(), Some("no"));
}

#[test]
fn a_document_or_filter_without_operations_is_an_error() {
    let none = |paths, filter: &[&str]| {
        let filter = filter.iter().map(|it| (*it).to_owned()).collect();
        let options = Options { filter, ..Options::default() };
        scenarios(&document(&with_paths("3.0.3", paths)), &options).unwrap_err()
    };
    assert_eq!(none(json!({}), &[]).code(), "no_operations");
    assert_eq!(none(json!({"/a": {"parameters": []}}), &[]).code(), "no_operations");
    let error = none(users(), &["GET /nothing*"]);
    assert_eq!(error.code(), "no_operations");
    assert!(error.to_string().contains("`GET /nothing*`") && error.hint().contains('*'), "{error}");
}

#[test]
fn a_filter_picks_operations_by_method_and_path_or_by_name() {
    for (filter, expected) in [
        (&["GET *"][..], &["GET /", "GET /users/{user_id}"][..]),
        (&["post /users*"], &["POST /users/"]),
        (&["read_*"], &["GET /", "GET /users/{user_id}"]),
        (&["create_user", "GET /"], &["GET /", "POST /users/"]),
        (&["/users/*"], &["POST /users/", "GET /users/{user_id}"]),
    ] {
        let filter = filter.iter().map(|it| (*it).to_owned()).collect();
        let options = Options { filter, ..Options::default() };
        let generated = scenarios(&document(&with_paths("3.0.3", users())), &options).unwrap();
        let names: Vec<String> =
            generated.endpoints.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
        assert_eq!(names, expected);
    }
}

#[test]
fn a_base_url_of_the_users_takes_the_place_of_all_others() {
    let document = document(&with_paths("3.0.3", users()));
    let with_base = |base: &str| {
        scenarios(&document, &Options { base_url: Some(base.to_owned()), ..Options::default() })
    };
    let generated = with_base("https://ann:pw@h:1/api/").unwrap();
    let item = &generated.endpoints[0].scenarios[0].items[0];
    assert_eq!(item.call.url, "https://ann:pw@h:1/api/");
    assert_eq!(item.context.upstreams, ["https://h:1"]);
    assert_eq!(with_base("localhost:80").unwrap_err().code(), "bad_base_url");
}

#[test]
fn operations_without_a_base_url_are_noted_if_others_have_one() {
    let mut value = with_paths("3.0.3", users());
    value["paths"]["/"]["servers"] = json!([{"url": "http://h"}]);
    let document = read_document(&value.to_string(), "openapi.json").unwrap();
    let generated = scenarios(&document, &Options::default()).unwrap();
    assert_eq!(generated.endpoints.len(), 1);
    let codes: Vec<NoteCode> = generated.skipped.iter().map(|note| note.code).collect();
    assert_eq!(codes, [NoteCode::NoBaseUrl; 2]);
}

#[test]
fn hostile_documents_are_refused_or_end_quickly() {
    let deep = format!("{}{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    assert_eq!(read_document(&deep, "deep.json").unwrap_err().code(), "unreadable_document");
    let deep = format!("openapi: 3.0.3\na: {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read_document(&deep, "deep.yaml").unwrap_err().code(), "unreadable_document");
    let bomb: String = std::iter::once("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned())
        .chain((1..12).map(|level| {
            let last = format!("*a{}", level - 1);
            format!("a{level}: &a{level} [{}]\n", vec![last; 10].join(","))
        }))
        .collect();
    assert_eq!(read_document(&bomb, "bomb.yaml").unwrap_err().code(), "unreadable_document");
    let circle =
        json!({"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}, "/c": {"get": {}}});
    assert_eq!(generate(circle).endpoints.len(), 1);
}
