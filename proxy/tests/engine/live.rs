//! Faults come and go while connections are open and messages are under way.

use std::time::Duration;

use fault_proxy::{Clock, EventKind, event::Ending};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    time::Instant,
};

use crate::support::{Path, Rig, Upstream, exchange, held, next, within};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn latency_comes_and_goes_on_an_open_connection() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        for round in 0..3 {
            rig.set(&[json!({ "type": "latency", "mean": 30 })]);
            let begun = Instant::now();
            wire.ask(rig.get("/")).await;
            assert!(begun.elapsed().as_millis() >= 30, "{path:?}, round {round}");
            rig.set(&[]);
            // Nothing acts now, which is told by nothing being held.
            wire.ask(rig.get("/")).await;
            if Path::READ.contains(&path) {
                assert_eq!(exchange(&mut events).await.hits.len(), 1);
                assert!(exchange(&mut events).await.hits.is_empty(), "{path:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_latency_holds_leaves_when_it_is_lifted() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        rig.set(&[json!({ "type": "latency", "mean": 3_600_000 })]);
        wire.send(rig.get("/")).await;
        wire.expect_silence().await;
        rig.set(&[]);
        assert_eq!(wire.message().await.text(), "ok", "{path:?}");
    }
}

#[tokio::test]
async fn a_body_under_way_is_held_and_goes_on() {
    for path in Path::ALL {
        for fault in
            [json!({ "type": "blackhole" }), json!({ "type": "latency", "mean": 3_600_000 })]
        {
            let (go, mut going) = mpsc::unbounded_channel::<()>();
            let (done, mut said) = mpsc::unbounded_channel();
            let (going, done) = (&mut going, &done);
            let listener =
                tokio::net::TcpListener::bind(crate::support::any()).await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let upstream = async {
                let (stream, _) = listener.accept().await.expect("a proxy");
                let mut wire = crate::support::Wire::new(stream);
                wire.message().await;
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nfour").await;
                going.recv().await;
                wire.send("more").await;
                done.send(()).expect("a test");
                wire
            };
            let client = async {
                let rig = Rig::start(path, address, &[]).await;
                let mut wire = rig.open().await;
                wire.send(rig.get("/")).await;
                let head = wire.head().await;
                assert_eq!(wire.exact(4).await, b"four");
                rig.set(std::slice::from_ref(&fault));
                go.send(()).expect("an upstream");
                within(said.recv()).await.expect("more");
                wire.expect_silence().await;
                rig.set(&[]);
                assert_eq!(wire.exact(4).await, b"more", "{path:?} {fault} {head:?}");
            };
            within(async { tokio::join!(upstream, client) }).await;
        }
    }
}

#[tokio::test]
async fn what_was_held_of_a_large_answer_is_told_once_it_is_healed() {
    const SIZE: usize = 8 << 20;
    let upstream = Upstream::serve(|mut wire| async move {
        wire.exact(1).await;
        wire.send(vec![7; SIZE]).await;
        wire.rest().await.expect("the client's end");
    })
    .await;
    for path in Path::CARRIED {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        let mut events = rig.proxy.subscribe();
        rig.set(&[json!({ "type": "blackhole" })]);
        wire.send("x").await;
        held(&mut events, "blackhole").await;
        wire.expect_silence().await;
        rig.set(&[]);
        assert!(wire.exact(SIZE).await.iter().all(|byte| *byte == 7));
        wire.finish().await;
        let mut measured = 0.0;
        next(&mut events, |event| {
            if let EventKind::Hits { hits } = &event.kind {
                measured += hits.iter().map(|hit| hit.measured_ms).sum::<f64>();
            }
            matches!(event.kind, EventKind::Closed { .. }).then_some(())
        })
        .await;
        assert!(measured >= 80.0, "{path:?}: {measured} ms");
    }
}

#[tokio::test]
async fn the_faults_that_act_are_told_when_they_change() {
    let upstream = Upstream::answering(OK).await;
    let rig = Rig::start(Path::Tcp, upstream.address, &[]).await;
    let mut events = rig.proxy.subscribe();
    rig.set(&[json!({ "type": "jitter" }), json!({ "type": "blackhole" })]);
    let active = next(&mut events, |event| match &event.kind {
        EventKind::Faults { active } if !active.is_empty() => Some(active.clone()),
        _ => None,
    })
    .await;
    assert_eq!(active, rig.proxy.faults().iter().map(ToString::to_string).collect::<Vec<_>>());
    assert!(active[1].starts_with("blackhole"));
    let refused = vec![crate::support::fault(json!({ "type": "jitter", "period": "start:5%" }))];
    assert_eq!(rig.proxy.set_faults(refused).expect_err("no duration").code, "invalid_schedule");
    assert_eq!(rig.proxy.faults().len(), 2, "a refused change changes nothing");
}

/// Sixteen losses in a row take half an hour, which a paused clock passes by itself once nothing else goes on.
#[tokio::test(start_paused = true)]
async fn a_connection_whose_every_segment_is_lost_is_reset_in_the_end() {
    let upstream = Upstream::serve(|mut wire| async move {
        let _ = wire.stream.read(&mut [0; 1024]).await;
        let _ = wire.stream.write_all(OK.as_bytes()).await;
        let _ = wire.stream.read(&mut [0; 1024]).await;
    })
    .await;
    for path in [Path::Tcp, Path::Http] {
        let loss = json!({ "type": "packetloss", "probability": 1 });
        let rig =
            Rig::with(path, upstream.address, &[loss], |settings| settings.clock = Clock::Tokio)
                .await;
        let mut events = rig.proxy.subscribe();
        let begun = Instant::now();
        let mut client = TcpStream::connect(rig.address()).await.expect("a proxy");
        client.write_all(rig.get("/").as_bytes()).await.expect("a reader");
        let mut got = Vec::new();
        let end = client.read_to_end(&mut got).await;
        assert!(end.as_ref().is_err_and(crate::support::is_reset), "{path:?}: {end:?}");
        assert!(begun.elapsed().as_secs() >= 924, "{path:?}: {:?}", begun.elapsed());
        let mut told = false;
        while let Some(event) = events.try_next() {
            told |= match event.kind {
                EventKind::Closed { how, .. } => how == Ending::Reset,
                EventKind::Exchange(exchange) => {
                    !exchange.complete && exchange.hits[0].fault == "packetloss"
                }
                _ => false,
            };
        }
        assert!(told, "{path:?}");
    }
}

/// An upstream that has said all, and a client that has as well, on a clock that passes by itself.
async fn parted(fault: serde_json::Value, size: usize) -> (std::io::Result<Vec<u8>>, Duration) {
    let upstream = Upstream::serve(move |mut wire| async move {
        let _ = wire.stream.read(&mut [0; 8]).await;
        let _ = wire.stream.write_all(&vec![7; size]).await;
        let _ = wire.stream.shutdown().await;
        let _ = wire.stream.read(&mut [0; 8]).await;
    })
    .await;
    let rig =
        Rig::with(Path::Tcp, upstream.address, &[fault], |settings| settings.clock = Clock::Tokio)
            .await;
    let begun = Instant::now();
    let mut client = TcpStream::connect(rig.address()).await.expect("a proxy");
    client.write_all(b"x").await.expect("a reader");
    client.shutdown().await.expect("a socket");
    let mut got = Vec::new();
    let end = client.read_to_end(&mut got).await.map(|_| got);
    (end, begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn what_takes_its_time_arrives_also_after_both_peers_have_ended() {
    for fault in [
        json!({ "type": "bandwidth", "rate": 1, "unit": "KBps" }),
        json!({ "type": "latency", "mean": 100_000 }),
    ] {
        let (end, took) = parted(fault.clone(), 100_000).await;
        assert_eq!(end.map(|got| got.len()).map_err(|error| error.kind()), Ok(100_000), "{fault}");
        assert!(took >= Duration::from_secs(100), "{fault}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_blackhole_swallowed_of_peers_that_may_be_gone_is_given_up_in_the_end() {
    let (end, took) = parted(json!({ "type": "blackhole" }), 10).await;
    assert!(end.as_ref().is_err_and(crate::support::is_reset), "{end:?}");
    assert!(took >= Duration::from_secs(60), "{took:?}");
}
