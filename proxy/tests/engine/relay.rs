//! What goes over a mapped port or a tunnel arrives as it was sent, ends and resets included.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use fault_proxy::{EventKind, Proxy, event::Ending};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
};

use crate::support::{Path, Rig, Upstream, Wire, any, closed_port, next, reset, settings, within};

/// Bytes whose every place can be told.
fn pattern(count: usize) -> Vec<u8> {
    (0..count).map(|index| (index ^ (index >> 8) ^ (index >> 16)) as u8).collect()
}

/// An upstream that gives back what came, once all has come.
async fn mirror() -> Upstream {
    Upstream::serve(|mut wire| async move {
        let all = wire.rest().await.expect("a regular end");
        wire.send(all).await;
    })
    .await
}

/// A fault on each leg that acts, but not for long.
fn mild() -> Vec<Vec<Value>> {
    let both = |value: Value| {
        let mut value = value;
        value["direction"] = "both".into();
        vec![value]
    };
    vec![
        vec![],
        both(json!({ "type": "latency", "mean": 3, "stddev": 2, "per_read_write": true })),
        both(json!({ "type": "jitter", "amplitude": 5, "frequency": 100 })),
        both(json!({ "type": "bandwidth", "rate": 80, "unit": "MBps" })),
        both(json!({ "type": "packetloss", "p": 0.0002, "r": 1, "round_trip": 1 })),
    ]
}

#[tokio::test]
async fn a_client_that_ends_first_still_gets_the_whole_reply() {
    let upstream = mirror().await;
    for path in Path::CARRIED {
        for faults in mild() {
            let rig = Rig::start(path, upstream.address, &faults).await;
            let mut wire = rig.open().await;
            wire.send("question").await;
            wire.finish().await;
            assert_eq!(wire.rest().await.expect("a reply"), b"question", "{path:?} {faults:?}");
        }
    }
}

#[tokio::test]
async fn an_upstream_that_ends_first_still_gets_what_the_client_says_later() {
    let (said, mut heard) = mpsc::unbounded_channel();
    let upstream = Upstream::serve(move |mut wire| {
        let said = said.clone();
        async move {
            wire.send("hello").await;
            wire.finish().await;
            said.send(wire.rest().await.expect("the rest")).expect("a test");
        }
    })
    .await;
    for path in Path::CARRIED {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        assert_eq!(wire.rest().await.expect("a greeting"), b"hello", "the server speaks first");
        wire.send("last words").await;
        wire.finish().await;
        assert_eq!(within(heard.recv()).await.expect("words"), b"last words");
    }
}

#[tokio::test]
async fn a_clients_reset_reaches_the_upstream_as_a_reset() {
    let (saw, mut seen) = mpsc::unbounded_channel();
    let upstream = Upstream::serve(move |mut wire| {
        let saw = saw.clone();
        async move {
            wire.send("hello").await;
            saw.send(wire.rest().await.map_err(|error| error.kind())).expect("a test");
        }
    })
    .await;
    for path in Path::CARRIED {
        for faults in [vec![], vec![json!({ "type": "latency", "mean": 2, "direction": "both" })]] {
            let rig = Rig::start(path, upstream.address, &faults).await;
            let mut wire = rig.open().await;
            wire.exact(5).await;
            reset(wire.stream);
            let end = within(seen.recv()).await.expect("an end");
            assert_eq!(end, Err(std::io::ErrorKind::ConnectionReset), "{path:?} {faults:?}");
        }
    }
}

#[tokio::test]
async fn an_upstreams_reset_reaches_the_client_as_a_reset_after_the_bytes_before_it() {
    let upstream = Upstream::serve(|mut wire| async move {
        wire.send("half an answ").await;
        wire.exact(3).await;
        reset(wire.stream);
    })
    .await;
    for path in Path::CARRIED {
        for faults in [vec![], vec![json!({ "type": "latency", "mean": 2, "direction": "both" })]] {
            let rig = Rig::start(path, upstream.address, &faults).await;
            let mut events = rig.proxy.subscribe();
            let mut wire = rig.open().await;
            assert_eq!(wire.exact(12).await, b"half an answ");
            wire.send("go!").await;
            wire.expect_reset().await;
            let closed = next(&mut events, |event| match event.kind {
                EventKind::Closed { received, sent, how } => Some((received, sent, how)),
                _ => None,
            });
            assert_eq!(closed.await, (Some(3), Some(12), Ending::Reset));
        }
    }
}

#[tokio::test]
async fn an_upstream_that_refuses_is_a_reset_and_not_a_silent_end() {
    let rig = Rig::start(Path::Tcp, closed_port().await, &[]).await;
    let mut events = rig.proxy.subscribe();
    let mut wire = Wire::connect(rig.address()).await;
    wire.expect_reset().await;
    assert_eq!(crate::support::failure(&mut events).await, "connection_refused");
}

