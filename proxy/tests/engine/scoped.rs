//! Faults that act on some upstreams only, by which name they are told, and phases of a run.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use fault_proxy::{
    Clock, EventKind, Exchange, Proxy, Seed, Settings, Subscription, Upstreams, fault::labels,
};
use serde_json::{Value, json};
use tokio::{sync::Notify, time::Instant};

use crate::support::{
    Message, Path, Rig, Upstream, Wire, any, exchange, fault, faults, held, next, settings,
};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// What each of two upstreams suffers, beside a third that suffers nothing.
fn one_slow_two_down() -> [Value; 2] {
    [
        json!({ "type": "latency", "mean": 30, "upstreams": "one.test" }),
        json!({ "type": "httperror", "status_code": 503, "upstreams": ["two.test:80", "*.two.test"] }),
    ]
}

/// An HTTP proxy, and a mapping of this protocol to each of three names that all stand for the upstream.
async fn three_names(upstream: SocketAddr, protocol: &str, values: &[Value]) -> Proxy {
    start(values, |settings| {
        for name in ["one.test:80", "two.test:80", "three.test:80"] {
            settings.mappings.push(format!("0={protocol}://{name}").parse().expect("a mapping"));
            settings.resolve.push(format!("{name}={upstream}").parse().expect("an address"));
        }
    })
    .await
}

async fn start(values: &[Value], adjust: impl FnOnce(&mut Settings)) -> Proxy {
    let mut settings = settings();
    settings.http = Some(any());
    settings.faults = faults(values);
    adjust(&mut settings);
    Proxy::start(settings).await.expect("a proxy")
}

/// A client of the HTTP proxy, or of the mapping with this number from 1.
async fn client(proxy: &Proxy, listener: usize) -> Wire {
    Wire::connect(proxy.listeners()[listener].address).await
}

async fn get(wire: &mut Wire, host: &str) -> Message {
    wire.ask(format!("GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n")).await
}

