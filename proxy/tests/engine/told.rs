//! The event stream tells what happened, in order and in full.

use fault_proxy::{Event, EventKind};
use serde_json::json;

use crate::support::{Path, Rig, Upstream, exchange, next};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn an_exchange_tells_what_was_asked_where_it_went_and_what_acted() {
    let upstream = Upstream::answering(OK).await;
    let faults = [
        json!({ "type": "latency", "mean": 5 }),
        json!({ "type": "blackhole", "period": "start:1h" }),
        json!({ "type": "httperror", "probability": 0.000_000_1 }),
    ];
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &faults).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        wire.ask(rig.post("/things/7?token=secret", "body")).await;
        let told = exchange(&mut events).await;
        assert_eq!(
            (told.number, told.method.as_str(), told.path.as_str()),
            (1, "POST", "/things/7")
        );
        assert_eq!(told.target, upstream.address.to_string());
        assert_eq!((told.status, told.forwarded, told.complete), (Some(200), true, true));
        assert_eq!(told.eligible, ["latency", "httperror"], "what acts now, and not what will");
        let hits: Vec<_> = told.hits.iter().map(|hit| hit.fault.as_str()).collect();
        assert_eq!(hits, ["latency"]);
        assert!(told.elapsed_ms >= told.hits[0].measured_max_ms);
    }
}

#[tokio::test]
async fn a_stream_is_told_from_its_beginning_to_its_end() {
    let upstream = Upstream::serve(|mut wire| async move {
        let all = wire.rest().await.expect("a question");
        wire.send(all).await;
    })
    .await;
    for path in Path::CARRIED {
        let rig =
            Rig::start(path, upstream.address, &[json!({ "type": "latency", "mean": 5 })]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        wire.send("question").await;
        wire.finish().await;
        wire.rest().await.expect("an answer");
        let mut seen: Vec<Event> = Vec::new();
        next(&mut events, |event| {
            if event.connection > 0 {
                seen.push(event.clone());
            }
            matches!(event.kind, EventKind::Closed { .. }).then_some(())
        })
        .await;
        assert!(seen.iter().all(|event| event.connection == 1));
        assert!(seen.is_sorted_by_key(|event| event.at_ms));
        assert!(
            matches!(&seen[0].kind, EventKind::Opened { client, .. } if client.ip().is_loopback())
        );
        let EventKind::Tunnel { target, eligible } = &seen[1].kind else { panic!("{seen:?}") };
        assert_eq!(
            (target.as_str(), eligible.as_slice()),
            (upstream.address.to_string().as_str(), &["latency".to_owned()][..])
        );
        assert!(seen.iter().any(|event| matches!(event.kind, EventKind::Hits { .. })));
        let EventKind::Closed { received, sent, .. } = seen.last().expect("an end").kind else {
            panic!()
        };
        assert_eq!((received, sent), (Some(8), Some(8)), "{path:?}");
    }
}

#[tokio::test]
async fn every_subscriber_gets_every_event_and_one_that_left_disturbs_nobody() {
    let upstream = Upstream::answering(OK).await;
    let rig = Rig::start(Path::Http, upstream.address, &[]).await;
    let (mut one, mut two, gone) =
        (rig.proxy.subscribe(), rig.proxy.subscribe(), rig.proxy.subscribe());
    drop(gone);
    let mut wire = rig.open().await;
    for number in 1..=3 {
        wire.ask(rig.get("/")).await;
        assert_eq!(exchange(&mut one).await.number, number);
        assert_eq!(exchange(&mut two).await.number, number);
    }
    assert_eq!(one.dropped(), 0);
}

#[tokio::test]
async fn an_event_reads_back_as_it_is_written() {
    let upstream = Upstream::answering(OK).await;
    let rig =
        Rig::start(Path::Http, upstream.address, &[json!({ "type": "latency", "mean": 2 })]).await;
    let mut events = rig.proxy.subscribe();
    rig.open().await.ask(rig.get("/")).await;
    let mut kinds = Vec::new();
    next(&mut events, |event| {
        let written = serde_json::to_value(event).expect("JSON");
        let read: Event = serde_json::from_value(written.clone()).expect("an event");
        assert_eq!(serde_json::to_value(&read).expect("JSON"), written);
        kinds.push(written["event"].as_str().expect("a name").to_owned());
        matches!(event.kind, EventKind::Exchange(_)).then_some(())
    })
    .await;
    kinds.retain(|kind| kind != "faults");
    assert_eq!(kinds, ["opened", "exchange"]);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_delays_on_each_connection_whoever_else_is_there() {
    let upstream = Upstream::answering(OK).await;
    let run = async |others: usize| {
        let latency = json!({ "type": "latency", "mean": 3, "stddev": 2, "per_read_write": true });
        let rig = Rig::start(Path::Http, upstream.address, &[latency]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        let mut asked = Vec::new();
        for round in 0..6 {
            wire.ask(rig.get("/")).await;
            asked.push(exchange(&mut events).await.hits[0].asked_ms);
            for _ in 0..others.min(round) {
                rig.open().await.ask(rig.get("/")).await;
                exchange(&mut events).await;
            }
        }
        asked
    };
    assert_eq!(run(0).await, run(2).await);
}
