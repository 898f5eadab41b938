//! The reference of the events, from their schema.

use fault_proxy::Event;
use serde_json::Value;

use super::{MADE, head, row, schema as words};

/// Fields whose value is an object of its own, and that object's name in the schema.
const INNER: [(&str, &str); 1] = [("hits", "Hit")];

/// The JSON Schema of an event.
pub(super) fn schema() -> Value {
    schemars::schema_for!(Event).to_value()
}

/// The page.
pub(super) fn page(schema: &Value) -> String {
    let mut page = format!(
        "{MADE}# Events: reference\n\n\
         Everything that the proxy shows, counts or judges comes from one stream of events.\n\
         `fault run --tail` shows each of them in a line, and the tool \
         [fault_read_proxy_events](tools.md#fault_read_proxy_events) reads them.\n\
         The same as a JSON Schema: [event.schema.json](../schemas/event.schema.json).\n\n\
         Every event has these fields, and those of its kind:\n\n"
    );
    page.push_str(&head(&["field", "value", "meaning"]));
    page.push_str(&rows(schema, schema));
    page.push_str(&row(&["`event`", "one of the kinds below", "What happened."]));
    for kind in schema["oneOf"].as_array().into_iter().flatten() {
        let kind = resolved(schema, kind);
        let name = kind["properties"]["event"]["const"].as_str().unwrap_or_default();
        page.push_str(&format!("\n## {name}\n\n{}\n\n", words::about(&kind)));
        page.push_str(&head(&["field", "value", "meaning"]));
        page.push_str(&rows(schema, &kind));
    }
    for (_, name) in INNER {
        let inner = &schema["$defs"][name];
        page.push_str(&format!("\n## {name}\n\n{}\n\n", words::about(inner)));
        page.push_str(&head(&["field", "value", "meaning"]));
        page.push_str(&rows(schema, inner));
    }
    page
}

/// A kind whose fields stand elsewhere in the schema, with those.
fn resolved(schema: &Value, kind: &Value) -> Value {
    let mut whole = kind.clone();
    let elsewhere = definition(schema, kind);
    for (name, field) in elsewhere["properties"].as_object().into_iter().flatten() {
        whole["properties"][name] = field.clone();
    }
    whole
}

/// What a `$ref` stands for.
fn definition<'a>(schema: &'a Value, field: &'a Value) -> &'a Value {
    let path = field["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    path.and_then(|path| schema.pointer(path)).unwrap_or(&Value::Null)
}

fn rows(schema: &Value, object: &Value) -> String {
    let fields = object["properties"].as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| *name != "event");
    fields
        .map(|(name, field)| {
            row(&[&format!("`{name}`"), &kind(schema, name, field), &words::about(field)])
        })
        .collect()
}

fn kind(schema: &Value, name: &str, field: &Value) -> String {
    if let Some((_, inner)) = INNER.iter().find(|(inner, _)| *inner == name) {
        return format!("list of [{inner}](#{})", inner.to_lowercase());
    }
    match definition(schema, field) {
        Value::Null => words::kind(field),
        other => words::kind(other),
    }
}
