//! The files that callers may name: all of them under the folders that the user gave.
//!
//! Every path is followed to where it really leads before it is judged, so that no link and no `..`
//! leads out. Nothing is written but files of the kinds that this program makes.

use std::{
    ffi::OsStr,
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::{arguments, error::ToolError};

mod code;
mod listed;
mod ours;
mod place;

#[cfg(test)]
mod tests;

use place::Place;

/// The largest file that is read.
pub(crate) const LARGEST: u64 = 64 << 20;

/// The kinds of files that this program makes, and may write again.
const MADE: [&str; 8] = ["yaml", "yml", "json", "md", "html", "htm", "txt", "xml"];

/// The most files that a folder of scenarios may hold.
const MOST: usize = 10_000;

/// The deepest folder that is looked into.
const DEEPEST: usize = 32;

/// The files that callers may name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// The folders; relative paths start at the first.
    pub(crate) roots: Vec<PathBuf>,
    /// Whether paths may lead anywhere, since the user himself wrote them.
    pub(crate) trusting: bool,
}

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Nothing,
}

impl Files {
    /// What a path names.
    pub(crate) async fn kind(&self, path: &str) -> Result<Kind, ToolError> {
        self.apart(path, |files, path| {
            Ok(match files.place(path)? {
                Place::There(real) if real.is_dir() => Kind::Folder,
                Place::There(_) => Kind::File,
                Place::Free(_) => Kind::Nothing,
            })
        })
        .await
    }

    /// The text of a file.
    pub(crate) async fn read_text(&self, path: &str) -> Result<String, ToolError> {
        self.apart(path, |files, path| match files.place(path)? {
            Place::There(real) => text(path, &real),
            Place::Free(real) => Err(not_found(path, &real)),
        })
        .await
    }

    /// The YAML files in a folder and in the folders below, in order, as paths that start with
    /// `path`. What is hidden is left out, and so is each link that leads out.
    pub(crate) async fn list_yaml(&self, path: &str) -> Result<Vec<String>, ToolError> {
        self.apart(path, |files, path| match files.place(path)? {
            Place::There(real) => files.yaml_in(path, &real),
            Place::Free(real) => Err(not_found(path, &real)),
        })
        .await
    }

    /// Writes a file of a kind that this program makes, and the folders that it needs.
    pub(crate) async fn write_text(&self, path: &str, text: String) -> Result<(), ToolError> {
        self.apart(path, move |files, path| {
            let real = files.writable(path)?;
            fs_err::write(&real, text).map_err(|error| not_written(path, &error))
        })
        .await
    }

    /// Where a file is to be written by somebody else; the folders that it needs are there.
    pub(crate) async fn prepare(&self, path: &str) -> Result<PathBuf, ToolError> {
        self.apart(path, |files, path| files.writable(path)).await
    }

    /// Does what blocks on a thread of its own.
    async fn apart<T: Send + 'static>(
        &self,
        path: &str,
        act: impl FnOnce(&Self, &str) -> Result<T, ToolError> + Send + 'static,
    ) -> Result<T, ToolError> {
        let (files, path) = (self.clone(), path.to_owned());
        let acting = tokio::task::spawn_blocking(move || act(&files, &path));
        acting.await.unwrap_or_else(|error| {
            Err(ToolError::internal(format!("a file could not be handled: {error}")))
        })
    }

    fn writable(&self, path: &str) -> Result<PathBuf, ToolError> {
        check_suffix(path, Path::new(path))?;
        let real = match self.place(path)? {
            Place::There(real) | Place::Free(real) => real,
        };
        // A link may have a harmless name and lead to a source file.
        check_suffix(path, &real)?;
        if real.is_dir() {
            return Err(not_a_file(path));
        }
        check_ours(path, &real)?;
        if let Some(folder) = real.parent() {
            fs_err::create_dir_all(folder).map_err(|error| not_written(path, &error))?;
        }
        Ok(real)
    }

    fn yaml_in(&self, path: &str, real: &Path) -> Result<Vec<String>, ToolError> {
        let mut found = Vec::new();
        self.collect(Path::new(path), real, 0, &mut found)
            .map_err(|error| not_read(path, &error))?;
        if found.len() > MOST {
            let message = format!("{path} holds more than {MOST} YAML files");
            return Err(ToolError::input("too_many_files", message)
                .hint("name a folder that holds scenarios only"));
        }
        found.sort();
        Ok(found)
    }

    fn collect(
        &self,
        shown: &Path,
        real: &Path,
        depth: usize,
        found: &mut Vec<String>,
    ) -> io::Result<()> {
        for entry in fs_err::read_dir(real)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let (shown, kind) = (shown.join(&name), entry.file_type()?);
            if kind.is_dir() && depth < DEEPEST && found.len() <= MOST {
                self.collect(&shown, &entry.path(), depth + 1, found)?;
            }
            let file = kind.is_file() || kind.is_symlink() && self.leads_to_file(&entry.path());
            if file && is_yaml(Path::new(&name)) {
                found.push(shown.to_string_lossy().into_owned());
            }
        }
        Ok(())
    }

    fn leads_to_file(&self, link: &Path) -> bool {
        fs_err::canonicalize(link).is_ok_and(|real| real.is_file() && self.is_inside(&real))
    }
}

