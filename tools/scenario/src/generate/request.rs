//! The request of an operation: URL, headers and body, with a value for everything that must be there.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::document::Document;
use super::encode::{self, Style};
use super::operation::{Operation, Parameter};
use super::sample::{self, Sampler};
use super::{Note, NoteCode, Place, body, security};
use crate::file::{CallSpec, Meta};

/// What stands where a text is needed and nothing is known of it.
pub(super) const TEXT: &str = "value";

/// How much of a value is shown in the list of placeholders.
const SHOWN: usize = 200;

/// The request of an operation.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) call: CallSpec,
    /// The values of the placeholders of the URL.
    pub(super) segments: BTreeMap<String, String>,
    /// What was made up and needs a look.
    pub(super) made_up: Vec<MadeUp>,
    pub(super) notes: Vec<Note>,
}

/// A value that was made up.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MadeUp {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) value: String,
}

/// Builds the request of an operation.
pub(super) fn build(document: &Document, operation: &Operation<'_>, base: &str) -> Request {
    let mut builder = Builder {
        document,
        operation,
        request: Request::default(),
        query: vec![],
        headers: BTreeMap::new(),
    };
    builder.path();
    builder.query();
    builder.headers();
    security::apply(&mut builder);
    builder.body();
    builder.finish(base)
}

/// A request in the making.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    pub(super) document: &'a Document,
    pub(super) operation: &'a Operation<'a>,
    request: Request,
    query: Vec<String>,
    headers: BTreeMap<String, String>,
}

impl<'a> Builder<'a> {
    /// Every placeholder of the path gets a value, whether the document describes it or not.
    fn path(&mut self) {
        for name in placeholders(self.operation.path) {
            let described = self.parameters("path").find(|parameter| parameter.name == name);
            let (text, invented) = match described {
                Some(parameter) => {
                    let (value, invented) = self.value(&parameter);
                    (encode::segment(name, &value, Style::of(parameter.spec, "path")), invented)
                }
                None => (TEXT.to_owned(), true),
            };
            let name = plain_name(name);
            if invented {
                self.made_up(&name, Place::Path, &text);
            }
            self.request.segments.insert(name, text);
        }
    }

    fn query(&mut self) {
        for parameter in self.required("query") {
            let (value, invented) = self.value(&parameter);
            let text = encode::query(parameter.name, &value, Style::of(parameter.spec, "query"));
            if invented {
                self.made_up(parameter.name, Place::Query, &encode::simple(&value, false));
            }
            self.query.push(text);
        }
    }

    fn headers(&mut self) {
        for parameter in self.required("header").into_iter().chain(self.required("cookie")) {
            // OpenAPI leaves these to the media types of body and answer.
            if ["accept", "content-type"]
                .iter()
                .any(|name| parameter.name.eq_ignore_ascii_case(name))
            {
                continue;
            }
            let (value, invented) = self.value(&parameter);
            let text = encode::simple(&value, false);
            if parameter.place == "cookie" {
                self.cookie(parameter.name, &encode::component(&text));
            } else {
                self.header(parameter.name, &text);
            }
            if invented {
                self.made_up(parameter.name, Place::Header, &text);
            }
        }
    }

    fn body(&mut self) {
        let always = matches!(self.operation.method.as_str(), "POST" | "PUT" | "PATCH");
        let Some(spec) = self.operation.body else { return };
        if !always && spec.get("required") != Some(&Value::Bool(true)) {
            return;
        }
        let mut sampler = Sampler::new(self.document);
        let made = body::of(self.document, spec, &mut sampler);
        self.note_trouble(&sampler);
        match made {
            Ok(body) => {
                if sampler.invented {
                    self.made_up("body", Place::Body, &body.text);
                }
                self.header("content-type", &body.media);
                self.request.call.body = Some(body.text);
            }
            Err(note) => self.note(note.0, &note.1),
        }
    }

