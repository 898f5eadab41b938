//! Answers that are parts of a review. Each statement names its evidence by id; who asked checks it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a service bears faults, and why it may fall short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PostureAnswer {
    /// How well the service bears the faults: two to five statements, the worst endpoint first.
    pub posture: Vec<Claim>,
    /// Why it falls short where it does: at most five, the most plausible first.
    pub hypotheses: Vec<HypothesisAnswer>,
}

/// A statement and what shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// One sentence.
    pub text: String,
    /// The ids of the tests and places that show it, such as S3 or C1, as they are given.
    pub evidence: Vec<String>,
}

/// A cause that is suspected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HypothesisAnswer {
    /// The cause in a few words.
    pub title: String,
    /// What was seen that speaks for it: one to four statements.
    pub symptoms: Vec<Claim>,
    /// How the cause leads to that: one to three sentences.
    pub cause: String,
    /// The ids of the tests and places that the cause rests on.
    pub evidence: Vec<String>,
    /// What to do next to find out or to mend it: one to three short sentences.
    pub next_steps: Vec<String>,
}

/// What to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecommendationsAnswer {
    /// At most six, the most urgent first.
    pub recommendations: Vec<RecommendationAnswer>,
}

/// Something to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecommendationAnswer {
    /// What to do, in a few words.
    pub title: String,
    /// How urgent it is.
    pub priority: PriorityAnswer,
    /// How hard it is.
    pub complexity: Level,
    /// What it costs to run.
    pub cost: Level,
    /// What is gained, in one sentence.
    pub benefit: String,
    /// Why: one to three sentences.
    pub rationale: String,
    /// The ids of the tests and places that speak for it.
    pub evidence: Vec<String>,
    /// The change as a unified diff with the paths of the files as they are given, each hunk with
    /// lines of the file around it, exactly as they stand there; empty if no file is given or none
    /// has to change.
    pub diff: String,
    /// The fault that shows whether it helps, and what must then be seen: one sentence.
    pub verify: String,
    /// Remarks on the change: none to three short sentences.
    pub discussion: Vec<String>,
    /// What can go wrong with it: one sentence.
    pub risk: String,
    /// How that shows: one sentence.
    pub shows: String,
    /// What to watch: one sentence.
    pub watch: String,
}

/// How urgent a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PriorityAnswer {
    /// A test failed that it bears on, and much is at stake.
    Critical,
    /// It lets the service bear more.
    Recommended,
    /// It is good practice.
    NiceToHave,
}

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
}

impl Level {
    /// Its name, as a table has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }
}

/// A review in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SummaryAnswer {
    /// What matters most: two to five statements.
    pub findings: Vec<Claim>,
    /// What is to be weighed before the recommendations are followed: one to five statements.
    pub trade_offs: Vec<Claim>,
    /// What to do next, and how to see that it helped: two to six short sentences.
    pub next_steps: Vec<String>,
}
