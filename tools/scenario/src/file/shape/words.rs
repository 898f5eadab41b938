//! What to say about a value that does not fit.

use serde_json::{Map, Value};

use super::scalar::written;
use crate::file::locate::{Content, Node};
use crate::file::problem::{Wrong, nearest};
use crate::file::schema::{self, DURATION};

/// What the strategies are.
pub(super) const EACH_MODE: &str = "`single` is one call, `repeat` several with a growing fault, `load` a steady rate, `search` looks for the \
     largest fault that is borne";

/// A value that is not what its key wants.
pub(super) fn misfit(
    node: &Node,
    wanted: &Value,
    definition: &Value,
    path: &str,
    file: &str,
) -> Wrong {
    let subject = subject(path);
    if node.is_null() && !path.is_empty() {
        let message = format!("{subject} has no value");
        return Wrong { code: "missing_value", message, hint: about(wanted, definition) };
    }
    let message = format!("{subject} must be {}, not {}", asked(definition), got(node, file));
    Wrong { code: "invalid_value", message, hint: hint(node, wanted, definition, path, file) }
}

/// A key that an object does not have.
pub(super) fn unknown(key: &str, object: &str, properties: &Map<String, Value>) -> Wrong {
    let shown = key.escape_debug();
    let known = || properties.keys().map(String::as_str);
    let list = known().collect::<Vec<_>>().join(", ");
    let inner = properties.iter().find(|(_, inner)| {
        let (_, definition) = schema::resolved(inner);
        schema::properties(definition).is_some_and(|inner| inner.contains_key(key))
    });
    let hint = match (inner, nearest(key, known())) {
        (Some((outer, _)), _) => format!("`{shown}` belongs under `{outer}`, indented"),
        (None, Some(near)) => format!("did you mean `{near}`? Keys here are {list}"),
        (None, None) => format!("keys here are {list}"),
    };
    let place = match object {
        "Scenario" => "a scenario",
        "Item" => "an item",
        "CallSpec" => "a call",
        "Context" => "a context",
        "Expect" => "an expectation",
        "Slo" => "an objective",
        "Dependency" => "a dependency",
        "Matrix" => "a matrix",
        "Override" => "an override",
        "single" | "repeat" | "load" | "search" => &format!("the strategy `{object}`"),
        _ => "this object",
    };
    Wrong { code: "unknown_key", message: format!("{place} has no key `{shown}`"), hint }
}

/// A key that must be there.
pub(super) fn missing(key: &str, wanted: &Value) -> Wrong {
    let (_, definition) = schema::resolved(wanted);
    let hint = about(wanted, definition);
    Wrong { code: "missing_key", message: format!("`{key}` is missing"), hint }
}

/// A key without letters.
pub(super) fn nameless() -> Wrong {
    Wrong {
        code: "invalid_value",
        message: "a name here is empty".to_owned(),
        hint: "write a name before the `:`".to_owned(),
    }
}

/// What is no local port.
pub(super) fn not_a_port(node: &Node, wanted: &Value, file: &str) -> Wrong {
    let message = format!(
        "`listen` must be a port from 1 to 65535, or `ADDRESS:PORT`, not {}",
        got(node, file)
    );
    Wrong { code: "invalid_value", message, hint: about(wanted, wanted) }
}

/// A value in a few words.
pub(super) fn shown(node: &Node, file: &str) -> String {
    let text = match &node.content {
        Content::Text(text) => text.clone(),
        Content::Bool(_) | Content::Number(_) => written(node, file),
        Content::Null => "nothing".to_owned(),
        Content::List(_) => "a list".to_owned(),
        Content::Map(_) => "a mapping".to_owned(),
    };
    let text: String = text.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"");
    if text.chars().count() <= 60 {
        return text;
    }
    format!("{}...", text.chars().take(57).collect::<String>())
}

fn got(node: &Node, file: &str) -> String {
    match &node.content {
        Content::Text(_) | Content::Bool(_) | Content::Number(_) => {
            format!("`{}`", shown(node, file))
        }
        Content::List(nodes) if nodes.is_empty() => "an empty list".to_owned(),
        _ => shown(node, file),
    }
}

/// The key that a path ends with, as the subject of a sentence.
fn subject(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or_default();
    if last.is_empty() { "a document".to_owned() } else { format!("`{}`", last.escape_debug()) }
}

/// What a schema asks for.
fn asked(definition: &Value) -> String {
    if let Some(words) = schema::words(definition) {
        return format!("one of {}", words.join(", "));
    }
    if definition.get(DURATION).is_some() {
        return "a duration above zero, such as `10s`".to_owned();
    }
    let noun = match schema::kind(definition) {
        "object" => return "a mapping of keys to values".to_owned(),
        "array" if definition.get("minItems").is_some() => "a list with at least one entry",
        "array" => "a list",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        _ if definition.get("minLength").is_some() => "a text with at least one letter",
        _ => "a text",
    };
    format!("{noun}{}", range(definition))
}

fn range(definition: &Value) -> String {
    let limit = |key: &str| definition.get(key).and_then(Value::as_f64);
    match (limit("minimum"), limit("exclusiveMinimum"), limit("maximum")) {
        (Some(least), _, Some(most)) => format!(" from {least} to {most}"),
        (_, Some(below), Some(most)) => format!(" above {below}, up to {most}"),
        (Some(least), _, None) => format!(" of at least {least}"),
        (None, Some(below), None) => format!(" above {below}"),
        (None, None, Some(most)) => format!(" of at most {most}"),
        (None, None, None) => String::new(),
    }
}

fn hint(node: &Node, wanted: &Value, definition: &Value, path: &str, file: &str) -> String {
    let kind = schema::kind(definition);
    if let Some(words) = schema::words(definition)
        && let Some(near) = nearest(&shown(node, file).to_uppercase(), words.iter().copied())
            .or_else(|| nearest(&shown(node, file), words.iter().copied()))
    {
        return format!("did you mean `{near}`?");
    }
    match &node.content {
        Content::Map(_) | Content::List(_) if kind == "string" && path.ends_with(".body") => {
            "write the body as text, in quotes or after `|`: `body: '{\"key\": \"value\"}'`"
                .to_owned()
        }
        Content::Map(_) | Content::List(_) if kind == "string" => {
            "write it as text; one that begins with `{` or `[`, or has `: ` in it, needs quotes"
                .to_owned()
        }
        _ if kind == "array" => {
            format!("{}; each entry begins with `-`", about(wanted, definition))
        }
        _ if path.is_empty() => "a scenario has a `title` and `items`".to_owned(),
        _ => about(wanted, definition),
    }
}

/// What a key is for.
fn about(wanted: &Value, definition: &Value) -> String {
    let text = [wanted, definition].into_iter().find_map(|schema| schema["description"].as_str());
    let line = text.unwrap_or("docs/reference/scenario-file.md has every key");
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_end_matches('.').to_owned()
}
