//! What is read, what is refused, and with which words.

mod documented;
mod lenient;
mod malformed;
mod nasty;
mod written;

use super::{Document, FileProblem, read};

/// The one scenario of a text.
fn one(text: &str) -> Document {
    let mut documents = read(text, "test.yaml").unwrap_or_else(|problems| {
        let lines: Vec<_> = problems.iter().map(|p| format!("{p}\nhint: {}", p.hint)).collect();
        panic!("{}\n{text}", lines.join("\n"))
    });
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

/// What is wrong with a text.
fn wrong(text: &str) -> Vec<FileProblem> {
    let problems = read(text, "test.yaml").expect_err(text);
    for problem in &problems {
        assert!(!problem.message.is_empty() && !problem.hint.is_empty(), "{problem:?}");
        assert_eq!(problem.source, "test.yaml");
    }
    problems
}

/// A scenario with these lines in its only item.
fn item(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: T\nitems:\n- call: {{ method: GET, url: 'http://a/' }}\n{lines}")
}

/// A scenario with these lines in the context of its only item.
fn context(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    item(&format!("context:\n{lines}"))
}
