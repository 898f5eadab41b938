//! The reference of the faults, from their catalogue.

use fault_proxy::Fault;
use fault_proxy::fault::{Entry, Placed, Property, ValueKind, catalog};
use serde_json::{Value, json};

use super::{MADE, head, row};

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
            &format!("`--with-{}`", definition.flag),
            &format!("`{}`", entry.switch_env()),
        ]));
    }
    catalog().iter().for_each(|entry| page.push_str(&section(entry)));
    page
}

fn section(entry: &Entry) -> String {
    let definition = entry.definition;
    let mut text = format!("\n## {}\n\n{}\n\n", definition.title, definition.about);
    text.push_str(place(definition.placed));
    text.push_str(&head(&["key", "value", "default", "flag", "variable", "meaning"]));
    for property in entry.properties() {
        text.push_str(&setting(&property));
    }
    text
}

fn place(placed: Placed) -> &'static str {
    match placed {
        Placed::SideAndDirection => "",
        Placed::Direction => {
            "It acts on whole exchanges and not on bytes, so its direction only labels it.\n\n"
        }
        Placed::Nowhere => {
            "It acts on the resolution of names, so it has no side and no direction.\n\n"
        }
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
        &format!("`--{}`", property.flag),
        &format!("`{}`", property.env),
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
