//! From what was measured and seen to the result of a test.

use std::time::Duration;

use fault_proxy::Fault;
use jiff::Timestamp;

use super::join::{self, Joined};
use super::phase::{Name, Ran};
use super::test::Measured;
use super::witness::Seen;
use super::{attempts, expected, level};
use crate::evidence::{FaultEvidence, Phase, PhaseName, Window};
use crate::file::Expect;
use crate::finding::{Finding, FindingCode};
use crate::plan::{Strategy, Test};
use crate::recording::{Outcome, Recording, Sample};
use crate::results::{
    CallProblem, CallResult, Decision, FaultWindow, ItemResult, Metrics, Plots, Protocol,
    RecoveryResult, RetryResult, Target, TotalTime,
};
use crate::slo::Pass;
use crate::verdict::{self, Trial, Verdict};

/// How many calls of a load are kept one by one.
const MOST_CALLS: usize = 10_000;
/// Into how many parts the time of a load is cut for plots.
const BUCKETS: usize = 120;

/// What is known of a test beside what was measured.
pub(super) struct Told<'a> {
    pub(super) test: &'a Test,
    pub(super) started: Timestamp,
    pub(super) took: Duration,
    pub(super) cancelled: bool,
    /// Why the HTTP proxy was not offered, if it was not.
    pub(super) missing_proxy: Option<&'a str>,
}

/// The result of a test.
pub(super) fn item(told: &Told<'_>, measured: Measured, seen: &Seen) -> ItemResult {
    let test = told.test;
    let Measured { control, faulted, recovery, search } = measured;
    let (found, searched) = match search {
        Some(found) => (Some((found.result, found.findings, found.notes)), Some(found.ran)),
        None => (None, None),
    };
    let faulted = faulted.or(searched).unwrap_or_else(|| nothing(told));
    let phases = Phases::of(test, control.as_ref(), &faulted, seen);
    let faults = seen.ledger.evidence(&test.faults, &windows(test));
    let recovered = recovered(test, control.as_ref(), recovery.as_ref());
    let retries = attempts::of_phases(control.as_ref(), &faulted, &seen.crossings);
    let more = found.iter().flat_map(|(_, findings, _)| findings.clone());
    let more = more.chain(recovered.as_ref().and_then(level::finding));
    let more: Vec<Finding> = more.chain(too_many_attempts(test, retries.as_ref())).collect();
    let (verdict, reasons) =
        judge(test, &phases, &faults, control.as_ref(), &faulted, more, found.is_some());
    let joined = Joined::of(&faulted, &seen.crossings);
    let slowest = control
        .as_ref()
        .and_then(|ran| ran.recording.waits().ranked(ran.recording.waits().count()));
    let slowest = slowest.map(|time| time.as_secs_f64() * 1000.0);
    let results = calls(test, control.as_ref(), &faulted, recovery.as_ref(), seen, &phases.faulted);
    ItemResult {
        target: Target { address: test.call.masked().url },
        requests_count: baseline(test, control.as_ref()).map_or(0, |ran| ran.recording.requests())
            + faulted.recording.requests(),
        failure_counts: failures(&test.expect, &faulted.recording),
        total_time: TotalTime { secs: told.took.as_secs(), nanos: told.took.subsec_nanos() },
        omitted: omitted(&faulted, &results),
        results,
        name: test.name.clone(),
        cell: test.cell.clone(),
        operation_id: test.operation.clone(),
        verdict,
        reasons,
        notes: notes(
            told,
            seen,
            &phases.faulted,
            found.as_ref().map(|(_, _, notes)| notes.as_slice()),
        ),
        call: test.call.masked(),
        strategy: test.strategy.to_string(),
        expectation: expected::in_words(&test.expect),
        started: told.started,
        plots: plots(test, control.as_ref(), &faulted, recovery.as_ref()),
        attribution: join::attribution(&joined, &test.expect, slowest),
        retries,
        recovery: recovered,
        search: found.map(|(result, _, _)| result),
        control: phases.control,
        faulted: phases.faulted,
        faults,
    }
}

/// Both phases in figures.
struct Phases {
    control: Option<Phase>,
    faulted: Phase,
}

impl Phases {
    fn of(test: &Test, control: Option<&Ran>, faulted: &Ran, seen: &Seen) -> Self {
        let phase = |name, ran: &Ran, of| {
            Phase::of(name, &ran.recording, &test.slos, seen.ledger.crossed_in(of))
        };
        Self {
            control: control.map(|ran| phase(PhaseName::Control, ran, Name::Control)),
            faulted: phase(PhaseName::Faulted, faulted, Name::Faulted),
        }
    }
}

/// The phase of a test that was cut short before any call was sent.
fn nothing(told: &Told<'_>) -> Ran {
    let mut recording = Recording::new(told.test.requests(), Duration::ZERO);
    recording.finish(Duration::ZERO, true);
    Ran {
        name: Name::Faulted,
        began_ms: 0.0,
        began_micros: told.started.as_microsecond(),
        trace: 0,
        recording,
        faults: super::phase::FaultsOfCalls::All(Vec::new()),
        dns: Vec::new(),
        sequential: true,
    }
}

