//! The files of a tree that may be source code, and what is in them.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use ignore::{DirEntry, WalkBuilder};

use crate::{language::Language, source};

/// How much of a file without a suffix is read to tell what it is, in bytes.
const FIRST_LINE: u64 = 256;

/// A file that may be source code.
pub(crate) struct File {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its path from the top of the tree, with `/` between the parts.
    pub(crate) name: String,
    /// Its language; nothing if only its first line can tell.
    pub(crate) language: Option<&'static Language>,
    /// How many bytes of it will be read at most.
    pub(crate) bytes: usize,
}

/// What there is.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    /// What could not be looked at, and why.
    pub(crate) unreadable: Vec<String>,
    /// What the names in the folders among that begin with.
    hidden: Vec<String>,
}

impl Tree {
    /// Whether a file may be there without having been seen.
    pub(crate) fn is_hidden(&self, name: &str) -> bool {
        self.hidden.iter().any(|folder| name.starts_with(folder.as_str()))
    }
}

/// What is in a file.
pub(crate) enum Content {
    /// Source code, not yet decoded.
    Code(&'static Language, Vec<u8>),
    /// Nothing of a language that is asked for.
    NoSource,
    /// More than is read.
    TooLarge,
}

impl File {
    /// Reads the file, if it is of one of these languages.
    pub(crate) fn read(&self, languages: &[&'static Language]) -> io::Result<Content> {
        let mut open = fs_err::File::open(&self.path)?;
        let mut bytes = Vec::with_capacity(self.bytes + 1);
        let language = match self.language {
            Some(language) => Some(language),
            None => {
                open.by_ref().take(FIRST_LINE).read_to_end(&mut bytes)?;
                let text = String::from_utf8_lossy(&bytes);
                Language::of_file(&self.path, text.lines().next().unwrap_or_default())
            }
        };
        let Some(language) = language.filter(|language| wanted(language, languages)) else {
            return Ok(Content::NoSource);
        };
        open.take(source::LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > source::LARGEST {
            return Ok(Content::TooLarge);
        }
        Ok(Content::Code(language, bytes))
    }
}

/// Whether a language is one of these, or any will do.
pub(crate) fn wanted(language: &Language, languages: &[&'static Language]) -> bool {
    languages.is_empty() || languages.iter().any(|wanted| language.is_or_dialect_of(wanted))
}

/// The files of a tree that `.gitignore` and the like let through. Hidden ones are left out, the
/// index's own folder among them, and links are not followed.
///
/// There is nothing if the top is no folder.
pub(crate) fn walk(root: &Path, languages: &[&'static Language]) -> Option<Tree> {
    let root = fs_err::canonicalize(root).ok().filter(|root| root.is_dir())?;
    let mut tree = Tree::default();
    let walk = WalkBuilder::new(&root).require_git(false).follow_links(false).build();
    for entry in walk {
        match entry {
            Ok(entry) => match file(entry, &root, languages) {
                Some(Ok(file)) => tree.files.push(file),
                Some(Err(path)) => {
                    tree.unreadable.push(format!("{}: its name is not UTF-8", path.display()));
                }
                None => {}
            },
            Err(error) => {
                tree.hidden.push(folder(path_of(&error), &root));
                tree.unreadable.push(error.to_string());
            }
        }
    }
    Some(tree)
}

/// The file, if it may be one of these languages; its path alone, if that is in no known encoding.
fn file(
    entry: DirEntry,
    root: &Path,
    languages: &[&'static Language],
) -> Option<Result<File, PathBuf>> {
    if !entry.file_type()?.is_file() {
        return None;
    }
    let language = match entry.path().extension() {
        Some(suffix) => Some(Language::of_suffix(suffix.to_str()?)?),
        None => None,
    };
    if language.is_some_and(|language| !wanted(language, languages)) {
        return None;
    }
    let bytes = entry.metadata().map_or(0, |metadata| metadata.len()).min(source::LARGEST);
    let bytes = usize::try_from(bytes).unwrap_or_default();
    let (name, path) = (name_of(entry.path(), root), entry.into_path());
    match name {
        Some(name) => Some(Ok(File { path, name, language, bytes })),
        // What only might be a script is not worth a word.
        None => language.map(|_| Err(path)),
    }
}

/// The path from the top of the tree. One in no known encoding has none.
fn name_of(path: &Path, root: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str());
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

/// What the names in a folder begin with; where it is not known which one it is, those in the tree.
fn folder(path: Option<&Path>, root: &Path) -> String {
    match path.and_then(|path| name_of(path, root)) {
        Some(name) if !name.is_empty() => name + "/",
        _ => String::new(),
    }
}

/// The path that an error is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_gone_from_where_nobody_could_look() {
        let root = Path::new("/tree");
        let hidden = |path: Option<&str>, name: &str| {
            let hidden = vec![folder(path.map(Path::new), root)];
            Tree { hidden, ..Tree::default() }.is_hidden(name)
        };
        assert!(hidden(Some("/tree/a"), "a/b.py"));
        assert!(!hidden(Some("/tree/a"), "ab.py"));
        assert!(hidden(Some("/tree"), "ab.py"));
        assert!(hidden(None, "ab.py"));
    }
}
