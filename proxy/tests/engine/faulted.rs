//! Every fault acts on every path, with one meaning.

use std::time::Duration;

use fault_proxy::{EventKind, Hit, Subscription};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Path, Rig, Upstream, Wire, closed_port, exchange, next, within};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// An upstream that answers every request with so many bytes.
async fn large(size: usize) -> Upstream {
    Upstream::serve(move |mut wire| async move {
        while wire.try_message().await.is_some() {
            wire.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n")).await;
            wire.send(vec![7; size]).await;
        }
    })
    .await
}

/// Asks once on a connection that is open already, and tells how long that took.
async fn timed(rig: &Rig, wire: &mut Wire) -> Duration {
    let begun = Instant::now();
    assert_eq!(wire.ask(rig.get("/")).await.status(), 200);
    begun.elapsed()
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn placed(mut value: Value, side: &str, direction: &str) -> Value {
    value["side"] = side.into();
    value["direction"] = direction.into();
    value
}

/// What a fault of this kind did until all it held was released.
async fn released(events: &mut Subscription, kind: &str) -> Hit {
    let mut sum: Option<Hit> = None;
    next(events, |event| {
        let hits = match &event.kind {
            EventKind::Hits { hits } => hits,
            EventKind::Exchange(exchange) => &exchange.hits,
            _ => return None,
        };
        for hit in hits.iter().filter(|hit| hit.fault == kind) {
            let sum = sum.get_or_insert_with(|| Hit {
                count: 0,
                asked_ms: 0.0,
                measured_ms: 0.0,
                released: 0,
                ..hit.clone()
            });
            sum.count += hit.count;
            sum.released += hit.released;
            sum.asked_ms += hit.asked_ms;
            sum.measured_ms += hit.measured_ms;
            sum.measured_max_ms = sum.measured_max_ms.max(hit.measured_max_ms);
        }
        sum.clone().filter(|sum| sum.count == sum.released)
    })
    .await
}

#[tokio::test]
async fn a_limited_link_never_stalls_and_carries_no_more_than_its_rate() {
    let upstream = large(100_000).await;
    for path in Path::ALL {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        timed(&rig, &mut wire).await;
        rig.set(&[json!({ "type": "bandwidth", "rate": 1, "unit": "MBps" })]);
        for _ in 0..2 {
            assert!(timed(&rig, &mut wire).await >= ms(100), "{path:?}");
        }
        // Slower than a byte a millisecond, and a small answer still comes.
        rig.set(&[]);
        let small = Upstream::answering(OK).await;
        let slow = [json!({ "type": "bandwidth", "rate": 4, "unit": "kbit" })];
        let rig = Rig::start(path, small.address, &slow).await;
        let begun = Instant::now();
        assert_eq!(rig.open().await.ask(rig.get("/")).await.text(), "ok");
        // Two of its bytes at the least: 500 bytes a second.
        assert!(begun.elapsed() >= ms(4), "{path:?}");
    }
}

#[tokio::test]
async fn a_limited_upload_takes_its_time_too() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        let limit = placed(
            json!({ "type": "bandwidth", "rate": 500, "unit": "KBps" }),
            "client",
            "ingress",
        );
        let rig = Rig::start(path, upstream.address, &[limit]).await;
        let mut wire = rig.open().await;
        let begun = Instant::now();
        assert_eq!(wire.ask(rig.post("/", &"x".repeat(50_000))).await.text(), "ok");
        assert!(begun.elapsed() >= ms(100), "{path:?}");
    }
}

#[tokio::test]
async fn packet_loss_delays_and_never_cuts_a_body() {
    let upstream = large(100_000).await;
    for path in Path::ALL {
        let loss = json!({ "type": "packetloss", "probability": 0.05, "round_trip": 1 });
        let rig = Rig::start(path, upstream.address, &[loss]).await;
        let mut events = rig.proxy.subscribe();
        let clients = (0..20).map(|_| async {
            let answer = rig.open().await.ask(rig.get("/")).await;
            assert_eq!(answer.body.len(), 100_000);
        });
        within(futures_util::future::join_all(clients)).await;
        let hit = released(&mut events, "packetloss").await;
        assert!(hit.count > 0 && hit.measured_ms >= hit.asked_ms * 0.999, "{path:?} {hit:?}");
    }
}

#[tokio::test]
async fn a_blackhole_holds_the_answer_on_an_open_connection_until_it_heals() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        for direction in ["ingress", "egress"] {
            let rig = Rig::start(path, upstream.address, &[]).await;
            let mut events = rig.proxy.subscribe();
            let mut wire = rig.open().await;
            timed(&rig, &mut wire).await;
            rig.set(&[placed(json!({ "type": "blackhole" }), "server", direction)]);
            wire.send(rig.get("/")).await;
            wire.expect_silence().await;
            rig.set(&[]);
            assert_eq!(wire.message().await.text(), "ok", "{path:?} {direction}");
            assert!(released(&mut events, "blackhole").await.measured_ms > 0.0);
            assert!(timed(&rig, &mut wire).await < ms(60_000));
        }
    }
}

