//! Values without parts: those that a schema gives itself, and made up texts and numbers.

use serde_json::{Number, Value};

use super::pattern;
use super::view::View;

/// What a text is when nothing is known of it.
const TEXT: &str = "value";

/// How long a made text is at most, whatever its schema asks for.
const LONGEST: usize = 1000;

/// The texts of the formats.
const FORMATS: [(&str, &str); 18] = [
    ("byte", "dmFsdWU="),
    ("date", "2025-01-01"),
    ("date-time", "2025-01-01T00:00:00Z"),
    ("duration", "PT1S"),
    ("email", "user@example.com"),
    ("hostname", "example.com"),
    ("idn-email", "user@example.com"),
    ("idn-hostname", "example.com"),
    ("ipv4", "127.0.0.1"),
    ("ipv6", "::1"),
    ("iri", "http://example.com/"),
    ("json-pointer", "/value"),
    ("time", "00:00:00Z"),
    ("timestamp", "2025-01-01T00:00:00Z"),
    ("uri", "http://example.com/"),
    ("uri-reference", "/value"),
    ("url", "http://example.com/"),
    ("uuid", "00000000-0000-4000-8000-000000000001"),
];

/// The value that the schema gives itself: its constant, an example, its default, or the first of a few.
pub(super) fn given(view: &View<'_>) -> Option<Value> {
    let examples = view.all("examples").filter_map(|list| list.as_array()?.first());
    let choices = || view.get("enum").and_then(Value::as_array).into_iter().flatten();
    let constant = view.get("const").cloned();
    constant
        .or_else(|| view.all("example").chain(examples).find_map(|value| fitting(view, value)))
        .or_else(|| view.all("default").find_map(|value| fitting(view, value)))
        .or_else(|| choices().find(|value| !value.is_null()).or_else(|| choices().next()).cloned())
}

/// The value if it is of the type of the schema. Examples are often written carelessly: a number as a text, one
/// item for a list, half of an object.
fn fitting(view: &View<'_>, value: &Value) -> Option<Value> {
    let kinds = view.kinds();
    let allowed = |kind: &str| kinds.is_empty() || kinds.contains(&kind);
    match value {
        Value::Null => None,
        Value::Bool(_) => allowed("boolean").then(|| value.clone()),
        Value::Number(number) if kinds == ["string"] => Some(number.to_string().into()),
        Value::Number(number) => {
            let whole = number.as_f64().is_some_and(|number| number.fract() == 0.0);
            (allowed("number") || whole && allowed("integer")).then(|| value.clone())
        }
        Value::String(text) if !allowed("string") => from_text(&kinds, text),
        Value::String(_) => Some(value.clone()),
        Value::Array(_) => allowed("array").then(|| value.clone()),
        Value::Object(object) => {
            let whole = view.required.iter().all(|name| object.contains_key(*name));
            (allowed("object") && whole).then(|| value.clone())
        }
    }
}

fn from_text(kinds: &[&str], text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    let kind = match &value {
        Value::Bool(_) => "boolean",
        Value::Number(number) if kinds.contains(&"integer") && number.is_f64() => return None,
        Value::Number(_) if kinds.contains(&"integer") => "integer",
        Value::Number(_) => "number",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        _ => return None,
    };
    kinds.contains(&kind).then_some(value)
}

/// A made up value of a type.
pub(super) fn made(kind: &str, view: &View<'_>) -> Value {
    match kind {
        "integer" => number(view, true),
        "number" => number(view, false),
        "boolean" => Value::Bool(true),
        _ => text(view).into(),
    }
}

fn text(view: &View<'_>) -> String {
    let size = |keyword| view.number(keyword).map(|size| size as usize);
    let least = size("minLength").unwrap_or(0).min(LONGEST);
    let most = size("maxLength").unwrap_or(LONGEST).max(least);
    if let Some(text) =
        view.text("pattern").and_then(|pattern| pattern::matching(pattern, least, most))
    {
        return text;
    }
    let format = view.text("format");
    if let Some((_, text)) = FORMATS.iter().find(|(name, _)| Some(*name) == format) {
        return (*text).to_owned();
    }
    TEXT.chars().cycle().take(TEXT.len().clamp(least, most)).collect()
}

fn number(view: &View<'_>, whole: bool) -> Value {
    let (low, high) =
        (bound(view, "minimum", "exclusiveMinimum"), bound(view, "maximum", "exclusiveMaximum"));
    let unit = view.number("multipleOf").filter(|unit| *unit > 0.0);
    // The least distance from a bound that is itself not allowed.
    let gap = unit.unwrap_or(match (low, high) {
        (Some((low, _)), Some((high, _))) if !whole => (high - low) / 2.0,
        _ => 1.0,
    });
    let low = low.map(|(low, open)| if open { low + gap } else { low });
    let high = high.map(|(high, open)| if open { high - gap } else { high });
    let mut number = low.map_or(1.0, |low| low.max(1.0));
    number = high.map_or(number, |high| number.min(high));
    if let Some(unit) = unit.or(whole.then_some(1.0)) {
        let above = (number / unit).ceil() * unit;
        number = if high.is_some_and(|high| above > high) {
            (number / unit).floor() * unit
        } else {
            above
        };
    }
    if number.fract() == 0.0 && number.abs() < 9.0e15 {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::from(1), Value::Number)
}

/// A bound, and whether it is itself not allowed: OpenAPI 3.0 says so with `true`, 3.1 with the bound.
fn bound(view: &View<'_>, closed: &str, open: &str) -> Option<(f64, bool)> {
    match view.get(open) {
        Some(Value::Bool(open)) => Some((view.number(closed)?, *open)),
        Some(bound) => Some((bound.as_f64()?, true)),
        None => Some((view.number(closed)?, false)),
    }
}

/// The item, changed if it is among the items already; `None` if there is no other.
pub(super) fn distinct(item: Value, schema: &Value, items: &[Value]) -> Option<Value> {
    if !items.contains(&item) {
        return Some(item);
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return choices.iter().find(|choice| !items.contains(choice)).cloned();
    }
    match item {
        Value::String(text) => Some(format!("{text}{}", items.len() + 1).into()),
        Value::Number(number) => Some(tidy((number.as_f64()? + items.len() as f64).into())),
        _ => None,
    }
}

fn tidy(value: Value) -> Value {
    value
        .as_f64()
        .filter(|number| number.fract() == 0.0)
        .map_or(value, |number| Value::from(number as i64))
}
