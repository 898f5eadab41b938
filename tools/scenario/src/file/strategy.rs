//! How often a call is sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::slo::Slo;

/// How often a call is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
pub enum Strategy {
    /// Once.
    Single {},
    /// Several times one after the other, with a fault that grows.
    Repeat {
        /// By how much the parameter grows with each call.
        step: f64,
        /// How many calls are sent with the fault. The first has the fault as it is written.
        count: u64,
        /// The parameter that grows, as `TYPE.SETTING` or `NAME.SETTING`, such as `latency.mean`; the usual one of
        /// the first fault if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parameter: Option<String>,
        /// Whether to stop at the first call that falls short of what is expected; false if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failfast: Option<bool>,
        /// How many milliseconds to wait between two calls; none if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<f64>,
        /// Whether one more call is sent first, without faults; false if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        add_baseline_call: Option<bool>,
    },
    /// At a steady rate for a while.
    Load {
        /// For how long, such as `10s`.
        duration: String,
        /// How many clients send.
        clients: u32,
        /// How many requests each client sends a second.
        rps: u32,
    },
    /// At a steady rate for a while, again and again, to find the largest fault that is borne.
    Search {
        /// The parameter that is searched, as `TYPE.SETTING` or `NAME.SETTING`, such as `latency.mean`.
        parameter: String,
        /// The least value.
        from: f64,
        /// The largest value.
        to: f64,
        /// What must hold; the objectives under `slo` of the context if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slo: Option<Vec<Slo>>,
        /// How near to the limit the search goes, in the unit of the parameter; a hundredth of the range if not
        /// given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        precision: Option<f64>,
        /// How long each value is tried, such as `5s`, the default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<String>,
        /// How many clients send; 2 if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clients: Option<u32>,
        /// How many requests each client sends a second; 20 if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rps: Option<u32>,
    },
}

/// How the time after the faults is watched.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// For how long the load goes on after the faults were lifted, such as `10s`.
    pub duration: String,
    /// How much slower than without faults still counts as recovered, in percent; 50 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Within how long the recovery must be complete, such as `3s`; not judged if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}
