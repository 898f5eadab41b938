//! Durations as people write them: `200ms`, `1.5s`, `2m 30s`, `1h`, `1d`; a bare number is seconds.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a duration")]
pub struct DurationError {
    text: String,
}

impl DurationError {
    /// What to write instead.
    pub fn hint(&self) -> &'static str {
        "write a number and a unit (`200ms`, `1.5s`, `2m 30s`, `1h`, `1d`); a bare number is seconds"
    }
}

/// Reads a duration. A bare number is seconds; negative and overlong durations are refused.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let error = || DurationError { text: text.to_owned() };
    let trimmed = text.trim();
    if let Ok(seconds) = trimmed.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| error());
    }
    let span: Span = trimmed.parse().map_err(|_| error())?;
    let signed = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| error())?;
    Duration::try_from(signed).map_err(|_| error())
}

/// The duration in the shortest usual words: `300ms`, `1.5s`, `2m 30s`.
pub fn duration_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let millis = duration.subsec_millis();
    match (seconds, millis) {
        (0, _) => format!("{}ms", duration.as_secs_f64() * 1000.0),
        (..60, 0) => format!("{seconds}s"),
        (..60, _) => format!("{}s", duration.as_secs_f64()),
        _ => {
            let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            [(hours, "h"), (minutes, "m"), (rest, "s")]
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, unit)| format!("{count}{unit}"))
                .collect::<Vec<_>>()
                .join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read() {
        for (text, millis) in [
            ("200ms", 200),
            ("1.5s", 1500),
            ("2m 30s", 150_000),
            ("2m30s", 150_000),
            ("1h", 3_600_000),
            ("1d", 86_400_000),
            ("1w", 604_800_000),
            ("30", 30_000),
            ("0.25", 250),
            (" 10m ", 600_000),
            ("10 seconds", 10_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "abc", "-1s", "-3", "NaN", "inf", "1e300", "10x", "5%"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_are_short() {
        for (millis, words) in
            [(300, "300ms"), (1500, "1.5s"), (2000, "2s"), (150_000, "2m 30s"), (3_600_000, "1h")]
        {
            assert_eq!(duration_words(Duration::from_millis(millis)), words);
        }
    }
}
