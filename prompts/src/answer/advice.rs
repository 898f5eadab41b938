//! Answers that are advice on a function.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What there is to say of a function, of one concern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalysisAnswer {
    /// How the function stands: one or two sentences.
    pub summary: String,
    /// What is to be done: at most three, the one that matters most first; empty if the code is
    /// sound.
    pub findings: Vec<Advice>,
}

/// One piece of advice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advice {
    /// What is wrong, in a few words.
    pub title: String,
    /// How bad it is.
    pub severity: AdviceSeverity,
    /// The first line of the code that it is about, as the lines are numbered.
    pub first_line: usize,
    /// The last line of that code.
    pub last_line: usize,
    /// Which dimension it belongs to, in one or two words, such as availability, latency, capacity,
    /// integrity, data exposure.
    pub dimension: String,
    /// What happens, when, and to whom: one or two sentences.
    pub why: String,
    /// What to change: one or two sentences.
    pub recommendation: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AdviceSeverity {
    /// Users or data suffer from a common fault.
    High,
    /// It makes a fault worse.
    Medium,
    /// Worth doing when the code is touched.
    Low,
}

impl AdviceSeverity {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}
