//! What a path can be that somebody begins to type.

use super::{Files, not_read, place::Place};
use crate::error::ToolError;

/// The most entries of a folder that are looked at.
const MOST: usize = 10_000;

/// Folders that hold what others wrote, and a great deal of it.
const FOREIGN: [&str; 3] = ["node_modules", "target", "__pycache__"];

impl Files {
    /// The folders and the files that `wanted` takes, whose paths begin with `value`, in order, as
    /// it was begun. Folders end in a slash. What is hidden is left out, and so is each link.
    pub(crate) async fn beginning_with(
        &self,
        value: &str,
        wanted: fn(&str) -> bool,
    ) -> Result<Vec<String>, ToolError> {
        let cut = value.rfind('/').map_or(0, |slash| slash + 1);
        let (folder, start) = (value[..cut].to_owned(), value[cut..].to_owned());
        let looked = if folder.is_empty() { "." } else { folder.as_str() };
        let prefix = folder.clone();
        self.apart(looked, move |files, path| {
            let Place::There(real) = files.place(path)? else { return Ok(Vec::new()) };
            let unreadable = |error| not_read(path, &error);
            let mut found = Vec::new();
            for entry in fs_err::read_dir(&real).map_err(unreadable)?.take(MOST) {
                let entry = entry.map_err(unreadable)?;
                let kind = entry.file_type().map_err(unreadable)?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                if name.starts_with('.') || !name.starts_with(&start) {
                    continue;
                }
                if kind.is_dir() && !FOREIGN.contains(&name.as_str()) {
                    found.push(format!("{prefix}{name}/"));
                } else if kind.is_file() && wanted(&name) {
                    found.push(format!("{prefix}{name}"));
                }
            }
            found.sort();
            Ok(found)
        })
        .await
    }
}
