//! Scenarios for every operation of an OpenAPI document, or for one URL.
//!
//! A [`Document`] is read and its operations are listed; of each a request is made, with a value for everything that
//! must be there; each [`Template`] makes a scenario of it. Nothing here does IO.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::file::{CallSpec, Scenario};

mod body;
mod document;
mod encode;
mod endpoint;
mod error;
mod note;
mod operation;
mod request;
mod sample;
mod security;
mod server;
mod template;

pub use document::{Document, read_document};
pub use error::GenerateError;
pub use note::{Note, NoteCode};
pub use operation::Operation;
pub use template::{Template, TemplateCall, TemplateItem, built_in, read_template};

use request::{MadeUp, Request};

/// What is generated.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the API is, instead of what the document says.
    pub base_url: Option<String>,
    /// The operations that are meant: each is matched with `METHOD /path`, `/path` and the operationId, and `*` stands
    /// for any characters. All if empty.
    pub filter: Vec<String>,
    /// The keys of the built-in templates that are used; all of them if not given.
    pub templates: Option<Vec<String>>,
    /// Templates that are used in addition.
    pub own: Vec<Template>,
}

/// What was generated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Generated {
    /// The operations, each with its scenarios.
    pub endpoints: Vec<Endpoint>,
    /// Values that were made up: look at them before the scenarios are run.
    pub placeholders: Vec<Placeholder>,
    /// What was left out, and why.
    pub skipped: Vec<Note>,
}

/// An operation with its scenarios.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Endpoint {
    /// The method, in capitals.
    pub method: String,
    /// The path, with its `{placeholders}`.
    pub path: String,
    /// The name of the operation, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    /// A name for the file of its scenarios, without an ending; no two are the same.
    pub file_stem: String,
    /// A scenario for each template.
    pub scenarios: Vec<Scenario>,
}

/// A value that was made up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Placeholder {
    /// The parameter or header; `body` for a body.
    pub name: String,
    /// Where it stands in the request.
    #[serde(rename = "where")]
    pub place: Place,
    /// The operations with it, each as `METHOD /path`.
    pub operations: Vec<String>,
    /// The value; a long one is cut.
    pub value_used: String,
}

/// A place in a request.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A placeholder of the URL; its value is in `config.http.paths.segments`.
    Path,
    /// The query of the URL.
    Query,
    /// A header.
    Header,
    /// The body.
    Body,
}

/// Generates a scenario for each operation that is meant and each template.
pub fn scenarios(document: &Document, options: &Options) -> Result<Generated, GenerateError> {
    let templates = template::chosen(options.templates.as_deref(), &options.own)?;
    let mut gathered = Gathered::default();
    let mut unplaced = None;
    for operation in document
        .operations()
        .iter()
        .filter(|operation| endpoint::is_meant(operation, &options.filter))
    {
        match server::base_url(document, operation, options.base_url.as_deref()) {
            Ok(base) => {
                let request = request::build(document, operation, &base);
                gathered.add(operation, request, &templates);
            }
            Err(error @ GenerateError::BadBaseUrl(_)) => return Err(error),
            Err(error) => {
                gathered
                    .note(Note::new(NoteCode::NoBaseUrl, format!("{}: {error}", operation.name())));
                unplaced.get_or_insert(error);
            }
        }
    }
    if gathered.generated.endpoints.is_empty() {
        return Err(unplaced.unwrap_or_else(|| GenerateError::NoOperations {
            source_name: error::shown(document.source()),
            filter: options.filter.clone(),
        }));
    }
    Ok(gathered.generated)
}

/// Generates a scenario for one call and each chosen template; the filter and the base URL do not matter here. Every
/// `{placeholder}` of the URL gets the value `value`.
pub fn new_scenario(call: CallSpec, options: &Options) -> Result<Vec<Scenario>, GenerateError> {
    let segments: BTreeMap<String, String> = request::placeholders(&call.url)
        .map(|name| (name.to_owned(), request::TEXT.to_owned()))
        .collect();
    let plain = call.url.replace(['{', '}'], "");
    Call::new(&call.method, &plain)?;
    let call = CallSpec {
        method: call.method.trim().to_ascii_uppercase(),
        url: call.url.trim().to_owned(),
        ..call
    };
    let request = Request { call, segments, ..Request::default() };
    let templates = template::chosen(options.templates.as_deref(), &options.own)?;
    Ok(templates.iter().map(|template| template.scenario(&request, 200)).collect())
}

impl Generated {
    /// How many scenarios there are.
    pub fn count(&self) -> usize {
        self.endpoints.iter().map(|endpoint| endpoint.scenarios.len()).sum()
    }

    /// All scenarios, in the order of the operations.
    pub fn scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.endpoints.iter().flat_map(|endpoint| &endpoint.scenarios)
    }

    /// How much was generated, in a line.
    pub fn summary(&self) -> String {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (count, endpoints) = (self.count(), self.endpoints.len());
        format!(
            "Generated {count} reliability scenario{} across {endpoints} endpoint{}!",
            plural(count),
            plural(endpoints)
        )
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
        })
    }
}

/// What was generated so far, and what must not be said twice.
#[derive(Debug, Default)]
struct Gathered {
    generated: Generated,
    stems: BTreeSet<String>,
    /// Where each made up value stands among the placeholders.
    placeholders: BTreeMap<(String, Place, String), usize>,
    noted: BTreeSet<String>,
}

impl Gathered {
    fn add(&mut self, operation: &Operation<'_>, request: Request, templates: &[Template]) {
        let success = operation.success();
        self.generated.endpoints.push(Endpoint {
            method: operation.method.clone(),
            path: operation.path.to_owned(),
            operation_id: operation.operation_id.map(str::to_owned),
            file_stem: endpoint::file_stem(&operation.method, operation.path, &mut self.stems),
            scenarios: templates
                .iter()
                .map(|template| template.scenario(&request, success))
                .collect(),
        });
        for made_up in request.made_up {
            self.placeholder(made_up, operation.name());
        }
        for note in request.notes {
            self.note(note);
        }
    }

    fn placeholder(&mut self, MadeUp { name, place, value }: MadeUp, operation: String) {
        let placeholders = &mut self.generated.placeholders;
        let at =
            *self.placeholders.entry((name.clone(), place, value.clone())).or_insert_with(|| {
                placeholders.push(Placeholder {
                    name,
                    place,
                    operations: Vec::new(),
                    value_used: value,
                });
                placeholders.len() - 1
            });
        placeholders[at].operations.push(operation);
    }

    fn note(&mut self, note: Note) {
        if self.noted.insert(note.message.clone()) {
            self.generated.skipped.push(note);
        }
    }
}

#[cfg(test)]
mod tests;
