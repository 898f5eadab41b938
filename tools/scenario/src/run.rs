//! Runs what was planned, and finds out what it shows.
//!
//! Each test is run in phases: the calls without faults, with them, and after them. Its own calls cross a proxy
//! that is there for this test alone; what the application calls crosses one that stays for the whole run, so that
//! nobody has to connect anew between two tests. What crossed them is told by their events and by nothing else.

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use fault_proxy::{Resolve, Seed, Trust};
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::plan::{Plan, Test};
use crate::result::{ListenerAddress, Versions};
use crate::results::{Counts, ItemResult, Results, ScenarioResults};
use crate::verdict::Verdict;

mod assemble;
mod attempts;
mod error;
mod evidence;
mod expected;
mod join;
mod level;
mod phase;
mod rig;
mod search;
mod stage;
mod test;
mod witness;
mod writer;

pub use error::RunError;

use stage::Stage;
use writer::Writer;

/// Where the HTTP proxy listens when nothing else is said.
pub const PROXY_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3180);

/// What a run is made with.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// Where the HTTP proxy listens for the application.
    pub proxy_address: SocketAddr,
    /// Whom to trust when an upstream is spoken to over TLS.
    pub trust: Trust,
    /// What every chance decision is drawn from.
    pub seed: Seed,
    /// How many tests are run at a time, at most; those that share a target or the HTTP proxy never are.
    pub jobs: usize,
    /// Other addresses for hosts.
    pub resolve: Vec<Resolve>,
    /// The command that repeats the run, for reports.
    pub command: String,
    /// Where the results are written while the run goes on, if anywhere.
    pub results: Option<PathBuf>,
}

impl RunSettings {
    /// The usual settings, with this seed.
    pub fn new(seed: Seed) -> Self {
        Self {
            proxy_address: PROXY_ADDRESS,
            trust: Trust::default(),
            seed,
            jobs: 1,
            resolve: Vec::new(),
            command: String::new(),
            results: None,
        }
    }
}

/// Who is told how a run goes on.
pub type Watcher = Arc<dyn Fn(RunUpdate) + Send + Sync>;

/// How a run goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum RunUpdate {
    /// The proxy for what the application calls is there.
    Listening {
        /// Where it listens.
        listeners: Vec<ListenerAddress>,
    },
    /// A test has begun.
    Started {
        /// Its number, from 0.
        test: usize,
        /// How many tests there are.
        tests: usize,
        /// The title of its scenario.
        scenario: String,
        /// What it is called.
        name: String,
        /// How many steps it takes: calls, or requests under load.
        steps: u64,
    },
    /// A test has come further.
    Moved {
        /// Its number.
        test: usize,
        /// How many steps it has done.
        done: u64,
        /// How many it takes.
        steps: u64,
        /// What it is doing, in a few words.
        what: String,
        /// How many calls failed in this phase.
        errors: u64,
    },
    /// A test has ended.
    Ended {
        /// Its number.
        test: usize,
        /// What it shows.
        verdict: Verdict,
        /// The first reason, if it did not pass.
        reason: Option<String>,
    },
}

/// What the tests of a run share.
struct Shared {
    plan: Plan,
    settings: RunSettings,
    watcher: Watcher,
    cancel: CancellationToken,
    stage: Mutex<Stage>,
}

/// Runs a plan. When `cancel` is cancelled the test under way ends early, the others are not begun, and what was
/// found is given back; dropping the future ends everything at once.
pub async fn run(
    plan: Plan,
    settings: RunSettings,
    watcher: Watcher,
    cancel: CancellationToken,
) -> Result<Results, RunError> {
    let started = Timestamp::now();
    let stage = Stage::open(&plan, &settings).await?;
    watcher(RunUpdate::Listening { listeners: stage.listeners() });
    let mut writer = Writer::create(&settings, &plan)?;
    let shared = Arc::new(Shared { stage: Mutex::new(stage), plan, settings, watcher, cancel });
    let outcome = run_all(&shared, &mut writer).await;
    let stage = std::mem::replace(&mut *shared.stage.lock().await, Stage::closed());
    stage.close().await;
    let results = gather(&shared, outcome?, started);
    writer.finish(&results)?;
    Ok(results)
}

type Ran = (usize, Result<ItemResult, RunError>);

