//! The Markdown report of scenarios: the documented part of each test first, then what shows that it can be trusted.

use crate::report::facts::{self, Test};
use crate::report::markdown::{block, code, plain, table};
use crate::report::{further, overview, text, trust};
use crate::results::{ItemResult, Results, ScenarioResults};
use crate::verdict::Verdict;

/// The report as Markdown.
pub(super) fn render(results: &Results) -> String {
    let mut sections = vec![
        "# Scenarios Report".to_owned(),
        format!("Start: {}", overview::time(facts::second(results.start))),
        format!("End: {}", overview::time(facts::second(results.end))),
        summary(results),
    ];
    let tests = facts::tests(results);
    for (scenario, number) in results.results.iter().zip(1..) {
        let of = |test: &&Test<'_>| test.scenario_number == number;
        let tests: Vec<Test<'_>> = tests.iter().filter(of).copied().collect();
        sections.extend(heading(scenario));
        sections.extend(facts::grid(&tests).map(|grid| table(&grid.table())));
        sections.extend(scenario.results.iter().flat_map(test));
        sections.push("---".to_owned());
    }
    sections.push(repeat(results));
    let mut report = sections.join("\n\n");
    report.push('\n');
    report
}

fn summary(results: &Results) -> String {
    let (verdict, tests) = (trust::word(results.verdict), &results.tests);
    let tests = match tests.all() {
        0 => facts::headline(tests),
        all => format!("{}: {}", text::counted(all, "test", "tests"), facts::counts(tests)),
    };
    let mut lines = format!("**Verdict**: {verdict}. {tests}.");
    if results.cut_short {
        lines.push_str(&format!("\n\n{}", facts::CUT_SHORT));
    }
    let unlike = facts::worst_first(results);
    let unlike = unlike.iter().filter(|test| test.item.verdict != Verdict::Passed);
    let unlike: Vec<String> = unlike
        .map(|Test { scenario, item, .. }| {
            let title = plain(&scenario.scenario.title);
            let reason = plain(&facts::first_reason(item));
            let (sign, word) = (facts::sign(item.verdict), trust::word(item.verdict));
            format!("- {sign} {word}: {} ({title}): {reason}", plain(&item.name))
        })
        .collect();
    if !unlike.is_empty() {
        lines.push_str(&format!("\n\n{}", unlike.join("\n")));
    }
    lines
}

fn heading(found: &ScenarioResults) -> Vec<String> {
    let scenario = &found.scenario;
    let title =
        format!("## Scenario: {}  (items: {})", plain(&scenario.title), found.results.len());
    let description = scenario.description.as_ref();
    let description = description.map(|text| format!("_Description:_ {}", plain(text.trim())));
    let source = found.source.as_ref().map(|source| format!("_Source:_ {}", code(source)));
    [Some(title), description, source].into_iter().flatten().collect()
}

fn test(item: &ItemResult) -> Vec<String> {
    let mut sections = vec![
        format!(
            "### 🎯 {} {} | {}",
            code(&item.call.method),
            plain(&item.target.address),
            trust::word(item.verdict)
        ),
        overview::call(&item.call),
        format!("**Strategy**: {}", plain(&item.strategy)),
        faults(item),
    ];
    sections.extend(expectation(item));
    sections.push(figures(item));
    if !item.faulted.slos.is_empty() {
        sections.push(table(&overview::objectives(&item.faulted.slos)));
    }
    sections.push(format!("**Test**: {}", plain(&item.name)));
    sections.push(trust::verdict(item.verdict, &item.reasons, facts::passed(item)));
    if !item.notes.is_empty() {
        sections.push(format!("**Notes**:\n{}", trust::findings(&item.notes)));
    }
    sections.extend(proof(item));
    sections.extend(questions(item));
    sections
}

fn faults(item: &ItemResult) -> String {
    match item.faults.as_slice() {
        [] => "**Faults Applied**: -".to_owned(),
        faults if facts::has_timeline(item) => {
            format!("**Faults Applied**:\n\n{}", table(&overview::faults(faults)))
        }
        faults => {
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("- {}", plain(&fault.description))).collect();
            format!("**Faults Applied**:\n{}", faults.join("\n"))
        }
    }
}

fn expectation(item: &ItemResult) -> Option<String> {
    item.expectation.as_ref().map(|expected| {
        // The documented words have bars between them, which are no table here.
        format!("**Expectation**: {}", plain(expected).replace("\\|", "|"))
    })
}

fn figures(item: &ItemResult) -> String {
    let summary = &item.faulted.summary;
    let figures = overview::figures(summary, item.failure_counts, facts::total_ms(item));
    let percentiles = overview::percentiles(summary).as_ref().map(table);
    let percentiles = percentiles.unwrap_or_else(|| overview::NO_PERCENTILES.to_owned());
    format!("**Run Overview**:\n\n{}\n\n{percentiles}", table(&figures))
}

/// The control and the evidence; for single calls in a line each.
fn proof(item: &ItemResult) -> Vec<String> {
    let crossed = trust::crossed(item.faulted.crossed);
    if facts::is_brief(item) {
        let comparison = facts::comparison_in_short(item);
        let evidence = trust::evidence_in_short(&item.faults);
        return vec![
            format!("**Control**: {}.", plain(&comparison)),
            format!("**Evidence**: {}. {crossed}", plain(&evidence)),
        ];
    }
    let sides = table(&trust::comparison(item.control.as_ref(), &item.faulted));
    let control = match item.control {
        Some(_) => format!("**Control** (the same calls without faults):\n\n{sides}"),
        None => format!("**Control**: there was none.\n\n{sides}"),
    };
    let evidence = match item.faults.as_slice() {
        [] => format!("**Evidence**: {crossed}"),
        faults => format!("**Evidence**: {crossed}\n\n{}", table(&trust::evidence(faults))),
    };
    vec![control, evidence]
}

fn questions(item: &ItemResult) -> Vec<String> {
    let mut sections = Vec::new();
    let mut section = |name: &str, words: String, rows: Option<String>| {
        let rows = rows.map_or_else(String::new, |rows| format!("\n\n{rows}"));
        sections.push(format!("**{name}**: {}{rows}", plain(&words)));
    };
    if let Some(found) = &item.attribution {
        let rows = further::unattributed(found);
        section("Attribution", further::attribution(found), rows.as_ref().map(table));
    }
    if let Some(found) = &item.retries {
        section("Retries", further::retries(found), None);
    }
    if let Some(found) = &item.recovery {
        section("Recovery", further::recovery(found), None);
    }
    if let Some(found) = &item.search {
        section("Search", further::search(found), Some(table(&further::doses(found))));
    }
    sections
}

fn repeat(results: &Results) -> String {
    format!(
        "**Repeat**: seed {}, fault {}\n\n{}",
        text::line(&results.seed),
        text::line(&results.versions.fault),
        block("sh", &results.command),
    )
}
