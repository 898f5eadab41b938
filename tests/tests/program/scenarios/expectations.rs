//! What a run makes of expectations, and what it measures: defects of the original, each with the
//! number that the list of its defects gives it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fault_tests::app;
use fault_tests::upstream::{self, Upstream, raw};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::{Desk, faulted, judged, list, number, run_items, scenario, told};

/// How much more a call through the proxy may take than one without it. The original took 70 ms more
/// at least.
const OVERHEAD_MS: f64 = 35.0;

/// A test whose own calls cross the proxy.
fn item(application: &Upstream, context: Value, expect: Value) -> Value {
    let mut context = context;
    context["upstreams"] = json!([application.url("")]);
    let call = json!({ "method": "GET", "url": application.url("/"), "timeout": 300 });
    json!({ "call": call, "context": context, "expect": expect })
}

#[tokio::test]
async fn s5_tests_in_a_row_never_miss_their_proxy() {
    let (dependency, port) = (upstream::http().await, upstream::free_port().await);
    let application = app::asks_once(([127, 0, 0, 1], port).into()).await;
    let fault = json!({ "type": "latency", "mean": 1, "stddev": 0 });
    let items = (0..24).map(|number| {
        let proxies = json!([{
            "name": "store", "upstream": dependency.url(""), "listen": port, "faults": [fault],
        }]);
        let mut item = item(&application, json!({ "proxies": proxies }), json!({ "status": 200 }));
        item["call"]["timeout"] = json!(10_000);
        if number % 2 == 0 {
            item["context"]["upstreams"] = json!([]);
        }
        item
    });
    let ran = run_items(items.collect()).await;
    assert_eq!(ran.tests().count(), 24);
    for test in ran.tests() {
        judged(test, "passed", "");
        assert!(faulted(test).all(|call| list(&call["errors"]).is_empty()), "{}", told(test));
        assert!(number(&test["faulted"]["crossed"]) >= 1.0, "{}", told(test));
    }
}

#[tokio::test]
async fn s6_a_call_whose_time_was_up_is_never_as_expected() {
    let application = app::stands_alone().await;
    let fault = json!([{ "type": "latency", "mean": 3000, "stddev": 0 }]);
    let within = json!({ "response_time_under": 20_000 });
    let ran = run_items(json!([item(&application, json!({ "faults": fault }), within)])).await;
    judged(ran.only(), "failed", "expectation_missed");
    let call = faulted(ran.only()).next().expect("a call");
    assert_eq!(call["metrics"]["timed_out"], true, "{call:#}");
    assert_eq!(call["expect"]["got"]["decision"], "failure", "{call:#}");
    assert_eq!(call["expect"]["got"]["response_time"], Value::Null, "{call:#}");
}

#[tokio::test]
async fn s11_a_run_ends_with_0_1_or_2_by_what_it_shows() {
    let application = app::stands_alone().await;
    let fault = json!({ "faults": [{ "type": "latency", "mean": 20, "stddev": 0 }] });
    let desk = Desk::new();
    for (file, expect, code) in [
        ("passed.yaml", json!({ "status": 200 }), 0),
        ("failed.yaml", json!({ "response_time_under": 5 }), 1),
    ] {
        let mut item = item(&application, fault.clone(), expect);
        item["context"]["control"] = json!(false);
        desk.write(file, &scenario(json!([item])));
        let ran = desk.run(file).await;
        assert_eq!(ran.outcome.code(), code, "{}", told(ran.only()));
    }
    for name in ["unreadable.yaml", "missing.yaml"] {
        let desk = Desk::new();
        desk.write("unreadable.yaml", "title: [");
        let outcome = desk.call(name).words("--proxy-address 127.0.0.1:0").outcome().await;
        assert_eq!((outcome.code(), outcome.stdout.as_str()), (2, ""), "{outcome:?}");
        assert!(outcome.stderr.contains(name), "{outcome:?}");
        assert!(!desk.path("results.json").exists(), "{outcome:?}");
    }
}

