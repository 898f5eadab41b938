//! What frames a run of scenarios: the line before it, and the summary after it.

use std::{
    fmt::{self, Display, Formatter},
    path::PathBuf,
    time::Duration,
};

use fault_scenario::{
    Finding, Verdict,
    results::{Counts, ItemResult, Results, ScenarioResults},
};

use super::board::plain;

/// The line before a run.
pub(super) const HEADER: &str = "================ Running Scenarios ================\n\n";

/// How many tests that did not pass are told of; the report has them all.
const TOLD: usize = 20;

/// What a run has found, in short.
#[derive(Debug)]
pub(super) struct Summary<'a> {
    /// How many tests there were of each verdict.
    pub(super) tests: Counts,
    /// Whether the run was cut short.
    pub(super) cut_short: bool,
    /// The tests that did not pass.
    pub(super) unlike: Vec<Unlike<'a>>,
    /// How long the run took.
    pub(super) elapsed: Duration,
    /// Where the reports and the results are.
    pub(super) saved: Saved<'a>,
    /// What its chances were drawn from.
    pub(super) seed: &'a str,
    /// What repeats it.
    pub(super) command: &'a str,
}

/// A test that did not pass.
#[derive(Debug)]
pub(super) struct Unlike<'a> {
    verdict: Verdict,
    title: &'a str,
    name: &'a str,
    reason: Option<&'a Finding>,
}

/// Where the reports and the results are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Saved<'a> {
    pub(super) reports: &'a [PathBuf],
    pub(super) result: &'a PathBuf,
}

impl<'a> Summary<'a> {
    pub(super) fn of(results: &'a Results, elapsed: Duration, saved: Saved<'a>) -> Self {
        let unlike = results.tests().filter(|(_, item)| item.verdict != Verdict::Passed);
        Self {
            tests: results.tests,
            cut_short: results.cut_short,
            unlike: unlike.map(|(scenario, item)| Unlike::of(scenario, item)).collect(),
            elapsed,
            saved,
            seed: &results.seed,
            command: &results.command,
        }
    }
}

impl<'a> Unlike<'a> {
    fn of(scenario: &'a ScenarioResults, item: &'a ItemResult) -> Self {
        let title = &scenario.scenario.title;
        Self { verdict: item.verdict, title, name: &item.name, reason: item.reasons.first() }
    }
}

impl Display for Summary<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Counts { failed, inconclusive, .. } = self.tests;
        f.write_str("===================== Summary =====================\n\n")?;
        write!(f, "Tests run: {}, Tests failed: {failed}", self.tests.all())?;
        if inconclusive > 0 {
            write!(f, ", Tests inconclusive: {inconclusive}")?;
        }
        writeln!(f, "\nTotal time: {:.1}s", self.elapsed.as_secs_f64())?;
        if self.cut_short {
            writeln!(f, "The run was cut short: what it did not come to is not counted")?;
        }
        for unlike in self.unlike.iter().take(TOLD) {
            write!(f, "\n{unlike}")?;
        }
        if let more @ 1.. = self.unlike.len().saturating_sub(TOLD) {
            writeln!(f, "\nand {more} more, which the report tells of")?;
        }
        write!(f, "\n{}", self.saved)?;
        writeln!(f, "\nSeed {}; to repeat the run: {}", self.seed, self.command)
    }
}

impl Display for Unlike<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { verdict, title, name, reason } = self;
        writeln!(f, "{}: {} [{}]", word(*verdict), plain(title), plain(name))?;
        if let Some(Finding { message, hint, .. }) = reason {
            writeln!(f, "  {}\n  hint: {}", plain(message), plain(hint))?;
        }
        Ok(())
    }
}

impl Display for Saved<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for report in self.reports {
            writeln!(f, "Report saved as {}", report.display())?;
        }
        writeln!(f, "Results saved as {}", self.result.display())
    }
}

/// A verdict as a word.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Inconclusive => "inconclusive",
    }
}

#[cfg(test)]
mod tests {
    use fault_scenario::FindingCode;

    use super::*;

    fn summary(tests: Counts, cut_short: bool, unlike: Vec<Unlike<'_>>) -> String {
        let (reports, result) = (["report.md".into()], "results.json".into());
        let saved = Saved { reports: &reports, result: &result };
        let elapsed = Duration::from_millis(1900);
        let command = "fault scenario run --scenario a.yaml --seed 7";
        Summary { tests, cut_short, unlike, elapsed, saved, seed: "7", command }.to_string()
    }

    #[test]
    fn a_run_that_passed_is_told_in_the_documented_frame() {
        let tests = Counts { passed: 4, ..Counts::default() };
        assert_eq!(
            summary(tests, false, Vec::new()),
            "===================== Summary =====================\n\n\
             Tests run: 4, Tests failed: 0\nTotal time: 1.9s\n\n\
             Report saved as report.md\nResults saved as results.json\n\n\
             Seed 7; to repeat the run: fault scenario run --scenario a.yaml --seed 7\n"
        );
    }

    #[test]
    fn a_test_that_did_not_pass_is_told_with_its_first_reason_and_what_to_do() {
        let reason = Finding::new(FindingCode::FaultNeverHit, "latency never\nacted");
        let unlike = Unlike {
            verdict: Verdict::Inconclusive,
            title: "Slow",
            name: "GET http://a/",
            reason: Some(&reason),
        };
        let tests = Counts { passed: 1, failed: 1, inconclusive: 1 };
        let text = summary(tests, true, vec![unlike]);
        let told = format!(
            "Tests run: 3, Tests failed: 1, Tests inconclusive: 1\nTotal time: 1.9s\n\
             The run was cut short: what it did not come to is not counted\n\n\
             inconclusive: Slow [GET http://a/]\n  latency never acted\n  hint: {}\n\nReport saved",
            reason.hint
        );
        assert!(text.contains(&told), "{text}");
    }

    #[test]
    fn of_many_tests_that_did_not_pass_the_first_are_told_and_the_others_counted() {
        let unlike = || Unlike { verdict: Verdict::Failed, title: "t", name: "n", reason: None };
        let tests = Counts { failed: 23, ..Counts::default() };
        let text = summary(tests, false, (0..23).map(|_| unlike()).collect());
        assert_eq!(text.matches("failed: t [n]").count(), 20, "{text}");
        assert!(text.contains("\nand 3 more, which the report tells of\n"), "{text}");
    }
}
