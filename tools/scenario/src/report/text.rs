//! Pieces of text: escaping, tables, durations and numbers.

use std::time::Duration;

/// User text on one line of Markdown that cannot end a table cell, a line or the list it stands in.
pub(super) fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' => safe.push_str("\\|"),
            '<' => safe.push_str("&lt;"),
            // Characters that turn the direction of text can make a line read as another one.
            character if character.is_control() || is_direction(character) => safe.push(' '),
            character => safe.push(character),
        }
    }
    safe
}

/// User text in a code span.
pub(super) fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|character| match character {
            '`' => '\'',
            character if character.is_control() || is_direction(character) => ' ',
            character => character,
        })
        .collect();
    format!("`{}`", text.replace('|', "\\|"))
}

/// User text in a block of code of its own.
pub(super) fn block(language: &str, text: &str) -> String {
    let text = text.replace("```", "'''");
    format!("```{language}\n{}\n```", text.trim_end())
}

fn is_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A table. Cells are Markdown already.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let mut text = format!("| {} |\n|{}", head.join(" | "), "---|".repeat(N));
    for row in rows {
        text.push_str(&format!("\n| {} |", row.join(" | ")));
    }
    text
}

/// A duration in words: `464 ms`, `10 seconds and 329 ms`.
pub(super) fn words(millis: f64) -> String {
    let duration = Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default();
    let millis = duration.as_millis();
    let (minutes, seconds, millis) = (millis / 60_000, millis / 1000 % 60, millis % 1000);
    let parts: Vec<String> = [(minutes, "minute"), (seconds, "second")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
        .chain((millis > 0).then(|| format!("{millis} ms")))
        .collect();
    match parts.split_last() {
        None => "0 ms".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// Milliseconds without needless decimals: `10000ms`, `1.5ms`.
pub(super) fn millis(value: f64) -> String {
    format!("{value}ms")
}

/// A duration as it is asked for: `10s`, `500ms`.
pub(super) fn duration(duration: Duration) -> String {
    match duration.subsec_nanos() {
        0 => format!("{}s", duration.as_secs()),
        _ => millis(duration.as_secs_f64() * 1000.0),
    }
}

/// A number with two decimals, or a dash.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

/// `count` and what share of `whole` it is.
pub(super) fn share(count: u64, whole: u64) -> String {
    format!("{count} ({:.1}%)", crate::summary::percent(count, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_text_cannot_break_out_of_its_line_cell_or_span() {
        assert_eq!(plain("a|b\n# c\u{1b}[2J\u{202e}d<img>"), "a\\|b # c [2J d&lt;img>");
        assert_eq!(code("a`b|c\r\n"), "`a'b\\|c  `");
        assert_eq!(block("sh", "x\n```\n# y\n"), "```sh\nx\n'''\n# y\n```");
    }

    #[test]
    fn durations_read_as_words() {
        for (millis, text) in [
            (0.0, "0 ms"),
            (464.2, "464 ms"),
            (1968.0, "1 second and 968 ms"),
            (10_329.0, "10 seconds and 329 ms"),
            (60_000.0, "1 minute"),
            (122_001.0, "2 minutes, 2 seconds and 1 ms"),
        ] {
            assert_eq!(words(millis), text);
        }
        assert_eq!(duration(Duration::from_secs(10)), "10s");
        assert_eq!(duration(Duration::from_millis(500)), "500ms");
        assert_eq!(millis(10_000.0), "10000ms");
    }
}
