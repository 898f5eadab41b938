//! The JSON Schema of a scenario: from the types, with the limits that types cannot tell.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::Scenario;

mod publish;

pub use publish::json_schema;

/// Says of a text that it is a duration.
pub(super) const DURATION: &str = "x-duration";

/// What the reader goes by.
pub(super) static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let settings = SchemaSettings::draft2020_12();
    let mut schema = settings.into_generator().into_root_schema_for::<Scenario>().to_value();
    for (name, key, limit) in limits() {
        let definition = match name {
            "Scenario" => &mut schema,
            name => &mut schema["$defs"][name],
        };
        alternatives(definition).for_each(|object| tighten(object, key, &limit));
    }
    schema
});

/// Limits by type and key.
fn limits() -> [(&'static str, &'static str, Value); 24] {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"];
    let some = || json!({ "minLength": 1 });
    let one = || json!({ "minimum": 1 });
    let zero = || json!({ "minimum": 0 });
    let positive = || json!({ "exclusiveMinimum": 0 });
    let duration = || json!({ DURATION: true });
    [
        ("Scenario", "title", some()),
        ("CallSpec", "method", json!({ "enum": methods })),
        ("CallSpec", "url", some()),
        ("CallSpec", "timeout", positive()),
        ("Slo", "objective", json!({ "exclusiveMinimum": 0, "maximum": 100 })),
        ("Slo", "threshold", zero()),
        ("Expect", "status", json!({ "minimum": 100, "maximum": 599 })),
        ("Expect", "response_time_under", positive()),
        ("Expect", "max_attempts_per_call", zero()),
        ("Strategy", "count", one()),
        ("Strategy", "clients", one()),
        ("Strategy", "rps", one()),
        ("Strategy", "wait", zero()),
        ("Strategy", "parameter", some()),
        ("Strategy", "precision", positive()),
        ("Strategy", "duration", duration()),
        ("Recovery", "duration", duration()),
        ("Recovery", "within", duration()),
        ("Recovery", "tolerance", zero()),
        ("Dependency", "name", some()),
        ("Dependency", "upstream", some()),
        ("RunsOn", "platform", json!({ "enum": ["kubernetes"] })),
        ("RunsOn", "service", some()),
        ("Matrix", "faults", json!({ "minItems": 1 })),
    ]
}

/// The object that a schema describes, or each of those that it lets one choose from.
fn alternatives(schema: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + '_> {
    if schema.get("oneOf").is_none() {
        return Box::new(std::iter::once(schema));
    }
    Box::new(schema["oneOf"].as_array_mut().into_iter().flatten())
}

fn tighten(object: &mut Value, key: &str, limit: &Value) {
    let property = object.get_mut("properties").and_then(|properties| properties.get_mut(key));
    if let (Some(Value::Object(property)), Value::Object(limit)) = (property, limit) {
        property.extend(limit.clone());
    }
}

/// The name and the definition of what a schema stands for, references and `null` aside.
pub(super) fn resolved(schema: &Value) -> (Option<&str>, &Value) {
    let (mut name, mut schema) = (None, schema);
    loop {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            name = reference.rsplit('/').next();
            schema = &SCHEMA["$defs"][name.unwrap_or_default()];
            continue;
        }
        match only_alternative(schema) {
            Some(other) => schema = other,
            None => return (name, schema),
        }
    }
}

/// What is not `null` in a choice between something and `null`.
fn only_alternative(schema: &Value) -> Option<&Value> {
    let list = schema.get("anyOf")?.as_array()?;
    let mut others = list.iter().filter(|other| other["type"] != "null");
    others.next().filter(|_| list.len() == 2 && others.next().is_none())
}

/// What kind of value a schema asks for, `null` aside.
pub(super) fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().find(|kind| **kind != "null"),
        other => other,
    }
    .and_then(Value::as_str)
    .unwrap_or_default()
}

/// The words that a text is chosen from.
pub(super) fn words(schema: &Value) -> Option<Vec<&str>> {
    let listed = schema.get("enum").and_then(Value::as_array).map(|words| words.iter().collect());
    let told = || {
        let variants = schema.get("oneOf")?.as_array()?;
        variants.iter().map(|variant| variant.get("const")).collect::<Option<Vec<_>>>()
    };
    let words: Option<Vec<_>> = listed.or_else(told)?.into_iter().map(Value::as_str).collect();
    words
}

/// The keys of an object.
pub(super) fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

/// Whether an object must have a key.
pub(super) fn is_required(schema: &Value, key: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name == key))
}
