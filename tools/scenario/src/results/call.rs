//! One call and what was measured of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::applied::AppliedFaults;

/// One call and what was measured of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallResult {
    /// When it was due, in microseconds since 1970.
    pub start: u64,
    /// What was expected and what came; absent if nothing was expected of each call.
    pub expect: Option<Expectation>,
    /// What was measured; absent if the call could not be sent.
    pub metrics: Option<Metrics>,
    /// The faults that were asked for, as they were for this call.
    pub faults: Vec<Map<String, Value>>,
    /// What went wrong.
    pub errors: Vec<CallProblem>,
    /// The number of the call in its phase, from 1.
    pub number: u64,
    /// Which phase it belongs to.
    pub phase: PhaseOfCall,
}

/// Which phase of a test a call belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhaseOfCall {
    /// Without faults.
    Baseline,
    /// With faults.
    #[default]
    Faulted,
    /// After the faults.
    Recovery,
}

/// What was expected of a call and what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expectation {
    /// The protocol: `http`.
    #[serde(rename = "type")]
    pub protocol: String,
    /// What was expected.
    pub wanted: Wanted,
    /// What came; null if nothing did.
    pub got: Option<Got>,
}

/// What was expected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wanted {
    /// The status.
    pub status_code: Option<u16>,
    /// How many milliseconds the call takes at most.
    pub response_time_under: Option<f64>,
    /// Whether all objectives are met.
    pub all_slo_are_valid: Option<bool>,
}

/// What came.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Got {
    /// The status; null if there was no answer.
    pub status_code: Option<u16>,
    /// How many milliseconds the call took; null if it failed before its time could mean anything.
    pub response_time: Option<f64>,
    /// Whether all objectives were met; null where they were not asked for.
    pub all_slo_are_valid: Option<bool>,
    /// Whether it is what was expected.
    pub decision: Option<Decision>,
}

/// Whether a call is what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is.
    Success,
    /// It is not.
    Failure,
}

/// What was measured of a call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metrics {
    /// Names that were resolved for it.
    pub dns: Vec<Dns>,
    /// The answer; null if there was none.
    pub protocol: Option<Protocol>,
    /// Milliseconds from the start of the request to the first byte of the answer; null if there was none.
    pub ttfb: Option<f64>,
    /// Milliseconds the whole call took.
    pub total_time: f64,
    /// The faults that acted on it, by upstream.
    pub faults: Vec<AppliedFaults>,
    /// Whether it failed to be answered.
    pub errored: bool,
    /// Whether that was because its time was up.
    pub timed_out: bool,
}

/// A name that was resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dns {
    /// The name.
    pub host: String,
    /// How long it took, in milliseconds.
    pub duration: f64,
    /// Whether it has an address.
    pub resolved: bool,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Protocol {
    /// The protocol: `http`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status.
    pub code: u16,
    /// The length of the body in bytes.
    pub body_length: u64,
}

/// What went wrong with a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallProblem {
    /// Its stable name: `timed_out`, `refused`, `connect`, `reset`, `closed_early`, `not_http`, `other`.
    pub code: String,
    /// What it was.
    pub message: String,
}
