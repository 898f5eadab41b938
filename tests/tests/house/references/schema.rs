//! Words for schemas: what kind of value, and the rows of a table.

use serde_json::Value;

use super::row;

/// What kind of value a schema describes, in words.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(words) = words(schema) {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    if let Some(either) = schema["anyOf"].as_array() {
        return either.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match schema["type"].as_str() {
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("string") => "text".to_owned(),
        Some("array") => format!("list of {}", kind(&schema["items"])),
        Some(other) => other.to_owned(),
        None => schema["type"]
            .as_array()
            .and_then(|kinds| kinds.iter().find(|kind| **kind != "null"))
            .and_then(Value::as_str)
            .map_or_else(|| "any".to_owned(), |name| kind(&serde_json::json!({ "type": name }))),
    }
}

/// The words that a choice allows.
fn words(schema: &Value) -> Option<Vec<&str>> {
    let listed = schema["enum"].as_array().map(|words| words.iter().collect::<Vec<_>>());
    let told = schema["oneOf"]
        .as_array()
        .map(|variants| variants.iter().map(|variant| &variant["const"]).collect::<Vec<_>>());
    let words: Option<Vec<_>> = listed.or(told)?.into_iter().map(Value::as_str).collect();
    words.filter(|words| !words.is_empty())
}

/// The description of a schema, on one line.
pub(super) fn about(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether an object must have a property.
pub(super) fn is_required(object: &Value, name: &str) -> bool {
    object["required"].as_array().is_some_and(|names| names.iter().any(|other| other == name))
}

/// A row for each property of an object: name, value, whether it must be there, meaning.
pub(super) fn rows(object: &Value) -> String {
    let properties = object["properties"].as_object().into_iter().flatten();
    let rows = properties.map(|(name, schema)| {
        let required = if is_required(object, name) { "yes" } else { "" };
        row(&[&format!("`{name}`"), &kind(schema), required, &about(schema)])
    });
    rows.collect()
}
