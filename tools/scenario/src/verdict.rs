//! What a run shows: passed, failed, or nothing.
//!
//! The rules, in words. A run shows nothing (it is *inconclusive*) when it was not the run that was asked for:
//! nothing was sent, nothing crossed the proxy, a fault never acted, the generator could not keep up, the run
//! was cut short. It shows nothing either when the calls already fall short without faults, or when there
//! were too few of them. Otherwise it *failed* when an objective is missed with faults, and else *passed*.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::{FaultEvidence, Phase};
use crate::finding::{Finding, FindingCode};
use crate::slo::{Pass, SloResult, SloType};
use crate::summary::{Summary, percent};

/// What a run shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The objectives are met under the faults, and there is enough to say so.
    Passed,
    /// The objectives are met without the faults, and missed with them.
    Failed,
    /// Neither can be said; the reasons tell why.
    Inconclusive,
}

/// What there is to judge.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// The calls without faults, if there were any.
    pub control: Option<&'a Phase>,
    /// The same calls with faults.
    pub faulted: &'a Phase,
    /// The faults of the second run; none if the calls themselves are what is tried.
    pub faults: &'a [FaultEvidence],
    /// Whether the objectives decide.
    pub by_objectives: bool,
    /// What was expected of each call, if that decides.
    pub expected: Option<&'a Expected>,
    /// Whether something else decides as well.
    pub otherwise: bool,
    /// What else speaks against the run.
    pub more: &'a [Finding],
}

impl<'a> Trial<'a> {
    /// A trial that objectives decide.
    pub fn of_objectives(
        control: &'a Phase,
        faulted: &'a Phase,
        faults: &'a [FaultEvidence],
    ) -> Self {
        Self {
            control: Some(control),
            faulted,
            faults,
            by_objectives: true,
            expected: None,
            otherwise: false,
            more: &[],
        }
    }
}

/// How calls fared against what was expected of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// How many calls with faults fell short.
    pub fell_short: u64,
    /// Of how many.
    pub of: u64,
    /// The first that did, in words.
    pub example: String,
    /// What is wrong with the calls without faults, in words; none if they are as expected.
    pub control: Option<String>,
}

/// A verdict and its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why; empty when it passed.
    pub reasons: Vec<Finding>,
}

/// Judges a trial.
pub fn judge(trial: Trial<'_>) -> Judgement {
    let missed = missed(trial);
    let mut reasons = nothing_run(trial);
    if reasons.is_empty() {
        reasons = faults_without_effect(trial);
        reasons.extend(control_misses(trial));
        reasons.extend(limits(trial));
        if missed.is_empty() && trial.by_objectives {
            reasons.extend(too_few(trial.faulted));
        }
    }
    let verdict = match (reasons.is_empty(), missed.is_empty()) {
        (false, _) => Verdict::Inconclusive,
        (true, false) => Verdict::Failed,
        (true, true) => Verdict::Passed,
    };
    reasons.extend(missed);
    Judgement { verdict, reasons }
}

fn nothing_run(trial: Trial<'_>) -> Vec<Finding> {
    let phases = trial.control.into_iter().chain([trial.faulted]);
    let empty = phases.filter(|phase| phase.summary.requests == 0);
    let mut found: Vec<Finding> = empty
        .map(|phase| {
            let message = format!("no request of the {} run came to an end", phase.name.as_str());
            let cut = phase.summary.cancelled;
            Finding::new(if cut { FindingCode::CutShort } else { FindingCode::NoRequests }, message)
        })
        .collect();
    let by_objectives = trial.by_objectives && !trial.faulted.slos.is_empty();
    if !by_objectives && trial.expected.is_none() && !trial.otherwise {
        found.push(Finding::new(
            FindingCode::NoObjectives,
            "there is no objective or expectation to judge by",
        ));
    }
    found
}

fn faults_without_effect(trial: Trial<'_>) -> Vec<Finding> {
    if trial.faults.is_empty() {
        return Vec::new();
    }
    if trial.faulted.crossed == 0 {
        let requests = trial.faulted.summary.requests;
        let message = format!("nothing crossed the proxy (requests sent: {requests})");
        return vec![Finding::new(FindingCode::NoTrafficCrossed, message)];
    }
    trial.faults.iter().filter_map(without_effect).collect()
}

fn without_effect(fault: &FaultEvidence) -> Option<Finding> {
    let kind = &fault.kind;
    match (fault.eligible, fault.hit) {
        (_, 1..) => None,
        (0, 0) => Some(Finding::new(
            FindingCode::FaultNeverEligible,
            format!("the {kind} fault never had anything to act on"),
        )),
        (eligible, 0) => Some(Finding::new(
            FindingCode::FaultNeverHit,
            format!("the {kind} fault never acted (eligible: {eligible}, hit: 0)"),
        )),
    }
}

