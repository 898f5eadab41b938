//! From what documents a function to a question: its first paragraph, without any markup.

/// Marks of the lines of comments, the longest first.
const MARKS: [&str; 8] = ["/**", "/*!", "///", "//!", "/*", "//", "*/", "*"];

/// How the parts begin that say what each parameter is, and the like.
const PARTS: [&str; 6] = [":param", ":return", "@param", "@return", "Args:", ">>>"];

/// The first paragraph of what documents the function of this name.
///
/// Where it begins with the name, as the custom is in Go, it goes without that.
pub(crate) fn of_doc(doc: &str, name: &str) -> String {
    let mut paragraph = String::new();
    for line in doc.lines() {
        let line = unmarked(line);
        let ends = PARTS.iter().any(|part| line.starts_with(part)) || line.starts_with("```");
        if ends || line.is_empty() && !paragraph.is_empty() {
            break;
        }
        paragraph.push_str(line);
        paragraph.push(' ');
    }
    let text = plain(&paragraph);
    let after = text.strip_prefix(name).filter(|after| after.starts_with(' '));
    after.map_or(text.clone(), |after| after.trim_start().to_owned())
}

/// A line without what makes it a comment or a string.
fn unmarked(line: &str) -> &str {
    let mut line = line.trim();
    if let Some(mark) = MARKS.iter().find(|mark| line.starts_with(**mark)) {
        line = &line[mark.len()..];
    }
    let string = line.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '@');
    let opens = ["\"", "'"].iter().any(|quote| string.starts_with(quote));
    let before = &line[..line.len() - string.len()];
    if opens && (before.len() <= 2 || before.starts_with('@')) {
        line = string;
    }
    line.trim_end_matches("*/").trim_matches(['"', '\'']).trim()
}

/// A text without markup, with one space between its words.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let word = without_target(word);
        let word = word.strip_prefix(":meth:").unwrap_or(word);
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter(|c| !matches!(c, '`' | '[' | ']' | '*')));
    }
    out
}

/// A word without the address of the link that it is.
fn without_target(word: &str) -> &str {
    word.split_once("](").map_or(word, |(word, _)| word)
}
