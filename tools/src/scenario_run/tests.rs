//! Whole runs of scenario files against a small application on this machine.

use std::sync::{Arc, Mutex};

use fault_scenario::results::Results;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    Answer, ErrorKind, Progress, ToolError, digest,
    test_ground::{App, Desk},
};

const TOOL: &str = "fault_run_scenario";

/// Runs a scenario with a proxy of its own.
async fn run(desk: &Desk, more: Value) -> Result<Answer, ToolError> {
    desk.call(TOOL, arguments(more)).await
}

fn arguments(more: Value) -> Value {
    let mut arguments = json!({ "proxy_address": "127.0.0.1:0", "seed": "7" });
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    arguments
}

#[tokio::test]
async fn files_are_run_judged_and_reported_in_every_form() {
    let (desk, app) = (Desk::new(), App::start().await);
    desk.write("suite/a.yaml", &app.scenario("/", 20));
    let more = json!({
        "scenario": "suite", "result": "out/results.json",
        "report": ["out/report.md", "out/report.html", "out/junit.xml"],
    });
    let answer = run(&desk, more).await.unwrap();
    let found = &answer.structured;
    assert_eq!(found["verdict"], "passed", "{}", answer.text);
    assert_eq!(found["tests"], json!({ "passed": 1, "failed": 0, "inconclusive": 0 }));
    assert_eq!(found["seed"], "7");
    let command = found["command"].as_str().unwrap();
    assert!(command.contains("--scenario suite") && command.contains("--seed 7"), "{command}");
    let files = json!(["out/results.json", "out/report.md", "out/report.html", "out/junit.xml"]);
    assert_eq!(found["files"], files);
    assert!(desk.read("out/report.md").starts_with("# Scenarios Report"));
    assert!(desk.read("out/report.html").contains("<html"));
    assert!(desk.read("out/junit.xml").contains("<testsuite"));
    let results: Results = serde_json::from_str(&desk.read("out/results.json")).unwrap();
    assert_eq!(results.tests().count(), 1);
    // The answer itself reads back as results as well.
    let short: Results = serde_json::from_value(found.clone()).unwrap();
    assert_eq!((short.verdict, short.seed), (results.verdict, results.seed));
}

#[tokio::test]
async fn a_failure_is_told_with_its_reason_and_kept_for_reports() {
    let (desk, app) = (Desk::new(), App::start().await);
    desk.write("a.yaml", &app.scenario("/broken", 5));
    desk.write("b.yaml", &app.scenario("/", 5));
    let answer = run(&desk, json!({ "scenario": ["a.yaml", "b.yaml"] })).await.unwrap();
    assert_ne!(answer.structured["verdict"], "passed");
    assert!(answer.text.contains("/broken"), "{}", answer.text);
    assert!(answer.text.len() < 2 * super::MOST_TEXT);
    let uri = answer.structured["report_resource"].as_str().unwrap();
    assert_eq!(desk.state.resources()[0].uri, uri);
    assert!(desk.state.read_resource(uri).unwrap().text.contains("A slow /broken"));
}

#[tokio::test]
async fn what_did_not_pass_comes_first_when_there_is_no_room_for_all() {
    let (desk, app) = (Desk::new(), App::start().await);
    let content = format!("{}---\n{}", app.scenario("/", 5), app.scenario("/broken", 5));
    run(&desk, json!({ "content": content, "result": "r.json" })).await.unwrap();
    let results: Results = serde_json::from_str(&desk.read("r.json")).unwrap();
    let short = |most: usize| {
        let (short, left_out) = digest::short(&results, most);
        assert_eq!(short.tests, results.tests);
        assert_eq!(short.tests().count() + left_out, 2);
        short.tests().map(|(_, item)| item.clone()).collect::<Vec<_>>()
    };
    let all = short(1_000_000);
    assert_eq!(all.len(), 2);
    let broken = serde_json::to_string(&all[1]).unwrap().len();
    assert_eq!(short(broken), all[1..]);
    assert!(short(10).is_empty());
}