/// Asks for a tunnel; the status of the answer.
async fn connect(wire: &mut Wire, target: &str) -> u16 {
    wire.send(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")).await;
    wire.head().await.status()
}

/// The labels of what was active for the next stream.
async fn stream(events: &mut Subscription) -> Vec<String> {
    next(events, |event| match &event.kind {
        EventKind::Tunnel { eligible, .. } => Some(eligible.clone()),
        _ => None,
    })
    .await
}

fn hits(exchange: &Exchange) -> Vec<&str> {
    exchange.hits.iter().map(|hit| hit.label.as_str()).collect()
}

/// That an exchange with each of the three names met what is meant for it, and nothing else.
async fn check_exchange(events: &mut Subscription, host: &str, took: Duration, answer: &Message) {
    let told = exchange(events).await;
    let (status, met): (u16, &[&str]) = match host {
        "one.test" => (200, &["latency"]),
        "two.test" => (503, &["httperror"]),
        _ => (200, &[]),
    };
    assert_eq!((answer.status(), told.status), (status, Some(status)), "{host}");
    assert_eq!((&told.eligible[..], &hits(&told)[..]), (&owned(met)[..], met), "{host}");
    assert_eq!(told.forwarded, status == 200, "{host}");
    assert_eq!(told.target, format!("{host}:80"));
    assert!(took.as_millis() >= 30 || host != "one.test", "{took:?}");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn behind_one_proxy_each_upstream_meets_the_faults_that_are_meant_for_it() {
    let upstream = Upstream::answering(OK).await;
    let proxy = three_names(upstream.address, "tcp", &one_slow_two_down()).await;
    let mut events = proxy.subscribe();
    // One connection of the client's carries requests to all of them.
    let mut wire = client(&proxy, 0).await;
    for host in ["one.test", "two.test", "three.test", "one.test"] {
        let begun = Instant::now();
        let answer = get(&mut wire, host).await;
        check_exchange(&mut events, host, begun.elapsed(), &answer).await;
    }
}

#[tokio::test]
async fn of_two_mappings_each_meets_the_faults_that_are_meant_for_it() {
    let upstream = Upstream::answering(OK).await;
    let proxy = three_names(upstream.address, "http", &one_slow_two_down()).await;
    let mut events = proxy.subscribe();
    for (listener, host) in [(1, "one.test"), (2, "two.test"), (3, "three.test")] {
        let mut wire = client(&proxy, listener).await;
        let begun = Instant::now();
        let answer = wire.ask("GET / HTTP/1.1\r\nHost: any\r\n\r\n").await;
        check_exchange(&mut events, host, begun.elapsed(), &answer).await;
    }
}

#[tokio::test]
async fn each_tunnel_meets_the_faults_that_are_meant_for_it() {
    let upstream = Upstream::answering(OK).await;
    let proxy = three_names(upstream.address, "tcp", &one_slow_two_down()).await;
    let mut events = proxy.subscribe();
    for (target, status, met) in [
        ("one.test:80", 200, vec!["latency"]),
        ("two.test:80", 503, vec!["httperror"]),
        ("three.test:80", 200, vec![]),
    ] {
        let mut wire = client(&proxy, 0).await;
        assert_eq!(connect(&mut wire, target).await, status, "{target}");
        assert_eq!(stream(&mut events).await, met, "{target}");
        if status == 200 {
            let begun = Instant::now();
            assert_eq!(wire.ask("GET / HTTP/1.1\r\nHost: any\r\n\r\n").await.text(), "ok");
            assert!(met.is_empty() || begun.elapsed().as_millis() >= 30, "{target}");
        }
        if met == ["latency"] {
            held(&mut events, "latency").await;
        }
    }
}

#[tokio::test]
async fn each_mapping_that_carries_bytes_meets_the_faults_that_are_meant_for_it() {
    let upstream = Upstream::answering(OK).await;
    let values = [
        json!({ "type": "latency", "mean": 30, "upstreams": "one.test" }),
        json!({ "type": "blackhole", "upstreams": "two.test" }),
    ];
    let proxy = three_names(upstream.address, "tcp", &values).await;
    let mut events = proxy.subscribe();
    let request = "GET / HTTP/1.1\r\nHost: any\r\n\r\n";
    let (mut one, mut two, mut three) =
        (client(&proxy, 1).await, client(&proxy, 2).await, client(&proxy, 3).await);
    let begun = Instant::now();
    assert_eq!(one.ask(request).await.text(), "ok");
    assert!(begun.elapsed().as_millis() >= 30);
    two.send(request).await;
    held(&mut events, "blackhole").await;
    two.expect_silence().await;
    assert_eq!(three.ask(request).await.text(), "ok");
    proxy.set_faults(vec![]).expect("faults");
    assert_eq!(two.message().await.text(), "ok", "the control");
}

#[tokio::test]
async fn a_fault_without_upstreams_acts_where_it_did_before_beside_one_that_has_them() {
    let upstream = Upstream::answering(OK).await;
    let values = [
        json!({ "type": "latency", "mean": 1 }),
        json!({ "type": "latency", "name": "slow", "mean": 1, "upstreams": "one.test" }),
    ];
    let proxy = three_names(upstream.address, "http", &values).await;
    let mut events = proxy.subscribe();
    let mut wire = client(&proxy, 0).await;
    for (listener, forwarded, mapped) in
        [(1, vec!["slow"], vec!["latency", "slow"]), (2, vec![], vec!["latency"])]
    {
        let host = if listener == 1 { "one.test" } else { "two.test" };
        get(&mut wire, host).await;
        assert_eq!(exchange(&mut events).await.eligible, forwarded, "no upstream of the proxy's");
        client(&proxy, listener).await.ask("GET / HTTP/1.1\r\nHost: any\r\n\r\n").await;
        let told = exchange(&mut events).await;
        assert_eq!((hits(&told), told.eligible.len()), (mapped.clone(), mapped.len()));
    }
}

#[tokio::test]
async fn faults_with_upstreams_come_and_go_on_what_is_open() {
    let upstream = Upstream::answering(OK).await;
    let blackhole = |host: &str| faults(&[json!({ "type": "blackhole", "upstreams": host })]);
    let proxy = three_names(upstream.address, "tcp", &[]).await;
    let mut events = proxy.subscribe();
    let (mut tunnel, mut mapped) = (client(&proxy, 0).await, client(&proxy, 1).await);
    assert_eq!(connect(&mut tunnel, "one.test:80").await, 200);
    let request = "GET / HTTP/1.1\r\nHost: any\r\n\r\n";
    for wire in [&mut tunnel, &mut mapped] {
        assert_eq!(wire.ask(request).await.text(), "ok");
        proxy.set_faults(blackhole("two.test")).expect("faults");
        assert_eq!(wire.ask(request).await.text(), "ok", "it is meant for another");
        proxy.set_faults(blackhole("one.test")).expect("faults");
        wire.send(request).await;
        held(&mut events, "blackhole").await;
        wire.expect_silence().await;
        proxy.set_faults(blackhole("two.test")).expect("faults");
        assert_eq!(wire.message().await.text(), "ok", "what was held leaves");
    }
}

#[tokio::test]
async fn a_body_under_way_meets_a_fault_that_names_its_upstream() {
    for (named, meets) in [("one.test", true), ("two.test", false)] {
        let go = Arc::new(Notify::new());
        let going = Arc::clone(&go);
        let upstream = Upstream::serve(move |mut wire| {
            let going = Arc::clone(&going);
            async move {
                wire.message().await;
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nfour").await;
                going.notified().await;
                wire.send("more").await;
                wire.rest().await.expect("the proxy's end");
            }
        })
        .await;
        let proxy = three_names(upstream.address, "tcp", &[]).await;
        let mut wire = client(&proxy, 0).await;
        wire.send("GET http://one.test/ HTTP/1.1\r\nHost: one.test\r\n\r\n").await;
        wire.head().await;
        assert_eq!(wire.exact(4).await, b"four");
        let blackhole = json!({ "type": "blackhole", "upstreams": named });
        proxy.set_faults(faults(&[blackhole])).expect("faults");
        go.notify_one();
        if meets {
            wire.expect_silence().await;
            proxy.set_faults(vec![]).expect("faults");
        }
        assert_eq!(wire.exact(4).await, b"more", "{named}");
    }
}

#[tokio::test]
async fn new_exchanges_and_tunnels_follow_a_change_of_the_upstreams() {
    let upstream = Upstream::answering(OK).await;
    let proxy = three_names(upstream.address, "tcp", &[json!({ "type": "httperror" })]).await;
    let mut wire = client(&proxy, 0).await;
    for (upstreams, statuses) in [
        (Upstreams::default(), [200, 200]),
        (Upstreams::parse(&["one.test"]).expect("hosts"), [500, 200]),
        (Upstreams::parse(&["two.test"]).expect("hosts"), [200, 500]),
        (Upstreams::all(), [500, 500]),
        (Upstreams::default(), [200, 200]),
    ] {
        proxy.set_upstreams(upstreams);
        for (host, status) in ["one.test", "two.test"].into_iter().zip(statuses) {
            assert_eq!(get(&mut wire, host).await.status(), status, "{host}");
            let mut tunnel = client(&proxy, 0).await;
            assert_eq!(connect(&mut tunnel, &format!("{host}:80")).await, status, "{host}");
        }
    }
}

#[tokio::test]
async fn every_fault_is_told_by_a_label_of_its_own() {
    let latency = json!({ "type": "latency", "mean": 1 });
    let named = |name: &str| json!({ "type": "latency", "mean": 1, "name": name });
    let values =
        [latency.clone(), named("slow"), latency.clone(), named("slow"), named("latency"), latency];
    let expected = ["latency", "slow", "latency#2", "slow#2", "latency#3", "latency#4"];
    assert_eq!(labels(&faults(&values)), expected);
    let taken = [named("latency#2"), named("latency"), named("latency")];
    assert_eq!(labels(&faults(&taken)), ["latency#2", "latency", "latency#3"]);

    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &values).await;
        let mut events = rig.proxy.subscribe();
        rig.open().await.ask(rig.get("/")).await;
        let told = exchange(&mut events).await;
        assert_eq!((&told.eligible[..], hits(&told)), (&owned(&expected)[..], expected.to_vec()));
        assert!(told.hits.iter().all(|hit| hit.fault == "latency"));
    }
    for path in Path::CARRIED {
        let rig = Rig::start(path, upstream.address, &values).await;
        let mut events = rig.proxy.subscribe();
        rig.open().await.ask(rig.get("/")).await;
        assert_eq!(stream(&mut events).await, expected, "{path:?}");
    }
}

