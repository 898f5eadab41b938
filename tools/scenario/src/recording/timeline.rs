//! A run over time: the calls by when they were due.

use std::time::Duration;

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::waits::Waits;
use super::{LONGEST_MICROS, Sample, has_waited, micros};
use crate::millis;

/// The calls that were due in a part of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bucket {
    /// When the part begins, in milliseconds from the start of the run. A call due right then belongs to it.
    pub from_ms: f64,
    /// When it ends, in milliseconds from the start of the run. A call due right then belongs to the next.
    pub to_ms: f64,
    /// How many requests were due.
    pub requests: u64,
    /// How many of those did not succeed.
    pub errors: u64,
    /// 50 % of those answered or timed out took at most this, in milliseconds; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    /// 95 % of them took at most this, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<f64>,
    /// The longest of them, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<f64>,
}

/// The buckets of these samples, which are all of a run: `count` equal parts of `span`.
pub(super) fn of_samples(samples: &[Sample], span: Duration, count: usize) -> Vec<Bucket> {
    let mut parts: Vec<Part> = (0..count).map(|_| Part::default()).collect();
    for sample in samples {
        let at = sample.at.as_nanos() * count as u128 / span.as_nanos().max(1);
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(count - 1);
        parts[at].record(sample);
    }
    let edge = |number: usize| millis::of(span) * number as f64 / count as f64;
    parts.into_iter().enumerate().map(|(at, part)| part.bucket(edge(at), edge(at + 1))).collect()
}

/// Samples of one bucket.
#[derive(Default)]
struct Part {
    requests: u64,
    errors: u64,
    waits: Vec<Duration>,
}

impl Part {
    fn record(&mut self, sample: &Sample) {
        self.requests += 1;
        self.errors += u64::from(sample.outcome.is_error());
        if has_waited(sample) {
            self.waits.push(sample.total);
        }
    }

    fn bucket(mut self, from_ms: f64, to_ms: f64) -> Bucket {
        self.waits.sort_unstable();
        let max = self.waits.last().copied();
        let waits = Waits::Exact(self.waits);
        Bucket {
            from_ms,
            to_ms,
            requests: self.requests,
            errors: self.errors,
            p50_ms: waits.percentile(50.0).map(millis::of),
            p95_ms: waits.percentile(95.0).map(millis::of),
            max_ms: max.map(millis::of),
        }
    }
}

/// The same without samples, for runs of more calls than are kept: counts for slots of equal length. When a run
/// outgrows [`MOST_SLOTS`], slots are joined in pairs, so that memory is bounded however long it is.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    width: Duration,
    slots: Vec<Slot>,
}

/// The length of a slot at first.
const FIRST_WIDTH: Duration = Duration::from_millis(100);

/// How many slots are kept.
const MOST_SLOTS: usize = 2048;

/// The calls that were due in one slot.
#[derive(Debug, Clone)]
struct Slot {
    requests: u64,
    errors: u64,
    max: Duration,
    /// Microseconds, to two digits.
    waits: Histogram<u32>,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self { width: FIRST_WIDTH, slots: Vec::new() }
    }

    pub(super) fn record(&mut self, sample: &Sample) {
        while self.slot_of(sample.at) >= MOST_SLOTS {
            self.join_pairs();
        }
        let at = self.slot_of(sample.at);
        if at >= self.slots.len() {
            self.slots.resize_with(at + 1, Slot::new);
        }
        self.slots[at].record(sample);
    }

    /// The slots joined to at most `count` buckets. Their edges are edges of slots, so they may differ in length
    /// by one slot.
    pub(super) fn buckets(&self, count: usize) -> Vec<Bucket> {
        let count = count.min(self.slots.len());
        let edge = |number: usize| number * self.slots.len() / count;
        let at = |slot: usize| millis::of(self.width) * slot as f64;
        (0..count)
            .map(|number| {
                let (from, to) = (edge(number), edge(number + 1));
                let mut joined = Slot::new();
                self.slots[from..to].iter().for_each(|slot| joined.join(slot));
                joined.bucket(at(from), at(to))
            })
            .collect()
    }

    fn slot_of(&self, at: Duration) -> usize {
        usize::try_from(at.as_nanos() / self.width.as_nanos()).unwrap_or(usize::MAX)
    }

    fn join_pairs(&mut self) {
        self.width *= 2;
        let pairs = self.slots.chunks(2).map(|pair| {
            let mut joined = pair[0].clone();
            pair[1..].iter().for_each(|slot| joined.join(slot));
            joined
        });
        self.slots = pairs.collect();
    }
}

impl Slot {
    fn new() -> Self {
        let mut waits = Histogram::new_with_bounds(1, 1000, 2)
            .expect("two digits over a thousand microseconds is a legal histogram");
        waits.auto(true);
        Self { requests: 0, errors: 0, max: Duration::ZERO, waits }
    }

    fn record(&mut self, sample: &Sample) {
        self.requests += 1;
        self.errors += u64::from(sample.outcome.is_error());
        if has_waited(sample) {
            self.max = self.max.max(sample.total);
            let micros = micros(sample.total).min(LONGEST_MICROS);
            self.waits
                .record(micros)
                .expect("a histogram that grows takes every time up to an hour");
        }
    }

    fn join(&mut self, other: &Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.max = self.max.max(other.max);
        self.waits.add(&other.waits).expect("a histogram that grows takes in any other");
    }

    fn bucket(self, from_ms: f64, to_ms: f64) -> Bucket {
        let waits = Waits::Counted(&self.waits);
        // A histogram answers with the upper end of a range, which may be above what was measured.
        let at = |percent| waits.percentile(percent).map(|time| millis::of(time.min(self.max)));
        Bucket {
            from_ms,
            to_ms,
            requests: self.requests,
            errors: self.errors,
            p50_ms: at(50.0),
            p95_ms: at(95.0),
            max_ms: (waits.count() > 0).then(|| millis::of(self.max)),
        }
    }
}

#[cfg(test)]
mod tests;
