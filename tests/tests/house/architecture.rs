//! The architecture page: each invariant names the test or lint that holds it.

use std::collections::BTreeSet;

use fault_tests::repository;

use crate::hold;

const PAGE: &str = "docs/ARCHITECTURE.md";

/// The heading of the table whose last column is checked.
const HEADING: &str = "## Invariants";

/// What can hold an invariant.
struct Holders {
    tests: BTreeSet<String>,
    /// The manifest of the workspace and the settings of clippy, where lints are switched on.
    lints: String,
}

impl Holders {
    /// Whether `reference` names something that exists: `test NAME` or `lint NAME`.
    fn has(&self, reference: &str) -> bool {
        match reference.split_once(' ') {
            Some(("test", name)) => self.tests.contains(name),
            Some(("lint", name)) => self.lints.contains(name),
            _ => false,
        }
    }
}

/// The texts between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Rows of the table that name no holder, or one that does not exist.
fn not_held(page: &str, holders: &Holders) -> Vec<String> {
    let section = page.split(HEADING).nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with('|')).skip(2).collect();
    if rows.is_empty() {
        return vec![format!("{PAGE} has no table under '{HEADING}'")];
    }
    let held = |row: &&str| {
        let last = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let mut references = quoted(last).peekable();
        references.peek().is_some() && references.all(|reference| holders.has(reference))
    };
    rows.into_iter().filter(|row| !held(row)).map(str::to_owned).collect()
}

#[test]
fn each_invariant_names_the_test_or_lint_that_holds_it() {
    let holders =
        Holders { tests: ["it_holds".to_owned()].into(), lints: "print_stdout = \"warn\"".into() };
    let wrong = |row: &str| {
        not_held(&format!("{HEADING}\n\n| a | b |\n|---|---|\n{row}\n\n## Next\n"), &holders).len()
    };
    assert_eq!(wrong("| one | `test it_holds`, `lint print_stdout` |"), 0);
    assert_eq!(wrong("| one | `test it_holds`, `test it_is_gone` |"), 1);
    assert_eq!(wrong("| one | `lint gone` |"), 1);
    assert_eq!(wrong("| one | trust me |"), 1);
    assert_eq!(not_held("no table", &holders).len(), 1);

    let root = repository::root();
    let read = |path: &str| fs_err::read_to_string(root.join(path)).expect("the file is there");
    let tests = repository::test_names(&repository::files(&["rs"]));
    let holders = Holders { tests, lints: read("Cargo.toml") + &read("clippy.toml") };
    hold("invariants that nothing holds", &not_held(&read(PAGE), &holders));
}
