//! A server that stands in for a provider: it checks each question, and answers or makes trouble.

use std::future::pending;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};
use serde_json::Value;
use tokio::time::{Duration, sleep};

use crate::stand::{Shared, Stand, Waiting};
use crate::wire;

/// What the server does.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// It checks the question, and answers this in the form of the provider.
    Says(String),
    /// It answers with this, whatever was asked: a status, headers and a body.
    Gives(u16, Vec<(&'static str, &'static str)>, String),
    /// It refuses every question that has this field, as servers do that do not know it.
    Knows(&'static str),
    /// The body ends early.
    Cut,
    Hang,
    /// The body never ends, and comes fast.
    Endless,
    /// The body never ends, and comes slowly.
    Trickles,
}

impl Reply {
    pub(crate) fn says(text: impl Into<String>) -> Self {
        Self::Says(text.into())
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Gives(status, vec![("content-type", "application/json")], body.to_string())
    }
}

/// One call of a client, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) status: u16,
}

/// A running server.
pub(crate) type Server = Stand<Reply, Call>;

impl Server {
    /// Starts a server that does this first, and gives a good answer from then on.
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let app = |shared| Router::new().fallback(serve).with_state(shared);
        Self::serving(replies, app).await
    }
}

async fn serve(State(shared): State<Arc<Shared<Reply, Call>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 8 << 20).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).expect("a body of JSON");
    let reply = next(&shared, &body);
    let path = head.uri.path();
    let response = match &reply {
        Reply::Says(text) => checked(wire::answer(path, &head.headers, &body, text)),
        Reply::Gives(status, headers, body) => given(*status, headers, body.clone()),
        Reply::Knows(field) => {
            let error = serde_json::json!({"error": {"message": format!(
                "Unrecognized request argument supplied: {field}")}});
            given(400, &[("content-type", "application/json")], error.to_string())
        }
        Reply::Cut => streamed(stream::iter([
            Ok(Bytes::from_static(b"{\"choices\": [")),
            Err(std::io::Error::other("cut")),
        ])),
        Reply::Hang => Response::new(Body::empty()),
        Reply::Endless => {
            streamed(stream::repeat_with(|| Ok(Bytes::from_static(&[b' '; 1 << 16]))))
        }
        Reply::Trickles => streamed(stream::repeat(()).then(|()| async {
            sleep(Duration::from_millis(50)).await;
            Ok(Bytes::from_static(b" "))
        })),
    };
    shared.calls.lock().expect("no test panics with it").push(Call {
        headers: head.headers.clone(),
        body,
        status: response.status().as_u16(),
    });
    shared.called.notify_one();
    if matches!(reply, Reply::Hang) {
        let _waiting = Waiting(shared);
        pending::<()>().await;
    }
    response
}

/// What is done now: a refusal of a field stays until somebody asks without it.
fn next(shared: &Shared<Reply, Call>, body: &Value) -> Reply {
    let mut replies = shared.replies.lock().expect("no test panics with it");
    while let Some(Reply::Knows(field)) = replies.front() {
        if body.get(field).is_some() {
            return Reply::Knows(field);
        }
        replies.pop_front();
    }
    replies.pop_front().unwrap_or_else(|| Reply::says(crate::GOOD))
}

fn checked(answer: Result<Value, wire::Wrong>) -> Response {
    let json = [("content-type", "application/json")];
    match answer {
        Ok(answer) => given(200, &json, answer.to_string()),
        Err((status, reason)) => {
            given(status, &json, serde_json::json!({"error": {"message": reason}}).to_string())
        }
    }
}

fn given(status: u16, headers: &[(&'static str, &'static str)], body: String) -> Response {
    let mut response = Response::builder().status(StatusCode::from_u16(status).expect("a status"));
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).expect("a response")
}

fn streamed(parts: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static) -> Response {
    let response = Response::builder().header("content-type", "application/json");
    response.body(Body::from_stream(parts)).expect("a response")
}
