//! Markdown: user text that cannot become markup, and tables.

use crate::report::tables::Table;
use crate::report::text;

/// User text on one line of Markdown that cannot end a table cell, a line or the list it stands in, nor become an
/// image, a link or an HTML element.
pub(super) fn plain(text: &str) -> String {
    let text = text::line(text);
    let mut safe = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        // What else follows the sign leaves it a sign: `99% < 350ms`.
        let opens = |next: &char| next.is_alphabetic() || ['/', '!', '?'].contains(next);
        match character {
            '|' => safe.push_str("\\|"),
            '<' if characters.peek().is_some_and(opens) => safe.push_str("&lt;"),
            '(' if before == ']' => safe.push_str("\\("),
            character => safe.push(character),
        }
        before = character;
    }
    safe
}

/// User text in a code span.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text::line(text).replace('`', "'").replace('|', "\\|"))
}

/// User text in a block of code of its own.
pub(super) fn block(language: &str, text: &str) -> String {
    let text = text::lines(text).replace("```", "'''");
    format!("```{language}\n{}\n```", text.trim_end())
}

/// A table.
pub(super) fn table(table: &Table) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
        format!("| {} |", cells.join(" | "))
    };
    let mut text = format!("{}\n|{}", line(&table.head), "---|".repeat(table.head.len()));
    for row in &table.rows {
        text.push('\n');
        text.push_str(&line(row));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_text_cannot_break_out_of_its_line_cell_or_span() {
        assert_eq!(plain("a|b\n# c\u{1b}[2J\u{202e}d<img>"), "a\\|b # c [2J d&lt;img>");
        assert_eq!(plain("![x](http://h/)"), "![x]\\(http://h/)");
        assert_eq!(code("a`b|c\r\n"), "`a'b\\|c  `");
        assert_eq!(block("sh", "x\n```\n# y\n"), "```sh\nx\n'''\n# y\n```");
    }
}
