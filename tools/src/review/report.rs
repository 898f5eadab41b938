//! The review of results as a report in the documented shape.

use fault_scenario::report::parts::{self, block, code};
use jiff::Timestamp;

use super::{
    anchors, draft::Draft, evidence::Evidence, figures::Test, input::Role, model::Outcome, pieces,
    tables,
};

/// How the report begins; by this it is known again.
pub(crate) const TITLE: &str = "# fault resilience report analysis";

/// All that a report is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Review<'a, 'b> {
    /// What there is.
    pub(crate) evidence: &'b Evidence<'a>,
    /// What is said.
    pub(crate) draft: &'b Draft,
    /// Who said it.
    pub(crate) outcome: &'b Outcome,
    /// Who reads it.
    pub(crate) role: Role,
}

/// The whole report.
pub(crate) fn whole(review: Review<'_, '_>) -> String {
    let sections = [
        summary(review),
        posture(review),
        deep_dive(review),
        hypotheses(review),
        recommendations(review),
        prioritization(review),
        threats(review),
        appendix(review),
        format!("## About This Analysis\n\n{}", pieces::about(review.outcome)),
    ];
    let body = sections.join("\n\n");
    let generated = Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC");
    format!(
        "{TITLE}\n\n{}\n\n## Table of Contents\n\n{}\n\n---\n\n{body}\n\n---\n\nGenerated on {generated}\n",
        heading(review),
        anchors::contents(&body),
    )
}

fn heading(review: Review<'_, '_>) -> String {
    let results = review.evidence.figures.results;
    let cut = if results.cut_short {
        "\n\nThe run was cut short: what it did not come to is not in this report."
    } else {
        ""
    };
    format!(
        "{}. For: {}. {}.{cut}",
        parts::headline(&results.tests),
        review.role.name(),
        pieces::analysis_by(review.outcome),
    )
}

fn summary(Review { draft, .. }: Review<'_, '_>) -> String {
    let titles = draft.recommendations.iter().take(6).zip(1..);
    let titles: Vec<String> = titles
        .map(|(one, number)| {
            let title = pieces::heading(&one.title);
            format!(
                "{number}. **{title}** ({})\n    {}",
                one.priority.word(),
                pieces::text(&one.benefit)
            )
        })
        .collect();
    let titles =
        if titles.is_empty() { "Nothing to change.".to_owned() } else { titles.join("\n") };
    format!(
        "## Executive Summary\n\n**Findings**\n\n{}\n\n**Recommendations**\n\n{titles}\n\n\
         **Key Trade-offs & Threats**\n\n{}\n\n**Next Steps & Validation**\n\n{}",
        pieces::list(&draft.findings),
        pieces::list(&draft.trade_offs),
        pieces::points(&draft.next_steps),
    )
}

fn posture(Review { draft, .. }: Review<'_, '_>) -> String {
    format!("## Overall Resilience Posture\n\n{}", pieces::list(&draft.posture))
}

fn deep_dive(Review { evidence, .. }: Review<'_, '_>) -> String {
    let figures = &evidence.figures;
    let mut text = format!(
        "## SLO Failures Deep Dive\n\n*Every test that failed, by objective. All figures are \
         computed from the results.*\n\n{}\n\n**Dashboard Summary**\n\n{}",
        tables::failures(figures, usize::MAX),
        tables::dashboard(figures),
    );
    if let Some(unsure) = tables::inconclusive(figures) {
        text.push_str(&format!(
            "\n\n**Inconclusive tests** (they show nothing, and no conclusion is drawn from \
             them)\n\n{unsure}"
        ));
    }
    text
}

fn hypotheses(Review { draft, .. }: Review<'_, '_>) -> String {
    let each = draft.hypotheses.iter().zip(1..);
    let each: Vec<String> = each.map(|(one, number)| pieces::hypothesis(number, one)).collect();
    let each = match each.is_empty() {
        true => "None: no test that shows something failed.".to_owned(),
        false => each.join("\n\n"),
    };
    format!("## Potential Root-Cause Hypotheses\n\n{each}")
}

fn recommendations(Review { draft, .. }: Review<'_, '_>) -> String {
    let each = draft.recommendations.iter().zip(1..);
    let each: Vec<String> =
        each.map(|(one, number)| pieces::recommendation(number, one, None)).collect();
    let each = match each.is_empty() {
        true => "None.".to_owned(),
        false => each.join("\n\n---\n\n"),
    };
    let more = match draft.left_out {
        0 => String::new(),
        more => format!(
            "\n\n({} of less urgency; the places are in the appendix.)",
            parts::counted(more as u64, "more recommendation is", "more recommendations are")
        ),
    };
    format!("## Recommendations\n\n{each}{more}")
}

