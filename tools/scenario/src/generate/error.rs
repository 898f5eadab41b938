//! Why nothing could be generated.

use crate::call::CallError;
use crate::mask;

/// Why nothing could be generated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// The text is neither JSON nor YAML.
    #[error("`{source_name}` cannot be read at line {line}, column {column}: {reason}")]
    Unreadable {
        /// Where the text came from.
        source_name: String,
        /// The line of the mistake, from 1.
        line: usize,
        /// The column of the mistake, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The text says nothing about an HTTP API.
    #[error("`{source_name}` is not an OpenAPI document: {reason}")]
    NotOpenapi {
        /// Where the text came from.
        source_name: String,
        /// What is missing.
        reason: String,
    },
    /// The document is of a version that is not known.
    #[error("`{source_name}` is written in {version}, and only OpenAPI 3.0 and 3.1 are understood")]
    Unsupported {
        /// Where the text came from.
        source_name: String,
        /// The version, such as `Swagger 2.0`.
        version: String,
    },
    /// The document has no operation, or the filter leaves none.
    #[error("{}", no_operations(source_name, filter))]
    NoOperations {
        /// Where the document came from.
        source_name: String,
        /// What was asked for.
        filter: Vec<String>,
    },
    /// Nothing says where the API is.
    #[error("`{source_name}` does not say where the API is: {reason}")]
    NoBaseUrl {
        /// Where the document came from.
        source_name: String,
        /// What is wrong with its servers.
        reason: String,
    },
    /// The base URL cannot be called.
    #[error("the base URL cannot be used: {0}")]
    BadBaseUrl(CallError),
    /// There is no template of that name.
    #[error("there is no template `{name}`")]
    UnknownTemplate {
        /// What was asked for.
        name: String,
        /// What to do instead.
        advice: String,
    },
    /// A template of the user's own cannot be used.
    #[error("the template {source_name}{at}: {reason}", at = at(*line, *column))]
    BadTemplate {
        /// Where the template came from.
        source_name: String,
        /// The line of the mistake, from 1, if it is known.
        line: Option<usize>,
        /// The column of the mistake, from 1, if it is known.
        column: Option<usize>,
        /// What is wrong.
        reason: String,
        /// What to do about it.
        advice: String,
    },
    /// What was asked for is not a call.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl GenerateError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable_document",
            Self::NotOpenapi { .. } => "not_openapi",
            Self::Unsupported { .. } => "unsupported_openapi",
            Self::NoOperations { .. } => "no_operations",
            Self::NoBaseUrl { .. } => "no_base_url",
            Self::BadBaseUrl(_) => "bad_base_url",
            Self::UnknownTemplate { .. } => "unknown_template",
            Self::BadTemplate { .. } => "bad_template",
            Self::Call(error) => error.code(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &str {
        match self {
            Self::Unreadable { .. } => "check that the document is complete JSON or YAML",
            Self::NotOpenapi { .. } => {
                "give an OpenAPI 3.0 or 3.1 document, such as the `/openapi.json` of the application"
            }
            Self::Unsupported { .. } => "convert the document to OpenAPI 3.0 or 3.1",
            Self::NoOperations { filter, .. } if filter.is_empty() => {
                "the document needs at least one method of a path under `paths`"
            }
            Self::NoOperations { .. } => {
                "a filter is matched with `METHOD /path` and with the operationId, `*` stands for anything: \
                 `GET /users*`"
            }
            Self::NoBaseUrl { .. } => "pass `--base-url http://HOST:PORT`",
            Self::BadBaseUrl(_) => "write the whole base URL, such as http://localhost:8080/api",
            Self::UnknownTemplate { advice, .. } | Self::BadTemplate { advice, .. } => advice,
            Self::Call(error) => error.hint(),
        }
    }
}

/// The source as it may be shown: an address has no secrets in it.
pub(super) fn shown(source: &str) -> String {
    if source.contains("://") { mask::masked_url(source) } else { source.to_owned() }
}

fn no_operations(source: &str, filter: &[String]) -> String {
    if filter.is_empty() {
        return format!("`{source}` has no operations");
    }
    format!("`{source}` has no operation that matches `{}`", filter.join("`, `"))
}

fn at(line: Option<usize>, column: Option<usize>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!(", line {line}, column {column}"),
        _ => String::new(),
    }
}