#[tokio::test]
async fn a_scenario_that_is_wrong_is_not_run() {
    let (desk, app) = (Desk::new(), App::start().await);
    let scenario = app.scenario("/", 10);
    let address = app.address.to_string();
    let mapped = |mapping: &str| {
        let proxy = format!("  context:\n    proxy:\n      proxies: [\"{mapping}\"]\n");
        scenario.replace("  context:\n", &proxy)
    };
    for (more, code) in [
        (json!({ "content": scenario.replace("GET", "GETT") }), "invalid_scenario"),
        (json!({ "content": scenario.replace(&address, "169.254.169.254") }), "forbidden_target"),
        (json!({ "content": mapped("0.0.0.0:0=http://127.0.0.1:1") }), "forbidden_listener"),
        (json!({ "content": mapped("0=http://169.254.169.254") }), "forbidden_target"),
        (json!({ "content": app.load("11m", 10) }), "over_limit"),
        (json!({ "content": app.load("1s", 1001) }), "over_limit"),
        (json!({ "content": scenario, "result": "results.md" }), "unknown_report_format"),
        (json!({ "content": scenario, "report": "report" }), "unknown_report_format"),
        (json!({ "content": scenario, "report": "../report.md" }), "outside_roots"),
        (json!({ "content": scenario, "result": "r.json", "report": "./r.json" }), "same_file"),
        (json!({ "content": scenario, "resolve": "nonsense" }), "invalid_resolve"),
        (json!({ "content": scenario, "resolve": "a:80=169.254.169.254" }), "forbidden_target"),
        (json!({ "content": scenario, "proxy_address": "0.0.0.0:1" }), "forbidden_listener"),
        (json!({ "content": scenario, "seed": "x" }), "invalid_seed"),
    ] {
        let error = run(&desk, more.clone()).await.unwrap_err();
        assert_eq!(error.code, code, "{more}: {error}");
    }
    assert!(desk.state.resources().is_empty());
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_not_lost() {
    let (desk, app) = (Desk::new(), App::start().await);
    let (sender, mut steps) = mpsc::unbounded_channel();
    let progress = Progress::default().with_steps(move |step| drop(sender.send(step)));
    let arguments = arguments(json!({ "content": app.scenario("/", 5), "report": "out/r.md" }));
    let running = desk.call_until(TOOL, arguments, CancellationToken::new(), progress);
    let taking_away = async {
        steps.recv().await.unwrap();
        fs_err::remove_dir(desk.folder.path().join("out")).unwrap();
        desk.write("out", "in the way");
    };
    let (error, ()) = tokio::join!(running, taking_away);
    let error = error.unwrap_err();
    assert_eq!(error.code, "file_not_written");
    assert!(error.hint.unwrap().contains("fault_get_report"));
    assert_eq!(desk.state.resources().len(), 1);
}

#[tokio::test]
async fn a_started_run_is_asked_about_later_and_shares_no_target() {
    let (desk, app) = (Desk::new(), App::start().await);
    let content = app.load("1s", 20);
    let started = run(&desk, json!({ "content": content, "wait": false })).await.unwrap();
    assert_eq!(started.structured["finished"], false, "{}", started.text);
    let id = &started.structured["run_id"];
    let busy = run(&desk, json!({ "content": content })).await.unwrap_err();
    assert_eq!(busy.code, "target_busy");
    let asked = json!({ "run_id": id, "wait_s": 25 });
    let ended = desk.call("fault_get_run", asked).await.unwrap();
    assert_eq!(ended.structured["state"], "done", "{}", ended.text);
    let found = &ended.structured["scenarios"];
    assert_eq!(found["results"][0]["results"][0]["requests_count"], 20, "{}", ended.text);
    assert!(ended.text.contains("# Scenarios Report"), "{}", ended.text);
}

#[tokio::test]
async fn a_cancelled_run_keeps_and_writes_what_it_has_found() {
    let (desk, app) = (Desk::new(), App::start().await);
    let content = format!("{}---\n{}", app.scenario("/", 5), app.load("60s", 20));
    let (sender, mut steps) = mpsc::unbounded_channel();
    let progress = Progress::default().with_steps(move |step| drop(sender.send(step)));
    let cancel = CancellationToken::new();
    let arguments = arguments(json!({ "content": content, "result": "r.json", "report": "r.md" }));
    let running = desk.call_until(TOOL, arguments, cancel.clone(), progress);
    let cancelling = async {
        while let Some(step) = steps.recv().await {
            if matches!(step, fault_scenario::run::RunUpdate::Moved { test: 1, done: 5.., .. }) {
                cancel.cancel();
            }
        }
    };
    let (error, ()) = tokio::join!(running, cancelling);
    let error = error.unwrap_err();
    assert_eq!((error.kind, error.code.as_ref()), (ErrorKind::Cancelled, "cancelled"));
    assert!(error.hint.unwrap().contains("fault_get_report"));
    let results: Results = serde_json::from_str(&desk.read("r.json")).unwrap();
    assert!(results.cut_short);
    assert_eq!(results.tests().next().unwrap().1.verdict, fault_scenario::Verdict::Passed);
    assert!(desk.read("r.md").starts_with("# Scenarios Report"));
    assert_eq!(desk.state.resources().len(), 1);
    assert!(desk.state.claim(&format!("http://{}", app.address)).is_ok(), "the target is free");
}

#[tokio::test]
async fn a_run_ends_when_its_caller_goes_away() {
    let (desk, app) = (Desk::new(), App::start().await);
    let (sender, mut steps) = mpsc::unbounded_channel();
    let progress = Progress::default().with_steps(move |step| drop(sender.send(step)));
    let arguments = arguments(json!({ "content": app.load("60s", 20), "result": "r.json" }));
    let never = CancellationToken::new();
    let running = desk.call_until(TOOL, arguments, never, progress);
    tokio::select! {
        _ = running => panic!("a run of a minute has ended"),
        _ = steps.recv() => {}
    }
    // The channel closes when the run is over.
    while steps.recv().await.is_some() {}
    let results: Results = serde_json::from_str(&desk.read("r.json")).unwrap();
    assert!(results.cut_short);
}

#[tokio::test]
async fn a_run_that_is_stopped_has_a_report_of_what_it_had_found() {
    let (desk, app) = (Desk::new(), App::start().await);
    let started = run(&desk, json!({ "content": app.load("60s", 20), "wait": false })).await;
    let id = started.unwrap().structured["run_id"].clone();
    let stopped = desk.call("fault_stop_run", json!({ "run_id": id })).await.unwrap();
    assert_eq!(stopped.structured["state"], "stopped", "{}", stopped.text);
    let report = desk.call("fault_get_report", json!({ "run_id": id })).await.unwrap();
    assert_eq!(report.structured["verdict"], "inconclusive", "{}", report.text);
}

#[tokio::test]
async fn progress_is_told_in_seconds_with_the_test_that_is_under_way() {
    let (desk, app) = (Desk::new(), App::start().await);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let progress = Progress::new(move |update| ears.lock().unwrap().push(update));
    let arguments = arguments(json!({ "content": app.load("1s", 20) }));
    let never = CancellationToken::new();
    desk.call_until(TOOL, arguments, never, progress).await.unwrap();
    let heard = heard.lock().unwrap();
    assert!(heard.len() > 1, "{heard:?}");
    assert!(heard.iter().all(|update| update.total >= 1.0 && update.done <= update.total));
    assert!(heard.iter().any(|update| update.message.starts_with("1/1 ")), "{heard:?}");
    assert!(heard.iter().any(|update| update.message.ends_with("with faults")), "{heard:?}");
}
