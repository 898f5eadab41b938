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
    /// A call was not answered as expected.
    ExpectationMissed,
    /// The calls are not answered as expected without faults.
    ControlFails,
    /// The application called its upstreams more often than allowed.
    TooManyAttempts,
    /// After the faults were lifted, calls never got back to what they were.
    NeverRecovered,
    /// After the faults were lifted, calls got back to what they were too late.
    RecoveredLate,
    /// Even the least value of a search is not borne.
    NothingBorne,
    /// A stronger fault was borne where a weaker one was not.
    NotMonotonic,
    /// Faults have no upstream that they could act on.
    NoUpstreams,
    /// A schedule cannot be followed by a single call.
    PeriodNotApplicable,
    /// There was no control to compare with.
    NoControl,
    /// What was told about the traffic is not complete.
    EvidenceIncomplete,
    /// The HTTP proxy could not be offered, and was not needed.
    ProxyNotOffered,
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
            Self::ExpectationMissed => "expectation_missed",
            Self::ControlFails => "control_fails",
            Self::TooManyAttempts => "too_many_attempts",
            Self::NeverRecovered => "never_recovered",
            Self::RecoveredLate => "recovered_late",
            Self::NothingBorne => "nothing_borne",
            Self::NotMonotonic => "not_monotonic",
            Self::NoUpstreams => "no_upstreams",
            Self::PeriodNotApplicable => "period_not_applicable",
            Self::NoControl => "no_control",
            Self::EvidenceIncomplete => "evidence_incomplete",
            Self::ProxyNotOffered => "proxy_not_offered",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::SloMissed => {
                "look at how the application waits for what it calls: time limits, retries, fallbacks, caches"
            }
            Self::NoRequests => "check that the load has a duration, clients and a rate above zero",
            Self::NoObjectives => "say what to `expect`, or give a service level objective",
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
            Self::ExpectationMissed => {
                "see which faults these calls met: does the application wait too long, give up too early, or lack a \
                 fallback?"
            }
            Self::ControlFails => {
                "is the application running, and does the call work without faults? Make it so, or change what is \
                 expected"
            }
            Self::TooManyAttempts => {
                "limit how often the application tries again, let the waits grow, and stop trying while a \
                 dependency is down (a circuit breaker)"
            }
            Self::NeverRecovered => {
                "something keeps the system busy after the cause is gone: retries, a queue that is never emptied, \
                 work that nobody waits for any more; shed load and drop old work"
            }
            Self::RecoveredLate => {
                "look at what was piled up meanwhile: queues without limits, long time limits, slow retries"
            }
            Self::NothingBorne => "lower `from`, or loosen the objectives",
            Self::NotMonotonic => "try each value for longer, or on a quieter machine",
            Self::NoUpstreams => {
                "name the hosts that the faults act on under `context.upstreams`, or give the test a mapping"
            }
            Self::PeriodNotApplicable => "give the period in seconds, or use `mode: load`",
            Self::NoControl => "leave `control: false` out, to have something to compare with",
            Self::EvidenceIncomplete => "lower the rate, so that events are counted in time",
            Self::ProxyNotOffered => {
                "if the application does use the HTTP proxy, free its port or choose another with --proxy-address"
            }
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
