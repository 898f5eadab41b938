//! The tables of a review. All of their figures come from the results.

use fault_scenario::{
    Latency, Summary, Verdict,
    report::parts::{self, figure, share, table},
};

use super::{
    evidence::Evidence,
    figures::{Figures, Test},
    input::masked,
    link::Linked,
};

/// What fell short: an objective or an expectation in each row.
pub(crate) fn failures(figures: &Figures<'_>, most: usize) -> String {
    let head = [
        "Id",
        "Scenario",
        "Endpoint",
        "SLO Violated",
        "Objective",
        "Observed",
        "Margin",
        "Failure Pattern",
    ];
    let rows = figures.failures();
    if rows.is_empty() {
        return "No objective was violated by a test that shows something.".to_owned();
    }
    let row = |row: &super::figures::Failure| {
        let test = figures.tests[row.test];
        [
            test.id(),
            masked(&test.title()),
            figures.endpoints[test.endpoint].name(),
            row.missed.clone(),
            row.objective.clone(),
            masked(&row.observed),
            row.margin.clone(),
            row.pattern.clone(),
        ]
    };
    let text = table(head, rows.iter().take(most).map(row));
    match rows.len().saturating_sub(most) {
        0 => text,
        more => format!(
            "{text}\n\n({} not shown here.)",
            parts::counted(more as u64, "more row is", "more rows are")
        ),
    }
}

/// How many tests there were of each verdict, of all and of each endpoint.
pub(crate) fn dashboard(figures: &Figures<'_>) -> String {
    let head = ["Scope", "Total Scenarios", "Passed", "Failed", "Inconclusive"];
    let row = |scope: String, counts: fault_scenario::results::Counts| {
        [
            scope,
            counts.all().to_string(),
            counts.passed.to_string(),
            counts.failed.to_string(),
            counts.inconclusive.to_string(),
        ]
    };
    let all = row("All endpoints".to_owned(), super::figures::counted(&figures.tests));
    let each = figures.endpoints.iter();
    let each = each.map(|one| row(format!("• {}", one.name()), figures.counts(one)));
    table(head, [all].into_iter().chain(each))
}

/// The tests that show nothing, and why; nothing if there are none.
pub(crate) fn inconclusive(figures: &Figures<'_>) -> Option<String> {
    let head = ["Id", "Scenario", "Endpoint", "Why", "What To Do"];
    let row = |test: Test<'_>| {
        let reason = test.item.reasons.first();
        [
            test.id(),
            masked(&test.title()),
            figures.endpoints[test.endpoint].name(),
            reason.map_or_else(|| "-".to_owned(), |reason| masked(&reason.message)),
            reason.map_or_else(|| "-".to_owned(), |reason| reason.hint.clone()),
        ]
    };
    let rows: Vec<[String; 5]> = figures.of_verdict(Verdict::Inconclusive).map(row).collect();
    (!rows.is_empty()).then(|| table(head, rows))
}

/// Each test, and how often each of its faults really acted.
pub(crate) fn tests(tests: &[Test<'_>], figures: &Figures<'_>) -> String {
    let head = ["Id", "Scenario", "Endpoint", "Verdict", "Faults That Acted"];
    let row = |test: &Test<'_>| {
        [
            test.id(),
            masked(&test.title()),
            figures.endpoints[test.endpoint].name(),
            verdict(test.item.verdict).to_owned(),
            parts::faults(&test.item.faults),
        ]
    };
    table(head, tests.iter().map(row))
}

/// Each test without and with its faults.
pub(crate) fn comparison(tests: &[Test<'_>]) -> String {
    let head = ["Id", "Run", "Requests", "Errors", "p50 (ms)", "p95 (ms)", "p99 (ms)"];
    let rows = tests.iter().flat_map(|test| {
        let control =
            test.item.control.as_ref().map(|it| side(test, "without faults", &it.summary));
        control.into_iter().chain([side(test, "with faults", &test.item.faulted.summary)])
    });
    table(head, rows)
}

fn side(test: &Test<'_>, run: &str, summary: &Summary) -> [String; 7] {
    let at = |value: fn(&Latency) -> f64| {
        summary.latency.as_ref().map_or_else(|| "-".to_owned(), |latency| figure(value(latency)))
    };
    [
        test.id(),
        run.to_owned(),
        summary.requests.to_string(),
        share(summary.errors, summary.requests),
        at(|latency| latency.p50),
        at(|latency| latency.p95),
        at(|latency| latency.p99),
    ]
}

/// The places of the code that statements refer to.
pub(crate) fn places(evidence: &Evidence<'_>, most: usize) -> String {
    let head = ["Id", "Place", "Function", "What", "On The Path Of", "Code"];
    let row = |place: &super::evidence::Place| {
        let what = place.risk.as_ref().map_or_else(
            || "answers the endpoint".to_owned(),
            |risk| format!("{} ({}, {})", risk.title, risk.rule, risk.severity.name()),
        );
        let endpoints: Vec<String> = place
            .endpoints
            .iter()
            .filter_map(|at| evidence.figures.endpoints.get(*at))
            .map(|endpoint| endpoint.name())
            .collect();
        [
            place.id(),
            place.at(),
            place.function.clone().unwrap_or_else(|| "-".to_owned()),
            what,
            if endpoints.is_empty() { "not known".to_owned() } else { endpoints.join(", ") },
            masked(&place.code),
        ]
    };
    table(head, evidence.places.iter().take(most).map(row))
}

/// What answers each endpoint, as far as it is known.
pub(crate) fn links(evidence: &Evidence<'_>) -> String {
    let head = ["Endpoint", "Answered By", "Known"];
    let row = |(endpoint, linked): (&super::figures::Endpoint, &Linked)| {
        let (by, known) = match linked {
            Linked::Surely(link) => {
                (format!("{} ({}:{})", link.name, link.file, link.first_line), link.how.clone())
            }
            Linked::Several(names) => (names.join(", "), "no: several could be it".to_owned()),
            Linked::Unknown => ("-".to_owned(), "no: no route, operation or name fits".to_owned()),
        };
        [endpoint.name(), by, known]
    };
    table(head, evidence.figures.endpoints.iter().zip(&evidence.linked).map(row))
}

/// A verdict as a word.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "Passed",
        Verdict::Failed => "Failed",
        Verdict::Inconclusive => "Inconclusive",
    }
}
