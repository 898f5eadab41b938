//! What a run measured, call by call.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many samples are kept. Up to here percentiles are exact; beyond, they come from a histogram of three
/// significant digits.
pub const MAX_SAMPLES: usize = 250_000;

/// A call sent this long after its time is late: what it measured is partly the generator's own delay.
pub const LATE: Duration = Duration::from_millis(50);

/// The longest time that the histogram tells apart, in microseconds: an hour.
const LONGEST_MICROS: u64 = 3_600_000_000;

/// How a call failed to be answered.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The timeout passed before the end of the answer.
    TimedOut,
    /// Nobody listens at the address.
    Refused,
    /// The connection could not be made for another reason: no such host, no route.
    Connect,
    /// The connection was reset.
    Reset,
    /// The connection ended before the answer did.
    ClosedEarly,
    /// What came back is not HTTP.
    NotHttp,
    /// This machine ran out of sockets or ports, so the call was never sent.
    Local,
    /// Anything else.
    Other,
}

impl ErrorKind {
    /// The stable name of this kind, as it is written in results.
    pub fn code(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Refused => "refused",
            Self::Connect => "connect",
            Self::Reset => "reset",
            Self::ClosedEarly => "closed_early",
            Self::NotHttp => "not_http",
            Self::Local => "local",
            Self::Other => "other",
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The whole answer came, with this status.
    Answered(u16),
    /// It did not.
    Failed(ErrorKind),
}

impl Outcome {
    /// Whether the call did not succeed: it failed, or its status is 500 or more. A 4xx is an answer.
    pub fn is_error(self) -> bool {
        matches!(self, Self::Failed(_) | Self::Answered(500..))
    }
}

/// One call, measured. Times are counted from when the call was due, so that a stall is not hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When the call was due, from the start of the run.
    pub at: Duration,
    /// How long after its time it was sent.
    pub late: Duration,
    /// How long the head of the answer took, if it came.
    pub ttfb: Option<Duration>,
    /// How long the whole call took.
    pub total: Duration,
    /// How many bytes of body came back.
    pub bytes: u64,
    /// How it ended.
    pub outcome: Outcome,
}

/// Everything that a run measured.
#[derive(Debug, Clone)]
pub struct Recording {
    planned: u64,
    not_sent: u64,
    requests: u64,
    errors: u64,
    late: u64,
    bytes: u64,
    statuses: BTreeMap<u16, u64>,
    failures: BTreeMap<ErrorKind, u64>,
    samples: Vec<Sample>,
    answers: Histogram<u32>,
    waits: Histogram<u32>,
    elapsed: Duration,
    cancelled: bool,
}

