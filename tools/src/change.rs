//! Changes to source code as unified diffs: made, read and applied.
//!
//! `diffy` makes and applies them. What is ours is the reading of what models write: they miscount
//! lines, leave out line numbers and wrap diffs in Markdown. A hunk goes where its lines stand; if
//! they stand at several places and not at the one that is named, it is refused.

mod place;
mod read;
#[cfg(test)]
mod tests;
pub(crate) mod tree;

use diffy::{DiffOptions, Patch};

use crate::error::ToolError;

/// How many lines around a difference are shown.
const CONTEXT: usize = 3;

/// The longest diff that is read, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// What a diff does to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// The file as it is; none if the change makes it.
    old: Option<String>,
    /// The file as it will be; none if the change deletes it.
    new: Option<String>,
    /// Whether the new file is to be executable, if the diff says so.
    executable: Option<bool>,
    hunks: Vec<Hunk>,
}

/// A place of a file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hunk {
    /// The line that it begins at, as the diff has it; none if it names none.
    start: Option<usize>,
    lines: Vec<Line>,
    /// Whether the counts of its header were wrong.
    recounted: bool,
}

/// A line of a hunk, with the end of line that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Same(String),
    Gone(String),
    Added(String),
}

/// A file after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Its text.
    pub(crate) text: String,
    /// What had to be put right for it: hunks that stand elsewhere than the diff says.
    pub(crate) notes: Vec<String>,
    /// How many hunks stand elsewhere than the diff says.
    pub(crate) moved: usize,
}

impl FileChange {
    /// The file, as a path inside the tree: the new one, unless it is deleted.
    pub(crate) fn path(&self) -> &str {
        self.new.as_deref().or(self.old.as_deref()).unwrap_or_default()
    }

    /// The file as it is before; none if the change makes it.
    pub(crate) fn old_path(&self) -> Option<&str> {
        self.old.as_deref()
    }

    /// Whether the file is gone afterwards.
    pub(crate) fn deletes(&self) -> bool {
        self.new.is_none()
    }

    /// Gives a file that keeps its name another one.
    pub(crate) fn rename(&mut self, name: &str) {
        for own in [&mut self.old, &mut self.new].into_iter().flatten() {
            name.clone_into(own);
        }
    }

    /// Whether it can make the file out of nothing, although it does not say that it is new.
    fn fits_nothing(&self) -> bool {
        let added = |line: &Line| matches!(line, Line::Added(_));
        !self.hunks.is_empty() && self.hunks.iter().all(|hunk| hunk.lines.iter().all(added))
    }
}

impl Line {
    fn text(&self) -> &str {
        let (Self::Same(text) | Self::Gone(text) | Self::Added(text)) = self;
        text
    }

    /// Whether it stands in the file as it is.
    fn is_old(&self) -> bool {
        !matches!(self, Self::Added(_))
    }

    /// Whether it stands in the file as it will be.
    fn is_new(&self) -> bool {
        !matches!(self, Self::Gone(_))
    }
}

/// The difference of two texts of a file; empty if there is none.
pub(crate) fn unified(old: &str, new: &str, name: &str) -> String {
    if old == new {
        return String::new();
    }
    DiffOptions::new()
        .set_context_len(CONTEXT)
        .set_original_filename(format!("a/{name}"))
        .set_modified_filename(format!("b/{name}"))
        .create_patch(old, new)
        .to_string()
}

/// What a diff does, file by file. It may stand in Markdown, and have text around it.
pub(crate) fn parse(diff: &str) -> Result<Vec<FileChange>, ToolError> {
    if diff.len() > MOST_BYTES {
        let message = format!("the diff has {} bytes, at most {MOST_BYTES}", diff.len());
        return Err(read::bad(message).hint("give it in parts"));
    }
    read::diff(diff)
}

/// The text of a file after a change.
#[cfg(test)]
pub(crate) fn apply(old: &str, change: &FileChange) -> Result<String, ToolError> {
    apply_telling(old, change).map(|applied| applied.text)
}

/// The text of a file after a change, and what had to be put right for it.
pub(crate) fn apply_telling(old: &str, change: &FileChange) -> Result<Applied, ToolError> {
    let placed = place::all(old, change)?;
    let failed = |error: String| {
        ToolError::internal(format!("{}: a diff that was placed fails: {error}", change.path()))
    };
    let patch = Patch::from_str(&placed.patch).map_err(|error| failed(error.to_string()))?;
    let text = diffy::apply(old, &patch).map_err(|error| failed(error.to_string()))?;
    Ok(Applied { text, notes: placed.notes, moved: placed.moved })
}
