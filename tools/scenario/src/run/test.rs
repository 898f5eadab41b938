//! Runs one test, phase by phase.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fault_proxy::Fault;
use jiff::Timestamp;
use tokio::net::lookup_host;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::phase::{FaultsOfCalls, Name, Ran, recorded};
use super::rig::Rig;
use super::stage::Stage;
use super::{RunError, RunUpdate, Shared, assemble, evidence, expected, search};
use crate::generator::{self, Progress, TraceRun};
use crate::load::Load;
use crate::plan::{Strategy, Test};
use crate::recording::Sample;
use crate::results::{Decision, Dns, ItemResult};

/// How often it is told how far a load is.
const NEWS: Duration = Duration::from_millis(200);

/// How long what the calls without faults left behind may take to end.
const AFTERMATH: Duration = Duration::from_millis(20);

/// How many times a call without faults is tried until it is as expected, where trying again does no harm: the
/// first of all calls may be slow because everything is still cold.
const WARMING: u64 = 3;

/// One test under way.
pub(super) struct Session<'a> {
    pub(super) test: &'a Test,
    pub(super) rig: Rig<'a>,
    shared: &'a Shared,
    index: usize,
    /// How many phases have begun.
    phases: AtomicU64,
}

/// What the phases of a test measured.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) control: Option<Ran>,
    pub(super) faulted: Option<Ran>,
    pub(super) recovery: Option<Ran>,
    pub(super) search: Option<search::Found>,
}

/// Runs a test.
pub(super) async fn run(
    shared: &Shared,
    index: usize,
    stage: Option<&Stage>,
) -> Result<ItemResult, RunError> {
    let test = &shared.plan.tests[index];
    let (started, clock) = (Timestamp::now(), Instant::now());
    (shared.watcher)(RunUpdate::Started {
        test: index,
        tests: shared.plan.tests.len(),
        scenario: shared.plan.scenarios[test.scenario].scenario.title.clone(),
        name: test.name.clone(),
        steps: test.requests(),
    });
    let rig = Rig::set_up(test, stage, &shared.settings).await?;
    let session = Session { test, rig, shared, index, phases: AtomicU64::new(0) };
    let measured = session.measure().await?;
    let witness = session.rig.close().await?;
    let cancelled = shared.cancel.is_cancelled();
    let told = assemble::Told {
        test,
        started,
        took: clock.elapsed(),
        cancelled,
        missing_proxy: stage.and_then(Stage::missing),
    };
    Ok(assemble::item(&told, measured, &witness.seen()))
}

