//! What a plan will do, in words and figures.

use std::fmt;

use fault_proxy::duration_words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Plan, Strategy, Test};
use crate::finding::Finding;

/// What a plan will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanOutline {
    /// The tests, in the order in which they are run.
    pub tests: Vec<TestOutline>,
    /// The least time that the whole takes, in seconds.
    pub seconds: f64,
    /// How many requests are sent.
    pub requests: u64,
    /// Placeholders of URLs and what they were filled with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<PlaceholderOutline>,
    /// What is worth knowing before it is run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Finding>,
}

/// What a test will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestOutline {
    /// What it is called.
    pub name: String,
    /// The title of its scenario.
    pub scenario: String,
    /// The file that it is from.
    pub source: String,
    /// How often the call is sent.
    pub strategy: String,
    /// The faults, in words.
    pub faults: Vec<String>,
    /// The hosts that the faults act on.
    pub upstreams: Vec<String>,
    /// The least time that it takes, in seconds.
    pub seconds: f64,
    /// How many requests it sends.
    pub requests: u64,
}

/// A placeholder and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceholderOutline {
    /// Its name.
    pub name: String,
    /// What it was filled with.
    pub value: String,
    /// In how many tests.
    pub tests: usize,
}

impl PlanOutline {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut placeholders: Vec<PlaceholderOutline> = Vec::new();
        for (name, value) in plan.tests.iter().flat_map(|test| &test.placeholders) {
            match placeholders.iter_mut().find(|it| it.name == *name && it.value == *value) {
                Some(known) => known.tests += 1,
                None => placeholders.push(PlaceholderOutline {
                    name: name.clone(),
                    value: value.clone(),
                    tests: 1,
                }),
            }
        }
        let mut notes: Vec<Finding> = Vec::new();
        for note in plan.tests.iter().flat_map(|test| &test.notes) {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
        Self {
            tests: plan.tests.iter().map(|test| TestOutline::of(plan, test)).collect(),
            seconds: plan.length().as_secs_f64(),
            requests: plan.tests.iter().map(Test::requests).sum(),
            placeholders,
            notes,
        }
    }
}

impl TestOutline {
    fn of(plan: &Plan, test: &Test) -> Self {
        let planned = &plan.scenarios[test.scenario];
        Self {
            name: test.name.clone(),
            scenario: planned.scenario.title.clone(),
            source: planned.source.clone(),
            strategy: test.strategy.to_string(),
            faults: test.faults.iter().map(ToString::to_string).collect(),
            upstreams: test.upstreams.clone(),
            seconds: test.length().as_secs_f64(),
            requests: test.requests(),
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single => f.write_str("single shot"),
            Self::Repeat { steps, step, .. } => {
                write!(f, "repeat {} times with a step of {step}", steps.len())
            }
            Self::Load(load) => {
                let time = duration_words(load.duration);
                write!(f, "load for {time} with {} clients @ {} RPS", load.clients, load.rps)
            }
            Self::Search { dose, from, to, load, .. } => {
                let (name, unit, time) = (dose.name(), dose.unit(), duration_words(load.duration));
                write!(f, "search {name} between {from}{unit} and {to}{unit}, each for {time}")
            }
        }
    }
}

impl fmt::Display for PlanOutline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for test in &self.tests {
            writeln!(f, "{}: {}", test.scenario, test.name)?;
            writeln!(
                f,
                "  {}, {} requests, at least {:.1}s",
                test.strategy, test.requests, test.seconds
            )?;
            for fault in &test.faults {
                writeln!(f, "  {fault}")?;
            }
            if !test.upstreams.is_empty() {
                writeln!(f, "  on {}", test.upstreams.join(", "))?;
            }
        }
        for it in &self.placeholders {
            writeln!(f, "placeholder {{{}}} = {} in {}", it.name, it.value, counted(it.tests))?;
        }
        for note in &self.notes {
            writeln!(f, "note: {}\nhint: {}", note.message, note.hint)?;
        }
        let (tests, requests) = (counted(self.tests.len()), self.requests);
        write!(f, "{tests}, {requests} requests, at least {:.1}s", self.seconds)
    }
}

fn counted(tests: usize) -> String {
    if tests == 1 { "1 test".to_owned() } else { format!("{tests} tests") }
}
