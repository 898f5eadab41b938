//! Weaknesses as a table of Markdown.

use fault_indexer::risk::Concern;
use fault_prompts::answer::{Advice, AnalysisAnswer};

use crate::{analyst, risks::Risk};

/// The longest cell and the longest summary, in characters.
const LONGEST_CELL: usize = 400;
const LONGEST_SUMMARY: usize = 600;

/// How many findings of static analysis a table has.
const MOST: usize = 5;

const HEAD: &str = "| weakness | severity | lines | dimension | why | what to do |\n\
                    |---|---|---|---|---|---|\n";

/// What a model said.
pub(super) fn of_answer(concern: Concern, answer: &AnalysisAnswer) -> String {
    let mut text = head(concern, &cell(&answer.summary, LONGEST_SUMMARY));
    if answer.findings.is_empty() {
        return text + "No weakness was found.\n";
    }
    text.push_str(HEAD);
    for found in &answer.findings {
        let Advice { title, first_line, last_line, dimension, why, recommendation, .. } = found;
        let severity = found.severity.name();
        let lines = format!("{first_line}-{last_line}");
        let cells = [title, severity, &lines, dimension, why, recommendation];
        text.push_str(&row(cells));
    }
    text
}

/// What static analysis found.
pub(super) fn of_risks(concern: Concern, risks: &[Risk]) -> String {
    let summary = match risks.len() {
        0 => "Static analysis found nothing.".to_owned(),
        1 => "Static analysis found one place.".to_owned(),
        many => format!("Static analysis found {many} places."),
    };
    let mut text = head(concern, &summary);
    if risks.is_empty() {
        return text;
    }
    text.push_str(HEAD);
    for risk in analyst::worst_first(risks).into_iter().take(MOST) {
        let lines = format!("{}-{}", risk.first_line, risk.last_line);
        let (title, severity) = (risk.title.as_str(), risk.severity.name());
        text.push_str(&row([title, severity, &lines, &risk.rule, &risk.why, &risk.fix]));
    }
    text
}

fn head(concern: Concern, summary: &str) -> String {
    format!("**{}**: {summary}\n\n", concern.name())
}

fn row(cells: [&str; 6]) -> String {
    let cells = cells.map(|text| cell(text, LONGEST_CELL));
    format!("| {} |\n", cells.join(" | "))
}

/// A text in one cell: on one line, and without what would end it.
fn cell(text: &str, most: usize) -> String {
    let line = analyst::clean(text, most);
    line.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
