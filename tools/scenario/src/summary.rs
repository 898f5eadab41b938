//! A recording in figures.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::millis;
use crate::recording::{Recording, Waits};

/// Requests sent no later than this are not late by any measure, in milliseconds.
const NEGLIGIBLE_MS: f64 = 5.0;

/// A run in figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// How many requests were planned.
    pub planned: u64,
    /// How many were sent and came to an end.
    pub requests: u64,
    /// How many of those did not succeed: no answer, or a status of 500 or more.
    pub errors: u64,
    /// How many failed to be answered, by kind: `timed_out`, `refused`, `connect`, `reset`, `closed_early`,
    /// `not_http`, `other`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors_by_kind: BTreeMap<String, u64>,
    /// How many answers had each status.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub statuses: BTreeMap<String, u64>,
    /// How many requests could not be sent when they were due: too many were still waiting, or this machine
    /// had no socket left.
    pub not_sent: u64,
    /// How many requests were sent more than 50 ms after their time.
    pub late: u64,
    /// 99 % of the requests were sent at most this long after their time, in milliseconds. Absent without
    /// requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness_p99_ms: Option<f64>,
    /// Whether the generator itself was the limit, so that the figures are partly its own.
    #[serde(default)]
    pub generator_limited: bool,
    /// Why it was, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_limit: Option<String>,
    /// Whether the run was cut short.
    pub cancelled: bool,
    /// How long calls took. Absent when no call was answered or timed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// The median time to the head of the answer, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttfb_p50_ms: Option<f64>,
    /// How many bytes of body came back.
    pub bytes: u64,
    /// How long the run took, in milliseconds.
    pub duration_ms: f64,
    /// How many answers came back each second.
    pub throughput: f64,
}

/// How long calls took, in milliseconds from when each was due: those answered, and those that timed out,
/// with the time they waited. Percentiles are the nearest rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    /// How many calls the figures are drawn from.
    pub samples: u64,
    /// The shortest.
    pub min: f64,
    /// The mean.
    pub mean: f64,
    /// 25 % took at most this.
    pub p25: f64,
    /// 50 % took at most this.
    pub p50: f64,
    /// 75 % took at most this.
    pub p75: f64,
    /// 95 % took at most this.
    pub p95: f64,
    /// 99 % took at most this.
    pub p99: f64,
    /// The longest.
    pub max: f64,
    /// True when there were too many samples to keep, and figures are good to three digits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
}

impl Summary {
    /// The figures of a recording.
    pub fn of(recording: &Recording) -> Self {
        let answered: u64 = recording.statuses().values().sum();
        let seconds = recording.elapsed().as_secs_f64();
        let latency = Latency::of(&recording.waits());
        let lateness_p99_ms = recording.lateness().percentile(99.0).map(millis::of);
        let limit = limit(recording, lateness_p99_ms, latency.as_ref());
        Self {
            planned: recording.planned(),
            requests: recording.requests(),
            errors: recording.errors(),
            errors_by_kind: named(recording.failures(), |kind| kind.code().to_owned()),
            statuses: named(recording.statuses(), u16::to_string),
            not_sent: recording.not_sent(),
            late: recording.late(),
            lateness_p99_ms,
            generator_limited: limit.is_some(),
            generator_limit: limit,
            cancelled: recording.cancelled(),
            latency,
            ttfb_p50_ms: median_ttfb(recording),
            bytes: recording.bytes(),
            duration_ms: millis::of(recording.elapsed()),
            throughput: if seconds > 0.0 { answered as f64 / seconds } else { 0.0 },
        }
    }

    /// The share of requests that did not succeed, in percent; 0 without requests.
    pub fn error_percent(&self) -> f64 {
        percent(self.errors, self.requests)
    }
}

impl Latency {
    fn of(waits: &Waits<'_>) -> Option<Self> {
        let samples = waits.count();
        let at = |percent| waits.percentile(percent).map(millis::of);
        Some(Self {
            samples,
            min: waits.ranked(1).map(millis::of)?,
            mean: waits.mean().map(millis::of)?,
            p25: at(25.0)?,
            p50: at(50.0)?,
            p75: at(75.0)?,
            p95: at(95.0)?,
            p99: at(99.0)?,
            max: waits.ranked(samples).map(millis::of)?,
            approximate: !waits.is_exact(),
        })
    }
}

/// `part` in percent of `whole`; 0 of nothing.
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

fn median_ttfb(recording: &Recording) -> Option<f64> {
    let mut times: Vec<Duration> =
        recording.samples().iter().filter_map(|sample| sample.ttfb).collect();
    times.sort_unstable();
    Waits::Exact(times).percentile(50.0).map(millis::of)
}