fn control_misses(trial: Trial<'_>) -> Vec<Finding> {
    let slos = trial.control.filter(|_| trial.by_objectives).into_iter().flat_map(|it| &it.slos);
    let missed = slos.filter(|result| result.pass == Pass::Missed);
    let mut found: Vec<Finding> = missed
        .map(|result| {
            Finding::new(FindingCode::ControlMissesSlo, share("without faults, ", result))
        })
        .collect();
    let failing = trial.expected.and_then(|expected| expected.control.as_ref());
    found.extend(failing.map(|what| Finding::new(FindingCode::ControlFails, what.clone())));
    found
}

fn limits(trial: Trial<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = trial.control.map(limits_of).unwrap_or_default();
    // What was not sent, or was sent late, may excuse a miss; it cannot excuse one that is there without it.
    if !trial.faulted.slos.iter().any(|result| is_surely_missed(result, &trial.faulted.summary)) {
        found.extend(limits_of(trial.faulted));
    }
    found
}

fn limits_of(phase: &Phase) -> Vec<Finding> {
    let Summary { planned, requests, not_sent, late, cancelled, .. } = phase.summary;
    let name = phase.name.as_str();
    let mut found = Vec::new();
    if not_sent > 0 {
        let message =
            format!("{not_sent} of the {planned} requests of the {name} run could not be sent");
        found.push(Finding::new(FindingCode::GeneratorLimited, message));
    } else if late * 100 > requests {
        let message = format!(
            "{late} of the {requests} requests of the {name} run were sent over 50 ms late"
        );
        found.push(Finding::new(FindingCode::GeneratorLimited, message));
    }
    if cancelled {
        let message =
            format!("the {name} run was cut short after {requests} of {planned} requests");
        found.push(Finding::new(FindingCode::CutShort, message));
    }
    found
}

/// Whether the objective stays missed even if every request that was not sent had been good, and every late
/// one in time.
fn is_surely_missed(result: &SloResult, summary: &Summary) -> bool {
    let excused = match result.slo.slo_type {
        SloType::Latency => summary.late,
        SloType::Error => 0,
    };
    let over = result.over_threshold.saturating_sub(excused);
    result.slo.is_missed_by(over, summary.planned.max(summary.requests))
}

fn too_few(faulted: &Phase) -> Vec<Finding> {
    let unknown = faulted.slos.iter().filter(|result| result.pass == Pass::Unknown);
    unknown
        .map(|result| {
            let SloResult { slo, requests, requests_needed, .. } = result;
            let message = format!(
                "`{}` needs at least {requests_needed} requests before it can be met, and there were {requests}",
                slo.title
            );
            Finding::new(FindingCode::TooFewRequests, message)
        })
        .collect()
}

fn missed(trial: Trial<'_>) -> Vec<Finding> {
    let slos = trial.faulted.slos.iter().filter(|_| trial.by_objectives);
    let missed = slos.filter(|result| result.pass == Pass::Missed);
    let mut found: Vec<Finding> = missed
        .map(|result| {
            let slos = trial.control.into_iter().flat_map(|control| &control.slos);
            let control = slos.into_iter().find(|control| control.slo == result.slo);
            let before = control.map_or_else(String::new, |control| {
                format!("; without faults {} of {}", control.over_threshold, control.requests)
            });
            Finding::new(FindingCode::SloMissed, share("", result) + &before)
        })
        .collect();
    found.extend(trial.expected.and_then(unexpected));
    found.extend_from_slice(trial.more);
    found
}

fn unexpected(expected: &Expected) -> Option<Finding> {
    let Expected { fell_short, of, example, .. } = expected;
    (*fell_short > 0).then(|| {
        let message = match of {
            1 => example.clone(),
            _ => format!(
                "{fell_short} of {of} calls fell short of what is expected, such as: {example}"
            ),
        };
        Finding::new(FindingCode::ExpectationMissed, message)
    })
}

/// How much of a run was over an objective's threshold, in words.
fn share(when: &str, result: &SloResult) -> String {
    let SloResult { slo, requests, over_threshold, .. } = result;
    let what = match slo.slo_type {
        SloType::Latency => format!("took over {}ms or failed", slo.threshold),
        SloType::Error => "did not succeed".to_owned(),
    };
    format!(
        "`{}` is missed: {when}{over_threshold} of {requests} requests ({:.1}%) {what}, and {}% may",
        slo.title,
        percent(*over_threshold, *requests),
        slo.allowed_percent(),
    )
}

#[cfg(test)]
mod tests;