/// Runs every test, and takes in what each found in the order of the plan.
async fn run_all(
    shared: &Arc<Shared>,
    writer: &mut Writer,
) -> Result<BTreeMap<usize, ItemResult>, RunError> {
    let mut running: JoinSet<Ran> = JoinSet::new();
    let mut queue = Queue::of(&shared.plan, shared.settings.jobs.max(1));
    let mut found = BTreeMap::new();
    let mut waiting = BTreeMap::new();
    loop {
        while !shared.cancel.is_cancelled() {
            let Some(index) = queue.next(&shared.plan) else { break };
            let shared = Arc::clone(shared);
            running.spawn(async move { (index, one(&shared, index).await) });
        }
        let Some(done) = running.join_next().await else { break };
        let (index, result) =
            done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        queue.ended(index);
        waiting.insert(index, result?);
        while let Some(entry) = waiting.first_entry().filter(|it| *it.key() == found.len()) {
            writer.add(*entry.key(), entry.get())?;
            let (index, result) = entry.remove_entry();
            found.insert(index, result);
        }
    }
    // A run that was cut short may have holes where tests never began.
    for (index, result) in waiting {
        writer.add(index, &result)?;
        found.insert(index, result);
    }
    Ok(found)
}

/// The tests that are still to be run, and those that are.
struct Queue {
    waiting: VecDeque<usize>,
    running: Vec<usize>,
    jobs: usize,
}

impl Queue {
    fn of(plan: &Plan, jobs: usize) -> Self {
        Self { waiting: (0..plan.tests.len()).collect(), running: Vec::new(), jobs }
    }

    /// The first test that can be run beside those that are.
    fn next(&mut self, plan: &Plan) -> Option<usize> {
        if self.running.len() >= self.jobs {
            return None;
        }
        let apart = |index: &usize| {
            let mut others = self.running.iter().map(|other| &plan.tests[*other]);
            !others.any(|other| share(&plan.tests[*index], other))
        };
        let at = self.waiting.iter().position(apart)?;
        let index = self.waiting.remove(at)?;
        self.running.push(index);
        Some(index)
    }

    fn ended(&mut self, index: usize) {
        self.running.retain(|running| *running != index);
    }
}

/// Whether two tests would measure each other: they share a target, or the proxy of what applications call.
fn share(one: &Test, other: &Test) -> bool {
    one.call.url().authority() == other.call.url().authority()
        || (one.needs_stage() && other.needs_stage())
}

/// Runs one test.
async fn one(shared: &Arc<Shared>, index: usize) -> Result<ItemResult, RunError> {
    let test = &shared.plan.tests[index];
    let alone = shared.settings.jobs <= 1 || test.needs_stage();
    let result = if alone {
        let mut stage = shared.stage.lock().await;
        stage.prepare(test, &shared.settings).await?;
        test::run(shared, index, Some(&stage)).await
    } else {
        test::run(shared, index, None).await
    };
    if let Ok(item) = &result {
        let reason = item.reasons.first().map(|reason| reason.message.clone());
        (shared.watcher)(RunUpdate::Ended { test: index, verdict: item.verdict, reason });
    }
    result
}

fn gather(shared: &Shared, mut found: BTreeMap<usize, ItemResult>, started: Timestamp) -> Results {
    let cut_short = found.len() < shared.plan.tests.len() || shared.cancel.is_cancelled();
    let mut tests = Counts::default();
    found.values().for_each(|item| tests.add(item.verdict));
    let scenarios = shared.plan.scenarios.iter().enumerate().map(|(number, planned)| {
        let own = shared.plan.tests.iter().enumerate().filter(|(_, test)| test.scenario == number);
        ScenarioResults {
            scenario: planned.scenario.clone(),
            results: own.filter_map(|(index, _)| found.remove(&index)).collect(),
            source: Some(planned.source.clone()),
        }
    });
    let results = scenarios.filter(|scenario| !scenario.results.is_empty()).collect();
    Results {
        start: seconds(started),
        end: seconds(Timestamp::now()),
        results,
        verdict: match tests.verdict() {
            Verdict::Passed if cut_short => Verdict::Inconclusive,
            verdict => verdict,
        },
        tests,
        seed: shared.settings.seed.to_string(),
        command: shared.settings.command.clone(),
        versions: Versions { fault: env!("CARGO_PKG_VERSION").to_owned() },
        cut_short,
    }
}

fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
