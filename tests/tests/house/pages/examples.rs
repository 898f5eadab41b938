//! The examples of the pages: scenarios, parts of them and rules are ones that the program takes.

use fault_proxy::Fault;
use fault_scenario::file;
use fault_tests::repository::{self, File};

use crate::hold;

/// What stands around a part of a scenario.
const ITEM: &str = "title: x\nitems:\n  - call: {method: GET, url: \"http://localhost/\"}\n";

/// Where rules stand in a command.
const RULE: &str = "--rule '";

/// The blocks of code of a page, each with its language and the line that it opens on.
fn blocks(text: &str) -> Vec<(usize, &str, String)> {
    let mut found: Vec<(usize, &str, String)> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(language) => {
                open = true;
                found.push((index + 1, language, String::new()));
            }
            None if open => {
                let block = found.last_mut().expect("a block is open");
                block.2.extend([line, "\n"]);
            }
            None => {}
        }
    }
    found
}

/// A scenario file with the example in its place; nothing if it is no part of one.
fn in_its_place(example: &str) -> Option<String> {
    let indented = |by: usize| {
        let lines = example.lines().map(|line| format!("{}{line}\n", " ".repeat(by)));
        lines.collect::<String>()
    };
    let first = example.lines().next().unwrap_or_default();
    match first.trim_start().split(':').next().unwrap_or_default() {
        "title" => Some(example.to_owned()),
        "config" => Some(format!("title: x\n{example}")),
        "context" | "expect" => Some(ITEM.to_owned() + &indented(4)),
        // These stand within a context, and some are shown with the indentation of that place.
        "faults" | "strategy" => {
            let by = if first.starts_with(' ') { 0 } else { 6 };
            Some(format!("{ITEM}    context:\n{}", indented(by)))
        }
        _ => None,
    }
}

/// What is wrong with the examples of a page, and how many there were.
fn wrong(page: &File) -> (Vec<String>, usize) {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (line, language, text) in blocks(&page.text) {
        let place = format!("{}:{line}", page.path);
        if let Some(scenario) =
            Some(&text).filter(|_| language == "yaml").and_then(|it| in_its_place(it))
        {
            seen += 1;
            let problems = file::read(&scenario, &place).err().into_iter().flatten();
            wrong.extend(problems.map(|problem| problem.to_string()));
        }
        for rule in text.split(RULE).skip(1).filter_map(|rest| rest.split('\'').next()) {
            seen += 1;
            wrong
                .extend(Fault::from_rule_text(rule).err().map(|error| format!("{place}: {error}")));
        }
    }
    (wrong, seen)
}

#[test]
fn the_examples_of_the_pages_are_taken() {
    let sample = |text: &str| {
        let found = wrong(&File { path: "sample".to_owned(), text: text.to_owned() });
        (found.0.len(), found.1)
    };
    let context = "```yaml\ncontext:\n  faults: [{type: latency, mean: 3}]\n```\n";
    assert_eq!(sample(context), (0, 1));
    assert_eq!(sample(&context.replace("mean", "meen")), (1, 1));
    assert_eq!(sample(&context.replace("context", "contxt")), (0, 0));
    assert_eq!(sample("```yaml\n      strategy:\n        mode: once\n```\n"), (1, 1));
    assert_eq!(sample("```yaml\n- run: this\n```\n```text\ntitle: 3\n```\n"), (0, 0));
    assert_eq!(
        sample("```bash\nfault run --rule '/a respond=503' --rule '/a respnd=503'\n```\n"),
        (1, 2)
    );

    let found: Vec<_> = repository::files(&["md"]).iter().map(wrong).collect();
    let seen: usize = found.iter().map(|(_, seen)| seen).sum();
    assert!(seen > 10, "{seen} examples");
    hold(
        "examples that are refused",
        &found.into_iter().flat_map(|(wrong, _)| wrong).collect::<Vec<_>>(),
    );
}
