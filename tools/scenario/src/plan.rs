//! What scenario files ask for, worked out and checked before anything is sent.
//!
//! A file says what its author wrote; a plan says what will happen: which calls, which faults with which settings
//! for each of them, which proxies, for how long. Whatever can be wrong is found here, with its place in the file.

use std::time::Duration;

use fault_proxy::{Fault, Mapping, Upstreams};

use crate::call::Call;
use crate::file::{Document, Expect, FileProblem, Scenario};
use crate::finding::Finding;
use crate::load::Load;
use crate::results::{Cell, masked};
use crate::slo::Slo;

mod build;
mod dose;
mod expand;
mod filter;
mod outline;
mod placeholders;
mod problems;
mod strategy;

pub use dose::Dose;
pub use outline::{PlaceholderOutline, PlanOutline, TestOutline};

/// What a plan is made with.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// Which tests are wanted: parts of a title, of `METHOD URL`, of an operation id or of a name in a matrix, with
    /// `*` for anything between. All if empty.
    pub filter: Vec<String>,
}

/// What will be run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) scenarios: Vec<Planned>,
    pub(crate) tests: Vec<Test>,
}

/// A scenario whose tests are in the plan.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    /// The scenario, without its secrets.
    pub(crate) scenario: Scenario,
    pub(crate) source: String,
}

/// One test of a plan.
#[derive(Debug, Clone)]
pub struct Test {
    /// Which of the plan's scenarios it belongs to.
    pub(crate) scenario: usize,
    /// What the draws of this test are keyed by; the same in each run of the same file.
    pub(crate) key: u64,
    pub(crate) name: String,
    pub(crate) cell: Option<Cell>,
    pub(crate) operation: Option<String>,
    pub(crate) call: Call,
    /// Placeholders of the URL and their values.
    pub(crate) placeholders: Vec<(String, String)>,
    /// Whether the calls themselves cross the proxy, since their host is among the upstreams.
    pub(crate) own: bool,
    pub(crate) upstreams: Vec<String>,
    /// The faults as they are written, those of dependencies behind those of the context.
    pub(crate) faults: Vec<Fault>,
    /// For each fault of a dependency where the dependency is; none for those of the context.
    pub(crate) scopes: Vec<Option<String>>,
    pub(crate) mappings: Vec<Mapping>,
    /// Whether the HTTP proxy is offered to the application.
    pub(crate) forward: bool,
    pub(crate) strategy: Strategy,
    pub(crate) slos: Vec<Slo>,
    pub(crate) expect: Expect,
    pub(crate) control: bool,
    pub(crate) recovery: Option<Recovery>,
    pub(crate) notes: Vec<Finding>,
}

/// How often a call is sent.
#[derive(Debug, Clone)]
pub(crate) enum Strategy {
    Single,
    Repeat {
        /// The faults of each call, in order.
        steps: Vec<Vec<Fault>>,
        failfast: bool,
        wait: Duration,
        baseline: bool,
        step: f64,
    },
    Load(Load),
    Search {
        dose: Dose,
        from: f64,
        to: f64,
        precision: f64,
        load: Load,
    },
}

/// How the time after the faults is watched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recovery {
    pub(crate) duration: Duration,
    /// How much slower than the control still counts as recovered, as a factor.
    pub(crate) tolerance: f64,
    pub(crate) within: Option<Duration>,
}

/// A host that there is not (RFC 6761): what acts on it acts on nothing.
const NOWHERE: &str = "nowhere.invalid";
/// The most calls of a repeat.
const MOST_REPEATS: u64 = 100_000;
/// How long the control of a load runs at most.
const LONGEST_CONTROL: Duration = Duration::from_secs(3);
/// How long it runs at least.
const LEAST_CONTROL: Duration = Duration::from_secs(1);

/// Works out what documents ask for; everything that is wrong with them is told at once.
pub fn plan(documents: Vec<Document>, options: &PlanOptions) -> Result<Plan, Vec<FileProblem>> {
    let mut plan = Plan { scenarios: Vec::new(), tests: Vec::new() };
    let mut problems = Vec::new();
    for document in documents {
        let drafts = expand::expand(&document.scenario);
        let wanted = drafts
            .into_iter()
            .filter(|draft| filter::wants(&options.filter, &document.scenario, draft));
        let mut tests = Vec::new();
        for draft in wanted {
            match build::test(&document, draft, plan.scenarios.len()) {
                Ok(test) => tests.push(test),
                Err(found) => problems.extend(found),
            }
        }
        if !tests.is_empty() {
            plan.tests.extend(tests);
            let scenario = masked(&document.scenario);
            plan.scenarios.push(Planned { scenario, source: document.source });
        }
    }
    if plan.tests.is_empty() && problems.is_empty() {
        problems.push(problems::nothing_matches(&options.filter));
    }
    if problems.is_empty() { Ok(plan) } else { Err(problems) }
}

/// One call under load with one fault, judged by objectives: what an impact scenario is.
#[derive(Debug, Clone)]
pub struct Impact {
    /// The call.
    pub call: Call,
    /// How often it is sent.
    pub load: Load,
    /// What goes wrong.
    pub fault: Fault,
    /// What it is judged by.
    pub slos: Vec<Slo>,
    /// Mappings for what the application calls; the fault acts on those. Without any it acts on the call itself.
    pub mappings: Vec<Mapping>,
}

