//! What two runs say about a difference, and how sure that is.
//!
//! Sources of the formulas:
//!
//! * quantiles: definition 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages",
//!   The American Statistician 50 (1996), 361-365;
//! * the interval of a difference of quantiles: the percentile bootstrap, B. Efron and R. J.
//!   Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13; both samples are drawn anew;
//! * the interval of a share: E. B. Wilson, "Probable Inference, the Law of Succession, and
//!   Statistical Inference", JASA 22 (1927), 209-212;
//! * the interval of a difference of shares: method 10 of R. G. Newcombe, "Interval Estimation for
//!   the Difference Between Independent Proportions", Statistics in Medicine 17 (1998), 873-890.

use fault_proxy::{Seed, dice::Dice};
use rand::Rng;
use schemars::JsonSchema;
use serde::Serialize;

/// The quantile 0.975 of the standard normal distribution: intervals are of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// How often samples are drawn anew.
const DRAWS: usize = 2000;

/// The most samples of one side that are drawn from: more make the interval no better.
const MOST_SAMPLES: usize = 2000;

/// The fewest samples of each side that a median has an interval with.
const FEWEST_FOR_MEDIAN: usize = 10;

/// The fewest samples of each side that a 95th percentile has an interval with: with fewer, it is all
/// but the longest, and drawing anew says nothing about what is longer.
const FEWEST_FOR_P95: usize = 60;

/// What the draws of this file are keyed by.
const SUBJECT: u64 = 0x7665_7269_6679;

/// A figure before and after a change.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Difference {
    /// Before.
    pub(crate) before: f64,
    /// After.
    pub(crate) after: f64,
    /// After less before: more than 0 is worse.
    pub(crate) difference: f64,
    /// Where the difference lies with 95 % confidence: its least value. Absent with too few calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low: Option<f64>,
    /// Its greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<f64>,
}

impl Difference {
    fn of(before: f64, after: f64, interval: Option<(f64, f64)>) -> Self {
        Self {
            before: rounded(before),
            after: rounded(after),
            difference: rounded(after - before),
            low: interval.map(|(low, _)| rounded(low)),
            high: interval.map(|(_, high)| rounded(high)),
        }
    }

    /// A difference of which nothing more is known.
    pub(super) fn plain(before: f64, after: f64) -> Self {
        Self::of(before, after, None)
    }

    /// Whether it is worse for sure, as far as an interval of 95 % is.
    pub(super) fn is_worse(&self) -> bool {
        self.low.is_some_and(|low| low > 0.0)
    }
}

