//! What is still known of a run that has more calls than are kept.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::distribution::Distribution;
use super::timeline::Slots;
use super::{LONGEST_MICROS, Sample, has_waited, is_answered, micros};

/// Every call of a run, counted.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) answers: Histogram<u32>,
    pub(super) waits: Histogram<u32>,
    pub(super) lateness: Histogram<u32>,
    pub(super) slots: Slots,
    pub(super) distribution: Distribution,
}

impl Counted {
    /// The counts of these calls; more can be added.
    pub(super) fn of(samples: &[Sample]) -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_MICROS, 3)
            .expect("three digits over an hour of microseconds is a legal histogram");
        let mut counted = Self {
            answers: histogram.clone(),
            waits: histogram.clone(),
            lateness: histogram,
            slots: Slots::new(),
            distribution: Distribution::new(),
        };
        samples.iter().for_each(|sample| counted.record(sample));
        counted
    }

    pub(super) fn record(&mut self, sample: &Sample) {
        let record = |histogram: &mut Histogram<u32>, time: Duration| {
            histogram.saturating_record(micros(time));
        };
        record(&mut self.lateness, sample.late);
        if is_answered(sample) {
            record(&mut self.answers, sample.total);
        }
        if has_waited(sample) {
            record(&mut self.waits, sample.total);
            self.distribution.record(sample.total);
        }
        self.slots.record(sample);
    }
}
