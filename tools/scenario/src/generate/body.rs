//! The body of a request, in the media type that is easiest to write.

use serde_json::Value;

use super::NoteCode;
use super::document::{Document, plain};
use super::encode;
use super::sample::{self, Sampler};

/// How many bytes a body has at most.
const LARGEST: usize = 256 * 1024;

/// Up to so many bytes, JSON is written on one line.
const LINE: usize = 100;

/// A body, and what it is.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) media: String,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Json,
    Form,
    Text,
}

/// A body for a `requestBody`, or why there is none.
pub(super) fn of<'a>(
    document: &'a Document,
    spec: &'a Value,
    sampler: &mut Sampler<'a>,
) -> Result<Body, (NoteCode, String)> {
    let content = spec.get("content").and_then(Value::as_object);
    let known =
        content.into_iter().flatten().filter_map(|(media, spec)| Some((kind(media)?, media, spec)));
    let Some((kind, media, spec)) = known.min_by_key(|(kind, ..)| *kind) else {
        let names: Vec<&str> =
            content.into_iter().flatten().map(|(media, _)| media.as_str()).collect();
        let message = format!("no body is written in `{}`", names.join("`, `"));
        return Err((NoteCode::UnsupportedBody, message));
    };
    let spec = document.resolve(spec).unwrap_or(spec);
    let text = text(document, kind, spec, sampler).ok_or_else(|| {
        (NoteCode::UnsupportedBody, "nothing fits the schema of the body".to_owned())
    })?;
    if text.len() > LARGEST {
        let message = format!("the body is left out, its example has {} bytes", text.len());
        return Err((NoteCode::UnsupportedBody, message));
    }
    Ok(Body { media: written(kind, media), text })
}

fn kind(media: &str) -> Option<Kind> {
    let plain = media.split(';').next().unwrap_or(media).trim().to_ascii_lowercase();
    match plain.as_str() {
        "application/json" | "*/*" | "application/*" => Some(Kind::Json),
        "application/x-www-form-urlencoded" => Some(Kind::Form),
        media if media.ends_with("+json") || media.ends_with("/json") => Some(Kind::Json),
        media if media.starts_with("text/") => Some(Kind::Text),
        _ => None,
    }
}

/// The media type as a header names it: not a range of them.
fn written(kind: Kind, media: &str) -> String {
    match kind {
        _ if !media.contains('*') => media.to_owned(),
        Kind::Text => "text/plain".to_owned(),
        _ => "application/json".to_owned(),
    }
}

fn text<'a>(
    document: &'a Document,
    kind: Kind,
    spec: &'a Value,
    sampler: &mut Sampler<'a>,
) -> Option<String> {
    let example = sample::example(document, spec).filter(|example| !example.is_null()).cloned();
    let value = match (example, spec.get("schema")) {
        (Some(example), _) => example,
        (None, Some(schema)) => sampler.value(schema)?,
        (None, None) => Value::Object(serde_json::Map::new()),
    };
    Some(match kind {
        Kind::Json => json(value),
        Kind::Form if value.is_string() => plain(&value),
        Kind::Form => encode::form(&value),
        Kind::Text => plain(&value),
    })
}

/// JSON, on several lines if it is long. An example may be a text that holds the JSON.
fn json(value: Value) -> String {
    let value = match &value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(text).unwrap_or(value)
        }
        _ => value,
    };
    let line = value.to_string();
    if line.len() <= LINE { line } else { format!("{value:#}") }
}