#[tokio::test]
async fn no_byte_is_lost_when_a_client_half_closes_and_reads_slowly() {
    const SIZE: usize = 20 << 20;
    let upstream = Upstream::serve(|mut wire| async move {
        wire.exact(4).await;
        wire.send(pattern(SIZE)).await;
        wire.finish().await;
        wire.rest().await.expect("the client's end");
    })
    .await;
    for path in Path::CARRIED {
        for faults in mild() {
            let rig = Rig::start(path, upstream.address, &faults).await;
            let mut wire = rig.open().await;
            wire.send("send").await;
            // The answer is flowing when the client ends its side.
            let mut got = wire.exact(1).await;
            wire.finish().await;
            let mut buffer = vec![0; 100_000];
            loop {
                // Slower than the answer comes: others get a turn between two small reads.
                tokio::task::yield_now().await;
                let taken = within(wire.stream.read(&mut buffer)).await.expect("bytes");
                if taken == 0 {
                    break;
                }
                got.extend_from_slice(&buffer[..taken]);
            }
            let ahead = wire.rest().await.expect("nothing more");
            got.splice(1..1, ahead);
            assert!(got == pattern(SIZE), "{path:?} {faults:?}: {} bytes", got.len());
        }
    }
}

#[tokio::test]
async fn both_ways_flow_at_once_without_waiting_for_each_other() {
    let upstream = Upstream::serve(|wire| async move {
        let (mut read, mut write) = wire.stream.into_split();
        tokio::io::copy(&mut read, &mut write).await.expect("an echo");
    })
    .await;
    for faults in mild() {
        let rig = Rig::start(Path::Tcp, upstream.address, &faults).await;
        let wire = rig.open().await;
        let (mut read, mut write) = wire.stream.into_split();
        let sent = pattern(3 << 20);
        let sending = tokio::spawn(async move {
            write.write_all(&sent).await.expect("a reader");
            sent
        });
        let mut got = vec![0; 3 << 20];
        within(read.read_exact(&mut got)).await.expect("the echo");
        assert!(got == within(sending).await.expect("all sent"), "{faults:?}");
    }
}

#[tokio::test]
async fn a_mapping_reaches_an_upstream_by_name_and_by_ipv6() {
    let upstream = mirror().await;
    let mut settings = settings();
    settings
        .mappings
        .push(format!("0=localhost:{}", upstream.address.port()).parse().expect("one"));
    let six = Upstream::serve_at("[::1]:0".parse().expect("an address"), |mut wire| async move {
        wire.send("six").await;
    })
    .await;
    // A machine without IPv6 has nothing to reach.
    if let Ok(six) = &six {
        let mapping = format!("[::1]:0={}", six.address);
        settings.mappings.push(mapping.parse().expect("a mapping"));
    }
    let proxy = Proxy::start(settings).await.expect("a proxy");
    let mut wire = Wire::connect(proxy.listeners()[0].address).await;
    wire.send("x").await;
    wire.finish().await;
    assert_eq!(wire.rest().await.expect("a reply"), b"x");
    if six.is_ok() {
        let mut wire = Wire::connect(proxy.listeners()[1].address).await;
        assert_eq!(wire.rest().await.expect("a greeting"), b"six");
    }
}

#[tokio::test]
async fn stopping_closes_every_port_and_connection() {
    let ended = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ended);
    let (said, mut heard) = mpsc::unbounded_channel();
    let upstream = Upstream::serve(move |mut wire| {
        let (flag, said) = (Arc::clone(&flag), said.clone());
        async move {
            wire.send("hello").await;
            let _ = wire.rest().await;
            flag.store(true, Ordering::SeqCst);
            said.send(()).expect("a test");
        }
    })
    .await;
    let hole = json!({ "type": "blackhole", "side": "client", "direction": "ingress" });
    let rig =
        Rig::with(Path::Tcp, upstream.address, &[hole], |settings| settings.http = Some(any()))
            .await;
    let addresses: Vec<_> = rig.proxy.listeners().iter().map(|listener| listener.address).collect();
    let mut events = rig.proxy.subscribe();
    let mut wire = Wire::connect(addresses[1]).await;
    assert_eq!(wire.exact(5).await, b"hello");
    let mut idle = Wire::connect(addresses[0]).await;
    wire.send("never heard").await;
    crate::support::held(&mut events, "blackhole").await;
    assert!(!ended.load(Ordering::SeqCst));
    within(rig.proxy.stop()).await;
    for address in addresses {
        assert!(TcpStream::connect(address).await.is_err(), "{address} is closed");
    }
    within(heard.recv()).await.expect("the upstream's connection ended");
    let _ = wire.rest().await;
    let _ = idle.rest().await;
    within(async { while events.next().await.is_some() {} }).await;
}

#[tokio::test]
async fn a_dropped_proxy_closes_every_port_and_connection() {
    let upstream = Upstream::serve(|mut wire| async move {
        wire.send("hello").await;
        let _ = wire.rest().await;
    })
    .await;
    let rig = Rig::start(Path::Tcp, upstream.address, &[]).await;
    let (address, mut wire) = (rig.address(), rig.open().await);
    wire.exact(5).await;
    drop(rig);
    let _ = wire.rest().await;
    // The listener's task is dropped by the runtime in its own time.
    within(async { while TcpStream::connect(address).await.is_ok() {} }).await;
}
