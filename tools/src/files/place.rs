//! Where a path really leads, and whether that is allowed.

use std::{
    io::{self, ErrorKind},
    path::{Component, Path, PathBuf},
};

use super::{Files, not_read};
use crate::error::ToolError;

/// Where a path leads, with every link on the way followed.
#[derive(Debug)]
pub(super) enum Place {
    /// To something that is there.
    There(PathBuf),
    /// To where nothing is yet.
    Free(PathBuf),
}

impl Files {
    /// Follows a path, and refuses one that leads out of the roots.
    pub(super) fn place(&self, given: &str) -> Result<Place, ToolError> {
        if self.roots.is_empty() && !self.trusting {
            return Err(no_roots());
        }
        let path = self.roots.first().map_or_else(|| given.into(), |root| root.join(given));
        let (real, rest) = deepest(&path).map_err(|error| not_read(given, &error))?;
        if !self.is_inside(&real) {
            return Err(outside(given));
        }
        let Some(next) = rest.components().next() else {
            return Ok(Place::There(real));
        };
        // What is there and cannot be followed is a link to nowhere: writing would create its end.
        let dangling = fs_err::symlink_metadata(real.join(next)).is_ok();
        if dangling || rest.components().any(|part| part == Component::ParentDir) {
            return Err(outside(given));
        }
        Ok(Place::Free(real.join(rest)))
    }

    /// Whether a path without links lies under one of the roots.
    pub(super) fn is_inside(&self, real: &Path) -> bool {
        let under =
            |root: &PathBuf| fs_err::canonicalize(root).is_ok_and(|root| real.starts_with(root));
        self.trusting || self.roots.iter().any(under)
    }
}

/// The longest beginning of a path that is there, with its links followed, and what is left.
fn deepest(path: &Path) -> io::Result<(PathBuf, PathBuf)> {
    for ancestor in path.ancestors() {
        let ancestor_or_here =
            if ancestor.as_os_str().is_empty() { Path::new(".") } else { ancestor };
        match fs_err::canonicalize(ancestor_or_here) {
            Ok(real) => {
                let rest = path.strip_prefix(ancestor).unwrap_or(Path::new(""));
                return Ok((real, rest.to_owned()));
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::NotFound.into())
}

fn no_roots() -> ToolError {
    ToolError::environment("no_roots", "no folder was opened for the files of callers")
        .hint("start the program with `--root DIR`, or give the text itself instead of a path")
}

pub(super) fn outside(path: &str) -> ToolError {
    ToolError::input("outside_roots", format!("{path} leads out of the folders that are open"))
        .hint("name a file under the working directory, or start the program with `--root DIR`")
}
