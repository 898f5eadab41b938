//! A change of a tree of files: read from it, and written to a copy of it.

use std::{
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::{Applied, FileChange, apply_telling};
use crate::error::ToolError;

/// The largest file that is changed, in bytes.
const LARGEST: u64 = 8 << 20;

/// One file of a tree, before and after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The file, as a path from the top: the new one, unless it is deleted.
    pub(crate) path: String,
    /// The file as it is; none if the change makes it.
    pub(crate) old_path: Option<String>,
    /// Its text as it is.
    pub(crate) old: Option<String>,
    /// Its text as it will be; none if the change deletes it.
    pub(crate) new: Option<String>,
    executable: Option<bool>,
    /// What had to be put right in the diff.
    pub(crate) notes: Vec<String>,
    /// How many hunks stand elsewhere than the diff says.
    pub(crate) moved: usize,
}

/// What changes do to the files below `top`, which is a real folder. Nothing is written.
pub(crate) fn edits(top: &Path, changes: &[FileChange]) -> Result<Vec<Edit>, ToolError> {
    changes.iter().map(|change| edit(top, change)).collect()
}

fn edit(top: &Path, change: &FileChange) -> Result<Edit, ToolError> {
    let old = match change.old_path() {
        Some(path) => match read(top, path)? {
            // A diff of a new file that was given the header of an old one.
            None if change.fits_nothing() => None,
            None => return Err(missing(path)),
            text => text,
        },
        None => None,
    };
    let old_path = old.as_ref().and(change.old_path()).map(str::to_owned);
    if !change.deletes() && old_path.as_deref() != Some(change.path()) {
        check_free(top, change.path())?;
    }
    let Applied { text, notes, moved } = apply_telling(old.as_deref().unwrap_or_default(), change)?;
    if change.deletes() && !text.is_empty() {
        let message =
            format!("{}: the diff deletes the file, but not all of its lines", change.path());
        return Err(ToolError::input("diff_does_not_apply", message)
            .hint("make the diff against the file as it is now"));
    }
    let new = (!change.deletes()).then_some(text);
    let path = change.path().to_owned();
    Ok(Edit { path, old_path, old, new, executable: change.executable, notes, moved })
}

impl Edit {
    /// Writes the file as it will be into a copy of the tree.
    pub(crate) fn write(&self, top: &Path) -> Result<(), ToolError> {
        let failed = |path: &str, error: &std::io::Error| {
            ToolError::environment("file_not_written", format!("{path}: {error}"))
                .hint("check the space that is left for temporary files")
        };
        if let Some(old) = self.old_path.as_ref().filter(|old| self.gone(old)) {
            fs_err::remove_file(real(top, old)?).map_err(|error| failed(old, &error))?;
        }
        let Some(text) = &self.new else { return Ok(()) };
        let path = real(top, &self.path)?;
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder).map_err(|error| failed(&self.path, &error))?;
        }
        fs_err::write(&path, text).map_err(|error| failed(&self.path, &error))?;
        self.executable.map_or(Ok(()), |executable| {
            set_executable(&path, executable).map_err(|error| failed(&self.path, &error))
        })
    }

    /// Whether the old file is not there afterwards.
    fn gone(&self, old: &str) -> bool {
        self.new.is_none() || old != self.path
    }
}

#[cfg(unix)]
fn set_executable(path: &Path, executable: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = fs_err::metadata(path)?.permissions();
    let mode = permissions.mode();
    permissions.set_mode(if executable { mode | 0o111 } else { mode & !0o111 });
    fs_err::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn set_executable(_path: &Path, _executable: bool) -> std::io::Result<()> {
    Ok(())
}

/// Where a path really leads; an error if that is out of the tree.
fn real(top: &Path, path: &str) -> Result<PathBuf, ToolError> {
    let whole = top.join(path);
    let there = |path: &&Path| fs_err::symlink_metadata(path).is_ok();
    let deepest = whole.ancestors().find(there).unwrap_or(top);
    let follows = fs_err::canonicalize(deepest);
    if !follows.is_ok_and(|real| real.starts_with(top)) {
        return Err(ToolError::input("diff_outside_tree", format!("{path} leads out of the tree"))
            .hint("name a file that is in the tree itself"));
    }
    Ok(whole)
}

/// The text of a file; none if it is not there.
fn read(top: &Path, path: &str) -> Result<Option<String>, ToolError> {
    let whole = real(top, path)?;
    let is_file = match fs_err::metadata(&whole) {
        Ok(found) => found.is_file(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(not_read(path, &error)),
    };
    if !is_file {
        return Err(ToolError::input("not_a_file", format!("{path} is not a plain file"))
            .hint("name a file, not a folder or a device"));
    }
    let mut bytes = Vec::new();
    fs_err::File::open(&whole)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| not_read(path, &error))?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("{path} is larger than {} MB", LARGEST >> 20);
        return Err(ToolError::input("file_too_large", message)
            .hint("code of that size was hardly written by a person"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| {
        ToolError::input("not_text", format!("{path} is not text in UTF-8"))
            .hint("only text can be changed by a diff")
    })
}

fn check_free(top: &Path, path: &str) -> Result<(), ToolError> {
    if fs_err::symlink_metadata(real(top, path)?).is_err() {
        return Ok(());
    }
    let message = format!("{path}: the diff makes the file, which is there already");
    Err(ToolError::input("diff_does_not_apply", message)
        .hint("make the diff against the file as it is now"))
}

fn missing(path: &str) -> ToolError {
    ToolError::input("diff_does_not_apply", format!("{path}: there is no such file in the tree"))
        .hint("name files by their path from the top of the tree that is given")
}

fn not_read(path: &str, error: &std::io::Error) -> ToolError {
    ToolError::environment("file_not_read", format!("{path} cannot be read: {error}"))
        .hint("check the path and its permissions")
}
