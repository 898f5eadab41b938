//! JSON Schemas that every known client accepts.
//!
//! Some clients refuse `$ref`, lists of types, or keywords they do not know, and with one bad
//! schema they drop every tool. What `schemars` writes is rewritten here in two steps:
//! [`inlined`] resolves what is indirect, [`portable`] drops what is not understood everywhere.

mod variants;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// The schema of `T` without references, null branches and tagged unions.
pub(crate) fn inlined<T: JsonSchema>() -> Value {
    resolved::<T>(SchemaSettings::draft2020_12())
}

/// The same of what is written: what may be left out is not required.
pub(crate) fn written<T: JsonSchema>() -> Value {
    resolved::<T>(SchemaSettings::draft2020_12().for_serialize())
}

fn resolved<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let schema = settings.into_generator().into_root_schema_for::<T>();
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

/// The same schema down to `depth` levels of properties; below that an object is any object.
///
/// Hosts read the whole schema of every answer with every list of tools; what lies deep in a report
/// explains itself when it is there.
pub(crate) fn outlined(mut schema: Value, depth: usize) -> Value {
    outline(&mut schema, depth);
    schema
}

/// The same schema without its words, for those who only check an answer by it.
pub(crate) fn wordless(mut schema: Value) -> Value {
    fn drop_words(value: &mut Value) {
        if let Some(schema) = value.as_object_mut() {
            schema.remove("description");
            children(schema, drop_words);
        }
    }
    drop_words(&mut schema);
    schema
}

fn outline(value: &mut Value, depth: usize) {
    let Some(schema) = value.as_object_mut() else {
        return;
    };
    if depth == 0 && schema.contains_key("properties") {
        schema.remove("properties");
        schema.remove("required");
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(|property| outline(property, depth - 1));
    }
    if let Some(items) = schema.get_mut("items") {
        outline(items, depth);
    }
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
    variants::merge(schema);
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
        let single = schema.get(key).and_then(Value::as_array).is_some_and(|list| list.len() == 1);
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
        let listed = branch.get("enum").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
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
    let about = schema.get("description").and_then(Value::as_str).into_iter().map(str::to_owned);
    let all: Vec<String> = about.chain(meanings).collect();
    if !all.is_empty() {
        schema.insert("description".into(), all.join(" ").into());
    }
}

fn text<'a>(schema: &'a Value, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Value::as_str)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Marks a property whose objects another tool describes; the words that say so are its value's.
///
/// Hosts show a model every schema of every tool, and that of a fault is as long as all others.
pub(crate) const TOLD_ELSEWHERE: &str = "x-told-elsewhere";

/// Leaves of objects what tells them apart: their choices and what they must have.
fn shorten(schema: &mut Object) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required =
        |name: &String| required.as_array().is_some_and(|all| all.contains(&json!(name)));
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|name, _| is_required(name));
    }
    if let Some(Value::Object(items)) = schema.get_mut("items") {
        shorten(items);
    }
}

/// Keywords that at least one client chokes on, or that only cost tokens.
const DROPPED: [&str; 5] = ["$schema", "$defs", "format", "additionalProperties", "title"];

fn strip(value: &mut Value) {
    let Some(schema) = value.as_object_mut() else {
        return;
    };
    let told_elsewhere = schema.contains_key(TOLD_ELSEWHERE);
    schema.retain(|key, value| {
        let closed_or_unknown = DROPPED.contains(&key.as_str()) || key.starts_with("x-");
        !(closed_or_unknown || key == "required" && value == &json!([]))
    });
    if told_elsewhere {
        shorten(schema);
    }
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
