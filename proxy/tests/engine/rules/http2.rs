//! Rules on HTTP/2, where exchanges share a connection.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::{
    body::{Frame, Incoming},
    client::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{rule, seen};
use crate::support::{Path, Rig, Upstream, exchange, within};

/// An upstream that gives the body back, with a trailer.
async fn echo() -> Upstream {
    Upstream::serve(|wire| async move {
        let service = service_fn(|request: Request<Incoming>| async move {
            let body = request.into_body().collect().await.expect("a body").to_bytes();
            let mut trailers = HeaderMap::new();
            trailers.insert("x-end", HeaderValue::from_static("1"));
            let frames =
                vec![Ok::<_, Infallible>(Frame::data(body)), Ok(Frame::trailers(trailers))];
            Ok::<_, Infallible>(Response::new(StreamBody::new(futures_util::stream::iter(frames))))
        });
        let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(wire.stream), service)
            .await;
    })
    .await
}

type Sender = http2::SendRequest<Full<Bytes>>;

async fn open(rig: &Rig) -> Sender {
    let builder = http2::Builder::new(TokioExecutor::new());
    let io = TokioIo::new(rig.open().await.stream);
    let (sender, connection) = within(builder.handshake(io)).await.expect("HTTP/2");
    tokio::spawn(connection);
    sender
}

fn call(rig: &Rig, path: &str, body: &'static str) -> Request<Full<Bytes>> {
    let url = format!("http://{}{path}", rig.upstream);
    Request::post(url).header("x-tenant", "acme").body(Full::from(body)).expect("a request")
}

/// The status and the body of an answer; none if it broke off.
async fn ask(
    rig: &Rig,
    sender: &mut Sender,
    path: &str,
    body: &'static str,
) -> (Option<u16>, Option<Bytes>) {
    match within(sender.send_request(call(rig, path, body))).await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let body = within(answer.into_body().collect()).await;
            (Some(status), body.ok().map(|body| body.to_bytes()))
        }
        Err(_) => (None, None),
    }
}

fn hit(action: Value) -> Value {
    let mut rule = rule(action);
    rule["match"] = json!({ "path": "/hit/*" });
    rule
}

#[tokio::test]
async fn each_action_hits_its_stream_and_no_other() {
    let upstream = echo().await;
    let text = "0123456789";
    for path in [Path::Http, Path::Forward] {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut events = rig.proxy.subscribe();
        let mut sender = open(&rig).await;
        for (action, status, body) in [
            (json!({ "respond": { "status": 503, "body": "no" } }), Some(503), Some("no")),
            (json!({ "drop": "reset" }), None, None),
            (json!({ "drop": "close" }), None, None),
            (json!({ "rewrite": { "status": 500, "body": "new" } }), Some(500), Some("new")),
            (json!({ "rewrite": { "status": 500 } }), Some(500), Some(text)),
            (json!({ "truncate": 4 }), Some(200), None),
            (json!({ "truncate": 10 }), Some(200), Some(text)),
            (json!({ "dribble": { "bytes": 3, "every": "5ms" } }), Some(200), Some(text)),
            (json!({ "delay": { "mean": 10 } }), Some(200), Some(text)),
        ] {
            rig.set(&[hit(action.clone())]);
            let begun = Instant::now();
            let (got, read) = ask(&rig, &mut sender, "/hit/1", text).await;
            assert_eq!(
                (got, read.as_deref()),
                (status, body.map(str::as_bytes)),
                "{path:?} {action}"
            );
            if action.get("dribble").or(action.get("delay")).is_some() {
                assert!(begun.elapsed() >= Duration::from_millis(10), "{action}");
            }
            let told = exchange(&mut events).await;
            assert_eq!((told.status, told.complete), (status, body.is_some()), "{action}");
            assert_eq!((told.hits[0].fault.as_str(), told.hits[0].count), ("rule", 1), "{action}");
            let other = ask(&rig, &mut sender, "/other", text).await;
            assert_eq!(
                other,
                (Some(200), Some(Bytes::from(text))),
                "the control, on the same connection"
            );
            assert!(exchange(&mut events).await.hits.is_empty());
        }
    }
}

#[tokio::test]
async fn a_truncated_stream_gives_what_it_may_and_then_breaks() {
    let upstream = echo().await;
    let rig = Rig::start(Path::Http, upstream.address, &[rule(json!({ "truncate": 4 }))]).await;
    let mut sender = open(&rig).await;
    let answer = within(sender.send_request(call(&rig, "/", "0123456789"))).await.expect("a head");
    let mut body = answer.into_body();
    let first = within(body.frame()).await.expect("a frame").expect("data");
    assert_eq!(first.into_data().expect("data"), "0123");
    assert!(within(body.frame()).await.expect("an end").is_err());
}

#[tokio::test]
async fn conditions_see_what_http_2_sends() {
    let upstream = echo().await;
    let rig = Rig::start(Path::Http, upstream.address, &[]).await;
    let mut sender = open(&rig).await;
    let host = rig.upstream.to_string();
    for (conditions, hit) in [
        (json!({ "method": "POST", "path": "/a/*/c" }), true),
        (json!({ "method": "GET" }), false),
        (json!({ "headers": { "x-tenant": "acme" } }), true),
        (json!({ "headers": { "x-tenant": "other" } }), false),
        (json!({ "headers": { "host": host } }), true),
        (json!({ "headers": { "host": "other" } }), false),
        (json!({ "query": { "page": "2" } }), true),
        (json!({ "query": { "page": "3" } }), false),
        (json!({ "body": "345" }), true),
        (json!({ "body": "543" }), false),
    ] {
        rig.set(&[seen(json!({ "match": conditions }))]);
        let (status, body) = ask(&rig, &mut sender, "/a/b/c?page=2", "0123456789").await;
        let wanted = if hit { (Some(418), 0) } else { (Some(200), 10) };
        assert_eq!((status, body.expect("a body").len()), wanted, "{conditions}");
    }
}
