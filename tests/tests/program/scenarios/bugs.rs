//! Applications with a bug that everybody has written once, and the same without it.

use std::net::SocketAddr;

use fault_tests::app;
use fault_tests::upstream::{self, Upstream};
use serde_json::{Value, json};

use super::{hit_counts, judged, number, run_items, told};

/// A dependency, and where the proxy will be in front of it.
struct Behind {
    dependency: Upstream,
    port: u16,
}

impl Behind {
    async fn proxy() -> Self {
        Self { dependency: upstream::http().await, port: upstream::free_port().await }
    }

    /// Where the application is to look for its dependency.
    fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// The context of a test whose fault is on the dependency.
    fn context(&self, fault: Value) -> Value {
        let upstream = self.dependency.url("");
        let dependency = json!({
            "name": "store", "upstream": upstream, "listen": self.port, "faults": [fault],
        });
        json!({ "proxies": [dependency] })
    }
}

/// A test of the application with further keys in its context.
fn item(application: &Upstream, context: Value, more: Value, expect: Value) -> Value {
    let mut context = context;
    for (key, value) in more.as_object().expect("keys and values") {
        context[key] = value.clone();
    }
    let call = json!({ "method": "GET", "url": application.url("/") });
    json!({ "call": call, "context": context, "expect": expect })
}

/// A dependency that fails now and then, under load and call by call.
fn now_and_then(behind: &Behind, application: &Upstream) -> Value {
    let fault = json!({ "type": "httperror", "status_code": 503, "probability": 0.2 });
    let load = json!({
        "strategy": { "mode": "load", "duration": "2s", "clients": 2, "rps": 20 },
        "slo": [{ "type": "error", "title": "nearly all succeed", "objective": 95, "threshold": 5 }],
    });
    let repeat = json!({ "strategy": { "mode": "repeat", "step": 0, "count": 20 } });
    json!([
        item(
            application,
            behind.context(fault.clone()),
            load,
            json!({ "all_slo_are_valid": true })
        ),
        item(application, behind.context(fault), repeat, json!({ "status": 200 })),
    ])
}

#[tokio::test]
async fn an_application_that_does_not_try_again_fails_with_its_dependency() {
    let behind = Behind::proxy().await;
    let application = app::asks_once(behind.address()).await;
    let ran = run_items(now_and_then(&behind, &application)).await;
    let tests: Vec<_> = ran.tests().collect();
    judged(tests[0], "failed", "slo_missed");
    judged(tests[1], "failed", "expectation_missed");
    assert!(number(&tests[1]["failure_counts"]) >= 1.0, "{}", told(tests[1]));
    assert_eq!(ran.outcome.code(), 1, "{:?}", ran.outcome);
}

#[tokio::test]
async fn an_application_that_tries_again_bears_what_fails_now_and_then() {
    let behind = Behind::proxy().await;
    let application = app::asks_up_to(6, behind.address()).await;
    let ran = run_items(now_and_then(&behind, &application)).await;
    for test in ran.tests() {
        judged(test, "passed", "");
        assert!(hit_counts(test)[0].1 > 0, "{}", told(test));
    }
    assert_eq!(ran.outcome.code(), 0, "{:?}", ran.outcome);
}

/// A dependency that hardly ever works, and a limit to how often it is asked.
fn hardly_ever(behind: &Behind, application: &Upstream) -> Value {
    let fault = json!({ "type": "httperror", "status_code": 503, "probability": 0.95 });
    let more = json!({ "strategy": { "mode": "repeat", "step": 0, "count": 15 } });
    let expect = json!({ "status": 200, "max_attempts_per_call": 3 });
    json!([item(application, behind.context(fault), more, expect)])
}

#[tokio::test]
async fn an_application_that_tries_again_at_once_until_it_works_asks_too_often() {
    let behind = Behind::proxy().await;
    let application = app::asks_until_it_works(behind.address()).await;
    let ran = run_items(hardly_ever(&behind, &application)).await;
    let test = ran.only();
    judged(test, "failed", "too_many_attempts");
    let retries = &test["retries"];
    assert!(number(&retries["amplification"]) > 3.0, "{}", told(test));
    assert!(number(&retries["faulted"]["per_call"]) > 3.0, "{}", told(test));
    assert_eq!(number(&retries["control"]["per_call"]), 1.0, "{}", told(test));
}

