//! The endpoints, and the line that is logged for each request.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::outgoing::{Outgoing, OutgoingError};
use super::{DEFAULT_COMPANION, DEFAULT_REMOTE, GRACE, ended};

const GREETING: &str = "<h1>Hello, World!</h1>";

/// What the endpoints need to know.
pub(super) struct App {
    /// How to call others.
    pub(super) outgoing: Outgoing,
    /// What to call instead of the documented remotes.
    pub(super) remote: Option<Uri>,
    /// The application's own `/`.
    pub(super) own: Uri,
    /// Cancelled when the application is to end.
    pub(super) stop: CancellationToken,
}

/// The endpoints over `app`, each request logged to `log`.
pub(super) fn router(app: App, log: impl Fn(String) + Send + Sync + 'static) -> Router {
    let log = Arc::new(log);
    let stop = app.stop.clone();
    let logged = move |request: Request, next: Next| {
        let (log, stop) = (Arc::clone(&log), stop.clone());
        async move {
            let started = Instant::now();
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let response = tokio::select! {
                response = next.run(request) => response,
                () = ended(&stop, GRACE) => stopping(),
            };
            log(format!("{method} {path} {} {:?}", response.status().as_u16(), started.elapsed()));
            response
        }
    };
    Router::new()
        .route("/", get(async || Html(GREETING)))
        .route("/uppercase", post(uppercase))
        .route("/ping", get(ping).post(ping))
        .route("/ping/myself", get(ping_myself))
        .route("/multi", get(multi))
        .layer(middleware::from_fn(logged))
        .with_state(Arc::new(app))
}

async fn uppercase(body: Result<Json<Value>, JsonRejection>) -> Result<Json<Value>, Response> {
    let Json(body) =
        body.map_err(|rejection| failure(rejection.status(), &rejection.body_text()))?;
    let content = body.get("content").and_then(Value::as_str).ok_or_else(|| {
        failure(StatusCode::UNPROCESSABLE_ENTITY, "the body has no string named 'content'")
    })?;
    Ok(Json(json!({ "content": content.to_uppercase() })))
}

async fn ping(State(app): State<Arc<App>>) -> Result<Json<Value>, OutgoingError> {
    let started = Instant::now();
    let remote = app.remote.clone().unwrap_or_else(|| Uri::from_static(DEFAULT_REMOTE));
    let body = app.outgoing.get(&remote).await?;
    Ok(Json(json!({ "content": content(&body), "duration": milliseconds(started.elapsed()) })))
}

async fn ping_myself(State(app): State<Arc<App>>) -> Result<Html<String>, OutgoingError> {
    let body = app.outgoing.get(&app.own).await?;
    Ok(Html(String::from_utf8_lossy(&body).into_owned()))
}

async fn multi(State(app): State<Arc<App>>) -> Result<Json<Value>, OutgoingError> {
    let started = Instant::now();
    match &app.remote {
        None => {
            let (one, other) =
                (Uri::from_static(DEFAULT_COMPANION), Uri::from_static(DEFAULT_REMOTE));
            tokio::try_join!(app.outgoing.get(&one), app.outgoing.get(&other))?;
        }
        Some(remote) => {
            let (one, other) = (app.outgoing.get(remote), app.outgoing.get(remote));
            tokio::try_join!(one, other, app.outgoing.get(&app.own))?;
        }
    }
    Ok(Json(json!({ "content": "", "duration": milliseconds(started.elapsed()) })))
}

/// The remote's JSON as it is, anything else as text.
fn content(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body)))
}

fn milliseconds(elapsed: Duration) -> String {
    format!("{:.3}", elapsed.as_secs_f64() * 1000.0)
}

fn stopping() -> Response {
    failure(StatusCode::SERVICE_UNAVAILABLE, "the demo application is stopping")
}

fn failure(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

impl IntoResponse for OutgoingError {
    fn into_response(self) -> Response {
        let mut error = self.to_string();
        let mut cause = self.source();
        while let Some(next) = cause {
            error = format!("{error}: {next}");
            cause = next.source();
        }
        failure(StatusCode::BAD_GATEWAY, &error)
    }
}
