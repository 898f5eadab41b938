//! The top of the tree: what stands there tells what the program is.

use fault_tests::repository;

use crate::hold;

/// The rooms.
const FOLDERS: [&str; 9] =
    ["cli", "docs", "ebpf", "indexer", "prompts", "proxy", "server", "tests", "tools"];

/// What else stands at the top, dotfiles aside.
const FILES: [&str; 9] = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
];

/// Build products that may stand there, and that git does not keep.
const IGNORED: [&str; 1] = ["target"];

fn foreign(names: &[String]) -> Vec<String> {
    let known = |name: &&str| !name.starts_with('.');
    let rest = names.iter().map(String::as_str).filter(known);
    rest.filter(|name| ![&FOLDERS[..], &FILES, &IGNORED].concat().contains(name))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_top_of_the_tree_holds_the_rooms_and_nothing_else() {
    let sample = ["cli", ".git", "Cargo.toml", "target", "common"].map(str::to_owned);
    assert_eq!(foreign(&sample), ["common"]);

    let names: Vec<_> = fs_err::read_dir(repository::root())
        .expect("the root can be listed")
        .map(|entry| entry.expect("the root can be listed").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    hold("at the top of the tree, and not on its list", &foreign(&names));
    let expected = FOLDERS.iter().chain(&FILES).map(|name| (*name).to_owned());
    let missing: Vec<_> = expected.filter(|name| !names.contains(name)).collect();
    hold("missing at the top of the tree", &missing);
}
