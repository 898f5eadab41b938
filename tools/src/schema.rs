//! JSON Schemas that every known client accepts.
//!
//! Some clients refuse `$ref`, lists of types, or keywords they do not know, and with one bad
//! schema they drop every tool. What `schemars` writes is rewritten here in two steps:
//! [`inlined`] resolves what is indirect, [`portable`] drops what is not understood everywhere.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// The schema of `T` without references, null branches and tagged unions.
pub(crate) fn inlined<T: JsonSchema>() -> Value {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    let mut root = schema.to_value();
    let definitions = match root.as_object_mut().and_then(|root| root.remove("$defs")) {
        Some(Value::Object(definitions)) => definitions,
        _ => Object::new(),
    };
    simplify(&mut root, &definitions);
    root
}

/// The same schema with only the keywords that are understood everywhere.
pub(crate) fn portable(mut schema: Value) -> Value {
    if let Some(root) = schema.as_object_mut() {
        root.entry("type").or_insert_with(|| "object".into());
        root.remove("title");
        root.remove("description");
        if root.get("type") == Some(&json!("object")) {
            root.entry("properties").or_insert_with(|| json!({}));
        }
    }
    strip(&mut schema);
    schema
}

/// Calls `visit` with each schema directly inside of `schema`.
fn children(schema: &mut Object, mut visit: impl FnMut(&mut Value)) {
    for (key, value) in schema.iter_mut() {
        match (key.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(named)) => {
                named.values_mut().for_each(&mut visit);
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(list)) => {
                list.iter_mut().for_each(&mut visit);
            }
            ("items" | "additionalProperties" | "not", value) if value.is_object() => visit(value),
            _ => {}
        }
    }
}

fn simplify(value: &mut Value, definitions: &Object) {
    let Some(schema) = value.as_object_mut() else {
        return;
    };
    // An optional enum is a reference within a choice within a property, so this goes twice; from
    // outside to inside, because what is said of the property wins over what is said of its type.
    for _ in 0..2 {
        resolve(schema, definitions);
        drop_null(schema);
        unwrap_single(schema);
    }
    children(schema, |child| simplify(child, definitions));
    collect_constants(schema);
    merge_variants(schema);
}

/// Puts the target of a reference in its place; what stands beside the reference wins.
fn resolve(schema: &mut Object, definitions: &Object) {
    while let Some(Value::String(reference)) = schema.remove("$ref") {
        let name = reference.rsplit('/').next().unwrap_or_default();
        if let Some(Value::Object(target)) = definitions.get(name) {
            for (key, value) in target {
                schema.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
}

/// An optional property is simply absent; no client has to know about null.
fn drop_null(schema: &mut Object) {
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if types.len() == 1 {
            let only = types.remove(0);
            schema.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = schema.get_mut(key) {
            branches.retain(|branch| branch.get("type") != Some(&json!("null")));
        }
    }
}

/// A choice of one is no choice.
fn unwrap_single(schema: &mut Object) {
    for key in ["anyOf", "oneOf", "allOf"] {
        let single = schema
            .get(key)
            .and_then(Value::as_array)
            .is_some_and(|list| list.len() == 1);
        if !single {
            continue;
        }
        if let Some(Value::Array(mut list)) = schema.remove(key)
            && let Some(Value::Object(only)) = list.pop()
        {
            for (key, value) in only {
                schema.entry(key).or_insert(value);
            }
        }
    }
}

/// Documented constants become an `enum`; what each means moves into the description.
fn collect_constants(schema: &mut Object) {
    let Some(Value::Array(branches)) = schema.get("oneOf") else {
        return;
    };
    let mut values = Vec::new();
    let mut meanings = Vec::new();
    for branch in branches {
        let listed = branch
            .get("enum")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let before = values.len();
        values.extend(branch.get("const").into_iter().chain(listed).cloned());
        if values.len() == before || branch.get("type") == Some(&json!("object")) {
            return;
        }
        if let (Some(constant), Some(about)) = (branch.get("const"), text(branch, "description")) {
            meanings.push(format!("{}: {about}", plain(constant)));
        }
    }
    schema.remove("oneOf");
    schema.insert("type".into(), "string".into());
    schema.insert("enum".into(), Value::Array(values));
    let about = schema
        .get("description")
        .and_then(Value::as_str)
        .into_iter()
        .map(str::to_owned);
    let all: Vec<String> = about.chain(meanings).collect();
    if !all.is_empty() {
        schema.insert("description".into(), all.join(" ").into());
    }
}

/// A union of objects becomes one object with the properties of all of them.
fn merge_variants(schema: &mut Object) {
    let Some(Value::Array(variants)) = schema.get("oneOf") else {
        return;
    };
    if !variants
        .iter()
        .all(|variant| variant.get("type") == Some(&json!("object")))
    {
        let variants = schema.remove("oneOf").unwrap_or_default();
        schema.insert("anyOf".into(), variants);
        return;
    }
    let mut properties = Object::new();
    let mut required: Option<Vec<Value>> = None;
    for variant in variants {
        let named = variant.get("properties").and_then(Value::as_object);
        for (name, property) in named.into_iter().flatten() {
            match properties.get_mut(name) {
                Some(known) => merge_property(known, property),
                None => drop(properties.insert(name.clone(), property.clone())),
            }
        }
        let wanted = variant
            .get("required")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        match &mut required {
            Some(common) => common.retain(|name| wanted.contains(name)),
            None => required = Some(wanted),
        }
    }
    schema.remove("oneOf");
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), Value::Object(properties));
    schema.insert("required".into(), required.unwrap_or_default().into());
    // What goes with which variant is for its owner to check.
    schema.insert("additionalProperties".into(), true.into());
}

/// What two variants say of a property of the same name, in one schema.
fn merge_property(known: &mut Value, other: &Value) {
    let constants = |schema: &Value| -> Vec<Value> {
        let listed = schema
            .get("enum")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        schema
            .get("const")
            .cloned()
            .into_iter()
            .chain(listed)
            .collect()
    };
    let mut values = constants(known);
    for value in constants(other) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    let same_type = known.get("type") == other.get("type");
    let about: Vec<&str> = [text(known, "description"), text(other, "description")]
        .into_iter()
        .flatten()
        .collect();
    let about = match about[..] {
        [first, second] if first.contains(second) => first.to_owned(),
        _ => about.join(" Or: "),
    };
    let mut merged = Object::new();
    if same_type && let Some(name) = known.get("type") {
        merged.insert("type".into(), name.clone());
        if let Some(items) = known.get("items") {
            merged.insert("items".into(), items.clone());
        }
    }
    if !values.is_empty() {
        merged.insert("enum".into(), values.into());
    }
    if !about.is_empty() {
        merged.insert("description".into(), about.into());
    }
    if *known != *other {
        *known = Value::Object(merged);
    }
}

fn text<'a>(schema: &'a Value, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Value::as_str)
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Keywords that at least one client chokes on, or that only cost tokens.
const DROPPED: [&str; 5] = [
    "$schema",
    "$defs",
    "format",
    "additionalProperties",
    "title",
];

fn strip(value: &mut Value) {
    let Some(schema) = value.as_object_mut() else {
        return;
    };
    schema.retain(|key, value| {
        let closed_or_unknown = DROPPED.contains(&key.as_str()) || key.starts_with("x-");
        !(closed_or_unknown || key == "required" && value == &json!([]))
    });
    if let Some(constant) = schema.remove("const") {
        schema.insert("enum".into(), json!([constant]));
    }
    if let Some(Value::String(about)) = schema.get_mut("description") {
        *about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    children(schema, strip);
}

#[cfg(test)]
mod tests;
