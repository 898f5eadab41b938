//! The tour: the first command of the README.

use std::time::Duration;

use fault_tests::fault;

/// The tour lasts half a minute on an idle machine.
const LONG: Duration = Duration::from_secs(120);

#[tokio::test]
async fn the_tour_shows_three_verdicts_with_evidence_and_ends_with_success() {
    let tour = tokio::time::timeout(LONG, fault("demo tour --seed 1").start().finished()).await;
    let outcome = tour.expect("the tour ends").done();
    let table = outcome.stdout.rsplit("errors with").next().unwrap_or_default();
    for fault in ["latency", "blackhole", "httperror"] {
        let row = table.lines().find(|line| line.starts_with(fault));
        let row = row.unwrap_or_else(|| panic!("no row for {fault} in {table}"));
        let verdicts = ["passed", "failed", "inconclusive"];
        assert!(verdicts.iter().any(|verdict| row.contains(verdict)), "{row}");
    }
    // The tour is made to show an application that falls short, with a fault that really hit it.
    let failed = table.lines().filter(|line| line.contains(" failed ")).count();
    assert!(failed >= 2, "{table}");
    assert!(outcome.stdout.contains("eligible") || outcome.stdout.contains("hit"), "{table}");
    assert!(outcome.stderr.contains("[3 of 3]"), "{}", outcome.stderr);
}
