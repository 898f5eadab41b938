//! HTTP messages arrive as they were sent, except for what belongs to a single hop.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::sync::mpsc;

use crate::support::{Message, Path, Rig, Upstream, Wire, exchange, within};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// An upstream that tells what it was asked.
async fn listening(answer: &'static str) -> (Upstream, mpsc::UnboundedReceiver<Message>) {
    let (asked, heard) = mpsc::unbounded_channel();
    let upstream = Upstream::serve(move |mut wire| {
        let asked = asked.clone();
        async move {
            while let Some(request) = wire.try_message().await {
                asked.send(request).expect("a test");
                wire.send(answer).await;
            }
        }
    })
    .await;
    (upstream, heard)
}

/// The request that arrives and the answer that comes back.
async fn through(
    path: Path,
    request: impl Fn(&Rig) -> String,
    answer: &'static str,
) -> (Message, Message) {
    let (upstream, mut heard) = listening(answer).await;
    let rig = Rig::start(path, upstream.address, &[]).await;
    let answer = rig.open().await.ask(request(&rig)).await;
    (within(heard.recv()).await.expect("a request"), answer)
}

#[tokio::test]
async fn many_requests_share_one_connection_to_the_upstream() {
    let upstream = Upstream::answering(OK).await;
    for (round, path) in Path::READ.into_iter().enumerate() {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        for number in 1..=50 {
            assert_eq!(wire.ask(rig.get("/")).await.text(), "ok");
            assert_eq!(exchange(&mut events).await.number, number);
        }
        // Another client finds the connection free as well.
        assert_eq!(rig.open().await.ask(rig.get("/")).await.status(), 200);
        assert_eq!(upstream.accepted(), round + 1, "{path:?}");
    }
}

#[tokio::test]
async fn a_pooled_connection_that_the_upstream_closed_is_replaced_unseen() {
    let upstream = Upstream::serve(|mut wire| async move {
        wire.message().await;
        wire.send(OK).await;
    })
    .await;
    let rig = Rig::start(Path::Http, upstream.address, &[]).await;
    let mut wire = rig.open().await;
    for count in 1..=5 {
        assert_eq!(wire.ask(rig.get("/")).await.status(), 200);
        assert_eq!(upstream.accepted(), count);
    }
}

#[tokio::test]
async fn repeated_headers_stay_repeated_both_ways() {
    let answer =
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n";
    for path in Path::READ {
        let request = |rig: &Rig| rig.line("GET", "/") + "X-Dup: 1\r\nX-Dup: 2\r\n\r\n";
        let (request, answer) = through(path, request, answer).await;
        assert_eq!(request.head.all("x-dup"), ["1", "2"]);
        assert_eq!(answer.head.all("set-cookie"), ["a=1", "b=2"]);
    }
}

#[tokio::test]
async fn encoded_bodies_are_not_touched_and_no_encoding_is_asked_for() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nETag: \"x\"\r\nContent-Length: 4\r\n\r\n\x1f\x0b\x08\x00";
    for path in Path::READ {
        let (request, answer) = through(path, |rig| rig.get("/"), answer).await;
        assert!(request.head.one("accept-encoding").is_none());
        assert_eq!(answer.head.one("content-encoding"), Some("gzip"));
        assert_eq!(answer.head.one("etag"), Some("\"x\""));
        assert_eq!(answer.body, b"\x1f\x0b\x08\x00");
    }
}

#[tokio::test]
async fn trailers_travel_both_ways() {
    let answer = "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n\
                  3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n";
    for path in Path::READ {
        let request = |rig: &Rig| {
            rig.line("POST", "/")
                + "TE: trailers\r\nConnection: TE\r\nTrailer: X-End\r\nTransfer-Encoding: chunked\r\n\r\n\
                   2\r\nhi\r\n0\r\nX-End: yes\r\n\r\n"
        };
        let (request, answer) = through(path, request, answer).await;
        assert_eq!((request.text(), answer.text()), ("hi".into(), "abc".into()));
        let named = |message: &Message| {
            let trailers = message.trailers.iter();
            trailers.map(|(name, value)| (name.to_lowercase(), value.clone())).collect::<Vec<_>>()
        };
        assert_eq!(named(&request), [("x-end".into(), "yes".into())], "{path:?}");
        assert_eq!(named(&answer), [("x-sum".into(), "42".into())], "{path:?}");
        assert_eq!(request.head.one("te"), Some("trailers"));
    }
}

