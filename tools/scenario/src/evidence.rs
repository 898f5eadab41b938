//! What shows that a fault was really there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recording::Recording;
use crate::slo::{Slo, SloResult};
use crate::summary::Summary;

/// How often a fault could act, how often it did, and by how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FaultEvidence {
    /// The fault's kind, such as `latency`.
    pub kind: String,
    /// What it is told by from other faults of the run: its name, else its kind, with a number where there are
    /// several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The fault in words.
    pub description: String,
    /// When the fault was on, in percent of the run; empty when it was always on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// How often it could have acted.
    pub eligible: u64,
    /// How often it did act.
    pub hit: u64,
    /// The delay it asked for; absent when it delays nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_ms: Option<Asked>,
    /// The delay that there really was; absent when it delays nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_ms: Option<Measured>,
    /// When it first acted, in milliseconds from the start of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_hit_ms: Option<f64>,
}

/// A part of a run, in percent of its duration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// Where it starts.
    pub from_percent: f64,
    /// Where it ends.
    pub to_percent: f64,
}

/// The delays that a fault asked for, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// All of them together.
    pub total: f64,
    /// For each hit.
    pub mean: f64,
}

/// The delays that there really were, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// All of them together.
    pub total: f64,
    /// For each hit.
    pub mean: f64,
    /// The longest that was reported; where several hits are reported together, their mean.
    pub max: f64,
}

impl FaultEvidence {
    /// The evidence of a fault that has not acted yet.
    pub fn new(kind: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            label: String::new(),
            description: description.into(),
            windows: Vec::new(),
            eligible: 0,
            hit: 0,
            asked_ms: None,
            measured_ms: None,
            first_hit_ms: None,
        }
    }
}

/// Which of the two runs a phase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhaseName {
    /// The calls without faults.
    Control,
    /// The same calls with faults.
    Faulted,
}

impl PhaseName {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Faulted => "faulted",
        }
    }
}

/// One run of the calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Phase {
    /// Which of the two runs it is.
    pub name: PhaseName,
    /// Its figures.
    pub summary: Summary,
    /// How it fared against each objective.
    pub slos: Vec<SloResult>,
    /// How many connections or exchanges crossed the proxy.
    pub crossed: u64,
}

impl Phase {
    /// The phase of a recording, judged by these objectives.
    pub fn of(name: PhaseName, recording: &Recording, slos: &[Slo], crossed: u64) -> Self {
        Self {
            name,
            summary: Summary::of(recording),
            slos: slos.iter().map(|slo| slo.evaluate(recording)).collect(),
            crossed,
        }
    }
}
