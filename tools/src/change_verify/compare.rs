//! What two runs of the same scenarios say about a change.

use fault_proxy::Seed;
use fault_scenario::{
    FindingCode, Verdict,
    results::{ItemResult, PhaseOfCall, Results},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    scene::Base,
    statistics::{self, Difference},
};

/// How many tests an answer lists.
const MOST: usize = 25;

/// How many reasons of a verdict an answer lists.
const REASONS: usize = 2;

/// How long a reason is at most, in characters.
const REASON: usize = 300;

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The scenarios failed before and pass now; nothing that passed fails now.
    Fixed,
    /// They failed before and fail now.
    StillFails,
    /// A test that passed before fails now, or calls that were answered without faults are not now.
    Broke,
    /// They passed before and pass now.
    UnchangedPass,
    /// One of the two runs shows neither.
    Inconclusive,
    /// The diff does not fit the files.
    DoesNotApply,
    /// The application does not start, before or after.
    DoesNotStart,
}

impl Outcome {
    /// What two runs show.
    fn of(tests: &[TestChange], before: Verdict, after: Verdict) -> Self {
        if tests.iter().any(|test| test.fails_now || test.control_fails_now) {
            return Self::Broke;
        }
        match (before, after) {
            (Verdict::Failed, Verdict::Passed) => Self::Fixed,
            (Verdict::Failed, Verdict::Failed) => Self::StillFails,
            (Verdict::Passed, Verdict::Passed) => Self::UnchangedPass,
            (Verdict::Passed, Verdict::Failed) => Self::Broke,
            (Verdict::Inconclusive, _) | (_, Verdict::Inconclusive) => Self::Inconclusive,
        }
    }
}

/// One test before and after.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct TestChange {
    /// The scenario.
    pub(crate) scenario: String,
    /// The test.
    pub(crate) test: String,
    /// What it shows before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<Verdict>,
    /// What it shows after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<Verdict>,
    /// Whether it passed before and fails now.
    #[serde(skip)]
    fails_now: bool,
    /// Whether its calls fall short without faults, which they did not before.
    #[serde(skip)]
    control_fails_now: bool,
    /// Why it did not pass before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons_before: Vec<String>,
    /// Why it does not pass after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons_after: Vec<String>,
    /// The median of how long a call took with the faults, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) median_ms: Option<Difference>,
    /// The 95th percentile of the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p95_ms: Option<Difference>,
    /// The share of calls with the faults that had no answer, or one with a status of 500 or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) errors: Option<Difference>,
    /// The median without the faults, in milliseconds; it has no interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) control_median_ms: Option<Difference>,
}

/// All that two runs say.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    pub(super) outcome: Outcome,
    pub(super) tests: Vec<TestChange>,
    pub(super) left_out: usize,
    /// What got worse, in words.
    pub(super) worse: Vec<String>,
}

/// Compares two runs of the same scenarios. `before` and `after` each have where the application was,
/// which the caller knows by the name of `shown`.
pub(super) fn compare(
    before: (&Results, &Base),
    after: (&Results, &Base),
    shown: &Base,
    seed: Seed,
) -> Comparison {
    let of = |(results, at): (&Results, &Base)| -> Vec<Half> {
        let tests = results.tests();
        tests.map(|(scenario, item)| Half::of(&scenario.scenario.title, item, at, shown)).collect()
    };
    let (olds, news) = (of(before), of(after));
    let mut tests: Vec<TestChange> = (0..olds.len().max(news.len()))
        .map(|index| joined(olds.get(index), news.get(index), seed))
        .collect();
    let outcome = Outcome::of(&tests, before.0.verdict, after.0.verdict);
    let worse: Vec<String> = tests.iter().flat_map(worse).collect();
    let left_out = tests.len().saturating_sub(MOST);
    if left_out > 0 {
        // What changed, and what does not pass, is what matters.
        tests.sort_by_key(|test| (test.before == test.after, test.after == Some(Verdict::Passed)));
        tests.truncate(MOST);
    }
    Comparison { outcome, tests, left_out, worse }
}

/// One test of one run.
struct Half {
    scenario: String,
    test: String,
    verdict: Verdict,
    reasons: Vec<String>,
    /// Whether the calls fall short without faults too.
    control_fails: bool,
    /// How long each call took with the faults; none if not all of them are known.
    times: Option<Vec<f64>>,
    p50: Option<f64>,
    p95: Option<f64>,
    errors: (u64, u64),
    control_p50: Option<f64>,
}

