//! Everything an impact scenario found, for machines; its `Display` is the Markdown report.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::MaskedCall;
use crate::evidence::{FaultEvidence, Phase};
use crate::finding::Finding;
use crate::load::Load;
use crate::report;
use crate::verdict::Verdict;

/// Everything an impact scenario found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImpactResult {
    /// What was tried, in words.
    pub title: String,
    /// `passed`, `failed` or `inconclusive`.
    pub verdict: Verdict,
    /// Why; empty when it passed.
    pub reasons: Vec<Finding>,
    /// The call that was repeated, without its secrets.
    pub call: MaskedCall,
    /// How it was repeated.
    pub load: Load,
    /// The calls without faults.
    pub control: Phase,
    /// The same calls with faults.
    pub faulted: Phase,
    /// How often each fault could act, and did.
    pub faults: Vec<FaultEvidence>,
    /// The number from which every chance decision was drawn, as text since it may exceed what JSON readers
    /// hold exactly.
    pub seed: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Where the proxy listened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listeners: Vec<ListenerAddress>,
    /// What ran it.
    pub versions: Versions,
    /// How to run it again.
    pub repeat: Repeat,
    /// What to do next, most useful first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
}

/// Where the proxy listened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListenerAddress {
    /// What the listener is.
    pub name: String,
    /// Its address and port.
    pub address: String,
}

/// The versions of what ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Versions {
    /// The version of `fault`.
    pub fault: String,
}

/// How to run the same again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Repeat {
    /// The tool to call.
    pub tool: String,
    /// Its arguments, the seed among them.
    pub arguments: serde_json::Map<String, serde_json::Value>,
    /// The command that does the same.
    pub command: String,
}

impl fmt::Display for ImpactResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::impact(self))
    }
}
