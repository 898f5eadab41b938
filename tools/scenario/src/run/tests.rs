//! Whole runs against a small application.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::file::{self, Document};
use crate::plan::{PlanOptions, plan};
use crate::results::PhaseOfCall;
use crate::{FindingCode, Verdict};

/// An application that answers every request with 200. It ends with the test's runtime.
struct App {
    origin: String,
    requests: Arc<AtomicU64>,
}

async fn app() -> App {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicU64::new(0));
    let count = requests.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, count.clone()));
        }
    });
    App { origin, requests }
}

async fn serve(mut stream: TcpStream, count: Arc<AtomicU64>) {
    let mut read = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut read).await {
        while let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            read.drain(..end + 4);
            count.fetch_add(1, Ordering::Relaxed);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}

impl App {
    /// A scenario with one item; the HTTP proxy is left out so that tests share no port.
    fn scenario(&self, context: Value, expect: Value) -> Value {
        let mut context = context;
        let upstreams = json!([self.origin]);
        let context_map = context.as_object_mut().unwrap();
        context_map.entry("upstreams").or_insert(upstreams);
        context_map.insert("proxy".into(), json!({ "disable_http_proxies": true }));
        json!({
            "title": "a test",
            "items": [{
                "call": { "method": "GET", "url": format!("{}/", self.origin) },
                "context": context,
                "expect": expect,
            }],
        })
    }
}

fn documents(scenario: &Value) -> Vec<Document> {
    file::read(&scenario.to_string(), "test.yaml").unwrap()
}

async fn run_with(scenario: &Value, seed: u64, cancel: CancellationToken) -> Results {
    let plan = plan(documents(scenario), &PlanOptions::default()).unwrap();
    run(plan, RunSettings::new(Seed(seed)), Arc::new(|_| {}), cancel).await.unwrap()
}

/// The one result of a scenario with one item.
async fn outcome(scenario: &Value) -> ItemResult {
    let mut results = run_with(scenario, 7, CancellationToken::new()).await;
    results.results.remove(0).results.remove(0)
}

#[tokio::test]
async fn a_single_call_meets_its_fault_and_is_compared_with_one_that_does_not() {
    let app = app().await;
    let context = json!({ "faults": [{ "type": "latency", "mean": 60 }] });
    let item =
        outcome(&app.scenario(context, json!({ "status": 200, "response_time_under": 5000 })))
            .await;
    assert_eq!(
        (item.verdict, item.requests_count, item.failure_counts),
        (Verdict::Passed, 1, 0),
        "{:?}",
        item.reasons
    );
    assert_eq!(app.requests.load(Ordering::Relaxed), 2, "a control, and the call");
    let latency = &item.faults[0];
    assert_eq!((latency.eligible, latency.hit, latency.asked_ms.unwrap().mean), (1, 1, 60.0));
    let metrics = item.results[0].metrics.as_ref().unwrap();
    let applied = metrics.faults[0].applied.as_ref().unwrap();
    assert_eq!(
        (metrics.faults[0].joined_by.as_str(), applied[0].event.asked),
        ("trace", Some(60.0))
    );
    let ttfb = metrics.ttfb.unwrap();
    assert!(60.0 <= ttfb && ttfb <= metrics.total_time, "{metrics:?}");
    let control = item.control.unwrap();
    assert_eq!((control.summary.requests, control.crossed), (1, 1));
}

#[tokio::test]
async fn a_call_that_is_not_answered_as_expected_fails_with_the_fault_that_hit_it() {
    let app = app().await;
    let context = json!({ "faults": [{ "type": "httperror", "status_code": 503 }] });
    let item = outcome(&app.scenario(context, json!({ "status": 200 }))).await;
    assert_eq!((item.verdict, item.failure_counts), (Verdict::Failed, 1));
    assert_eq!(item.reasons[0].code, FindingCode::ExpectationMissed);
    let attribution = item.attribution.unwrap();
    assert_eq!((attribution.fell_short, attribution.hit), (1, 1));
    assert_eq!(attribution.by_fault["httperror"], 1);
}

#[tokio::test]
async fn a_call_that_times_out_is_a_failure_whatever_its_time() {
    let app = app().await;
    let context = json!({ "faults": [{ "type": "latency", "mean": 3000 }] });
    let mut scenario = app.scenario(context, json!({ "response_time_under": 2000 }));
    scenario["items"][0]["call"]["timeout"] = json!(100);
    let item = outcome(&scenario).await;
    assert_eq!((item.verdict, item.failure_counts), (Verdict::Failed, 1), "{:?}", item.reasons);
    let metrics = item.results[0].metrics.as_ref().unwrap();
    assert!(metrics.timed_out && metrics.errored);
}