fn judge(
    test: &Test,
    phases: &Phases,
    faults: &[FaultEvidence],
    control: Option<&Ran>,
    faulted: &Ran,
    more: Vec<Finding>,
    searched: bool,
) -> (Verdict, Vec<Finding>) {
    let by_objectives = !test.slos.is_empty() && test.expect.all_slo_are_valid != Some(false);
    let control = control.map(|ran| &ran.recording);
    let expected = expected::judge(&test.expect, control, &faulted.recording);
    // Under load the objectives decide where there are any; what is expected of each call is counted only.
    let under_load = matches!(test.strategy, Strategy::Load(_) | Strategy::Search { .. });
    let expected = expected.filter(|_| !under_load || !by_objectives);
    // What is to get back to the level of the control needs one that was good.
    let broken = control.filter(|_| test.recovery.is_some()).and_then(expected::broken);
    let expected = broken.or(expected);
    let judgement = verdict::judge(Trial {
        control: phases.control.as_ref(),
        faulted: &phases.faulted,
        faults,
        by_objectives: by_objectives && !searched,
        expected: expected.as_ref(),
        otherwise: searched
            || test.expect.max_attempts_per_call.is_some()
            || test.recovery.is_some(),
        more: &more,
    });
    (judgement.verdict, judgement.reasons)
}

fn too_many_attempts(test: &Test, retries: Option<&RetryResult>) -> Option<Finding> {
    let most = test.expect.max_attempts_per_call?;
    let Some(retries) = retries else {
        let message = "attempts are limited, and the application called nothing across the proxy";
        return Some(Finding::new(FindingCode::NoTrafficCrossed, message));
    };
    let per_call = retries.faulted.per_call;
    (per_call > most).then(|| {
        let message = format!("{per_call:.1} attempts for each call, and {most} were allowed");
        Finding::new(FindingCode::TooManyAttempts, message)
    })
}

fn recovered(test: &Test, control: Option<&Ran>, after: Option<&Ran>) -> Option<RecoveryResult> {
    let (wanted, control, after) = (test.recovery?, control?, after?);
    let load = test.peak_load()?;
    let rate = f64::from(load.clients) * f64::from(load.rps);
    Some(level::recovery(wanted, &control.recording, after, rate))
}

/// When each fault of a load was on, in percent of it.
fn windows(test: &Test) -> Vec<Vec<Window>> {
    let total = match &test.strategy {
        Strategy::Load(load) | Strategy::Search { load, .. } => load.duration,
        Strategy::Single | Strategy::Repeat { .. } => return Vec::new(),
    };
    let percent = |at: Duration| (at.as_secs_f64() / total.as_secs_f64() * 100.0).clamp(0.0, 100.0);
    let of_fault = |fault: &Fault| {
        let windows = fault.schedule().and_then(|schedule| schedule.windows(Some(total)).ok());
        let windows = windows.unwrap_or_default();
        let window = |window: &fault_proxy::Window| Window {
            from_percent: percent(window.start),
            to_percent: window.end.map_or(100.0, percent),
        };
        windows.iter().map(window).collect()
    };
    test.faults.iter().map(of_fault).collect()
}

fn notes(
    told: &Told<'_>,
    seen: &Seen,
    faulted: &Phase,
    searched: Option<&[Finding]>,
) -> Vec<Finding> {
    let mut notes = told.test.notes.clone();
    let limit = faulted.summary.generator_limit.clone();
    notes.extend(limit.map(|why| Finding::new(FindingCode::GeneratorLimited, why)));
    notes.extend(searched.unwrap_or_default().iter().cloned());
    if !told.test.control && !told.cancelled {
        notes.push(Finding::new(FindingCode::NoControl, "the calls were not sent without faults"));
    }
    if seen.lost > 0 {
        let message = format!("{} crossings or events were not kept one by one", seen.lost);
        notes.push(Finding::new(FindingCode::EvidenceIncomplete, message));
    }
    notes.extend(told.missing_proxy.map(|why| Finding::new(FindingCode::ProxyNotOffered, why)));
    notes
}

fn failures(expect: &Expect, recording: &Recording) -> u64 {
    if !expected::of_each_call(expect) {
        return 0;
    }
    let samples = recording.samples().iter();
    samples.filter(|sample| expected::decide(expect, sample) == Decision::Failure).count() as u64
}

/// The call without faults that is listed with the others, where one was asked for.
fn baseline<'a>(test: &Test, control: Option<&'a Ran>) -> Option<&'a Ran> {
    control.filter(|_| matches!(test.strategy, Strategy::Repeat { baseline: true, .. }))
}

fn omitted(faulted: &Ran, results: &[CallResult]) -> u64 {
    let listed = results.iter().filter(|call| call.phase == Name::Faulted.of_call()).count() as u64;
    faulted.recording.requests().saturating_sub(listed)
}

