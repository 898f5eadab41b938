//! Answers to further questions: what the slow calls met, how often the application tries again, how it recovers,
//! and how much it bears.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::slo::Pass;

/// Which faults the calls met that failed or were slow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attribution {
    /// How many calls fell short: of what is expected of each, or else of every call without faults, by failing or
    /// by taking longer.
    pub fell_short: u64,
    /// Whether that was of what is expected of each call.
    #[serde(default)]
    pub of_expectation: bool,
    /// How many of those were hit by a fault.
    pub hit: u64,
    /// How many of those were hit, by fault.
    pub by_fault: std::collections::BTreeMap<String, u64>,
    /// Those that no fault hit, up to 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unattributed: Vec<Unattributed>,
    /// Whether it is known for each call which faults it met (`trace`, `only`), or only which acted while it was
    /// under way (`time`).
    pub joined_by: String,
}

/// A call that fell short, and that no fault hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unattributed {
    /// Its number.
    pub number: u64,
    /// When it was due, in milliseconds from the start of the phase.
    pub at_ms: f64,
    /// How long it took, in milliseconds.
    pub total_ms: f64,
    /// Its status, or how it failed.
    pub outcome: String,
}

/// How often the application called its upstreams for each call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RetryResult {
    /// Without faults; absent without a control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Attempts>,
    /// With faults.
    pub faulted: Attempts,
    /// How many times more attempts there were for each call with faults than without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amplification: Option<f64>,
    /// The waits between attempts for the same call, in milliseconds, median by ordinal: first the wait before the
    /// second attempt. Empty where attempts cannot be told apart by call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backoff_ms: Vec<f64>,
    /// What the waits look like: `none`, `constant`, `growing`, `irregular`; absent with fewer than two waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backoff: Option<String>,
}

/// Attempts at upstreams.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attempts {
    /// How many calls were sent to the application.
    pub calls: u64,
    /// How many times it called an upstream; connections where the proxy does not read HTTP.
    pub attempts: u64,
    /// Attempts for each call.
    pub per_call: f64,
    /// The most attempts for one call; absent where attempts cannot be told apart by call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u64>,
}

/// How it went on after the faults were lifted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryResult {
    /// For how long it was watched, in milliseconds.
    pub watched_ms: f64,
    /// After how many milliseconds calls were back at the level of the control for good; absent if they never were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_ms: Option<f64>,
    /// The level that had to be reached, in milliseconds: the 95th percentile of the control with the tolerance on
    /// top. The median of each part of the time afterwards is held against it.
    pub level_ms: f64,
    /// Within how many milliseconds it had to be; absent if that was not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<f64>,
    /// How many calls failed after the faults were lifted.
    pub errors: u64,
    /// How many calls were sent after the faults were lifted.
    pub requests: u64,
}

/// The largest fault that is borne.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchResult {
    /// The parameter that was searched, such as `latency.mean`.
    pub parameter: String,
    /// Its unit; empty if it has none.
    pub unit: String,
    /// The largest value that met the objectives; absent if even the least did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest: Option<f64>,
    /// The least value that missed them; absent if even the largest met them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_missed: Option<f64>,
    /// Between these two values the limit lies with a confidence of 95 %; absent if it is not within the range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// Each value that was tried, in ascending order.
    pub doses: Vec<Dose>,
}

/// One value of a search and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dose {
    /// The value.
    pub value: f64,
    /// Whether the objectives are met.
    pub pass: Pass,
    /// How many calls there were.
    pub requests: u64,
    /// How many of them were over the threshold of the objective that is nearest to being missed.
    pub over: u64,
    /// The share of those that may be, in percent.
    pub allowed_percent: f64,
    /// The median, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    /// The 95th percentile, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<f64>,
    /// Calls that failed, in percent.
    pub errors_percent: f64,
    /// How often the fault acted.
    pub hits: u64,
}
