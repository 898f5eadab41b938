//! Upgrades, WebSocket, and HTTP/2 with and without what gRPC needs of it.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue, Request, Response, Version};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::BoxBody};
use hyper::{
    body::{Frame, Incoming},
    client::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio_tungstenite::{
    WebSocketStream, accept_async, client_async,
    tungstenite::{Message as Frames, protocol::Role},
};

use crate::support::{Path, Rig, Upstream, Wire, exchange, within};

type Body = BoxBody<Bytes, Infallible>;

/// A WebSocket server that gives every message back.
async fn echo() -> Upstream {
    Upstream::serve(|wire| async move {
        let mut socket = accept_async(wire.stream).await.expect("a handshake");
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() || socket.send(message).await.is_err() {
                break;
            }
        }
    })
    .await
}

/// A client's WebSocket; the HTTP proxy is asked by hand, as no client library does.
async fn websocket(rig: &Rig) -> WebSocketStream<tokio::net::TcpStream> {
    let mut wire = rig.open().await;
    if rig.path != Path::Forward {
        let url = format!("ws://{}/chat", rig.upstream);
        return within(client_async(url, wire.stream)).await.expect("a handshake").0;
    }
    wire.send(
        rig.line("GET", "/chat")
            + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
               Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    .await;
    let head = wire.head().await;
    assert_eq!(head.status(), 101);
    assert_eq!(head.one("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert!(head.one("upgrade").is_some_and(|to| to.eq_ignore_ascii_case("websocket")));
    WebSocketStream::from_raw_socket(wire.stream, Role::Client, None).await
}

#[tokio::test]
async fn a_websocket_talks_both_ways_on_every_path() {
    let upstream = echo().await;
    for path in Path::ALL {
        for faults in [vec![], vec![json!({ "type": "latency", "mean": 2, "direction": "both" })]] {
            let rig = Rig::start(path, upstream.address, &faults).await;
            let mut socket = websocket(&rig).await;
            for text in ["one", "two"] {
                within(socket.send(Frames::text(text))).await.expect("a reader");
                let back = within(socket.next()).await.expect("a message").expect("an echo");
                assert_eq!(back, Frames::text(text), "{path:?}");
            }
            within(socket.close(None)).await.expect("a close");
        }
    }
}

#[tokio::test]
async fn faults_act_on_a_websocket_that_is_already_open() {
    let upstream = echo().await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut events = rig.proxy.subscribe();
        let mut socket = websocket(&rig).await;
        rig.set(&[json!({ "type": "blackhole" })]);
        within(socket.send(Frames::text("held"))).await.expect("a reader");
        crate::support::held(&mut events, "blackhole").await;
        rig.set(&[]);
        let back = within(socket.next()).await.expect("a message").expect("an echo");
        assert_eq!(back, Frames::text("held"));
    }
}

#[tokio::test]
async fn a_refused_upgrade_is_an_answer_like_any_other() {
    let upstream =
        Upstream::answering("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno").await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        let request = rig.line("GET", "/") + "Connection: Upgrade\r\nUpgrade: odd\r\n\r\n";
        for _ in 0..2 {
            assert_eq!(wire.ask(&request).await.text(), "no");
        }
    }
}

/// An HTTP/2 upstream with a gRPC-like answer: the body's bytes back, then trailers.
async fn grpc(connections: Arc<AtomicUsize>) -> Upstream {
    Upstream::serve(move |wire| {
        connections.fetch_add(1, Ordering::SeqCst);
        async move {
            let service = service_fn(|request: Request<Incoming>| async move {
                assert_eq!(request.version(), Version::HTTP_2);
                let te = request.headers().get("te").cloned();
                let path = request.uri().path().to_owned();
                let body = request.into_body().collect().await.expect("a body").to_bytes();
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", HeaderValue::from_static("0"));
                let frames =
                    vec![Ok::<_, Infallible>(Frame::data(body)), Ok(Frame::trailers(trailers))];
                let mut response =
                    Response::new(StreamBody::new(futures_util::stream::iter(frames)));
                response.headers_mut().insert("x-path", path.parse().expect("a value"));
                if let Some(te) = te {
                    response.headers_mut().insert("x-te", te);
                }
                Ok::<_, Infallible>(response)
            });
            let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(wire.stream), service)
                .await;
        }
    })
    .await
}

