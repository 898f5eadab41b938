//! Keeping generated pages and schemas true to the code they are made from.

use std::path::Path;

use crate::repository;

/// Set to `1`, this variable makes [`fresh`] write what it would otherwise compare.
const UPDATE: &str = "UPDATE_DOCS";

/// Checks that the file at `path`, seen from the root, says just what the code says.
///
/// With `UPDATE_DOCS=1` the file is written instead.
///
/// # Panics
///
/// Panics if the file says something else, and names the first line that differs and the command
/// that mends it.
pub fn fresh(path: &str, content: &str) {
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests asks for the update")]
    let update = std::env::var_os(UPDATE).is_some_and(|value| value == "1");
    let file = repository::root().join(path);
    if update {
        write(&file, content);
    } else if let Err(difference) = compare(&file, content) {
        panic!("{path} is stale: {difference}\nhint: {UPDATE}=1 cargo test -p fault-tests");
    }
}

fn write(file: &Path, content: &str) {
    let folder = file.parent().expect("a file under the root stands in a folder");
    fs_err::create_dir_all(folder).expect("the folder can be made");
    fs_err::write(file, content).expect("the file can be written");
}

/// The first difference between what `file` says and what it should say.
fn compare(file: &Path, content: &str) -> Result<(), String> {
    let text = fs_err::read_to_string(file).map_err(|error| error.to_string())?;
    if text == content {
        return Ok(());
    }
    let (mut found, mut wanted) = (text.lines(), content.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (found.next(), wanted.next()) {
            (None, None) => return Err("its last line ends differently".to_owned()),
            (one, other) if one == other => {}
            (one, other) => {
                let (one, other) = (one.unwrap_or("(end)"), other.unwrap_or("(end)"));
                return Err(format!("line {number} says '{one}', the code says '{other}'"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_is_fresh_until_the_code_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/page.md");
        assert!(compare(&file, "a\n").is_err());
        write(&file, "a\nb\n");
        assert_eq!(compare(&file, "a\nb\n"), Ok(()));
        let difference = compare(&file, "a\nc\n").unwrap_err();
        assert_eq!(difference, "line 2 says 'b', the code says 'c'");
        assert_eq!(compare(&file, "a\n").unwrap_err(), "line 2 says 'b', the code says '(end)'");
        assert_eq!(compare(&file, "a\nb").unwrap_err(), "its last line ends differently");
    }
}