    fn finish(mut self, base: &str) -> Request {
        let path = url_path(self.operation.path);
        let slash = if path.starts_with('/') { "" } else { "/" };
        let mut url = format!("{base}{slash}{path}");
        if !self.query.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&self.query.join("&"));
        }
        self.request.call.method.clone_from(&self.operation.method);
        self.request.call.url = url;
        self.request.call.headers = (!self.headers.is_empty()).then_some(self.headers);
        let operation_id = self.operation.operation_id.map(str::to_owned);
        self.request.call.meta = operation_id.map(|id| Meta { operation_id: Some(id) });
        self.request
    }

    fn parameters(&self, place: &'static str) -> impl Iterator<Item = Parameter<'a>> + use<'a> {
        self.operation.parameters.iter().copied().filter(move |parameter| parameter.place == place)
    }

    fn required(&self, place: &'static str) -> Vec<Parameter<'a>> {
        self.parameters(place).filter(|parameter| parameter.required).collect()
    }

    /// The value of a parameter, and whether it was made up.
    fn value(&mut self, parameter: &Parameter<'a>) -> (Value, bool) {
        let example = sample::example(self.document, parameter.spec);
        if let Some(example) = example.filter(|example| is_usable(example)) {
            return (example.clone(), false);
        }
        let media = || parameter.spec.get("content")?.as_object()?.values().next();
        let mut sampler = Sampler::new(self.document);
        if let Some(media) = media() {
            let example = sample::example(self.document, media).cloned();
            let invented = example.is_none();
            let value = example.or_else(|| sampler.value(media.get("schema")?)).unwrap_or_default();
            self.note_trouble(&sampler);
            return (Value::from(super::document::plain(&value)), invented && sampler.invented);
        }
        let value = parameter.spec.get("schema").and_then(|schema| sampler.value(schema));
        self.note_trouble(&sampler);
        match value.filter(|value| !sample::is_empty(value)) {
            Some(value) => (value, sampler.invented),
            None => (Value::from(TEXT), true),
        }
    }

    /// Sets a header; its value loses what no header may hold.
    pub(super) fn header(&mut self, name: &str, value: &str) {
        let name = name.to_ascii_lowercase();
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            self.note(
                NoteCode::UnusableParameter,
                &format!("the header `{name}` has a name that HTTP does not allow"),
            );
            return;
        }
        let value = if HeaderValue::from_str(value).is_ok() { value } else { TEXT };
        self.headers.insert(name, value.to_owned());
    }

    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// Adds a cookie to those that are there.
    pub(super) fn cookie(&mut self, name: &str, value: &str) {
        let before = self.headers.get("cookie").map(|cookies| format!("{cookies}; "));
        let cookies = format!("{}{name}={value}", before.unwrap_or_default());
        self.header("cookie", &cookies);
    }

    pub(super) fn query_pair(&mut self, name: &str, value: &str) {
        self.query.push(format!("{}={}", encode::component(name), encode::component(value)));
    }

    pub(super) fn made_up(&mut self, name: &str, place: Place, value: &str) {
        let mut shown: String = value.chars().take(SHOWN).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        self.request.made_up.push(MadeUp { name: name.to_owned(), place, value: shown });
    }

    pub(super) fn note(&mut self, code: NoteCode, message: &str) {
        self.request.notes.push(Note::new(code, format!("{}: {message}", self.operation.name())));
    }

    fn note_trouble(&mut self, sampler: &Sampler<'_>) {
        for reference in &sampler.broken {
            // The same reference may be in many operations, and needs to be said once.
            let code = if reference.starts_with('#') {
                NoteCode::BrokenRef
            } else {
                NoteCode::ExternalRef
            };
            self.request
                .notes
                .push(Note::new(code, format!("the reference `{reference}` was not followed")));
        }
        if sampler.exhausted() {
            self.note(NoteCode::SchemaTooLarge, "a schema is too large to be looked at in full");
        }
    }
}

/// Whether an example is one: not nothing, and not a placeholder such as `{account}` or `<account>`.
fn is_usable(example: &Value) -> bool {
    let placeholder = |text: &str| {
        text.starts_with('{') && text.ends_with('}') || text.starts_with('<') && text.ends_with('>')
    };
    !sample::is_empty(example) && !example.as_str().is_some_and(placeholder)
}

/// The names between braces.
pub(super) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    pieces(path).filter_map(|(_, name)| name)
}

/// Texts and the names of the placeholders after them.
fn pieces(path: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    path.split_inclusive('}').map(|piece| {
        let named = piece.strip_suffix('}').and_then(|piece| piece.rsplit_once('{'));
        match named {
            Some((text, name)) if !name.is_empty() => (text, Some(name)),
            _ => (piece, None),
        }
    })
}

/// A path as it stands in a URL: encoded, its placeholders with plain names, and without a fragment, which some
/// documents use to tell paths apart and which is not sent.
fn url_path(path: &str) -> String {
    let path = path.split('#').next().unwrap_or(path);
    let written = pieces(path).map(|(text, name)| match name {
        Some(name) => format!("{}{{{}}}", encode::path(text), plain_name(name)),
        None => encode::path(text),
    });
    written.collect()
}

/// The name with only the characters that the name of a placeholder may have.
fn plain_name(name: &str) -> String {
    let usable = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
    name.chars().map(|char| if usable(char) { char } else { '_' }).collect()
}

/// The part of a map that is a map of its own.
pub(super) fn section<'a>(
    map: &'a Map<String, Value>,
    path: [&str; 2],
) -> Option<&'a Map<String, Value>> {
    map.get(path[0])?.get(path[1])?.as_object()
}
