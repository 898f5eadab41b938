//! Answers about code: how good it is, and better code.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How good code is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScoreAnswer {
    /// The score, from 0.0 to 1.0.
    pub score: f64,
    /// Why: two to five sentences that name the lines or the calls they speak of.
    pub explanation: String,
}

/// Better code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewCodeAnswer {
    /// What was changed and why: two to five sentences.
    pub explanation: String,
    /// The whole code after the change, without a fence and without line numbers: it takes the
    /// place of the code that was given.
    pub new_code: String,
}

/// A better file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangesAnswer {
    /// How reliable and fast the file is as it was given, from 0.0 to 1.0.
    pub score: f64,
    /// The main risks of the file, and what was changed about them: two to six sentences.
    pub explanation: String,
    /// The whole file after the change, without a fence and without line numbers.
    pub new: String,
    /// The packages that the new file needs and the old one did not, each with a version where it
    /// matters; empty if there are none.
    pub dependencies: Vec<String>,
}
