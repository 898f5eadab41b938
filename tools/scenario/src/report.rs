//! The Markdown report: the documented part first, then what shows that it can be trusted.

use crate::result::ImpactResult;
use crate::verdict::Verdict;

mod overview;
mod text;
mod trust;

#[cfg(test)]
mod tests;

/// Renders the report.
pub fn render(result: &ImpactResult) -> String {
    let sections = [
        overview::heading(result),
        overview::call(result),
        overview::strategy(result),
        overview::faults(result),
        overview::figures(result),
        overview::objectives(result),
        trust::verdict(result),
        trust::comparison(result),
        trust::evidence(result),
        trust::repeat(result),
    ];
    let mut report = sections.join("\n\n");
    report.push_str("\n\n---\n");
    report
}

/// The verdict as a word of the report.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "Passed",
        Verdict::Failed => "Failed",
        Verdict::Inconclusive => "Inconclusive",
    }
}
