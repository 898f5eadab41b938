//! The scenarios of the documentation, run as it says, with servers of this machine for those of the
//! internet.

use fault_tests::program::Running;
use fault_tests::tls::Authority;
use fault_tests::upstream::{self, Upstream, free_port};
use fault_tests::{fault, repository};
use serde_json::json;

use super::{Desk, Ran, faulted, hit_counts, hits, list, number, told};
use crate::program::demo;

/// The remote of the demo application, as the documentation names it.
const REMOTE: &str = "postman-echo.com";

/// The demo application behind the proxy, and a stand-in for its remote.
struct Stage {
    demo: Running,
    port: u16,
    proxy: u16,
    remote: Upstream,
    _authority: Authority,
}

impl Stage {
    /// The demo application as the documentation starts it.
    async fn set() -> Self {
        let authority = Authority::of(REMOTE);
        let (remote, proxy) = (upstream::https(&authority).await, free_port().await);
        let through = format!("http://127.0.0.1:{proxy}");
        let call = fault("demo run 127.0.0.1 0").env("SSL_CERT_FILE", authority.file.as_os_str());
        let mut demo = call.env("HTTP_PROXY", &through).env("HTTPS_PROXY", &through).start();
        let port = demo::address(&mut demo).await.port();
        Self { demo, port, proxy, remote, _authority: authority }
    }
}

/// A file of the documentation.
fn page(name: &str) -> String {
    let path = repository::root().join("tests/data/documented").join(name);
    fs_err::read_to_string(path).expect("the file is there")
}

/// What a run of a file of the documentation finds, and what the demo application was asked.
async fn followed(name: &str) -> (Desk, Ran, String) {
    let stage = Stage::set().await;
    let desk = Desk::new();
    desk.write("scenario.yaml", &page(name));
    let remote = format!("{REMOTE}:443=127.0.0.1:{}", stage.remote.port());
    let application = format!("localhost:7070=127.0.0.1:{}", stage.port);
    let call = desk.call("scenario.yaml").arg("--proxy-address");
    let call = call.arg(format!("127.0.0.1:{}", stage.proxy));
    let ran = desk.ran(call.arg("--resolve").arg(remote).arg("--resolve").arg(application)).await;
    let asked = stage.demo.stop().await.done().stdout;
    (desk, ran, asked)
}

/// Checks that each call was answered by way of the remote, that each with faults met the latency, and
/// that the verdict follows from nothing but how long they took.
#[track_caller]
fn pinged(ran: &Ran, baselines: usize, means: &[f64], within_ms: f64) {
    let test = ran.only();
    let calls = list(&test["results"]);
    let before = calls.iter().filter(|call| call["phase"] == "baseline").count();
    assert_eq!(before, baselines, "{}", told(test));
    let found: Vec<f64> = faulted(test).map(|call| number(&call["faults"][0]["mean"])).collect();
    assert_eq!(found, means, "{}", told(test));
    for call in calls {
        let metrics = &call["metrics"];
        assert_eq!(metrics["protocol"]["code"], 200, "{call:#}");
        let in_time = number(&metrics["total_time"]) < within_ms;
        let decision = if in_time { "success" } else { "failure" };
        assert_eq!(call["expect"]["got"]["decision"], decision, "{call:#}");
    }
    for call in faulted(test) {
        assert_eq!(call["metrics"]["faults"][0]["url"], format!("{REMOTE}:443"), "{call:#}");
        assert_eq!(hits(call)[0]["type"], "latency", "{call:#}");
    }
    // What is left of a connection when its call has ended meets the faults of the next one.
    assert!(hit_counts(test)[0].1 >= means.len() as u64, "{}", told(test));
    let slow = faulted(test).any(|call| call["expect"]["got"]["decision"] == "failure");
    assert_eq!(test["verdict"], if slow { "failed" } else { "passed" }, "{}", told(test));
}

#[tokio::test]
async fn the_single_call_of_the_guide_is_made_once_with_its_latency() {
    let (desk, ran, asked) = followed("single.yaml").await;
    pinged(&ran, 0, &[80.0], 500.0);
    // The calls without faults come before it.
    assert!(asked.matches("GET /ping 200").count() >= 2, "{asked}");
    assert!(ran.outcome.stdout.contains("Tests run: 1, Tests failed: "), "{:?}", ran.outcome);
    assert!(desk.read("report.md").starts_with("# Scenarios Report"));
}

#[tokio::test]
async fn the_repeated_call_of_the_guide_is_made_four_times_with_growing_latency() {
    let (_, ran, asked) = followed("repeat.yaml").await;
    pinged(&ran, 1, &[80.0, 110.0, 140.0], 500.0);
    assert_eq!(asked.matches("GET /ping 200").count(), 4, "{asked}");
}

