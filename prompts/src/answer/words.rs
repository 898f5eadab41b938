//! Answers that people read, and no program.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An answer in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WordsAnswer {
    /// What is said, as Markdown.
    pub words: String,
}
