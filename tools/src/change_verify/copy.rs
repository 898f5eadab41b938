//! A copy of a tree of files, to run an application in: the tree itself stays as it is.

use std::{
    fs::FileType,
    path::{Path, PathBuf},
};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{change::tree::Edit, error::ToolError};

/// What a copy holds at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    pub(super) files: usize,
    pub(super) bytes: u64,
}

/// What is copied at most, unless a test says less.
pub(super) const MOST: Most = Most { files: 20_000, bytes: 512 << 20 };

/// The deepest folder that is looked into.
const DEEPEST: usize = 64;

/// What is never copied: what belongs to git and to us.
const LEFT_OUT: [&str; 2] = [".git", ".fault"];

/// How many things that were left out are told.
const TOLD: usize = 5;

/// Names that the caller leaves out, such as `node_modules` or `data/*.bin`.
#[derive(Clone, Debug, Default)]
pub(super) struct Excluded {
    /// Patterns without a slash: they are of names, wherever they stand.
    names: GlobSet,
    /// The others are of paths from the top.
    paths: GlobSet,
}

/// A folder that is gone when this is dropped, with a copy of a tree in it.
#[derive(Debug)]
pub(super) struct Scratch {
    /// The copy.
    pub(super) tree: PathBuf,
    /// A home folder with nothing in it.
    pub(super) home: PathBuf,
    /// A folder for temporary files.
    pub(super) temporary: PathBuf,
    /// What was left out, in words.
    pub(super) notes: Vec<String>,
    _folder: TempDir,
}

impl Excluded {
    /// Reads patterns.
    pub(super) fn of(patterns: &[String]) -> Result<Self, ToolError> {
        let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let bare = pattern.trim_start_matches("./").trim_matches('/');
            let glob = GlobBuilder::new(bare).literal_separator(true).build().map_err(|error| {
                ToolError::input("bad_exclude", format!("exclude: `{pattern}`: {}", error.kind()))
                    .hint("write a name such as `node_modules`, or a path such as `data/*.bin`")
            })?;
            if bare.contains('/') {
                paths.add(glob)
            } else {
                names.add(glob)
            };
        }
        let built = |set: GlobSetBuilder| {
            set.build().map_err(|error| ToolError::internal(format!("exclude: {error}")))
        };
        Ok(Self { names: built(names)?, paths: built(paths)? })
    }

    fn has(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| self.names.is_match(name)) || self.paths.is_match(path)
    }
}

impl Scratch {
    /// Copies the tree below `top`, which is a real folder, and changes the copy. It blocks.
    pub(super) fn of(
        top: &Path,
        excluded: &Excluded,
        edits: &[Edit],
        most: Most,
        stop: &CancellationToken,
    ) -> Result<Self, ToolError> {
        let folder = tempfile::Builder::new().prefix("fault-verify-").tempdir();
        let folder = folder.map_err(|error| not_made(&error))?;
        // Where it really is, so that paths in it can be compared.
        let real = fs_err::canonicalize(folder.path()).map_err(|error| not_made(&error))?;
        let of = |name: &str| real.join(name);
        let (tree, home, temporary) = (of("tree"), of("home"), of("tmp"));
        for made in [&tree, &home, &temporary] {
            fs_err::create_dir(made).map_err(|error| not_made(&error))?;
        }
        let left = Left { files: most.files, bytes: most.bytes };
        let mut copy = Copy { top, tree: &tree, excluded, most, left, stop, skipped: Vec::new() };
        copy.folder(Path::new(""), 0)?;
        let notes = copy.notes();
        edits.iter().try_for_each(|edit| edit.write(&tree))?;
        Ok(Self { tree, home, temporary, notes, _folder: folder })
    }
}

/// What may still be copied.
struct Left {
    files: usize,
    bytes: u64,
}

/// A copy that is being made.
struct Copy<'a> {
    top: &'a Path,
    tree: &'a Path,
    excluded: &'a Excluded,
    most: Most,
    left: Left,
    stop: &'a CancellationToken,
    skipped: Vec<String>,
}

