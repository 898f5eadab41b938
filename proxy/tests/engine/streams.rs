//! Bodies of any size are streamed: what has come goes on at once, and nobody gathers it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use tokio::{io::AsyncWriteExt as _, sync::mpsc};

use crate::support::{GLANCE, Path, Rig, Upstream, Wire, exchange, within};

const SIZE: usize = 64 << 20;
/// What the system may hold on the proxy's sockets (32 MiB to receive, 4 MiB to send), and a little for the proxy.
const MOST: usize = 40 << 20;

/// Writes until all is written or nobody takes more for a while; tells how much was taken.
async fn write_until_blocked(wire: &mut Wire, size: usize) -> usize {
    let (chunk, mut written) = (vec![7; 64 << 10], 0);
    while written < size {
        let step = chunk.len().min(size - written);
        match tokio::time::timeout(GLANCE * 3, wire.stream.write(&chunk[..step])).await {
            Ok(taken) => written += taken.expect("a reader"),
            Err(_) => break,
        }
    }
    written
}

#[tokio::test]
async fn the_first_chunk_arrives_while_the_upstream_still_has_the_rest() {
    for path in Path::ALL {
        for coding in [
            "Transfer-Encoding: chunked",
            "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked",
        ] {
            let (go, going) = mpsc::channel::<()>(1);
            let going = Arc::new(tokio::sync::Mutex::new(going));
            let upstream = Upstream::serve(move |mut wire| {
                let going = Arc::clone(&going);
                async move {
                    wire.message().await;
                    wire.send(format!("HTTP/1.1 200 OK\r\n{coding}\r\n\r\n")).await;
                    for chunk in ["3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n"] {
                        wire.send(chunk).await;
                        going.lock().await.recv().await;
                    }
                }
            })
            .await;
            let rig = Rig::start(path, upstream.address, &[]).await;
            let mut wire = rig.open().await;
            wire.send(rig.get("/")).await;
            assert_eq!(wire.head().await.status(), 200);
            for expected in ["one", "two", ""] {
                assert_eq!(wire.chunk().await, expected.as_bytes(), "{path:?}");
                go.send(()).await.expect("an upstream");
            }
        }
    }
}

#[tokio::test]
async fn an_upload_goes_on_while_the_client_still_has_the_rest() {
    for path in Path::ALL {
        let (got, mut heard) = mpsc::unbounded_channel();
        let upstream = Upstream::serve(move |mut wire| {
            let got = got.clone();
            async move {
                wire.head().await;
                loop {
                    let chunk = wire.chunk().await;
                    let end = chunk.is_empty();
                    got.send(chunk).expect("a test");
                    if end {
                        break;
                    }
                }
                wire.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").await;
            }
        })
        .await;
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        wire.send(rig.line("POST", "/") + "Transfer-Encoding: chunked\r\n\r\n").await;
        for chunk in ["5\r\nfirst\r\n", "6\r\nsecond\r\n", "0\r\n\r\n"] {
            wire.send(chunk).await;
            let data = chunk.split("\r\n").nth(1).expect("data");
            assert_eq!(within(heard.recv()).await.expect("a chunk"), data.as_bytes(), "{path:?}");
        }
        assert_eq!(wire.message().await.status(), 201);
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_stops_the_upstream() {
    for path in Path::ALL {
        for faults in [vec![], vec![json!({ "type": "blackhole" })]] {
            let (taken, mut told) = mpsc::unbounded_channel();
            let upstream = Upstream::serve(move |mut wire| {
                let taken = taken.clone();
                async move {
                    wire.narrow();
                    wire.message().await;
                    wire.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n")).await;
                    let first = write_until_blocked(&mut wire, SIZE).await;
                    taken.send(first).expect("a test");
                    let _ = wire.rest().await;
                }
            })
            .await;
            let rig = Rig::start(path, upstream.address, &[]).await;
            let mut wire = rig.open().await;
            wire.narrow();
            rig.set(&faults);
            wire.send(rig.get("/")).await;
            let first = within(told.recv()).await.expect("an upstream");
            assert!(first < MOST, "{path:?} {faults:?}: {first} bytes are held");
        }
    }
}

#[tokio::test]
async fn an_upstream_that_does_not_read_stops_the_client() {
    for path in Path::ALL {
        let upstream = Upstream::serve(|mut wire| async move {
            wire.narrow();
            wire.head().await;
            std::future::pending::<()>().await;
        })
        .await;
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        wire.send(rig.line("POST", "/") + &format!("Content-Length: {SIZE}\r\n\r\n")).await;
        let taken = write_until_blocked(&mut wire, SIZE).await;
        assert!(taken < MOST, "{path:?}: {taken} bytes are held");
    }
}

#[tokio::test]
async fn latency_holds_no_more_than_its_bound_of_a_large_body() {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let (blocked, mut told) = mpsc::unbounded_channel();
    let upstream = Upstream::serve(move |mut wire| {
        let (count, blocked) = (Arc::clone(&count), blocked.clone());
        async move {
            wire.message().await;
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").await;
            count.store(write_until_blocked(&mut wire, 400 << 20).await, Ordering::SeqCst);
            blocked.send(()).expect("a test");
            std::future::pending::<()>().await;
        }
    })
    .await;
    let rig =
        Rig::start(Path::Tcp, upstream.address, &[json!({ "type": "latency", "mean": 60_000 })])
            .await;
    let mut wire = rig.open().await;
    wire.send(rig.get("/")).await;
    within(told.recv()).await.expect("an upstream");
    let held = taken.load(Ordering::SeqCst);
    assert!((1 << 20..MOST + (64 << 20)).contains(&held), "{held} bytes are held");
}

#[tokio::test]
async fn a_large_body_arrives_whole_and_in_order_through_faults() {
    let body: Vec<u8> =
        (0..5_000_000_u32).map(|index| (index ^ (index >> 8) ^ (index >> 16)) as u8).collect();
    let sent = body.clone();
    let upstream = Upstream::serve(move |mut wire| {
        let sent = sent.clone();
        async move {
            let request = wire.message().await;
            assert!(request.body == sent);
            wire.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len())).await;
            wire.send(&sent).await;
        }
    })
    .await;
    for path in Path::ALL {
        for fault in [
            json!({ "type": "latency", "mean": 5, "stddev": 3, "per_read_write": true, "direction": "both" }),
            json!({ "type": "jitter", "amplitude": 5, "frequency": 100, "direction": "both" }),
            json!({ "type": "bandwidth", "rate": 50, "unit": "MBps", "direction": "both" }),
            json!({ "type": "packetloss", "p": 0.001, "r": 1, "round_trip": 1, "direction": "both" }),
        ] {
            let rig = Rig::start(path, upstream.address, std::slice::from_ref(&fault)).await;
            let mut wire = rig.open().await;
            wire.send(rig.line("POST", "/") + &format!("Content-Length: {}\r\n\r\n", body.len()))
                .await;
            wire.send(&body).await;
            let answer = wire.message().await;
            assert!(answer.body == body, "{path:?} {fault}: {} bytes", answer.body.len());
        }
    }
}

