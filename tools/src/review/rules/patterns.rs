//! What failed tests have in common, told from their figures alone.

use std::collections::BTreeSet;

use fault_scenario::{finding::FindingCode, report::parts};

use crate::review::{
    evidence::{Evidence, Place, same_kind},
    figures::{Test, pattern as shape},
    input::Role,
    knowledge,
};

/// The most tests that are told of a pattern.
const MOST_TESTS: usize = 12;

/// The most places that are told of a pattern.
const MOST_PLACES: usize = 5;

/// Attempts for each call up to which there was but one.
const ONE_ATTEMPT: f64 = 1.05;

/// How many times a delay must be felt to be felt more than once.
const SEVERAL: f64 = 1.8;

/// Something that failed tests have in common.
#[derive(Debug)]
pub(crate) struct Pattern<'a> {
    /// Its name in [`knowledge`].
    pub(crate) name: &'static str,
    /// In a few words.
    pub(crate) title: &'static str,
    /// The cause that is suspected.
    pub(crate) cause: &'static str,
    /// The rules of the code that would explain it.
    pub(crate) rules: &'static [&'static str],
    /// The tests, each with what was seen.
    pub(crate) tests: Vec<(Test<'a>, String)>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// A sort of pattern: its name, its title, its cause, the rules, and what a test shows of it.
struct Sort {
    name: &'static str,
    title: &'static str,
    cause: &'static str,
    rules: &'static [&'static str],
    shows: fn(&Test<'_>) -> Option<String>,
}

static SORTS: [Sort; 8] = [
    Sort {
        name: "many-attempts",
        title: "The application tries again too often or too soon",
        cause: "Each call makes more attempts at the dependency while it fails, which multiplies the load on it.",
        rules: &["unbounded-retry", "no-backoff", "retry-not-idempotent"],
        shows: many_attempts,
    },
    Sort {
        name: "slow-recovery",
        title: "What piled up during the fault goes on after it",
        cause: "Work that was queued or is tried again keeps the service busy after the cause is gone.",
        rules: &[
            "unbounded-queue",
            "unbounded-retry",
            "unbounded-concurrency",
            "no-cancellation",
            "no-rollback",
        ],
        shows: slow_recovery,
    },
    Sort {
        name: "spreads",
        title: "Calls that met no fault fell short too",
        cause: "Something is shared between calls (a pool, a thread, an event loop), and calls that met the fault hold it.",
        rules: &["blocking-in-async", "pool-not-configured", "unbounded-concurrency", "no-timeout"],
        shows: spreads,
    },
    Sort {
        name: "passes-errors-on",
        title: "Failures of a dependency reach the caller at once",
        cause: "The application neither tries again nor falls back when what it calls fails.",
        rules: &["no-retry", "no-circuit-breaker", "no-rollback"],
        shows: passes_errors_on,
    },
    Sort {
        name: "several-delays",
        title: "One delay of a dependency is felt several times",
        cause: "A request makes several round trips one after the other: calls in a loop, or new connections.",
        rules: &["call-in-loop", "client-per-request"],
        shows: several_delays,
    },
    Sort {
        name: "waits-for-dependency",
        title: "The application waits as long as its dependency takes",
        cause: "Nothing bounds how long a call to the dependency may take, or the bound is above the objective.",
        rules: &[
            "no-timeout",
            "blocking-in-async",
            "client-per-request",
            "call-in-loop",
            "pool-not-configured",
            "no-cancellation",
        ],
        shows: waits,
    },
    Sort {
        name: "in-front",
        title: "The fault stood between the callers and the application",
        cause: "Nothing that the application itself called crossed the proxy, so these tests show what callers meet when the way to the service is disturbed. A change within the application cannot shorten that; it bears on time-outs and retries of its callers.",
        rules: &[],
        shows: in_front,
    },
    Sort {
        name: "unexplained",
        title: "Tests fell short in a way that the figures do not explain",
        cause: "No pattern of the figures fits: look at the calls of these tests one by one.",
        rules: &[],
        shows: |test| Some(shape(*test)),
    },
];

/// The patterns of the failed tests; each test is in at least one.
pub(crate) fn patterns<'a>(evidence: &Evidence<'a>) -> Vec<Pattern<'a>> {
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut found = Vec::new();
    for sort in &SORTS {
        let last = sort.name == "unexplained";
        let mut tests = Vec::new();
        for test in evidence.figures.failed() {
            if last && seen.contains(&test.number) {
                continue;
            }
            let Some(symptom) = (sort.shows)(&test) else { continue };
            seen.insert(test.number);
            tests.push((test, symptom));
        }
        if tests.is_empty() {
            continue;
        }
        let more = tests.len().saturating_sub(MOST_TESTS);
        tests.truncate(MOST_TESTS);
        let Sort { name, title, cause, rules, .. } = *sort;
        found.push(Pattern { name, title, cause, rules, tests, more });
    }
    found
}

