//! What rules make of the upstream's answer.

use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{OK, rule};
use crate::support::{GLANCE, Path, Rig, Upstream, Wire, exchange};

#[tokio::test]
async fn a_rewritten_answer_is_the_upstreams_with_the_changes() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        for (rewrite, status, body) in [
            (json!({ "status": 500 }), 500, "ok"),
            (json!({ "body": "another one" }), 200, "another one"),
            (json!({ "status": 404, "body": "" }), 404, ""),
            (json!({ "headers": { "x-a": "b", "etag": null } }), 200, "ok"),
        ] {
            rig.set(&[rule(json!({ "rewrite": rewrite }))]);
            let answer = wire.ask(rig.get("/")).await;
            assert_eq!((answer.status(), answer.text().as_str()), (status, body), "{rewrite}");
            assert_eq!(
                answer.head.one("content-length"),
                Some(&*body.len().to_string()),
                "{rewrite}"
            );
            let headers = rewrite["headers"].is_object();
            assert_eq!(answer.head.one("x-a").is_some(), headers);
            assert_eq!(answer.head.one("etag").is_none(), headers);
            let told = exchange(&mut events).await;
            assert_eq!((told.status, told.forwarded, told.complete), (Some(status), true, true));
            assert_eq!((told.hits[0].fault.as_str(), told.hits[0].count), ("rule", 1));
        }
        rig.set(&[]);
        assert_eq!(
            wire.ask(rig.get("/")).await.status(),
            200,
            "the control, on the same connection"
        );
    }
}

#[tokio::test]
async fn a_rewritten_answer_keeps_the_connection_in_step_whatever_its_body_was() {
    for (answer, rewrite, status, body) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", json!({ "status": 204 }), 204, ""),
        ("HTTP/1.1 204 No Content\r\n\r\n", json!({ "status": 500 }), 500, ""),
        (
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
            json!({ "status": 200 }),
            200,
            "",
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", json!({ "status": 200, "body": "new" }), 200, "new"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            json!({ "body": "plain" }),
            200,
            "plain",
        ),
    ] {
        let upstream = Upstream::answering(answer).await;
        let rig =
            Rig::start(Path::Http, upstream.address, &[rule(json!({ "rewrite": rewrite }))]).await;
        let mut wire = rig.open().await;
        for _ in 0..3 {
            let answer = wire.ask(rig.get("/")).await;
            assert_eq!((answer.status(), answer.text().as_str()), (status, body), "{rewrite}");
            assert_eq!(answer.head.one("content-encoding"), None);
            assert_eq!(answer.head.one("transfer-encoding"), None);
        }
        wire.send(rig.line("HEAD", "/") + "\r\n").await;
        assert_eq!(wire.head().await.status(), status);
        assert_eq!(wire.ask(rig.get("/")).await.status(), status, "{rewrite}");
    }
}