#[tokio::test]
async fn the_body_is_asked_for_only_once_the_upstream_asks() {
    for path in Path::READ {
        let (asked, mut heard) = mpsc::unbounded_channel();
        let upstream = Upstream::serve(move |mut wire| {
            let asked = asked.clone();
            async move {
                let head = wire.head().await;
                assert_eq!(head.one("expect"), Some("100-continue"));
                wire.expect_silence().await;
                asked.send(()).expect("a test");
                wire.send("HTTP/1.1 100 Continue\r\n\r\n").await;
                assert_eq!(wire.body(head).await.text(), "hello");
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
            }
        })
        .await;
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        wire.send(rig.line("POST", "/") + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            .await;
        assert_eq!(wire.head().await.status(), 100);
        assert!(heard.try_recv().is_ok(), "the upstream had asked before");
        assert_eq!(wire.ask("hello").await.text(), "ok");
    }
}

#[tokio::test]
async fn an_upstream_that_wants_no_body_gets_none_and_its_refusal_arrives() {
    for path in Path::READ {
        let (saw, mut seen) = mpsc::unbounded_channel();
        let upstream = Upstream::serve(move |mut wire| {
            let saw = saw.clone();
            async move {
                wire.head().await;
                wire.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n").await;
                saw.send(wire.rest().await.unwrap_or_default()).expect("a test");
            }
        })
        .await;
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        wire.send(rig.line("POST", "/") + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            .await;
        assert_eq!(wire.head().await.status(), 417, "{path:?}");
        drop(wire);
        assert_eq!(within(seen.recv()).await.expect("an end"), b"", "{path:?}");
    }
}

#[tokio::test]
async fn an_upstream_that_ignores_the_expectation_gets_the_body_after_a_second() {
    let upstream = Upstream::serve(|mut wire| async move {
        let request = wire.message().await;
        assert_eq!(request.text(), "hello");
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    })
    .await;
    let rig = Rig::start(Path::Http, upstream.address, &[]).await;
    let mut events = rig.proxy.subscribe();
    let mut wire = rig.open().await;
    wire.send(rig.line("POST", "/") + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n").await;
    assert_eq!(wire.head().await.status(), 100);
    assert_eq!(wire.ask("hello").await.text(), "ok");
    assert!(exchange(&mut events).await.elapsed_ms >= 1000.0);
}

#[tokio::test]
async fn an_answer_that_comes_before_the_upload_ends_is_passed_on() {
    let upstream = Upstream::serve(|mut wire| async move {
        wire.head().await;
        wire.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
        let _ = wire.rest().await;
    })
    .await;
    for path in Path::ALL {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        wire.send(rig.line("POST", "/") + "Content-Length: 1000\r\n\r\nbegin").await;
        assert_eq!(wire.head().await.status(), 413, "{path:?}");
    }
}
