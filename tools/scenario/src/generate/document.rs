//! An OpenAPI document: reading it, and finding what its references mean.

use serde_json::{Map, Value};

use super::error::{GenerateError, shown};
use super::operation::{self, Operation};

/// How many references may follow one another.
const HOPS: usize = 32;

/// How deep a YAML document may be. Each level takes some kilobytes of stack; those of real documents are below 30.
const DEPTH: usize = 64;

/// How many values a YAML document may have; GitHub's, the largest known, has less than a million.
const NODES: usize = 10_000_000;

/// How many values the aliases of a YAML document may stand for, so that a few lines cannot stand for millions.
const REPEATED: usize = 200_000;

/// An OpenAPI document of version 3.0 or 3.1.
#[derive(Debug)]
pub struct Document {
    source: String,
    root: Map<String, Value>,
}

/// Reads an OpenAPI document, JSON or YAML. `source` is its path or its address: relative servers are taken from
/// there.
pub fn read_document(text: &str, source: &str) -> Result<Document, GenerateError> {
    let text = text.trim_start_matches('\u{feff}');
    let Value::Object(root) = read_value(text, source)? else {
        return Err(not_openapi(source, "it is not an object"));
    };
    check_version(&root, source)?;
    Ok(Document { source: source.to_owned(), root })
}

impl Document {
    /// The path or address that the document came from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Each method of each path, in the order of the document.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        operation::all(self)
    }

    pub(super) fn root(&self) -> &Map<String, Value> {
        &self.root
    }

    /// What a value means when it is a reference, otherwise the value. `None` if the reference leads nowhere, out
    /// of the document or round in a circle.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> Option<&'a Value> {
        let mut value = value;
        for _ in 0..HOPS {
            match reference(value) {
                Some(reference) => value = self.find(reference)?,
                None => return Some(value),
            }
        }
        None
    }

    /// The part of the document that a reference names.
    pub(super) fn find(&self, reference: &str) -> Option<&Value> {
        let pointer = decoded(reference.strip_prefix('#')?)?;
        let mut parts = pointer.strip_prefix('/')?.split('/').map(unescaped);
        let mut value = self.root.get(&parts.next()?)?;
        for part in parts {
            value = match value {
                Value::Object(map) => map.get(&part)?,
                Value::Array(list) => list.get(part.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

/// The text of a `$ref`.
pub(super) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()
}

fn read_value(text: &str, source: &str) -> Result<Value, GenerateError> {
    if !text.trim_start().starts_with('{') {
        return read_yaml(text, source);
    }
    // A brace opens a mapping in YAML as well.
    serde_json::from_str(text).or_else(|error| {
        read_yaml(text, source).map_err(|_| GenerateError::Unreadable {
            source_name: shown(source),
            line: error.line(),
            column: error.column(),
            reason: without_place(&error.to_string()),
        })
    })
}

fn read_yaml(text: &str, source: &str) -> Result<Value, GenerateError> {
    let mut options = serde_saphyr::Options::default();
    // Reads the error without the lines around it.
    options.with_snippet = false;
    // As in YAML 1.2: `no` and `0123` are texts.
    options.strict_booleans = true;
    options.leading_zero_numbers_as_strings = true;
    options.underscored_numbers_as_strings = true;
    options.duplicate_keys = serde_saphyr::DuplicateKeyPolicy::LastWins;
    if let Some(budget) = &mut options.budget {
        budget.max_depth = DEPTH;
        budget.max_nodes = NODES;
        budget.max_events = 2 * NODES;
        budget.max_recorded_anchor_events = REPEATED;
    }
    options.alias_limits.max_total_replayed_events = REPEATED;
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location();
        GenerateError::Unreadable {
            source_name: shown(source),
            line: place.map_or(1, |place| place.line() as usize),
            column: place.map_or(1, |place| place.column() as usize),
            reason: without_place(&error.to_string()),
        }
    })
}

fn check_version(root: &Map<String, Value>, source: &str) -> Result<(), GenerateError> {
    let unsupported = |version| GenerateError::Unsupported { source_name: shown(source), version };
    if let Some(version) = root.get("swagger") {
        return Err(unsupported(format!("Swagger {}", plain(version))));
    }
    let Some(version) = root.get("openapi") else {
        return Err(not_openapi(source, "it has no `openapi` key"));
    };
    let version = plain(version);
    let known = ["3.0", "3.1"].iter().any(|known| {
        version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    if known { Ok(()) } else { Err(unsupported(format!("OpenAPI {version}"))) }
}

fn not_openapi(source: &str, reason: &str) -> GenerateError {
    GenerateError::NotOpenapi { source_name: shown(source), reason: reason.to_owned() }
}

/// A text as it is, and anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Messages of readers end with the place, which the error has already.
pub(super) fn without_place(message: &str) -> String {
    let end = message.find(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}

fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).ok()
}
