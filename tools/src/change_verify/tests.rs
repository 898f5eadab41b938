//! Tests of verified changes: a real application in Python, its dependency, and diffs of all kinds.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    ErrorKind, Limits, Progress, State, ToolError,
    change::unified,
    test_ground::{App, Desk},
    tool::Answer,
};

const TOOL: &str = "fault_verify_change";

/// An application that asks its dependency for as long as that takes.
const APPLICATION: &str = r#"import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STOCK = os.environ["STOCK_URL"]


def stock():
    with urllib.request.urlopen(STOCK) as answer:
        return answer.read()


class Orders(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"up" if self.path == "/health" else stock()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


open("written-by-the-application", "w").write("x")
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Orders).serve_forever()
"#;

/// A time limit, and an answer of its own when it has passed.
const HELPS: &str = r#"    try:
        with urllib.request.urlopen(STOCK, timeout=0.3) as answer:
            return answer.read()
    except OSError:
        return b"unknown"
"#;

const CALL: &str =
    "    with urllib.request.urlopen(STOCK) as answer:\n        return answer.read()\n";

/// A desk where programs may be started, with the application in `app`.
fn desk() -> Desk {
    let desk = Desk::new();
    let limits = Limits { allow_exec: true, ..Limits::default() };
    let roots = vec![desk.folder.path().to_owned()];
    let state = State::new(limits, fault_proxy::Trust::default()).with_roots(roots);
    let desk = Desk { state: Arc::new(state), ..desk };
    desk.write("app/orders.py", APPLICATION);
    desk
}

fn diff_to(code: &str) -> String {
    let new = APPLICATION.replace(CALL, code);
    assert_ne!(new, APPLICATION);
    unified(APPLICATION, &new, "orders.py")
}

/// A scenario whose application calls its dependency through a port where a fault waits.
fn scenario(port: u16, dependency: &App, faults: &Value) -> String {
    json!({
        "title": "The stock is gone",
        "items": [{
            "call": { "method": "GET", "url": "http://localhost:9090/orders", "timeout": 3000 },
            "context": {
                "strategy": { "mode": "repeat", "step": 0, "count": 3, "wait": 0 },
                "proxy": { "disable_http_proxies": true },
                "proxies": [{
                    "name": "stock",
                    "upstream": format!("http://{}", dependency.address),
                    "listen": port,
                    "faults": faults,
                }],
            },
            "expect": { "status": 200 },
        }],
    })
    .to_string()
}

fn broken() -> Value {
    json!([{ "type": "http-error", "status_code": 503, "body": "gone" }])
}

/// What is asked for, with the application's own Python.
async fn arguments(diff: &str, faults: &Value, dependency: &App) -> Value {
    let port = super::trial::free_port(None).unwrap();
    json!({
        "source_dir": "app",
        "diff": diff,
        "start": ["python3", "-u", "orders.py"],
        "content": scenario(port, dependency, faults),
        "url": "http://localhost:9090",
        "env": { "STOCK_URL": format!("http://127.0.0.1:{port}/"), "API_TOKEN": "very-secret" },
        "health": "/health",
        "seed": "7",
    })
}

async fn verify(desk: &Desk, diff: &str, faults: &Value) -> Result<Answer, ToolError> {
    let dependency = App::start().await;
    desk.call(TOOL, arguments(diff, faults, &dependency).await).await
}

/// Every file of a tree with what is in it.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.insert(path.display().to_string(), fs_err::read(&path).unwrap());
        }
    }
    all
}

/// Whether a process is there that was started in one of our copies.
fn left_behind() -> bool {
    let processes = fs_err::read_dir("/proc").into_iter().flatten().flatten();
    let own = format!("FAULT_TEST={}\0", std::process::id());
    processes.into_iter().any(|process| {
        let environment = fs_err::read(process.path().join("environ")).unwrap_or_default();
        String::from_utf8_lossy(&environment).contains(&own)
    })
}

#[tokio::test]
async fn a_change_that_helps_has_fixed_it_and_the_tree_is_as_it_was() {
    let desk = desk();
    let before = contents(desk.folder.path());
    let answer = verify(&desk, &diff_to(HELPS), &broken()).await.unwrap();
    let found = &answer.structured;
    assert_eq!(found["outcome"], "fixed", "{}", answer.text);
    assert_eq!((&found["verdict_before"], &found["verdict"]), (&json!("failed"), &json!("passed")));
    assert_eq!((&found["starts_before"], &found["starts"]), (&json!(true), &json!(true)));
    assert_eq!(found["tests"][0]["test"], "GET http://localhost:9090/orders", "{}", answer.text);
    assert_eq!(found["seed"], "7");
    assert_eq!(found["worse"], json!([]), "{}", answer.text);
    assert!(found["command"].as_str().unwrap().contains("--seed 7 -- python3 -u orders.py"));
    assert!(
        !answer.structured.to_string().contains("very-secret")
            && !answer.text.contains("very-secret")
    );
    assert!(answer.text.len() < 20_000 && answer.structured.to_string().len() < 20_000);
    for run in ["run_before", "run_after"] {
        let report = desk.call("fault_get_report", json!({ "run_id": found[run] })).await.unwrap();
        assert!(report.text.contains("# Scenarios Report"), "{}", report.text);
    }
    assert_eq!(contents(desk.folder.path()), before);
}

