//! Rules: which requests they hit, what they do to them, how often, and when they are refused.

mod http2;
mod refused;
mod shaped;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Message, Path, Rig, Upstream, Wire, exchange, within};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"1\"\r\n\r\nok";

/// A rule with these settings.
fn rule(settings: Value) -> Value {
    let mut rule = settings;
    rule["type"] = "rule".into();
    rule
}

/// A rule that shows by its status that it hit.
fn seen(settings: Value) -> Value {
    let mut seen = rule(settings);
    seen["respond"] = json!({ "status": 418 });
    seen
}

/// Whether each request in turn is hit, on one connection.
async fn hits(rig: &Rig, requests: &[String]) -> Vec<bool> {
    let mut wire = rig.open().await;
    let mut hits = Vec::new();
    for request in requests {
        let status = wire.ask(request).await.status();
        assert!(matches!(status, 200 | 418), "{request}: {status}");
        hits.push(status == 418);
    }
    hits
}

#[tokio::test]
async fn a_rule_answers_what_it_spells_out_and_the_upstream_hears_nothing() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let answers = rule(json!({
            "match": { "path": "/down" },
            "respond": { "status": 503, "headers": { "retry-after": "1" }, "body": "{\"error\": 1}" },
        }));
        let rig = Rig::start(path, upstream.address, &[answers]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        let before = upstream.accepted();
        for request in [rig.get("/down"), rig.post("/down", "a body that nobody reads")] {
            let answer = wire.ask(request).await;
            assert_eq!((answer.status(), answer.text().as_str()), (503, "{\"error\": 1}"));
            assert_eq!(answer.head.one("retry-after"), Some("1"));
            assert_eq!(answer.head.one("content-type"), Some("application/json"));
            assert_eq!(answer.head.one("content-length"), Some("12"));
            assert!(answer.head.one("proxy-status").is_some_and(|said| said.contains("rule")));
            let told = exchange(&mut events).await;
            assert_eq!((told.status, told.forwarded, told.complete), (Some(503), false, true));
            assert_eq!(told.eligible, ["rule"]);
            assert_eq!((told.hits[0].fault.as_str(), told.hits[0].count), ("rule", 1));
        }
        assert_eq!(upstream.accepted(), before);
        assert_eq!(wire.ask(rig.get("/up")).await.text(), "ok", "the control");
        let told = exchange(&mut events).await;
        assert_eq!((told.eligible, told.hits), (vec!["rule".to_owned()], Vec::new()));
        let mut wire = rig.open().await;
        wire.send(rig.line("HEAD", "/down") + "\r\n").await;
        let head = wire.head().await;
        assert_eq!((head.status(), head.one("content-length")), (503, Some("12")));
        assert_eq!(wire.ask(rig.get("/up")).await.status(), 200, "the connection is in step");
    }
}

/// A request by its method, path, further lines of its head, and body.
fn request(rig: &Rig, method: &str, path: &str, lines: &str, body: &str) -> String {
    let length =
        if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    rig.line(method, path) + lines + &length + "\r\n" + body
}

