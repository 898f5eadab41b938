//! Source code among the files that callers may name.

use std::path::{Path, PathBuf};

use fault_indexer::source;

use super::{
    Files, bytes, not_found,
    place::{Place, outside},
};
use crate::error::ToolError;

/// What stands at the top of a project.
const MARKS: [&str; 2] = [".git", ".fault"];

impl Files {
    /// The bytes of a file of source code.
    pub(crate) async fn read_code(&self, path: &str) -> Result<Vec<u8>, ToolError> {
        let hint = "code of that size was hardly written by a person; name another file";
        self.apart(path, move |files, path| match files.place(path)? {
            Place::There(real) => bytes(path, &real, source::LARGEST, hint),
            Place::Free(real) => Err(not_found(path, &real)),
        })
        .await
    }

    /// Where a path really leads: to a file or a folder that is there.
    pub(crate) async fn real(&self, path: &str) -> Result<PathBuf, ToolError> {
        self.apart(path, |files, path| match files.place(path)? {
            Place::There(real) => Ok(real),
            Place::Free(real) => Err(not_found(path, &real)),
        })
        .await
    }

    /// Where a path really leads: to a folder that is there.
    pub(crate) async fn real_folder(&self, path: &str) -> Result<PathBuf, ToolError> {
        let real = self.real(path).await?;
        if real.is_dir() {
            return Ok(real);
        }
        Err(ToolError::input("not_a_folder", format!("{path} is not a folder"))
            .hint("name the folder that the source code is in"))
    }

    /// Refuses a file to be written that leads out of what is open, or to something else inside.
    pub(crate) fn check_own(&self, path: &Path) -> Result<(), ToolError> {
        self.place(&path.to_string_lossy())?;
        let is_link = fs_err::symlink_metadata(path).is_ok_and(|file| file.is_symlink());
        if is_link && !self.trusting {
            return Err(outside(&path.to_string_lossy()));
        }
        Ok(())
    }

    /// The nearest folder from one of the roots upwards that has a file and is open to callers.
    pub(crate) fn nearest_with(&self, file: &str) -> Option<PathBuf> {
        let real = self.roots.iter().filter_map(|root| fs_err::canonicalize(root).ok());
        let mut found = real.filter_map(|root| {
            let open = root.ancestors().take_while(|folder| self.is_inside(folder));
            open.into_iter().find(|folder| folder.join(file).is_file()).map(Path::to_owned)
        });
        found.next()
    }

    /// How callers name what a path without links leads to: from the first of the folders, if it
    /// lies there.
    pub(crate) fn shown(&self, real: &Path) -> String {
        let first = self.roots.first().and_then(|root| fs_err::canonicalize(root).ok());
        let inside = first.as_deref().and_then(|root| real.strip_prefix(root).ok());
        inside.unwrap_or(real).to_string_lossy().into_owned()
    }

    /// The folder of the project that a file without links is in: the nearest one above it that is
    /// under version control or has an index, else the one that the file is in.
    pub(crate) fn project_of(&self, real: &Path) -> PathBuf {
        let marked = |folder: &&Path| MARKS.iter().any(|mark| folder.join(mark).exists());
        let above = real.ancestors().skip(1).take_while(|folder| self.is_inside(folder));
        let own = real.parent().unwrap_or(real);
        above.into_iter().find(marked).unwrap_or(own).to_owned()
    }
}
