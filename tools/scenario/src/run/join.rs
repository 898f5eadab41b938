//! Which faults each call met.
//!
//! A call is told by its trace: the generator sends a `traceparent`, and an application that passes it on lets its
//! own calls be told apart too. Where it does not, calls that are sent one after the other are told by their time;
//! under load the time says only what may have met what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use fault_proxy::{Fault, Hit};

use super::expected;
use super::phase::Ran;
use super::witness::Crossing;
use crate::file::Expect;
use crate::generator;
use crate::recording::{Outcome, Sample};
use crate::results::{
    AppliedEvent, AppliedFaults, Attribution, Decision, FaultEvent, Unattributed,
};

/// How many calls that no fault hit are named.
const MOST_NAMED: usize = 20;

/// How it is known what met what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    Trace,
    Only,
    Time,
}

impl By {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Only => "only",
            Self::Time => "time",
        }
    }
}

/// The crossings of a phase, by call.
pub(super) struct Joined<'a> {
    ran: &'a Ran,
    traced: BTreeMap<u64, Vec<&'a Crossing>>,
    /// Crossings without a trace, by when they began.
    untraced: Vec<&'a Crossing>,
}

impl<'a> Joined<'a> {
    /// Joins what crossed during a phase with its calls.
    pub(super) fn of(ran: &'a Ran, crossings: impl IntoIterator<Item = &'a Crossing>) -> Self {
        let mut traced: BTreeMap<u64, Vec<&Crossing>> = BTreeMap::new();
        let mut untraced = Vec::new();
        for crossing in crossings {
            let number = crossing.trace.as_deref().map(|it| generator::number_of(it, ran.trace));
            match number {
                Some(Some((number, _))) => traced.entry(number).or_default().push(crossing),
                Some(None) => {}
                None => untraced.push(crossing),
            }
        }
        untraced.sort_by(|one, other| one.began_ms.total_cmp(&other.began_ms));
        Self { ran, traced, untraced }
    }

    /// What belongs to a call for sure.
    pub(super) fn surely(&self, sample: &Sample) -> Vec<&'a Crossing> {
        if self.ran.sequential {
            return self.of_call(sample).0;
        }
        self.traced.get(&sample.number).cloned().unwrap_or_default()
    }

    /// What belongs to a call, and how that is known. Without anything it is not known either.
    pub(super) fn of_call(&self, sample: &Sample) -> (Vec<&'a Crossing>, Option<By>) {
        let mut found: Vec<&Crossing> =
            self.traced.get(&sample.number).cloned().unwrap_or_default();
        let mut by = (!found.is_empty()).then_some(By::Trace);
        let from = self.ran.due_ms(sample);
        let to = from + sample.total.as_secs_f64() * 1000.0;
        let first = self.untraced.partition_point(|crossing| crossing.began_ms < from);
        let during = self.untraced[first..].iter().take_while(|crossing| crossing.began_ms <= to);
        let before = found.len();
        found.extend(during.copied());
        if found.len() > before {
            by = Some(if self.ran.sequential { By::Only } else { By::Time });
        }
        (found, by)
    }
}

/// The faults that a call met, by upstream.
pub(super) fn applied(found: &[&Crossing], by: Option<By>, faults: &[Fault]) -> Vec<AppliedFaults> {
    let mut upstreams: Vec<(&str, Vec<&Hit>)> = Vec::new();
    for crossing in found {
        let hits = crossing.hits.iter().filter(|hit| hit.count > 0);
        match upstreams.iter_mut().find(|(target, _)| *target == crossing.target) {
            Some((_, known)) => known.extend(hits),
            None => upstreams.push((&crossing.target, hits.collect())),
        }
    }
    let labels = fault_proxy::fault::labels(faults);
    let of_upstream = upstreams.into_iter().map(|(target, hits)| {
        let events = hits.into_iter().map(|hit| {
            let fault = labels.iter().position(|label| *label == hit.label).map(|at| &faults[at]);
            AppliedEvent { event: event(hit, fault) }
        });
        let events: Vec<AppliedEvent> = events.collect();
        AppliedFaults {
            url: target.to_owned(),
            applied: (!events.is_empty()).then_some(events),
            joined_by: by.map(By::word).unwrap_or_default().to_owned(),
        }
    });
    of_upstream.collect()
}

