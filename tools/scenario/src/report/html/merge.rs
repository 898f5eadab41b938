//! Parts of a run put together until each holds enough calls to draw a line through.

use crate::recording::{Bucket, nearest_rank};

/// How many calls a point of a line stands for at least, on average.
const CALLS: u64 = 5;

/// How many parts may become one. All of them divide the 120 parts that a phase of a run has, so that no part
/// reaches across the end of a phase.
const FACTORS: [usize; 13] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30];

/// As many parts as there are calls for. Where parts of a few calls become one of fewer than twenty, the longest and
/// the 95th percentile stay exact; the median is that of the medians.
pub(super) fn legible(buckets: &[Bucket]) -> Vec<Bucket> {
    let calls: u64 = buckets.iter().map(|bucket| bucket.requests).sum();
    let parts = buckets.iter().filter(|bucket| bucket.requests > 0).count() as u64;
    let is_enough = |factor: &usize| calls * *factor as u64 >= CALLS * parts;
    let factor = FACTORS.into_iter().find(is_enough).unwrap_or(FACTORS[FACTORS.len() - 1]);
    buckets.chunks(factor).map(merged).collect()
}

fn merged(buckets: &[Bucket]) -> Bucket {
    let ranked = |percent, value: fn(&Bucket) -> Option<f64>| {
        let mut values: Vec<(f64, u64)> =
            buckets.iter().filter_map(|bucket| Some((value(bucket)?, bucket.requests))).collect();
        values.sort_by(|one, other| one.0.total_cmp(&other.0));
        let rank = nearest_rank(percent, values.iter().map(|(_, calls)| calls).sum());
        let mut seen = 0;
        let at = values.iter().find(|(_, calls)| {
            seen += calls;
            seen >= rank
        });
        at.or(values.last()).map(|(value, _)| *value)
    };
    Bucket {
        from_ms: buckets.first().map_or(0.0, |bucket| bucket.from_ms),
        to_ms: buckets.last().map_or(0.0, |bucket| bucket.to_ms),
        requests: buckets.iter().map(|bucket| bucket.requests).sum(),
        errors: buckets.iter().map(|bucket| bucket.errors).sum(),
        p50_ms: ranked(50.0, |bucket| bucket.p50_ms),
        p95_ms: ranked(95.0, |bucket| bucket.p95_ms),
        max_ms: ranked(100.0, |bucket| bucket.max_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of 10 ms, each of so many calls that took so long.
    fn parts(calls: &[(u64, f64)]) -> Vec<Bucket> {
        let part = |(at, (requests, time)): (usize, &(u64, f64))| {
            let time = (*requests > 0).then_some(*time);
            Bucket {
                from_ms: at as f64 * 10.0,
                to_ms: (at + 1) as f64 * 10.0,
                requests: *requests,
                errors: requests / 2,
                p50_ms: time,
                p95_ms: time,
                max_ms: time,
            }
        };
        calls.iter().enumerate().map(part).collect()
    }

    #[test]
    fn parts_with_enough_calls_stay_as_they_are() {
        let enough = parts(&[(5, 1.0), (6, 2.0), (4, 9.0)]);
        assert_eq!(legible(&enough), enough);
        assert_eq!(legible(&[]), []);
    }

    #[test]
    fn single_calls_are_put_together_without_loss() {
        let single = parts(&[(1, 5.0), (1, 1.0), (1, 3.0), (0, 0.0), (1, 2.0), (1, 4.0)]);
        let merged = legible(&single);
        let [first, second] = merged.as_slice() else { panic!("{merged:?}") };
        assert_eq!((first.requests, first.from_ms, first.to_ms), (4, 0.0, 50.0));
        assert_eq!([first.p50_ms, first.p95_ms, first.max_ms], [Some(2.0), Some(5.0), Some(5.0)]);
        assert_eq!((second.requests, second.p50_ms), (1, Some(4.0)));
    }

    #[test]
    fn errors_add_up_and_a_part_without_calls_has_no_times() {
        let merged = merged(&parts(&[(2, 1.0), (2, 3.0)]));
        assert_eq!((merged.requests, merged.errors, merged.max_ms), (4, 2, Some(3.0)));
        assert_eq!(super::merged(&parts(&[(0, 0.0)])).p50_ms, None);
    }
}
