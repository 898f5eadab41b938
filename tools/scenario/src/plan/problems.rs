//! Problems with what a file asks for, each with its place in the file.

use std::borrow::Cow;

use fault_proxy::{DurationError, FaultError, MappingError, UpstreamError};

use crate::call::CallError;
use crate::file::{Document, FileProblem};
use crate::load::LoadError;

/// A problem before its place is known.
pub(super) struct Problem {
    code: Cow<'static, str>,
    message: String,
    hint: String,
}

impl Problem {
    pub(super) fn new(
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { code: code.into(), message: message.into(), hint: hint.into() }
    }

    /// The problem at a key of a document.
    pub(super) fn at(self, document: &Document, key: &str) -> FileProblem {
        let place = document.places.at(key);
        FileProblem {
            code: self.code,
            source: document.source.clone(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            key: key.to_owned(),
            message: self.message,
            hint: self.hint,
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}

impl From<DurationError> for Problem {
    fn from(error: DurationError) -> Self {
        Self::new("invalid_duration", error.to_string(), error.hint())
    }
}

impl From<MappingError> for Problem {
    fn from(error: MappingError) -> Self {
        Self::new("invalid_mapping", error.to_string(), error.hint())
    }
}

impl From<UpstreamError> for Problem {
    fn from(error: UpstreamError) -> Self {
        Self::new("invalid_upstream", error.to_string(), error.hint())
    }
}

impl From<FaultError> for Problem {
    fn from(error: FaultError) -> Self {
        Self { code: error.code.into(), message: error.message, hint: error.hint }
    }
}

/// Nothing is left of what was given.
pub(super) fn nothing_matches(filter: &[String]) -> FileProblem {
    let (message, hint) = if filter.is_empty() {
        ("there is no test to run".to_owned(), "add at least one item".to_owned())
    } else {
        let message = format!("no test matches {}", filter.join(", "));
        (message, "filters are parts of a title, of `METHOD URL` or of an operation id".to_owned())
    };
    FileProblem {
        code: "nothing_to_run".into(),
        source: "scenarios".to_owned(),
        line: None,
        column: None,
        key: String::new(),
        message,
        hint,
    }
}
