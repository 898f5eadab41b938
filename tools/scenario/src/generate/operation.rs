//! The operations of a document: each method of each path, with what it inherits.

use serde_json::{Map, Value};

use super::document::Document;

/// The methods of a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A method of a path.
#[derive(Debug, Clone)]
pub struct Operation<'a> {
    /// The method, in capitals.
    pub method: String,
    /// The path as the document writes it, with its `{placeholders}`.
    pub path: &'a str,
    /// The name of the operation, if it has one.
    pub operation_id: Option<&'a str>,
    /// The parameters, those of the operation before those of the path.
    pub(super) parameters: Vec<Parameter<'a>>,
    pub(super) body: Option<&'a Value>,
    /// The lists of servers that apply, the closest first.
    pub(super) servers: Vec<&'a Value>,
    pub(super) security: Option<&'a Value>,
    responses: Option<&'a Map<String, Value>>,
}

/// A parameter of an operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    /// `path`, `query`, `header` or `cookie`.
    pub(super) place: &'a str,
    pub(super) required: bool,
    pub(super) spec: &'a Value,
}

/// Every operation of a document, in its order.
pub(super) fn all(document: &Document) -> Vec<Operation<'_>> {
    let paths = document.root().get("paths").and_then(Value::as_object);
    let paths = paths.into_iter().flatten().filter(|(path, _)| !path.starts_with("x-"));
    paths
        .filter_map(|(path, item)| Some((path, document.resolve(item)?.as_object()?)))
        .flat_map(|(path, item)| of_path(document, path, item))
        .collect()
}

fn of_path<'a>(
    document: &'a Document,
    path: &'a str,
    item: &'a Map<String, Value>,
) -> impl Iterator<Item = Operation<'a>> {
    METHODS.iter().filter_map(move |method| {
        let operation = item.get(*method)?.as_object()?;
        Some(Operation {
            method: method.to_ascii_uppercase(),
            path,
            operation_id: operation.get("operationId").and_then(Value::as_str),
            parameters: parameters(document, operation, item),
            body: operation.get("requestBody").and_then(|body| document.resolve(body)),
            servers: [operation, item, document.root()]
                .iter()
                .filter_map(|level| level.get("servers"))
                .collect(),
            security: operation.get("security").or_else(|| document.root().get("security")),
            responses: operation.get("responses").and_then(Value::as_object),
        })
    })
}

fn parameters<'a>(
    document: &'a Document,
    operation: &'a Map<String, Value>,
    item: &'a Map<String, Value>,
) -> Vec<Parameter<'a>> {
    let mut found: Vec<Parameter<'a>> = Vec::new();
    let lists = [operation, item].map(|level| level.get("parameters").and_then(Value::as_array));
    for spec in lists.into_iter().flatten().flatten() {
        let Some(parameter) = document.resolve(spec).and_then(parameter) else { continue };
        let same =
            |other: &Parameter<'_>| (other.name, other.place) == (parameter.name, parameter.place);
        if !found.iter().any(same) {
            found.push(parameter);
        }
    }
    found
}

fn parameter(spec: &Value) -> Option<Parameter<'_>> {
    let place = spec.get("in")?.as_str()?;
    let required = spec.get("required").and_then(Value::as_bool).unwrap_or(false);
    Some(Parameter {
        name: spec.get("name")?.as_str()?,
        place,
        required: required || place == "path",
        spec,
    })
}

impl Operation<'_> {
    /// `METHOD /path`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The status of an answer that went well: the first of 200 to 299 that is documented, else the first
    /// redirection, since redirections are not followed, else 200.
    pub fn success(&self) -> u16 {
        let statuses = || self.responses.into_iter().flat_map(Map::keys);
        let first = |class: char| {
            let mut of_class = statuses().filter(|status| status.starts_with(class));
            of_class.find_map(|status| status.parse::<u16>().ok().filter(|code| *code != 304))
        };
        let any = statuses().any(|status| status.starts_with('2') || status == "default");
        first('2').or_else(|| if any { None } else { first('3') }).unwrap_or(200)
    }
}
