//! From the text of a file to scenarios, or to all that is wrong with it.

use serde_json::Value;

use super::Scenario;
use super::check;
use super::locate::{self, Node, Places};
use super::problem::{FileProblem, Wrong};
use super::shape::Shape;

/// How many problems of a file are told at most.
const MOST: usize = 50;

/// A scenario of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it says.
    pub scenario: Scenario,
    /// The file, as it was named.
    pub source: String,
    /// Which one it is among the scenarios of its file, from 0.
    pub index: usize,
    /// Where each of its keys stands.
    pub places: Places,
}

impl Document {
    /// A problem with a key of this document, at its place.
    pub fn problem(
        &self,
        code: &'static str,
        key: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> FileProblem {
        let wrong = Wrong { code, message: message.into(), hint: hint.into() };
        wrong.at(key, self.places.at(key), &self.source)
    }
}

/// Reads the scenarios of a file: YAML or JSON, one or more documents. `source` is what the file is called.
///
/// All that is wrong with the file is told together, as far as one mistake does not hide the next, in the order of
/// the lines.
pub fn read(text: &str, source: &str) -> Result<Vec<Document>, Vec<FileProblem>> {
    let nodes =
        locate::documents(text).map_err(|(wrong, place)| vec![wrong.at("", place, source)])?;
    if nodes.is_empty() {
        let wrong = Wrong {
            code: "empty_file",
            message: "there is no scenario in the file".to_owned(),
            hint: "write one with a `title` and `items`".to_owned(),
        };
        return Err(vec![wrong.at("", None, source)]);
    }
    let mut documents = Vec::new();
    let mut problems = Vec::new();
    for (index, node) in nodes.into_iter().enumerate() {
        match document(node, index, text, source) {
            Ok(document) => documents.push(document),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        return Ok(documents);
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems.truncate(MOST);
    Err(problems)
}

fn document(
    mut node: Node,
    index: usize,
    text: &str,
    source: &str,
) -> Result<Document, Vec<FileProblem>> {
    let mut shape = Shape::new(text, source);
    let value = shape.document(&mut node);
    check::document(&value, &mut shape);
    let (places, mut problems) = shape.finish();
    if problems.is_empty() {
        match typed(value) {
            Ok(scenario) => {
                return Ok(Document { scenario, source: source.to_owned(), index, places });
            }
            Err((key, wrong)) => problems.push(wrong.at(&key, places.at(&key), source)),
        }
    }
    Err(problems)
}

/// The last word is with the types; after the shape was checked it is a formality.
fn typed(value: Value) -> Result<Scenario, (String, Wrong)> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let key = if path == "." { String::new() } else { path };
        let hint = "docs/reference/scenario-file.md has every key".to_owned();
        (key, Wrong { code: "invalid_value", message: error.into_inner().to_string(), hint })
    })
}
