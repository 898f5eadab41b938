//! The review of the code behind an operation, as a report.

use fault_scenario::report::parts::{self, block, code};
use jiff::Timestamp;

use super::{
    anchors, draft::Draft, evidence::Evidence, input::masked, model::Outcome, pieces, report,
    tables,
};

/// How the report begins; by this it is known again.
pub(crate) const TITLE: &str = "# fault code review";

/// All that a report is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeReview<'a, 'b> {
    /// What there is.
    pub(crate) evidence: &'b Evidence<'a>,
    /// What is said.
    pub(crate) draft: &'b Draft,
    /// Who said it.
    pub(crate) outcome: &'b Outcome,
    /// The operation; all of the code, if none was chosen.
    pub(crate) operation: &'b str,
    /// The review of the results that was taken in.
    pub(crate) taken_in: Option<&'b str>,
}

/// The whole report.
pub(crate) fn whole(review: CodeReview<'_, '_>) -> String {
    let mut sections = vec![tests(review)];
    sections.extend(
        report::code_tables(review.evidence).map(|text| format!("## The Code Behind It\n\n{text}")),
    );
    sections.push(format!("## Changes\n\n{}", changes(review)));
    sections.push(format!(
        "## Summary of Changes\n\n{}\n\n{}",
        pieces::priorities(&review.draft.recommendations),
        pieces::threats(&review.draft.threats),
    ));
    sections.extend(repeat(review));
    sections.push(format!("## About This Analysis\n\n{}", pieces::about(review.outcome)));
    let body = sections.join("\n\n");
    let generated = Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC");
    format!(
        "{TITLE}\n\n{}\n\n## Table of Contents\n\n{}\n\n---\n\n{body}\n\n---\n\nGenerated on {generated}\n",
        heading(review),
        anchors::contents(&body),
    )
}

fn heading(
    CodeReview { evidence, outcome, operation, taken_in, .. }: CodeReview<'_, '_>,
) -> String {
    let mut lines = vec![format!("Operation: {}", code(operation))];
    let linked = evidence.linked.first().and_then(super::link::Linked::link);
    if let Some(link) = linked {
        lines.push(format!(
            "Answered by: {} ({})",
            code(&link.name),
            code(&format!("{}:{}", link.file, link.first_line))
        ));
    }
    if !evidence.figures.tests.is_empty() {
        lines.push(format!("Tests: {}", parts::headline(&evidence.figures.results.tests)));
    }
    lines.extend(taken_in.map(|path| format!("Taken in: {}", code(path))));
    lines.push(pieces::analysis_by(outcome));
    lines.join("  \n")
}

fn tests(CodeReview { evidence, .. }: CodeReview<'_, '_>) -> String {
    let figures = &evidence.figures;
    if figures.tests.is_empty() {
        return "## What the Tests Show\n\nNo results were given: what follows is from the code alone.".to_owned();
    }
    let mut text = format!(
        "## What the Tests Show\n\n{}\n\n{}\n\n{}",
        tables::dashboard(figures),
        tables::failures(figures, usize::MAX),
        report::test_tables(evidence, &figures.tests),
    );
    if let Some(unsure) = tables::inconclusive(figures) {
        text.push_str(&format!(
            "\n\n**Inconclusive tests** (no conclusion is drawn from them)\n\n{unsure}"
        ));
    }
    text
}

fn changes(review: CodeReview<'_, '_>) -> String {
    let verify = command(review);
    let each = review.draft.recommendations.iter().zip(1..);
    let each: Vec<String> = each
        .map(|(one, number)| {
            // What does not apply cannot be verified.
            let applies = one.proposal.as_ref().is_none_or(|proposal| proposal.sketch.is_none());
            pieces::recommendation(number, one, verify.as_deref().filter(|_| applies))
        })
        .collect();
    if each.is_empty() { "Nothing to change.".to_owned() } else { each.join("\n\n---\n\n") }
}

/// The command that shows whether a change helps, if a file of scenarios is known.
fn command(CodeReview { evidence, .. }: CodeReview<'_, '_>) -> Option<String> {
    let tree = evidence.tree?;
    let failed = evidence.figures.failed().next();
    let test = failed.or_else(|| evidence.figures.tests.first().copied())?;
    let scenario = test.scenario.source.as_deref()?;
    Some(masked(&format!(
        "fault agent verify --source-dir {} --diff CHANGE.diff --scenario {} --seed {} -- COMMAND",
        quoted(&tree.shown),
        quoted(scenario),
        quoted(&evidence.figures.results.seed),
    )))
}

/// A word of a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    match word.is_empty() || !word.chars().all(plain) {
        true => format!("'{}'", word.replace('\'', "'\\''")),
        false => word.to_owned(),
    }
}

fn repeat(CodeReview { evidence, .. }: CodeReview<'_, '_>) -> Option<String> {
    let results = evidence.figures.results;
    let tried = !results.command.is_empty();
    tried.then(|| {
        let command = block("sh", &masked(&results.command));
        format!("## How to Repeat the Run\n\nSeed {}.\n\n{command}", code(&results.seed))
    })
}

/// The review in short, for an answer that must stay short.
pub(crate) fn short(review: CodeReview<'_, '_>) -> String {
    let CodeReview { evidence, draft, .. } = review;
    let figures = &evidence.figures;
    let mut sections = vec![heading(review)];
    if !figures.tests.is_empty() {
        sections.push(tables::failures(figures, 8));
        sections.extend(tables::inconclusive(figures));
        sections.push(tables::comparison(&figures.tests[..figures.tests.len().min(8)]));
    }
    if evidence.tree.is_some() && !evidence.places.is_empty() {
        sections.push(tables::places(evidence, 12));
    }
    let each = draft.recommendations.iter().zip(1..).take(6);
    sections.extend(each.map(|(one, number)| pieces::recommendation(number, one, None)));
    sections.join("\n\n")
}

/// The review in a few lines, for terminals.
pub(crate) fn lines(review: CodeReview<'_, '_>) -> String {
    let mut lines = vec![format!("Reviewed {}.", pieces::text(review.operation))];
    match review.evidence.linked.first().and_then(super::link::Linked::link) {
        Some(link) => lines.push(format!(
            "It is answered by {} ({}:{}), known {}.",
            link.name, link.file, link.first_line, link.how
        )),
        None => lines.push("What answers it is not known for sure; see the report.".to_owned()),
    }
    for (one, number) in review.draft.recommendations.iter().zip(1..).take(8) {
        let at = one.fixes.first().map(|fix| format!(" ({})", fix.at)).unwrap_or_default();
        lines.push(format!(
            "{number}. [{}] {}{at}",
            one.priority.word(),
            pieces::heading(&one.title)
        ));
    }
    lines.push(format!("{}.", pieces::analysis_by(review.outcome)));
    lines.join("\n")
}
