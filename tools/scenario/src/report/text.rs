//! Pieces of text: lines that are safe to show, durations and numbers.

use std::time::Duration;

/// User text on one line, without characters that control how the rest reads.
pub(super) fn line(text: &str) -> String {
    text.chars().map(|character| if is_hidden(character) { ' ' } else { character }).collect()
}

/// User text that may have several lines, else as [`line`].
pub(super) fn lines(text: &str) -> String {
    let keep = |character| character == '\n' || !is_hidden(character);
    text.chars().map(|character| if keep(character) { character } else { ' ' }).collect()
}

/// User text of at most `most` characters on one line.
pub(super) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => line(text),
        Some((end, _)) => format!("{}…", line(&text[..end]).trim_end()),
    }
}

/// Whether a character is not seen but does something: those that turn the direction of text can make a line
/// read as another one, and what is no character at all is refused by readers of XML.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}'
        )
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
    if parts.is_empty() { "0 ms".to_owned() } else { listed(&parts) }
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

/// A number without needless decimals, and at most two.
pub(super) fn figure(value: f64) -> String {
    let text = format!("{value:.2}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// `one` thing, or so many `many`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Words with commas between them, and `and` before the last.
pub(super) fn listed(words: &[String]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// `count` and what share of `whole` it is.
pub(super) fn share(count: u64, whole: u64) -> String {
    format!("{count} ({:.1}%)", crate::summary::percent(count, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_text_stays_on_its_line_and_reads_as_it_stands() {
        assert_eq!(line("a\n# c\u{1b}[2J\u{202e}d\u{0}"), "a # c [2J d ");
        assert_eq!(lines("a\r\nb\u{7}"), "a \nb ");
        assert_eq!((short("abcdef", 3), short("äöü", 3)), ("abc…".into(), "äöü".into()));
    }

    #[test]
    fn numbers_have_no_needless_decimals_and_words_agree_with_them() {
        let numbers = [0.0, 10.0, 1.5, 0.126, 100.0].map(figure);
        assert_eq!(numbers, ["0", "10", "1.5", "0.13", "100"]);
        assert_eq!(
            (counted(1, "call", "calls"), counted(2, "call", "calls")),
            ("1 call".into(), "2 calls".into())
        );
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!((listed(&words), listed(&words[..1])), ("a, b and c".into(), "a".into()));
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
