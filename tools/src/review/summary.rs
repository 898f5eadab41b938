//! A review in a few lines, for terminals; and what is checked before one is made.

use fault_scenario::report::parts;

use super::{pieces, report::Review};
use crate::{
    error::ToolError,
    files::{Files, Kind},
};

/// The review in a few lines.
pub(crate) fn of(review: Review<'_, '_>) -> String {
    let Review { evidence, draft, outcome, .. } = review;
    let mut lines = vec![format!("{}.", parts::headline(&evidence.figures.results.tests))];
    lines.extend(draft.findings.iter().take(4).map(|one| format!("- {}", pieces::statement(one))));
    if !draft.recommendations.is_empty() {
        lines.push("Recommendations:".to_owned());
    }
    for (one, number) in draft.recommendations.iter().zip(1..).take(6) {
        let at = one.fixes.first().map(|fix| format!(" ({})", fix.at)).unwrap_or_default();
        let title = pieces::heading(&one.title);
        lines.push(format!("{number}. [{}] {title}{at}", one.priority.word()));
    }
    lines.push(format!("{}.", pieces::analysis_by(outcome)));
    lines.join("\n")
}

/// Refuses the name of a report that could not be written.
pub(crate) async fn check_report(files: &Files, path: &str) -> Result<(), ToolError> {
    if !path.to_ascii_lowercase().ends_with(".md") {
        let message = format!("the review {path} would be Markdown");
        return Err(ToolError::input("unknown_report_format", message)
            .hint("give it a name that ends in .md"));
    }
    match files.kind(path).await? {
        // It makes the folders, and refuses what is not ours.
        Kind::File | Kind::Nothing => files.prepare(path).await.map(drop),
        Kind::Folder => Err(ToolError::input("not_a_file", format!("{path} is a folder"))
            .hint("name a file, not a folder or a device")),
    }
}