#[tokio::test]
async fn s12_objectives_that_are_missed_are_not_valid() {
    let application = app::stands_alone().await;
    let context = json!({
        "faults": [{ "type": "latency", "mean": 150, "stddev": 0 }],
        "strategy": { "mode": "load", "duration": "1s", "clients": 1, "rps": 20 },
        "slo": [{ "type": "latency", "title": "P95 < 100ms", "objective": 95, "threshold": 100 }],
    });
    let valid = json!({ "all_slo_are_valid": true });
    let ran = run_items(json!([item(&application, context, valid)])).await;
    let test = ran.only();
    judged(test, "failed", "slo_missed");
    assert_eq!(test["faulted"]["slos"][0]["pass"], "missed", "{}", told(test));
    for call in faulted(test) {
        assert_eq!(call["expect"]["got"]["all_slo_are_valid"], false, "{call:#}");
        assert_eq!(call["expect"]["got"]["decision"], "failure", "{call:#}");
    }
}

#[tokio::test]
async fn s9_a_call_through_the_proxy_is_measured_like_one_without_it() {
    let application = app::stands_alone().await;
    let load = json!({
        "strategy": { "mode": "load", "duration": "2s", "clients": 1, "rps": 20 },
    });
    let through = item(&application, load, json!({ "status": 200 }));
    let mut direct = through.clone();
    direct["context"]["upstreams"] = json!([]);
    let ran = run_items(json!([through, direct])).await;
    let tests: Vec<_> = ran.tests().collect();
    let crossed: Vec<f64> = tests.iter().map(|it| number(&it["faulted"]["crossed"])).collect();
    assert_eq!(crossed, [40.0, 0.0], "{}", told(tests[0]));
    let [through, direct] = [0, 1].map(|at| median(tests[at]));
    assert!(through < direct + OVERHEAD_MS, "{through} ms through the proxy, {direct} ms without");
}

fn median(test: &Value) -> f64 {
    let mut times: Vec<f64> =
        faulted(test).map(|call| number(&call["metrics"]["total_time"])).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[tokio::test]
async fn s10_the_first_byte_comes_after_the_servers_thought_and_before_the_last() {
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let server = thinking(Arc::clone(&pauses)).await;
    let mut through = item(&server, json!({ "control": false }), json!({ "status": 200 }));
    through["call"]["timeout"] = json!(10_000);
    let mut direct = through.clone();
    direct["context"]["upstreams"] = json!([]);
    let ran = run_items(json!([through, direct])).await;
    let pauses = pauses.lock().expect("no panic").clone();
    assert_eq!(pauses.len(), 2, "{pauses:?}");
    for (test, [thought, body]) in ran.tests().zip(pauses) {
        judged(test, "passed", "");
        let metrics = &faulted(test).next().expect("a call")["metrics"];
        let (ttfb, total) = (number(&metrics["ttfb"]), number(&metrics["total_time"]));
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        assert!(ttfb >= millis(thought), "{ttfb} ms, and {thought:?} of thought");
        assert!(total >= millis(thought + body), "{total} ms, {thought:?} and {body:?}");
        assert!(ttfb < total, "{ttfb} ms of {total} ms");
    }
}

/// A server that keeps its head back for a while, then its body, and notes for how long.
async fn thinking(pauses: Arc<Mutex<Vec<[Duration; 2]>>>) -> Upstream {
    raw(move |mut stream: TcpStream| {
        let pauses = Arc::clone(&pauses);
        async move {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { return };
                request.push(byte);
            }
            let thought = busy().await;
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n";
            let sent = stream.write_all(head).await;
            let body = busy().await;
            pauses.lock().expect("no panic").push([thought, body]);
            sent.expect("the head is read");
            stream.write_all(b"hello").await.expect("the body is read");
        }
    })
    .await
}

/// Does something that takes a while, and says how long it took.
async fn busy() -> Duration {
    let begun = Instant::now();
    let other = app::stands_alone().await;
    for _ in 0..30 {
        fault_tests::wire::get(other.address, "/").await;
    }
    begun.elapsed()
}