impl Half {
    fn of(scenario: &str, item: &ItemResult, at: &Base, shown: &Base) -> Self {
        let here = |text: &str| in_one_line(&text.replace(&at.url(), &shown.url()));
        // Of many calls those that failed are kept first, so that they say nothing about all.
        let times = (item.omitted == 0).then(|| {
            let faulted = item.results.iter().filter(|call| call.phase == PhaseOfCall::Faulted);
            faulted.filter_map(|call| Some(call.metrics.as_ref()?.total_time)).collect()
        });
        let latency = item.faulted.summary.latency.as_ref();
        let control = item.control.as_ref().and_then(|control| control.summary.latency.as_ref());
        Self {
            scenario: in_one_line(scenario),
            test: here(&item.name),
            verdict: item.verdict,
            reasons: item.reasons.iter().take(REASONS).map(|why| here(&why.message)).collect(),
            control_fails: item.reasons.iter().any(|why| {
                matches!(why.code, FindingCode::ControlFails | FindingCode::ControlMissesSlo)
            }),
            times,
            p50: latency.map(|latency| latency.p50),
            p95: latency.map(|latency| latency.p95),
            errors: (item.faulted.summary.errors, item.faulted.summary.requests),
            control_p50: control.map(|latency| latency.p50),
        }
    }
}

fn in_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON).collect()
}

fn joined(before: Option<&Half>, after: Option<&Half>, seed: Seed) -> TestChange {
    let either = before.or(after);
    let name = |of: fn(&Half) -> &String| either.map(of).cloned().unwrap_or_default();
    let both = before.zip(after);
    let figures = |of: fn(&Half) -> Option<f64>| {
        both.and_then(|(one, other)| Some(Difference::plain(of(one)?, of(other)?)))
    };
    let times = both.and_then(|(one, other)| one.times.as_ref().zip(other.times.as_ref()));
    let (median_ms, p95_ms) = match times {
        Some((one, other)) => {
            (statistics::medians(one, other, seed), statistics::p95s(one, other, seed))
        }
        None => (figures(|half| half.p50), figures(|half| half.p95)),
    };
    TestChange {
        scenario: name(|half| &half.scenario),
        test: name(|half| &half.test),
        before: before.map(|half| half.verdict),
        after: after.map(|half| half.verdict),
        fails_now: both.is_some_and(|(one, other)| {
            one.verdict == Verdict::Passed && other.verdict == Verdict::Failed
        }),
        control_fails_now: both.is_some_and(|(one, other)| {
            // What did not show anything before says nothing about its control either.
            one.verdict != Verdict::Inconclusive && other.control_fails
        }),
        reasons_before: before.map(|half| half.reasons.clone()).unwrap_or_default(),
        reasons_after: after.map(|half| half.reasons.clone()).unwrap_or_default(),
        median_ms,
        p95_ms,
        errors: both.and_then(|(one, other)| statistics::shares(one.errors, other.errors)),
        control_median_ms: figures(|half| half.control_p50),
    }
}