#[tokio::test]
async fn each_condition_tells_requests_apart() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let ask = |method, path, lines, body| request(&rig, method, path, lines, body);
        for (conditions, hit, passed) in [
            (json!({ "method": "GET" }), ask("GET", "/", "", ""), ask("POST", "/", "", "x")),
            (
                json!({ "method": ["PUT", "post"] }),
                ask("POST", "/", "", "x"),
                ask("GET", "/", "", ""),
            ),
            (
                json!({ "path": "/users/*" }),
                ask("GET", "/users/1?a", "", ""),
                ask("GET", "/users/1/b", "", ""),
            ),
            (
                json!({ "path": "/users/**" }),
                ask("GET", "/users/1/b", "", ""),
                ask("GET", "/user/1", "", ""),
            ),
            (
                json!({ "headers": { "X-Tenant": "ac*", "x-any": "*" } }),
                ask("GET", "/", "X-Tenant: acme\r\nX-Any: \r\n", ""),
                ask("GET", "/", "X-Tenant: acme\r\n", ""),
            ),
            (
                json!({ "headers": { "x-tenant": "acme" } }),
                ask("GET", "/", "X-Tenant: other\r\nX-Tenant: acme\r\n", ""),
                ask("GET", "/", "X-Tenant: acme2\r\n", ""),
            ),
            (
                json!({ "query": { "page": "2" } }),
                ask("GET", "/?a=1&page=2", "", ""),
                ask("GET", "/?page=21", "", ""),
            ),
            (
                json!({ "query": { "q": "a b*", "flag": "*" } }),
                ask("GET", "/?q=%61+b%26c&flag", "", ""),
                ask("GET", "/?q=a+b", "", ""),
            ),
            (
                json!({ "body": "needle" }),
                ask("POST", "/", "", "hay needle hay"),
                ask("POST", "/", "", "hay"),
            ),
            (
                json!({ "method": "POST", "path": "/a", "body": "x" }),
                ask("POST", "/a", "", "xyz"),
                ask("POST", "/b", "", "xyz"),
            ),
        ] {
            rig.set(&[seen(json!({ "match": conditions }))]);
            let seen = hits(&rig, &[hit.clone(), passed.clone(), hit]).await;
            assert_eq!(seen, [true, false, true], "{path:?} {conditions}");
        }
    }
}

#[tokio::test]
async fn a_host_is_that_of_the_upstream() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        for host in ["127.0.*", &*upstream.address.to_string(), "*"] {
            rig.set(&[seen(json!({ "match": { "host": host } }))]);
            assert_eq!(hits(&rig, &[rig.get("/")]).await, [true], "{path:?} {host}");
        }
    }
}

#[tokio::test]
async fn a_host_by_name_is_not_its_address() {
    let upstream = Upstream::answering(OK).await;
    let rule = seen(json!({ "match": { "host": "localhost" } }));
    let rig = Rig::start(Path::Forward, upstream.address, &[rule]).await;
    let named = format!("localhost:{}", upstream.address.port());
    let by_name = format!("GET http://{named}/ HTTP/1.1\r\nHost: {named}\r\n\r\n");
    assert_eq!(hits(&rig, &[by_name, rig.get("/")]).await, [true, false]);
}

#[tokio::test]
async fn counts_go_over_all_connections_and_only_what_matches_counts() {
    let upstream = Upstream::answering(OK).await;
    for (limit, wanted) in [
        (json!({ "first": 2 }), [true, true, false, false, false, false]),
        (json!({ "nth": 3 }), [false, false, true, false, false, false]),
        (json!({ "every": 2 }), [false, true, false, true, false, true]),
        (json!({ "max": 4 }), [true, true, true, true, false, false]),
        (json!({ "every": 2, "max": 2 }), [false, true, false, true, false, false]),
    ] {
        for path in Path::READ {
            let mut rule = seen(json!({ "match": { "path": "/a" } }));
            rule.as_object_mut()
                .expect("an object")
                .extend(limit.as_object().expect("one").clone());
            let rig = Rig::start(path, upstream.address, &[rule]).await;
            let mut seen = Vec::new();
            for _ in 0..3 {
                let requests = [rig.get("/other"), rig.get("/a"), rig.get("/other"), rig.get("/a")];
                let hits = hits(&rig, &requests).await;
                assert!(!hits[0] && !hits[2]);
                seen.extend([hits[1], hits[3]]);
            }
            assert_eq!(seen, wanted, "{path:?} {limit}");
        }
    }
}

#[tokio::test]
async fn the_same_seed_hits_the_same_requests() {
    let upstream = Upstream::answering(OK).await;
    let run = async |seed| {
        let half = seen(json!({ "probability": 0.5 }));
        let rig = Rig::with(Path::Http, upstream.address, &[half], |settings| {
            settings.seed = fault_proxy::Seed(seed);
        })
        .await;
        hits(&rig, &vec![rig.get("/"); 40]).await
    };
    let first = run(1).await;
    assert!(first.contains(&true) && first.contains(&false));
    assert_eq!(run(1).await, first);
    assert_ne!(run(2).await, first);
}