/// An HTTP/2 client with prior knowledge.
async fn client(wire: Wire) -> http2::SendRequest<Body> {
    let builder = http2::Builder::new(TokioExecutor::new());
    let (sender, connection) =
        within(builder.handshake(TokioIo::new(wire.stream))).await.expect("HTTP/2");
    tokio::spawn(connection);
    sender
}

fn call(rig: &Rig, body: &'static str) -> Request<Body> {
    Request::post(format!("http://{}/pkg.Service/Call", rig.upstream))
        .header("te", "trailers")
        .header("content-type", "application/grpc")
        .body(Full::from(body).boxed())
        .expect("a request")
}

#[tokio::test]
async fn http_2_with_prior_knowledge_goes_through_with_its_trailers() {
    let connections = Arc::default();
    let upstream = grpc(Arc::clone(&connections)).await;
    for path in Path::ALL {
        for faults in [vec![], vec![json!({ "type": "latency", "mean": 2, "direction": "both" })]] {
            let rig = Rig::start(path, upstream.address, &faults).await;
            let mut sender = client(rig.open().await).await;
            let response =
                within(sender.send_request(call(&rig, "ping"))).await.expect("an answer");
            assert_eq!(response.status(), 200, "{path:?}");
            assert_eq!(response.version(), Version::HTTP_2);
            assert_eq!(response.headers()["x-te"], "trailers");
            assert_eq!(response.headers()["x-path"], "/pkg.Service/Call");
            let body = within(response.into_body().collect()).await.expect("a body");
            assert_eq!(body.trailers().expect("trailers")["grpc-status"], "0");
            assert_eq!(body.to_bytes(), "ping");
        }
    }
}

#[tokio::test]
async fn many_http_2_exchanges_at_once_share_a_connection_and_are_told_apart() {
    let connections: Arc<AtomicUsize> = Arc::default();
    let upstream = grpc(Arc::clone(&connections)).await;
    let rig =
        Rig::start(Path::Http, upstream.address, &[json!({ "type": "latency", "mean": 20 })]).await;
    let mut events = rig.proxy.subscribe();
    let mut sender = client(rig.open().await).await;
    // The first makes the connection that the others share.
    within(sender.send_request(call(&rig, "first"))).await.expect("an answer");
    exchange(&mut events).await;
    let calls = (0..10).map(|_| {
        let mut sender = sender.clone();
        let request = call(&rig, "many");
        async move {
            let response = sender.send_request(request).await.expect("an answer");
            response.into_body().collect().await.expect("a body").to_bytes()
        }
    });
    for body in within(futures_util::future::join_all(calls)).await {
        assert_eq!(body, "many");
    }
    let mut numbers = Vec::new();
    for _ in 0..10 {
        let told = exchange(&mut events).await;
        assert_eq!(told.hits[0].fault, "latency");
        assert!(told.elapsed_ms >= 20.0);
        numbers.push(told.number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (2..=11).collect::<Vec<_>>());
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_of_the_proxys_own_reaches_an_http_2_client_too() {
    let rig = Rig::start(Path::Http, crate::support::closed_port().await, &[]).await;
    let mut sender = client(rig.open().await).await;
    let response = within(sender.send_request(call(&rig, "x"))).await.expect("an answer");
    assert_eq!(response.status(), 502);
    assert_eq!(response.headers()["proxy-status"], "fault; error=connection_refused");
    rig.set(&[json!({ "type": "httperror", "status_code": 503, "body": "{}" })]);
    let response = within(sender.send_request(call(&rig, "x"))).await.expect("an answer");
    assert_eq!(response.status(), 503);
    assert_eq!(within(response.into_body().collect()).await.expect("a body").to_bytes(), "{}");
}
