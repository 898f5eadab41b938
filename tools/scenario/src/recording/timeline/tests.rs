//! Buckets at their edges, and slots against exact buckets.

use super::*;
use crate::recording::tests::{answered, failed};
use crate::recording::{ErrorKind, Recording};

const SECOND: Duration = Duration::from_secs(1);

fn requests(buckets: &[Bucket]) -> Vec<u64> {
    buckets.iter().map(|bucket| bucket.requests).collect()
}

fn recorded(span: Duration, samples: impl IntoIterator<Item = Sample>) -> Recording {
    let mut recording = Recording::new(0, span);
    samples.into_iter().for_each(|sample| recording.record(sample));
    recording.finish(span, false);
    recording
}

#[test]
fn a_call_due_at_an_edge_belongs_to_the_bucket_that_starts_there() {
    let calls = [0, 249, 250, 499, 500, 999].map(|at| answered(at, 5, 200));
    let buckets = recorded(SECOND, calls).timeline(4);
    assert_eq!(requests(&buckets), [2, 2, 1, 1]);
    let edges: Vec<_> = buckets.iter().map(|bucket| (bucket.from_ms, bucket.to_ms)).collect();
    assert_eq!(edges, [(0.0, 250.0), (250.0, 500.0), (500.0, 750.0), (750.0, 1000.0)]);
}

#[test]
fn edges_that_are_no_whole_nanoseconds_lose_no_call() {
    let calls = (0..1000).map(|at| answered(at, 5, 200));
    assert_eq!(requests(&recorded(SECOND, calls).timeline(3)), [334, 333, 333]);
}

#[test]
fn a_bucket_has_the_figures_of_its_calls_and_none_where_there_were_none() {
    let calls = (1..=20).map(|total| answered(0, total, 200));
    let failed = [answered(0, 30, 503), failed(90, ErrorKind::Reset)];
    let buckets = recorded(SECOND, calls.chain(failed)).timeline(2);
    let Bucket { requests, errors, p50_ms, p95_ms, max_ms, .. } = buckets[0];
    assert_eq!((requests, errors), (22, 2));
    assert_eq!([p50_ms, p95_ms, max_ms], [Some(11.0), Some(20.0), Some(30.0)]);
    let empty = Bucket {
        from_ms: 500.0,
        to_ms: 1000.0,
        requests: 0,
        errors: 0,
        p50_ms: None,
        p95_ms: None,
        max_ms: None,
    };
    assert_eq!(buckets[1], empty);
}

#[test]
fn a_run_that_was_cut_short_ends_where_it_was_cut() {
    let mut recording = Recording::new(100, 10 * SECOND);
    recording.record(answered(0, 5, 200));
    recording.record(answered(900, 5, 200));
    recording.finish(SECOND, true);
    let buckets = recording.timeline(2);
    assert_eq!((requests(&buckets), buckets[1].to_ms), (vec![1, 1], 1000.0));
}

#[test]
fn a_run_without_calls_has_no_timeline() {
    assert_eq!(recorded(SECOND, []).timeline(10), []);
    assert_eq!(recorded(SECOND, [answered(0, 1, 200)]).timeline(0), []);
}

#[test]
fn slots_count_what_exact_buckets_count() {
    let calls: Vec<Sample> =
        (0..1000).map(|at| answered(at, at % 100 + 1, if at < 600 { 200 } else { 503 })).collect();
    let exact = recorded(SECOND, calls.clone()).timeline(5);
    let mut slots = Slots::new();
    calls.iter().for_each(|call| slots.record(call));
    for (slot, exact) in slots.buckets(5).iter().zip(exact) {
        assert_eq!((slot.from_ms, slot.to_ms), (exact.from_ms, exact.to_ms));
        assert_eq!((slot.requests, slot.errors), (exact.requests, exact.errors));
        assert_eq!(slot.max_ms, exact.max_ms);
        for (slot, exact) in [(slot.p50_ms, exact.p50_ms), (slot.p95_ms, exact.p95_ms)] {
            let (slot, exact) = (slot.unwrap(), exact.unwrap());
            assert!((exact..=exact * 1.01).contains(&slot), "{slot} for {exact}");
        }
    }
}

#[test]
fn slots_are_joined_rather_than_grown_without_bound() {
    let mut slots = Slots::new();
    let seconds = 3600;
    for at in 0..seconds {
        slots.record(&answered(at * 1000, 5, 200));
    }
    assert!(slots.slots.len() <= MOST_SLOTS, "{}", slots.slots.len());
    let buckets = slots.buckets(100);
    assert_eq!((buckets.len(), requests(&buckets).iter().sum::<u64>()), (100, seconds));
    assert!(buckets.windows(2).all(|two| two[0].to_ms == two[1].from_ms));
    // More buckets than slots would be finer than what is known.
    assert_eq!(slots.buckets(1_000_000).len(), slots.slots.len());
}