#[tokio::test]
async fn the_same_seed_and_faults_decide_alike_whatever_the_phase_they_came_with() {
    let upstream = Upstream::answering(OK).await;
    let values = [
        json!({ "type": "httperror", "status_code": 500, "probability": 0.5 }),
        json!({ "type": "httperror", "status_code": 503, "probability": 0.5, "upstreams": "one.test" }),
    ];
    let run = async |seed, phases: usize| {
        let proxy = start(&values, |settings| {
            settings.seed = Seed(seed);
            settings.upstreams = Upstreams::all();
            settings
                .resolve
                .push(format!("one.test:80={}", upstream.address).parse().expect("one"));
        })
        .await;
        let mut wire = client(&proxy, 0).await;
        let mut statuses = Vec::new();
        for round in 0..40 {
            if round % 10 == 0 && round / 10 < phases {
                proxy.begin(faults(&values), None).expect("faults");
            }
            statuses.push(get(&mut wire, "one.test").await.status());
        }
        statuses
    };
    let first = run(7, 0).await;
    assert!([200, 500, 503].iter().all(|status| first.contains(status)), "{first:?}");
    assert_eq!(first, run(7, 4).await);
    assert_ne!(first, run(8, 0).await);
}

#[tokio::test(start_paused = true)]
async fn each_phase_counts_its_periods_from_its_own_beginning() {
    let proxy = start(&[], |settings| settings.clock = Clock::Tokio).await;
    let mut events = proxy.subscribe();
    let values = [json!({ "type": "latency", "mean": 1, "period": "start:10%,duration:20%" })];
    let error = proxy.begin(faults(&values), None).expect_err("nothing to take a share of");
    assert_eq!(error.code, "invalid_schedule");
    for _ in 0..2 {
        let begun = proxy.now_ms();
        proxy.begin(faults(&values), Some(Duration::from_secs(10))).expect("faults");
        let mut turns = Vec::new();
        while turns.len() < 2 {
            let (at, active) = next(&mut events, |event| match &event.kind {
                EventKind::Faults { active } => Some((event.at_ms, active.len())),
                _ => None,
            })
            .await;
            if at > begun {
                turns.push((((at - begun) / 1000.0).round(), active));
            }
        }
        assert_eq!(turns, [(1.0, 1), (3.0, 0)]);
        tokio::time::advance(Duration::from_secs(4)).await;
    }
}

