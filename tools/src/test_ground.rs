//! What the tests of scenarios stand on: a small application and an open folder.

pub(crate) mod model;

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, http::StatusCode, routing::get};
use fault_scenario::results::Results;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::AbortHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    Answer, CodeSettings, Context, LlmClient, LlmSettings, Progress, State, ToolError, find,
};

/// An application that answers at once, but for `/broken` that fails; gone when dropped.
pub(crate) struct App {
    pub(crate) address: SocketAddr,
    task: AbortHandle,
}

impl App {
    pub(crate) async fn start() -> Self {
        let router = Router::new()
            .route("/", get(|| async { "hi" }))
            .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
            .route("/openapi.json", get(|| async { SPEC }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Self { address, task: task.abort_handle() }
    }

    /// A scenario file: one call of this application through a latency, expected to be answered
    /// with 200; with one title for each path.
    pub(crate) fn scenario(&self, path: &str, latency: u32) -> String {
        let address = self.address;
        format!(
            "title: A slow {path}\nitems:\n- call:\n    method: GET\n    \
             url: http://{address}{path}\n  context:\n    upstreams: [\"http://{address}\"]\n    \
             faults:\n    - type: latency\n      mean: {latency}\n  expect:\n    status: 200\n"
        )
    }

    /// The same under load for a while.
    pub(crate) fn load(&self, duration: &str, rps: u32) -> String {
        let strategy = format!(
            "  context:\n    strategy:\n      mode: load\n      duration: {duration}\n      \
             clients: 1\n      rps: {rps}\n"
        );
        self.scenario("/", 10).replace("  context:\n", &strategy)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An API with three operations at two paths, one of them with a parameter.
pub(crate) const SPEC: &str = r#"{
    "openapi": "3.0.3", "info": { "title": "Shop", "version": "1" },
    "servers": [{ "url": "/" }],
    "paths": {
        "/": { "get": { "responses": { "200": { "description": "ok" } } } },
        "/users/{user_id}": {
            "parameters": [
                { "name": "user_id", "in": "path", "required": true, "schema": { "type": "string" } }
            ],
            "get": { "responses": { "200": { "description": "ok" } } },
            "delete": { "responses": { "204": { "description": "gone" } } }
        }
    }
}"#;

/// The results of a run without tests.
pub(crate) fn no_results() -> Results {
    let json = json!({
        "start": 0, "end": 0, "results": [], "verdict": "inconclusive",
        "tests": { "passed": 0, "failed": 0, "inconclusive": 0 }, "seed": "1", "command": "",
        "versions": { "fault": "0" }, "cut_short": false,
    });
    serde_json::from_value(json).unwrap()
}

/// A folder that callers may use, and what outlives their calls.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) state: Arc<State>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = State::default().with_roots(vec![folder.path().to_owned()]);
        Self { folder, state: Arc::new(state) }
    }

    /// The same, which indexes and searches in this way.
    pub(crate) fn with_code(self, settings: CodeSettings) -> Self {
        let roots = vec![self.folder.path().to_owned()];
        let state = State::default().with_roots(roots).with_code(settings);
        Self { state: Arc::new(state), ..self }
    }

    /// The same, in which this model answers.
    pub(crate) fn with_llm(self, settings: LlmSettings) -> Self {
        let roots = vec![self.folder.path().to_owned()];
        let state = State::default().with_roots(roots).with_llm(settings);
        Self { state: Arc::new(state), ..self }
    }

    /// The same, in which questions have these answers: each with the name of its question.
    pub(crate) fn with_answers(self, answers: &[(&str, Value)]) -> Self {
        let line = |(question, answer): &(&str, Value)| {
            json!({ "question": question, "answer": answer }).to_string()
        };
        let lines: Vec<String> = answers.iter().map(line).collect();
        self.write("answers.jsonl", &lines.join("\n"));
        let recorded = Some(self.folder.path().join("answers.jsonl"));
        let client = LlmClient::Recorded;
        self.with_llm(LlmSettings { client, explicit: true, recorded, ..LlmSettings::default() })
    }

    /// A process that was started in a folder of this one, and knows nothing of earlier calls.
    pub(crate) fn of_another_process(&self, folder: &str) -> Self {
        let state = State::default().with_roots(vec![self.folder.path().join(folder)]);
        Self { folder: tempfile::tempdir().unwrap(), state: Arc::new(state) }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.folder.path().join(name)).unwrap()
    }

    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Result<Answer, ToolError> {
        let never = CancellationToken::new();
        self.call_until(tool, arguments, never, Progress::default()).await
    }

    pub(crate) async fn call_until(
        &self,
        tool: &str,
        arguments: Value,
        cancel: CancellationToken,
        progress: Progress,
    ) -> Result<Answer, ToolError> {
        let context = Context::new(Arc::clone(&self.state), cancel).with_progress(progress);
        find(tool).unwrap().call(context, arguments).await
    }
}
