//! One word for one thing: what goes wrong on purpose is a *fault*, everywhere.

use fault_tests::repository::{self, File};

use crate::hold;

/// This file, which must name the words.
const HERE: &str = "tests/tests/house/words.rs";

/// Words of other tools for what is called a fault here.
const FOREIGN: [&str; 4] = ["toxic", "injector", "chaos", "policy"];

/// Where such a word is part of another name.
const NAMES: [&str; 13] = [
    "bin/chaos",
    "chaos toolkit",
    "chaos-toolkit",
    "chaosfault",
    "chaostoolkit",
    "duplicatekeypolicy",
    "mergekeypolicy",
    "non_finite_float_policy",
    "nonfinitefloatpolicy",
    "policy-rc.d",
    "policy/v1",
    "restartpolicy",
    "retrypolicy",
];

fn foreign_words(file: &File) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let line = NAMES.iter().fold(line.to_lowercase(), |line, name| line.replace(name, ""));
            let word = FOREIGN.iter().find(|word| line.contains(*word))?;
            Some(format!("{}:{}: {word}", file.path, index + 1))
        })
        .collect()
}

#[test]
fn one_word_is_used_for_one_thing() {
    let wrong = |text: &str| {
        foreign_words(&File { path: "sample".to_owned(), text: text.to_owned() }).len()
    };
    assert_eq!(wrong("A fault for the Chaos Toolkit, as toxiproxy has it."), 0);
    assert_eq!(wrong("struct ToxicLink;\nlet fault_injector = 1;"), 2);

    let files = repository::files(&["md", "rs", "toml", "yaml", "yml"]);
    let others = files.iter().filter(|file| file.path != HERE);
    hold("words of other tools", &others.flat_map(foreign_words).collect::<Vec<_>>());
}
