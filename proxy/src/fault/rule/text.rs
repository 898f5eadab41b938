//! A rule in one line: `[METHOD] [PATH] KEY=VALUE ...`, or a JSON object.
//!
//! Either way it becomes the object that files and tools hold, and is read as that.

use std::str::FromStr;

use serde_json::{Map, Value, json};

use crate::fault::{Fault, FaultError};

/// The keys, each with an example.
const KEYS: [(&str, &str); 17] = [
    ("host", "host=*.example.com"),
    ("header", "header=x-tenant:acme"),
    ("query", "query=page:2"),
    ("body", "body=fragment"),
    ("respond", "respond=503 or respond=503:BODY"),
    ("delay", "delay=300ms"),
    ("drop", "drop=reset or drop=close"),
    ("rewrite", "rewrite=500"),
    ("truncate", "truncate=100"),
    ("dribble", "dribble=10/100ms"),
    ("probability", "probability=0.5"),
    ("first", "first=2"),
    ("nth", "nth=3"),
    ("every", "every=5"),
    ("max", "max=10"),
    ("upstreams", "upstreams=api.example.com"),
    ("name", "name=outage"),
];

/// What stands between two spaces that are not in quotes.
#[derive(Debug, PartialEq)]
enum Word {
    /// A method or a path.
    Bare(String),
    Pair(String, String),
}

impl Fault {
    /// Reads a rule from a line such as `GET /users/* respond=503 first=2`, or from a JSON object with the settings of
    /// a rule.
    pub fn from_rule_text(text: &str) -> Result<Self, FaultError> {
        let text = text.trim();
        let rule = if text.starts_with('{') { object(text) } else { line(text) }?;
        Self::from_value(&Value::Object(rule))
    }
}

fn refused(problem: impl Into<String>, hint: impl Into<String>) -> FaultError {
    FaultError {
        code: "invalid_rule",
        message: format!("rule: {}", problem.into()),
        hint: hint.into(),
    }
}

fn object(text: &str) -> Result<Map<String, Value>, FaultError> {
    let hint = "write `{\"match\": {\"path\": \"/users/*\"}, \"respond\": {\"status\": 503}}`, or in one line \
                `/users/* respond=503`";
    let mut map: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| refused(format!("this is no JSON object: {error}"), hint))?;
    let kind = map.entry("type").or_insert_with(|| "rule".into());
    if kind != "rule" {
        return Err(refused(
            format!("its `type` is {kind}"),
            "leave `type` out, or set it to `rule`",
        ));
    }
    Ok(map)
}

fn line(text: &str) -> Result<Map<String, Value>, FaultError> {
    let (mut conditions, mut rule) = (Map::new(), Map::new());
    rule.insert("type".to_owned(), "rule".into());
    for word in words(text)? {
        let taken = match word {
            Word::Bare(text) => bare(&mut conditions, rule.len() == 1, &text)?,
            Word::Pair(key, value) => match key.as_str() {
                "header" | "query" => named(&mut conditions, &key, &value)?,
                "host" | "body" => conditions.insert(key.clone(), value.into()).map(|_| key),
                _ => {
                    let value = setting(&key, value)?;
                    rule.insert(key.clone(), value).map(|_| key)
                }
            },
        };
        if let Some(key) = taken {
            let problem = format!("`{key}` is given twice");
            return Err(refused(problem, format!("keep one `{key}`, or write a rule for each")));
        }
    }
    if rule.len() == 1 && conditions.is_empty() {
        let hint =
            "write what it is for and what it does, such as `GET /users/* respond=503 first=2`";
        return Err(refused("there is nothing in it", hint));
    }
    if !conditions.is_empty() {
        rule.insert("match".to_owned(), Value::Object(conditions));
    }
    Ok(rule)
}

/// A method or a path; what was there already is given back by its name.
fn bare(
    conditions: &mut Map<String, Value>,
    leads: bool,
    text: &str,
) -> Result<Option<String>, FaultError> {
    let is_method =
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ',' | '-'));
    let key = match text.chars().next() {
        Some('/' | '*') => "path",
        _ if is_method && leads && !conditions.contains_key("path") => "method",
        _ => {
            let problem = format!("`{text}` is neither a path nor `KEY=VALUE`");
            let hint = "begin a path with `/` or `*`, put the method before it, and put values that hold spaces in \
                        quotes (`body='two words'`)";
            return Err(refused(problem, hint));
        }
    };
    Ok(conditions.insert(key.to_owned(), text.into()).map(|_| key.to_owned()))
}