/// Four digits after the point: more are none that were measured.
fn rounded(figure: f64) -> f64 {
    let rounded = (figure * 10_000.0).round() / 10_000.0;
    // No minus before nothing.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// The difference of the medians.
pub(super) fn medians(before: &[f64], after: &[f64], seed: Seed) -> Option<Difference> {
    quantiles(before, after, 0.5, FEWEST_FOR_MEDIAN, seed)
}

/// The difference of the 95th percentiles.
pub(super) fn p95s(before: &[f64], after: &[f64], seed: Seed) -> Option<Difference> {
    quantiles(before, after, 0.95, FEWEST_FOR_P95, seed)
}

/// The difference of two shares, each as how many of how many.
pub(super) fn shares(before: (u64, u64), after: (u64, u64)) -> Option<Difference> {
    if before.1 == 0 || after.1 == 0 {
        return None;
    }
    let share = |(part, whole): (u64, u64)| part as f64 / whole as f64;
    Some(Difference::of(share(before), share(after), Some(newcombe(after, before))))
}

fn quantiles(
    before: &[f64],
    after: &[f64],
    at: f64,
    fewest: usize,
    seed: Seed,
) -> Option<Difference> {
    let (before, after) = (sorted(before), sorted(after));
    let (one, other) = (quantile(&before, at)?, quantile(&after, at)?);
    let enough = before.len().min(after.len()) >= fewest;
    let interval = enough.then(|| bootstrap(&thinned(&before), &thinned(&after), at, seed));
    Some(Difference::of(one, other, interval))
}

fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = samples.iter().copied().filter(|it| it.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// At most so many samples as are drawn from, at even distances of sorted ones.
fn thinned(sorted: &[f64]) -> Vec<f64> {
    if sorted.len() <= MOST_SAMPLES {
        return sorted.to_vec();
    }
    let at = |index: usize| index * (sorted.len() - 1) / (MOST_SAMPLES - 1);
    (0..MOST_SAMPLES).map(|index| sorted[at(index)]).collect()
}

/// The quantile of sorted samples, between two of them if it falls there.
fn quantile(sorted: &[f64], at: f64) -> Option<f64> {
    let place = at * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let share = place - place.floor();
    Some(sorted[below] + (sorted[above] - sorted[below]) * share)
}

/// Where the difference of a quantile lies in 95 % of the draws.
fn bootstrap(before: &[f64], after: &[f64], at: f64, seed: Seed) -> (f64, f64) {
    let mut draws = Dice::new(seed, SUBJECT, (at * 1000.0) as u64).draw();
    let mut drawn = |samples: &[f64]| {
        let mut times = vec![0_usize; samples.len()];
        samples.iter().for_each(|_| times[below(draws.next_u64(), samples.len())] += 1);
        quantile_of_drawn(samples, &times, at)
    };
    let mut differences: Vec<f64> = (0..DRAWS).map(|_| -drawn(before) + drawn(after)).collect();
    differences.sort_unstable_by(f64::total_cmp);
    let end = |at: f64| quantile(&differences, at).unwrap_or_default();
    (end(0.025), end(0.975))
}

/// The quantile of what was drawn from sorted samples, each so many times.
fn quantile_of_drawn(samples: &[f64], times: &[usize], at: f64) -> f64 {
    let place = at * (samples.len() - 1) as f64;
    let (mut passed, mut index) = (0, 0);
    let mut ranked = |rank: usize| {
        while passed + times[index] <= rank {
            passed += times[index];
            index += 1;
        }
        samples[index]
    };
    let below = ranked(place.floor() as usize);
    let above = ranked(place.ceil() as usize);
    below + (above - below) * (place - place.floor())
}

/// A number below `most` from 64 random bits (multiplication and shift, as D. Lemire does it).
fn below(bits: u64, most: usize) -> usize {
    ((u128::from(bits) * most as u128) >> 64) as usize
}

/// Where a share lies.
fn wilson((part, whole): (u64, u64)) -> (f64, f64) {
    let (n, p) = (whole as f64, part as f64 / whole as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // At the ends the square root is not exact.
    let low = if part == 0 { 0.0 } else { (middle - half) / scale };
    let high = if part == whole { 1.0 } else { (middle + half) / scale };
    (low.max(0.0), high.min(1.0))
}

/// Where the first share less the second lies.
fn newcombe(one: (u64, u64), other: (u64, u64)) -> (f64, f64) {
    let share = |(part, whole): (u64, u64)| part as f64 / whole as f64;
    let (p1, p2) = (share(one), share(other));
    let ((l1, u1), (l2, u2)) = (wilson(one), wilson(other));
    let difference = p1 - p2;
    let low = difference - ((p1 - l1).powi(2) + (u2 - p2).powi(2)).sqrt();
    let high = difference + ((u1 - p1).powi(2) + (p2 - l2).powi(2)).sqrt();
    (low.max(-1.0), high.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: (f64, f64), wanted: (f64, f64)) {
        let close = (found.0 - wanted.0).abs() < 6e-5 && (found.1 - wanted.1).abs() < 6e-5;
        assert!(close, "{found:?}, not {wanted:?}");
    }

    /// Even distances from 0 to `most`.
    fn ramp(count: usize, most: f64) -> Vec<f64> {
        (0..count).map(|at| at as f64 * most / (count - 1) as f64).collect()
    }

    #[test]
    fn intervals_of_a_share_are_those_that_newcombe_prints() {
        // "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
        near(wilson((81, 263)), (0.2553, 0.3662));
        near(wilson((15, 148)), (0.0624, 0.1605));
        near(wilson((0, 20)), (0.0, 0.1611));
        near(wilson((1, 29)), (0.0061, 0.1718));
        near(wilson((20, 20)), (0.8389, 1.0));
    }

    #[test]
    fn intervals_of_a_difference_are_those_that_newcombe_prints() {
        // Table II of the paper, method 10.
        near(newcombe((56, 70), (48, 80)), (0.0524, 0.3339));
        near(newcombe((9, 10), (3, 10)), (0.1705, 0.8090));
        near(newcombe((6, 7), (2, 7)), (0.0582, 0.8062));
        near(newcombe((5, 56), (0, 29)), (-0.0381, 0.1926));
        near(newcombe((0, 10), (0, 20)), (-0.1611, 0.2775));
        near(newcombe((10, 10), (0, 10)), (0.6075, 1.0));
    }

    #[test]
    fn a_share_is_worse_only_if_its_interval_says_so() {
        let worse = shares((0, 100), (20, 100)).unwrap();
        assert!(worse.is_worse(), "{worse:?}");
        let better = shares((100, 100), (0, 100)).unwrap();
        assert!(better.high.unwrap() < 0.0, "{better:?}");
        let unclear = shares((0, 3), (1, 3)).unwrap();
        assert!(!unclear.is_worse(), "{unclear:?}");
        assert_eq!(shares((0, 0), (1, 3)), None);
    }

    #[test]
    fn quantiles_are_those_of_r() {
        // quantile(c(1, 2, 3, 4, 10), c(.5, .95), type = 7)
        let sorted = [1.0, 2.0, 3.0, 4.0, 10.0];
        assert_eq!(quantile(&sorted, 0.5), Some(3.0));
        assert!((quantile(&sorted, 0.95).unwrap() - 8.8).abs() < 1e-9);
        assert_eq!(quantile(&[1.0, 2.0], 0.5), Some(1.5));
        assert_eq!(quantile(&[7.0], 0.95), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let (one, other) = (ramp(100, 50.0), ramp(80, 70.0));
        let again = medians(&one, &other, Seed(7));
        assert_eq!(medians(&one, &other, Seed(7)), again);
        assert_ne!(medians(&one, &other, Seed(8)), again);
    }

    #[test]
    fn a_shift_is_found_and_no_shift_is_not() {
        let (one, other) = (ramp(200, 10.0), ramp(200, 10.0));
        let none = medians(&one, &other, Seed(1)).unwrap();
        assert!(!none.is_worse() && none.high.unwrap() >= 0.0, "{none:?}");
        let late: Vec<f64> = one.iter().map(|time| time + 30.0).collect();
        for found in [medians(&one, &late, Seed(1)), p95s(&one, &late, Seed(1))] {
            let found = found.unwrap();
            assert!(found.is_worse(), "{found:?}");
            let inside = found.low.unwrap() <= 30.0 && 30.0 <= found.high.unwrap();
            assert!(inside, "{found:?}");
        }
    }

    #[test]
    fn an_interval_of_a_median_is_as_wide_as_theory_says() {
        // The median of n even draws from 0 to 1 has a deviation of about 1 / (2 sqrt(n)), that of a
        // difference sqrt(2) as much: 0.069 for n = 105, so that the interval is about 0.27 wide.
        let samples = ramp(105, 1.0);
        let found = medians(&samples, &samples, Seed(3)).unwrap();
        let width = found.high.unwrap() - found.low.unwrap();
        assert!((0.22..0.32).contains(&width), "{width}");
    }

    #[test]
    fn an_interval_covers_the_truth_about_as_often_as_it_says() {
        let mut draws = Dice::new(Seed(11), 1, 2).draw();
        let mut sample = |count: usize| -> Vec<f64> {
            (0..count).map(|_| below(draws.next_u64(), 1_000_000) as f64).collect()
        };
        let trials = 100;
        let covered = (0..trials)
            .filter(|at| {
                let found = medians(&sample(25), &sample(25), Seed(*at)).unwrap();
                found.low.unwrap() <= 0.0 && 0.0 <= found.high.unwrap()
            })
            .count();
        assert!((88..=100).contains(&covered), "{covered} of {trials}");
    }

    #[test]
    fn few_samples_have_a_difference_and_no_interval() {
        let found = medians(&[1.0], &[4.0], Seed(1)).unwrap();
        assert_eq!((found.difference, found.low, found.is_worse()), (3.0, None, false));
        assert!(medians(&ramp(10, 1.0), &ramp(10, 1.0), Seed(1)).unwrap().low.is_some());
        assert!(p95s(&ramp(59, 1.0), &ramp(100, 1.0), Seed(1)).unwrap().low.is_none());
        assert_eq!(medians(&[], &[1.0], Seed(1)), None);
    }

    #[test]
    fn many_samples_are_thinned_without_losing_their_ends() {
        let thin = thinned(&ramp(10_000, 9_999.0));
        assert_eq!((thin.len(), thin[0], thin[MOST_SAMPLES - 1]), (MOST_SAMPLES, 0.0, 9_999.0));
    }
}