/// The calls one by one. Of many, those that fell short come before the others.
fn calls(
    test: &Test,
    control: Option<&Ran>,
    faulted: &Ran,
    recovery: Option<&Ran>,
    seen: &Seen,
    phase: &Phase,
) -> Vec<CallResult> {
    let valid = (!phase.slos.is_empty() && test.expect.all_slo_are_valid.is_some())
        .then(|| phase.slos.iter().all(|result| result.pass == Pass::Met));
    let phases = baseline(test, control).into_iter().chain([faulted]).chain(recovery);
    let mut all = Vec::new();
    for ran in phases {
        let joined = Joined::of(ran, &seen.crossings);
        let room = MOST_CALLS.saturating_sub(all.len());
        for sample in chosen(&test.expect, ran, room) {
            all.push(call(test, ran, &joined, sample, valid));
        }
    }
    all
}

/// The calls of a phase that are listed, in their order.
fn chosen<'a>(expect: &Expect, ran: &'a Ran, room: usize) -> Vec<&'a Sample> {
    let mut all: Vec<&Sample> = ran.recording.samples().iter().collect();
    if all.len() > room {
        all.sort_by_key(|sample| expected::decide(expect, sample) == Decision::Success);
        all.truncate(room);
    }
    all.sort_by_key(|sample| sample.number);
    all
}

fn call(
    test: &Test,
    ran: &Ran,
    joined: &Joined<'_>,
    sample: &Sample,
    valid: Option<bool>,
) -> CallResult {
    let faults = ran.faults.of(sample.number);
    let (found, by) = joined.of_call(sample);
    let place = usize::try_from(sample.number.saturating_sub(1)).unwrap_or(usize::MAX);
    let (protocol, problem) = match sample.outcome {
        Outcome::Answered(code) => {
            let kind = "http".to_owned();
            (Some(Protocol { kind, code, body_length: sample.bytes }), None)
        }
        Outcome::Failed(kind) => {
            let message = format!("the call was not answered: {}", kind.code().replace('_', " "));
            (None, Some(CallProblem { code: kind.code().to_owned(), message }))
        }
    };
    let timed_out = problem.as_ref().is_some_and(|problem| problem.code == "timed_out");
    CallResult {
        start: ran.due_micros(sample),
        expect: expected::of_call(&test.expect, sample, valid),
        metrics: Some(Metrics {
            dns: ran.dns.get(place).cloned().flatten().into_iter().collect(),
            ttfb: sample.ttfb.map(|time| time.as_secs_f64() * 1000.0),
            total_time: sample.total.as_secs_f64() * 1000.0,
            faults: join::applied(&found, by, faults),
            errored: protocol.is_none(),
            timed_out,
            protocol,
        }),
        faults: faults.iter().map(Fault::to_map).collect(),
        errors: problem.into_iter().collect(),
        number: sample.number,
        phase: ran.name.of_call(),
    }
}

fn plots(test: &Test, control: Option<&Ran>, faulted: &Ran, recovery: Option<&Ran>) -> Plots {
    let under_load = !faulted.sequential;
    let timeline = |ran: &Ran| ran.recording.timeline(BUCKETS);
    let mut plots = Plots { slos: test.slos.clone(), ..Plots::default() };
    if under_load {
        plots.control_timeline = control.map(timeline).unwrap_or_default();
        plots.faulted_timeline = timeline(faulted);
        let offset = faulted.recording.elapsed().as_secs_f64() * 1000.0;
        let mut after = recovery.map(timeline).unwrap_or_default();
        for bucket in &mut after {
            bucket.from_ms += offset;
            bucket.to_ms += offset;
        }
        plots.faulted_timeline.extend(after);
        plots.fault_windows = fault_windows(test);
    }
    plots.control_distribution =
        control.map(|ran| ran.recording.distribution()).unwrap_or_default();
    plots.faulted_distribution = faulted.recording.distribution();
    plots
}

/// When faults were on, in milliseconds.
fn fault_windows(test: &Test) -> Vec<FaultWindow> {
    let total = match (&test.strategy, test.recovery) {
        (Strategy::Load(load), _) => load.duration.as_secs_f64() * 1000.0,
        _ => return Vec::new(),
    };
    let labels = fault_proxy::fault::labels(&test.faults);
    let mut all = Vec::new();
    for (label, windows) in labels.into_iter().zip(windows(test)) {
        let whole = [Window { from_percent: 0.0, to_percent: 100.0 }];
        // A fault that is always on needs no window, unless it was lifted before the end.
        let always = if test.recovery.is_some() { &whole[..] } else { &[] };
        let windows = if windows.is_empty() { always } else { &windows };
        all.extend(windows.iter().map(|window| FaultWindow {
            label: label.clone(),
            from_ms: total * window.from_percent / 100.0,
            to_ms: total * window.to_percent / 100.0,
        }));
    }
    all
}
