//! The project's own files, for the tests that look after the house.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders that are no part of the project: build products and what git and editors keep.
const FOREIGN: [&str; 3] = [".git", "book", "target"];

/// The folder that holds the whole project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in a folder of the root")
}

/// A file of the project: where it stands, seen from the root, and what it says.
#[derive(Clone, Debug)]
pub struct File {
    /// The path from the root, with `/` between its parts.
    pub path: String,
    /// The text.
    pub text: String,
}

/// Where all files of the project stand whose name ends in one of `extensions`, in order.
pub fn paths(extensions: &[&str]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    collect(root(), &mut paths);
    paths.sort();
    paths.retain(|path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    });
    paths
}

/// All files of the project whose name ends in one of `extensions`, in the order of their paths.
pub fn files(extensions: &[&str]) -> Vec<File> {
    paths(extensions).iter().map(|path| read(path)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).expect("the project's folders can be listed") {
        let path = entry.expect("the project's folders can be listed").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !FOREIGN.contains(&name) {
            collect(&path, paths);
        } else if path.is_file() {
            paths.push(path);
        }
    }
}

fn read(path: &Path) -> File {
    let text = fs_err::read_to_string(path).expect("the project's files are text");
    let path = path.strip_prefix(root()).expect("the file stands under the root");
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    File { path: parts.join("/"), text }
}

/// The names of all test functions in `files`.
pub fn test_names(files: &[File]) -> BTreeSet<String> {
    files.iter().flat_map(|file| tests_of(&file.text)).collect()
}

/// The names of the functions that follow a `#[test]` or `#[tokio::test(..)]`.
///
/// Read from the text, so that tests inside a macro such as `proptest!` are found too.
fn tests_of(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        let attribute = line.strip_prefix("#[").and_then(|rest| rest.split(['(', ']']).next());
        marked |= attribute.is_some_and(|path| path.rsplit("::").next() == Some("test"));
        if !marked {
            continue;
        }
        if let Some(name) = function_name(line) {
            names.push(name.to_owned());
            marked = false;
        }
    }
    names
}

fn function_name(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    let rest = line.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_by_their_mark_alone() {
        let text = "
            fn not_one() {}
            #[test]
            fn plain() {}
            proptest! {
                #[test]
                #[should_panic(expected = \"x\")]
                fn inside_a_macro(n in 0..3u8) {}
            }
            #[tokio::test(start_paused = true)]
            async fn later() {}
            #[cfg(test)]
            fn no_test_either() {}
        ";
        assert_eq!(tests_of(text), ["plain", "inside_a_macro", "later"]);
    }

    #[test]
    fn the_projects_files_are_found_from_the_root() {
        let paths: Vec<_> = files(&["rs"]).into_iter().map(|file| file.path).collect();
        assert!(paths.iter().any(|path| path == "tests/src/repository.rs"), "{paths:?}");
        assert!(paths.iter().all(|path| !path.contains("target/")), "{paths:?}");
    }
}