/// What a fault did, in the documented shape of its type.
fn event(hit: &Hit, fault: Option<&Fault>) -> FaultEvent {
    let settings = fault.map(Fault::to_map).unwrap_or_default();
    // The pieces of a message are on their way at the same time, so that their delays do not add up.
    let measured = (hit.released > 0).then_some(hit.measured_max_ms);
    let number = |name: &str| settings.get(name).and_then(Value::as_f64);
    let jitters = settings.contains_key("amplitude");
    FaultEvent {
        kind: hit.fault.clone(),
        direction: hit.direction,
        side: hit.side,
        delay: measured.filter(|_| !jitters),
        amplitude: measured.filter(|_| jitters),
        frequency: number("frequency"),
        bps: number("rate").zip(settings.get("unit").and_then(Value::as_str)).map(bytes_a_second),
        status_code: settings
            .get("status_code")
            .and_then(Value::as_u64)
            .and_then(|it| it.try_into().ok()),
        label: hit.label.clone(),
        asked: (hit.asked_ms > 0.0).then(|| hit.asked_ms / hit.count.max(1) as f64),
        count: hit.count,
    }
}

/// A rate in bytes a second from a number and its unit, such as `KBps` or `mbit`.
fn bytes_a_second((rate, unit): (f64, &str)) -> f64 {
    let unit = unit.to_ascii_lowercase();
    let thousands = match unit.chars().next() {
        Some('k') => 1e3,
        Some('m') => 1e6,
        Some('g') => 1e9,
        _ => 1.0,
    };
    rate * thousands / if unit.contains("bit") { 8.0 } else { 1.0 }
}

/// Which faults the calls met that fell short, or that took longer than every call without faults did where nothing
/// is expected of each.
pub(super) fn attribution(
    joined: &Joined<'_>,
    expect: &Expect,
    slowest_control_ms: Option<f64>,
) -> Option<Attribution> {
    let each = expected::of_each_call(expect);
    let short = |sample: &&Sample| match slowest_control_ms {
        _ if each => expected::decide(expect, sample) == Decision::Failure,
        _ if sample.outcome.is_error() => true,
        Some(slowest) => sample.total.as_secs_f64() * 1000.0 > slowest,
        None => false,
    };
    let mut it = Attribution { of_expectation: each, ..Attribution::default() };
    let mut by_all: Option<By> = None;
    for sample in joined.ran.recording.samples().iter().filter(short) {
        it.fell_short += 1;
        let (found, by) = joined.of_call(sample);
        by_all = by_all.max(by);
        let hits = found.iter().flat_map(|crossing| &crossing.hits).filter(|hit| hit.count > 0);
        let labels: BTreeSet<&String> = hits.map(|hit| &hit.label).collect();
        it.hit += u64::from(!labels.is_empty());
        for label in &labels {
            *it.by_fault.entry((*label).clone()).or_default() += 1;
        }
        if labels.is_empty() && it.unattributed.len() < MOST_NAMED {
            it.unattributed.push(unattributed(sample));
        }
    }
    it.joined_by = by_all.map(By::word).unwrap_or_default().to_owned();
    (it.fell_short > 0).then_some(it)
}

fn unattributed(sample: &Sample) -> Unattributed {
    Unattributed {
        number: sample.number,
        at_ms: sample.at.as_secs_f64() * 1000.0,
        total_ms: sample.total.as_secs_f64() * 1000.0,
        outcome: match sample.outcome {
            Outcome::Answered(status) => status.to_string(),
            Outcome::Failed(kind) => kind.code().to_owned(),
        },
    }
}
