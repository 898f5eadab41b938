//! What the sampler makes of schemas.

use serde_json::{Value, json};

use super::Sampler;
use crate::generate::read_document;

/// A value for the schema, next to other schemas.
fn sample(schema: Value, schemas: Value) -> Option<Value> {
    let root = json!({"openapi": "3.1.0", "schema": schema, "components": {"schemas": schemas}});
    let document = read_document(&root.to_string(), "openapi.json").unwrap();
    let mut sampler = Sampler::new(&document);
    sampler.value(&document.root()["schema"])
}

#[test]
fn each_keyword_of_texts_and_numbers_is_followed() {
    for (schema, expected) in [
        (json!({"type": "string"}), json!("value")),
        (json!({"type": "string", "minLength": 7}), json!("valueva")),
        (json!({"type": "string", "maxLength": 2}), json!("va")),
        (json!({"type": "string", "pattern": "^[A-Z]{2}\\d$"}), json!("AA0")),
        (
            json!({"type": "string", "format": "uuid"}),
            json!("00000000-0000-4000-8000-000000000001"),
        ),
        (json!({"type": "string", "format": "date"}), json!("2025-01-01")),
        (json!({"type": "string", "format": "date-time"}), json!("2025-01-01T00:00:00Z")),
        (json!({"type": "string", "format": "email"}), json!("user@example.com")),
        (json!({"type": "string", "const": "c"}), json!("c")),
        (json!({"type": "string", "enum": ["a", "b"]}), json!("a")),
        (json!({"type": "string", "default": "d", "enum": ["a", "d"]}), json!("d")),
        (json!({"type": "string", "default": "d", "example": "e"}), json!("e")),
        (json!({"type": "string", "examples": ["f", "g"]}), json!("f")),
        (json!({"type": "integer"}), json!(1)),
        (json!({"type": "integer", "minimum": 5}), json!(5)),
        (json!({"type": "integer", "maximum": -5}), json!(-5)),
        (json!({"type": "integer", "minimum": 5, "exclusiveMinimum": true}), json!(6)),
        (json!({"type": "integer", "exclusiveMinimum": 5}), json!(6)),
        (json!({"type": "integer", "exclusiveMaximum": 1}), json!(0)),
        (json!({"type": "integer", "multipleOf": 5}), json!(5)),
        (json!({"type": "integer", "multipleOf": 5, "minimum": 6}), json!(10)),
        (json!({"type": "number", "minimum": 0.5, "maximum": 0.75}), json!(0.75)),
        (json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}), json!(0.5)),
        (json!({"type": "number", "multipleOf": 0.5, "maximum": 0.9}), json!(0.5)),
        (json!({"type": "boolean"}), json!(true)),
        (json!({"type": "null"}), Value::Null),
        (json!({"type": ["null", "integer"]}), json!(1)),
        (json!({"type": "integer", "nullable": true, "default": null}), json!(1)),
        (json!({"minimum": 3}), json!(3)),
        (json!({}), json!("value")),
        (json!(true), json!("value")),
    ] {
        assert_eq!(sample(schema.clone(), json!({})), Some(expected), "{schema}");
    }
    assert_eq!(sample(json!(false), json!({})), None);
}

#[test]
fn each_keyword_of_lists_and_objects_is_followed() {
    let text = json!({"type": "string"});
    for (schema, expected) in [
        (json!({"type": "array", "items": text}), json!(["value"])),
        (json!({"items": text, "minItems": 2}), json!(["value", "value"])),
        (json!({"items": text, "minItems": 2, "uniqueItems": true}), json!(["value", "value2"])),
        (
            json!({"items": {"type": "integer"}, "minItems": 3, "uniqueItems": true}),
            json!([1, 2, 3]),
        ),
        (json!({"items": text, "maxItems": 0}), json!([])),
        (json!({"prefixItems": [text, {"type": "integer"}], "items": false}), json!(["value", 1])),
        (json!({"type": "array"}), json!([])),
        (json!({"properties": {"a": text, "b": text}, "required": ["b"]}), json!({"b": "value"})),
        (json!({"properties": {"a": {"example": "x"}, "b": text}}), json!({"a": "x"})),
        (
            json!({"properties": {"a": {"readOnly": true, "example": 1}}, "required": ["a"]}),
            json!({}),
        ),
        (json!({"required": ["a"]}), json!({"a": "value"})),
        (json!({"required": ["a"], "additionalProperties": {"type": "integer"}}), json!({"a": 1})),
        (
            json!({"minProperties": 2, "additionalProperties": {"type": "integer"}}),
            json!({"key1": 1, "key2": 1}),
        ),
        (json!({"properties": {"a": text, "b": text}, "minProperties": 1}), json!({"a": "value"})),
        (json!({"type": "object"}), json!({})),
    ] {
        assert_eq!(sample(schema.clone(), json!({})), Some(expected), "{schema}");
    }
}

