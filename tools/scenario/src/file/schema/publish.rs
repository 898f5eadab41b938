//! The schema as editors get it: with the older names of keys, and with what may be written without quotes.

use serde_json::{Map, Value, json};

use super::{DURATION, SCHEMA, alternatives};

/// The JSON Schema (draft 2020-12) of one document of a scenario file.
pub fn json_schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of fault",
    });
    for (key, value) in SCHEMA.as_object().into_iter().flatten() {
        if !["$schema", "title"].contains(&key.as_str()) {
            schema[key] = value.clone();
        }
    }
    older_names(&mut schema);
    tidy(&mut schema);
    schema["$defs"]["HttpVersionName"] = json!({
        "enum": ["1.1", "2", 1.1, 2],
        "description": "A version of HTTP: `1.1` or `2`.",
    });
    schema
}

fn older_names(schema: &mut Value) {
    schema["properties"]["scenarios"] =
        json!({ "$ref": "#/properties/items", "description": "An older name of `items`." });
    schema["anyOf"] = json!([
        { "required": ["items"] }, { "required": ["scenarios"] }, { "required": ["matrix"] },
    ]);

    let definitions = &mut schema["$defs"];
    definitions["Item"]["properties"]["slo"] = json!({
        "$ref": "#/$defs/Context/properties/slo",
        "description": "An older place of `slo` of `context`.",
    });
    let slo = &mut definitions["Slo"];
    slo["properties"]["type"] =
        json!({ "$ref": "#/$defs/SloType", "description": "The same as `slo_type`." });
    instead(slo, "slo_type", "type", "oneOf");
    for strategy in alternatives(&mut definitions["Strategy"]) {
        let class = match strategy["properties"]["mode"]["const"].as_str() {
            Some("repeat") => "ScenarioRepeatItemCallStrategy",
            Some("load") => "ScenarioLoadItemCallStrategy",
            _ => continue,
        };
        strategy["properties"]["type"] =
            json!({ "const": class, "description": "An older way to tell the mode." });
        instead(strategy, "mode", "type", "anyOf");
    }
    for fault in alternatives(&mut definitions["Fault"]) {
        let properties = &mut fault["properties"];
        properties["sched"] =
            json!({ "type": "string", "description": "An older name of `period`." });
        if properties.get("per_read_write").is_some() {
            properties["global"] = json!({
                "type": "boolean",
                "description": "An older way to tell the opposite of `per_read_write`.",
            });
        }
    }
}

/// Lets one required key be replaced by another.
fn instead(schema: &mut Value, key: &str, other: &str, choice: &str) {
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| name != key);
    }
    schema[choice] = json!([{ "required": [key] }, { "required": [other] }]);
}

/// Drops what is for the reader only, and lets texts be written as what YAML takes for numbers.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(schema) => {
            tidy_one(schema);
            schema.values_mut().for_each(tidy);
        }
        Value::Array(list) => list.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn tidy_one(schema: &mut Map<String, Value>) {
    // A key of a file may have the name of a keyword; then its value is a schema.
    if schema.get("format").is_some_and(Value::is_string) {
        schema.remove("format");
    }
    if let Some(Value::String(about)) = schema.get_mut("description") {
        *about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    if schema.remove(DURATION).is_some() {
        also(schema, &["number"]);
    }
    if let Some(Value::Object(each)) = schema.get_mut("additionalProperties")
        && each.get("type") == Some(&json!("string"))
    {
        also(each, &["number", "boolean"]);
    }
}

/// Allows more types.
fn also(schema: &mut Map<String, Value>, more: &[&str]) {
    let mut kinds = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.clone(),
        Some(kind) => vec![kind.clone()],
        None => return,
    };
    kinds.extend(more.iter().map(|kind| Value::from(*kind)));
    schema.insert("type".to_owned(), kinds.into());
}
