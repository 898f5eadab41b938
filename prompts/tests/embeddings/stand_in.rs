//! A server that stands in for a provider, and the troubles it makes.

use std::future::pending;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};

use crate::stand::{Shared, Stand, Waiting};
use crate::wire::{self, Vectors};

/// What the server does instead of answering.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A status, how long to wait, and a body of JSON.
    Status(u16, Option<&'static str>, String),
    Html,
    Garbage,
    /// The body ends early.
    Cut,
    Hang,
    HangAfterHead,
    /// The body never ends.
    Endless,
    FewerVectors,
    ShorterVectors,
    NoDirection,
}

impl Reply {
    /// A status with a reason in OpenAI's form.
    pub(crate) fn status(status: u16, reason: &str) -> Self {
        Self::Status(status, None, json!({"error": {"message": reason}}).to_string())
    }

    pub(crate) fn busy(retry_after: &'static str) -> Self {
        Self::Status(429, Some(retry_after), "{}".to_owned())
    }
}

/// One call of a client, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
    pub(crate) status: u16,
}

/// A running server.
pub(crate) type StandIn = Stand<Reply, Call>;

impl StandIn {
    /// Starts a server that gives these replies first, and answers rightly from then on.
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let app = |shared| Router::new().fallback(serve).with_state(shared);
        Self::serving(replies, app).await
    }
}

async fn serve(State(shared): State<Arc<Shared<Reply, Call>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).expect("a body of JSON");
    let reply = shared.replies.lock().expect("no test panics with it").pop_front();
    shared.called.notify_one();

    let answer = |vectors| wire::answer(head.uri.path(), &head.headers, &body, vectors);
    let response = match &reply {
        None => answered(answer(Vectors::Right)),
        Some(Reply::FewerVectors) => answered(answer(Vectors::Fewer)),
        Some(Reply::ShorterVectors) => answered(answer(Vectors::Shorter)),
        Some(Reply::NoDirection) => answered(answer(Vectors::Zero)),
        Some(trouble) => troubled(trouble),
    };
    let authorization = head.headers.get("authorization");
    shared.calls.lock().expect("no test panics with it").push(Call {
        path: head.uri.path().to_owned(),
        authorization: authorization
            .map(|value| value.to_str().expect("a readable header").to_owned()),
        body: body.clone(),
        status: response.status().as_u16(),
    });
    if matches!(reply, Some(Reply::Hang)) {
        let _waiting = Waiting(shared);
        pending::<()>().await;
    }
    response
}

fn answered(answer: Result<Value, wire::Wrong>) -> Response {
    match answer {
        Ok(answer) => json_response(200, None, answer.to_string()),
        Err((status, reason)) => troubled(&Reply::status(status, &reason)),
    }
}

fn troubled(trouble: &Reply) -> Response {
    match trouble {
        Reply::Status(status, retry_after, body) => {
            json_response(*status, *retry_after, body.clone())
        }
        Reply::Html => {
            let page = "<html><body>Sign in to the network</body></html>";
            Response::builder()
                .header("content-type", "text/html")
                .body(page.into())
                .expect("a response")
        }
        Reply::Cut => streamed(stream::iter([
            Ok(Bytes::from_static(b"{\"object\": \"li")),
            Err(std::io::Error::other("cut")),
        ])),
        Reply::HangAfterHead => streamed(stream::pending()),
        Reply::Endless => {
            streamed(stream::repeat_with(|| Ok(Bytes::from_static(&[b'['; 1 << 16]))))
        }
        _ => json_response(200, None, "\u{0}\u{1} no JSON at all".to_owned()),
    }
}

fn streamed(
    parts: impl stream::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
) -> Response {
    let response = Response::builder().header("content-type", "application/json");
    response.body(Body::from_stream(parts)).expect("a response")
}

fn json_response(status: u16, retry_after: Option<&str>, body: String) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::from_u16(status).expect("a status"))
        .header("content-type", "application/json");
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    response.body(body.into()).expect("a response")
}
