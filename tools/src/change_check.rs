//! `fault_check_change`: what a diff would do, found without running anything.

use std::{
    fmt::{Display, Formatter},
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    change::{self, FileChange, tree},
    code::{apart, local_path},
    context::Context,
    error::ToolError,
    tool::{Definition, Effect, Tool},
};

mod findings;
#[cfg(test)]
mod tests;

pub(crate) use findings::{FileCheck, Place, Weighed, checks, found_lines, kept_small, weighed};

/// Codes of diffs that can be read and do not fit the files.
const UNFIT: [&str; 2] = ["diff_does_not_apply", "diff_ambiguous"];

/// Checks a change.
pub(crate) struct CheckChange;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The folder that the diff names its files from, such as the top of the project; or the one
    /// file that it changes.
    path: String,
    /// A unified diff, as `git diff` makes it, of one file or several. It may stand in Markdown;
    /// wrong line numbers are put right where the lines are found at one place only.
    diff: String,
}

/// What a diff would do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Whether it fits the files as they are.
    applies: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ToolError>,
    /// Each file that it changes.
    files: Vec<FileCheck>,
    /// The score of all of these files together, before and after: 1 where nothing is at risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Weighed>,
    /// How many places that are at risk are left out since there are too many for an answer.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    /// How many hunks stand elsewhere than the diff says.
    #[serde(skip_serializing_if = "is_zero")]
    hunks_moved: usize,
    /// What was put right in the diff.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

impl Tool for CheckChange {
    const DEFINITION: Definition = Definition {
        name: "fault_check_change",
        title: "Check a change of code",
        description: &[
            "Reads a unified diff against a file or folder and tells, without running or writing \
            anything: whether it applies (and if not, the file, hunk and line that differ), \
            whether each changed file still parses, which places at risk (such as calls without a \
            time-out) went away and which are new, and the score before and after. Use it on your \
            own diff before you show it. It says nothing about how the application behaves: \
            fault_verify_change runs it with and without the diff.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let real = context.state().files().real(&local_path(&input.path)?).await?;
        apart(&context, move |_| {
            let changes = change::parse(&input.diff)?;
            let (top, changes) = placed(real, changes)?;
            match tree::edits(&top, &changes) {
                Ok(edits) => Ok(Output::of(&edits)),
                Err(error) if is_unfit(&error) => Ok(Output::unfit(error)),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

/// Whether an error says that a diff does not fit the files, rather than that it is none.
pub(crate) fn is_unfit(error: &ToolError) -> bool {
    UNFIT.contains(&error.code.as_ref())
}

/// The folder that a diff is applied in. If one file is named, that is the one that it changes,
/// whatever folders the diff names before it.
fn placed(
    real: PathBuf,
    mut changes: Vec<FileChange>,
) -> Result<(PathBuf, Vec<FileChange>), ToolError> {
    if real.is_dir() {
        return Ok((real, changes));
    }
    let name = real.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let fits = |change: &FileChange| Path::new(change.path()).ends_with(&name);
    match changes.as_mut_slice() {
        [only] if fits(only) && only.old_path().is_none_or(|old| old == only.path()) => {
            only.rename(&name);
        }
        _ => {
            let message = format!("the diff changes other files than {name}");
            return Err(ToolError::input("diff_outside_tree", message)
                .hint("give the folder that the diff names its files from as `path`"));
        }
    }
    Ok((real.parent().unwrap_or(&real).to_owned(), changes))
}

impl Output {
    fn of(edits: &[tree::Edit]) -> Self {
        let mut files = checks(edits);
        let left_out = kept_small(&mut files);
        Self {
            applies: true,
            problem: None,
            score: weighed(&files),
            left_out,
            hunks_moved: edits.iter().map(|edit| edit.moved).sum(),
            notes: edits.iter().flat_map(|edit| edit.notes.clone()).collect(),
            files,
        }
    }

    fn unfit(problem: ToolError) -> Self {
        Self {
            applies: false,
            problem: Some(problem),
            files: Vec::new(),
            score: None,
            left_out: 0,
            hunks_moved: 0,
            notes: Vec::new(),
        }
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some(problem) = &self.problem {
            return write!(f, "The diff does not apply: {problem}");
        }
        write!(f, "The diff applies")?;
        self.score.iter().try_for_each(|score| write!(f, "; {score}"))?;
        for file in &self.files {
            write!(f, "\n\n{file}")?;
        }
        if self.left_out > 0 {
            write!(f, "\n\n{} more places are left out", self.left_out)?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "\nnote: {note}"))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
