//! The evidence in words: what a model is given, and what a figure of its answer is held against.

use std::fmt::Write;

use fault_scenario::{Verdict, report::parts};

use super::{
    draft::{Draft, Statement},
    evidence::{Evidence, Place},
    figures::{self, Test},
    input::masked,
    link::{Link, Linked},
};

/// The most of the evidence that a model is given, in bytes.
const MOST: usize = 60_000;

/// The most code that a model is given, in bytes.
const MOST_CODE: usize = 60_000;

/// The longest function that is given as a whole, in lines; a file that is no longer is given whole.
const LONGEST: usize = 400;

/// The evidence, a paragraph for each test and place: those that failed first, and those that passed
/// only as far as there is room.
pub(crate) fn evidence(evidence: &Evidence<'_>) -> String {
    let figures = &evidence.figures;
    let order = [Verdict::Failed, Verdict::Inconclusive, Verdict::Passed];
    let mut text = format!("{}\n\n", parts::headline(&figures.results.tests));
    let mut left_out = 0;
    for test in order.into_iter().flat_map(|verdict| figures.of_verdict(verdict)) {
        push(&mut text, &of_test(evidence, test), &mut left_out);
    }
    for place in &evidence.places {
        push(&mut text, &of_place(evidence, place), &mut left_out);
    }
    for (endpoint, linked) in figures.endpoints.iter().zip(&evidence.linked) {
        if let Linked::Several(names) = linked {
            let line = format!("{} could be answered by {}.", endpoint.name(), names.join(", "));
            push(&mut text, &line, &mut left_out);
        }
    }
    if left_out > 0 {
        let _ = writeln!(text, "({left_out} more tests and places are left out.)");
    }
    masked(&text)
}

fn push(text: &mut String, paragraph: &str, left_out: &mut usize) {
    if text.len() + paragraph.len() > MOST {
        *left_out += 1;
    } else {
        text.push_str(paragraph);
        text.push_str("\n\n");
    }
}

/// What is known of an id.
pub(crate) fn of_id(evidence: &Evidence<'_>, id: &str) -> String {
    let test = evidence.figures.tests.iter().find(|test| test.id() == id);
    let place = evidence.places.iter().find(|place| place.id() == id);
    match (test, place) {
        (Some(test), _) => of_test(evidence, *test),
        (_, Some(place)) => of_place(evidence, place),
        _ => String::new(),
    }
}

/// All that the figures say of a test.
pub(crate) fn of_test(evidence: &Evidence<'_>, test: Test<'_>) -> String {
    let item = test.item;
    let endpoint = &evidence.figures.endpoints[test.endpoint];
    let mut lines = vec![format!(
        "{} [{}] {} - {}",
        test.id(),
        word(item.verdict),
        endpoint.name(),
        test.title()
    )];
    lines.push(format!("strategy: {}; faults: {}", item.strategy, parts::faults(&item.faults)));
    lines.extend(item.faults.iter().map(|fault| format!("fault: {}", fault.description)));
    if test.in_front() {
        lines.push(
            "the faults stood in front of the application, not between it and what it calls"
                .to_owned(),
        );
    }
    let control = item.control.as_ref().map(|control| ("without faults", control));
    for (name, phase) in control.into_iter().chain([("with faults", &item.faulted)]) {
        let times = phase.summary.latency.as_ref().map(|it| {
            let [p50, p95, p99] = [it.p50, it.p95, it.p99].map(parts::figure);
            format!("; p50 {p50} ms, p95 {p95} ms, p99 {p99} ms")
        });
        lines.push(format!(
            "{name}: {}{}",
            parts::in_short(&phase.summary),
            times.unwrap_or_default()
        ));
    }
    if item.verdict == Verdict::Failed {
        let rows = figures::failures_of(test);
        lines.extend(rows.iter().map(|row| {
            format!(
                "missed: {} ({}), observed {}, margin {}",
                row.missed, row.objective, row.observed, row.margin
            )
        }));
        lines.push(format!("pattern: {}", figures::pattern(test)));
    }
    lines.extend(
        item.reasons.iter().map(|reason| format!("{}: {}", reason.code.as_str(), reason.message)),
    );
    lines.extend(parts::further(item));
    lines.join("\n")
}

