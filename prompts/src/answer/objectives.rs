//! Answers that are objectives of a service.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Objectives for code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectivesAnswer {
    /// The objectives: one to five, the one that matters most to users first.
    pub slos: Vec<ObjectiveAnswer>,
}

/// What users can expect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectiveAnswer {
    /// What is measured.
    #[serde(rename = "type")]
    pub kind: ObjectiveKind,
    /// The objective in a few words.
    pub title: String,
    /// The part of requests in percent that must be good: at least 0 and less than 100, such as
    /// 99.5.
    pub objective: f64,
    /// Why this objective, with what the code shows: one to three sentences.
    pub explanation: String,
    /// For latency, how long a good request may take, in `unit`. For availability, the part of
    /// requests in percent that succeed. For error, the part in percent that may fail.
    pub threshold: f64,
    /// The unit of the threshold: `s` or `ms` for latency, `%` for availability and error.
    pub unit: String,
    /// The time that is looked at, as a number and `s`, `m`, `h` or `d`, such as `300s` or `5m`.
    pub window: String,
    /// The label that metrics have for these requests: the name of the handler or route, such as
    /// `index`, with letters, digits and `_ - . / : { }` only.
    pub handler: String,
}

/// What an objective measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ObjectiveKind {
    /// How long requests take.
    Latency,
    /// Which part of requests succeeds.
    Availability,
    /// Which part of requests fails.
    Error,
}