#[tokio::test]
async fn headers_of_a_single_hop_go_no_further() {
    let answer = "HTTP/1.1 200 OK\r\nConnection: X-Back\r\nX-Back: 1\r\nKeep-Alive: timeout=5\r\n\
                  X-Stays: 1\r\nContent-Length: 0\r\n\r\n";
    for path in Path::READ {
        let request = |rig: &Rig| {
            rig.line("GET", "/")
                + "Connection: X-Hop\r\nX-Hop: 1\r\nProxy-Connection: keep-alive\r\n\
                   Proxy-Authorization: Basic eA==\r\nAuthorization: Basic eQ==\r\n\r\n"
        };
        let (request, answer) = through(path, request, answer).await;
        for gone in ["connection", "x-hop", "proxy-connection", "proxy-authorization"] {
            assert!(request.head.all(gone).is_empty(), "{gone} in {:?}", request.head);
        }
        assert_eq!(request.head.one("authorization"), Some("Basic eQ=="));
        for gone in ["connection", "x-back", "keep-alive"] {
            assert!(answer.head.all(gone).is_empty(), "{gone} in {:?}", answer.head);
        }
        assert_eq!(answer.head.one("x-stays"), Some("1"));
    }
}

#[tokio::test]
async fn header_names_keep_their_spelling_and_the_date_is_the_upstreams() {
    let answer = "HTTP/1.1 203 Fine By Me\r\nETag: \"x\"\r\nsErVeR: odd\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\n\
                  Content-Length: 0\r\n\r\n";
    for path in Path::READ {
        let request = |rig: &Rig| rig.line("GET", "/") + "X-REQUEST-id: 7\r\nDNT: 1\r\n\r\n";
        let (request, answer) = through(path, request, answer).await;
        for name in ["X-REQUEST-id", "DNT", "Host"] {
            assert!(request.head.names().contains(&name), "{:?}", request.head);
        }
        for name in ["ETag", "sErVeR", "Date"] {
            assert!(answer.head.names().contains(&name), "{:?}", answer.head);
        }
        assert_eq!(answer.head.one("date"), Some("Mon, 01 Jan 2001 00:00:00 GMT"));
        assert_eq!(answer.head.line, "HTTP/1.1 203 Fine By Me");
    }
    let (_, bare) = through(Path::Http, |rig| rig.get("/"), OK).await;
    assert!(bare.head.one("date").is_none(), "nothing is added either");
}

#[tokio::test]
async fn the_request_names_the_upstream_and_keeps_its_query() {
    for path in Path::READ {
        let (request, _) = through(path, |rig| rig.get("/a%20b?q=1&r=2"), OK).await;
        assert_eq!(request.head.line, "GET /a%20b?q=1&r=2 HTTP/1.1");
        let host = request.head.one("host").expect("a host").to_owned();
        assert!(host.starts_with("127.0.0.1:"), "{host}");
    }
    // What the client calls the port it was given means nothing to the upstream.
    let (upstream, mut heard) = listening(OK).await;
    let rig = Rig::start(Path::Http, upstream.address, &[]).await;
    rig.open().await.ask("GET / HTTP/1.1\r\nHost: localhost:1\r\n\r\n").await;
    let request = within(heard.recv()).await.expect("a request");
    assert_eq!(request.head.one("host"), Some(upstream.address.to_string().as_str()));
}

#[tokio::test]
async fn an_http_1_0_client_can_keep_its_connection_and_understands_every_body() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    for path in Path::READ {
        let upstream = Upstream::answering(OK).await;
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        let old = |rig: &Rig, keep: &str| {
            rig.get("/").replace("HTTP/1.1\r\n", &format!("HTTP/1.0\r\n{keep}"))
        };
        for _ in 0..2 {
            let answer = wire.ask(old(&rig, "Connection: keep-alive\r\n")).await;
            assert_eq!(answer.text(), "ok");
            assert_eq!(answer.head.one("connection"), Some("keep-alive"), "{path:?}");
        }
        let answer = wire.ask(old(&rig, "")).await;
        assert_eq!((answer.text(), wire.rest().await.expect("the end")), ("ok".into(), vec![]));
        let upstream = Upstream::answering(chunked).await;
        let rig = Rig::start(path, upstream.address, &[]).await;
        let answer = rig.open().await.ask(old(&rig, "")).await;
        assert!(answer.head.one("transfer-encoding").is_none(), "{:?}", answer.head);
        assert_eq!(answer.text(), "ok");
    }
}

