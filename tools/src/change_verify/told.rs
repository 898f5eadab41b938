//! What came of a change, in words.

use std::fmt::{Display, Formatter};

use fault_scenario::Verdict;

use super::{
    Output,
    compare::{Outcome, TestChange, verdict},
    statistics::Difference,
};
use crate::change_check::found_lines;

impl Outcome {
    /// The outcome in a sentence.
    fn sentence(self) -> &'static str {
        match self {
            Self::Fixed => {
                "Fixed: the scenarios fail without the change and pass with it, and no test that \
                 passed fails now."
            }
            Self::StillFails => "Still fails: the scenarios fail without the change and with it.",
            Self::Broke => {
                "Broke: a test that passes without the change fails with it, or its calls fail \
                 without any fault."
            }
            Self::UnchangedPass => {
                "Unchanged: the scenarios pass without the change and with it, so that they do not \
                 show that it was needed."
            }
            Self::Inconclusive => {
                "Inconclusive: one of the two runs shows neither that the scenarios pass nor that \
                 they fail, so that nothing is proved about the change."
            }
            Self::DoesNotApply => {
                "Does not apply: the diff does not fit the files; nothing was run."
            }
            Self::DoesNotStart => "Does not start: there is nothing to compare.",
        }
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.outcome.sentence())?;
        if let Some(problem) = &self.problem {
            write!(f, "\n{problem}")?;
        }
        for (side, failure) in [("without", &self.failed_before), ("with", &self.failed_after)] {
            let Some(failure) = failure else { continue };
            write!(f, "\n\nThe application does not start {side} the change: {}", failure.why)?;
            failure.last_words.iter().try_for_each(|line| write!(f, "\n  | {line}"))?;
        }
        if let (Some(before), Some(after)) = (self.verdict_before, self.verdict) {
            let (before, after) = (verdict(before), verdict(after));
            write!(f, "\nThe scenarios: {before} without the change, {after} with it.")?;
        }
        for test in &self.tests {
            write!(f, "\n\n{test}")?;
        }
        if self.left_out > 0 {
            write!(f, "\n\n{} more tests are left out; the reports have them", self.left_out)?;
        }
        list(f, "\n\nGot worse:", &self.worse)?;
        if !self.findings_gone.is_empty() || !self.findings_new.is_empty() {
            write!(f, "\n\nPlaces at risk in the code (- gone, + new):")?;
            f.write_str(&found_lines(&self.findings_gone, '-'))?;
            f.write_str(&found_lines(&self.findings_new, '+'))?;
        }
        self.score.iter().try_for_each(|score| write!(f, "\nCode: {score}"))?;
        if !self.files.is_empty() {
            write!(f, "\n\nFiles changed: {}", self.files.join(", "))?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "\nnote: {note}"))?;
        if let (Some(before), Some(after)) = (&self.run_before, &self.run_after) {
            write!(
                f,
                "\nreports: fault_get_report {{\"run_id\": \"{before}\"}} without the change, "
            )?;
            write!(f, "{{\"run_id\": \"{after}\"}} with it")?;
        }
        write!(
            f,
            "\nseed {}; to repeat it, with the diff in change.diff:\n{}",
            self.seed, self.command
        )
    }
}

fn list(f: &mut Formatter<'_>, title: &str, lines: &[String]) -> std::fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    f.write_str(title)?;
    lines.iter().try_for_each(|line| write!(f, "\n- {line}"))
}

impl Display for TestChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let word = |side: Option<Verdict>| side.map_or("not run", verdict);
        let (before, after) = (word(self.before), word(self.after));
        write!(f, "{} [{}]: {before} -> {after}", self.scenario, self.test)?;
        for (side, reasons) in [("before", &self.reasons_before), ("after", &self.reasons_after)] {
            reasons.iter().try_for_each(|reason| write!(f, "\n  {side}: {reason}"))?;
        }
        let figures = [
            ("median", &self.median_ms, 1.0, " ms"),
            ("95th percentile", &self.p95_ms, 1.0, " ms"),
            ("errors", &self.errors, 100.0, " %"),
            ("median without faults", &self.control_median_ms, 1.0, " ms"),
        ];
        for (what, figure, times, unit) in figures {
            if let Some(figure) = figure {
                write!(f, "\n  {what}: {}", figure.told(times, unit))?;
            }
        }
        Ok(())
    }
}

impl Difference {
    /// `120.0 -> 80.0 ms, difference -40.0 (95 %: -52.1 to -31.0)`.
    fn told(&self, times: f64, unit: &str) -> String {
        let [before, after, difference] =
            [self.before, self.after, self.difference].map(|figure| figure * times);
        let interval = match (self.low, self.high) {
            (Some(low), Some(high)) => {
                format!(" (95 %: {:+.1} to {:+.1})", low * times, high * times)
            }
            _ => " (too few calls for an interval)".to_owned(),
        };
        format!("{before:.1} -> {after:.1}{unit}, difference {difference:+.1}{interval}")
    }
}
