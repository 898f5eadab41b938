//! What goes wrong without a fault is answered in words, at once or within bounds, and never by a silent end.

use fault_proxy::{Proxy, StartError, event::Ending};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
};

use crate::support::{
    GLANCE, Path, Rig, Upstream, Wire, any, closed_port, exchange, failure, next, reset, settings,
    within,
};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A name that no resolver takes, so that none is asked.
fn unresolvable() -> String {
    format!("{}.invalid", "a".repeat(64))
}

#[tokio::test]
async fn an_upstream_that_refuses_is_a_502_that_says_so() {
    for path in Path::READ {
        let rig = Rig::start(path, closed_port().await, &[]).await;
        let mut events = rig.proxy.subscribe();
        let mut wire = rig.open().await;
        for _ in 0..2 {
            let answer = wire.ask(rig.get("/")).await;
            assert_eq!(answer.status(), 502);
            assert_eq!(answer.head.one("proxy-status"), Some("fault; error=connection_refused"));
            assert!(answer.text().contains("refused the connection"), "{}", answer.text());
            assert_eq!(failure(&mut events).await, "connection_refused");
            let told = exchange(&mut events).await;
            assert_eq!((told.status, told.complete), (Some(502), true));
        }
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_resolved_is_a_502_that_says_so() {
    let rig = Rig::start(Path::Forward, any(), &[]).await;
    let host = unresolvable();
    let request = format!("GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let answer = rig.open().await.ask(request).await;
    assert_eq!(
        (answer.status(), answer.head.one("proxy-status")),
        (502, Some("fault; error=dns_error"))
    );
}

#[tokio::test]
async fn an_upstream_that_breaks_off_before_it_answers_is_a_502() {
    let upstreams = [
        Upstream::serve(|mut wire| async move {
            wire.message().await;
            reset(wire.stream);
        })
        .await,
        Upstream::serve(|mut wire| async move {
            wire.message().await;
        })
        .await,
        Upstream::answering("what is this?\r\n\r\n").await,
    ];
    for upstream in &upstreams {
        for path in Path::READ {
            let rig = Rig::start(path, upstream.address, &[]).await;
            let answer = rig.open().await.ask(rig.get("/")).await;
            assert_eq!(answer.status(), 502);
            let said = answer.head.one("proxy-status").expect("a reason").to_owned();
            assert!(said.starts_with("fault; error=http_"), "{said}");
        }
    }
}

/// The clock is paused, so the proxy's patience passes at once when nothing else goes on.
#[tokio::test(start_paused = true)]
async fn an_upstream_that_never_accepts_is_a_504() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(any()).expect("a port");
    let listener = socket.listen(1).expect("a short queue");
    let address = listener.local_addr().expect("an address");
    let mut waiting = Vec::new();
    while let Ok(connected) = tokio::time::timeout(GLANCE, TcpStream::connect(address)).await {
        waiting.push(connected);
    }
    for path in Path::READ {
        let rig = Rig::start(path, address, &[]).await;
        let answer = rig.open().await.ask(rig.get("/")).await;
        assert_eq!(answer.status(), 504);
        assert_eq!(answer.head.one("proxy-status"), Some("fault; error=connection_timeout"));
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_a_reset_and_never_a_regular_end() {
    let cut = [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ];
    for answer in cut {
        for path in Path::READ {
            for faults in [vec![], vec![json!({ "type": "latency", "mean": 2 })]] {
                let upstream = Upstream::serve(move |mut wire| async move {
                    wire.message().await;
                    wire.send(answer).await;
                })
                .await;
                let rig = Rig::start(path, upstream.address, &faults).await;
                let mut events = rig.proxy.subscribe();
                let mut wire = rig.open().await;
                wire.send(rig.get("/")).await;
                wire.expect_reset().await;
                assert!(!exchange(&mut events).await.complete, "{path:?} {faults:?}");
            }
        }
    }
}

#[tokio::test]
async fn connect_is_accepted_only_once_the_upstream_is_reached() {
    let rig = Rig::start(Path::Connect, any(), &[]).await;
    for (target, status, code) in [
        (closed_port().await.to_string(), 502, "connection_refused"),
        (format!("{}:443", unresolvable()), 502, "dns_error"),
        ("a b:1".to_owned(), 400, "http_request_error"),
        ("[::1".to_owned(), 400, "http_request_error"),
        (rig.address().to_string(), 508, "proxy_loop_detected"),
    ] {
        let mut wire = Wire::connect(rig.address()).await;
        let answer = wire.ask(format!("CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        assert_eq!(answer.status(), status, "{target}");
        if let Some(said) = answer.head.one("proxy-status") {
            assert_eq!(said, format!("fault; error={code}"), "{target}");
        }
    }
    // The control, by IPv6 where the machine has it.
    let six = Upstream::serve_at("[::1]:0".parse().expect("an address"), |mut wire| async move {
        wire.send("six").await;
    })
    .await;
    let Ok(upstream) = six else { return };
    let mut wire = Wire::connect(rig.address()).await;
    wire.send(format!("CONNECT {} HTTP/1.1\r\nHost: x\r\n\r\n", upstream.address)).await;
    assert_eq!(wire.head().await.status(), 200);
    assert_eq!(wire.rest().await.expect("bytes"), b"six");
}

#[tokio::test]
async fn what_a_client_sends_right_behind_its_connect_is_not_lost() {
    let upstream = Upstream::serve(|mut wire| async move {
        let said = wire.exact(5).await;
        wire.send(said).await;
    })
    .await;
    let rig = Rig::start(Path::Connect, upstream.address, &[]).await;
    let mut wire = Wire::connect(rig.address()).await;
    wire.send(format!("CONNECT {} HTTP/1.1\r\nHost: x\r\n\r\nearly", upstream.address)).await;
    assert_eq!(wire.head().await.status(), 200);
    assert_eq!(wire.exact(5).await, b"early");
}

#[tokio::test]
async fn a_request_for_the_proxy_itself_is_answered_at_once() {
    let rig = Rig::start(Path::Forward, any(), &[]).await;
    let mut wire = rig.open().await;
    let answer = wire.ask("GET / HTTP/1.1\r\nHost: 127.0.0.1:3180\r\n\r\n").await;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().contains("HTTP_PROXY"), "{}", answer.text());
    let own = rig.address();
    let answer = wire.ask(format!("GET http://{own}/ HTTP/1.1\r\nHost: {own}\r\n\r\n")).await;
    assert_eq!(answer.status(), 508);
    let named = format!("localhost:{}", own.port());
    let answer = wire.ask(format!("GET http://{named}/ HTTP/1.1\r\nHost: {named}\r\n\r\n")).await;
    assert_eq!(answer.status(), 508);
    let answer = wire.ask("GET ftp://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n").await;
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn what_is_no_http_is_a_400_and_told() {
    for garbage in
        ["\0\0\0\0garbage\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "{\"a\": 1}\r\n\r\n"]
    {
        for path in Path::READ {
            let rig = Rig::start(path, any(), &[]).await;
            let mut events = rig.proxy.subscribe();
            let mut wire = rig.open().await;
            assert_eq!(wire.ask(garbage).await.status(), 400, "{garbage:?}");
            assert_eq!(failure(&mut events).await, "invalid_http");
            let _ = wire.rest().await.expect("the end");
        }
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_with_the_status_for_it() {
    let upstream = Upstream::answering(OK).await;
    for path in Path::READ {
        let rig = Rig::start(path, upstream.address, &[]).await;
        let mut wire = rig.open().await;
        // Large, but still usual: the control.
        let large = rig.line("GET", "/") + &format!("X-Large: {}\r\n\r\n", "a".repeat(60_000));
        assert_eq!(wire.ask(large).await.status(), 200);
        let _ = wire
            .try_send(rig.line("GET", "/") + &format!("X-Large: {}\r\n\r\n", "a".repeat(1 << 20)))
            .await;
        assert_eq!(wire.head().await.status(), 431);
        let mut wire = rig.open().await;
        let many: String = (0..200).map(|index| format!("X-{index}: 1\r\n")).collect();
        let _ = wire.try_send(rig.line("GET", "/") + &many + "\r\n").await;
        assert_eq!(wire.head().await.status(), 431);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_ends_its_head_is_cut_off() {
    let rig = Rig::start(Path::Http, any(), &[]).await;
    let mut events = rig.proxy.subscribe();
    let mut stream = TcpStream::connect(rig.address()).await.expect("a proxy");
    stream.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").await.expect("a reader");
    // Nothing else goes on, so the clock runs to the proxy's limit by itself.
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    let mut codes = Vec::new();
    while let Some(event) = events.try_next() {
        if let fault_proxy::EventKind::Failed { code, .. } = event.kind {
            codes.push(code);
        }
    }
    assert_eq!(codes, ["slow_client"]);
}

#[tokio::test]
async fn a_proxy_that_cannot_start_says_why() {
    let nothing = Proxy::start(settings()).await.err().expect("nothing to listen on");
    assert_eq!(nothing.code(), "nothing_to_listen_on");
    let taken = TcpListener::bind(any()).await.expect("a port");
    let address = taken.local_addr().expect("an address");
    let mut busy = settings();
    busy.http = Some(address);
    let busy = Proxy::start(busy).await.err().expect("a busy port");
    assert_eq!(busy.code(), "address_in_use");
    assert!(busy.hint().contains("--proxy-address"), "{}", busy.hint());
    let mut mapped = settings();
    mapped.mappings.push(format!("{}=localhost:1", address.port()).parse().expect("a mapping"));
    let mapped = Proxy::start(mapped).await.err().expect("a busy port");
    assert_eq!(mapped.code(), "address_in_use");
    assert!(mapped.to_string().contains("already in use"), "{mapped}");
    drop(taken);
    let mut looped = settings();
    let port = closed_port().await.port();
    looped.mappings.push(format!("{port}=localhost:{port}").parse().expect("a mapping"));
    let looped = Proxy::start(looped).await.err().expect("a loop");
    assert!(matches!(looped, StartError::Loop(_)), "{looped}");
}

#[tokio::test]
async fn a_port_can_be_taken_again_right_after_a_proxy_left_it() {
    let upstream = Upstream::answering(OK).await;
    let rig = Rig::start(Path::Http, upstream.address, &[]).await;
    let address = rig.address();
    rig.open().await.ask(rig.get("/")).await;
    within(rig.proxy.stop()).await;
    let again = Rig::with(Path::Http, upstream.address, &[], |settings| {
        settings.mappings[0].listen = address;
    })
    .await;
    assert_eq!(again.open().await.ask(again.get("/")).await.status(), 200);
}

#[tokio::test]
async fn an_exchange_under_way_may_end_when_the_proxy_stops() {
    let (said, mut heard) = mpsc::unbounded_channel();
    let upstream = Upstream::serve(move |mut wire| {
        let said = said.clone();
        async move {
            wire.message().await;
            said.send(()).expect("a test");
            wire.send(OK).await;
        }
    })
    .await;
    let slow = json!({ "type": "latency", "mean": 60_000 });
    let rig = Rig::start(Path::Http, upstream.address, &[slow]).await;
    let mut wire = rig.open().await;
    wire.send(rig.get("/")).await;
    within(heard.recv()).await.expect("a request");
    // What the latency would hold for a minute is let go.
    let (answer, ()) = tokio::join!(wire.message(), rig.proxy.stop());
    assert_eq!(answer.text(), "ok");
}

#[tokio::test]
async fn a_connection_that_never_spoke_ends_in_good_order() {
    let rig = Rig::start(Path::Http, any(), &[]).await;
    let mut events = rig.proxy.subscribe();
    drop(rig.open().await);
    let how = next(&mut events, |event| match event.kind {
        fault_proxy::EventKind::Closed { how, .. } => Some(how),
        _ => None,
    });
    assert_eq!(how.await, Ending::Ended);
}