#[tokio::test]
async fn the_first_rule_that_fires_acts_and_the_others_are_not_asked() {
    let upstream = Upstream::answering(OK).await;
    let status = |settings: Value, status: u16| {
        let mut rule = rule(settings);
        rule["respond"] = json!({ "status": status });
        rule
    };
    let rig = Rig::start(
        Path::Http,
        upstream.address,
        &[
            status(json!({ "match": { "path": "/a" }, "first": 1 }), 501),
            status(json!({ "match": { "method": "GET" }, "first": 2 }), 502),
            status(json!({ "match": { "path": "/**" }, "nth": 2 }), 503),
        ],
    )
    .await;
    let mut wire = rig.open().await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(wire.ask(rig.get("/a")).await.status());
    }
    // The third rule is asked about the fourth request for the first time.
    assert_eq!(seen, [501, 502, 502, 200, 503]);
}

#[tokio::test]
async fn what_was_counted_stays_while_the_rule_stays_and_not_longer() {
    let upstream = Upstream::answering(OK).await;
    let once = seen(json!({ "first": 1 }));
    let rig = Rig::start(Path::Http, upstream.address, std::slice::from_ref(&once)).await;
    assert_eq!(hits(&rig, &[rig.get("/"), rig.get("/")]).await, [true, false]);
    rig.set(&[json!({ "type": "dns" }), seen(json!({ "match": { "path": "/x" } })), once.clone()]);
    assert_eq!(hits(&rig, &[rig.get("/")]).await, [false], "it stayed, in another place");
    let kept = rig.proxy.faults();
    rig.set(&[]);
    assert_eq!(hits(&rig, &[rig.get("/")]).await, [false]);
    rig.proxy.set_faults(kept).expect("faults");
    assert_eq!(hits(&rig, &[rig.get("/"), rig.get("/")]).await, [true, false], "it came anew");
}

#[tokio::test]
async fn a_delay_is_drawn_told_and_measured() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let slow = rule(json!({
            "match": { "path": "/slow" },
            "delay": { "distribution": "uniform", "min": 30, "max": 40 },
        }));
        let rig = Rig::start(path, upstream.address, &[slow]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        let begun = Instant::now();
        assert_eq!(wire.ask(rig.get("/slow")).await.text(), "ok");
        assert!(begun.elapsed() >= Duration::from_millis(30));
        let told = exchange(&mut events).await;
        let [hit] = &told.hits[..] else { panic!("one hit: {told:?}") };
        assert!((30.0..=40.0).contains(&hit.asked_ms), "{hit:?}");
        assert!(hit.measured_ms >= hit.asked_ms && hit.measured_max_ms == hit.measured_ms);
        assert_eq!((hit.count, hit.released, told.forwarded), (1, 1, true));
        assert_eq!(wire.ask(rig.get("/")).await.text(), "ok");
        assert!(exchange(&mut events).await.hits.is_empty(), "the control");
    }
}

#[tokio::test]
async fn a_delay_ends_with_its_rule() {
    let upstream = Upstream::answering(OK).await;
    let rig =
        Rig::start(Path::Http, upstream.address, &[rule(json!({ "delay": { "mean": 600_000 } }))])
            .await;
    let mut events = rig.proxy.subscribe();
    let mut wire = rig.open().await;
    wire.send(rig.get("/")).await;
    wire.expect_silence().await;
    rig.set(&[json!({ "type": "dns" })]);
    assert_eq!(wire.message().await.text(), "ok");
    let hit = exchange(&mut events).await.hits.remove(0);
    assert!(hit.asked_ms == 600_000.0 && hit.measured_ms < 600_000.0, "{hit:?}");
}