#[tokio::test]
async fn an_application_that_gives_up_after_a_few_attempts_stays_within_the_limit() {
    let behind = Behind::proxy().await;
    let application = app::asks_up_to(3, behind.address()).await;
    let ran = run_items(hardly_ever(&behind, &application)).await;
    let test = ran.only();
    judged(test, "passed", "");
    // It passes on which call it serves, so that the attempts for each can be told apart.
    assert_eq!(number(&test["retries"]["faulted"]["most"]), 3.0, "{}", told(test));
}

/// A dependency that is far slower than callers of the application want to wait.
fn far_too_slow(behind: &Behind, application: &Upstream) -> Value {
    let fault = json!({ "type": "latency", "mean": 5000, "stddev": 0 });
    let expect = json!({ "status": 200, "response_time_under": 2000 });
    json!([item(application, behind.context(fault), json!({}), expect)])
}

#[tokio::test]
async fn an_application_without_a_time_limit_is_as_slow_as_its_dependency() {
    let behind = Behind::proxy().await;
    let application = app::asks_once(behind.address()).await;
    let ran = run_items(far_too_slow(&behind, &application)).await;
    judged(ran.only(), "failed", "expectation_missed");
    let call = &ran.only()["results"][0];
    assert_eq!(call["metrics"]["timed_out"], false, "{call:#}");
    assert!(number(&call["metrics"]["total_time"]) >= 5000.0, "{call:#}");
}

#[tokio::test]
async fn an_application_with_a_time_limit_and_something_to_fall_back_on_is_quick() {
    let behind = Behind::proxy().await;
    let application = app::asks_with_a_time_limit(behind.address()).await;
    let ran = run_items(far_too_slow(&behind, &application)).await;
    judged(ran.only(), "passed", "");
    assert_eq!(hit_counts(ran.only()), [("latency", 1)], "{}", told(ran.only()));
}

/// A dependency that is slow for a while, and is watched afterwards. What is ten times as slow as
/// before has not recovered.
fn slow_for_a_while(behind: &Behind, application: &Upstream) -> Value {
    let fault = json!({ "type": "latency", "mean": 400, "stddev": 0 });
    let more = json!({
        "strategy": { "mode": "load", "duration": "2s", "clients": 1, "rps": 25 },
        "recovery": { "duration": "4s", "tolerance": 900 },
    });
    json!([item(application, behind.context(fault), more, json!({}))])
}

#[tokio::test]
async fn an_application_that_queues_everything_never_recovers() {
    let mut ran = None;
    // On a busy machine a hiccup can be enough for such an application, before there is any fault.
    for _ in 0..3 {
        let behind = Behind::proxy().await;
        let application = app::queues_everything(behind.address()).await;
        let next = run_items(slow_for_a_while(&behind, &application)).await;
        let unspoilt = next.only()["verdict"] != "inconclusive";
        ran = Some(next);
        if unspoilt {
            break;
        }
    }
    let ran = ran.expect("it ran at least once");
    judged(ran.only(), "failed", "never_recovered");
    assert!(ran.only()["recovery"]["recovered_ms"].is_null(), "{}", told(ran.only()));
}

#[tokio::test]
async fn an_application_that_sheds_load_and_drops_old_work_recovers() {
    let behind = Behind::proxy().await;
    let application = app::sheds_load(behind.address()).await;
    let ran = run_items(slow_for_a_while(&behind, &application)).await;
    let test = ran.only();
    judged(test, "passed", "");
    let recovery = &test["recovery"];
    assert!(number(&recovery["recovered_ms"]) < number(&recovery["watched_ms"]), "{}", told(test));
    assert!(number(&test["faulted"]["summary"]["errors"]) > 0.0, "{}", told(test));
}

#[tokio::test]
async fn an_application_that_never_meets_the_proxy_shows_nothing() {
    let behind = Behind::proxy().await;
    // It knows its dependency by another address than the proxy's, or has none at all.
    let applications = [app::asks_once(behind.dependency.address).await, app::stands_alone().await];
    for application in &applications {
        let ran = run_items(far_too_slow(&behind, application)).await;
        judged(ran.only(), "inconclusive", "no_traffic_crossed");
        assert_eq!(ran.outcome.code(), 1, "{:?}", ran.outcome);
    }
}