#[tokio::test]
async fn what_a_blackhole_swallows_on_its_way_up_never_reaches_the_upstream() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        for (side, direction) in [("client", "ingress"), ("server", "egress")] {
            let hole = placed(json!({ "type": "blackhole" }), side, direction);
            let rig = Rig::start(path, upstream.address, &[hole]).await;
            let before = upstream.accepted();
            let mut wire = rig.open().await;
            wire.send(rig.get("/")).await;
            wire.expect_silence().await;
            assert_eq!(upstream.accepted(), before);
            rig.set(&[]);
            assert_eq!(wire.message().await.text(), "ok");
        }
    }
}

#[tokio::test]
async fn jitter_disturbs_on_every_path() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        let jitter = json!({ "type": "jitter", "amplitude": 30, "frequency": 1000 });
        let rig = Rig::start(path, upstream.address, &[jitter]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        let took = timed(&rig, &mut wire).await;
        let hit = released(&mut events, "jitter").await;
        assert!(hit.asked_ms > 0.0 && hit.measured_ms >= hit.asked_ms, "{path:?} {hit:?}");
        assert!(took.as_secs_f64() * 1000.0 >= hit.asked_ms / hit.count as f64, "{path:?}");
    }
}

#[tokio::test]
async fn latency_delays_the_leg_and_the_direction_it_is_set_to() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        for (side, direction, least) in [
            ("client", "ingress", 20),
            ("client", "egress", 20),
            ("client", "both", 40),
            ("server", "ingress", 20),
            ("server", "egress", 20),
            ("server", "both", 40),
        ] {
            let latency = placed(json!({ "type": "latency", "mean": 20 }), side, direction);
            let rig = Rig::start(path, upstream.address, &[]).await;
            let mut wire = rig.open().await;
            timed(&rig, &mut wire).await;
            rig.set(std::slice::from_ref(&latency));
            assert!(timed(&rig, &mut wire).await >= ms(least), "{path:?} {latency}");
        }
        let both = ["client", "server"]
            .map(|side| placed(json!({ "type": "latency", "mean": 10 }), side, "both"));
        let rig = Rig::start(path, upstream.address, &both).await;
        let mut wire = rig.open().await;
        assert!(timed(&rig, &mut wire).await >= ms(40), "{path:?}: both legs, both ways");
    }
}

#[tokio::test]
async fn latency_comes_on_top_of_the_time_the_upstream_takes() {
    let upstream = Upstream::serve(|mut wire| async move {
        while wire.try_message().await.is_some() {
            // An upstream that thinks.
            tokio::time::sleep(ms(30)).await;
            wire.send(OK).await;
        }
    })
    .await;
    for path in Path::ALL {
        let rig =
            Rig::start(path, upstream.address, &[json!({ "type": "latency", "mean": 40 })]).await;
        let mut wire = rig.open().await;
        for _ in 0..2 {
            assert!(timed(&rig, &mut wire).await >= ms(70), "{path:?}");
        }
    }
}

#[tokio::test]
async fn every_answer_on_a_kept_connection_is_late() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        let rig =
            Rig::start(path, upstream.address, &[json!({ "type": "latency", "mean": 15 })]).await;
        let mut wire = rig.open().await;
        for _ in 0..5 {
            assert!(timed(&rig, &mut wire).await >= ms(15), "{path:?}");
        }
    }
}

#[tokio::test]
async fn latency_for_each_read_does_not_add_up_over_a_body() {
    let upstream = large(16 << 20).await;
    for path in Path::ALL {
        let latency = json!({ "type": "latency", "mean": 100, "per_read_write": true });
        let rig = Rig::start(path, upstream.address, &[latency]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        let took = timed(&rig, &mut wire).await.as_secs_f64() * 1000.0;
        drop(wire);
        let hit = released(&mut events, "latency").await;
        assert!(hit.count > 20, "{path:?} {hit:?}");
        assert!((hit.asked_ms - 100.0 * hit.count as f64).abs() < 0.01, "{hit:?}");
        // One after the other they would have taken what was asked in sum.
        assert!(took >= 100.0 && took < hit.asked_ms, "{path:?}: {took} ms, {hit:?}");
    }
}

#[tokio::test]
async fn what_was_asked_and_what_was_measured_is_told() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        let rig =
            Rig::start(path, upstream.address, &[json!({ "type": "latency", "mean": 25 })]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        let took = timed(&rig, &mut wire).await.as_secs_f64() * 1000.0;
        let hit = released(&mut events, "latency").await;
        assert_eq!(hit.asked_ms, 25.0 * hit.count as f64);
        assert!(hit.measured_ms >= hit.asked_ms, "{path:?} {hit:?}");
        assert!(hit.measured_max_ms >= 25.0 && hit.measured_max_ms <= took, "{path:?} {hit:?}");
    }
}

