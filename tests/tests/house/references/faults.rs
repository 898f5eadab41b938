//! The reference of the faults, from their catalogue.

use fault_proxy::Fault;
use fault_proxy::fault::{Entry, Placed, Property, ValueKind, catalog};
use serde_json::{Value, json};

use super::{MADE, head, row, schema};

/// The page.
pub(super) fn page() -> String {
    let mut page = format!(
        "{MADE}# Faults: reference\n\n\
         Each setting has one meaning and three spellings: a key in JSON (tools, schemas), a flag of \
         `fault run`, and an environment variable.\n\
         A flag on the command line wins over its variable.\n\
         What a fault does, and why in that way, is told in [Faults](../faults.md); the form of a \
         schedule in [Schedules](../schedules.md).\n\
         The same as a JSON Schema: [fault.schema.json](../schemas/fault.schema.json).\n\n"
    );
    page.push_str(&head(&["fault", "`type`", "switch", "variable of the switch"]));
    for entry in catalog() {
        let definition = entry.definition;
        page.push_str(&row(&[
            &format!("[{}](#{})", definition.title, anchor(definition.title)),
            &format!("`{}`", definition.kind),
            &format!("`--{}`", entry.switch_flag()),
            &format!("`{}`", entry.switch_env()),
        ]));
    }
    page.push_str(&shared(&schema()["oneOf"][0]["properties"]));
    catalog().iter().for_each(|entry| page.push_str(&section(entry)));
    page
}

/// What every fault takes beside its own settings.
fn shared(properties: &Value) -> String {
    let rows = ["name", "upstreams"].map(|key| {
        let property = &properties[key];
        row(&[&format!("`{key}`"), &schema::kind(property), &schema::about(property)])
    });
    let head = head(&["key", "value", "meaning"]);
    format!("\nEvery fault also takes these, in JSON and YAML:\n\n{head}{}", rows.concat())
}

fn section(entry: &Entry) -> String {
    let definition = entry.definition;
    let mut text = format!("\n## {}\n\n{}\n\n", definition.title, definition.about);
    text.push_str(place(definition.placed));
    text.push_str(&head(&["key", "value", "default", "flag", "variable", "meaning"]));
    for property in entry.properties() {
        text.push_str(&setting(&property));
        if let ValueKind::Object(schema) = &property.value {
            text.push_str(&nested(&property.name, schema));
        }
    }
    text
}

/// A row for each setting that lies within another.
fn nested(place: &str, object: &Value) -> String {
    let properties = object["properties"].as_object().into_iter().flatten();
    let rows = properties.map(|(name, schema)| {
        let name = format!("{place}.{name}");
        let default = schema.get("default").map_or("-".to_owned(), |value| match value {
            Value::String(text) => format!("`{text}`"),
            other => format!("`{other}`"),
        });
        row(&[
            &format!("`{name}`"),
            &schema::kind(schema),
            &default,
            "-",
            "-",
            &schema::about(schema),
        ])
    });
    rows.collect()
}

fn place(placed: Placed) -> &'static str {
    match placed {
        Placed::SideAndDirection => "",
        Placed::Direction => {
            "It acts on whole exchanges and not on bytes, so its direction only labels it.\n\n"
        }
        Placed::Nowhere => "It acts on no stream of bytes, so it has no side and no direction.\n\n",
    }
}

fn setting(property: &Property) -> String {
    let default = match &property.default {
        Some(Value::String(text)) => format!("`{text}`"),
        Some(Value::Number(number)) => {
            let number = number.as_f64().map_or(number.to_string(), |number| number.to_string());
            format!("`{number}`")
        }
        Some(other) => format!("`{other}`"),
        None => "-".to_owned(),
    };
    row(&[
        &format!("`{}`", property.name),
        &kind(&property.value),
        &default,
        &property.flag.as_ref().map_or("-".to_owned(), |flag| format!("`--{flag}`")),
        &property.env.as_ref().map_or("-".to_owned(), |env| format!("`{env}`")),
        &property.about,
    ])
}

fn kind(value: &ValueKind) -> String {
    match value {
        ValueKind::Flag => "true or false".to_owned(),
        ValueKind::Number => "number".to_owned(),
        ValueKind::Integer => "whole number".to_owned(),
        ValueKind::Text => "text".to_owned(),
        ValueKind::Choice(words) => {
            let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
        ValueKind::Object(_) => "object".to_owned(),
    }
}

fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// The JSON Schema of a fault.
pub(super) fn schema() -> Value {
    let made = schemars::schema_for!(Fault).to_value();
    let mut schema = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema" });
    for (key, value) in made.as_object().into_iter().flatten() {
        schema[key] = value.clone();
    }
    schema
}
