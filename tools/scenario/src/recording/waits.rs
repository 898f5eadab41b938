//! Times of many calls, and their percentiles.

use std::time::Duration;

use hdrhistogram::Histogram;

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

    /// The time that `percent` of the calls took at most: the nearest rank.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        self.ranked(nearest_rank(percent, self.count()))
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
mod tests {
    use super::*;

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
    fn no_times_have_no_percentile() {
        let none = Waits::Exact(Vec::new());
        assert_eq!((none.percentile(50.0), none.mean(), none.count()), (None, None, 0));
        let one = Waits::Exact(vec![Duration::from_millis(3)]);
        assert_eq!(one.percentile(99.0), Some(Duration::from_millis(3)));
    }
}