/// All that is known of a place.
pub(crate) fn of_place(evidence: &Evidence<'_>, place: &Place) -> String {
    let names: Vec<String> = place
        .endpoints
        .iter()
        .filter_map(|at| evidence.figures.endpoints.get(*at))
        .map(|endpoint| endpoint.name())
        .collect();
    let function = place.function.as_ref().map(|name| format!(" in {name}"));
    let function = function.unwrap_or_default();
    match &place.risk {
        None => format!(
            "{} {}{function}: answers {}\n{}",
            place.id(),
            place.at(),
            names.join(", "),
            place.code
        ),
        Some(risk) => {
            let path = match names.is_empty() {
                true => "not known to be on the path of a tested endpoint".to_owned(),
                false => format!("on the path of {}", names.join(", ")),
            };
            format!(
                "{} {}{function}: {} (rule {}, {}), {path}\n{}\n{}",
                place.id(),
                place.at(),
                risk.title,
                risk.rule,
                risk.severity.name(),
                place.code,
                risk.fix,
            )
        }
    }
}

/// The code behind endpoints, file by file: whole files where they are short, else the functions
/// that are reached.
pub(crate) fn code(evidence: &Evidence<'_>, endpoints: &[usize]) -> String {
    let Some(tree) = evidence.tree else { return String::new() };
    let links = endpoints.iter().filter_map(|at| evidence.linked.get(*at)?.link());
    let mut pieces: Vec<(usize, String, usize, usize)> = Vec::new();
    for link in links {
        pieces.extend(pieces_of(link));
    }
    let at_risk = evidence.places.iter().filter(|place| place.risk.is_some());
    if pieces.is_empty() {
        pieces.extend(
            at_risk.map(|place| (1, place.file.clone(), place.first_line, place.last_line)),
        );
    }
    pieces.sort();
    pieces.dedup();
    let mut text = String::new();
    let mut whole: Vec<String> = Vec::new();
    for (_, path, first, last) in pieces {
        let Some(file) = tree.files.get(&path).filter(|_| !whole.contains(&path)) else { continue };
        let short = file.module.lines <= LONGEST;
        let (piece, name) = match short {
            true => (file.text.clone(), format!("FILE {path} (all of it)")),
            false => (
                file.lines(first, last.min(first + LONGEST)),
                format!("FILE {path}, from line {first} on"),
            ),
        };
        if text.len() + piece.len() > MOST_CODE {
            continue;
        }
        let _ = write!(text, "{name}\n{}\n\n", piece.trim_end());
        if short {
            whole.push(path);
        }
    }
    text
}

/// A handler and what it reaches, the nearest first.
fn pieces_of(link: &Link) -> Vec<(usize, String, usize, usize)> {
    let own = (0, link.file.clone(), link.first_line, link.last_line);
    let reached = link
        .reached
        .iter()
        .map(|(distance, file, first, last)| (*distance, file.clone(), *first, *last));
    [own].into_iter().chain(reached).collect()
}

/// A draft in words, for the questions that follow.
pub(crate) fn draft(draft: &Draft) -> String {
    let mut lines = vec!["Posture:".to_owned()];
    lines.extend(draft.posture.iter().map(cited));
    lines.push("\nHypotheses:".to_owned());
    lines
        .extend(draft.hypotheses.iter().map(|one| format!("{}: {}", one.title, cited(&one.cause))));
    if !draft.recommendations.is_empty() {
        lines.push("\nRecommendations:".to_owned());
    }
    for one in &draft.recommendations {
        lines.push(format!("{} ({}): {}", one.title, one.priority.word(), cited(&one.rationale)));
    }
    lines.join("\n")
}

/// A statement with its evidence behind it.
pub(crate) fn cited(statement: &Statement) -> String {
    let Statement { text, evidence, unproven } = statement;
    let text = match unproven {
        true => format!("Hypothesis (no evidence): {text}"),
        false => text.clone(),
    };
    match evidence.is_empty() {
        true => text,
        false => format!("{text} [{}]", evidence.join(", ")),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Inconclusive => "inconclusive",
    }
}