fn prioritization(Review { draft, .. }: Review<'_, '_>) -> String {
    format!("## Summary & Prioritization Table\n\n{}", pieces::priorities(&draft.recommendations))
}

fn threats(Review { draft, .. }: Review<'_, '_>) -> String {
    format!(
        "## Threats & Next Steps\n\n*What each recommendation can bring with it, and how to notice.*\n\n{}\n\n\
         To validate:\n\n{}",
        pieces::threats(&draft.threats),
        pieces::points(&draft.next_steps),
    )
}

fn appendix(Review { evidence, .. }: Review<'_, '_>) -> String {
    let mut parts = vec![
        "## Appendix: Evidence".to_owned(),
        format!("### Tests\n\n{}", test_tables(evidence, &evidence.figures.tests)),
    ];
    if let Some(source) = code_tables(evidence) {
        parts.push(format!("### Code\n\n{source}"));
    }
    let results = evidence.figures.results;
    parts.push(format!(
        "### How to Repeat the Run\n\nSeed {}, fault {}.\n\n{}",
        code(&results.seed),
        code(&results.versions.fault),
        block("sh", &super::input::masked(&results.command)),
    ));
    parts.join("\n\n")
}

/// All that the results say of some tests, in tables and sentences.
pub(crate) fn test_tables(evidence: &Evidence<'_>, tests: &[Test<'_>]) -> String {
    let mut text = format!(
        "{}\n\nThe same calls without and with the faults:\n\n{}",
        tables::tests(tests, &evidence.figures),
        tables::comparison(tests),
    );
    let further: Vec<String> = tests
        .iter()
        .flat_map(|test| {
            let id = test.id();
            parts::further(test.item)
                .into_iter()
                .map(move |line| format!("* {id}: {}", pieces::text(&line)))
        })
        .collect();
    if !further.is_empty() {
        text.push_str(&format!("\n\n{}", further.join("\n")));
    }
    text
}

/// What is known of the code; nothing if none was looked at.
pub(crate) fn code_tables(evidence: &Evidence<'_>) -> Option<String> {
    let tree = evidence.tree?;
    let mut text = format!(
        "Looked at {} ({}, {}).\n\n{}",
        code(&tree.shown),
        parts::counted(tree.files.len() as u64, "file", "files"),
        parts::counted(tree.lines() as u64, "line", "lines"),
        tables::links(evidence),
    );
    text.push_str("\n\n");
    text.push_str(&match evidence.places.is_empty() {
        true => "Static analysis found nothing at risk.".to_owned(),
        false => tables::places(evidence, usize::MAX),
    });
    if evidence.left_out > 0 {
        let more = parts::counted(evidence.left_out as u64, "place", "places");
        text.push_str(&format!("\n\n({more} of less weight: `fault_find_risks` names all.)"));
    }
    Some(text)
}

/// The review in short, for an answer that must stay short.
pub(crate) fn short(review: Review<'_, '_>) -> String {
    let Review { evidence, draft, .. } = review;
    let figures = &evidence.figures;
    let cut = |mut draft: Vec<String>, most: usize| {
        draft.truncate(most);
        draft.join("\n")
    };
    let hypotheses = draft.hypotheses.iter();
    let hypotheses: Vec<String> = hypotheses
        .map(|one| format!("* {}: {}", pieces::text(&one.title), pieces::statement(&one.cause)))
        .collect();
    let recommendations = draft.recommendations.iter().zip(1..);
    let recommendations: Vec<String> = recommendations
        .map(|(one, number)| {
            let places: Vec<String> = one
                .fixes
                .iter()
                .take(3)
                .map(|fix| {
                    format!("\n    * {} [{}]: {}", code(&fix.at), fix.id, pieces::text(&fix.fix))
                })
                .collect();
            format!(
                "{number}. {} ({}): {}{}",
                pieces::heading(&one.title),
                one.priority.word(),
                pieces::statement(&one.rationale),
                places.concat(),
            )
        })
        .collect();
    let failed: Vec<Test<'_>> = figures.failed().take(8).collect();
    let mut sections = vec![
        heading(review),
        format!("## Findings\n\n{}", pieces::list(&draft.findings)),
        tables::dashboard(figures),
        tables::failures(figures, 12),
        tables::inconclusive(figures).unwrap_or_default(),
        format!("## Hypotheses\n\n{}", cut(hypotheses, 6)),
        format!("## Recommendations\n\n{}", cut(recommendations, 6)),
    ];
    if evidence.tree.is_some() {
        sections.push(tables::links(evidence));
        sections.push(tables::places(evidence, 12));
    }
    if !failed.is_empty() {
        sections.push(tables::comparison(&failed));
    }
    sections.push(format!("Repeat: {}", code(&super::input::masked(&figures.results.command))));
    sections.retain(|section| !section.is_empty());
    sections.join("\n\n")
}