#[tokio::test]
async fn a_test_whose_traffic_never_crosses_the_proxy_shows_nothing() {
    let app = app().await;
    let context =
        json!({ "upstreams": ["http://elsewhere.invalid"], "faults": [{ "type": "blackhole" }] });
    let item = outcome(&app.scenario(context, json!({ "status": 200 }))).await;
    assert_eq!(item.verdict, Verdict::Inconclusive);
    assert_eq!(item.reasons[0].code, FindingCode::NoTrafficCrossed);
}

#[tokio::test]
async fn a_repeat_grows_its_fault_after_a_call_without_it() {
    let app = app().await;
    let context = json!({
        "faults": [{ "type": "latency", "mean": 20 }],
        "strategy": { "mode": "repeat", "step": 10, "count": 3, "add_baseline_call": true },
    });
    let item = outcome(&app.scenario(context, json!({ "status": 200 }))).await;
    assert_eq!((item.verdict, item.requests_count), (Verdict::Passed, 4), "{:?}", item.reasons);
    let asked = item.results.iter().map(|call| {
        let upstream = call.metrics.as_ref().unwrap().faults.first();
        let applied = upstream.and_then(|upstream| upstream.applied.as_ref());
        (call.phase, applied.and_then(|events| events[0].event.asked))
    });
    let faulted = PhaseOfCall::Faulted;
    assert_eq!(
        asked.collect::<Vec<_>>(),
        [
            (PhaseOfCall::Baseline, None),
            (faulted, Some(20.0)),
            (faulted, Some(30.0)),
            (faulted, Some(40.0))
        ]
    );
}

#[tokio::test]
async fn a_repeat_stops_at_the_first_failure_if_it_is_told_to() {
    let app = app().await;
    let context = json!({
        "faults": [{ "type": "httperror", "status_code": 500 }],
        "strategy": { "mode": "repeat", "step": 0, "count": 5, "failfast": true },
    });
    let item = outcome(&app.scenario(context, json!({ "status": 200 }))).await;
    assert_eq!((item.verdict, item.requests_count), (Verdict::Failed, 1));
}

/// For each call of a load whether a fault hit it.
fn hit(item: &ItemResult) -> Vec<bool> {
    let applied = |call: &crate::results::CallResult| {
        let metrics = call.metrics.as_ref().unwrap();
        metrics.faults.iter().any(|upstream| upstream.applied.is_some())
    };
    item.results.iter().map(applied).collect()
}

#[tokio::test]
async fn one_seed_makes_the_same_decision_for_each_call_of_a_load_and_another_makes_others() {
    let app = app().await;
    let context = json!({
        "faults": [{ "type": "httperror", "status_code": 500, "probability": 0.4 }],
        "strategy": { "mode": "load", "duration": "1s", "clients": 4, "rps": 25 },
        "slo": [{ "type": "error", "title": "half", "objective": 50, "threshold": 90 }],
        "control": false,
    });
    let scenario = app.scenario(context, Value::Null);
    let mut hits = Vec::new();
    for seed in [1, 1, 2] {
        let results = run_with(&scenario, seed, CancellationToken::new()).await;
        hits.push(hit(&results.results[0].results[0]));
    }
    assert_eq!(hits[0].len(), 100);
    assert_eq!(hits[0], hits[1]);
    assert_ne!(hits[0], hits[2]);
    assert!(hits[0].contains(&true) && hits[0].contains(&false));
}