impl Session<'_> {
    async fn measure(&self) -> Result<Measured, RunError> {
        let mut measured = Measured { control: self.control().await?, ..Measured::default() };
        match &self.test.strategy {
            Strategy::Single => {
                let steps = std::slice::from_ref(&self.test.faults);
                measured.faulted = Some(self.sequence(steps, false, Duration::ZERO).await?);
            }
            Strategy::Repeat { steps, failfast, wait, .. } => {
                measured.faulted = Some(self.sequence(steps, *failfast, *wait).await?);
            }
            Strategy::Load(load) => {
                let peak = self.test.peak_load().unwrap_or(*load);
                let lift = self.test.recovery.map(|_| load.duration);
                let faults = self.test.faults.clone();
                let (ran, lifted) =
                    self.load(Name::Faulted, faults, peak, lift, "with faults").await?;
                (measured.faulted, measured.recovery) = match lift.filter(|_| lifted) {
                    Some(at) => {
                        let (faulted, recovery) = ran.split(at);
                        (Some(faulted), Some(recovery))
                    }
                    None => (Some(ran), None),
                };
            }
            Strategy::Search { .. } => measured.search = search::run(self).await?,
        }
        Ok(measured)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.shared.cancel.is_cancelled()
    }

    /// The calls without faults.
    async fn control(&self) -> Result<Option<Ran>, RunError> {
        let baseline = matches!(self.test.strategy, Strategy::Repeat { baseline: true, .. });
        if !self.test.control && !baseline {
            return Ok(None);
        }
        if let Some(load) = self.test.control_load() {
            let ran = self.load(Name::Control, Vec::new(), load, None, "without faults").await?.0;
            return Ok(Some(ran));
        }
        self.begin(Name::Control, &[], None)?;
        let harmless = self.test.call.method().is_safe() && !baseline;
        let most = if harmless { WARMING } else { 1 };
        let mut calls = Calls::start(self, Name::Control);
        for number in 1..=most {
            let good = calls.send(number).await? != Some(Decision::Failure);
            if good || self.is_cancelled() {
                break;
            }
        }
        let ran = calls.finish(FaultsOfCalls::All(Vec::new()));
        // Connections that end with the last of these calls are to end without faults too.
        sleep(AFTERMATH).await;
        Ok(Some(ran))
    }

    /// Calls one after the other, each with its faults.
    async fn sequence(
        &self,
        steps: &[Vec<Fault>],
        failfast: bool,
        wait: Duration,
    ) -> Result<Ran, RunError> {
        let mut calls = Calls::start(self, Name::Faulted);
        let mut errors = 0;
        for (number, faults) in (1..).zip(steps) {
            if number > 1 && !wait.is_zero() {
                let _ = self.shared.cancel.run_until_cancelled(sleep(wait)).await;
            }
            if self.is_cancelled() {
                break;
            }
            self.begin(Name::Faulted, faults, None)?;
            let decision = calls.send(number).await?;
            errors += u64::from(decision == Some(Decision::Failure));
            self.moved(number, steps.len() as u64, "with faults", errors);
            if failfast && decision == Some(Decision::Failure) {
                break;
            }
        }
        Ok(calls.finish(FaultsOfCalls::Each(steps.to_vec())))
    }

    /// Calls under load. When `lift` is given, the faults are lifted after that time while the load goes on; the
    /// second value says whether it came to that.
    pub(super) async fn load(
        &self,
        name: Name,
        faults: Vec<Fault>,
        load: Load,
        lift: Option<Duration>,
        what: &str,
    ) -> Result<(Ran, bool), RunError> {
        let total = lift.unwrap_or(load.duration);
        let told = watch::Sender::new(Progress::default());
        let trace = self.next_trace();
        let (began_ms, began) = (self.rig.witness.now_ms(), Timestamp::now());
        self.begin(name, &faults, Some(total))?;
        let running = generator::Run {
            call: &self.rig.call,
            load: &load,
            trace: Some(TraceRun(trace)),
            cancel: &self.shared.cancel,
            progress: &told,
            observer: None,
        };
        let running = running.measure();
        tokio::pin!(running);
        let mut news = interval(NEWS);
        news.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let lifting = sleep(total);
        tokio::pin!(lifting);
        let mut lifted = false;
        let recording = loop {
            tokio::select! {
                recording = &mut running => break recording?,
                () = &mut lifting, if lift.is_some() && !lifted => {
                    self.begin(Name::Recovery, &[], None)?;
                    lifted = true;
                }
                _ = news.tick() => {
                    let Progress { planned, done, errors, .. } = *told.borrow();
                    self.moved(done, planned, if lifted { "after the faults" } else { what }, errors);
                }
            }
        };
        let done = recording.requests();
        self.moved(done, recording.planned(), what, recording.errors());
        let ran = Ran {
            name,
            began_ms,
            began_micros: began.as_microsecond(),
            trace,
            recording,
            faults: FaultsOfCalls::All(faults),
            dns: Vec::new(),
            sequential: false,
        };
        Ok((ran, lifted))
    }

    /// Begins a phase: from now on these faults act, and what is seen belongs to it.
    fn begin(&self, name: Name, faults: &[Fault], total: Option<Duration>) -> Result<(), RunError> {
        self.rig.begin(faults, total)?;
        self.rig.witness.phase(name, evidence::labels(faults));
        Ok(())
    }

    /// What the traces of the next phase's calls begin with.
    fn next_trace(&self) -> u64 {
        let phase = self.phases.fetch_add(1, Ordering::Relaxed) + 1;
        (self.shared.settings.seed.0 ^ self.test.key).wrapping_add(phase)
    }

    fn moved(&self, done: u64, steps: u64, what: &str, errors: u64) {
        let what = what.to_owned();
        (self.shared.watcher)(RunUpdate::Moved { test: self.index, done, steps, what, errors });
    }
}

/// Calls that are sent one after the other.
struct Calls<'a> {
    session: &'a Session<'a>,
    name: Name,
    start: Instant,
    began_ms: f64,
    began_micros: i64,
    trace: u64,
    samples: Vec<Sample>,
    dns: Vec<Option<Dns>>,
    cut: bool,
}

impl<'a> Calls<'a> {
    fn start(session: &'a Session<'a>, name: Name) -> Self {
        Self {
            session,
            name,
            start: Instant::now(),
            began_ms: session.rig.witness.now_ms(),
            began_micros: Timestamp::now().as_microsecond(),
            trace: session.next_trace(),
            samples: Vec::new(),
            dns: Vec::new(),
            cut: false,
        }
    }

    /// Sends one call; nothing is told of it if it was cut short or nothing is expected of it.
    async fn send(&mut self, number: u64) -> Result<Option<Decision>, RunError> {
        let Session { test, rig, shared, .. } = self.session;
        let dns = look_up(test).await;
        let at = self.start.elapsed();
        let trace = TraceRun(self.trace);
        let sending = generator::call_once(&rig.call, Some(trace), number);
        let Some(one) = shared.cancel.run_until_cancelled(sending).await else {
            self.cut = true;
            return Ok(None);
        };
        let sample = Sample { at, ..one?.sample };
        self.samples.push(sample);
        self.dns.push(dns);
        let each = expected::of_each_call(&test.expect);
        Ok(each.then(|| expected::decide(&test.expect, &sample)))
    }

    fn finish(self, faults: FaultsOfCalls) -> Ran {
        let cut = self.cut || self.session.is_cancelled();
        Ran {
            name: self.name,
            began_ms: self.began_ms,
            began_micros: self.began_micros,
            trace: self.trace,
            recording: recorded(self.samples, self.start.elapsed(), cut),
            faults,
            dns: self.dns,
            sequential: true,
        }
    }
}

/// How long it takes to resolve the name of a call's host; none if it is an address.
async fn look_up(test: &Test) -> Option<Dns> {
    let host = test.call.url().host()?;
    if host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let begun = Instant::now();
    let resolved = lookup_host((host, 0)).await.is_ok_and(|mut found| found.next().is_some());
    let duration = begun.elapsed().as_secs_f64() * 1000.0;
    Some(Dns { host: host.to_owned(), duration, resolved })
}
