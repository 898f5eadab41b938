//! The reasons for a verdict: a stable code, what was found, and what to do about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The stable name of a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    /// An objective was missed under the faults.
    SloMissed,
    /// A run sent no request.
    NoRequests,
    /// No objective was given.
    NoObjectives,
    /// No connection or exchange crossed the proxy.
    NoTrafficCrossed,
    /// A fault never had anything to act on.
    FaultNeverEligible,
    /// A fault could have acted, and never did.
    FaultNeverHit,
    /// The calls miss an objective without faults.
    ControlMissesSlo,
    /// There were too few requests for what an objective claims.
    TooFewRequests,
    /// The generator could not send what was planned when it was planned.
    GeneratorLimited,
    /// The run was cut short.
    CutShort,
}

impl FindingCode {
    /// The code as it is written in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SloMissed => "slo_missed",
            Self::NoRequests => "no_requests",
            Self::NoObjectives => "no_objectives",
            Self::NoTrafficCrossed => "no_traffic_crossed",
            Self::FaultNeverEligible => "fault_never_eligible",
            Self::FaultNeverHit => "fault_never_hit",
            Self::ControlMissesSlo => "control_misses_slo",
            Self::TooFewRequests => "too_few_requests",
            Self::GeneratorLimited => "generator_limited",
            Self::CutShort => "cut_short",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::SloMissed => {
                "look at how the application waits for what it calls: time limits, retries, fallbacks, caches"
            }
            Self::NoRequests => "check that the load has a duration, clients and a rate above zero",
            Self::NoObjectives => "give at least one service level objective",
            Self::NoTrafficCrossed => {
                "point the application at the address of the proxy, or the calls at a mapping of the proxy"
            }
            Self::FaultNeverEligible => {
                "check the fault's side, direction and schedule against the traffic, and the upstreams that the \
                 proxy was given"
            }
            Self::FaultNeverHit => "raise the fault's probability, or send more requests",
            Self::ControlMissesSlo => {
                "see the errors of the control: is the application running? If it is, make it meet its objectives \
                 without faults first, or loosen them"
            }
            Self::TooFewRequests => "raise the duration, the clients or the rate",
            Self::GeneratorLimited => {
                "lower the clients or the rate, shorten the timeout, or allow this machine more open files"
            }
            Self::CutShort => "let the run come to its end, or ask for a shorter one",
        }
    }
}

/// One reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Its stable name.
    pub code: FindingCode,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Finding {
    /// A finding with the hint of its code.
    pub fn new(code: FindingCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: code.hint().to_owned() }
    }
}
