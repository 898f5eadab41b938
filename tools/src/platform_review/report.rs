//! The report of a review of manifests, in Markdown.

use std::fmt::Write;

use fault_platform::kubernetes::{Finding, Rule, Severity, rules::RULES};

use super::{Read, model::Said};

/// What the report begins with.
pub(super) const TITLE: &str = "# Platform resilience report";

/// The rules that are broken, the worst first.
pub(super) fn broken_rules(findings: &[Finding]) -> Vec<&'static Rule> {
    let mut rules: Vec<&'static Rule> = RULES
        .iter()
        .filter(|rule| findings.iter().any(|finding| std::ptr::eq(finding.rule, *rule)))
        .collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
    rules
}

/// The report, with at most so many findings.
pub(super) fn render(read: &Read, findings: &[Finding], said: &Said, most: usize) -> String {
    let mut text = format!(
        "{TITLE}\n\n## Table of Contents\n\n- [Executive Summary](#executive-summary)\n- [Deep \
         Dive](#deep-dive)\n- [Recommendations](#recommendations)\n- [Limits](#limits)\n\n"
    );
    summary(&mut text, read, findings);
    model(&mut text, said);
    deep_dive(&mut text, findings, most);
    recommendations(&mut text, findings);
    limits(&mut text, read);
    text
}

fn summary(text: &mut String, read: &Read, findings: &[Finding]) {
    let (resources, workloads) = (read.resources.len(), read.workloads());
    let _ = writeln!(
        text,
        "## Executive Summary\n\nLooked at {resources} resources, {workloads} of which run pods. \
         {}\n",
        match findings.len() {
            0 => "Nothing breaks a rule.".to_owned(),
            count => format!("{count} places break {} rules.", broken_rules(findings).len()),
        }
    );
    text.push_str("|Severity|Places|\n|---|---|\n");
    for severity in [Severity::High, Severity::Medium, Severity::Low, Severity::Info] {
        let count = findings.iter().filter(|finding| finding.rule.severity == severity).count();
        let _ = writeln!(text, "|{}|{count}|", severity.name());
    }
}

/// What a model said; or that none was asked, or that it did not answer.
fn model(text: &mut String, said: &Said) {
    match (&said.usage, &said.failed) {
        (None, None) => text.push_str("\nAnalysis by: rules (no model was asked).\n"),
        (None, Some(error)) => {
            let _ = writeln!(
                text,
                "\nAnalysis by: rules. The model that is configured did not answer ({}): {}",
                error.code,
                cell(&error.message)
            );
        }
        (Some(usage), _) => {
            for (title, list) in [
                ("Findings", &said.findings),
                ("To be weighed", &said.trade_offs),
                ("Next steps", &said.next_steps),
            ] {
                let _ = writeln!(text, "\n**{title}**\n");
                list.iter().for_each(|one| text.push_str(&format!("* {}\n", prose(one))));
            }
            let tokens = |count: Option<u64>| count.map_or("?".to_owned(), |n| n.to_string());
            let _ = writeln!(
                text,
                "\nAnalysis by: {} ({} tokens asked, {} answered) over the findings of rules.",
                cell(&usage.model),
                tokens(usage.input_tokens),
                tokens(usage.output_tokens),
            );
        }
    }
}

/// A sentence of a model, which is no markup.
fn prose(text: &str) -> String {
    text.replace('<', "&lt;")
}

fn deep_dive(text: &mut String, findings: &[Finding], most: usize) {
    text.push_str("\n## Deep Dive\n\n");
    if findings.is_empty() {
        text.push_str("There is nothing to tell.\n");
        return;
    }
    text.push_str("|Id|Severity|Resource|Rule|What|File|\n|---|---|---|---|---|---|\n");
    for (number, finding) in findings.iter().enumerate().take(most) {
        let place = finding.namespace.as_deref().map(|own| format!(" ({own})")).unwrap_or_default();
        let _ = writeln!(
            text,
            "|K{}|{}|{}{}|{}|{}|{}|",
            number + 1,
            finding.rule.severity.name(),
            cell(&finding.resource),
            cell(&place),
            finding.rule.id,
            cell(&finding.what),
            cell(&finding.file),
        );
    }
    if findings.len() > most {
        let _ = writeln!(
            text,
            "\n{} more are left out here; a `report` has them all.",
            findings.len() - most
        );
    }
}

fn recommendations(text: &mut String, findings: &[Finding]) {
    text.push_str("\n## Recommendations\n");
    for rule in broken_rules(findings) {
        let ids: Vec<String> = findings
            .iter()
            .enumerate()
            .filter(|(_, finding)| std::ptr::eq(finding.rule, rule))
            .map(|(number, _)| format!("K{}", number + 1))
            .collect();
        let shown = match ids.len() {
            0..=12 => ids.join(", "),
            count => format!("{} and {} more", ids[..12].join(", "), count - 12),
        };
        let _ = write!(
            text,
            "\n### {} ({})\n\nEvidence: {shown}\n\n{} {}\n\n```yaml\n{}```\n\nHow to see it: {}\n",
            rule.title,
            rule.severity.name(),
            rule.why,
            rule.fix,
            rule.example,
            rule.scenario,
        );
    }
    if findings.is_empty() {
        text.push_str("\nNone.\n");
    }
}

fn limits(text: &mut String, read: &Read) {
    text.push_str(
        "\n## Limits\n\nOnly what is written in these manifests was judged: what an operator, an \
         admission controller or a mesh adds is not seen, and nothing was measured.\n",
    );
    for skipped in &read.skipped {
        let _ = writeln!(text, "\n* Not read: {}", cell(skipped));
    }
}

/// A text as a cell of a table holds it: manifests come from anybody.
fn cell(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    shown.replace('|', "\\|").replace('<', "&lt;").replace('`', "'")
}
