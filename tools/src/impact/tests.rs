//! Whole scenarios against a small application on this machine.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{Answer, Context, ErrorKind, Progress, State, ToolError, find};

/// An application that answers every request at once; aborted when dropped.
struct App {
    address: SocketAddr,
    task: AbortHandle,
}

impl App {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
        Self { address, task: task.abort_handle() }
    }

    /// Few calls, so that a test takes two seconds.
    fn traffic(&self) -> Value {
        json!({ "url": format!("http://{}/", self.address), "duration": "1s", "rps": 100 })
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        if line == "\r\n" {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
            if stream.get_mut().write_all(answer).await.is_err() {
                return;
            }
        }
        line.clear();
    }
}

async fn call(tool: &str, arguments: Value, context: Context) -> Result<Answer, ToolError> {
    find(tool).unwrap().call(context, arguments).await
}

fn context() -> Context {
    Context::new(Arc::new(State::default()), CancellationToken::new())
}

/// Runs a scenario against a fresh application.
async fn run(fault: &str, settings: Value) -> Value {
    let app = App::start().await;
    let mut arguments = app.traffic();
    arguments.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let tool = format!("fault_run_{fault}_impact_scenario");
    let answer = call(&tool, arguments, context()).await.unwrap();
    assert!(answer.text.contains("# Scenarios Report"), "{}", answer.text);
    answer.structured
}

#[tokio::test]
async fn a_latency_beyond_the_objectives_fails_with_proof() {
    let result = run("latency", json!({ "latency": 400 })).await;
    assert_eq!(result["verdict"], "failed", "{result}");
    assert_eq!(result["faults"][0]["eligible"], 100);
    assert_eq!(result["faults"][0]["hit"], 100);
    assert!(result["faults"][0]["measured_ms"]["mean"].as_f64().unwrap() >= 400.0, "{result}");
    assert!(result["control"]["summary"]["latency"]["p50"].as_f64().unwrap() < 200.0);
    assert_eq!(result["control"]["crossed"], 100);
}

#[tokio::test]
async fn a_latency_within_the_objectives_passes() {
    let result = run("latency", json!({ "latency": 20 })).await;
    assert_eq!(result["verdict"], "passed", "{result}");
    assert_eq!(result["faults"][0]["hit"], 100);
}

#[tokio::test]
async fn a_blackhole_lets_every_call_time_out() {
    let result = run("blackhole", json!({ "timeout": 0.5 })).await;
    assert_eq!(result["verdict"], "failed", "{result}");
    assert_eq!(result["faulted"]["summary"]["errors_by_kind"]["timed_out"], 100, "{result}");
    assert_eq!(result["control"]["summary"]["errors"], 0);
}

#[tokio::test]
async fn http_errors_are_answered_in_place_of_the_application() {
    let result = run("http_error", json!({ "status_code": 503 })).await;
    assert_eq!(result["verdict"], "failed", "{result}");
    assert_eq!(result["faulted"]["summary"]["statuses"]["503"], 100, "{result}");
    assert_eq!(result["control"]["summary"]["statuses"]["200"], 100);
}

#[tokio::test]
async fn jitter_bandwidth_and_packet_loss_run_and_act() {
    let (jitter, bandwidth, packet_loss) = tokio::join!(
        run("jitter", json!({ "amplitude": 5, "frequency": 50 })),
        run("bandwidth", json!({ "rate": 10, "unit": "mbps" })),
        run("packet_loss", json!({ "probability": 0.2 })),
    );
    for result in [jitter, bandwidth, packet_loss] {
        assert!(result["faults"][0]["hit"].as_u64().unwrap() > 0, "{result}");
        assert_eq!(result["faulted"]["crossed"], 100, "{result}");
    }
}

