//! What is wrong with a scenario file, and where.

use std::borrow::Cow;
use std::{error, fmt};

use fault_proxy::FaultError;
use schemars::JsonSchema;
use serde::Serialize;

use super::locate::Place;

/// One thing that is wrong with a scenario file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileProblem {
    /// A stable name for the kind of problem.
    pub code: Cow<'static, str>,
    /// The file, as it was named.
    pub source: String,
    /// The line, from 1, if there is one to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The key, such as `items[0].context.faults[1].mean`; empty if it is about the whole document.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(&self.source))?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", plain(&self.key))?;
        }
        write!(f, ": {}", plain(&self.message))
    }
}

/// A text on one line: what a file says is not to move the cursor of a terminal.
fn plain(text: &str) -> String {
    let visible =
        |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
    text.chars().map(visible).collect()
}

// Not derived: the derive takes a field of the name `source` for the cause of the error.
impl error::Error for FileProblem {}

/// A problem before it has a place.
pub(super) struct Wrong {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) hint: String,
}

impl Wrong {
    /// The problem at a key and its place in a file.
    pub(super) fn at(self, key: &str, place: Option<Place>, source: &str) -> FileProblem {
        FileProblem {
            code: self.code.into(),
            source: source.to_owned(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            key: key.to_owned(),
            message: self.message,
            hint: self.hint,
        }
    }
}

impl From<FaultError> for Wrong {
    fn from(error: FaultError) -> Self {
        Self { code: error.code, message: error.message, hint: error.hint }
    }
}

/// The word that a misspelt one was probably meant to be.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}
