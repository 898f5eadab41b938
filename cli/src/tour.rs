//! `fault demo tour`: faults at work in half a minute, with nothing else needed.
//!
//! The demo application calls a remote without a time-out or a retry. The remote stands behind a
//! mapping, and three impact scenarios disturb that mapping: the very handlers that agents call.

use std::{
    fmt::{self, Display, Formatter},
    net::SocketAddr,
    sync::Arc,
};

use fault_tools::{Context, State, ToolError, find};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    Ending,
    args::{self, TourArgs},
    demo::{self, Demo, Settings},
    demo_command,
    logging::Logs,
    output, process, tool,
};

/// The stops of the tour: a tool, and what it is asked for beside what all are asked for.
fn stops() -> [(&'static str, Value); 3] {
    [
        ("fault_run_latency_impact_scenario", json!({ "latency": 300, "deviation": 20 })),
        ("fault_run_blackhole_impact_scenario", json!({ "timeout": 1 })),
        ("fault_run_http_error_impact_scenario", json!({ "status_code": 503, "probability": 0.5 })),
    ]
}

/// Runs the tour.
pub(crate) fn execute(args: &TourArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let seed = args::seed(args.seed.as_deref())?;
    logs.start()?;
    process::block_on(async {
        let stop = process::stop_signal()?;
        let state = Arc::new(State::default());
        let outcome = walk(seed.to_string(), &state, stop).await;
        state.shutdown().await;
        outcome
    })?;
    // The application falls short on purpose: that is what there is to see.
    Ok(Ending::Done)
}

async fn walk(seed: String, state: &Arc<State>, stop: CancellationToken) -> Result<(), ToolError> {
    let port = free_port().await?;
    let demo = application(port, stop.clone()).await?;
    let common = json!({
        "url": format!("http://{}/ping", demo.address()),
        "proxies": [format!("{port}=http://{}", demo.address())],
        "duration": "4s",
        "num_clients": 4,
        "rps": 10,
        "seed": seed,
    });
    output::say(&welcome(demo.address(), port));
    let mut rows = Vec::new();
    for (number, (name, own)) in stops().into_iter().enumerate() {
        let entry = find(name)?;
        output::warn(&format!("[{} of 3] {}\n", number + 1, entry.definition.title));
        let context = Context::new(Arc::clone(state), stop.clone());
        let answer = tool::call(entry, context, merged(&common, own)).await?;
        output::say(&format!("{}\n\n", answer.text.trim_end()));
        rows.push(Row::of(&answer.structured));
    }
    output::say(&closing(&rows, demo.address()));
    Ok(())
}

/// A port that is free now; the scenarios listen on it one after the other.
async fn free_port() -> Result<u16, ToolError> {
    let failed = |error: std::io::Error| {
        ToolError::environment("cannot_listen", format!("there is no free port: {error}"))
            .hint("the tour listens on 127.0.0.1; see what keeps it from that")
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    Ok(listener.local_addr().map_err(failed)?.port())
}

/// The demo application, with a mapping on `port` as the remote of `/ping`.
async fn application(port: u16, stop: CancellationToken) -> Result<Demo, ToolError> {
    let settings = Settings {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        remote: Some(format!("http://127.0.0.1:{port}/")),
        http_proxy: None,
        tls: None,
    };
    let log = |line: String| tracing::debug!("demo application: {line}");
    demo::serve(settings, log, stop).await.map_err(demo_command::failed)
}

fn merged(common: &Value, own: Value) -> Value {
    let parts = [common.clone(), own].into_iter().filter_map(|part| match part {
        Value::Object(map) => Some(map),
        _ => None,
    });
    Value::Object(parts.flatten().collect::<Map<_, _>>())
}

fn welcome(demo: SocketAddr, port: u16) -> String {
    format!(
        "A small application listens on {demo}. Its /ping calls a remote, without a time-out and\n\
         without a retry. The remote stands behind 127.0.0.1:{port}, where the proxy sits.\n\
         Three scenarios call /ping without and then with a fault on the way to the remote.\n\n"
    )
}

/// A line of the closing table.
#[derive(Debug, PartialEq)]
struct Row {
    fault: String,
    verdict: String,
    control_p95: Option<f64>,
    faulted_p95: Option<f64>,
    errors: u64,
    requests: u64,
}

impl Row {
    fn of(result: &Value) -> Self {
        let text = |pointer: &str| {
            result.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned()
        };
        let number = |pointer: &str| result.pointer(pointer).and_then(Value::as_f64);
        let count = |pointer: &str| result.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
        Self {
            fault: text("/faults/0/kind"),
            verdict: text("/verdict"),
            control_p95: number("/control/summary/latency/p95"),
            faulted_p95: number("/faulted/summary/latency/p95"),
            errors: count("/faulted/summary/errors"),
            requests: count("/faulted/summary/requests"),
        }
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ms = |value: Option<f64>| value.map_or("-".to_owned(), |ms| format!("{ms:.0} ms"));
        write!(
            f,
            "{:<12} {:<13} {:>11} {:>11} {:>12}",
            self.fault,
            self.verdict,
            ms(self.control_p95),
            ms(self.faulted_p95),
            format!("{} of {}", self.errors, self.requests)
        )
    }
}

fn closing(rows: &[Row], demo: SocketAddr) -> String {
    let mut text = format!(
        "{:<12} {:<13} {:>11} {:>11} {:>12}\n",
        "fault", "verdict", "p95 without", "p95 with", "errors with"
    );
    for row in rows {
        text += &format!("{row}\n");
    }
    text + &format!(
        "\nThe application hands every trouble of its remote on to its callers: it waits as long as the\n\
         remote takes, for ever if it must, and answers an error with an error.\n\
         Try it on an application of yours: let it use 127.0.0.1:34000 in place of a service it\n\
         calls, and run\n\n  \
         fault tool fault_run_latency_impact_scenario latency=300 \\\n    \
         url=http://{example}/path-of-yours proxies=34000=https://service.example.com\n",
        example = SocketAddr::new(demo.ip(), 8080)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stop_is_a_tool_that_takes_what_it_is_asked_for() {
        for (name, own) in stops() {
            let schema = find(name).unwrap().input_schema();
            for key in own.as_object().unwrap().keys() {
                assert!(schema["properties"].get(key).is_some(), "{name} takes no {key}");
            }
        }
    }

    #[test]
    fn a_row_holds_what_a_stop_found() {
        let row = Row::of(&json!({
            "verdict": "failed",
            "faults": [{ "kind": "blackhole" }],
            "control": { "summary": { "latency": { "p95": 7.6 } } },
            "faulted": { "summary": { "errors": 3, "requests": 4 } },
        }));
        let words: Vec<_> = row.to_string().split_whitespace().map(str::to_owned).collect();
        assert_eq!(words.join(" "), "blackhole failed 8 ms - 3 of 4");
    }

    #[test]
    fn what_a_stop_asks_for_stands_over_what_all_ask_for() {
        let merged = merged(&json!({ "rps": 1, "url": "u" }), json!({ "rps": 2 }));
        assert_eq!(merged, json!({ "rps": 2, "url": "u" }));
    }
}