#[tokio::test]
async fn under_load_each_fault_acts_in_its_period_and_not_beside_it() {
    let app = app().await;
    let context = json!({
        "faults": [
            { "type": "latency", "mean": 15, "period": "start:20%,duration:20%" },
            { "type": "latency", "mean": 45, "period": "start:60%,duration:20%" },
        ],
        "strategy": { "mode": "load", "duration": "2s", "clients": 2, "rps": 25 },
        "slo": [{ "type": "latency", "title": "P95", "objective": 95, "threshold": 1000 }],
    });
    let item = outcome(&app.scenario(context, Value::Null)).await;
    assert_eq!(item.verdict, Verdict::Passed, "{:?}", item.reasons);
    let start = item.results[0].start;
    for call in &item.results {
        let at_ms = (call.start - start) as f64 / 1000.0;
        let applied = call.metrics.as_ref().unwrap().faults[0].applied.clone().unwrap_or_default();
        let labels: Vec<&str> = applied.iter().map(|it| it.event.label.as_str()).collect();
        // A margin is left around each edge: a call that is due just before it may be sent just after it.
        match at_ms {
            at if (450.0..750.0).contains(&at) => assert_eq!(labels, ["latency"], "{at}"),
            at if (1250.0..1550.0).contains(&at) => assert_eq!(labels, ["latency#2"], "{at}"),
            at if at < 350.0 || (850.0..1150.0).contains(&at) || at > 1650.0 => {
                assert_eq!(labels, [""; 0], "{at}");
            }
            _ => {}
        }
    }
    assert!(item.faults.iter().all(|fault| fault.hit > 0));
}

#[tokio::test]
async fn a_search_finds_where_an_objective_begins_to_be_missed() {
    let app = app().await;
    let context = json!({
        "faults": [{ "type": "latency", "mean": 10 }],
        "strategy": {
            "mode": "search", "parameter": "latency.mean", "from": 10, "to": 400, "precision": 60,
            "duration": "1s", "clients": 1, "rps": 20,
        },
        "slo": [{ "type": "latency", "title": "P90", "objective": 90, "threshold": 200 }],
    });
    let item = outcome(&app.scenario(context, Value::Null)).await;
    let search = item.search.unwrap();
    assert_eq!(item.verdict, Verdict::Passed, "{:?}", item.reasons);
    let (borne, missed) = (search.largest.unwrap(), search.least_missed.unwrap());
    assert!(
        (10.0..200.0).contains(&borne) && missed > 130.0 && missed - borne <= 60.0,
        "{search:?}"
    );
    let [low, high] = search.interval.unwrap();
    assert!(low <= borne && missed <= high, "{search:?}");
    assert!(search.doses.iter().all(|dose| dose.hits == 20), "{search:?}");
}