impl From<Impact> for Plan {
    fn from(impact: Impact) -> Self {
        let name = format!("{} {}", impact.call.method(), impact.call.masked().url);
        let own = impact.mappings.is_empty();
        let host = impact.call.url().authority().map(ToString::to_string);
        let scenario = Scenario { title: name.clone(), ..Scenario::default() };
        let test = Test {
            scenario: 0,
            key: 0,
            name,
            cell: None,
            operation: None,
            call: impact.call,
            placeholders: Vec::new(),
            own,
            upstreams: host.filter(|_| own).into_iter().collect(),
            faults: vec![impact.fault],
            scopes: vec![None],
            mappings: impact.mappings,
            forward: false,
            strategy: Strategy::Load(impact.load),
            slos: impact.slos,
            expect: Expect::default(),
            control: true,
            recovery: None,
            notes: Vec::new(),
        };
        let planned = Planned { scenario, source: String::new() };
        Self { scenarios: vec![planned], tests: vec![test] }
    }
}

impl Plan {
    /// The tests, in the order in which they are run.
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// The least time that the whole takes, one test after the other.
    pub fn length(&self) -> Duration {
        self.tests.iter().map(Test::length).sum()
    }

    /// What will happen, in words and figures.
    pub fn outline(&self) -> PlanOutline {
        PlanOutline::of(self)
    }
}

impl Test {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The call that is sent.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The most load that it makes, if it makes more than one call at a time.
    pub fn peak_load(&self) -> Option<Load> {
        match &self.strategy {
            Strategy::Load(load) => Some(match self.recovery {
                Some(recovery) => Load { duration: load.duration + recovery.duration, ..*load },
                None => *load,
            }),
            Strategy::Search { load, .. } => Some(*load),
            Strategy::Single | Strategy::Repeat { .. } => None,
        }
    }

    /// The load of the control, if it makes more than one call at a time.
    pub(crate) fn control_load(&self) -> Option<Load> {
        match &self.strategy {
            Strategy::Load(load) | Strategy::Search { load, .. } => {
                let duration = load.duration.min(LONGEST_CONTROL).max(LEAST_CONTROL);
                Some(Load { duration, ..*load })
            }
            Strategy::Single | Strategy::Repeat { .. } => None,
        }
    }

    /// The least time that it takes.
    pub fn length(&self) -> Duration {
        let control = match self.control_load() {
            Some(load) if self.control => load.duration,
            _ => Duration::ZERO,
        };
        control
            + match &self.strategy {
                Strategy::Single => Duration::ZERO,
                Strategy::Repeat { steps, wait, .. } => {
                    wait.saturating_mul(u32::try_from(steps.len()).unwrap_or(u32::MAX))
                }
                Strategy::Load(_) => self.peak_load().map_or(Duration::ZERO, |load| load.duration),
                Strategy::Search { load, from, to, precision, .. } => {
                    load.duration * probes(*from, *to, *precision)
                }
            }
    }

    /// How many requests it sends.
    pub(crate) fn requests(&self) -> u64 {
        let control = match (self.control, self.control_load()) {
            (false, _) => 0,
            (true, Some(load)) => load.planned(),
            (true, None) => 1,
        };
        control
            + match &self.strategy {
                Strategy::Single => 1,
                Strategy::Repeat { steps, .. } => steps.len() as u64,
                Strategy::Load(_) => self.peak_load().map_or(0, |load| load.planned()),
                Strategy::Search { load, from, to, precision, .. } => {
                    load.planned() * u64::from(probes(*from, *to, *precision))
                }
            }
    }

    /// The hosts that faults without a scope of their own act on.
    pub(crate) fn reach(&self) -> Upstreams {
        let mut texts = self.upstreams.clone();
        texts.extend(self.mappings.iter().map(|mapping| mapping.target.to_string()));
        if texts.is_empty() {
            texts.push(NOWHERE.to_owned());
        }
        Upstreams::parse(&texts).expect("the upstreams were read when the test was planned")
    }

    /// These faults, each for where it is meant to act, and each under its label, so that it keeps that whichever
    /// of the others are there.
    pub(crate) fn scoped(&self, faults: &[Fault]) -> Vec<Fault> {
        let reach = self.reach();
        let labelled = faults.iter().zip(fault_proxy::fault::labels(faults));
        labelled
            .map(|(fault, label)| fault.clone().named(label))
            .enumerate()
            .map(|(index, fault)| match self.scopes.get(index).and_then(Option::as_ref) {
                Some(place) => fault.only(Upstreams::parse(&[place]).ok()),
                None if fault.upstreams().is_some() => fault,
                None => fault.only(Some(reach.clone())),
            })
            .collect()
    }

    /// Whether what the application calls has to cross a proxy for the faults to act.
    pub(crate) fn needs_stage(&self) -> bool {
        self.needs_forward() || !self.mappings.is_empty()
    }

    /// Whether the application must be able to reach the HTTP proxy for the faults to act.
    pub(crate) fn needs_forward(&self) -> bool {
        let others = self.upstreams.len() > usize::from(self.own);
        self.forward && (others || self.scopes.iter().flatten().count() > self.mappings.len())
    }
}

/// How many values a search tries at most: both ends, and halving what is between them.
pub(crate) fn probes(from: f64, to: f64, precision: f64) -> u32 {
    let halvings = ((to - from) / precision).log2().ceil().clamp(0.0, 40.0);
    2 + halvings as u32
}

#[cfg(test)]
mod tests {
    use super::probes;

    #[test]
    fn a_search_tries_both_ends_and_then_halves_and_comes_to_an_end_however_fine_it_is() {
        assert_eq!(probes(10.0, 410.0, 400.0), 2);
        assert_eq!(probes(10.0, 410.0, 100.0), 4);
        assert_eq!(probes(10.0, 410.0, 1e-300), 42);
    }
}
