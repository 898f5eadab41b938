//! Schedules under load: which calls meet which fault, told by what acted on each call.

use fault_tests::app;
use fault_tests::upstream::{self, Upstream};
use serde_json::{Value, json};

use super::{Desk, faulted, hit_counts, hits, number, run_items, scenario, told};

/// How far a call that is due near the edge of a period may be from it and still fall on either side,
/// in seconds.
const EDGE: f64 = 0.2;

/// Five seconds of twenty calls a second whose way these faults are on.
fn load(application: &Upstream, faults: Value, timeout: u32) -> Value {
    let call = json!({ "method": "GET", "url": application.url("/"), "timeout": timeout });
    let context = json!({
        "upstreams": [application.url("")],
        "faults": faults,
        "control": false,
        "strategy": { "mode": "load", "duration": "5s", "clients": 2, "rps": 10 },
    });
    json!([{ "call": call, "context": context, "expect": { "status": 200 } }])
}

/// When a call was due, in seconds from the first.
fn due(call: &Value) -> f64 {
    (number(&call["number"]) - 1.0) / 20.0
}

#[tokio::test]
async fn s7_periods_of_a_load_act_on_the_calls_of_their_time_only() {
    let application = app::stands_alone().await;
    let faults = json!([
        { "type": "latency", "name": "early", "mean": 5, "stddev": 0,
          "period": "start:20%,duration:20%" },
        { "type": "latency", "name": "late", "mean": 10, "stddev": 0,
          "period": "start:60%,duration:20%" },
    ]);
    let ran = run_items(load(&application, faults, 10_000)).await;
    let test = ran.only();
    assert_eq!(faulted(test).count(), 100, "{}", told(test));
    let (mut early, mut late) = (0, 0);
    for call in faulted(test) {
        let at = due(call);
        if [1.0, 2.0, 3.0, 4.0].iter().any(|edge: &f64| (at - edge).abs() < EDGE) {
            continue;
        }
        let met: Vec<_> = hits(call).iter().filter_map(|hit| hit["label"].as_str()).collect();
        let wanted = match at {
            1.0..2.0 => vec!["early"],
            3.0..4.0 => vec!["late"],
            _ => vec![],
        };
        assert_eq!(met, wanted, "due after {at} s: {call:#}");
        early += usize::from(wanted == ["early"]);
        late += usize::from(wanted == ["late"]);
    }
    assert!(early >= 10 && late >= 10, "{early} {late}");
}

#[tokio::test]
async fn s8_a_blackhole_under_load_swallows_the_calls_of_its_period() {
    let application = app::stands_alone().await;
    let faults =
        json!([{ "type": "blackhole", "direction": "egress", "period": "start:40%,duration:20%" }]);
    let ran = run_items(load(&application, faults, 300)).await;
    let test = ran.only();
    assert!(hit_counts(test)[0].1 >= 5, "{}", told(test));
    let mut swallowed = 0;
    for call in faulted(test) {
        let at = due(call);
        match at {
            // Those that are due later may still be answered when the period ends.
            _ if (2.0 + EDGE..3.0 - 0.3 - EDGE).contains(&at) => {
                assert_eq!(call["metrics"]["timed_out"], true, "due after {at} s: {call:#}");
                swallowed += 1;
            }
            _ if !(2.0 - 0.3 - EDGE..3.0 + EDGE).contains(&at) => {
                assert_eq!(call["metrics"]["errored"], false, "due after {at} s: {call:#}");
            }
            _ => {}
        }
    }
    assert!(swallowed >= 5, "{swallowed}");
}

#[tokio::test]
async fn a_seed_repeats_which_calls_to_a_dependency_fail_and_another_does_not() {
    let (dependency, port) = (upstream::http().await, upstream::free_port().await);
    let application = app::asks_once(([127, 0, 0, 1], port).into()).await;
    let desk = Desk::new();
    let fault = json!({ "type": "httperror", "status_code": 503, "probability": 0.5 });
    let item = json!({
        "call": { "method": "GET", "url": application.url("/") },
        "context": {
            "proxies": [{
                "name": "store", "upstream": dependency.url(""), "listen": port, "faults": [fault],
            }],
            "strategy": { "mode": "repeat", "step": 0, "count": 40 },
        },
        "expect": { "status": 200 },
    });
    desk.write("scenario.yaml", &scenario(json!([item])));
    let statuses = async |seed: u32| -> Vec<u64> {
        let call = fault_tests::fault("scenario run --no-ui --proxy-address 127.0.0.1:0 --seed");
        let call = call.arg(seed.to_string()).arg("--result").arg(desk.path("results.json"));
        let call = call.arg("--report").arg(desk.path("report.md"));
        let ran = desk.ran(call.arg("--scenario").arg(desk.path("scenario.yaml"))).await;
        let test = ran.only();
        faulted(test).filter_map(|call| call["metrics"]["protocol"]["code"].as_u64()).collect()
    };
    let first = statuses(1).await;
    assert!([200, 503].iter().all(|status| first.contains(status)), "{first:?}");
    assert_eq!(first.len(), 40, "{first:?}");
    assert_eq!(first, statuses(1).await);
    assert_ne!(first, statuses(2).await);
}