impl Recording {
    /// The recording of a run that plans this many calls.
    pub fn new(planned: u64) -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_MICROS, 3)
            .expect("three digits over an hour of microseconds is a legal histogram");
        Self {
            planned,
            not_sent: 0,
            requests: 0,
            errors: 0,
            late: 0,
            bytes: 0,
            statuses: BTreeMap::new(),
            failures: BTreeMap::new(),
            samples: Vec::new(),
            answers: histogram.clone(),
            waits: histogram,
            elapsed: Duration::ZERO,
            cancelled: false,
        }
    }

    /// Takes in one call. A call that this machine could not send counts as not sent.
    pub fn record(&mut self, sample: Sample) {
        if sample.outcome == Outcome::Failed(ErrorKind::Local) {
            return self.skip();
        }
        self.requests += 1;
        self.errors += u64::from(sample.outcome.is_error());
        self.late += u64::from(sample.late > LATE);
        self.bytes += sample.bytes;
        match sample.outcome {
            Outcome::Answered(status) => *self.statuses.entry(status).or_default() += 1,
            Outcome::Failed(kind) => *self.failures.entry(kind).or_default() += 1,
        }
        let micros = u64::try_from(sample.total.as_micros()).unwrap_or(LONGEST_MICROS);
        if is_answered(&sample) {
            self.answers.saturating_record(micros);
        }
        if has_waited(&sample) {
            self.waits.saturating_record(micros);
        }
        if self.samples.len() < MAX_SAMPLES {
            self.samples.push(sample);
        }
    }

    /// Takes in a call that could not be sent.
    pub fn skip(&mut self) {
        self.not_sent += 1;
    }

    /// Ends the recording: how long it took, and whether it was cut short.
    pub fn finish(&mut self, elapsed: Duration, cancelled: bool) {
        self.elapsed = elapsed;
        self.cancelled = cancelled;
    }

    /// How many calls were planned.
    pub fn planned(&self) -> u64 {
        self.planned
    }

    /// How many calls were sent and came to an end.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// How many of them did not succeed: see [`Outcome::is_error`].
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// How many calls could not be sent when they were due, because too many were still waiting or this
    /// machine had no socket left.
    pub fn not_sent(&self) -> u64 {
        self.not_sent
    }

    /// How many calls were sent more than [`LATE`] after their time.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// How many bytes of body came back.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many answers had each status.
    pub fn statuses(&self) -> &BTreeMap<u16, u64> {
        &self.statuses
    }

    /// How many calls failed in each way.
    pub fn failures(&self) -> &BTreeMap<ErrorKind, u64> {
        &self.failures
    }

    /// The calls in the order in which they ended, up to [`MAX_SAMPLES`].
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// How long the run took.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Whether the run was cut short.
    pub fn cancelled(&self) -> bool {
        self.cancelled
    }

    /// How long the calls took that were answered.
    pub fn answers(&self) -> Waits<'_> {
        self.sorted(is_answered, &self.answers)
    }

    /// How long the calls took that were answered or timed out; the latter count with the time they waited.
    /// A call that failed otherwise took no meaningful time.
    pub fn waits(&self) -> Waits<'_> {
        self.sorted(has_waited, &self.waits)
    }

    fn sorted<'a>(&'a self, keep: fn(&Sample) -> bool, counted: &'a Histogram<u32>) -> Waits<'a> {
        if self.requests > MAX_SAMPLES as u64 {
            return Waits::Counted(counted);
        }
        let kept = self.samples.iter().filter(|sample| keep(sample));
        let mut times: Vec<Duration> = kept.map(|sample| sample.total).collect();
        times.sort_unstable();
        Waits::Exact(times)
    }
}

fn is_answered(sample: &Sample) -> bool {
    matches!(sample.outcome, Outcome::Answered(_))
}

fn has_waited(sample: &Sample) -> bool {
    matches!(sample.outcome, Outcome::Answered(_) | Outcome::Failed(ErrorKind::TimedOut))
}

/// How long calls took.
#[derive(Debug, Clone)]
pub enum Waits<'a> {
    /// Each time, in ascending order.
    Exact(Vec<Duration>),
    /// Times in microseconds, to three digits.
    Counted(&'a Histogram<u32>),
}

impl Waits<'_> {
    /// How many times there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Exact(times) => times.len() as u64,
            Self::Counted(histogram) => histogram.len(),
        }
    }

    /// The time of this rank in ascending order, counted from 1.
    pub fn ranked(&self, rank: u64) -> Option<Duration> {
        if rank == 0 || rank > self.count() {
            return None;
        }
        match self {
            Self::Exact(times) => times.get(usize::try_from(rank - 1).ok()?).copied(),
            Self::Counted(histogram) => {
                let quantile = rank as f64 / self.count() as f64;
                Some(Duration::from_micros(histogram.value_at_quantile(quantile)))
            }
        }
    }

    /// How many times are longer than `threshold`.
    pub fn over(&self, threshold: Duration) -> u64 {
        match self {
            Self::Exact(times) => {
                (times.len() - times.partition_point(|time| *time <= threshold)) as u64
            }
            Self::Counted(histogram) => {
                let micros = u64::try_from(threshold.as_micros()).unwrap_or(u64::MAX);
                histogram.len() - histogram.count_between(0, micros)
            }
        }
    }

    /// The mean of the times.
    pub fn mean(&self) -> Option<Duration> {
        match self {
            _ if self.count() == 0 => None,
            Self::Exact(times) => {
                let sum: Duration = times.iter().sum();
                Some(sum.div_f64(times.len() as f64))
            }
            Self::Counted(histogram) => Some(Duration::from_secs_f64(histogram.mean() / 1e6)),
        }
    }

    /// Whether the times are exact.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }
}

