//! Scenarios against applications whose bugs are known: what a run of the program finds out about them.

use std::path::PathBuf;

use fault_tests::fault;
use fault_tests::program::{Call, Outcome};
use serde_json::{Value, json};
use tempfile::TempDir;

mod bugs;
mod documented;
mod evidence;
mod expectations;
mod fastapi;
mod generated;
mod malformed;

/// How often a run is tried whose load this machine was too busy to send in time.
const TRIES: usize = 4;

/// Files of scenarios, and what runs of them leave behind.
struct Desk {
    folder: TempDir,
}

/// What a run has said and left behind.
struct Ran {
    outcome: Outcome,
    results: Value,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs_err::write(path, text).expect("the folder can be written to");
    }

    fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.path(name)).expect("the file is there")
    }

    /// A run of `name`; its results and report stay in the folder.
    fn call(&self, name: &str) -> Call {
        let call = fault("scenario run --no-ui --seed 7 --result").arg(self.path("results.json"));
        call.arg("--report").arg(self.path("report.md")).arg("--scenario").arg(self.path(name))
    }

    /// What a run finds, however long it takes.
    async fn ran(&self, call: Call) -> Ran {
        let outcome = call.start().finished().await;
        assert!(matches!(outcome.code(), 0 | 1), "{outcome:?}");
        let results = serde_json::from_str(&self.read("results.json")).expect("they are JSON");
        Ran { outcome, results }
    }

    /// What a run of `name` finds that was not disturbed.
    async fn run(&self, name: &str) -> Ran {
        for _ in 1..TRIES {
            let call = self.call(name).words("--proxy-address 127.0.0.1:0");
            let ran = self.ran(call).await;
            if !ran.tests().any(|test| reasons(test).contains(&"generator_limited")) {
                return ran;
            }
        }
        self.ran(self.call(name).words("--proxy-address 127.0.0.1:0")).await
    }
}

impl Ran {
    /// The results of all tests, in order.
    fn tests(&self) -> impl Iterator<Item = &Value> {
        let scenarios = list(&self.results["results"]);
        scenarios.iter().flat_map(|scenario| list(&scenario["results"]))
    }

    /// The result of the only test.
    fn only(&self) -> &Value {
        let mut tests = self.tests();
        let only = tests.next().unwrap_or_else(|| panic!("{:#}", self.results));
        assert!(tests.next().is_none(), "{:#}", self.results);
        only
    }
}

/// What a run finds whose one scenario has these items.
async fn run_items(items: Value) -> Ran {
    let desk = Desk::new();
    desk.write("scenario.yaml", &scenario(items));
    desk.run("scenario.yaml").await
}

/// A scenario of these items. JSON is YAML, too.
fn scenario(items: Value) -> String {
    json!({ "title": "A trial", "items": items }).to_string()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value:#}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value:#}"))
}

/// The codes of the reasons for a verdict.
fn reasons(test: &Value) -> Vec<&str> {
    list(&test["reasons"]).iter().filter_map(|reason| reason["code"].as_str()).collect()
}

/// Checks the verdict of a test and its only reason; none if it is empty.
#[track_caller]
fn judged(test: &Value, verdict: &str, reason: &str) {
    let found = reasons(test);
    let wanted: Vec<&str> = [reason].into_iter().filter(|reason| !reason.is_empty()).collect();
    assert_eq!((test["verdict"].as_str(), found), (Some(verdict), wanted), "{}", told(test));
}

/// A test without its calls and plots, for those who wonder why it failed.
fn told(test: &Value) -> String {
    let mut test = test.clone();
    let calls = test["results"].take();
    test["plots"].take();
    let few: Vec<_> = list(&calls).iter().take(4).collect();
    format!("{test:#}\nfirst calls: {few:#?}")
}

/// The calls of a test that were sent with faults, in order.
fn faulted(test: &Value) -> impl Iterator<Item = &Value> {
    list(&test["results"]).iter().filter(|call| call["phase"] == "faulted")
}

/// The faults that acted on a call.
fn hits(call: &Value) -> Vec<&Value> {
    let upstreams = list(&call["metrics"]["faults"]).iter();
    let applied = upstreams.filter_map(|upstream| upstream["applied"].as_array());
    applied.flatten().map(|applied| &applied["event"]).collect()
}

/// What each fault of a test is called, and how often it acted.
fn hit_counts(test: &Value) -> Vec<(&str, u64)> {
    let faults = list(&test["faults"]).iter();
    faults
        .map(|fault| (fault["kind"].as_str().unwrap_or("?"), fault["hit"].as_u64().unwrap_or(0)))
        .collect()
}
