//! One test in the page: the verdict and why, pictures, further questions, the evidence, the call.

use maud::{Markup, html};

use super::{calls, dose, histogram, parts, timeline};
use crate::report::facts::{self, Test};
use crate::report::{further, overview, text, trust};
use crate::results::ItemResult;

/// The test, folded unless it is `open`, and with pictures if it is `pictured`.
pub(super) fn render(test: &Test<'_>, open: bool, pictured: bool) -> Markup {
    let item = test.item;
    html! {
        details class={ "test " (parts::class(item.verdict)) } open[open] {
            summary {
                h3 { (parts::badge(item.verdict)) " " (text::line(&item.name)) }
                span.call {
                    code { (text::line(&item.call.method)) } " " (text::line(&item.target.address))
                }
                (parts::change(item.control.as_ref(), &item.faulted))
            }
            // Browsers open what is folded when a link leads into it, not when it leads to the fold itself.
            div.body id=(parts::anchor(test)) {
                (verdict(item))
                @if pictured { (pictures(item)) } @else { (left_out()) }
                (questions(item))
                (proof(item))
                (figures(item))
                (asked(item))
            }
        }
    }
}

fn verdict(item: &ItemResult) -> Markup {
    html! {
        h4 { "Verdict" }
        @match item.reasons.is_empty() {
            true => { p { (trust::word(item.verdict)) ": " (facts::passed(item)) "." } }
            false => { (parts::findings(&item.reasons)) }
        }
        @if !item.notes.is_empty() {
            h4 { "Notes" }
            (parts::findings(&item.notes))
        }
    }
}

fn left_out() -> Markup {
    html! { p.muted { "Pictures of this test are left out, since there are so many tests." } }
}

fn pictures(item: &ItemResult) -> Markup {
    if facts::is_brief(item) && item.search.is_none() {
        return html! {};
    }
    html! {
        @if let Some(picture) = item.search.as_ref().and_then(dose::render) { (picture) }
        @if let Some(picture) = timeline::render(item) { (picture) }
        @if let Some(picture) = calls::render(item) { (picture) }
        @if let Some(picture) = histogram::render(&item.plots) { (picture) }
    }
}

fn questions(item: &ItemResult) -> Markup {
    html! {
        @if let Some(found) = &item.attribution {
            h4 { "What the slow and failed calls met" }
            p { (parts::words(&further::attribution(found))) }
            @if let Some(table) = further::unattributed(found) {
                (parts::table("Calls that fell short and that no fault hit", &table))
            }
        }
        @if let Some(found) = &item.retries {
            h4 { "Retries" }
            p { (parts::words(&further::retries(found))) }
        }
        @if let Some(found) = &item.recovery {
            h4 { "Recovery" }
            p { (parts::words(&further::recovery(found))) }
        }
        @if let Some(found) = &item.search {
            h4 { "Search" }
            p { (parts::words(&further::search(found))) }
            (parts::table("Each value that was tried", &further::doses(found)))
        }
    }
}

fn proof(item: &ItemResult) -> Markup {
    let crossed = trust::crossed(item.faulted.crossed);
    html! {
        h4 { "Control and evidence" }
        @if facts::is_brief(item) {
            p { (upper(&facts::comparison_in_short(item))) "." }
            p { (upper(&trust::evidence_in_short(&item.faults))) ". " (crossed) }
        } @else {
            @let sides = trust::comparison(item.control.as_ref(), &item.faulted);
            (parts::table("The same calls without and with faults", &sides))
            @if item.control.is_none() { p { "There was no control." } }
            p { (crossed) }
            @if !item.faults.is_empty() {
                (parts::table("How often each fault acted", &trust::evidence(&item.faults)))
            }
        }
    }
}

fn figures(item: &ItemResult) -> Markup {
    let summary = &item.faulted.summary;
    html! {
        @if !item.faulted.slos.is_empty() {
            h4 { "Objectives" }
            (parts::table("How each objective fared with faults", &overview::objectives(&item.faulted.slos)))
        }
        h4 { "Run overview" }
        (parts::table(
            "The calls with faults",
            &overview::figures(summary, item.failure_counts, facts::total_ms(item)),
        ))
        @match overview::percentiles(summary) {
            Some(_) if facts::is_brief(item) => {}
            Some(table) => { (parts::table("Percentiles with faults", &table)) }
            None => { p { (overview::NO_PERCENTILES) } }
        }
    }
}

fn asked(item: &ItemResult) -> Markup {
    let call = &item.call;
    html! {
        h4 { "What was asked for" }
        dl.asked {
            div { dt { "Call" } dd { code { (text::line(&call.method)) } " " (text::line(&call.url)) } }
            div { dt { "Strategy" } dd { (text::line(&item.strategy)) } }
            @if let Some(expected) = &item.expectation {
                div { dt { "Expectation" } dd { (text::line(expected)) } }
            }
            div { dt { "Timeout" } dd { (text::millis(call.timeout_ms)) } }
            @for (name, value) in &call.headers {
                div { dt { "Header " (text::line(name)) } dd { (text::line(value)) } }
            }
            div { dt { "Body" } dd { (overview::body(call)) } }
        }
        @match item.faults.as_slice() {
            [] => { p { "No fault was applied." } }
            faults if facts::has_timeline(item) => {
                (parts::table("Faults applied", &overview::faults(faults)))
            }
            faults => {
                ul { @for fault in faults { li { (text::line(&fault.description)) } } }
            }
        }
    }
}

fn upper(text: &str) -> String {
    let text = text::line(text);
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
