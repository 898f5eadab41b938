//! How many calls took how long, in bins whose edges grow by the same factor.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many calls took a time within these bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bin {
    /// The least time that counts here, in milliseconds.
    pub from_ms: f64,
    /// The least time that does not any more, in milliseconds.
    pub to_ms: f64,
    /// How many calls took a time in between.
    pub count: u64,
}

/// The edges within a decade, in thousandths of its start: twenty equal factors, as integers so that a time at
/// an edge is never on the wrong side of it.
const STEPS: [u64; 20] = [
    1000, 1122, 1259, 1413, 1585, 1778, 1995, 2239, 2512, 2818, 3162, 3548, 3981, 4467, 5012, 5623,
    6310, 7079, 7943, 8913,
];

/// The decades that are told apart start at a microsecond; the last of them at 10,000 seconds.
const DECADES: usize = 11;

/// Calls counted by how long they took. What took under a microsecond counts in a bin of its own, and what took
/// longer than the last bin counts in that.
#[derive(Debug, Clone)]
pub(super) struct Distribution(Vec<u64>);

impl Distribution {
    pub(super) fn new() -> Self {
        Self(vec![0; 1 + DECADES * STEPS.len()])
    }

    pub(super) fn record(&mut self, time: Duration) {
        let bin = bin_of(time).min(self.0.len() - 1);
        self.0[bin] += 1;
    }

    /// The bins from the first to the last that is not empty.
    pub(super) fn bins(&self) -> Vec<Bin> {
        let filled = || self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        let (Some((first, _)), Some((last, _))) = (filled().next(), filled().next_back()) else {
            return Vec::new();
        };
        (first..=last)
            .map(|bin| Bin {
                from_ms: if bin == 0 { 0.0 } else { millis(edge(bin - 1)) },
                to_ms: millis(edge(bin)),
                count: self.0[bin],
            })
            .collect()
    }
}

/// The bin of a time: how many edges it has reached.
fn bin_of(time: Duration) -> usize {
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let Some(decade) = (nanos / 1000).checked_ilog10() else {
        return 0;
    };
    let start = 10_u64.pow(decade);
    let reached =
        STEPS.partition_point(|step| u128::from(*step) * u128::from(start) <= nanos.into());
    decade as usize * STEPS.len() + reached
}

/// The edge of this number, in nanoseconds: the first is a microsecond.
fn edge(number: usize) -> u64 {
    let decade = u32::try_from(number / STEPS.len()).unwrap_or(u32::MAX);
    STEPS[number % STEPS.len()].saturating_mul(10_u64.saturating_pow(decade))
}

fn millis(nanos: u64) -> f64 {
    nanos as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binned(nanos: impl IntoIterator<Item = u64>) -> Vec<Bin> {
        let mut distribution = Distribution::new();
        for time in nanos {
            distribution.record(Duration::from_nanos(time));
        }
        distribution.bins()
    }

    #[test]
    fn a_time_at_an_edge_is_in_the_bin_that_starts_there() {
        for number in 0..DECADES * STEPS.len() - 1 {
            let at = edge(number);
            let bins = binned([at - 1, at, edge(number + 1) - 1]);
            let counts: Vec<u64> = bins.iter().map(|bin| bin.count).collect();
            assert_eq!(counts, [1, 2], "{at} ns");
            assert_eq!((bins[0].to_ms, bins[1].from_ms), (millis(at), millis(at)));
        }
    }

    #[test]
    fn edges_are_round_at_each_decade_and_grow_by_the_same_factor() {
        let bins = binned([1_000_000, 9_999_999]);
        assert_eq!((bins.len(), bins[0].from_ms, bins[19].to_ms), (20, 1.0, 10.0));
        for bin in bins {
            let factor = bin.to_ms / bin.from_ms;
            assert!((1.121..1.123).contains(&factor), "{bin:?}");
        }
    }

    #[test]
    fn bins_leave_no_gap_and_count_everything() {
        let bins = binned([0, 999, 1000, 5_000_000, 7_000_000_000, u64::MAX]);
        assert_eq!((bins[0].from_ms, bins[0].to_ms, bins[0].count), (0.0, 0.001, 2));
        assert!(bins.windows(2).all(|two| two[0].to_ms == two[1].from_ms));
        assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 6);
        assert_eq!(binned([]), []);
    }
}
