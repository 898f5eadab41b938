//! YAML as a tree that knows where each of its parts stands.

use std::collections::BTreeMap;
use std::ops::Range;
use std::{fmt, iter};

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_saphyr::options::{MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{DefaultMessageFormatter, Location, MessageFormatter, Spanned};

use super::problem::Wrong;

/// The largest file that is read, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

/// How deeply lists and mappings may be nested. A scenario needs nine levels; each takes its part of the stack.
const DEEPEST: usize = 20;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// Where each key of a document stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<String, Place>);

impl Places {
    /// The place of a key such as `items[0].context.faults[1].mean`, or else of the nearest key around it. The empty
    /// path is the document.
    pub fn at(&self, path: &str) -> Option<Place> {
        iter::successors(Some(path), |path| parent(path)).find_map(|path| self.0.get(path)).copied()
    }

    pub(super) fn note(&mut self, path: &str, place: Place) {
        self.0.entry(path.to_owned()).or_insert(place);
    }
}

/// The path less its last step.
fn parent(path: &str) -> Option<&str> {
    (!path.is_empty()).then(|| &path[..path.rfind(['.', '[']).unwrap_or(0)])
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    /// The bytes of the file that the value begins with: all of it, if it is a number or a word.
    span: Range<usize>,
    pub(super) content: Content,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) place: Place,
}

impl Node {
    /// A map that stands nowhere by itself.
    pub(super) fn map(place: Place, pairs: Vec<(Key, Self)>) -> Self {
        Self { place, span: 0..0, content: Content::Map(pairs) }
    }

    /// A text that stands nowhere by itself.
    pub(super) fn text(place: Place, text: &str) -> Self {
        Self { place, span: 0..0, content: Content::Text(text.to_owned()) }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// Whether it is this text.
    pub(super) fn says(&self, text: &str) -> bool {
        matches!(&self.content, Content::Text(own) if own == text)
    }

    /// The pairs of a map.
    pub(super) fn pairs(&mut self) -> Option<&mut Vec<(Key, Self)>> {
        match &mut self.content {
            Content::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The value of a key, if this is a map that has it.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Content::Map(pairs) = &self.content else { return None };
        pairs.iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
    }

    /// A number or a word as it was written: 1.10 is a version to some, and a number to none of them.
    pub(super) fn written<'a>(&self, file: &'a str) -> Option<&'a str> {
        file.get(self.span.clone()).map(str::trim).filter(|text| !text.is_empty())
    }
}

/// The documents of a file, empty ones left out.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, (Wrong, Option<Place>)> {
    if text.len() > LARGEST {
        let message = format!("the file has {} bytes, and {LARGEST} are the most", text.len());
        let hint = "split it: a folder of files is run like one".to_owned();
        return Err((Wrong { code: "file_too_large", message, hint }, None));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            // A file with every endpoint of an application has hundreds.
            max_documents: 10_000,
            max_nodes: 500_000,
            max_events: 2_000_000,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
        merge_keys: MergeKeyPolicy::Merge,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        // As YAML 1.2 has it: `no` and `on` are texts.
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options)
        .map_err(|error| (unreadable(error.without_snippet()), error.location().and_then(place_of)))
}

/// What the parser has to say, in one line.
fn unreadable(error: &serde_saphyr::Error) -> Wrong {
    use serde_saphyr::Error;
    if let Error::DuplicateMappingKey { key, .. } = error {
        let key = key.as_deref().unwrap_or_default();
        return Wrong {
            code: "duplicate_key",
            message: format!("the key `{}` stands there twice", key.escape_debug()),
            hint: "keep one of the two; several of a kind go into a list, with `-` before each"
                .to_owned(),
        };
    }
    let error = match error {
        Error::AliasError { error, .. } => error,
        other => other,
    };
    // Where the parser would speak of the types of Rust.
    let said = match error {
        Error::NullIntoString { .. } => "a key is a text, not `null`; put it in quotes".into(),
        Error::Unexpected { expected: "string scalar", .. } => {
            "a key is a text, not a list or a mapping".into()
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias refers to what it stands in".into()
        }
        other => DefaultMessageFormatter.format_message(other),
    };
    let said: String = said.chars().filter(|letter| !letter.is_control()).take(300).collect();
    let hint = match error {
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. } => {
            "this is larger or nested deeper than any scenario; split the file, or use fewer aliases"
        }
        _ if said.contains("tab") => "indent with spaces; YAML has no tabs there",
        _ => {
            "look at this line and the one before: indentation in step, a space after `:` and `-`, quotes around texts \
             with `: `, `#`, `{`, `[` or `*`"
        }
    };
    Wrong {
        code: "invalid_yaml",
        message: format!("this is not YAML: {said}"),
        hint: hint.to_owned(),
    }
}

fn place_of(location: Location) -> Option<Place> {
    let number = |number: u64| usize::try_from(number).ok().filter(|number| *number > 0);
    Some(Place { line: number(location.line())?, column: number(location.column())? })
}

fn span_of(location: Location) -> Range<usize> {
    let span = location.span();
    let number = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok());
    match (number(span.byte_offset()), number(span.byte_len())) {
        (Some(start), Some(length)) => start..start.saturating_add(length),
        _ => 0..0,
    }
}

const START: Place = Place { line: 1, column: 1 };

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Spanned::<Content>::deserialize(deserializer)?;
        Ok(Self {
            place: place_of(read.defined).unwrap_or(START),
            span: span_of(read.defined),
            content: read.value,
        })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Spanned::<String>::deserialize(deserializer)?;
        Ok(Self { place: place_of(read.defined).unwrap_or(START), name: read.value })
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Contents)
    }
}

struct Contents;

impl<'de> Visitor<'de> for Contents {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Content, E> {
        Ok(Content::Text(value.to_string()))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Content, E> {
        Ok(Content::Text(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Content, E> {
        Ok(Number::from_f64(value)
            .map_or_else(|| Content::Text(value.to_string()), Content::Number))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Content, E> {
        Ok(Content::Text(value.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Content, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Content::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Content::Map(pairs))
    }
}