/// A header or a parameter, of which there can be several.
fn named(
    conditions: &mut Map<String, Value>,
    key: &str,
    value: &str,
) -> Result<Option<String>, FaultError> {
    let (name, value) = value.split_once(':').ok_or_else(|| {
        let problem = format!("`{key}={value}` has no `:` between name and value");
        refused(problem, format!("write `{}`; `*` stands for any value", example(key)))
    })?;
    let plural = if key == "header" { "headers" } else { "query" };
    let all = conditions.entry(plural).or_insert_with(|| json!({}));
    let taken = all.get(name).map(|_| format!("{key}={name}:"));
    all[name] = unquoted(value).into();
    Ok(taken)
}

/// The value of a setting as the object has it.
fn setting(key: &str, value: String) -> Result<Value, FaultError> {
    let wrong = || {
        let problem = format!("`{key}={value}` cannot be read");
        refused(problem, format!("write `{}`", example(key)))
    };
    Ok(match key {
        "respond" | "rewrite" => {
            let (status, body) = match value.split_once(':') {
                Some((status, body)) if key == "respond" => (status, Some(body)),
                _ => (value.as_str(), None),
            };
            let status: u64 = number(status).ok_or_else(wrong)?;
            match body {
                Some(body) => json!({ "status": status, "body": unquoted(body) }),
                None => json!({ "status": status }),
            }
        }
        "delay" => json!({ "mean": millis(&value).ok_or_else(wrong)? }),
        "dribble" => {
            let (bytes, every) = value.split_once('/').ok_or_else(wrong)?;
            let bytes: u64 = number(bytes).ok_or_else(wrong)?;
            json!({ "bytes": bytes, "every": every })
        }
        _ if KEYS.iter().any(|(known, _)| *known == key) => value.into(),
        _ => return Err(unknown(key)),
    })
}

fn unknown(key: &str) -> FaultError {
    let nearest = KEYS
        .iter()
        .map(|(known, _)| (strsim::jaro_winkler(key, known), *known))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|(one, _), (two, _)| one.total_cmp(two));
    let hint = match nearest {
        Some((_, nearest)) => format!("did you mean `{nearest}`, as in `{}`?", example(nearest)),
        None => format!("its keys are {}", KEYS.map(|(known, _)| known).join(", ")),
    };
    refused(format!("there is no key `{key}`"), hint)
}

fn example(key: &str) -> &'static str {
    KEYS.iter().find(|(known, _)| *known == key).map_or("KEY=VALUE", |(_, example)| example)
}

fn number<T: FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

/// Milliseconds from a duration; a bare number is milliseconds.
fn millis(text: &str) -> Option<f64> {
    let bare = number::<f64>(text).filter(|millis| millis.is_finite());
    let read = || crate::duration::parse_duration(text).ok();
    bare.or_else(|| read().map(|duration| duration.as_secs_f64() * 1000.0))
}

/// The text without the quotes around it.
fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('\'').or_else(|| inner('"')).unwrap_or(text)
}

fn words(text: &str) -> Result<Vec<Word>, FaultError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

/// The first word, and what comes after it.
fn word(text: &str) -> Result<(Word, &str), FaultError> {
    let key_end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    match key_end.filter(|end| *end > 0 && text[*end..].starts_with('=')) {
        Some(end) => {
            let (value, after) = value(&text[end + 1..])?;
            Ok((Word::Pair(text[..end].to_owned(), value), after))
        }
        None => {
            let (bare, after) = value(text)?;
            Ok((Word::Bare(bare), after))
        }
    }
}

/// A value up to the next space, or in quotes, which may also begin behind its first colon (`NAME:"VALUE"`).
fn value(text: &str) -> Result<(String, &str), FaultError> {
    if text.starts_with(['\'', '"']) {
        let (inner, after) = quoted(text)?;
        return Ok((inner.to_owned(), after));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    if let Some(colon) = text[..end].find(':')
        && text[colon + 1..].starts_with(['\'', '"'])
    {
        let (_, after) = quoted(&text[colon + 1..])?;
        let whole = &text[..text.len() - after.len()];
        return Ok((whole.to_owned(), after));
    }
    Ok((text[..end].to_owned(), &text[end..]))
}

/// What stands in the quotes that the text begins with, and what comes after them.
fn quoted(text: &str) -> Result<(&str, &str), FaultError> {
    let hint = "close each `'` with `'` and each `\"` with `\"`, and leave a space behind; the other kind can stand inside";
    let mut chars = text.chars();
    let quote = chars.next().unwrap_or('"');
    let (inner, after) = chars
        .as_str()
        .split_once(quote)
        .ok_or_else(|| refused(format!("the quote in `{text}` is not closed"), hint))?;
    if after.starts_with(|c: char| !c.is_whitespace()) {
        return Err(refused(format!("there is no space behind the quotes in `{text}`"), hint));
    }
    Ok((inner, after))
}

#[cfg(test)]
mod tests;
