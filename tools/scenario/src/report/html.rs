//! The report as one HTML page: no script, no network, pictures as inline SVG.
//!
//! The templates are maud's: they are checked when they are compiled, they escape what is put into them, and each
//! piece of a page or of a picture is a function that takes what it shows. Control characters are taken out by
//! [`parts::words`] and its kin.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::report::facts::{self, Test};
use crate::report::{overview, text, trust};
use crate::results::{Results, ScenarioResults};
use crate::verdict::Verdict;

mod axis;
mod band;
mod calls;
mod contents;
mod dose;
mod figure;
mod histogram;
mod merge;
mod parts;
mod scale;
mod series;
mod test;
mod timeline;

/// The one style sheet of the page.
const STYLE: PreEscaped<&str> = PreEscaped(include_str!("html/style.css"));

/// How many tests have pictures, so that the page of a large run stays one that a browser opens at once.
const PICTURED: usize = 100;

/// Up to how many tests all are shown open.
const ALL_OPEN: usize = 3;

/// Up to how many tests that did not pass are shown open.
const OPEN: usize = 50;

/// The report as an HTML page.
pub(super) fn render(results: &Results) -> String {
    let headline = facts::headline(&results.tests);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "fault " (text::line(&results.versions.fault)) };
                title { (headline) " - Scenarios Report" }
                style { (STYLE) }
            }
            body {
                (header(results, &headline))
                main {
                    (contents::render(results))
                    (scenarios(results))
                    (repeat(results))
                }
            }
        }
    };
    let mut page = page.into_string();
    page.push('\n');
    page
}

fn header(results: &Results, headline: &str) -> Markup {
    let (start, end) = (facts::second(results.start), facts::second(results.end));
    let took = results.end.saturating_sub(results.start) as f64 * 1000.0;
    html! {
        header class=(parts::class(results.verdict)) {
            p.kind { "Scenarios Report" }
            h1 { (headline) }
            (contents::counts(&results.tests))
            @if results.cut_short { p.notice { (facts::CUT_SHORT) } }
            dl.about {
                div { dt { "Verdict" } dd { (trust::word(results.verdict)) } }
                div { dt { "Start" } dd { time datetime=(start) { (day(start)) } } }
                div { dt { "End" } dd { time datetime=(end) { (day(end)) } } }
                div { dt { "Took" } dd { (text::words(took)) } }
                div { dt { "Seed" } dd { code { (text::line(&results.seed)) } } }
            }
        }
    }
}

fn day(time: jiff::Timestamp) -> String {
    overview::time(time).replace(".000000000", "")
}

fn scenarios(results: &Results) -> Markup {
    let tests = facts::tests(results);
    let worst = facts::worst_first(results);
    let place = |test: &Test<'_>| (test.scenario_number, test.number);
    let pictured: std::collections::BTreeSet<_> = worst.iter().take(PICTURED).map(place).collect();
    let opened: std::collections::BTreeSet<_> = worst
        .iter()
        .filter(|test| tests.len() <= ALL_OPEN || test.item.verdict != Verdict::Passed)
        .take(OPEN)
        .map(place)
        .collect();
    html! {
        @for (scenario, number) in results.results.iter().zip(1..) {
            @let of: Vec<Test<'_>> = tests.iter().filter(|test| test.scenario_number == number).copied().collect();
            section aria-labelledby={ "scenario-" (number) } {
                (heading(scenario, number))
                @if let Some(grid) = facts::grid(&of) { (contents::matrix(&grid)) }
                @for test in &of {
                    (test::render(test, opened.contains(&place(test)), pictured.contains(&place(test))))
                }
            }
        }
    }
}

fn heading(found: &ScenarioResults, number: usize) -> Markup {
    let scenario = &found.scenario;
    html! {
        h2 id={ "scenario-" (number) } { "Scenario: " (text::line(&scenario.title)) }
        @if let Some(description) = &scenario.description { p.lead { (text::line(description.trim())) } }
        @if let Some(source) = &found.source { p.muted { "From " code { (text::line(source)) } } }
    }
}

fn repeat(results: &Results) -> Markup {
    html! {
        section aria-labelledby="repeat" {
            h2 #repeat { "Repeat this run" }
            (parts::command("The command", &results.command))
            p.muted {
                "Seed " code { (text::line(&results.seed)) } ", fault " (text::line(&results.versions.fault))
                ". The same seed makes the same decisions for the same connections and exchanges; how long an \
                 application takes is not repeated by a seed."
            }
        }
    }
}
