//! What a run measured, call by call.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod counted;
mod distribution;
mod timeline;
mod waits;

pub use distribution::Bin;
pub use timeline::Bucket;
pub use waits::{Waits, nearest_rank};

use counted::Counted;
use distribution::Distribution;

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
    /// The number of the call in its run, in the order in which calls are due, from 1.
    pub number: u64,
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
    span: Duration,
    not_sent: u64,
    requests: u64,
    errors: u64,
    late: u64,
    bytes: u64,
    statuses: BTreeMap<u16, u64>,
    failures: BTreeMap<ErrorKind, u64>,
    samples: Vec<Sample>,
    /// There as soon as there are more calls than samples are kept.
    counted: Option<Box<Counted>>,
    elapsed: Duration,
    cancelled: bool,
}

impl Recording {
    /// The recording of a run that plans this many calls within `span`.
    pub fn new(planned: u64, span: Duration) -> Self {
        Self {
            planned,
            span,
            not_sent: 0,
            requests: 0,
            errors: 0,
            late: 0,
            bytes: 0,
            statuses: BTreeMap::new(),
            failures: BTreeMap::new(),
            samples: Vec::new(),
            counted: None,
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
        if self.samples.len() < MAX_SAMPLES {
            self.samples.push(sample);
        } else {
            let samples = &self.samples;
            self.counted.get_or_insert_with(|| Box::new(Counted::of(samples))).record(&sample);
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

    /// The run over time, in at most `buckets` parts of the same length, each with the calls that were due in it.
    /// A run that was cut short ends where it was cut. Exact up to [`MAX_SAMPLES`] calls; beyond, parts may
    /// differ a little in length, and their percentiles are good to two digits.
    pub fn timeline(&self, buckets: usize) -> Vec<Bucket> {
        match &self.counted {
            _ if buckets == 0 || self.requests == 0 => Vec::new(),
            Some(counted) => counted.slots.buckets(buckets),
            None => timeline::of_samples(&self.samples, self.span(), buckets),
        }
    }

    /// How many of the calls of [`Self::waits`] took how long, in bins whose edges grow by the same factor, from
    /// the shortest to the longest.
    pub fn distribution(&self) -> Vec<Bin> {
        if let Some(counted) = &self.counted {
            return counted.distribution.bins();
        }
        let mut distribution = Distribution::new();
        let waited = self.samples.iter().filter(|sample| has_waited(sample));
        waited.for_each(|sample| distribution.record(sample.total));
        distribution.bins()
    }

    fn span(&self) -> Duration {
        let last = self.samples.iter().map(|sample| sample.at).max().unwrap_or_default();
        let span = if self.cancelled { self.span.min(self.elapsed) } else { self.span };
        span.max(last)
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
        match &self.counted {
            Some(counted) => Waits::Counted(&counted.answers),
            None => self.sorted(is_answered, |sample| sample.total),
        }
    }

    /// How long the calls took that were answered or timed out; the latter count with the time they waited.
    /// A call that failed otherwise took no meaningful time.
    pub fn waits(&self) -> Waits<'_> {
        match &self.counted {
            Some(counted) => Waits::Counted(&counted.waits),
            None => self.sorted(has_waited, |sample| sample.total),
        }
    }

    /// How long after their time the calls were sent.
    pub fn lateness(&self) -> Waits<'_> {
        match &self.counted {
            Some(counted) => Waits::Counted(&counted.lateness),
            None => self.sorted(|_| true, |sample| sample.late),
        }
    }

    fn sorted(&self, keep: fn(&Sample) -> bool, time: fn(&Sample) -> Duration) -> Waits<'_> {
        let kept = self.samples.iter().filter(|sample| keep(sample));
        let mut times: Vec<Duration> = kept.map(time).collect();
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

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests;