/// What got worse in a test: its verdict, or a figure whose interval does not hold 0.
fn worse(test: &TestChange) -> Vec<String> {
    let mut worse = Vec::new();
    let name = format!("{} [{}]", test.scenario, test.test);
    if let (Some(Verdict::Passed), Some(after)) = (test.before, test.after)
        && after != Verdict::Passed
    {
        worse.push(format!("{name}: passed before, {} now", verdict(after)));
    }
    if test.control_fails_now {
        worse.push(format!("{name}: its calls fall short without any fault now"));
    }
    let figures = [
        ("the share of errors", &test.errors, 100.0, " %"),
        ("the 95th percentile", &test.p95_ms, 1.0, " ms"),
        ("the median", &test.median_ms, 1.0, " ms"),
    ];
    for (what, figure, times, unit) in figures {
        if let Some(figure) = figure.as_ref().filter(|figure| figure.is_worse()) {
            let (before, after) = (figure.before * times, figure.after * times);
            worse.push(format!("{name}: {what} rose from {before:.1} to {after:.1}{unit}"));
        }
    }
    worse
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Inconclusive => "inconclusive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSED: Verdict = Verdict::Passed;
    const FAILED: Verdict = Verdict::Failed;
    const UNCLEAR: Verdict = Verdict::Inconclusive;

    fn half(verdict: Verdict, times: &[f64], errors: u64) -> Half {
        Half {
            scenario: "s".to_owned(),
            test: "t".to_owned(),
            verdict,
            reasons: Vec::new(),
            control_fails: false,
            times: Some(times.to_vec()),
            p50: None,
            p95: None,
            errors: (errors, times.len() as u64),
            control_p50: Some(1.0),
        }
    }

    fn outcome(pairs: &[(Verdict, Verdict)], before: Verdict, after: Verdict) -> Outcome {
        let half = |verdict| half(verdict, &[1.0], 0);
        let test = |(one, other): &(Verdict, Verdict)| {
            joined(Some(&half(*one)), Some(&half(*other)), Seed(1))
        };
        Outcome::of(&pairs.iter().map(test).collect::<Vec<_>>(), before, after)
    }

    #[test]
    fn a_change_has_fixed_something_only_if_all_passes_that_failed() {
        assert_eq!(outcome(&[(FAILED, PASSED)], FAILED, PASSED), Outcome::Fixed);
        assert_eq!(outcome(&[(FAILED, FAILED)], FAILED, FAILED), Outcome::StillFails);
        assert_eq!(outcome(&[(PASSED, PASSED)], PASSED, PASSED), Outcome::UnchangedPass);
        assert_eq!(outcome(&[(PASSED, FAILED)], PASSED, FAILED), Outcome::Broke);
        let mixed = [(FAILED, PASSED), (PASSED, FAILED)];
        assert_eq!(outcome(&mixed, FAILED, FAILED), Outcome::Broke);
        let partly = [(FAILED, PASSED), (FAILED, FAILED)];
        assert_eq!(outcome(&partly, FAILED, FAILED), Outcome::StillFails);
    }

    #[test]
    fn a_run_that_shows_nothing_leaves_the_change_open() {
        for (before, after) in [
            (UNCLEAR, UNCLEAR),
            (UNCLEAR, PASSED),
            (UNCLEAR, FAILED),
            (FAILED, UNCLEAR),
            (PASSED, UNCLEAR),
        ] {
            let found = outcome(&[(before, after)], before, after);
            assert_eq!(found, Outcome::Inconclusive, "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_change_that_breaks_the_calls_without_faults_broke_it() {
        let shorn = Half { control_fails: true, ..half(UNCLEAR, &[1.0], 0) };
        for (before, outcome) in
            [(PASSED, Outcome::Broke), (FAILED, Outcome::Broke), (UNCLEAR, Outcome::Inconclusive)]
        {
            let test = joined(Some(&half(before, &[1.0], 0)), Some(&shorn), Seed(1));
            assert_eq!(Outcome::of(&[test], before, UNCLEAR), outcome);
        }
    }

    #[test]
    fn what_got_worse_is_told_only_if_it_is_sure() {
        let quick: Vec<f64> = (0..100).map(f64::from).collect();
        let slow: Vec<f64> = quick.iter().map(|time| time + 500.0).collect();
        let change = |after: &Half| joined(Some(&half(PASSED, &quick, 0)), Some(after), Seed(1));
        assert_eq!(worse(&change(&half(PASSED, &quick, 1))), [""; 0]);
        let told = worse(&change(&half(UNCLEAR, &slow, 40)));
        assert_eq!(told.len(), 4, "{told:?}");
        assert_eq!(told[0], "s [t]: passed before, inconclusive now");
        assert_eq!(told[1], "s [t]: the share of errors rose from 0.0 to 40.0 %");
    }

    #[test]
    fn a_run_that_has_lost_calls_has_figures_without_intervals() {
        let times = [1.0; 100];
        let lost = Half { times: None, p50: Some(5.0), p95: Some(9.0), ..half(PASSED, &times, 0) };
        let found = joined(Some(&lost), Some(&half(PASSED, &times, 0)), Seed(1));
        assert_eq!(found.median_ms, None, "the other side has no such figures");
        let found = joined(Some(&lost), Some(&lost), Seed(1)).median_ms.unwrap();
        assert_eq!((found.before, found.low), (5.0, None));
    }
}
