//! A model that says what a test tells it to, over HTTP in the form of OpenAI's completions.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::AbortHandle};

use crate::{LlmClient, LlmSettings, Secret};

/// What it does when it is asked.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// It answers.
    Says(String),
    /// It has too much to do, and asks to wait for a millisecond.
    Busy,
    /// It never answers.
    Hangs,
}

impl Reply {
    /// An answer in JSON.
    pub(crate) fn json(answer: &Value) -> Self {
        Self::Says(answer.to_string())
    }
}

#[derive(Clone, Default)]
struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

/// A model that is gone when it is dropped.
pub(crate) struct Model {
    address: SocketAddr,
    script: Script,
    task: AbortHandle,
}

impl Model {
    /// A model that replies so, one after the other; then it fails.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Script {
            replies: Arc::new(Mutex::new(replies.into_iter().collect())),
            asked: Arc::default(),
        };
        let router =
            Router::new().route("/v1/chat/completions", post(reply)).with_state(script.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Self { address, script, task: task.abort_handle() }
    }

    /// The settings that lead to it.
    pub(crate) fn settings(&self) -> LlmSettings {
        LlmSettings {
            client: LlmClient::Compatible,
            explicit: true,
            model: Some("scripted".to_owned()),
            endpoint: Some(format!("http://{}/v1", self.address)),
            key: Some(Secret::new("key-that-nobody-sees")),
            price: Some((1.0, 10.0)),
            ..LlmSettings::default()
        }
    }

    /// What it was asked: system and user texts of each call, as one.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.script.asked.lock().unwrap();
        let text = |message: &Value| message["content"].as_str().unwrap_or_default().to_owned();
        let whole = |body: &Value| {
            let messages = body["messages"].as_array().cloned().unwrap_or_default();
            messages.iter().map(text).collect::<Vec<_>>().join("\n\n")
        };
        asked.iter().map(whole).collect()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn reply(
    State(script): State<Script>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if headers.get("authorization").is_none_or(|it| it != "Bearer key-that-nobody-sees") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    script.asked.lock().unwrap().push(body);
    let reply = script.replies.lock().unwrap().pop_front();
    match reply {
        Some(Reply::Says(text)) => Json(json!({
            "choices": [{ "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 1000, "completion_tokens": 100 },
        }))
        .into_response(),
        Some(Reply::Busy) => {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after-ms", "1")], "{}").into_response()
        }
        Some(Reply::Hangs) => std::future::pending().await,
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}
