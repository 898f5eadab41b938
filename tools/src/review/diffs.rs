//! Whether a proposed change fits the files that there are.

use fault_prompts::plain;

use super::{draft::Proposal, source::SourceTree};
use crate::{
    change::{self, tree},
    error::ToolError,
};

/// The longest diff that is shown, in bytes.
const LONGEST: usize = 64 << 10;

/// A proposed change; nothing if there is none. One that does not apply is a sketch.
pub(crate) fn proposal(source: Option<&SourceTree>, diff: &str) -> Option<Proposal> {
    if diff.trim().is_empty() {
        return None;
    }
    Some(match (diff.len() <= LONGEST, source) {
        (false, _) => {
            let start = &diff[..diff.floor_char_boundary(LONGEST)];
            Proposal { diff: shown(start), sketch: Some("it is too long to be checked".to_owned()) }
        }
        (_, None) => {
            Proposal { diff: shown(diff), sketch: Some("no source code was given".to_owned()) }
        }
        (_, Some(source)) => match checked(source, diff) {
            Ok(diff) => Proposal { diff, sketch: None },
            Err(error) => Proposal { diff: shown(diff), sketch: Some(error.message) },
        },
    })
}

/// The change as a diff that applies to the files as they are.
fn checked(source: &SourceTree, diff: &str) -> Result<String, ToolError> {
    let edits = tree::edits(&source.top, &change::parse(diff)?)?;
    let mut texts = Vec::new();
    for edit in &edits {
        match (&edit.old, &edit.new, edit.old_path.as_deref() == Some(edit.path.as_str())) {
            (Some(old), Some(new), true) => texts.push(change::unified(old, new, &edit.path)),
            // A file that comes or goes is told as the model told it.
            _ => return Ok(shown(diff)),
        }
    }
    Ok(shown(&texts.concat()))
}

/// A diff without what terminals obey, and without the fence around it.
fn shown(diff: &str) -> String {
    let text = plain(diff);
    let lines = text.trim_end().lines().filter(|line| !line.starts_with("```"));
    lines.collect::<Vec<_>>().join("\n")
}
