//! What was left out of the scenarios, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Its stable name.
    pub code: NoteCode,
    /// What was left out.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// A reason to leave something out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NoteCode {
    /// A reference leads nowhere.
    BrokenRef,
    /// A reference leads to another document.
    ExternalRef,
    /// Nothing says where an operation is.
    NoBaseUrl,
    /// A schema branches so much that it was not looked at in full.
    SchemaTooLarge,
    /// No body could be written.
    UnsupportedBody,
    /// A parameter or credential cannot be written into a request.
    UnusableParameter,
}

impl NoteCode {
    /// The code as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BrokenRef => "broken_ref",
            Self::ExternalRef => "external_ref",
            Self::NoBaseUrl => "no_base_url",
            Self::SchemaTooLarge => "schema_too_large",
            Self::UnsupportedBody => "unsupported_body",
            Self::UnusableParameter => "unusable_parameter",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::BrokenRef => {
                "correct the reference in the document, or check the generated request"
            }
            Self::ExternalRef => {
                "put the documents together in one, or check the generated request"
            }
            Self::NoBaseUrl => "pass `--base-url http://HOST:PORT`",
            Self::SchemaTooLarge => {
                "check the generated request; an `example` in the document is used instead"
            }
            Self::UnsupportedBody => {
                "write `body` and the `content-type` header into the generated call"
            }
            Self::UnusableParameter => "write what the call needs into the generated scenario",
        }
    }
}

impl Note {
    pub(super) fn new(code: NoteCode, message: String) -> Self {
        Self { code, message, hint: code.hint().to_owned() }
    }
}