#[tokio::test]
async fn an_http_fault_answers_without_the_upstream_and_its_headers_fit() {
    let upstream = Upstream::answering(OK).await;
    let down = closed_port().await;
    for path in Path::READ {
        for (address, body, media) in [
            (upstream.address, Some("{\"error\": 1}"), Some("application/json")),
            (upstream.address, Some("down"), Some("text/plain; charset=utf-8")),
            (down, None, None),
        ] {
            let fault = json!({ "type": "httperror", "status_code": 503, "body": body });
            let rig = Rig::start(path, address, &[fault]).await;
            let mut events = rig.proxy.subscribe();
            let mut wire = rig.open().await;
            for request in [rig.get("/"), rig.post("/", "a body that nobody reads")] {
                let answer = wire.ask(request).await;
                assert_eq!(answer.status(), 503);
                assert_eq!(answer.text(), body.unwrap_or_default());
                assert_eq!(answer.head.one("content-type"), media);
                assert_eq!(
                    answer.head.one("content-length"),
                    Some(body.map_or(0, str::len).to_string().as_str())
                );
                assert!(
                    answer.head.one("proxy-status").is_some_and(|said| said.contains("httperror"))
                );
                let told = exchange(&mut events).await;
                assert_eq!((told.status, told.forwarded, told.complete), (Some(503), false, true));
                assert_eq!((told.hits[0].fault.as_str(), told.hits[0].count), ("httperror", 1));
            }
        }
        let rig = Rig::start(path, down, &[json!({ "type": "httperror", "body": "12345" })]).await;
        let mut wire = rig.open().await;
        wire.send(rig.line("HEAD", "/") + "\r\n").await;
        let head = wire.head().await;
        assert_eq!((head.status(), head.one("content-length")), (500, Some("5")));
        rig.set(&[json!({ "type": "httperror", "status_code": 204, "body": "12345" })]);
        assert_eq!(wire.ask(rig.get("/")).await.status(), 204, "the connection is in step");
        rig.set(&[]);
        assert_eq!(wire.ask(rig.get("/")).await.status(), 502, "the control: the upstream is down");
    }
    assert_eq!(upstream.accepted(), 0);
}

#[tokio::test]
async fn an_http_fault_hits_some_requests_and_the_same_ones_with_the_same_seed() {
    let upstream = Upstream::answering(OK).await;
    let statuses = async |seed| {
        let half = json!({ "type": "httperror", "probability": 0.5 });
        let rig = Rig::with(Path::Http, upstream.address, &[half], |settings| {
            settings.seed = fault_proxy::Seed(seed);
        })
        .await;
        let mut wire = rig.open().await;
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(wire.ask(rig.get("/")).await.status());
        }
        statuses
    };
    let first = statuses(1).await;
    assert!(first.contains(&500) && first.contains(&200));
    assert_eq!(statuses(1).await, first);
    assert_ne!(statuses(2).await, first);
}

#[tokio::test]
async fn the_clients_leg_still_delays_an_answer_of_the_proxys_own() {
    let slow = placed(json!({ "type": "latency", "mean": 20 }), "client", "both");
    let far = placed(json!({ "type": "latency", "mean": 60_000 }), "server", "both");
    for path in Path::READ {
        let faults =
            [json!({ "type": "httperror", "status_code": 503 }), slow.clone(), far.clone()];
        let rig = Rig::start(path, closed_port().await, &faults).await;
        let mut wire = rig.open().await;
        let begun = Instant::now();
        assert_eq!(wire.ask(rig.get("/")).await.status(), 503);
        assert!(begun.elapsed() >= ms(40), "{path:?}: the server's leg was never entered");
    }
}

#[tokio::test]
async fn a_dns_fault_fails_names_and_leaves_addresses_alone() {
    let upstream = Upstream::answering(OK).await;
    let fails = [json!({ "type": "dns", "rate": 1 })];
    let host = format!("localhost:{}", upstream.address.port());
    let rig = Rig::with(Path::Forward, upstream.address, &fails, |settings| {
        settings.mappings = ["tcp", "http"]
            .map(|protocol| format!("0={protocol}://{host}").parse().expect("a mapping"))
            .into();
    })
    .await;
    let ports: Vec<_> = rig.proxy.listeners().iter().map(|listener| listener.address).collect();
    for (port, request) in [
        (ports[0], format!("GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n")),
        (ports[0], format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n")),
        (ports[2], format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")),
    ] {
        let answer = Wire::connect(port).await.ask(request).await;
        assert_eq!(answer.status(), 502);
        assert_eq!(answer.head.one("proxy-status"), Some("fault; error=dns_error"));
    }
    Wire::connect(ports[1]).await.expect_reset().await;
    assert_eq!(upstream.accepted(), 0);
    assert_eq!(rig.open().await.ask(rig.get("/")).await.status(), 200, "an address");
    rig.set(&[]);
    let request = format!("GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n");
    assert_eq!(rig.open().await.ask(request).await.status(), 200, "the control");
}

#[tokio::test]
async fn a_period_ends_on_an_open_connection() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        let begun = Instant::now();
        let hole = json!({ "type": "blackhole", "period": "start:0s;duration:150ms" });
        let rig = Rig::start(path, upstream.address, &[hole]).await;
        let mut wire = rig.open().await;
        assert_eq!(wire.ask(rig.get("/")).await.text(), "ok");
        assert!(begun.elapsed() >= ms(150), "{path:?}");
    }
}