#[tokio::test]
async fn the_scenario_of_the_tutorial_makes_the_four_calls_that_it_promises() {
    let (desk, ran, asked) = followed("tutorial.yaml").await;
    pinged(&ran, 1, &[80.0, 110.0, 140.0], 490.0);
    assert_eq!(asked.matches("GET /ping 200").count(), 4, "{asked}");
    let report = desk.read("report.md");
    assert!(report.contains("Latency in steps of 30ms"), "{report}");
    assert!(report.contains("repeat 3 times with a step of 30"), "{report}");
}

#[tokio::test]
async fn the_header_of_the_guide_is_sent_and_shown_nowhere() {
    let (desk, ran, _) = followed("headers.yaml").await;
    pinged(&ran, 0, &[80.0], 500.0);
    for file in ["results.json", "report.md"] {
        let text = desk.read(file);
        assert!(text.contains("Authorization") || text.contains("authorization"), "{text}");
        assert!(!text.contains("bearer token"), "{file}: {text}");
    }
}

#[tokio::test]
async fn the_body_of_the_guide_is_sent() {
    let (_, ran, asked) = followed("body.yaml").await;
    pinged(&ran, 0, &[80.0], 500.0);
    assert!(asked.contains("POST /ping 200"), "{asked}");
}

#[tokio::test]
async fn the_load_of_the_guide_misses_both_of_its_limits_of_time() {
    let (desk, ran, _) = followed("load.yaml").await;
    let test = ran.only();
    assert_eq!(test["requests_count"], 60, "{}", told(test));
    let rows = list(&test["faulted"]["slos"]);
    let titles: Vec<&str> = rows.iter().filter_map(|row| row["slo"]["title"].as_str()).collect();
    assert_eq!(titles, ["P95 Latency < 110ms", "P99 Latency < 200ms", "P98 Error Rate < 1%"]);
    assert_eq!((&rows[0]["pass"], &rows[1]["pass"]), (&json!("missed"), &json!("missed")));
    // What the blackhole holds is answered when it is lifted, well within the ten seconds that a call
    // may take; and sixty calls are too few to claim that fewer than one in a hundred fails.
    assert_eq!((&rows[2]["pass"], number(&rows[2]["observed"])), (&json!("unknown"), 0.0));
    assert_eq!(test["verdict"], "failed", "{}", told(test));
    assert_eq!(super::reasons(test), ["slo_missed"; 2], "{}", told(test));
    for (kind, hit) in hit_counts(test) {
        assert!(hit >= if kind == "latency" { 40 } else { 6 }, "{kind} {hit}: {}", told(test));
    }
    let report = desk.read("report.md");
    assert!(titles.iter().all(|title| report.contains(title)), "{report}");
}

#[tokio::test]
async fn the_generated_scenario_of_the_guide_wants_its_placeholder_filled_in_and_then_runs() {
    let desk = Desk::new();
    let server = upstream::http().await;
    desk.write("scenario.yaml", &page("generated.yaml"));
    let run = || {
        let call = desk.call("scenario.yaml").words("--proxy-address 127.0.0.1:0 --resolve");
        call.arg(format!("localhost:8090=127.0.0.1:{}", server.port()))
    };
    let refused = run().outcome().await;
    assert_eq!((refused.code(), refused.stdout.as_str()), (2, ""), "{refused:?}");
    assert!(refused.stderr.contains("config.http.paths.segments.org_id"), "{refused:?}");
    let filled = "config: { http: { paths: { segments: { org_id: '7' } } } }\nitems:";
    desk.write("scenario.yaml", &page("generated.yaml").replace("items:", filled));
    let ran = desk.ran(run()).await;
    super::judged(ran.only(), "passed", "");
    assert_eq!(hit_counts(ran.only()), [("latency", 1)], "{}", told(ran.only()));
    let call = faulted(ran.only()).next().expect("a call");
    assert!(number(&hits(call)[0]["asked"]) > 400.0, "{call:#}");
    assert!(number(&call["metrics"]["total_time"]) > 400.0, "{call:#}");
}

#[tokio::test]
async fn a_run_on_a_platform_is_planned_and_said_to_be() {
    let desk = Desk::new();
    let there = "context:\n      runs_on:\n        platform: kubernetes\n        ns: default\n        \
                 service: nginx\n";
    let text = page("single.yaml").replace("context:\n", there);
    desk.write("scenario.yaml", &text);
    let refused = desk.call("scenario.yaml").outcome().await;
    assert_eq!((refused.code(), refused.stdout.as_str()), (2, ""), "{refused:?}");
    assert!(refused.stderr.contains("runs_on") && refused.stderr.contains("hint: "), "{refused:?}");
    assert!(refused.stderr.contains("kubernetes"), "{refused:?}");
}