#[tokio::test]
async fn answers_without_a_body_leave_the_connection_in_step() {
    for (method, answer) in [
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"),
    ] {
        for path in Path::READ {
            for faults in
                [vec![], vec![json!({ "type": "latency", "mean": 2, "direction": "both" })]]
            {
                let upstream = Upstream::answering(answer).await;
                let rig = Rig::start(path, upstream.address, &faults).await;
                let mut events = rig.proxy.subscribe();
                let mut wire = rig.open().await;
                for _ in 0..3 {
                    wire.send(rig.line(method, "/") + "\r\n").await;
                    let head = wire.head().await;
                    assert_eq!(head.line, answer.split("\r\n").next().expect("a line"));
                    if method == "HEAD" {
                        assert_eq!(head.one("content-length"), Some("5000"));
                    }
                    assert!(exchange(&mut events).await.complete, "{method} {answer}");
                }
                assert_eq!(upstream.accepted(), 1);
            }
        }
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    let upstream = Upstream::serve(move |mut wire| {
        let seen = Arc::clone(&seen);
        async move {
            while let Some(request) = wire.try_message().await {
                let path = request.head.line.split(' ').nth(1).expect("a path").to_owned();
                wire.send(format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{path}",
                    path.len()
                ))
                .await;
                seen.lock().expect("a lock").push(path);
            }
        }
    })
    .await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        let paths = ["/one", "/two", "/three"];
        let all: String = paths.iter().map(|path| rig.get(path)).collect();
        wire.send(all).await;
        for expected in paths {
            assert_eq!(wire.message().await.text(), expected);
        }
        assert_eq!(std::mem::take(&mut *order.lock().expect("a lock")), paths);
    }
}

#[tokio::test]
async fn a_client_that_half_closes_after_its_request_is_answered() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::ALL {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        wire.send(rig.get("/")).await;
        wire.finish().await;
        assert_eq!(wire.message().await.text(), "ok", "{path:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_the_clients_to_follow() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let (_, answer) = through(Path::Forward, |rig| rig.get("/"), moved).await;
    assert_eq!((answer.status(), answer.head.one("location")), (302, Some("http://127.0.0.1:1/")));
}

#[tokio::test]
async fn a_host_that_is_not_named_as_upstream_passes_unaltered() {
    let upstream = Upstream::answering(OK).await;
    let all = [json!({ "type": "httperror", "status_code": 503 })];
    for named in ["", "example.com", "127.0.0.1:1", "127.0.0.1"] {
        let rig = Rig::with(Path::Forward, upstream.address, &all, |settings| {
            settings.upstreams = fault_proxy::Upstreams::parse(&[named]).expect("hosts");
        })
        .await;
        let mut events = rig.proxy.subscribe();
        let status = rig.open().await.ask(rig.get("/")).await.status();
        let told = exchange(&mut events).await;
        // The last one is the control.
        if named == "127.0.0.1" {
            assert_eq!((status, told.eligible), (503, vec!["httperror".to_owned()]));
        } else {
            assert_eq!((status, told.eligible), (200, vec![]), "{named}");
        }
    }
}

#[tokio::test]
async fn a_tunnel_to_a_host_that_is_not_named_passes_unaltered() {
    let upstream = Upstream::answering(OK).await;
    let hole = [json!({ "type": "blackhole", "direction": "both" })];
    let rig = Rig::with(Path::Connect, upstream.address, &hole, |settings| {
        settings.upstreams = fault_proxy::Upstreams::parse(&["example.com"]).expect("a host");
    })
    .await;
    assert_eq!(rig.open().await.ask(rig.get("/")).await.text(), "ok");
    // The control: with the host named, not even the acceptance comes.
    let rig = Rig::start(Path::Connect, upstream.address, &hole).await;
    let mut wire = Wire::connect(rig.address()).await;
    wire.send(format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", upstream.address)).await;
    wire.expect_silence().await;
}
