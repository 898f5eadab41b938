//! Control of proxies, and an impact scenario, by an agent.

use fault_tests::mcp::{Agent, CLASSIC};
use fault_tests::program::Running;
use fault_tests::{fault, upstream, wire};
use serde_json::{Value, json};

/// The demo application, and the address of a page of it.
async fn demo() -> (Running, String) {
    let mut demo = fault("demo run 127.0.0.1 0").start();
    let said = demo.says("Ends with Ctrl-C").await;
    let url = said.split_whitespace().find(|word| word.starts_with("http://"));
    let url = format!("{}/", url.expect("an address").trim_end_matches('/'));
    (demo, url)
}

#[tokio::test]
async fn a_proxy_is_started_changed_read_and_stopped() {
    let upstream = upstream::http().await;
    let mut agent = Agent::introduced(CLASSIC).await;
    let mapping = format!("0=http://{}", upstream.address);
    let started = agent.succeed("fault_start_proxy", json!({ "mappings": [mapping] })).await;
    let id = started["proxy_id"].clone();
    let address = started["listeners"][0]["address"].as_str().and_then(|a| a.parse().ok());
    let address = address.unwrap_or_else(|| panic!("{started}"));
    assert_eq!(wire::get(address, "/").await.status, 200);

    let fault = json!({ "type": "httperror", "status_code": 503 });
    let change = json!({ "proxy_id": id, "faults": [fault] });
    let changed = agent.succeed("fault_change_proxy_faults", change).await;
    assert_eq!(changed["faults"].as_array().map(Vec::len), Some(1), "{changed}");
    assert_eq!(wire::get(address, "/").await.status, 503);

    let listed = agent.succeed("fault_list_proxies", json!({})).await;
    assert_eq!(listed["proxies"][0]["proxy_id"], id, "{listed}");
    let read = agent.succeed("fault_read_proxy_events", json!({ "proxy_id": id })).await;
    assert!(read.to_string().contains("503"), "{read}");
    let stopped = agent.succeed("fault_stop_proxy", json!({ "proxy_id": id })).await;
    assert!(!stopped.is_null());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let listed = agent.succeed("fault_list_proxies", json!({})).await;
    assert_eq!(listed["proxies"], json!([]));
    agent.leave().await.1.done();
}

#[tokio::test]
async fn an_impact_scenario_reports_progress_and_answers_with_evidence() {
    let (demo, url) = demo().await;
    let mut agent = Agent::introduced(CLASSIC).await;
    let call = json!({
        "name": "fault_run_latency_impact_scenario",
        "arguments": {
            "url": url, "latency": "80", "duration": "3s", "num_clients": "", "rps": 40, "seed": "7",
        },
        "_meta": { "progressToken": "mine" },
    });
    let number = agent.ask("tools/call", call).await;
    let (before, answer) = agent.answer(number).await;
    let result = &answer["result"];
    assert_ne!(result["isError"], true, "{answer}");
    progress(&before);
    let found = &result["structuredContent"];
    let verdict = found["verdict"].as_str().expect("a verdict");
    assert!(["passed", "failed", "inconclusive"].contains(&verdict), "{found}");
    let fault = &found["faults"][0];
    assert_eq!(fault["kind"], "latency", "{found}");
    let count = |key: &str| fault[key].as_u64().unwrap_or_else(|| panic!("{key}: {fault}"));
    assert!(count("hit") > 50 && count("hit") <= count("eligible"), "{fault}");
    let quick = found["control"]["summary"]["latency"]["p50"].as_f64().expect("a time");
    let slow = found["faulted"]["summary"]["latency"]["p50"].as_f64().expect("a time");
    assert!(quick < 80.0 && slow >= 80.0, "{quick} and {slow}");
    assert_eq!(found["seed"].as_str().or(Some("7")), Some("7"), "{found}");
    let text = result["content"][0]["text"].as_str().expect("a report");
    assert!(text.to_lowercase().contains(verdict) && text.contains('|'), "{text}");
    agent.leave().await.1.done();
    demo.stop().await.done();
}

/// Checks that progress grows, and comes more than once.
fn progress(messages: &[Value]) {
    let steps: Vec<_> = messages
        .iter()
        .filter(|message| message["method"] == "notifications/progress")
        .map(|message| {
            assert_eq!(message["params"]["progressToken"], "mine", "{message}");
            message["params"]["progress"].as_f64().expect("a number")
        })
        .collect();
    assert!(steps.len() >= 2, "{messages:?}");
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
}

#[tokio::test]
async fn calls_that_time_out_are_part_of_the_evidence() {
    let (demo, url) = demo().await;
    let mut agent = Agent::introduced(CLASSIC).await;
    let arguments = json!({ "url": url, "duration": "1s", "rps": 5, "timeout": 0.5 });
    for _ in 0..3 {
        let found = agent.succeed("fault_run_blackhole_impact_scenario", arguments.clone()).await;
        assert_eq!(found["faulted"]["summary"]["errors"], 5, "{found}");
        let fault = &found["faults"][0];
        assert_eq!((&fault["eligible"], &fault["hit"]), (&json!(5), &json!(5)), "{fault}");
        assert_eq!(found["verdict"], "failed", "{}", found["reasons"]);
    }
    agent.leave().await.1.done();
    demo.stop().await.done();
}

#[tokio::test]
async fn a_started_run_is_asked_for_until_it_is_done() {
    let (demo, url) = demo().await;
    let mut agent = Agent::introduced(CLASSIC).await;
    let fault = json!({ "type": "httperror", "status_code": 503 });
    let arguments = json!({ "url": url, "fault": fault, "duration": "1s", "rps": 20 });
    let started = agent.succeed("fault_start_impact_scenario", arguments).await;
    let asked = json!({ "run_id": started["run_id"], "wait_s": 20 });
    let run = agent.succeed("fault_get_run", asked).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(run["result"]["verdict"], "failed", "{run}");
    agent.leave().await.1.done();
    demo.stop().await.done();
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_said_in_its_answer() {
    let mut agent = Agent::introduced(CLASSIC).await;
    for (name, arguments, code, words) in [
        ("fault_start_proxy", json!({ "fault": [] }), "invalid_arguments", "faults"),
        ("fault_start_proxy", json!({ "mappings": ["nonsense"] }), "invalid_mapping", "mappings"),
        ("fault_stop_proxy", json!({}), "invalid_arguments", "proxy_id"),
        ("fault_run_latency_impact_scenario", json!({ "url": "x", "latency": 1 }), "", "url"),
        (
            "fault_run_latency_impact_scenario",
            json!({ "url": "http://127.0.0.1:1/", "latency": "soon" }),
            "invalid_arguments",
            "latency",
        ),
        (
            "fault_run_latency_impact_scenario",
            json!({ "url": "http://169.254.169.254/", "latency": 1 }),
            "forbidden_target",
            "169.254.169.254",
        ),
    ] {
        let result = agent.call(name, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        let text = result["content"][0]["text"].as_str().expect("a text");
        assert!(text.contains(words) && text.contains(code), "{name}: {text}");
        assert!(text.contains("hint: "), "{name}: {text}");
    }
    agent.leave().await.1.done();
}
