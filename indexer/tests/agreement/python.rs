//! Python: its own `ast`, on Django.

use std::{path::Path, process::Command};

use crate::{Difference, Fact, compare, program, reference, sources};

#[test]
fn extraction_agrees_with_the_ast_of_python_on_django() {
    let Some(folder) = sources("django") else { return };
    let Some(python) = program("python3", Some("FAULT_TEST_PYTHON")) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agreement/functions.py");
    let told = reference(Command::new(python).arg(script).arg(&folder));
    compare("python", &folder, &told, explain).hold("Python, Django");
}

/// Ours is longer by comments at the end that are indented as what is in the function.
fn explain(difference: &Difference<'_>) -> Option<&'static str> {
    let (ours, theirs) = (difference.ours?, difference.theirs?);
    let same = Fact { last: theirs.last, ..ours.clone() } == *theirs;
    let extra = ours.last.checked_sub(theirs.last).filter(|extra| *extra > 0)?;
    let mut lines = difference.text.lines().skip(theirs.last).take(extra).map(str::trim_start);
    let comments = lines.all(|line| line.is_empty() || line.starts_with('#'));
    (same && comments).then_some("ends with a comment, which is a part of it for us")
}
