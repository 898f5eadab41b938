//! The summary of a job for GitHub Actions: short, and never larger than GitHub takes.

use crate::report::facts::{self, Test};
use crate::report::markdown::{block, plain};
use crate::report::tables::Table;
use crate::report::{markdown, text, trust};
use crate::results::Results;
use crate::verdict::Verdict;

/// How many tests are shown in the table.
const TESTS: usize = 300;

/// For how many tests it is shown why they did not pass.
const REASONS: usize = 60;

/// How many reasons of one test are shown.
const REASONS_OF_ONE: usize = 3;

/// How many characters of one text are shown. GitHub refuses a summary of more than a mebibyte; with these limits
/// it stays below in any script.
const LENGTH: usize = 120;

/// How many characters of the command are shown.
const COMMAND: usize = 4000;

/// The summary of a job, as Markdown.
pub(super) fn render(results: &Results) -> String {
    let tests = facts::worst_first(results);
    let counts = &results.tests;
    let mut sections = vec![
        format!("## {} fault: {}", facts::sign(results.verdict), facts::headline(counts)),
        format!("{}. {}.", trust::word(results.verdict), facts::counts(counts)),
    ];
    if results.cut_short {
        sections.push(facts::CUT_SHORT.to_owned());
    }
    if !tests.is_empty() {
        sections.push(overview(&tests));
    }
    sections.extend(left_out(tests.len(), TESTS, "tests"));
    sections.extend(reasons(&tests));
    let version = text::short(&results.versions.fault, LENGTH);
    sections.push(format!(
        "Seed {}, fault {version}. Repeat with:",
        text::short(&results.seed, LENGTH)
    ));
    sections.push(block("sh", &text::short(&results.command, COMMAND)));
    let mut report = sections.join("\n\n");
    report.push('\n');
    report
}

fn overview(tests: &[Test<'_>]) -> String {
    let head = ["Verdict", "Test", "Scenario", "Errors", "p95 without (ms)", "p95 with (ms)"];
    let row = |test: &Test<'_>| {
        let item = test.item;
        let faulted = &item.faulted.summary;
        let control = item.control.as_ref().and_then(|control| control.summary.latency.as_ref());
        [
            format!("{} {}", facts::sign(item.verdict), trust::word(item.verdict)),
            text::short(&item.name, LENGTH),
            text::short(&test.scenario.scenario.title, LENGTH),
            text::share(faulted.errors, faulted.requests),
            text::number(control.map(|latency| latency.p95)),
            text::number(faulted.latency.as_ref().map(|latency| latency.p95)),
        ]
    };
    markdown::table(&Table::new(head, tests.iter().take(TESTS).map(row)))
}

fn reasons(tests: &[Test<'_>]) -> Vec<String> {
    let unlike: Vec<_> = tests.iter().filter(|test| test.item.verdict != Verdict::Passed).collect();
    let mut lines = Vec::new();
    for test in unlike.iter().take(REASONS) {
        let item = test.item;
        let name = plain(&text::short(&item.name, LENGTH));
        lines.push(format!("- {} {name}", facts::sign(item.verdict)));
        for (at, reason) in item.reasons.iter().enumerate().take(REASONS_OF_ONE) {
            let message = plain(&text::short(&reason.message, 2 * LENGTH));
            lines.push(format!("    - {message} (`{}`)", reason.code.as_str()));
            if trust::hint_follows(&item.reasons, at) {
                let hint = plain(&text::short(&reason.hint, 2 * LENGTH));
                lines.push(format!("        - hint: {hint}"));
            }
        }
    }
    let heading = (!lines.is_empty()).then(|| "### Why".to_owned());
    let list = (!lines.is_empty()).then(|| lines.join("\n"));
    let more = left_out(unlike.len(), REASONS, "tests that did not pass");
    heading.into_iter().chain(list).chain(more).collect()
}

fn left_out(all: usize, shown: usize, of: &str) -> Option<String> {
    let left = all.checked_sub(shown).filter(|left| *left > 0)?;
    Some(format!("{left} more {of} are left out here; the report has them."))
}
