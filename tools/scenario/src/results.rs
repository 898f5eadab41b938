//! Everything that a run of scenarios found: what `results.json` holds and what reports are made of.
//!
//! The documented shape comes first in each type; what follows it is ours.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::MaskedCall;
use crate::evidence::{FaultEvidence, Phase};
use crate::file::Scenario;
use crate::finding::Finding;
use crate::recording::{Bin, Bucket};
use crate::report::{self, Format};
use crate::result::Versions;
use crate::slo::Slo;
use crate::verdict::Verdict;

mod applied;
mod call;
#[cfg(test)]
pub(crate) mod example;
mod masked;
mod measured;

pub use applied::{AppliedEvent, AppliedFaults, FaultEvent};
pub use call::{
    CallProblem, CallResult, Decision, Dns, Expectation, Got, Metrics, PhaseOfCall, Protocol,
    Wanted,
};
pub(crate) use masked::masked;
pub use measured::{
    Attempts, Attribution, Dose, RecoveryResult, RetryResult, SearchResult, Unattributed,
};

/// Everything that a run of scenarios found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// When the run began, in seconds since 1970.
    pub start: u64,
    /// When it ended, in seconds since 1970.
    pub end: u64,
    /// The scenarios that were run, in order.
    pub results: Vec<ScenarioResults>,
    /// What the run shows: failed if any test failed, else inconclusive if any was, else passed.
    pub verdict: Verdict,
    /// How many tests there were of each verdict.
    pub tests: Counts,
    /// The number from which every chance decision was drawn, as text since it may exceed what JSON readers hold
    /// exactly.
    pub seed: String,
    /// The command that repeats the run.
    pub command: String,
    /// What ran it.
    pub versions: Versions,
    /// Whether the run was cut short: what it did not come to is not in it.
    pub cut_short: bool,
}

/// How many tests there were of each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that show neither.
    pub inconclusive: u64,
}

/// One scenario and what it found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioResults {
    /// The scenario as it was read, without its secrets.
    pub scenario: Scenario,
    /// One result for each item, and for each cell of the matrix.
    pub results: Vec<ItemResult>,
    /// The file that it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What one test found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemResult {
    /// What was called.
    pub target: Target,
    /// The calls: all of them for `single` and `repeat`, and up to 10000 for `load`.
    pub results: Vec<CallResult>,
    /// How many calls were sent, control and recovery left out.
    pub requests_count: u64,
    /// How many of them fell short of what is expected of each.
    pub failure_counts: u64,
    /// How long the test took.
    pub total_time: TotalTime,
    /// The number of calls that are left out of `results`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: u64,
    /// What the test is called.
    pub name: String,
    /// Its place in the matrix, if it is from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
    /// The `operationId` that it is made from, if it is from an OpenAPI document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    /// What it shows.
    pub verdict: Verdict,
    /// Why; empty when it passed.
    pub reasons: Vec<Finding>,
    /// What else is worth knowing; it did not change the verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Finding>,
    /// The call, without its secrets.
    pub call: MaskedCall,
    /// How it was repeated, in words.
    pub strategy: String,
    /// What was expected of each call, in words; absent if nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<String>,
    /// When it began.
    pub started: Timestamp,
    /// The calls without faults; absent if there was no control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Phase>,
    /// The same calls with faults.
    pub faulted: Phase,
    /// How often each fault could act, and did.
    pub faults: Vec<FaultEvidence>,
    /// What can be drawn.
    pub plots: Plots,
    /// Which faults the failed and slow calls met; absent without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// How often the application called its upstreams for each call; absent if nothing of it crossed the proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<RetryResult>,
    /// How it went on after the faults were lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<RecoveryResult>,
    /// The largest fault that is borne.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchResult>,
}

/// What was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// The URL, without its secrets.
    pub address: String,
}

/// How long a test took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TotalTime {
    /// Whole seconds.
    pub secs: u64,
    /// The rest, in nanoseconds.
    pub nanos: u32,
}

/// A place in a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// The name of the call.
    pub call: String,
    /// The name of the fault.
    pub fault: String,
}

/// What can be drawn of a test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plots {
    /// The calls without faults, by when they were due.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control_timeline: Vec<Bucket>,
    /// The calls with faults, by when they were due; for a recovery, the time after the faults goes on here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faulted_timeline: Vec<Bucket>,
    /// How many calls without faults took how long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control_distribution: Vec<Bin>,
    /// How many calls with faults took how long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faulted_distribution: Vec<Bin>,
    /// When faults were on, in milliseconds from the start of the calls with faults; empty when they always were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fault_windows: Vec<FaultWindow>,
    /// The objectives that were judged, for lines in plots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slos: Vec<Slo>,
}

/// When a fault was on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FaultWindow {
    /// The label of the fault.
    pub label: String,
    /// From when on.
    pub from_ms: f64,
    /// Until when.
    pub to_ms: f64,
}

impl Counts {
    /// Takes in one more test.
    pub fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed => self.failed += 1,
            Verdict::Inconclusive => self.inconclusive += 1,
        }
    }

    /// How many tests there were.
    pub fn all(&self) -> u64 {
        self.passed + self.failed + self.inconclusive
    }

    /// What they show together. No test at all shows nothing.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self { failed: 1.., .. } => Verdict::Failed,
            Self { inconclusive: 1.., .. } | Self { passed: 0, .. } => Verdict::Inconclusive,
            _ => Verdict::Passed,
        }
    }
}

impl Results {
    /// Reads a file of results, JSON or YAML; what is wrong with it, in words.
    pub fn read(text: &str, yaml: bool) -> Result<Self, String> {
        if yaml {
            return serde_saphyr::from_str(text).map_err(|error| error.to_string());
        }
        let json = &mut serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(json).map_err(|error| error.to_string())
    }

    /// Every test, with the scenario that it is from.
    pub fn tests(&self) -> impl Iterator<Item = (&ScenarioResults, &ItemResult)> {
        self.results
            .iter()
            .flat_map(|scenario| scenario.results.iter().map(move |item| (scenario, item)))
    }

    /// The same without the calls one by one, for a report that is read as a whole.
    pub fn concise(&self) -> Self {
        let mut concise = self.clone();
        for item in concise.results.iter_mut().flat_map(|scenario| &mut scenario.results) {
            item.omitted += item.results.len() as u64;
            item.results.clear();
        }
        concise
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::render(self, Format::Markdown))
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
