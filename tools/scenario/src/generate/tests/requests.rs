//! The requests that are made of operations: URLs, headers, credentials and bodies.

use serde_json::{Value, json};

use super::{SOURCE, call, check_reads_back, document, generate, segments, with_paths};
use crate::generate::{NoteCode, Options, Place, read_document, scenarios};

/// An operation with these parameters.
fn operation(path: &str, parameters: Value) -> Value {
    json!({path: {"get": {"parameters": parameters}}})
}

/// The text of the body of a POST with this content, and its media type.
fn body(content: Value) -> Option<(String, String)> {
    let call = call(json!({"/a": {"post": {"requestBody": {"content": content}}}}));
    let media = call.headers.unwrap_or_default().remove("content-type");
    Some((call.body?, media?))
}

#[test]
fn values_of_path_parameters_come_from_the_document_if_it_has_any() {
    for (spec, expected) in [
        (json!({"example": 7, "schema": {"type": "integer", "example": 8}}), "7"),
        (json!({"example": "{id}", "schema": {"type": "integer"}}), "1"),
        (json!({"examples": {"one": {"value": "x"}}, "schema": {}}), "x"),
        (json!({"schema": {"type": "string", "example": "e", "default": "d"}}), "e"),
        (json!({"schema": {"type": "string", "default": "d", "enum": ["a"]}}), "d"),
        (json!({"schema": {"type": "string", "enum": ["a"]}}), "a"),
        (json!({"schema": {"const": "c"}}), "c"),
        (json!({"schema": {"type": "integer", "minimum": 10}}), "10"),
        (
            json!({"schema": {"type": "string", "format": "uuid"}}),
            "00000000-0000-4000-8000-000000000001",
        ),
        (json!({"schema": {"type": "array", "items": {"type": "integer"}}}), "1"),
        (json!({"style": "matrix", "schema": {"type": "integer"}}), ";id=1"),
        (
            json!({"content": {"application/json": {"schema": {"type": "array", "items": {"enum": [3]}}}}}),
            "[3]",
        ),
        (json!({}), "value"),
    ] {
        let mut parameter = spec.clone();
        parameter["name"] = json!("id");
        parameter["in"] = json!("path");
        let generated = generate(operation("/a/{id}", json!([parameter])));
        assert_eq!(segments(&generated.endpoints[0].scenarios[0]), [("id", expected)], "{spec}");
    }
}

#[test]
fn placeholders_that_no_parameter_describes_get_a_value_as_well() {
    let generated = generate(operation("/a/{b}/{c-d}", json!([])));
    assert_eq!(segments(&generated.endpoints[0].scenarios[0]), [("b", "value"), ("c-d", "value")]);
    assert_eq!(generated.placeholders.len(), 2);
}

#[test]
fn required_parameters_are_sent_and_optional_ones_are_not() {
    let parameter = |name: &str, place: &str, required: bool| json!({"name": name, "in": place, "required": required, "schema": {"type": "string", "example": "a b&c"}});
    let paths = operation(
        "/a",
        json!([
            parameter("q r", "query", true),
            parameter("no", "query", false),
            parameter("X-Here", "header", true),
            parameter("X-No", "header", false),
            parameter("Accept", "header", true),
            parameter("c", "cookie", true),
        ]),
    );
    let call = call(paths);
    assert_eq!(call.url, "http://localhost:9090/a?q%20r=a%20b%26c");
    let headers = call.headers.unwrap();
    let expected = json!({"cookie": "c=a%20b%26c", "x-here": "a b&c"});
    assert_eq!(serde_json::to_value(headers).unwrap(), expected);
}

#[test]
fn parameters_of_the_path_hold_unless_the_operation_has_its_own() {
    let paths = json!({"/a": {
        "parameters": [{"$ref": "#/components/parameters/Q"},
            {"name": "p", "in": "query", "required": true, "example": 1}],
        "get": {"parameters": [{"name": "p", "in": "query", "required": true, "example": 2}]},
    }});
    let mut value = with_paths("3.0.3", paths);
    value["components"] =
        json!({"parameters": {"Q": {"name": "q", "in": "query", "required": true, "example": 3}}});
    let generated = scenarios(&document(&value), &Options::default()).unwrap();
    let url = &generated.endpoints[0].scenarios[0].items[0].call.url;
    assert_eq!(url, "http://localhost:9090/a?p=2&q=3");
}

