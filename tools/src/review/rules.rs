//! The review that follows from figures and from what is at risk in the code, without a model.

use fault_scenario::{Verdict, report::parts};

use super::{
    draft::{Draft, Hypothesis, Statement},
    evidence::Evidence,
    figures::{self, Endpoint, Test},
    input::Role,
};

mod advice;
mod patterns;

pub(crate) use patterns::{Pattern, patterns};

/// The review.
pub(crate) fn draft(evidence: &Evidence<'_>, role: Role) -> Draft {
    let patterns = patterns(evidence);
    let (recommendations, threats, left_out) = advice::recommendations(evidence, &patterns, role);
    Draft {
        findings: findings(evidence),
        posture: posture(evidence),
        hypotheses: patterns.iter().map(|pattern| hypothesis(evidence, pattern, role)).collect(),
        trade_offs: advice::trade_offs(&threats),
        next_steps: next_steps(evidence, role),
        recommendations,
        threats,
        left_out,
    }
}

/// How each endpoint bears faults.
fn posture(evidence: &Evidence<'_>) -> Vec<Statement> {
    let figures = &evidence.figures;
    figures
        .endpoints
        .iter()
        .map(|endpoint| of_endpoint(endpoint, &figures.of_endpoint(endpoint)))
        .collect()
}

fn of_endpoint(endpoint: &Endpoint, tests: &[Test<'_>]) -> Statement {
    let counts = figures::counted(tests);
    let kinds = |verdict: Verdict| {
        let mut kinds: Vec<&str> = Vec::new();
        for test in tests.iter().filter(|test| test.item.verdict == verdict) {
            kinds.extend(
                test.kinds().into_iter().filter(|kind| !kinds.contains(kind)).collect::<Vec<_>>(),
            );
        }
        kinds
    };
    let (borne, failed) = (kinds(Verdict::Passed), kinds(Verdict::Failed));
    let only: Vec<&str> = borne.iter().filter(|kind| !failed.contains(kind)).copied().collect();
    let mut parts = vec![format!(
        "{} of {} passed",
        counts.passed,
        parts::counted(counts.all(), "test", "tests")
    )];
    if !only.is_empty() {
        parts.push(format!("it bears {} as tried", only.join(", ")));
    }
    if !failed.is_empty() {
        parts.push(format!("it falls short under {}", failed.join(", ")));
    }
    if counts.inconclusive > 0 {
        let what = parts::counted(counts.inconclusive, "test shows", "tests show");
        parts.push(format!(
            "{what} nothing and {} not counted",
            if counts.inconclusive == 1 { "is" } else { "are" }
        ));
    }
    let limits = tests.iter().filter_map(|test| {
        let search = test.item.search.as_ref()?;
        let largest =
            search.largest.map(|value| format!("{} {}", parts::figure(value), search.unit));
        Some(match largest {
            Some(largest) => format!("`{}` is borne up to {}", search.parameter, largest.trim()),
            None => format!("no `{}` that was tried is borne", search.parameter),
        })
    });
    parts.extend(limits);
    Statement::new(
        format!("`{}`: {}.", endpoint.name(), parts.join("; ")),
        tests.iter().map(Test::id),
    )
}

/// What matters most: each endpoint that falls short, the worst first.
fn findings(evidence: &Evidence<'_>) -> Vec<Statement> {
    let figures = &evidence.figures;
    let mut found: Vec<(u64, Statement)> = Vec::new();
    for endpoint in &figures.endpoints {
        let failed: Vec<Test<'_>> = figures
            .of_endpoint(endpoint)
            .into_iter()
            .filter(|test| test.item.verdict == Verdict::Failed)
            .collect();
        let Some(first) = failed.first() else { continue };
        let tests = parts::counted(failed.len() as u64, "test", "tests");
        let why = first.item.reasons.first().map_or("", |reason| reason.message.as_str());
        let text = format!("`{}` fails {tests}; the first: {why}", endpoint.name());
        found.push((failed.len() as u64, Statement::new(text, failed.iter().map(Test::id))));
    }
    found.sort_by_key(|(failed, _)| std::cmp::Reverse(*failed));
    let mut found: Vec<Statement> = found.into_iter().map(|(_, statement)| statement).collect();
    if found.is_empty() {
        let passed = figures.of_verdict(Verdict::Passed).map(|test| test.id());
        let text = match figures.results.tests.passed {
            0 => "No test shows anything: there is nothing to conclude".to_owned(),
            passed => {
                format!("{} passed, and none failed", parts::counted(passed, "test", "tests"))
            }
        };
        found.push(Statement::new(text, passed));
    }
    let unsure: Vec<String> =
        figures.of_verdict(Verdict::Inconclusive).map(|test| test.id()).collect();
    if !unsure.is_empty() {
        let what = parts::counted(unsure.len() as u64, "test is", "tests are");
        let them = if unsure.len() == 1 { "it" } else { "them" };
        let text = format!("{what} inconclusive: no conclusion is drawn from {them}");
        found.push(Statement::new(text, unsure));
    }
    found
}

fn hypothesis(evidence: &Evidence<'_>, pattern: &Pattern<'_>, role: Role) -> Hypothesis {
    let places = pattern.places(evidence);
    let on_path: Vec<String> =
        places.iter().filter(|(_, sure)| *sure).map(|(place, _)| place.id()).collect();
    let elsewhere: Vec<String> =
        places.iter().filter(|(_, sure)| !sure).map(|(place, _)| place.id()).collect();
    let mut text = pattern.cause.to_owned();
    if !on_path.is_empty() {
        text.push_str(&format!(
            " The code on the path of these calls has what would explain it: {}.",
            on_path.join(", ")
        ));
    } else if !elsewhere.is_empty() {
        text.push_str(&format!(
            " The code has such places, but it is not known whether these calls pass them: {}.",
            elsewhere.join(", ")
        ));
    }
    let tests = pattern.tests.iter().map(|(test, _)| test.id());
    let shown = tests.chain(on_path).chain(elsewhere);
    if pattern.more > 0 {
        let more = parts::counted(pattern.more as u64, "more test shows", "more tests show");
        text.push_str(&format!(" ({more} the same.)"));
    }
    Hypothesis {
        title: pattern.title.to_owned(),
        symptoms: pattern
            .tests
            .iter()
            .map(|(test, symptom)| {
                Statement::new(format!("{}: {symptom}", test.title()), [test.id()])
            })
            .collect(),
        cause: Statement::new(text, shown),
        next_steps: pattern.next_steps(role),
    }
}

fn next_steps(evidence: &Evidence<'_>, role: Role) -> Vec<String> {
    let figures = &evidence.figures;
    let mut steps = Vec::new();
    for test in figures.of_verdict(Verdict::Inconclusive) {
        if let Some(reason) = test.item.reasons.first() {
            steps.push(format!(
                "{} shows nothing yet ({}): {}.",
                test.id(),
                reason.message,
                reason.hint
            ));
        }
    }
    if figures.failed().next().is_some() {
        steps.push(match role {
            Role::Developer => "Make one change at a time, and run the tests that failed again with the same seed; `fault agent verify` does both in a copy of the code.".to_owned(),
            Role::Sre => "Run the tests that failed in a staging environment on a schedule, and alert on the same objectives in production.".to_owned(),
        });
    }
    if !figures.results.command.is_empty() {
        steps
            .push(format!("Repeat this run with seed {}: see the appendix.", figures.results.seed));
    }
    steps.truncate(12);
    steps
}
