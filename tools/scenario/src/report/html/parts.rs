//! Pieces that all of the page is made of: words, tables, badges, boxes that scroll.

use maud::{Markup, html};

use crate::evidence::Phase;
use crate::finding::Finding;
use crate::report::facts::Test;
use crate::report::tables::Table;
use crate::report::{text, trust};
use crate::verdict::Verdict;

/// The class of what shows this.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Inconclusive => "inconclusive",
    }
}

/// The verdict as a sign and a word, so that it is not told by colour alone.
pub(super) fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "badge " (class(verdict)) } { (mark(verdict)) " " (trust::word(verdict)) } }
}

/// The sign of a verdict, which is read out by its word.
pub(super) fn mark(verdict: Verdict) -> Markup {
    let sign = match verdict {
        Verdict::Passed => "✓",
        Verdict::Failed => "✗",
        Verdict::Inconclusive => "?",
    };
    html! { span aria-hidden="true" { (sign) } }
}

/// What a test is reached by in the page.
pub(super) fn anchor(test: &Test<'_>) -> String {
    format!("test-{}-{}", test.scenario_number, test.number)
}

/// A line of words in which `code` is set as such.
pub(super) fn words(line: &str) -> Markup {
    let line = text::line(line);
    let pieces: Vec<&str> = line.split('`').collect();
    // A backtick without its fellow is just a backtick.
    if pieces.len().is_multiple_of(2) {
        return html! { (line) };
    }
    html! {
        @for (at, piece) in pieces.iter().enumerate() {
            @if at % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

/// A box that scrolls by itself when what is in it is wider than the page.
pub(super) fn scrolling(label: &str, content: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(text::line(label)) tabindex="0" { (content) }
    }
}

/// A table with its name above it.
pub(super) fn table(name: &str, table: &Table) -> Markup {
    let side = |column| table.is_figures(column).then_some("figures");
    let content = html! {
        table {
            caption { (text::line(name)) }
            thead {
                tr {
                    @for (column, head) in table.head.iter().enumerate() {
                        th scope="col" class=[side(column)] { (text::line(head)) }
                    }
                }
            }
            tbody {
                @for row in &table.rows {
                    tr {
                        @for (column, cell) in row.iter().enumerate() {
                            td class=[side(column)] { (words(cell)) }
                        }
                    }
                }
            }
        }
    };
    scrolling(name, &content)
}

/// A command to copy.
pub(super) fn command(label: &str, command: &str) -> Markup {
    html! {
        pre role="region" aria-label=(label) tabindex="0" { code { (text::lines(command).trim_end()) } }
    }
}

/// Findings, each with what to do about it.
pub(super) fn findings(found: &[Finding]) -> Markup {
    html! {
        ul.findings {
            @for (at, finding) in found.iter().enumerate() {
                li {
                    (words(&finding.message)) " " code.code { (finding.code.as_str()) }
                    @if trust::hint_follows(found, at) {
                        p.hint { strong { "Hint: " } (words(&finding.hint)) }
                    }
                }
            }
        }
    }
}

/// What changed from a control to the calls with faults, in a few figures.
pub(super) fn change(control: Option<&Phase>, faulted: &Phase) -> Markup {
    let p95 = |phase: &Phase| phase.summary.latency.as_ref().map(|latency| latency.p95);
    let faulted_p95 = p95(faulted).map_or_else(|| "no answer".to_owned(), in_ms);
    let errors = &faulted.summary;
    html! {
        span.change {
            "p95 "
            @if let Some(before) = control.and_then(p95) { (in_ms(before)) " → " }
            (faulted_p95) ", "
            (text::counted(errors.errors, "error", "errors")) " of " (errors.requests)
        }
    }
}

/// Milliseconds as they are read best: `12.3 ms`, `310 ms`, `2.4 s`.
pub(super) fn in_ms(millis: f64) -> String {
    match millis {
        _ if millis >= 2000.0 => format!("{:.1} s", millis / 1000.0),
        _ if millis >= 100.0 => format!("{millis:.0} ms"),
        _ if millis >= 1.0 => format!("{millis:.1} ms"),
        _ => format!("{millis:.2} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_within_words_is_set_as_code_and_a_lone_backtick_stays() {
        assert_eq!(words("a `b<` c").into_string(), "a <code>b&lt;</code> c");
        assert_eq!(words("a ` b\u{7}").into_string(), "a ` b ");
    }

    #[test]
    fn times_are_shown_in_the_unit_that_reads_best() {
        let times = [0.123, 12.34, 310.4, 1999.0, 12_345.0].map(in_ms);
        assert_eq!(times, ["0.12 ms", "12.3 ms", "310 ms", "1999 ms", "12.3 s"]);
    }
}