#[tokio::test]
async fn what_was_found_before_a_run_was_cut_short_is_kept() {
    let app = app().await;
    let context = json!({
        "faults": [{ "type": "latency", "mean": 5 }],
        "strategy": { "mode": "load", "duration": "60s", "clients": 1, "rps": 20 },
        "slo": [{ "type": "latency", "title": "P90", "objective": 90, "threshold": 200 }],
        "control": false,
    });
    let scenario = app.scenario(context, Value::Null);
    let plan = plan(documents(&scenario), &PlanOptions::default()).unwrap();
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let watcher: Watcher = Arc::new(move |update| {
        if matches!(update, RunUpdate::Moved { done: 1.., .. }) {
            stop.cancel();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.json");
    let settings = RunSettings { results: Some(path.clone()), ..RunSettings::new(Seed(1)) };
    let results = run(plan, settings, watcher, cancel).await.unwrap();
    let item = &results.results[0].results[0];
    assert!(results.cut_short && item.requests_count > 0);
    assert_eq!((results.verdict, item.verdict), (Verdict::Inconclusive, Verdict::Inconclusive));
    let written: Results = serde_json::from_str(&fs_err::read_to_string(path).unwrap()).unwrap();
    assert_eq!(written, results);
}

#[tokio::test]
async fn the_file_of_results_is_whole_after_each_test() {
    let app = app().await;
    let mut scenario = app.scenario(
        json!({ "faults": [{ "type": "latency", "mean": 5 }] }),
        json!({ "status": 200 }),
    );
    let item = scenario["items"][0].clone();
    scenario["items"].as_array_mut().unwrap().push(item);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.json");
    let settings = RunSettings { results: Some(path.clone()), ..RunSettings::new(Seed(1)) };
    let plan = plan(documents(&scenario), &PlanOptions::default()).unwrap();
    let counts = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&counts);
    let read = path.clone();
    let watcher: Watcher = Arc::new(move |update| {
        if matches!(update, RunUpdate::Started { .. }) {
            let text = fs_err::read_to_string(&read).unwrap();
            let whole: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(whole["cut_short"], true);
            let count = whole["results"][0]["results"].as_array().map_or(0, Vec::len);
            seen.lock().unwrap().push(count);
        }
    });
    let results = run(plan, settings, watcher, CancellationToken::new()).await.unwrap();
    assert_eq!(*counts.lock().unwrap(), [0, 1]);
    assert_eq!(results.tests.passed, 2);
}

#[tokio::test]
async fn a_matrix_tries_each_call_with_each_fault_and_overrides_some() {
    let app = app().await;
    let call = |path: &str| json!({ "method": "GET", "url": format!("{}{path}", app.origin) });
    let scenario = json!({
        "title": "a matrix",
        "faults": {
            "slow": { "type": "latency", "mean": 5 },
            "failing": { "type": "httperror", "status_code": 503 },
            "bad-day": ["slow", { "type": "jitter", "amplitude": 5, "frequency": 100, "name": "shaky" }],
        },
        "matrix": {
            "calls": { "one": call("/1"), "two": call("/2") },
            "faults": ["slow", "failing", "bad-day"],
            "context": { "upstreams": [app.origin], "proxy": { "disable_http_proxies": true } },
            "expect": { "status": 200 },
            "overrides": [
                { "call": "two", "fault": "bad-day", "skip": true },
                { "call": "two", "fault": "failing", "expect": { "status": 503 } },
            ],
        },
    });
    let results = run_with(&scenario, 1, CancellationToken::new()).await;
    let cells = results.results[0].results.iter().map(|item| {
        let cell = item.cell.as_ref().unwrap();
        (cell.call.as_str(), cell.fault.as_str(), item.verdict, item.faults.len())
    });
    let (passed, failed) = (Verdict::Passed, Verdict::Failed);
    assert_eq!(
        cells.collect::<Vec<_>>(),
        [
            ("one", "slow", passed, 1),
            ("one", "failing", failed, 1),
            ("one", "bad-day", passed, 2),
            ("two", "slow", passed, 1),
            ("two", "failing", passed, 1),
        ]
    );
    let labels: Vec<&str> =
        results.results[0].results[2].faults.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["slow", "shaky"]);
}

#[tokio::test]
async fn a_rule_fails_the_first_calls_and_leaves_the_others_alone() {
    let app = app().await;
    let context = json!({
        "faults": [{ "type": "rule", "match": { "path": "/" }, "respond": { "status": 503 }, "first": 2 }],
        "strategy": { "mode": "repeat", "step": 0, "count": 4 },
    });
    let item = outcome(&app.scenario(context, json!({ "status": 200 }))).await;
    let statuses = item
        .results
        .iter()
        .map(|call| call.metrics.as_ref().unwrap().protocol.as_ref().unwrap().code);
    assert_eq!(statuses.collect::<Vec<_>>(), [503, 503, 200, 200]);
    assert_eq!((item.faults[0].hit, item.failure_counts), (2, 2));
}

#[tokio::test]
async fn tests_at_different_targets_run_at_a_time_and_are_told_in_their_order() {
    let (one, other) = (app().await, app().await);
    let context = || {
        json!({
            "faults": [{ "type": "latency", "mean": 10 }],
            "strategy": { "mode": "load", "duration": "1s", "clients": 1, "rps": 20 },
            "slo": [{ "type": "latency", "title": "P90", "objective": 90, "threshold": 900 }],
            "control": false,
        })
    };
    let mut scenario = one.scenario(context(), Value::Null);
    let items = scenario["items"].as_array_mut().unwrap();
    items.push(one.scenario(context(), Value::Null)["items"][0].clone());
    items.push(other.scenario(context(), Value::Null)["items"][0].clone());
    let begun = Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = Arc::clone(&begun);
    let watcher: Watcher = Arc::new(move |update| {
        if let RunUpdate::Started { test, .. } = update {
            told.lock().unwrap().push(test);
        }
    });
    let settings = RunSettings { jobs: 2, ..RunSettings::new(Seed(1)) };
    let plan = plan(documents(&scenario), &PlanOptions::default()).unwrap();
    let results = run(plan, settings, watcher, CancellationToken::new()).await.unwrap();
    let mut first_two = begun.lock().unwrap()[..2].to_vec();
    first_two.sort_unstable();
    assert_eq!(first_two, [0, 2], "the second test shares the target of the first");
    let targets: Vec<String> =
        results.results[0].results.iter().map(|item| item.target.address.clone()).collect();
    let (one, other) = (format!("{}/", one.origin), format!("{}/", other.origin));
    assert_eq!(targets, [one.clone(), one, other]);
    assert_eq!(results.tests.passed, 3);
}
