//! How often the application calls its upstreams for each call, and how long it waits between two attempts.

use std::collections::BTreeMap;

use super::join::Joined;
use super::phase::Ran;
use super::witness::{Crossing, Place};
use crate::results::{Attempts, RetryResult};

/// Waits shorter than this are none.
const AT_ONCE_MS: f64 = 5.0;
/// How much longer a wait must be than the one before it to count as growing, and how much the longest may exceed
/// the shortest for them to count as constant.
const GROWTH: f64 = 1.3;
const CONSTANT: f64 = 1.5;

/// The attempts of one phase.
struct Counted {
    attempts: Attempts,
    /// The waits before the second, third, ... attempt of each call.
    waits: Vec<Vec<f64>>,
}

/// Attempts with and without faults; none if the application called nothing across the proxy.
pub(super) fn of_phases(
    control: Option<&Ran>,
    faulted: &Ran,
    crossings: &[Crossing],
) -> Option<RetryResult> {
    let staged: Vec<&Crossing> = crossings.iter().filter(|it| it.place == Place::Stage).collect();
    if staged.is_empty() {
        return None;
    }
    let control = control.map(|ran| counted(ran, &staged).attempts);
    let Counted { attempts, waits } = counted(faulted, &staged);
    let before = control.as_ref().map(|it| it.per_call).filter(|per_call| *per_call > 0.0);
    let backoff_ms = medians(&waits);
    Some(RetryResult {
        amplification: before.map(|before| attempts.per_call / before),
        backoff: shape(&backoff_ms).map(str::to_owned),
        backoff_ms,
        faulted: attempts,
        control,
    })
}

fn counted(ran: &Ran, staged: &[&Crossing]) -> Counted {
    let end = ran.began_ms + ran.recording.elapsed().as_secs_f64() * 1000.0;
    let within =
        |crossing: &&&Crossing| ran.began_ms <= crossing.began_ms && crossing.began_ms <= end;
    let total = staged.iter().filter(within).count() as u64;
    let calls = ran.recording.requests();
    let by_call = by_call(ran, staged);
    let attempts = Attempts {
        calls,
        attempts: total,
        per_call: if calls == 0 { 0.0 } else { total as f64 / calls as f64 },
        most: by_call.values().map(|it| it.len() as u64).max(),
    };
    Counted { attempts, waits: by_call.values().map(|it| waits(it)).collect() }
}

/// The attempts of each call; empty where they cannot be told apart.
fn by_call<'a>(ran: &'a Ran, staged: &[&'a Crossing]) -> BTreeMap<u64, Vec<&'a Crossing>> {
    let joined = Joined::of(ran, staged.iter().copied());
    let samples = ran.recording.samples().iter();
    let mut by_call: BTreeMap<u64, Vec<&Crossing>> =
        samples.map(|sample| (sample.number, joined.surely(sample))).collect();
    by_call.retain(|_, found| !found.is_empty());
    for found in by_call.values_mut() {
        found.sort_by(|one, other| one.began_ms.total_cmp(&other.began_ms));
    }
    by_call
}

/// From the end of each attempt to the beginning of the next at the same upstream.
fn waits(attempts: &[&Crossing]) -> Vec<f64> {
    let pairs = attempts.windows(2).filter(|pair| pair[0].target == pair[1].target);
    pairs
        .map(|pair| (pair[1].began_ms - pair[0].ended_ms.unwrap_or(pair[0].began_ms)).max(0.0))
        .collect()
}

fn medians(waits: &[Vec<f64>]) -> Vec<f64> {
    let longest = waits.iter().map(Vec::len).max().unwrap_or(0).min(20);
    (0..longest)
        .map(|ordinal| {
            let mut all: Vec<f64> =
                waits.iter().filter_map(|it| it.get(ordinal)).copied().collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        })
        .collect()
}

/// What waits look like; nothing can be told of fewer than two.
fn shape(waits: &[f64]) -> Option<&'static str> {
    if waits.len() < 2 {
        return None;
    }
    let longest = waits.iter().copied().fold(0.0, f64::max);
    let shortest = waits.iter().copied().fold(f64::INFINITY, f64::min);
    Some(match () {
        () if longest < AT_ONCE_MS => "none",
        () if longest <= shortest * CONSTANT => "constant",
        () if waits.windows(2).all(|pair| pair[1] >= pair[0] * GROWTH) => "growing",
        () => "irregular",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_have_a_shape() {
        for (waits, expected) in [
            (&[100.0][..], None),
            (&[1.0, 2.0, 0.5], Some("none")),
            (&[100.0, 101.0, 99.0], Some("constant")),
            (&[100.0, 200.0, 400.0], Some("growing")),
            (&[100.0, 300.0, 50.0], Some("irregular")),
        ] {
            assert_eq!(shape(waits), expected, "{waits:?}");
        }
    }

    #[test]
    fn medians_are_taken_by_ordinal() {
        let waits = [vec![10.0, 20.0], vec![12.0], vec![14.0, 40.0]];
        assert_eq!(medians(&waits), [12.0, 40.0]);
    }
}
