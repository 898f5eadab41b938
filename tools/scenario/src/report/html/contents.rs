//! What comes first in the page: the counts, the list of tests, and the matrix of a scenario.

use maud::{Markup, html};

use super::parts;
use crate::report::facts::{self, Grid, Place, Test};
use crate::report::{text, trust};
use crate::results::{Counts, Results};
use crate::verdict::Verdict;

/// How many tests there were of each verdict, with a bar of their shares.
pub(super) fn counts(counts: &Counts) -> Markup {
    let counts = [
        (Verdict::Failed, counts.failed),
        (Verdict::Inconclusive, counts.inconclusive),
        (Verdict::Passed, counts.passed),
    ];
    html! {
        div.bar aria-hidden="true" {
            @for (verdict, count) in counts {
                @if count > 0 { span class=(parts::class(verdict)) style={ "flex-grow:" (count) } {} }
            }
        }
        ul.counts {
            @for (verdict, count) in counts {
                li class=(parts::class(verdict)) {
                    strong { (count) } " "
                    span { (parts::mark(verdict)) " " (trust::word(verdict).to_lowercase()) }
                }
            }
        }
    }
}

/// The list of tests: those that did not pass first, the others folded.
pub(super) fn render(results: &Results) -> Markup {
    let tests = facts::worst_first(results);
    let (unlike, passed): (Vec<_>, Vec<_>) =
        tests.into_iter().partition(|test| test.item.verdict != Verdict::Passed);
    html! {
        nav aria-labelledby="tests" {
            h2 #tests { "Tests" }
            @if !unlike.is_empty() { (list(&unlike)) }
            @if !passed.is_empty() {
                details.fold open[unlike.is_empty()] {
                    summary { (text::counted(passed.len() as u64, "test", "tests")) " passed" }
                    (list(&passed))
                }
            }
        }
    }
}

fn list(tests: &[Test<'_>]) -> Markup {
    html! {
        ul.tests {
            @for test in tests {
                @let item = test.item;
                li {
                    (parts::badge(item.verdict))
                    div {
                        a href={ "#" (parts::anchor(test)) } { (text::line(&item.name)) }
                        " " span.muted { (text::line(&test.scenario.scenario.title)) }
                        @if item.verdict != Verdict::Passed { p { (parts::words(&facts::first_reason(item))) } }
                    }
                    (parts::change(item.control.as_ref(), &item.faulted))
                }
            }
        }
    }
}

/// The matrix of a scenario: a row for each call, a column for each fault.
pub(super) fn matrix(grid: &Grid<'_>) -> Markup {
    let name = "Calls by faults";
    let content = html! {
        table.matrix {
            caption { (name) }
            thead {
                tr {
                    th scope="col" { "Call" }
                    @for fault in &grid.faults { th scope="col" { (text::line(fault)) } }
                }
            }
            tbody {
                @for (call, places) in &grid.rows {
                    tr {
                        th scope="row" { (text::line(call)) }
                        @for place in places { (cell(place)) }
                    }
                }
            }
        }
    };
    parts::scrolling(name, &content)
}

fn cell(place: &Place<'_>) -> Markup {
    match (place.verdict, &place.test) {
        (Some(verdict), Some(test)) => html! {
            td class=(parts::class(verdict)) {
                a href={ "#" (parts::anchor(test)) } { (parts::mark(verdict)) " " (trust::word(verdict)) }
                (parts::change(test.item.control.as_ref(), &test.item.faulted))
            }
        },
        _ => html! { td.none { "not tested" } },
    }
}
