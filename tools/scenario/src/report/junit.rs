//! The report as JUnit XML, for CI systems that show test results.
//!
//! JUnit knows no third outcome. What is inconclusive is an `error`, so that a pipeline turns red as it does by the
//! exit code.

use maud::{Markup, PreEscaped, html};

use crate::report::facts::{self, Test};
use crate::report::{text, trust};
use crate::results::{Counts, ItemResult, Results, ScenarioResults};
use crate::verdict::Verdict;

/// What XML files begin with.
const DECLARATION: PreEscaped<&str> = PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

/// The report as JUnit XML.
pub(super) fn render(results: &Results) -> String {
    let Counts { failed, inconclusive, .. } = results.tests;
    let seconds: f64 = results.tests().map(|(_, item)| seconds(item)).sum();
    let tests = facts::tests(results);
    // Each element has braces, even if nothing is in it: that closes it, as XML wants and HTML does not.
    let report = html! {
        (DECLARATION)
        testsuites name="fault" tests=(results.tests.all()) failures=(failed) errors=(inconclusive)
            time=(format!("{seconds:.3}")) {
            @for (scenario, number) in results.results.iter().zip(1..) {
                (suite(results, scenario, tests.iter().filter(|test| test.scenario_number == number)))
            }
        }
    };
    let mut report = report.into_string();
    report.push('\n');
    report
}

fn suite<'a>(
    results: &Results,
    scenario: &ScenarioResults,
    tests: impl Iterator<Item = &'a Test<'a>>,
) -> Markup {
    let mut counts = Counts::default();
    scenario.results.iter().for_each(|item| counts.add(item.verdict));
    let total: f64 = scenario.results.iter().map(seconds).sum();
    let started = scenario.results.iter().map(|item| item.started).min();
    let started = started.unwrap_or_else(|| facts::second(results.start));
    html! {
        "\n"
        testsuite name=(text::line(&scenario.scenario.title)) tests=(counts.all())
            failures=(counts.failed) errors=(counts.inconclusive) skipped="0"
            time=(format!("{total:.3}")) timestamp=(started.strftime("%Y-%m-%dT%H:%M:%SZ")) {
            properties {
                (property("seed", &results.seed))
                (property("command", &results.command))
                (property("fault", &results.versions.fault))
                @if results.cut_short { (property("cut_short", "true")) }
            }
            @for test in tests { (case(test)) }
        }
    }
}

fn property(name: &str, value: &str) -> Markup {
    html! { property name=(name) value=(text::line(value)) {} }
}

fn case(test: &Test<'_>) -> Markup {
    let item = test.item;
    html! {
        "\n"
        testcase name=(text::line(&item.name)) classname=(text::line(&test.scenario.scenario.title))
            time=(format!("{:.3}", seconds(item))) {
            @match item.verdict {
                Verdict::Passed => {}
                Verdict::Failed => {
                    failure type="failed" message=(text::line(&facts::first_reason(item))) { (why(item)) }
                }
                Verdict::Inconclusive => {
                    error type="inconclusive" message=(text::line(&facts::first_reason(item))) { (why(item)) }
                }
            }
        }
    }
}

/// The reasons with their hints, and what was measured, a line each.
fn why(item: &ItemResult) -> String {
    let mut lines = vec![format!("{} {}", item.call.method, item.target.address)];
    for (at, reason) in item.reasons.iter().enumerate() {
        lines.push(format!("{} ({})", reason.message, reason.code.as_str()));
        if trust::hint_follows(&item.reasons, at) {
            lines.push(format!("hint: {}", reason.hint));
        }
    }
    lines.push(facts::comparison_in_short(item));
    lines.push(format!("faults: {}", trust::evidence_in_short(&item.faults)));
    let lines: Vec<String> = lines.iter().map(|line| text::line(line)).collect();
    lines.join("\n")
}

fn seconds(item: &ItemResult) -> f64 {
    facts::total_ms(item) / 1000.0
}