impl Copy<'_> {
    /// Copies what is in a folder, named by its path from the top.
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), ToolError> {
        if depth > DEEPEST {
            return Err(self.too_large(&format!("folders more than {DEEPEST} deep")));
        }
        let entries = fs_err::read_dir(self.top.join(folder)).map_err(|error| not_read(&error))?;
        for entry in entries {
            if self.stop.is_cancelled() {
                return Err(ToolError::cancelled());
            }
            let entry = entry.map_err(|error| not_read(&error))?;
            let path = folder.join(entry.file_name());
            let own = LEFT_OUT.iter().any(|name| entry.file_name() == *name);
            if own || self.excluded.has(&path) {
                continue;
            }
            let kind = entry.file_type().map_err(|error| not_read(&error))?;
            self.entry(&path, kind, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, kind: FileType, depth: usize) -> Result<(), ToolError> {
        let (from, to) = (self.top.join(path), self.tree.join(path));
        if kind.is_dir() {
            self.count(0)?;
            fs_err::create_dir(&to).map_err(|error| not_made(&error))?;
            return self.folder(path, depth + 1);
        }
        if kind.is_symlink() {
            return self.link(path, &from, &to);
        }
        if !kind.is_file() {
            self.skipped.push(format!("{} (no plain file)", path.display()));
            return Ok(());
        }
        let length = fs_err::metadata(&from).map_err(|error| not_read(&error))?.len();
        self.count(length)?;
        fs_err::copy(&from, &to).map(drop).map_err(|error| not_made(&error))
    }

    /// A link inside of the tree leads to the same place of the copy; one that leads out is left out:
    /// what is written through it would not be written into the copy.
    fn link(&mut self, path: &Path, from: &Path, to: &Path) -> Result<(), ToolError> {
        let real = fs_err::canonicalize(from).ok();
        let inside = real.as_deref().and_then(|real| real.strip_prefix(self.top).ok());
        let Some(inside) = inside else {
            self.skipped.push(format!("{} (a link that leads out of the tree)", path.display()));
            return Ok(());
        };
        self.count(0)?;
        link(&self.tree.join(inside), to).map_err(|error| not_made(&error))
    }

    fn count(&mut self, bytes: u64) -> Result<(), ToolError> {
        let Some(files) = self.left.files.checked_sub(1) else {
            return Err(self.too_large(&format!("more than {} files", self.most.files)));
        };
        let Some(bytes) = self.left.bytes.checked_sub(bytes) else {
            let most = self.most.bytes >> 20;
            return Err(self.too_large(&format!("more than {most} MiB")));
        };
        self.left = Left { files, bytes };
        Ok(())
    }

    fn too_large(&self, what: &str) -> ToolError {
        let message = format!("{} holds {what}, too much to copy", self.top.display());
        ToolError::input("tree_too_large", message).hint(
            "name the folder of the application alone, or leave out with `exclude` what it does \
             not need, such as `node_modules`, `target` or `*.log`",
        )
    }

    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> =
            self.skipped.iter().take(TOLD).map(|what| format!("not copied: {what}")).collect();
        if self.skipped.len() > TOLD {
            notes.push(format!("not copied: {} more links and devices", self.skipped.len() - TOLD));
        }
        notes
    }
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> std::io::Result<()> {
    fs_err::os::unix::fs::symlink(target, link)
}

/// Links need a privilege on other systems: what they lead to is copied in their place.
#[cfg(not(unix))]
fn link(_target: &Path, _link: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

fn not_read(error: &std::io::Error) -> ToolError {
    ToolError::environment("file_not_read", format!("the tree cannot be copied: {error}"))
        .hint("check its permissions, or leave it out with `exclude`")
}

fn not_made(error: &std::io::Error) -> ToolError {
    ToolError::environment("file_not_written", format!("the tree cannot be copied: {error}"))
        .hint("check the space that is left for temporary files, and that TMPDIR can be written")
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn copied(top: &Path, exclude: &[&str], most: Most) -> Result<Scratch, ToolError> {
        let patterns: Vec<String> = exclude.iter().map(|word| (*word).to_owned()).collect();
        let excluded = Excluded::of(&patterns)?;
        let top = fs_err::canonicalize(top).unwrap();
        Scratch::of(&top, &excluded, &[], most, &CancellationToken::new())
    }

    fn tree() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for path in [".git/config", ".fault/index.db", "a/b/c.py", "a/big.log", "node_modules/x.js"]
        {
            fs_err::create_dir_all(top.join(path).parent().unwrap()).unwrap();
            fs_err::write(top.join(path), path).unwrap();
        }
        fs_err::write(top.join("run.sh"), "#!/bin/sh\n").unwrap();
        fs_err::set_permissions(top.join("run.sh"), PermissionsExt::from_mode(0o755)).unwrap();
        folder
    }

    #[test]
    fn a_copy_has_the_files_with_their_modes_and_nothing_of_git_or_ours() {
        let tree = tree();
        let scratch = copied(tree.path(), &[], MOST).unwrap();
        assert_eq!(fs_err::read_to_string(scratch.tree.join("a/b/c.py")).unwrap(), "a/b/c.py");
        let mode = fs_err::metadata(scratch.tree.join("run.sh")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        assert!(!scratch.tree.join(".git").exists() && !scratch.tree.join(".fault").exists());
        assert!(scratch.home.is_dir() && scratch.temporary.is_dir());
        let place = scratch.tree.clone();
        drop(scratch);
        assert!(!place.exists(), "the copy is gone");
    }

    #[test]
    fn what_is_excluded_is_left_out() {
        let tree = tree();
        let scratch = copied(tree.path(), &["node_modules/", "*.log", "a/b/*.py"], MOST).unwrap();
        for path in ["node_modules", "a/big.log", "a/b/c.py"] {
            assert!(!scratch.tree.join(path).exists(), "{path}");
        }
        assert!(scratch.tree.join("a/b").is_dir());
        assert_eq!(copied(tree.path(), &["a["], MOST).unwrap_err().code, "bad_exclude");
    }

    #[test]
    fn links_lead_into_the_copy_or_are_left_out() {
        let tree = tree();
        symlink("a/b/c.py", tree.path().join("inside.py")).unwrap();
        symlink(tree.path().join("a"), tree.path().join("whole")).unwrap();
        symlink("/etc/passwd", tree.path().join("outside")).unwrap();
        symlink("nowhere", tree.path().join("dangling")).unwrap();
        symlink(".", tree.path().join("a/round")).unwrap();
        let scratch = copied(tree.path(), &[], MOST).unwrap();
        fs_err::write(scratch.tree.join("inside.py"), "changed").unwrap();
        fs_err::write(scratch.tree.join("whole/big.log"), "changed").unwrap();
        assert_eq!(fs_err::read_to_string(tree.path().join("a/b/c.py")).unwrap(), "a/b/c.py");
        assert_eq!(fs_err::read_to_string(tree.path().join("a/big.log")).unwrap(), "a/big.log");
        assert!(fs_err::symlink_metadata(scratch.tree.join("outside")).is_err());
        let mut notes = scratch.notes.clone();
        notes.sort();
        let out = "(a link that leads out of the tree)";
        assert_eq!(notes, ["dangling", "outside"].map(|name| format!("not copied: {name} {out}")));
    }

    #[test]
    fn a_tree_that_is_too_large_is_refused_with_what_to_do() {
        let tree = tree();
        for most in [Most { files: 5, ..MOST }, Most { bytes: 20, ..MOST }] {
            let error = copied(tree.path(), &[], most).unwrap_err();
            assert_eq!(error.code, "tree_too_large");
            assert!(error.hint.unwrap().contains("exclude"));
        }
    }
}