/// The rank, counted from 1, of the percentile `percent` among `count` values: the nearest-rank definition.
pub fn nearest_rank(percent: f64, count: u64) -> u64 {
    // The small term keeps 95 % of 20 at rank 19 whatever the last binary digit of the product says.
    let rank = (percent / 100.0 * count as f64 - 1e-6).ceil();
    (rank as u64).clamp(1, count.max(1))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A call due at `at` ms that took `total` ms and was answered with `status`.
    pub(crate) fn answered(at: u64, total: u64, status: u16) -> Sample {
        Sample {
            at: Duration::from_millis(at),
            late: Duration::ZERO,
            ttfb: Some(Duration::from_millis(total)),
            total: Duration::from_millis(total),
            bytes: 10,
            outcome: Outcome::Answered(status),
        }
    }

    /// A call that failed after `total` ms.
    pub(crate) fn failed(total: u64, kind: ErrorKind) -> Sample {
        Sample { ttfb: None, bytes: 0, outcome: Outcome::Failed(kind), ..answered(0, total, 0) }
    }

    /// A finished recording of these calls that took a second.
    pub(crate) fn recorded(samples: impl IntoIterator<Item = Sample>) -> Recording {
        let mut recording = Recording::new(0);
        for sample in samples {
            recording.planned += 1;
            recording.record(sample);
        }
        recording.finish(Duration::from_secs(1), false);
        recording
    }

    #[test]
    fn the_nearest_rank_is_the_smallest_value_that_covers_the_percentage() {
        for (percent, count, rank) in [
            (50.0, 31, 16),
            (95.0, 20, 19),
            (95.0, 31, 30),
            (99.0, 100, 99),
            (99.0, 31, 31),
            (99.9, 1000, 999),
        ] {
            assert_eq!(nearest_rank(percent, count), rank, "{percent} of {count}");
        }
        assert_eq!(
            (nearest_rank(0.0, 10), nearest_rank(100.0, 10), nearest_rank(50.0, 0)),
            (1, 10, 1)
        );
    }

    #[test]
    fn a_timed_out_call_has_a_latency_and_a_refused_one_has_none() {
        let recording = recorded([
            answered(0, 30, 200),
            answered(0, 10, 404),
            failed(500, ErrorKind::TimedOut),
            failed(1, ErrorKind::Refused),
        ]);
        let Waits::Exact(times) = recording.waits() else { panic!("four samples are exact") };
        assert_eq!(times, [10, 30, 500].map(Duration::from_millis));
        assert_eq!(recording.answers().count(), 2);
        assert_eq!((recording.requests(), recording.errors()), (4, 2));
        assert_eq!(recording.failures()[&ErrorKind::Refused], 1);
    }

    #[test]
    fn a_call_this_machine_could_not_send_is_not_a_request() {
        let recording = recorded([answered(0, 1, 503), failed(0, ErrorKind::Local)]);
        assert_eq!((recording.requests(), recording.errors(), recording.not_sent()), (1, 1, 1));
    }

    #[test]
    fn beyond_the_bound_percentiles_come_from_the_histogram_within_three_digits() {
        let count = MAX_SAMPLES as u64 + 1000;
        let recording = recorded((1..=count).map(|at| answered(at, at % 1000 + 1, 200)));
        let waits = recording.waits();
        assert!(!waits.is_exact());
        assert_eq!((waits.count(), recording.samples().len()), (count, MAX_SAMPLES));
        let median = waits.ranked(nearest_rank(50.0, count)).unwrap().as_secs_f64() * 1000.0;
        assert!((median - 500.0).abs() <= 1.0, "{median}");
        let over = waits.over(Duration::from_millis(900)) as f64 / count as f64;
        assert!((over - 0.1).abs() < 0.002, "{over}");
        assert_eq!(waits.ranked(count + 1), None);
    }
}