impl<'a> Pattern<'a> {
    /// The places that would explain it: those on the path of its tests' endpoints, and if there are
    /// none others, of which that is not known.
    pub(crate) fn places<'b>(&self, evidence: &'b Evidence<'a>) -> Vec<(&'b Place, bool)> {
        let of_rule = |place: &&Place| {
            place.risk.as_ref().is_some_and(|risk| self.rules.contains(&risk.rule.as_str()))
        };
        let on_path = |place: &Place| {
            self.tests.iter().any(|(test, _)| place.endpoints.contains(&test.endpoint))
        };
        let all: Vec<&Place> = evidence.places.iter().filter(of_rule).collect();
        let sure: Vec<(&Place, bool)> =
            all.iter().filter(|place| on_path(place)).map(|place| (*place, true)).collect();
        // Where it is known what answers the endpoints, other places have nothing to do with them.
        let known = self.tests.iter().all(|(test, _)| {
            evidence.linked.get(test.endpoint).is_some_and(|linked| linked.link().is_some())
        });
        let mut chosen = match (sure.is_empty(), known) {
            (false, _) | (true, true) => sure,
            (true, false) => all.into_iter().map(|place| (place, false)).collect(),
        };
        chosen.truncate(MOST_PLACES);
        chosen
    }

    /// What to do next about it.
    pub(crate) fn next_steps(&self, role: Role) -> Vec<String> {
        let Some(known) = knowledge::of(self.name) else { return Vec::new() };
        let (first, second) = (format!("{}.", known.action), format!("{}.", known.operate));
        match role {
            Role::Developer => vec![first, format!("Watch: {}.", lower(known.watch))],
            Role::Sre => vec![second, format!("Watch: {}.", lower(known.watch)), first],
        }
    }
}

/// A sentence that goes on in the middle of another.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn has(test: &Test<'_>, codes: &[FindingCode]) -> bool {
    test.item.reasons.iter().any(|reason| codes.contains(&reason.code))
}

fn meets(test: &Test<'_>, kinds: &[&str]) -> bool {
    test.kinds().iter().any(|kind| kinds.iter().any(|wanted| same_kind(kind, wanted)))
}

fn many_attempts(test: &Test<'_>) -> Option<String> {
    let retries = test.item.retries.as_ref()?;
    let multiplied = retries.amplification.is_some_and(|times| times >= 2.0);
    let hasty = matches!(retries.backoff.as_deref(), Some("none" | "constant"));
    (has(test, &[FindingCode::TooManyAttempts]) || multiplied || hasty).then(|| {
        let control =
            retries.control.as_ref().map(|it| format!(", {} without", parts::figure(it.per_call)));
        let waits = retries.backoff.as_ref().map(|shape| format!("; waits between them: {shape}"));
        format!(
            "{} attempts for each call with faults{}{}",
            parts::figure(retries.faulted.per_call),
            control.unwrap_or_default(),
            waits.unwrap_or_default(),
        )
    })
}

fn slow_recovery(test: &Test<'_>) -> Option<String> {
    if !has(test, &[FindingCode::NeverRecovered, FindingCode::RecoveredLate]) {
        return None;
    }
    let recovery = test.item.recovery.as_ref()?;
    Some(match recovery.recovered_ms {
        Some(after) => format!("back only {} ms after the fault was lifted", parts::figure(after)),
        None => format!(
            "not back within {} ms after the fault was lifted",
            parts::figure(recovery.watched_ms)
        ),
    })
}

fn spreads(test: &Test<'_>) -> Option<String> {
    let found = test.item.attribution.as_ref()?;
    let others = found.fell_short.saturating_sub(found.hit);
    // Of calls that are only joined by time, nothing can be told.
    let sure = found.joined_by != "time" && found.hit > 0 && others > 0;
    sure.then(|| format!("{others} of {} calls that fell short met no fault", found.fell_short))
}

fn passes_errors_on(test: &Test<'_>) -> Option<String> {
    if test.in_front() || !meets(test, &["httperror", "blackhole", "packetloss", "dns"]) {
        return None;
    }
    let summary = &test.item.faulted.summary;
    let control = test.item.control.as_ref().map_or(0, |control| control.summary.errors);
    let retries = test.item.retries.as_ref()?;
    let once = retries.faulted.per_call
        <= ONE_ATTEMPT * retries.control.as_ref().map_or(1.0, |it| it.per_call.max(1.0));
    (summary.errors > control && once).then(|| {
        format!(
            "{} calls failed, with {} attempts for each call: none was tried again",
            parts::share(summary.errors, summary.requests),
            parts::figure(retries.faulted.per_call),
        )
    })
}

fn several_delays(test: &Test<'_>) -> Option<String> {
    if test.in_front() || !meets(test, &["latency"]) {
        return None;
    }
    let each = test.item.faults.iter().filter(|fault| same_kind(&fault.kind, "latency"));
    let each = each.filter_map(|fault| fault.measured_ms).map(|it| it.mean).fold(0.0, f64::max);
    let shift = test.shift(|latency| latency.p50)?;
    (each > 1.0 && shift >= each * SEVERAL).then(|| {
        format!(
            "the median call is {} ms slower, and each delay was {} ms: {} of them in a row",
            parts::figure(shift),
            parts::figure(each),
            parts::figure((shift / each * 10.0).round() / 10.0),
        )
    })
}

fn waits(test: &Test<'_>) -> Option<String> {
    let slow = ["latency", "jitter", "bandwidth", "packetloss", "blackhole"];
    if test.in_front() || !meets(test, &slow) {
        return None;
    }
    let timed_out = test.item.faulted.summary.errors_by_kind.get("timed_out").copied().unwrap_or(0);
    let slower = test.shift(|latency| latency.p95).is_some_and(|shift| shift > 5.0);
    (timed_out > 0 || slower).then(|| shape(*test))
}

fn in_front(test: &Test<'_>) -> Option<String> {
    test.in_front().then(|| shape(*test))
}
