//! Go: its own parser, on its standard library.

use std::{path::Path, process::Command};

use crate::{Difference, compare, program, reference, sources};

#[test]
fn extraction_agrees_with_the_parser_of_go_on_its_standard_library() {
    let Some(folder) = sources("go") else { return };
    let Some(go) = program("go", None) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agreement/functions.go");
    let cache = tempfile::tempdir().expect("a folder");
    let mut run = Command::new(go);
    run.arg("run").arg(script).arg(&folder);
    run.env("GOCACHE", cache.path()).env("GO111MODULE", "off").env("GOFLAGS", "");
    compare("go", &folder, &reference(&mut run), explain).hold("Go, its standard library");
}

/// The tests of the compiler have receivers that are wrong or odd on purpose.
fn explain(difference: &Difference<'_>) -> Option<&'static str> {
    let theirs = difference.theirs?;
    let odd = match difference.ours {
        Some(ours) => ours.qualified.contains(['(', '*', '[']) || theirs.qualified.starts_with('?'),
        None => {
            let line = difference.text.lines().nth(theirs.first - 1)?;
            line.starts_with("func ( /*")
        }
    };
    odd.then_some("has a receiver that is wrong or odd on purpose")
}