#[tokio::test]
async fn the_trace_of_a_request_is_told_and_passed_on_as_it_came() {
    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let upstream = Upstream::serve(|mut wire| async move {
        while let Some(request) = wire.try_message().await {
            let got = request.head.one("traceparent").unwrap_or("none").to_owned();
            let length = got.len();
            wire.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{got}")).await;
        }
    })
    .await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        let line = rig.line("GET", "/");
        let answer = wire.ask(format!("{line}Traceparent: {TRACE}\r\n\r\n")).await;
        assert_eq!(answer.text(), TRACE, "{path:?}, to nobody who listens");
        let mut events = rig.proxy.subscribe();
        for (value, told) in [(TRACE, Some(TRACE)), ("00-abc", None)] {
            let answer = wire.ask(format!("{line}Traceparent: {value}\r\n\r\n")).await;
            assert_eq!(answer.text(), value, "{path:?}");
            assert_eq!(exchange(&mut events).await.trace.as_deref(), told, "{path:?}");
        }
        assert_eq!(wire.ask(rig.get("/")).await.text(), "none");
        let event = next(&mut events, |event| {
            matches!(event.kind, EventKind::Exchange(_)).then(|| event.clone())
        })
        .await;
        let written = serde_json::to_value(event).expect("JSON");
        assert!(written.get("trace").is_none(), "{written}");
    }
}

#[test]
fn what_is_built_reads_back_as_it_is_written() {
    let latency = || fault(json!({ "type": "latency", "mean": 1 }));
    let hosts =
        Upstreams::parse(&["https://a.test", "*.b.test:80", "[::1]:7", "*"]).expect("hosts");
    let built = latency().named(" slow\n one ").only(Some(hosts.clone()));
    assert_eq!((built.name(), built.upstreams()), (Some("slow one"), Some(&hosts)));
    let written = serde_json::to_value(&built).expect("JSON");
    assert_eq!(fault(written), built);
    assert_ne!(built, latency());
    assert_eq!(built.named("\u{7} ").only(Some(Upstreams::default())), latency());
    let long = latency().named("é".repeat(65));
    assert_eq!(long.name().map(|name| name.chars().count()), Some(64));
}
