//! Whether calls get back to what they were once the faults are lifted, and when.

use std::time::Duration;

use super::phase::Ran;
use crate::finding::{Finding, FindingCode};
use crate::plan::Recovery;
use crate::recording::{Recording, Sample, Waits, nearest_rank};
use crate::results::RecoveryResult;

/// How long a part of the time after the faults is: long enough for some calls, and no longer than this.
const LONGEST_PART: Duration = Duration::from_secs(1);
/// The least part.
const LEAST_PART: Duration = Duration::from_millis(100);
/// How many calls a part should hold.
const CALLS: u32 = 5;
/// A level below this cannot be told from noise, in milliseconds.
const NOISE_MS: f64 = 5.0;

/// How it went on after the faults; `rate` is how many calls were sent a second.
pub(super) fn recovery(
    wanted: Recovery,
    control: &Recording,
    after: &Ran,
    rate: f64,
) -> RecoveryResult {
    let usual = p95_ms(control).unwrap_or(0.0);
    let level_ms = (usual * wanted.tolerance).max(usual + NOISE_MS);
    let part = Duration::from_secs_f64(f64::from(CALLS) / rate.max(0.001));
    let part = part.clamp(LEAST_PART, LONGEST_PART);
    let allowed = share(control.errors(), control.requests()) + 0.01;
    RecoveryResult {
        watched_ms: wanted.duration.as_secs_f64() * 1000.0,
        recovered_ms: recovered(after.recording.samples(), part, level_ms, allowed),
        level_ms,
        within_ms: wanted.within.map(|within| within.as_secs_f64() * 1000.0),
        errors: after.recording.errors(),
        requests: after.recording.requests(),
    }
}

/// What speaks against a recovery.
pub(super) fn finding(result: &RecoveryResult) -> Option<Finding> {
    match (result.recovered_ms, result.within_ms) {
        (None, _) => {
            let message = format!(
                "calls were not back at {:.1}ms for good {:.1}s after the faults were lifted",
                result.level_ms,
                result.watched_ms / 1000.0
            );
            Some(Finding::new(FindingCode::NeverRecovered, message))
        }
        (Some(recovered), Some(within)) if recovered > within => {
            let message =
                format!("calls were back after {recovered:.0}ms, and {within:.0}ms were allowed");
            Some(Finding::new(FindingCode::RecoveredLate, message))
        }
        _ => None,
    }
}

/// From when on every part is at the level.
fn recovered(samples: &[Sample], part: Duration, level_ms: f64, allowed: f64) -> Option<f64> {
    let mut parts: Vec<Vec<&Sample>> = Vec::new();
    for sample in samples {
        let at = usize::try_from(sample.at.as_nanos() / part.as_nanos()).unwrap_or(0);
        if parts.len() <= at {
            parts.resize_with(at + 1, Vec::new);
        }
        parts[at].push(sample);
    }
    let good = |calls: &Vec<&Sample>| calls.is_empty() || is_at_level(calls, level_ms, allowed);
    let last_bad = parts.iter().rposition(|calls| !good(calls));
    let first_good = last_bad.map_or(0, |bad| bad + 1);
    let ends_good = parts[first_good.min(parts.len())..].iter().any(|calls| !calls.is_empty());
    ends_good.then_some(part.as_secs_f64() * 1000.0 * first_good as f64)
}

fn is_at_level(calls: &[&Sample], level_ms: f64, allowed: f64) -> bool {
    let errors = calls.iter().filter(|sample| sample.outcome.is_error()).count() as u64;
    let mut times: Vec<f64> =
        calls.iter().map(|sample| sample.total.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    // A part holds few calls, so that a single slow one must not speak for all of them.
    let rank = usize::try_from(nearest_rank(50.0, times.len() as u64)).unwrap_or(1);
    share(errors, calls.len() as u64) <= allowed && times[rank - 1] <= level_ms
}

fn p95_ms(recording: &Recording) -> Option<f64> {
    let waits: Waits<'_> = recording.waits();
    let rank = nearest_rank(95.0, waits.count());
    waits.ranked(rank).map(|time| time.as_secs_f64() * 1000.0)
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tests::answered;

    const PART: Duration = Duration::from_millis(100);

    fn at(samples: &[Sample]) -> Option<f64> {
        recovered(samples, PART, 20.0, 0.01)
    }

    #[test]
    fn calls_are_back_once_they_stay_at_the_level() {
        let slow_then_good: Vec<Sample> =
            (0..100).map(|n| answered(n * 10, if n < 36 { 500 } else { 10 }, 200)).collect();
        assert_eq!(at(&slow_then_good), Some(400.0));
        let good: Vec<Sample> = (0..100).map(|n| answered(n * 10, 10, 200)).collect();
        assert_eq!(at(&good), Some(0.0));
    }

    #[test]
    fn calls_that_get_worse_again_at_the_end_are_not_back() {
        let mut samples: Vec<Sample> = (0..100).map(|n| answered(n * 10, 10, 200)).collect();
        samples.push(answered(990, 900, 200));
        samples.extend((0..10).map(|_| answered(995, 900, 200)));
        assert_eq!(at(&samples), None);
        let failing: Vec<Sample> = (0..100).map(|n| answered(n * 10, 10, 503)).collect();
        assert_eq!(at(&failing), None);
        assert_eq!(at(&[]), None);
    }
}