/// An upstream with a body of so many bytes, in one piece, with its length or in chunks.
async fn counted(size: usize, chunked: bool) -> Upstream {
    Upstream::serve(move |mut wire| async move {
        while wire.try_message().await.is_some() {
            let body: String = (0..size).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
            let answer = if chunked {
                let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                format!("{head}{size:x}\r\n{body}\r\n0\r\n\r\n")
            } else {
                format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n{body}")
            };
            // Once an answer was cut off, the rest of it is not wanted.
            let _ = wire.try_send(answer).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_after_so_many_bytes() {
    for chunked in [false, true] {
        let upstream = counted(50_000, chunked).await;
        for path in Path::READ {
            for bytes in [0, 1, 100, 49_999] {
                let rig =
                    Rig::start(path, upstream.address, &[rule(json!({ "truncate": bytes }))]).await;
                let mut events = rig.proxy.subscribe();
                let mut wire = rig.open().await;
                wire.send(rig.get("/")).await;
                let head = wire.head().await;
                assert_eq!(head.one("content-length"), Some("50000").filter(|_| !chunked));
                let rest = wire.rest().await.expect("an end by closing");
                let body = if chunked { joined(&rest) } else { rest };
                assert_eq!(body.len(), bytes, "{path:?} chunked {chunked}");
                let told = exchange(&mut events).await;
                assert_eq!((told.status, told.forwarded, told.complete), (Some(200), true, false));
                assert_eq!((told.hits[0].fault.as_str(), told.hits[0].count), ("rule", 1));
            }
            let rig =
                Rig::start(path, upstream.address, &[rule(json!({ "truncate": 50_000 }))]).await;
            let mut wire = rig.open().await;
            assert_eq!(wire.ask(rig.get("/")).await.body.len(), 50_000, "no longer than that");
            assert_eq!(wire.ask(rig.get("/")).await.body.len(), 50_000, "and the connection stays");
        }
    }
}

#[tokio::test]
async fn a_client_that_reads_slowly_still_gets_all_that_a_truncated_answer_has() {
    let upstream = counted(7_000_000, false).await;
    // Some of these sizes are more than the system holds, and no more than what the HTTP library holds beside it.
    let sizes = || (1..=60).map(|step| step * 100_000);
    let cut =
        |bytes: usize| rule(json!({ "match": { "path": format!("/{bytes}") }, "truncate": bytes }));
    let rules: Vec<Value> = sizes().map(cut).collect();
    let rig = Rig::start(Path::Http, upstream.address, &rules).await;
    let read = async |bytes: usize| {
        let mut wire = rig.open().await;
        wire.narrow();
        wire.send(rig.get(&format!("/{bytes}"))).await;
        wire.head().await;
        let early = tokio::time::timeout(GLANCE, std::future::pending::<()>()).await;
        assert!(early.is_err(), "it reads nothing meanwhile");
        assert_eq!(wire.rest().await.expect("an end by closing").len(), bytes);
    };
    futures_util::future::join_all(sizes().map(read)).await;
}

/// The data of chunks whose end is missing.
fn joined(mut text: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = text.windows(2).position(|pair| pair == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&text[..end]).expect("text"), 16);
        let size = size.expect("a size");
        assert_ne!(size, 0, "the end of the body is missing");
        body.extend_from_slice(&text[end + 2..end + 2 + size]);
        text = &text[end + 4 + size..];
    }
    body
}

#[tokio::test]
async fn a_client_library_sees_a_truncated_answer_as_incomplete() {
    for chunked in [false, true] {
        let upstream = counted(1000, chunked).await;
        let rig = Rig::start(Path::Http, upstream.address, &[]).await;
        for (faults, whole) in [(vec![], true), (vec![rule(json!({ "truncate": 100 }))], false)] {
            rig.set(&faults);
            let io = TokioIo::new(rig.open().await.stream);
            let (mut sender, connection) = http1::handshake(io).await.expect("a connection");
            let driver = tokio::spawn(connection);
            let request = http::Request::get("/").header("host", "x").body(Empty::<&[u8]>::new());
            let answer = sender.send_request(request.expect("a request")).await.expect("a head");
            let body = answer.into_body().collect().await;
            assert_eq!(body.is_ok(), whole, "chunked {chunked}");
            driver.abort();
        }
    }
}

/// The chunks of an answer, and how long they took.
async fn chunks(rig: &Rig) -> (Vec<Vec<u8>>, Duration) {
    let mut wire: Wire = rig.open().await;
    wire.send(rig.get("/")).await;
    let begun = Instant::now();
    wire.head().await;
    let mut chunks = Vec::new();
    loop {
        let chunk = wire.chunk().await;
        if chunk.is_empty() {
            return (chunks, begun.elapsed());
        }
        chunks.push(chunk);
    }
}

fn dribble(bytes: u64, every: &str) -> Value {
    rule(json!({ "dribble": { "bytes": bytes, "every": every } }))
}

#[tokio::test]
async fn a_dribbled_answer_comes_in_pieces_one_each_interval() {
    let upstream = counted(35, true).await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[dribble(10, "20ms")]).await;
        let mut events = rig.proxy.subscribe();
        let (pieces, took) = chunks(&rig).await;
        assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 10, 5], "{path:?}");
        assert_eq!(pieces.concat(), b"abcdefghijklmnopqrstuvwxyzabcdefghi");
        assert!(took >= Duration::from_millis(60), "{took:?}");
        let told = exchange(&mut events).await;
        assert!(told.complete && told.elapsed_ms >= 60.0);
        assert_eq!((told.hits[0].fault.as_str(), told.hits[0].count), ("rule", 1));
        rig.set(&[]);
        assert_eq!(chunks(&rig).await.0.len(), 1, "the control");
    }
}

#[tokio::test]
async fn a_dribbled_answer_with_a_length_keeps_the_connection() {
    let upstream = counted(35, false).await;
    let rig = Rig::start(Path::Http, upstream.address, &[dribble(10, "5ms")]).await;
    let mut wire = rig.open().await;
    for _ in 0..2 {
        assert_eq!(wire.ask(rig.get("/")).await.body.len(), 35);
    }
}

#[tokio::test]
async fn what_is_left_of_a_dribbled_answer_flows_once_the_rule_is_gone() {
    let upstream = counted(35, false).await;
    let rig = Rig::start(Path::Http, upstream.address, &[dribble(10, "1h")]).await;
    let mut wire = rig.open().await;
    wire.send(rig.get("/")).await;
    wire.head().await;
    assert_eq!(wire.exact(10).await, b"abcdefghij");
    wire.expect_silence().await;
    rig.set(&[]);
    assert_eq!(wire.exact(25).await, b"klmnopqrstuvwxyzabcdefghi");
}
