//! Figures in what a model says, held against the evidence that it names.

/// Units that make a number a figure: one that was measured, not a count in passing.
const UNITS: [&str; 12] = [
    "ms",
    "s",
    "%",
    "seconds",
    "milliseconds",
    "second",
    "percent",
    "requests",
    "calls",
    "errors",
    "attempts",
    "rps",
];

/// A number and what stands around it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Figure<'a> {
    shown: &'a str,
    value: f64,
    decimals: usize,
    unit: &'a str,
}

/// The figures of a text that the evidence does not have.
pub(crate) fn foreign(text: &str, evidence: &str) -> Vec<String> {
    let known: Vec<f64> = numbers(evidence).map(|number| number.value).collect();
    let claimed = numbers(text).filter(|number| UNITS.contains(&number.unit));
    let strange = claimed.filter(|number| !known.iter().any(|value| number.is(*value)));
    strange.map(|number| format!("{} {}", number.shown, number.unit)).collect()
}

impl Figure<'_> {
    /// Whether it is this value, rounded to as many decimals as it has; seconds may be milliseconds.
    fn is(&self, value: f64) -> bool {
        let half = 0.5 * 10_f64.powi(-i32::try_from(self.decimals).unwrap_or(9)) + 1e-9;
        let close = |value: f64| (self.value - value).abs() <= half;
        let seconds = matches!(self.unit, "s" | "seconds" | "second");
        close(value) || (seconds && close(value / 1000.0))
    }
}

/// The numbers of a text; digits that belong to a word, as in `S1` and `p95`, are none.
fn numbers(text: &str) -> impl Iterator<Item = Figure<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find(|c: char| c.is_ascii_digit())?;
            let length = text[start..].find(|c: char| !(c.is_ascii_digit() || c == '.'));
            let end = length.map_or(text.len(), |length| start + length);
            at = end;
            let shown = text[start..end].trim_end_matches('.');
            let word =
                text[..start].chars().next_back().is_some_and(|c| c.is_alphabetic() || c == '_');
            let Some(value) = shown.parse::<f64>().ok().filter(|_| !word) else { continue };
            let decimals = shown.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let rest = text[end..].trim_start_matches([' ', '\u{a0}']);
            let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let unit = if rest.starts_with('%') { "%" } else { &rest[..letters] };
            return Some(Figure { shown, value, decimals, unit });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_the_evidence_does_not_have_are_found() {
        let evidence = "p95 588.04 ms, 19 (4.8%) of 400 requests, threshold 350 ms";
        for text in [
            "p95 of 588 ms",
            "588.0 ms and 4.8 % and 5%",
            "0.59 s at S7, p99 and C12, in 3 of 9 tests",
            "400 requests within 350ms",
        ] {
            assert_eq!(foreign(text, evidence), Vec::<String>::new(), "{text}");
        }
        assert_eq!(foreign("p95 of 9999 ms, 12.5% failed", evidence), ["9999 ms", "12.5 %"]);
    }
}