#[tokio::test]
async fn a_dropped_exchange_ends_without_an_answer() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let drop = |how: &str| rule(json!({ "match": { "path": "/gone" }, "drop": how }));
        let rig = Rig::start(path, upstream.address, &[drop("close")]).await;
        let before = upstream.accepted();
        let mut events = rig.proxy.subscribe();
        for request in [rig.get("/gone"), rig.post("/gone", &"x".repeat(100_000))] {
            let mut wire = rig.open().await;
            wire.send(&request).await;
            assert_eq!(wire.rest().await.expect("an end in good order"), b"", "{path:?}");
            let told = exchange(&mut events).await;
            assert_eq!((told.status, told.forwarded, told.complete), (None, false, false));
            assert_eq!((told.hits[0].fault.as_str(), told.hits[0].count), ("rule", 1));
        }
        rig.set(&[drop("reset")]);
        let mut wire = rig.open().await;
        wire.send(rig.get("/gone")).await;
        wire.expect_reset().await;
        assert_eq!(upstream.accepted(), before);
        assert_eq!(hits(&rig, &[rig.get("/")]).await, [false], "the control");
    }
}

/// An upstream that answers with the request as it came: its first line, its headers, its body.
async fn mirror() -> Upstream {
    Upstream::serve(|mut wire: Wire| async move {
        while let Some(Message { head, body, trailers }) = wire.try_message().await {
            let body = String::from_utf8_lossy(&body).into_owned();
            let text = format!("{}\n{:?}\n{body}\n{trailers:?}", head.line, head.headers);
            let length = text.len();
            wire.send(format!(
                "HTTP/1.1 200 OK\r\nX-Case: Kept\r\nContent-Length: {length}\r\n\r\n{text}"
            ))
            .await;
        }
    })
    .await
}

#[tokio::test]
async fn what_no_rule_hits_passes_byte_for_byte() {
    let upstream = mirror().await;
    let large = "0123456789".repeat(20_000);
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let chunked = rig.line("POST", "/c?x=%20")
            + "X-Odd: a,  b\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n";
        let requests = [rig.get("/a"), rig.post("/b", "small"), rig.post("/b", &large), chunked];
        let raw = async || {
            let mut wire = rig.open().await;
            for request in &requests {
                wire.send(request).await;
            }
            let mut answers = Vec::new();
            for _ in &requests {
                let Message { head, body, trailers } = wire.message().await;
                answers.push(format!("{} {:?} {body:?} {trailers:?}", head.line, head.headers));
            }
            answers
        };
        let untouched = raw().await;
        for conditions in [
            json!({ "path": "/other" }),
            json!({ "body": "not in there" }),
            json!({ "method": "POST", "body": "5678901234x" }),
        ] {
            rig.set(&[seen(json!({ "match": conditions }))]);
            assert_eq!(raw().await, untouched, "{path:?} {conditions}");
        }
        rig.set(&[seen(json!({ "match": { "body": "hello!" } }))]);
        let answers = raw().await;
        assert_eq!(answers[..3], untouched[..3]);
        assert!(answers[3].contains("418"), "the control");
    }
}

#[tokio::test]
async fn only_the_first_64_kib_of_a_body_are_looked_at_and_all_of_it_goes_on() {
    let upstream = mirror().await;
    for path in Path::READ {
        let found = rule(json!({
            "match": { "body": "needle" },
            "rewrite": { "headers": { "x-found": "yes" } },
        }));
        let rig = Rig::start(path, upstream.address, &[found]).await;
        let mut wire = rig.open().await;
        for (before, after, hit) in [(0, 300_000, true), (65_530, 10, true), (65_531, 10, false)] {
            let body = format!("{}needle{}", "-".repeat(before), "=".repeat(after));
            let answer = wire.ask(rig.post("/", &body)).await;
            assert_eq!(answer.head.one("x-found").is_some(), hit, "{path:?} {before}");
            assert!(answer.text().contains(&body), "the body is whole");
        }
    }
}

