//! From the JSON of a call to the typed input of a tool: lenient in form, exact in errors.
//!
//! Models and their hosts write `"3"` for 3, `""` for "not given" and a list as a string. Whatever
//! has one obvious meaning is taken; for the rest the error names the argument and what is allowed.

use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use crate::error::ToolError;

/// Reads the arguments of a call against their inlined schema.
pub(crate) fn parse<T: DeserializeOwned>(
    mut arguments: Value,
    schema: &Value,
) -> Result<T, ToolError> {
    if arguments.is_null() {
        arguments = Value::Object(Map::new());
    }
    fit(&mut arguments, schema, "")?;
    serde_path_to_error::deserialize(arguments).map_err(|error| {
        let path = error.path().to_string();
        let problem = error.into_inner();
        wrong(if path == "." {
            problem.to_string()
        } else {
            format!("{}: {problem}", named(&path))
        })
    })
}

fn wrong(message: String) -> ToolError {
    ToolError::input("invalid_arguments", message)
}

fn named(path: &str) -> String {
    if path.is_empty() { "the arguments".to_owned() } else { format!("argument \"{path}\"") }
}

/// Brings `value` into the form its schema asks for.
fn fit(value: &mut Value, schema: &Value, path: &str) -> Result<(), ToolError> {
    reread(value, schema);
    let fits = match schema.get("type").and_then(Value::as_str) {
        Some("object") => return fit_object(value, schema, path),
        Some("array") => return fit_array(value, schema, path),
        Some("integer") => fit_number(value) && value.as_f64().is_some_and(|n| n.fract() == 0.0),
        Some("number") => fit_number(value),
        Some("boolean") => fit_boolean(value),
        Some("string") => fit_string(value, schema),
        _ => true,
    };
    if fits && in_range(value, schema) { Ok(()) } else { Err(misfit(value, schema, path)) }
}

/// Some hosts send objects and lists as the text of their JSON.
fn reread(value: &mut Value, schema: &Value) {
    let wanted = schema.get("type").and_then(Value::as_str);
    if let (Value::String(text), Some("object" | "array")) = (&*value, wanted)
        && let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
    {
        *value = inner;
    }
}

fn fit_object(value: &mut Value, schema: &Value, path: &str) -> Result<(), ToolError> {
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let none = Map::new();
    let properties = match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => properties,
        None if closed => &none,
        None if value.is_object() => return Ok(()),
        None => return Err(misfit(value, schema, path)),
    };
    // An open object is checked by its owner, with errors of its own.
    let open = schema.get("additionalProperties").is_some_and(|more| more != &Value::Bool(false));
    let Value::Object(given) = value else {
        return Err(misfit(value, schema, path));
    };
    if open {
        return Ok(());
    }
    let required = schema.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let needed = |name: &str| required.iter().any(|entry| entry == name);
    given.retain(|name, value| !(value.is_null() || value == "" && !needed(name)));
    if let Some(unknown) = given.keys().find(|name| !properties.contains_key(*name)) {
        return Err(unknown_argument(unknown, properties, path));
    }
    for (name, property) in properties {
        let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match given.get_mut(name) {
            Some(value) => fit(value, property, &inner)?,
            None if needed(name) => {
                return Err(explained(wrong(format!("{} is missing", named(&inner))), property));
            }
            None => {}
        }
    }
    Ok(())
}

fn fit_array(value: &mut Value, schema: &Value, path: &str) -> Result<(), ToolError> {
    let items = schema.get("items").unwrap_or(&Value::Null);
    let of_text = items.get("type").and_then(Value::as_str) == Some("string");
    if value.is_string() && of_text || value.is_object() {
        *value = Value::Array(vec![value.take()]);
    }
    let Value::Array(list) = value else {
        return Err(misfit(value, schema, path));
    };
    for (index, item) in list.iter_mut().enumerate() {
        fit(item, items, &format!("{path}[{index}]"))?;
    }
    Ok(())
}

fn fit_number(value: &mut Value) -> bool {
    if let Value::String(text) = &*value {
        let text = text.trim();
        let number = text
            .parse::<i64>()
            .map(Number::from)
            .ok()
            .or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64));
        let Some(number) = number else { return false };
        *value = Value::Number(number);
    }
    // 3.0 is what some hosts make of 3.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked in the condition")]
    if let Some(number) = value.as_f64()
        && value.is_f64()
        && number.fract() == 0.0
        && number.abs() < 9e15
    {
        *value = Value::from(number as i64);
    }
    value.is_number()
}

fn fit_boolean(value: &mut Value) -> bool {
    match value.as_str().map(|text| text.trim().to_ascii_lowercase()).as_deref() {
        Some("true") => *value = Value::Bool(true),
        Some("false") => *value = Value::Bool(false),
        _ => {}
    }
    value.is_boolean()
}

fn fit_string(value: &mut Value, schema: &Value) -> bool {
    if value.is_number() {
        *value = Value::String(value.to_string());
    }
    let Some(text) = value.as_str() else {
        return false;
    };
    let Some(words) = schema.get("enum").and_then(Value::as_array) else {
        return true;
    };
    let word = words
        .iter()
        .find(|word| word.as_str().is_some_and(|word| word.eq_ignore_ascii_case(text.trim())));
    let known = word.is_some();
    if let Some(word) = word.cloned() {
        *value = word;
    }
    known
}

fn in_range(value: &Value, schema: &Value) -> bool {
    let Some(number) = value.as_f64() else {
        return true;
    };
    let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
    limit("minimum").is_none_or(|least| number >= least)
        && limit("maximum").is_none_or(|most| number <= most)
        && limit("exclusiveMinimum").is_none_or(|below| number > below)
}

fn misfit(value: &Value, schema: &Value, path: &str) -> ToolError {
    let got = shortened(value);
    explained(wrong(format!("{} must be {}, not {got}", named(path), wanted(schema))), schema)
}

/// What a schema asks for, in words.
fn wanted(schema: &Value) -> String {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<String> = words.iter().map(Value::to_string).collect();
        return format!("one of {}", words.join(", "));
    }
    let noun = match schema.get("type").and_then(Value::as_str) {
        Some("object") => "an object",
        Some("array") => "a list",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("boolean") => "true or false",
        _ => "a text",
    };
    let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
    let range = match (limit("minimum"), limit("maximum"), limit("exclusiveMinimum")) {
        (Some(least), Some(most), _) => format!(" from {least} to {most}"),
        (Some(least), None, _) => format!(" of at least {least}"),
        (None, Some(most), _) => format!(" of at most {most}"),
        (None, None, Some(below)) => format!(" above {below}"),
        (None, None, None) => String::new(),
    };
    format!("{noun}{range}")
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        return text;
    }
    format!("{}...", text.chars().take(57).collect::<String>())
}

fn explained(error: ToolError, schema: &Value) -> ToolError {
    match schema.get("description").and_then(Value::as_str) {
        Some(about) => error.hint(about.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => error,
    }
}

fn unknown_argument(name: &str, known: &Map<String, Value>, path: &str) -> ToolError {
    let place = if path.is_empty() { String::new() } else { format!(" in \"{path}\"") };
    let error = wrong(format!("there is no argument \"{name}\"{place}"));
    if known.is_empty() {
        return error.hint("this tool takes no arguments");
    }
    let mut all: Vec<&str> = known.keys().map(String::as_str).collect();
    all.sort_unstable();
    let list = format!("known arguments: {}", all.join(", "));
    match nearest(name, all.iter().copied()) {
        Some(near) => error.hint(format!("did you mean \"{near}\"? {list}")),
        None => error.hint(list),
    }
}

/// The word that a misspelt one was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests;
