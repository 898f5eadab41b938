//! What is kept of calls, and what is made of it.

use super::*;

/// A call due at `at` ms that took `total` ms and was answered with `status`.
pub(crate) fn answered(at: u64, total: u64, status: u16) -> Sample {
    Sample {
        number: 1,
        at: Duration::from_millis(at),
        late: Duration::ZERO,
        ttfb: Some(Duration::from_millis(total)),
        total: Duration::from_millis(total),
        bytes: 10,
        outcome: Outcome::Answered(status),
    }
}

/// A call that failed after `total` ms.
pub(crate) fn failed(total: u64, kind: ErrorKind) -> Sample {
    Sample { ttfb: None, bytes: 0, outcome: Outcome::Failed(kind), ..answered(0, total, 0) }
}

/// A finished recording of these calls that took a second.
pub(crate) fn recorded(samples: impl IntoIterator<Item = Sample>) -> Recording {
    let mut recording = Recording::new(0, Duration::ZERO);
    for sample in samples {
        recording.planned += 1;
        recording.record(sample);
    }
    recording.finish(Duration::from_secs(1), false);
    recording
}

#[test]
fn a_timed_out_call_has_a_latency_and_a_refused_one_has_none() {
    let recording = recorded([
        answered(0, 30, 200),
        answered(0, 10, 404),
        failed(500, ErrorKind::TimedOut),
        failed(1, ErrorKind::Refused),
    ]);
    let Waits::Exact(times) = recording.waits() else { panic!("four samples are exact") };
    assert_eq!(times, [10, 30, 500].map(Duration::from_millis));
    assert_eq!(recording.answers().count(), 2);
    assert_eq!((recording.requests(), recording.errors()), (4, 2));
    assert_eq!(recording.failures()[&ErrorKind::Refused], 1);
}

#[test]
fn a_call_this_machine_could_not_send_is_not_a_request() {
    let recording = recorded([answered(0, 1, 503), failed(0, ErrorKind::Local)]);
    assert_eq!((recording.requests(), recording.errors(), recording.not_sent()), (1, 1, 1));
}

#[test]
fn beyond_the_bound_percentiles_come_from_the_histogram_within_three_digits() {
    let count = MAX_SAMPLES as u64 + 1000;
    let recording = recorded((1..=count).map(|at| answered(at, at % 1000 + 1, 200)));
    let waits = recording.waits();
    assert!(!waits.is_exact());
    assert_eq!((waits.count(), recording.samples().len()), (count, MAX_SAMPLES));
    let median = waits.ranked(nearest_rank(50.0, count)).unwrap().as_secs_f64() * 1000.0;
    assert!((median - 500.0).abs() <= 1.0, "{median}");
    let over = waits.over(Duration::from_millis(900)) as f64 / count as f64;
    assert!((over - 0.1).abs() < 0.002, "{over}");
    assert_eq!(waits.ranked(count + 1), None);
}