#[test]
fn credentials_are_placeholders() {
    let schemes = json!({
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "Basic"},
        "oauth": {"type": "oauth2"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "query": {"type": "apiKey", "in": "query", "name": "key"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    });
    for (security, url, headers) in [
        (json!([{"bearer": []}]), "/a", json!({"authorization": "Bearer replace-me"})),
        (
            json!([{"basic": []}, {"bearer": []}]),
            "/a",
            json!({"authorization": "Basic replace-me"}),
        ),
        (json!([{"oauth": ["x"]}]), "/a", json!({"authorization": "Bearer replace-me"})),
        (json!([{"key": []}]), "/a", json!({"x-api-key": "replace-me"})),
        (json!([{"query": []}]), "/a?key=replace-me", json!({})),
        (json!([{"cookie": []}]), "/a", json!({"cookie": "sid=replace-me"})),
        (
            json!([{"key": [], "bearer": []}]),
            "/a",
            json!({"authorization": "Bearer replace-me", "x-api-key": "replace-me"}),
        ),
        (json!([{"bearer": []}, {}]), "/a", json!({})),
        (json!([]), "/a", json!({})),
    ] {
        let mut value = with_paths("3.0.3", json!({"/a": {"get": {"security": security}}}));
        value["components"] = json!({"securitySchemes": schemes});
        value["security"] = json!([{"basic": []}]);
        let generated = scenarios(&document(&value), &Options::default()).unwrap();
        let call = &generated.endpoints[0].scenarios[0].items[0].call;
        assert_eq!(call.url, format!("http://localhost:9090{url}"), "{security}");
        assert_eq!(json!(call.headers.clone().unwrap_or_default()), headers, "{security}");
        let credentials = headers.as_object().unwrap().len().max(usize::from(url.contains('?')));
        assert_eq!(generated.placeholders.len(), credentials, "{security}");
    }
}

#[test]
fn bodies_are_json_before_forms_and_forms_before_text() {
    let schema =
        json!({"type": "object", "required": ["a b"], "properties": {"a b": {"example": "x&y"}}});
    let media = json!({"schema": schema});
    let json = (r#"{"a b":"x&y"}"#, "application/json");
    for (content, expected) in [
        (json!({"text/plain": {"example": "hello"}, "application/json": media}), json),
        (
            json!({"application/xml": media, "application/json; charset=utf-8": media}),
            (json.0, "application/json; charset=utf-8"),
        ),
        (json!({"application/vnd.api+json": media}), (json.0, "application/vnd.api+json")),
        (json!({"*/*": media}), json),
        (
            json!({"text/plain": media, "application/x-www-form-urlencoded": media}),
            ("a%20b=x%26y", "application/x-www-form-urlencoded"),
        ),
        (json!({"text/plain": {"example": "hello"}}), ("hello", "text/plain")),
    ] {
        let (text, media) = body(content.clone()).unwrap();
        assert_eq!((text.as_str(), media.as_str()), expected, "{content}");
    }
}

#[test]
fn bodies_are_examples_before_they_are_made_up() {
    let schema = json!({"type": "string"});
    for (media, expected) in [
        (json!({"example": {"a": 1}, "schema": schema}), r#"{"a":1}"#),
        (json!({"examples": {"x": {"value": [1]}}, "schema": schema}), "[1]"),
        (
            json!({"examples": {"x": {"$ref": "#/components/examples/E"}}, "schema": schema}),
            r#""value""#,
        ),
        (json!({"example": "{\"a\": 1}"}), r#"{"a":1}"#),
        (json!({"schema": schema}), r#""value""#),
        (json!({}), "{}"),
    ] {
        let (text, _) = body(json!({"application/json": media})).unwrap();
        assert_eq!(text, expected, "{media}");
    }
}

#[test]
fn bodies_with_quotes_and_lines_survive_the_file() {
    let nasty =
        "it's \"quoted\"\nand: - {on} 'two' lines\n\n  # not a comment\t%{x} \\ \u{1F600}\u{7}\n";
    let paths = json!({"/a": {"post": {"requestBody": {"content": {"text/plain": {"example": nasty}}}},
        "put": {"requestBody": {"content": {"application/json": {"example": {"text": nasty}}}}}}});
    let generated = generate(paths);
    assert_eq!(generated.endpoints[1].scenarios[0].items[0].call.body.as_deref(), Some(nasty));
    check_reads_back(&generated);
}

#[test]
fn only_methods_with_a_body_get_one_and_what_cannot_be_written_is_noted() {
    let with = |method: &str, media: &str| {
        let content = json!({media: {"schema": {"type": "string"}}});
        generate(json!({"/a": {method: {"requestBody": {"content": content}}}}))
    };
    for (method, media, has_body, noted) in [
        ("post", "application/json", true, false),
        ("patch", "application/json", true, false),
        ("get", "application/json", false, false),
        ("delete", "application/json", false, false),
        ("post", "multipart/form-data", false, true),
        ("put", "application/octet-stream", false, true),
    ] {
        let generated = with(method, media);
        let call = &generated.endpoints[0].scenarios[0].items[0].call;
        assert_eq!(call.body.is_some(), has_body, "{method} {media}");
        let codes: Vec<NoteCode> = generated.skipped.iter().map(|note| note.code).collect();
        assert_eq!(codes.contains(&NoteCode::UnsupportedBody), noted, "{method} {media}");
        let reported = generated.placeholders.iter().any(|it| it.place == Place::Body);
        assert_eq!(reported, has_body, "{method} {media}");
    }
}

#[test]
fn references_to_other_documents_are_noted_once() {
    let operation = json!({"requestBody": {"content": {"application/json": {"schema": {
        "required": ["a"], "properties": {"a": {"$ref": "other.yaml#/A"}}}}}}});
    let generated = generate(json!({"/a": {"post": operation, "put": operation}}));
    let codes: Vec<NoteCode> = generated.skipped.iter().map(|note| note.code).collect();
    assert_eq!(codes, [NoteCode::ExternalRef]);
    assert!(generated.skipped[0].message.contains("`other.yaml#/A`"));
}

#[test]
fn the_expected_status_is_the_one_that_the_document_has_for_success() {
    for (responses, expected) in [
        (json!({"201": {}, "400": {}}), 201),
        (json!({"404": {}, "204": {}}), 204),
        (json!({"2XX": {}}), 200),
        (json!({"default": {}, "302": {}}), 200),
        (json!({"302": {}, "404": {}}), 302),
        (json!({"304": {}}), 200),
        (json!({}), 200),
    ] {
        let generated = generate(json!({"/a": {"get": {"responses": responses}}}));
        let expect = generated.endpoints[0].scenarios[0].items[0].expect.as_ref().unwrap();
        assert_eq!(expect.status, Some(expected), "{responses}");
    }
}

#[test]
fn paths_that_no_url_may_have_are_encoded() {
    for (path, expected) in [
        ("/a b/{x}#c", "/a%20b/{x}"),
        ("a", "/a"),
        ("/a?b=c", "/a?b=c"),
        ("/{+x}/{é}/{}/{y}:z/}/{", "/{_x}/{_}/%7B%7D/{y}:z/%7D/%7B"),
    ] {
        let made = call(operation(path, json!([]))).url;
        assert_eq!(made, format!("http://localhost:9090{expected}"), "{path}");
    }
    let document = with_paths(
        "3.0.3",
        operation("/a?b=c", json!([{"name": "q", "in": "query", "required": true}])),
    );
    let document = read_document(&document.to_string(), SOURCE).unwrap();
    let generated = scenarios(&document, &Options::default()).unwrap();
    assert_eq!(
        generated.endpoints[0].scenarios[0].items[0].call.url,
        "http://localhost:9090/a?b=c&q=value"
    );
}