/// Whether a name is that of a YAML file.
pub(crate) fn is_yaml(path: &Path) -> bool {
    suffix(path).is_some_and(|suffix| suffix == "yaml" || suffix == "yml")
}

fn suffix(path: &Path) -> Option<String> {
    path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase)
}

fn check_suffix(path: &str, real: &Path) -> Result<(), ToolError> {
    if suffix(real).is_some_and(|suffix| MADE.contains(&suffix.as_str())) {
        return Ok(());
    }
    let message = format!("{path} is not a kind of file that is written");
    let kinds = MADE.map(|suffix| format!(".{suffix}")).join(", ");
    Err(ToolError::input("not_a_report_file", message)
        .hint(format!("give it a name that ends in one of {kinds}")))
}

/// Refuses to write over what somebody else has written.
fn check_ours(path: &str, real: &Path) -> Result<(), ToolError> {
    let kind = suffix(real).unwrap_or_default();
    if !real.exists() || ours::is_ours(real, &kind).map_err(|error| not_read(path, &error))? {
        return Ok(());
    }
    let message = format!("{path} is there, and was not made by fault");
    Err(ToolError::input("not_a_report_file", message)
        .hint("give another name, or move that file out of the way"))
}

fn text(path: &str, real: &Path) -> Result<String, ToolError> {
    let hint = "split it; no scenario or API document needs that much";
    String::from_utf8(bytes(path, real, LARGEST, hint)?).map_err(|_| {
        ToolError::input("not_text", format!("{path} is not text in UTF-8"))
            .hint("name a YAML, JSON or other text file, saved as UTF-8")
    })
}

/// What is in a file of at most `largest` bytes; `hint` says what to do if it is larger.
fn bytes(path: &str, real: &Path, largest: u64, hint: &str) -> Result<Vec<u8>, ToolError> {
    // A pipe or a device could keep the reader waiting for ever.
    if !real.is_file() {
        return Err(not_a_file(path));
    }
    let mut bytes = Vec::new();
    fs_err::File::open(real)
        .and_then(|file| file.take(largest + 1).read_to_end(&mut bytes))
        .map_err(|error| not_read(path, &error))?;
    if bytes.len() as u64 > largest {
        let message = format!("{path} is larger than {} MB", largest >> 20);
        return Err(ToolError::input("file_too_large", message).hint(hint));
    }
    Ok(bytes)
}

fn not_found(path: &str, real: &Path) -> ToolError {
    let error = ToolError::input("file_not_found", format!("there is no {path}"));
    let names: Vec<String> = real
        .parent()
        .and_then(|folder| fs_err::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let name = real.file_name().and_then(OsStr::to_str).unwrap_or_default();
    match arguments::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => {
            let near = Path::new(path).with_file_name(near);
            error.hint(format!("did you mean {}?", near.display()))
        }
        None => error.hint("paths are relative to the working directory of this program"),
    }
}

fn not_a_file(path: &str) -> ToolError {
    ToolError::input("not_a_file", format!("{path} is not a plain file"))
        .hint("name a file, not a folder or a device")
}

fn not_read(path: &str, error: &io::Error) -> ToolError {
    ToolError::environment("file_not_read", format!("{path} cannot be read: {}", cause(error)))
        .hint("check the path and its permissions")
}

fn not_written(path: &str, error: &io::Error) -> ToolError {
    let message = format!("{path} cannot be written: {}", cause(error));
    ToolError::environment("file_not_written", message)
        .hint("check the folder, its permissions and the space that is left")
}

/// What the system said, without the path that the message names already.
fn cause(error: &io::Error) -> String {
    error
        .raw_os_error()
        .map_or_else(|| error.to_string(), |code| io::Error::from_raw_os_error(code).to_string())
}