#[test]
fn combined_schemas_are_merged_or_chosen_from() {
    let cat = json!({"type": "object", "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}},
        "required": ["kind", "lives"]});
    let schemas = json!({"Cat": cat, "Name": {"properties": {"name": {"type": "string"}}, "required": ["name"]}});
    let cat = json!({"$ref": "#/components/schemas/Cat"});
    let name = json!({"$ref": "#/components/schemas/Name"});
    for (schema, expected) in [
        (json!({"allOf": [cat, name]}), json!({"kind": "value", "lives": 1, "name": "value"})),
        (
            json!({"allOf": [cat, {"properties": {"kind": {"enum": ["k"]}}}]}),
            json!({"kind": "k", "lives": 1}),
        ),
        (json!({"oneOf": [name, cat]}), json!({"name": "value"})),
        (json!({"anyOf": [{"type": "null"}, {"type": "integer"}]}), json!(1)),
        (json!({"anyOf": [false, {"type": "integer"}]}), json!(1)),
        (
            json!({"oneOf": [cat], "discriminator": {"propertyName": "kind"}}),
            json!({"kind": "Cat", "lives": 1}),
        ),
        (
            json!({"oneOf": [cat], "discriminator":
                {"propertyName": "kind", "mapping": {"tom": "#/components/schemas/Cat"}}}),
            json!({"kind": "tom", "lives": 1}),
        ),
        (
            json!({"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "oneOf": [{"required": ["b"]}, {"required": ["a"]}]}),
            json!({"b": 1}),
        ),
    ] {
        assert_eq!(sample(schema.clone(), schemas.clone()), Some(expected), "{schema}");
    }
}

#[test]
fn schemas_that_contain_themselves_end() {
    let node = |required: Value, next: Value| {
        json!({"Node": {"type": "object", "required": required,
            "properties": {"id": {"type": "integer"}, "next": next}}})
    };
    let again = json!({"$ref": "#/components/schemas/Node"});
    let list = json!({"type": "array", "items": again});
    for (required, next, expected) in [
        (json!(["id"]), again.clone(), json!({"id": 1})),
        (json!(["id", "next"]), again.clone(), json!({"id": 1, "next": null})),
        (json!(["id", "next"]), list, json!({"id": 1, "next": []})),
        (json!(["next"]), json!({"oneOf": [again, {"type": "string"}]}), json!({"next": "value"})),
    ] {
        assert_eq!(sample(again.clone(), node(required, next)), Some(expected));
    }
}

#[test]
fn a_branch_without_recursion_is_preferred() {
    let expression = json!({"$ref": "#/components/schemas/Expression"});
    let schemas = json!({"Expression": {"oneOf": [
        {"required": ["left", "right"], "properties": {"left": expression, "right": expression}},
        {"required": ["literal"], "properties": {"literal": {"type": "integer"}}},
    ]}});
    assert_eq!(sample(expression, schemas), Some(json!({"literal": 1})));
}

#[test]
fn references_in_a_circle_or_to_nowhere_end() {
    let schemas = json!({
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
        "C": {"allOf": [{"$ref": "#/components/schemas/C"}]},
    });
    for name in ["A", "C"] {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        assert_eq!(sample(schema, schemas.clone()), None, "{name}");
    }
    let nowhere = json!({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "other.yaml#/A"}}});
    assert_eq!(sample(nowhere, json!({})), Some(json!({"a": "value"})));
}

#[test]
fn schemas_that_branch_without_end_are_given_up() {
    // Each schema needs all of the others, twice: following every way would take until the end of time.
    let schema = |number: usize| {
        let others = (0..12).filter(|other| *other != number);
        let branch = || {
            others.clone().map(|other| json!({"$ref": format!("#/components/schemas/S{other}")}))
        };
        json!({"required": ["a", "b"], "properties": {
            "a": {"oneOf": branch().collect::<Vec<_>>()},
            "b": {"anyOf": branch().collect::<Vec<_>>()},
        }})
    };
    let schemas: serde_json::Map<String, Value> =
        (0..12).map(|number| (format!("S{number}"), schema(number))).collect();
    let made = sample(json!({"$ref": "#/components/schemas/S0"}), Value::Object(schemas));
    assert!(made.is_none_or(|value| value.is_object()));
}

#[test]
fn examples_of_the_wrong_type_are_not_used() {
    for (schema, expected) in [
        (json!({"type": "integer", "example": "5"}), json!(5)),
        (json!({"type": "integer", "example": "five"}), json!(1)),
        (json!({"type": "string", "example": 5}), json!("5")),
        (json!({"type": "array", "items": {"type": "string"}, "example": "a"}), json!(["value"])),
        (
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}, "example": {"b": 1}}),
            json!({"a": 1}),
        ),
    ] {
        assert_eq!(sample(schema.clone(), json!({})), Some(expected), "{schema}");
    }
}
