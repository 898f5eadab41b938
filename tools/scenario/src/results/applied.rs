//! What faults did to a call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use fault_proxy::{Direction, Side};

/// The faults that acted on a call at one upstream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AppliedFaults {
    /// Host and port of the upstream.
    pub url: String,
    /// What acted; null if nothing did.
    pub applied: Option<Vec<AppliedEvent>>,
    /// How it is known that this belongs to the call: `trace` (by its traceparent header), `only` (it was the only
    /// call under way) or `time` (it happened during the call, as it may have during others).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub joined_by: String,
}

/// One fault that acted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AppliedEvent {
    /// What it did.
    pub event: FaultEvent,
}

/// What a fault did. Which of the fields there are depends on its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FaultEvent {
    /// The type of the fault.
    #[serde(rename = "type")]
    pub kind: String,
    /// The way of the bytes that it acted on.
    pub direction: Direction,
    /// The leg of the proxy that it acted on.
    pub side: Side,
    /// The longest delay in milliseconds that a piece of the message really had: latency, packet loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<f64>,
    /// The same for jitter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amplitude: Option<f64>,
    /// How many times a second jitter disturbs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<f64>,
    /// The rate of a limited link, in bytes a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bps: Option<f64>,
    /// The status that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// The label of the fault: its name, or its type with a number where there are several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The delay in milliseconds that was asked for, the mean over the pieces of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<f64>,
    /// How many pieces of the message, answers or resolutions it acted on.
    #[serde(default)]
    pub count: u64,
}
