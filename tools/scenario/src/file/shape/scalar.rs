//! Numbers, texts and switches, as they were meant.

use fault_proxy::parse_duration;
use serde_json::{Number, Value};

use crate::file::locate::{Content, Node};
use crate::file::schema::{self, DURATION};

/// The value, if it is what the schema wants.
pub(super) fn read(node: &Node, wanted: &Value, file: &str) -> Option<Value> {
    let value = match schema::kind(wanted) {
        "integer" => whole(node)?.into(),
        "number" => number(node)?.into(),
        "boolean" => switch(node)?.into(),
        _ => return text(node, wanted, file).map(Value::from),
    };
    in_range(&value, wanted).then_some(value)
}

fn number(node: &Node) -> Option<Number> {
    match &node.content {
        Content::Number(number) => Some(number.clone()),
        Content::Text(text) => {
            let text = text.trim();
            let whole = text.parse::<i64>().map(Number::from).ok();
            whole.or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64))
        }
        _ => None,
    }
}

/// 3.0 is 3.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
#[expect(clippy::cast_sign_loss, reason = "the range is checked before")]
fn whole(node: &Node) -> Option<u64> {
    let number = number(node)?;
    let whole = |number: &f64| number.fract() == 0.0 && (0.0..9e15).contains(number);
    number.as_u64().or_else(|| number.as_f64().filter(whole).map(|number| number as u64))
}

fn switch(node: &Node) -> Option<bool> {
    match &node.content {
        Content::Bool(value) => Some(*value),
        Content::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn text(node: &Node, wanted: &Value, file: &str) -> Option<String> {
    let text = match &node.content {
        Content::Text(text) => text.clone(),
        Content::Bool(_) | Content::Number(_) => written(node, file),
        _ => return None,
    };
    if let Some(words) = schema::words(wanted) {
        return word(&text, &words);
    }
    if wanted.get(DURATION).is_some() {
        return parse_duration(&text).ok().filter(|time| !time.is_zero()).map(|_| text);
    }
    let least = wanted["minLength"].as_u64().unwrap_or_default();
    (least == 0 || !text.trim().is_empty()).then_some(text)
}

/// A number or a word as it was written, unless that was in a way that only YAML knows.
pub(super) fn written(node: &Node, file: &str) -> String {
    let plain = |text: &&str| {
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-._".contains(letter))
    };
    let read = match &node.content {
        Content::Bool(value) => value.to_string(),
        Content::Number(number) => number.to_string(),
        _ => String::new(),
    };
    node.written(file).filter(plain).map_or(read, str::to_owned)
}

/// The word that is meant; `2.0` is `2`.
fn word(text: &str, words: &[&str]) -> Option<String> {
    let text = text.trim();
    let round = text.strip_suffix(".0").unwrap_or(text);
    let word = words
        .iter()
        .find(|word| word.eq_ignore_ascii_case(text) || word.eq_ignore_ascii_case(round));
    word.map(|word| (*word).to_owned())
}

fn in_range(value: &Value, wanted: &Value) -> bool {
    let Some(number) = value.as_f64() else { return true };
    let limit = |key: &str| wanted.get(key).and_then(Value::as_f64);
    let widest = match wanted["format"].as_str() {
        Some("uint16") => f64::from(u16::MAX),
        Some("uint32") => f64::from(u32::MAX),
        _ => f64::INFINITY,
    };
    limit("minimum").is_none_or(|least| number >= least)
        && limit("maximum").is_none_or(|most| number <= most)
        && limit("exclusiveMinimum").is_none_or(|below| number > below)
        && number <= widest
}
