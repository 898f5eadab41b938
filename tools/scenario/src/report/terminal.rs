//! The report as plain text for terminals: first what failed and why, last what passed.

use crate::report::facts::{self, Test};
use crate::report::{further, text, trust};
use crate::results::{ItemResult, Results};
use crate::verdict::Verdict;

/// The report as plain text.
pub(super) fn render(results: &Results) -> String {
    let verdict = trust::word(results.verdict).to_uppercase();
    let (headline, counts) = (facts::headline(&results.tests), facts::counts(&results.tests));
    let mut lines = vec![format!("{verdict}: {headline} ({counts})")];
    if results.cut_short {
        lines.push(facts::CUT_SHORT.to_owned());
    }
    let tests = facts::worst_first(results);
    for verdict in [Verdict::Failed, Verdict::Inconclusive, Verdict::Passed] {
        let of: Vec<_> = tests.iter().filter(|test| test.item.verdict == verdict).collect();
        if !of.is_empty() {
            lines.push(format!("\n{}", trust::word(verdict)));
            lines.extend(of.into_iter().flat_map(test));
        }
    }
    lines.push(format!(
        "\nseed {}, fault {}",
        text::line(&results.seed),
        text::line(&results.versions.fault)
    ));
    lines.push(format!("repeat with: {}", text::line(&results.command)));
    let mut report = lines.join("\n");
    report.push('\n');
    report
}

fn test(test: &Test<'_>) -> Vec<String> {
    let item = test.item;
    let title = text::line(&test.scenario.scenario.title);
    let mut lines = vec![format!("  {} ({title})", text::line(&item.name))];
    if item.verdict == Verdict::Passed {
        lines.extend(item.search.as_ref().map(|search| under(&further::search(search))));
        return lines;
    }
    lines.push(under(&format!("{} {}", item.call.method, item.target.address)));
    lines.push(under(&item.strategy));
    for (at, reason) in item.reasons.iter().enumerate() {
        lines.push(under(&format!("- {} ({})", reason.message, reason.code.as_str())));
        if trust::hint_follows(&item.reasons, at) {
            lines.push(under(&format!("  hint: {}", reason.hint)));
        }
    }
    lines.extend(proof(item).iter().map(|line| under(line)));
    lines
}

fn proof(item: &ItemResult) -> Vec<String> {
    let mut lines = vec![
        facts::comparison_in_short(item),
        format!("faults: {}", trust::evidence_in_short(&item.faults)),
    ];
    lines.extend(item.attribution.as_ref().map(further::attribution));
    lines.extend(item.retries.as_ref().map(further::retries));
    lines.extend(item.recovery.as_ref().map(further::recovery));
    lines.extend(item.search.as_ref().map(further::search));
    lines.extend(item.notes.iter().map(|note| format!("note: {}", note.message)));
    lines
}

fn under(line: &str) -> String {
    format!("    {}", text::line(line))
}