#[tokio::test]
async fn a_client_that_waits_for_the_answer_within_its_body_gets_one() {
    let upstream = Upstream::serve(|mut wire| async move {
        let head = wire.head().await;
        assert_eq!(wire.chunk().await, b"one");
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
        drop(head);
        assert_eq!(wire.chunk().await, b"two");
        wire.finish().await;
        let _ = wire.rest().await;
    })
    .await;
    let rig =
        Rig::start(Path::Http, upstream.address, &[seen(json!({ "match": { "body": "x" } }))])
            .await;
    let mut wire = rig.open().await;
    wire.send(rig.line("POST", "/") + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n").await;
    assert_eq!(wire.message().await.text(), "ok");
    wire.send("3\r\ntwo\r\n0\r\n\r\n").await;
}

#[tokio::test]
async fn a_client_that_expects_to_be_asked_for_its_body_is_asked() {
    let upstream = mirror().await;
    let rig =
        Rig::start(Path::Http, upstream.address, &[seen(json!({ "match": { "body": "here" } }))])
            .await;
    for (body, status) in [("it is here", 418), ("it is not", 200)] {
        let mut wire = rig.open().await;
        let length = body.len();
        let head = format!("Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n");
        wire.send(rig.line("POST", "/") + &head).await;
        assert_eq!(wire.head().await.status(), 100);
        wire.send(body).await;
        assert_eq!(within(wire.message()).await.status(), status);
    }
}

#[tokio::test]
async fn other_faults_go_on_acting_beside_a_rule() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let faults = [
            rule(json!({ "rewrite": { "status": 500, "body": "broken" } })),
            json!({ "type": "latency", "mean": 30 }),
        ];
        let rig = Rig::start(path, upstream.address, &faults).await;
        let mut events = rig.proxy.subscribe();
        let begun = Instant::now();
        let answer = rig.open().await.ask(rig.get("/")).await;
        assert_eq!((answer.status(), answer.text().as_str()), (500, "broken"));
        assert!(begun.elapsed() >= Duration::from_millis(30));
        let told = exchange(&mut events).await;
        let kinds: Vec<_> = told.hits.iter().map(|hit| hit.fault.as_str()).collect();
        assert_eq!(kinds, ["rule", "latency"]);
    }
}

#[tokio::test]
async fn streams_that_are_not_read_as_http_are_left_alone() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::CARRIED {
        let rig = Rig::with(path, upstream.address, &[seen(json!({}))], |settings| {
            settings.http = Some(crate::support::any());
        })
        .await;
        let carried = match path {
            Path::Tcp => {
                let listeners = rig.proxy.listeners();
                let tcp = listeners.iter().find(|listener| listener.mapping.is_some());
                Wire::connect(tcp.expect("a mapping").address).await
            }
            _ => rig.open().await,
        };
        let mut wire = carried;
        assert_eq!(wire.ask(rig.get("/")).await.status(), 200, "{path:?}");
        let target = rig.upstream;
        let forward = format!("GET http://{target}/ HTTP/1.1\r\nHost: {target}\r\n\r\n");
        let mut wire = Wire::connect(rig.address()).await;
        assert_eq!(wire.ask(forward).await.status(), 418, "the control");
    }
}

#[tokio::test]
async fn a_rule_acts_only_in_its_period_and_on_its_upstreams() {
    let upstream = Upstream::answering(OK).await;
    let rig = Rig::start(Path::Http, upstream.address, &[]).await;
    for (limit, hit) in [
        (json!({ "period": "start:1h" }), false),
        (json!({ "period": "duration:1h" }), true),
        (json!({ "upstreams": "127.0.0.1" }), true),
    ] {
        let mut rule = seen(json!({}));
        rule.as_object_mut().expect("an object").extend(limit.as_object().expect("one").clone());
        rig.set(&[rule]);
        assert_eq!(hits(&rig, &[rig.get("/")]).await, [hit], "{limit}");
    }
}
