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

/// Longer than any run; what is longer was mistyped.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Reads a duration. A bare number is seconds; negative durations and those of more than a year are refused.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let error = || DurationError { text: text.to_owned() };
    read(text.trim()).filter(|duration| *duration <= LONGEST).ok_or_else(error)
}

fn read(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let span: Span = text.parse().ok()?;
    let signed = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(signed).ok()
}

/// The duration in the shortest usual words, which read back as the same: `300ms`, `1.5s`, `2m 30s`.
pub fn duration_words(duration: Duration) -> String {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    if seconds == 0 && nanos > 0 {
        return format!("{}ms", decimal(u64::from(nanos / 1_000_000), nanos % 1_000_000, 6));
    }
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut words = Vec::new();
    if hours > 0 {
        words.push(format!("{hours}h"));
    }
    if minutes > 0 {
        words.push(format!("{minutes}m"));
    }
    if rest > 0 || nanos > 0 || words.is_empty() {
        words.push(format!("{}s", decimal(rest, nanos, 9)));
    }
    words.join(" ")
}

/// A number with so many digits of fraction, as far as they are not zero.
fn decimal(whole: u64, fraction: u32, digits: usize) -> String {
    let text = format!("{whole}.{fraction:0digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
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
        for text in
            ["", "abc", "-1s", "-3", "NaN", "inf", "1e300", "10x", "5%", "26666666666666", "400d"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_read_back_as_the_same_duration() {
        for nanos in
            [0, 1, 8_011_000, 999_999_999, 1_500_000_000, 60_000_000_001, 3_661_250_000_000]
        {
            let duration = Duration::from_nanos(nanos);
            assert_eq!(parse_duration(&duration_words(duration)), Ok(duration), "{duration:?}");
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