#[tokio::test]
async fn without_the_fault_the_application_passes_with_and_without_the_change() {
    let desk = desk();
    let answer = verify(&desk, &diff_to(HELPS), &json!([])).await.unwrap();
    // Nothing is injected, so that there is nothing to judge but that the calls are answered.
    assert_ne!(answer.structured["verdict_before"], "failed", "{}", answer.text);
    let faults = json!([{ "type": "latency", "mean": 1 }]);
    let answer = verify(&desk, &diff_to(HELPS), &faults).await.unwrap();
    assert_eq!(answer.structured["outcome"], "unchanged_pass", "{}", answer.text);
}

#[tokio::test]
async fn a_change_that_does_not_help_still_fails() {
    let bad = CALL.replace("urlopen(STOCK)", "urlopen(STOCK, timeout=2)");
    let answer = verify(&desk(), &diff_to(&bad), &broken()).await.unwrap();
    assert_eq!(answer.structured["outcome"], "still_fails", "{}", answer.text);
    assert!(answer.text.contains("after: "), "its reasons are told: {}", answer.text);
}

#[tokio::test]
async fn a_change_that_breaks_what_passed_is_told_as_such() {
    let faults = json!([{ "type": "latency", "mean": 1 }]);
    let answer =
        verify(&desk(), &diff_to("    raise ValueError(\"no\")\n"), &faults).await.unwrap();
    assert_eq!(answer.structured["outcome"], "broke", "{}", answer.text);
    let worse = answer.structured["worse"].to_string();
    assert!(worse.contains("its calls fall short without any fault now"), "{}", answer.text);
}

#[tokio::test]
async fn an_application_that_does_not_start_any_more_is_told_with_its_last_words() {
    let new = APPLICATION.replace(
        "STOCK = os",
        "raise KeyError(\"no stock \" + os.environ[\"API_TOKEN\"])\nSTOCK = os",
    );
    let diff = unified(APPLICATION, &new, "orders.py");
    let answer = verify(&desk(), &diff, &broken()).await.unwrap();
    let found = &answer.structured;
    assert_eq!(found["outcome"], "does_not_start", "{}", answer.text);
    assert_eq!((&found["starts_before"], &found["starts"]), (&json!(true), &json!(false)));
    let last = found["failed_after"]["last_words"].as_array().unwrap().last().unwrap();
    assert_eq!(last, "KeyError: 'no stock xxxxxx'", "{}", answer.text);
    assert!(answer.text.contains("it ended by itself (exit status: 1)"), "{}", answer.text);
}

#[tokio::test]
async fn a_diff_that_does_not_fit_is_told_before_anything_is_started() {
    let diff = diff_to(HELPS).replace("-    with urllib", "-    with nothing");
    let answer = verify(&desk(), &diff, &broken()).await.unwrap();
    assert_eq!(answer.structured["outcome"], "does_not_apply", "{}", answer.text);
    assert_eq!(answer.structured["problem"]["code"], "diff_does_not_apply");
    assert_eq!(answer.structured["starts_before"], Value::Null);
}

#[tokio::test]
async fn nothing_is_started_unless_the_user_allows_it() {
    let desk = desk();
    let state = State::default().with_roots(vec![desk.folder.path().to_owned()]);
    let desk = Desk { state: Arc::new(state), ..desk };
    let error = verify(&desk, &diff_to(HELPS), &broken()).await.unwrap_err();
    assert_eq!((error.code.as_ref(), error.kind), ("exec_not_allowed", ErrorKind::Environment));
    let hint = error.hint.unwrap();
    for way in ["--allow-exec", "fault agent verify", "fault_check_change"] {
        assert!(hint.contains(way), "{hint}");
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_a_hint() {
    let desk = desk();
    let dependency = App::start().await;
    for (key, value, code) in [
        ("start", json!("python3 orders.py"), "bad_start"),
        ("start", json!([]), "bad_start"),
        ("url", json!("http://localhost:9090/orders"), "bad_url"),
        ("url", json!("http://localhost:9091"), "url_not_called"),
        ("health", json!("health"), "bad_health"),
        ("env", json!({ "A=B": "c" }), "bad_env"),
        ("workdir", json!("../app"), "not_a_folder"),
        ("exclude", json!(["a["]), "bad_exclude"),
        ("ready_within", json!("2h"), "over_limit"),
        ("source_dir", json!("app/orders.py"), "not_a_folder"),
        ("source_dir", json!("/etc"), "outside_roots"),
        ("content", json!("title: x\n"), "invalid_scenario"),
        ("diff", json!("nothing"), "bad_diff"),
    ] {
        let mut arguments = arguments(&diff_to(HELPS), &broken(), &dependency).await;
        arguments[key] = value;
        let error = desk.call(TOOL, arguments).await.expect_err(key);
        assert_eq!(error.code, code, "{key}: {error}");
        assert!(error.hint.is_some(), "{key}: {error}");
    }
}

#[tokio::test]
async fn a_cancelled_call_leaves_no_process_behind() {
    let desk = desk();
    let dependency = App::start().await;
    let mut arguments = arguments(&diff_to(HELPS), &broken(), &dependency).await;
    let script = "sleep 1000 & exec python3 orders.py";
    arguments["start"] = json!(["sh", "-c", script]);
    arguments["health"] = json!("/never-there-since-it-fails");
    arguments["env"]["STOCK_URL"] = json!("http://127.0.0.1:1/");
    arguments["env"]["FAULT_TEST"] = json!(std::process::id().to_string());
    let cancel = CancellationToken::new();
    let calling = desk.call_until(TOOL, arguments, cancel.clone(), Progress::default());
    let cancelling = async {
        while !left_behind() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        cancel.cancel();
    };
    let (error, ()) = tokio::join!(calling, cancelling);
    assert_eq!(error.unwrap_err().kind, ErrorKind::Cancelled);
    while left_behind() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
