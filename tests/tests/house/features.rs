//! The map of features: what is called tested names its test.

use std::collections::BTreeSet;

use fault_tests::repository;

use crate::hold;

const PAGE: &str = "docs/features.md";

/// Rows whose state is neither `tested`, with tests that exist, nor `working`, with a command that
/// shows it, nor `planned`.
fn dishonest(page: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let rows = rows.filter(|row| !row.starts_with("|---") && !row.starts_with("| feature |"));
    rows.filter(|row| !is_honest(row, tests)).map(str::to_owned).collect()
}

fn is_honest(row: &str, tests: &BTreeSet<String>) -> bool {
    let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
    let [feature, state, shown_by] = cells[..] else {
        return false;
    };
    let proofs: Vec<_> = shown_by.split('`').skip(1).step_by(2).collect();
    let all =
        |good: &dyn Fn(&str) -> bool| !proofs.is_empty() && proofs.iter().all(|proof| good(proof));
    !feature.is_empty()
        && match state {
            "tested" => all(&|proof| tests.contains(proof)),
            "working" => all(&|proof| proof.contains(' ')),
            "planned" => shown_by.is_empty(),
            _ => false,
        }
}

#[test]
fn what_is_called_tested_names_a_test_or_a_command() {
    let tests = ["it_works".to_owned()].into();
    let wrong = |row: &str| dishonest(row, &tests).len();
    assert_eq!(wrong("| latency | tested | `it_works` |"), 0);
    assert_eq!(wrong("| latency | tested | `fault demo tour` |"), 1);
    assert_eq!(wrong("| latency | working | `fault demo tour` |"), 0);
    assert_eq!(wrong("| latency | working | `it_works` |"), 1);
    assert_eq!(wrong("| latency | tested | `it_worked` |"), 1);
    assert_eq!(wrong("| latency | tested | by hand |"), 1);
    assert_eq!(wrong("| latency | planned | |"), 0);
    assert_eq!(wrong("| latency | planned | `it_works` |"), 1);
    assert_eq!(wrong("| latency | works | `it_works` |"), 1);
    assert_eq!(wrong("| latency |"), 1);

    let page = fs_err::read_to_string(repository::root().join(PAGE)).expect("the map is there");
    let rows = page.lines().filter(|line| line.starts_with('|')).count();
    assert!(rows > 2, "{PAGE} has a table");
    let tests = repository::test_names(&repository::files(&["rs"]));
    hold("features that are neither shown nor planned", &dishonest(&page, &tests));
}
