//! A review before it is written down: statements with their evidence, from rules or from a model.

use schemars::JsonSchema;
use serde::Serialize;

/// Something that is said, and what shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Statement {
    /// What is said.
    pub(crate) text: String,
    /// The ids of what shows it: those that exist.
    pub(crate) evidence: Vec<String>,
    /// Whether it was said to rest on evidence that there is not, or on none.
    pub(crate) unproven: bool,
}

/// Why something may have fallen short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hypothesis {
    /// In a few words.
    pub(crate) title: String,
    /// What was seen, each with its evidence.
    pub(crate) symptoms: Vec<Statement>,
    /// The cause that is suspected.
    pub(crate) cause: Statement,
    /// What to do next about it.
    pub(crate) next_steps: Vec<String>,
}

/// How urgent a change is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub(crate) enum Priority {
    /// A test failed that it would bear on, and much is at stake.
    Critical,
    /// It would make the service bear more.
    #[default]
    Recommended,
    /// It is good practice.
    #[serde(rename = "Nice-to-have")]
    NiceToHave,
}

impl Priority {
    /// The word of the report.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Critical => "Critical",
            Self::Recommended => "Recommended",
            Self::NiceToHave => "Nice-to-have",
        }
    }
}

/// A proposed change of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    /// The unified diff.
    pub(crate) diff: String,
    /// Why it does not apply to the files that there are, if it does not: then it is a sketch.
    pub(crate) sketch: Option<String>,
}

/// A place to change, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fix {
    /// The id of the place.
    pub(crate) id: String,
    /// `file:line`.
    pub(crate) at: String,
    /// The line as it is.
    pub(crate) code: String,
    /// What to do there.
    pub(crate) fix: String,
}

/// Something to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recommendation {
    /// What to do, in a few words.
    pub(crate) title: String,
    /// How urgent it is.
    pub(crate) priority: Priority,
    /// How hard it is.
    pub(crate) complexity: String,
    /// What it costs to run.
    pub(crate) cost: String,
    /// What is gained.
    pub(crate) benefit: String,
    /// Why.
    pub(crate) rationale: Statement,
    /// The places, where the code says where.
    pub(crate) fixes: Vec<Fix>,
    /// The change, where there is one.
    pub(crate) proposal: Option<Proposal>,
    /// What operations can do.
    pub(crate) operate: Option<String>,
    /// Further remarks.
    pub(crate) discussion: Vec<String>,
    /// The scenario that shows whether it helps.
    pub(crate) verify: Option<String>,
}

/// What can go wrong with a recommendation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Threat {
    /// The recommendation, as the table names it.
    pub(crate) recommendation: String,
    /// What can go wrong.
    pub(crate) risk: String,
    /// How that shows.
    pub(crate) shows: String,
    /// What to watch.
    pub(crate) watch: String,
}

/// A review before it is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// What matters most.
    pub(crate) findings: Vec<Statement>,
    /// How well the service bears faults.
    pub(crate) posture: Vec<Statement>,
    /// Why it may fall short.
    pub(crate) hypotheses: Vec<Hypothesis>,
    /// What to change.
    pub(crate) recommendations: Vec<Recommendation>,
    /// What each change can bring with it.
    pub(crate) threats: Vec<Threat>,
    /// What to weigh.
    pub(crate) trade_offs: Vec<Statement>,
    /// What to do next.
    pub(crate) next_steps: Vec<String>,
    /// How many recommendations are not told.
    pub(crate) left_out: usize,
}

impl Statement {
    /// A statement with its evidence.
    pub(crate) fn new(
        text: impl Into<String>,
        evidence: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let evidence = evidence.into_iter().map(Into::into).collect();
        Self { text: text.into(), evidence, unproven: false }
    }
}
