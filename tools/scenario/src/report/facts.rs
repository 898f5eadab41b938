//! What all reports of scenarios say alike: what comes first, what a test is called, and why it is as it is.

use jiff::Timestamp;

use crate::report::tables::Table;
use crate::report::{text, trust};
use crate::results::{Counts, ItemResult, Results, ScenarioResults};
use crate::verdict::Verdict;

/// A test with what tells it apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test<'a> {
    /// The number of the scenario, from 1.
    pub(super) scenario_number: usize,
    /// The number of the test in it, from 1.
    pub(super) number: usize,
    /// The scenario that it is from.
    pub(super) scenario: &'a ScenarioResults,
    /// What it found.
    pub(super) item: &'a ItemResult,
}

/// Every test, in order.
pub(super) fn tests(results: &Results) -> Vec<Test<'_>> {
    let numbered = results.results.iter().zip(1..);
    numbered
        .flat_map(|(scenario, scenario_number)| {
            let items = scenario.results.iter().zip(1..);
            items.map(move |(item, number)| Test { scenario_number, number, scenario, item })
        })
        .collect()
}

/// Every test: first those that failed, then those that show nothing, then the others.
pub(super) fn worst_first(results: &Results) -> Vec<Test<'_>> {
    let mut tests = tests(results);
    tests.sort_by_key(|test| severity(test.item.verdict));
    tests
}

fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Failed => 0,
        Verdict::Inconclusive => 1,
        Verdict::Passed => 2,
    }
}

/// The sign of a verdict.
pub(super) fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "✅",
        Verdict::Failed => "❌",
        Verdict::Inconclusive => "❔",
    }
}

/// What the run shows, in a line.
pub(super) fn headline(counts: &Counts) -> String {
    let all = counts.all();
    let tests = text::counted(all, "test", "tests");
    match counts {
        _ if all == 0 => "No test was run".to_owned(),
        Counts { failed: 1.., .. } => format!("{} of {tests} failed", counts.failed),
        Counts { inconclusive: 1.., .. } => {
            format!("{} of {tests} inconclusive", counts.inconclusive)
        }
        _ if all == 1 => "1 test passed".to_owned(),
        _ => format!("All {tests} passed"),
    }
}

/// How many tests there were of each verdict, in words.
pub(super) fn counts(counts: &Counts) -> String {
    let Counts { passed, failed, inconclusive } = counts;
    format!("{failed} failed, {inconclusive} inconclusive, {passed} passed")
}

/// What is said of a run that was cut short.
pub(super) const CUT_SHORT: &str =
    "The run was cut short: what it did not come to is not in this report.";

/// A point in time given in seconds since 1970, in UTC.
pub(super) fn second(seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// How long a test took, in milliseconds.
pub(super) fn total_ms(item: &ItemResult) -> f64 {
    item.total_time.secs as f64 * 1000.0 + f64::from(item.total_time.nanos) / 1e6
}

/// What is said of a test without reasons.
pub(super) fn passed(item: &ItemResult) -> &'static str {
    match (item.faulted.slos.is_empty(), item.faults.is_empty()) {
        (true, true) => "every call was as expected",
        (true, false) => "every call was as expected, and each fault was there",
        (false, true) => "every objective is met",
        (false, false) => "every objective is met, and each fault was there",
    }
}

/// Why a test is as it is, in a line.
pub(super) fn first_reason(item: &ItemResult) -> String {
    match item.reasons.split_first() {
        None => passed(item).to_owned(),
        Some((first, [])) => first.message.clone(),
        Some((first, others)) => format!("{} (and {} more)", first.message, others.len()),
    }
}

/// Whether there is too little of a test for tables about it: a call with and a call without faults.
pub(super) fn is_brief(item: &ItemResult) -> bool {
    let requests = |phase: &crate::evidence::Phase| phase.summary.requests;
    requests(&item.faulted) <= 1 && item.control.as_ref().is_none_or(|phase| requests(phase) <= 1)
}

/// Whether faults come and go during the test, so that a timeline says more than a list.
pub(super) fn has_timeline(item: &ItemResult) -> bool {
    item.strategy.starts_with("load") || item.faults.iter().any(|fault| !fault.windows.is_empty())
}

/// The control and the calls with faults in a few words.
pub(super) fn comparison_in_short(item: &ItemResult) -> String {
    let control = item.control.as_ref().map_or_else(
        || "there was no control".to_owned(),
        |phase| format!("without faults {}", trust::in_short(&phase.summary)),
    );
    format!("{control}; with faults {}", trust::in_short(&item.faulted.summary))
}

/// What stands in a place of a matrix.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place<'a> {
    /// What the tests of it show together; absent if there are none.
    pub(super) verdict: Option<Verdict>,
    /// The first of its tests that shows just that.
    pub(super) test: Option<Test<'a>>,
}

/// The tests of a scenario by call and fault.
#[derive(Debug)]
pub(super) struct Grid<'a> {
    /// The names of the faults, as columns.
    pub(super) faults: Vec<&'a str>,
    /// The name of each call, and what stands in each column.
    pub(super) rows: Vec<(&'a str, Vec<Place<'a>>)>,
}

/// The matrix of a scenario; absent if it has none.
pub(super) fn grid<'a>(tests: &[Test<'a>]) -> Option<Grid<'a>> {
    let (mut calls, mut faults) = (Vec::new(), Vec::new());
    for cell in tests.iter().filter_map(|test| test.item.cell.as_ref()) {
        note(&mut calls, &cell.call);
        note(&mut faults, &cell.fault);
    }
    let row = |call| (call, faults.iter().map(|fault| place(tests, call, fault)).collect());
    (!calls.is_empty())
        .then(|| Grid { rows: calls.into_iter().map(row).collect(), faults: faults.clone() })
}

fn note<'a>(names: &mut Vec<&'a str>, name: &'a str) {
    if !names.contains(&name) {
        names.push(name);
    }
}

fn place<'a>(tests: &[Test<'a>], call: &str, fault: &str) -> Place<'a> {
    let mut counts = Counts::default();
    let here = |test: &&Test<'a>| {
        test.item.cell.as_ref().is_some_and(|cell| cell.call == call && cell.fault == fault)
    };
    let here: Vec<_> = tests.iter().filter(here).collect();
    here.iter().for_each(|test| counts.add(test.item.verdict));
    let Some(first) = here.first() else {
        return Place::default();
    };
    let verdict = counts.verdict();
    let test = here.iter().find(|test| test.item.verdict == verdict).unwrap_or(first);
    Place { verdict: Some(verdict), test: Some(**test) }
}

impl Grid<'_> {
    /// The matrix as a table.
    pub(super) fn table(&self) -> Table {
        let word = |place: &Place<'_>| {
            place.verdict.map_or_else(
                || "-".to_owned(),
                |verdict| format!("{} {}", sign(verdict), trust::word(verdict)),
            )
        };
        let head = ["Call"].into_iter().chain(self.faults.iter().copied());
        let row = |(call, places): &(&str, Vec<Place<'_>>)| {
            [(*call).to_owned()].into_iter().chain(places.iter().map(word)).collect()
        };
        Table { head: head.map(str::to_owned).collect(), rows: self.rows.iter().map(row).collect() }
    }
}
