//! How the server ends: quickly, with nothing left behind and nothing said that is not asked for.

use std::net::SocketAddr;
use std::time::Duration;

use fault_tests::mcp::{Agent, CLASSIC};
use fault_tests::{fault, soon, upstream};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// How soon a server ends whose client has gone away.
const SOON: Duration = Duration::from_secs(1);

/// How soon hosts kill a server that they have asked to end.
const KILLED: Duration = Duration::from_secs(2);

/// An agent that has a proxy running and a scenario under way; where the proxy listens.
async fn at_work(silent: &str) -> (Agent, SocketAddr) {
    let mut agent = Agent::introduced(CLASSIC).await;
    let started = agent.succeed("fault_start_proxy", json!({})).await;
    let address = started["listeners"][0]["address"].as_str().and_then(|a| a.parse().ok());
    let address = address.unwrap_or_else(|| panic!("{started}"));
    drop(TcpStream::connect(address).await.expect("the proxy listens"));
    let call = json!({
        "name": "fault_run_latency_impact_scenario",
        "arguments": { "url": silent, "latency": 10, "duration": "30s" },
        "_meta": { "progressToken": "p" },
    });
    agent.ask("tools/call", call).await;
    let progress = agent.hear().await;
    assert_eq!(progress["method"], "notifications/progress", "{progress}");
    (agent, address)
}

/// Checks the last words of a server: lines of the protocol, and no answer to what was under way.
fn check(late: &[String]) {
    for line in late {
        let message: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(message["id"].is_null(), "answered after the end: {line}");
    }
}

#[tokio::test]
async fn the_end_of_input_ends_everything_within_a_second() {
    let silent = upstream::silent().await;
    let (agent, address) = at_work(&silent.url("/")).await;
    let began = Instant::now();
    let (late, outcome) = agent.leave().await;
    let took = began.elapsed();
    check(&late);
    outcome.done();
    assert!(took < SOON, "{took:?}");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_signal_ends_everything_before_a_host_would_kill_it() {
    let silent = upstream::silent().await;
    for signal in [Signal::TERM, Signal::INT] {
        let (agent, address) = at_work(&silent.url("/")).await;
        let began = Instant::now();
        agent.server.signal(signal);
        let (late, outcome) = agent.last_words().await;
        let took = began.elapsed();
        check(&late);
        outcome.done();
        assert!(took < KILLED, "{signal:?}: {took:?}");
        assert!(TcpStream::connect(address).await.is_err());
    }
}

#[tokio::test]
async fn a_client_that_leaves_at_once_has_done_nothing_wrong() {
    let (late, outcome) = Agent::start().leave().await;
    assert_eq!((late.len(), outcome.done().stderr.as_str()), (0, ""));
    let mut agent = Agent::start();
    agent.request("server/discover", fault_tests::mcp::modern(json!({}))).await;
    let (late, outcome) = agent.leave().await;
    assert_eq!((late.len(), outcome.done().stderr.as_str()), (0, ""));
}

#[tokio::test]
async fn a_cancelled_call_is_undone_and_not_answered() {
    let silent = upstream::silent().await;
    let (mut agent, _) = at_work(&silent.url("/")).await;
    // `initialize` and `fault_start_proxy` were asked before it.
    agent.notify("notifications/cancelled", json!({ "requestId": 3 })).await;
    // The target is free again once the call is undone.
    let arguments = json!({
        "url": silent.url("/"), "fault": { "type": "latency", "mean": 10 }, "duration": "30s",
    });
    let params = json!({ "name": "fault_start_impact_scenario", "arguments": arguments });
    let run = soon("the target is free", async {
        loop {
            let number = agent.ask("tools/call", params.clone()).await;
            let (before, answer) = agent.answer(number).await;
            assert!(before.iter().all(|message| message["id"] != 3), "{before:?}");
            if answer["result"]["isError"] != true {
                return answer["result"]["structuredContent"]["run_id"].clone();
            }
            let error = &answer["result"]["_meta"]["fault/error"];
            assert_eq!(error["code"], "target_busy", "{answer}");
        }
    })
    .await;
    let stopped = agent.succeed("fault_stop_run", json!({ "run_id": run })).await;
    assert_eq!(stopped["state"], "stopped", "{stopped}");
    check(&agent.leave().await.0);
}

#[tokio::test]
async fn over_http_it_listens_on_loopback_with_a_secret_and_ends_at_a_signal() {
    let mut server = fault("agent tool --http 127.0.0.1:0").start();
    let said = server.warns("Bearer ").await;
    let url = said.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"));
    let address: SocketAddr =
        url.and_then(|url| url.split('/').nth(2)?.parse().ok()).unwrap_or_else(|| panic!("{said}"));
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let post = |more: &str| {
        format!(
            "POST /mcp HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
             content-type: application/json\r\naccept: application/json, text/event-stream\r\n\
             content-length: {}\r\n{more}\r\n{body}",
            body.len()
        )
    };
    let stranger = fault_tests::wire::ask(address, &post("")).await;
    assert_eq!(stranger.status, 401, "{stranger:?}");
    let secret = said.rsplit("Bearer ").next().unwrap_or_default().trim().to_owned();
    let known = format!("authorization: Bearer {secret}\r\n");
    let answer = fault_tests::wire::ask(address, &post(&known)).await;
    assert_ne!(answer.status, 401, "{answer:?}");
    let evil = format!("{known}origin: http://evil.example\r\n");
    let answer = fault_tests::wire::ask(address, &post(&evil)).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    server.stop().await.done();
}