#[tokio::test]
async fn a_result_can_be_repeated_from_what_it_says() {
    let app = App::start().await;
    let mut arguments = app.traffic();
    arguments["latency"] = json!(20);
    let tool = "fault_run_latency_impact_scenario";
    let first = call(tool, arguments, context()).await.unwrap().structured;
    let again = first["repeat"]["arguments"].clone();
    assert_eq!(first["repeat"]["tool"], tool);
    let second = call(tool, again, context()).await.unwrap().structured;
    assert_eq!(second["seed"], first["seed"]);
    assert_eq!(second["repeat"], first["repeat"]);
}

#[tokio::test]
async fn a_mapping_that_the_application_does_not_use_shows_nothing() {
    let (app, dependency) = (App::start().await, App::start().await);
    let mut arguments = app.traffic();
    arguments["latency"] = json!(400);
    arguments["proxies"] = json!([format!("0=http://{}", dependency.address)]);
    let tool = "fault_run_latency_impact_scenario";
    let result = call(tool, arguments, context()).await.unwrap().structured;
    assert_eq!(result["verdict"], "inconclusive", "{result}");
    assert_eq!(result["reasons"][0]["code"], "no_traffic_crossed");
}

#[tokio::test]
async fn two_scenarios_run_at_once_but_not_against_the_same_target() {
    let (one, two) = (App::start().await, App::start().await);
    let context = context();
    let arguments = |app: &App| {
        let mut arguments = app.traffic();
        arguments["fault"] = json!({ "type": "latency", "mean": 5 });
        arguments
    };
    let start = "fault_start_impact_scenario";
    let first = call(start, arguments(&one), context.clone()).await.unwrap();
    let second = call(start, arguments(&two), context.clone()).await.unwrap();
    let busy = call(start, arguments(&one), context.clone()).await.unwrap_err();
    assert_eq!(busy.code, "target_busy");
    for run in [first, second] {
        let asked = json!({ "run_id": run.structured["run_id"], "wait_s": 25 });
        let got = call("fault_get_run", asked, context.clone()).await.unwrap();
        assert_eq!(got.structured["state"], "done", "{}", got.text);
        assert_eq!(got.structured["result"]["verdict"], "passed", "{}", got.text);
    }
}

#[tokio::test]
async fn a_period_counts_from_the_start_of_the_calls_with_the_fault() {
    let app = App::start().await;
    let context = context();
    let mut arguments = app.traffic();
    arguments["fault"] =
        json!({ "type": "latency", "mean": 5, "period": "start:50%,duration:50%" });
    let run = call("fault_start_impact_scenario", arguments, context.clone()).await.unwrap();
    let asked = json!({ "run_id": run.structured["run_id"], "wait_s": 25 });
    let got = call("fault_get_run", asked, context).await.unwrap().structured;
    let fault = &got["result"]["faults"][0];
    let hit = fault["hit"].as_u64().unwrap();
    assert!((30..=70).contains(&hit), "{fault}");
    assert_eq!(fault["windows"], json!([{ "from_percent": 50.0, "to_percent": 100.0 }]));
}

#[tokio::test]
async fn progress_is_told_and_a_cancelled_scenario_leaves_nothing_behind() {
    let app = App::start().await;
    let cancel = CancellationToken::new();
    let told = cancel.clone();
    let state = Arc::new(State::default());
    let context = Context::new(Arc::clone(&state), cancel)
        .with_progress(Progress::new(move |_| told.cancel()));
    let mut arguments = app.traffic();
    arguments["latency"] = json!(20);
    let tool = "fault_run_latency_impact_scenario";
    let error = call(tool, arguments.clone(), context).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    let fresh = Context::new(state, CancellationToken::new());
    assert!(call(tool, arguments, fresh).await.is_ok());
}

#[tokio::test]
async fn a_wrong_setting_gets_the_words_of_the_engine() {
    let arguments = json!({ "url": "http://127.0.0.1:1/", "latency": -1 });
    let error = call("fault_run_latency_impact_scenario", arguments, context()).await.unwrap_err();
    let wrong = json!({ "type": "latency", "mean": -1 });
    let engine = fault_proxy::Fault::from_value(&wrong).unwrap_err();
    assert_eq!((error.code.as_ref(), error.message), (engine.code, engine.message));
}