/// Why the generator itself was the limit of a run, if it was.
fn limit(
    recording: &Recording,
    lateness_p99: Option<f64>,
    latency: Option<&Latency>,
) -> Option<String> {
    let (planned, requests) = (recording.planned(), recording.requests());
    let (not_sent, late) = (recording.not_sent(), recording.late());
    if not_sent > 0 {
        return Some(format!(
            "{not_sent} of {planned} requests could not be sent when they were due"
        ));
    }
    if late * 100 > requests {
        return Some(format!("{late} of {requests} requests were sent over 50 ms late"));
    }
    let (lateness, latency) = (lateness_p99?, latency?);
    // A few milliseconds are what any busy machine does, and they matter to nobody's objectives.
    let is_much = lateness > NEGLIGIBLE_MS && lateness > latency.p50 / 10.0;
    is_much.then(|| {
        let p50 = latency.p50;
        format!("1% of requests were sent {lateness:.1} ms late or more, and half took {p50:.1} ms at most")
    })
}

fn named<K>(counts: &BTreeMap<K, u64>, name: impl Fn(&K) -> String) -> BTreeMap<String, u64> {
    counts.iter().map(|(key, count)| (name(key), *count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tests::{answered, failed, recorded};
    use crate::recording::{ErrorKind, Sample};

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let summary = Summary::of(&recorded((1..=20).map(|total| answered(0, total * 10, 200))));
        let latency = summary.latency.unwrap();
        assert_eq!(
            [
                latency.min,
                latency.p25,
                latency.p50,
                latency.p75,
                latency.p95,
                latency.p99,
                latency.max
            ],
            [10.0, 50.0, 100.0, 150.0, 190.0, 200.0, 200.0]
        );
        assert_eq!((latency.mean, latency.samples, latency.approximate), (105.0, 20, false));
    }

    #[test]
    fn errors_are_counted_by_kind_and_answers_by_status() {
        let summary = Summary::of(&recorded([
            answered(0, 10, 200),
            answered(0, 10, 404),
            answered(0, 10, 503),
            failed(1, ErrorKind::Reset),
        ]));
        assert_eq!((summary.requests, summary.errors, summary.error_percent()), (4, 2, 50.0));
        assert_eq!(summary.errors_by_kind, BTreeMap::from([("reset".to_owned(), 1)]));
        let statuses: Vec<&str> = summary.statuses.keys().map(String::as_str).collect();
        assert_eq!(statuses, ["200", "404", "503"]);
        assert_eq!((summary.throughput, summary.bytes), (3.0, 30));
    }

    /// `late` of a hundred calls that took `total` ms were sent `by` ms late.
    fn with_late(late: u64, by: u64, total: u64) -> Summary {
        Summary::of(&recorded((0..100).map(|at| Sample {
            late: Duration::from_millis(if at < late { by } else { 0 }),
            ..answered(at, total, 200)
        })))
    }

    #[test]
    fn a_generator_that_sends_in_time_is_not_the_limit() {
        for summary in [
            with_late(0, 0, 10),
            with_late(1, 51, 10),
            with_late(100, 5, 10),
            with_late(100, 50, 500),
        ] {
            assert_eq!((summary.generator_limited, &summary.generator_limit), (false, &None));
        }
        assert_eq!(with_late(0, 0, 10).lateness_p99_ms, Some(0.0));
        assert_eq!(with_late(2, 5, 10).lateness_p99_ms, Some(5.0));
    }

    #[test]
    fn a_generator_that_is_late_or_cannot_send_is_the_limit_and_says_why() {
        let mut unsent = recorded([answered(0, 10, 200)]);
        unsent.skip();
        for (summary, reason) in [
            (Summary::of(&unsent), "1 of 1 requests could not be sent when they were due"),
            (with_late(2, 51, 900), "2 of 100 requests were sent over 50 ms late"),
            (
                with_late(2, 6, 10),
                "1% of requests were sent 6.0 ms late or more, and half took 10.0 ms at most",
            ),
        ] {
            assert!(summary.generator_limited);
            assert_eq!(summary.generator_limit.as_deref(), Some(reason));
        }
    }

    #[test]
    fn a_run_without_answers_has_no_latency_rather_than_zeros() {
        let summary = Summary::of(&recorded([failed(1, ErrorKind::Refused)]));
        assert_eq!((summary.latency, summary.ttfb_p50_ms), (None, None));
        assert_eq!(Summary::of(&recorded([])).error_percent(), 0.0);
    }
}
