//! Service level objectives, and whether a recording meets them.
//!
//! An objective allows a share of calls to be over its threshold. More than that share: it is missed,
//! whatever the number of calls. Otherwise it is met only if there were enough calls for the share to stand
//! for at least one of them; with fewer, nothing can be told.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::millis;
use crate::recording::{Recording, nearest_rank};
use crate::summary::percent;

/// Absorbs the binary rounding of percentages such as 99.9.
const ROUNDING: f64 = 1e-6;

/// What an objective is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SloType {
    /// How long calls take.
    Latency,
    /// How many calls do not succeed.
    Error,
}

/// A service level objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slo {
    /// What it is about: `latency` or `error`.
    #[serde(alias = "type")]
    pub slo_type: SloType,
    /// Its name.
    pub title: String,
    /// The share of calls that must be within the threshold, in percent: for `latency`, this share must take
    /// no longer than the threshold. For `error` the threshold alone decides.
    pub objective: f64,
    /// For `latency`, milliseconds. For `error`, the largest share of calls that may fail, in percent.
    pub threshold: f64,
}

/// Whether an objective is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// It is, and there were enough calls to say so.
    Met,
    /// It is not.
    Missed,
    /// Nothing speaks against it, and there were too few calls to claim it.
    Unknown,
}

/// How an objective fared in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SloResult {
    /// The objective.
    pub slo: Slo,
    /// Whether it is met.
    pub pass: Pass,
    /// What was seen: for `latency` the percentile of the objective in milliseconds, absent when that call was
    /// not answered; for `error` the share of calls that failed, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
    /// The threshold less what was seen: above zero is below the threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// How many requests were judged.
    pub requests: u64,
    /// How many requests the objective needs before it can be met.
    pub requests_needed: u64,
    /// How many requests were over the threshold or failed.
    pub over_threshold: u64,
    /// The same in percent of the requests.
    pub over_threshold_percent: f64,
    /// What to know about the result, when it is not met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Slo {
    /// The objectives of the impact scenarios: 99 % of calls within 350 ms, 95 % within 200 ms, and at most
    /// 1 % of calls without success.
    pub fn impact() -> Vec<Self> {
        let slo = |slo_type, title: &str, objective, threshold| Self {
            slo_type,
            title: title.to_owned(),
            objective,
            threshold,
        };
        vec![
            slo(SloType::Latency, "99% @ 350ms", 99.0, 350.0),
            slo(SloType::Latency, "95% @ 200ms", 95.0, 200.0),
            slo(SloType::Error, "99% succeed", 99.0, 1.0),
        ]
    }

    /// The share of calls that may be over the threshold, in percent.
    pub fn allowed_percent(&self) -> f64 {
        match self.slo_type {
            SloType::Latency => (100.0 - self.objective).clamp(0.0, 100.0),
            SloType::Error => self.threshold.clamp(0.0, 100.0),
        }
    }

    /// How many requests it takes before the objective can be met. An objective that allows nothing is about
    /// the calls of the run alone, so that one is enough.
    pub fn requests_needed(&self) -> u64 {
        let allowed = self.allowed_percent();
        if allowed <= ROUNDING { 1 } else { (100.0 / allowed - ROUNDING).ceil() as u64 }
    }

    /// Whether `over` of `requests` is more than the objective allows.
    pub fn is_missed_by(&self, over: u64, requests: u64) -> bool {
        percent(over, requests) > self.allowed_percent() + ROUNDING
    }

    /// How the objective fared in a run. Calls that failed or timed out count as over a latency threshold; an
    /// answer with a status of 500 or more counts by its time there, and as an error in an error objective.
    pub fn evaluate(&self, recording: &Recording) -> SloResult {
        let requests = recording.requests();
        let (over, observed) = match self.slo_type {
            SloType::Latency => self.latency(recording),
            SloType::Error => (recording.errors(), Some(percent(recording.errors(), requests))),
        };
        let observed = observed.filter(|_| requests > 0);
        let pass = match () {
            () if self.is_missed_by(over, requests) => Pass::Missed,
            () if requests < self.requests_needed() => Pass::Unknown,
            () => Pass::Met,
        };
        SloResult {
            pass,
            observed,
            margin: observed.map(|observed| self.threshold - observed),
            requests,
            requests_needed: self.requests_needed(),
            over_threshold: over,
            over_threshold_percent: percent(over, requests),
            reason: self.reason(pass, observed, requests),
            slo: self.clone(),
        }
    }

    fn latency(&self, recording: &Recording) -> (u64, Option<f64>) {
        let answers = recording.answers();
        let failed: u64 = recording.failures().values().sum();
        let threshold = Duration::try_from_secs_f64(self.threshold / 1000.0).unwrap_or_default();
        let rank = nearest_rank(self.objective, recording.requests());
        (answers.over(threshold) + failed, answers.ranked(rank).map(millis::of))
    }

    fn reason(&self, pass: Pass, observed: Option<f64>, requests: u64) -> Option<String> {
        match pass {
            Pass::Met => None,
            Pass::Missed if observed.is_none() => {
                Some("so many calls failed that no answer is that percentile".into())
            }
            Pass::Missed => None,
            Pass::Unknown => {
                let needed = self.requests_needed();
                Some(format!("{requests} requests cannot show it, at least {needed} are needed"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tests::{answered, failed, recorded};
    use crate::recording::{ErrorKind, Sample};

    fn latency(objective: f64, threshold: f64) -> Slo {
        Slo { slo_type: SloType::Latency, title: "latency".into(), objective, threshold }
    }

    fn errors(threshold: f64) -> Slo {
        Slo { slo_type: SloType::Error, title: "errors".into(), objective: 99.0, threshold }
    }

    /// `good` calls of 10 ms, then `bad`.
    fn check(slo: &Slo, good: u64, bad: &[Sample]) -> SloResult {
        let good = (0..good).map(|at| answered(at, 10, 200));
        slo.evaluate(&recorded(good.chain(bad.iter().copied())))
    }

    #[test]
    fn a_percentile_is_met_only_with_enough_requests_to_show_it() {
        for (objective, needed) in
            [(99.0, 100), (95.0, 20), (50.0, 2), (99.9, 1000), (100.0, 1), (0.0, 1)]
        {
            let slo = latency(objective, 350.0);
            assert_eq!(slo.requests_needed(), needed, "{objective}");
            assert_eq!(check(&slo, needed, &[]).pass, Pass::Met, "{objective}");
            assert_eq!(check(&slo, needed - 1, &[]).pass, Pass::Unknown, "{objective}");
        }
        let reason = check(&latency(99.0, 350.0), 30, &[]).reason.unwrap();
        assert_eq!(reason, "30 requests cannot show it, at least 100 are needed");
    }

    #[test]
    fn more_slow_calls_than_allowed_miss_whatever_the_number_of_calls() {
        let slow = answered(0, 400, 200);
        assert_eq!(check(&latency(99.0, 350.0), 30, &[slow]).pass, Pass::Missed);
        assert_eq!(check(&latency(99.0, 350.0), 98, &[slow; 2]).pass, Pass::Missed);
        assert_eq!(check(&latency(99.0, 350.0), 99, &[slow]).pass, Pass::Met);
        assert_eq!(check(&latency(99.9, 350.0), 999, &[slow]).pass, Pass::Met);
        assert_eq!(check(&latency(95.0, 350.0), 19, &[slow]).pass, Pass::Met);
    }

    #[test]
    fn the_margin_is_the_distance_of_the_percentile_from_the_threshold() {
        let met = check(&latency(95.0, 200.0), 19, &[answered(0, 269, 200)]);
        assert_eq!((met.observed, met.margin, met.over_threshold), (Some(10.0), Some(190.0), 1));
        let missed =
            check(&latency(95.0, 200.0), 18, &[answered(0, 269, 200), answered(0, 300, 200)]);
        assert_eq!((missed.observed, missed.margin), (Some(269.0), Some(-69.0)));
        assert_eq!((missed.over_threshold, missed.over_threshold_percent), (2, 10.0));
    }

    #[test]
    fn a_call_at_the_threshold_is_within_it() {
        assert_eq!(check(&latency(50.0, 10.0), 2, &[]).over_threshold, 0);
        assert_eq!(check(&latency(50.0, 9.999), 2, &[]).over_threshold, 2);
    }

    #[test]
    fn a_failed_call_is_over_every_latency_threshold_however_quickly_it_failed() {
        for kind in [ErrorKind::Refused, ErrorKind::TimedOut, ErrorKind::Reset] {
            let result = check(&latency(50.0, 350.0), 1, &[failed(1, kind), failed(1, kind)]);
            assert_eq!((result.pass, result.over_threshold), (Pass::Missed, 2), "{kind:?}");
            assert_eq!((result.observed, result.margin), (None, None));
            assert!(result.reason.is_some());
        }
    }

    #[test]
    fn an_error_objective_counts_failures_and_5xx_but_not_4xx() {
        let bad = [answered(0, 1, 500), answered(0, 1, 404), failed(1, ErrorKind::Reset)];
        let result = check(&errors(1.0), 97, &bad);
        assert_eq!(
            (result.pass, result.over_threshold, result.observed),
            (Pass::Missed, 2, Some(2.0))
        );
        assert_eq!(result.margin, Some(-1.0));
        assert_eq!(check(&errors(1.0), 99, &bad[..1]).pass, Pass::Met);
        assert_eq!(check(&errors(1.0), 98, &bad[1..2]).pass, Pass::Unknown);
        assert_eq!(check(&errors(1.0), 50, &bad[..1]).pass, Pass::Missed);
    }

    #[test]
    fn no_requests_leave_everything_unknown() {
        for slo in Slo::impact() {
            let result = check(&slo, 0, &[]);
            assert_eq!((result.pass, result.observed, result.margin), (Pass::Unknown, None, None));
        }
    }

    #[test]
    fn both_documented_spellings_are_read_and_unknown_keys_are_not() {
        let read = |key: &str| {
            let text = format!(r#"{{"{key}":"error","title":"t","objective":99,"threshold":1}}"#);
            serde_json::from_str::<Slo>(&text)
        };
        assert_eq!(read("type").unwrap(), read("slo_type").unwrap());
        assert!(read("sort").is_err());
    }
}
