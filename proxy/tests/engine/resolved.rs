//! Names that were given other addresses: connections go there, and all else keeps the name.

use std::net::SocketAddr;

use fault_proxy::{Proxy, Settings, StartError, Upstreams};
use serde_json::json;

use crate::support::{
    Upstream, Wire, any, closed_port, exchange, failure, fault, faults, settings,
};

/// An upstream that answers with the `Host` it was asked for.
async fn naming() -> Upstream {
    Upstream::serve(|mut wire| async move {
        while let Some(request) = wire.try_message().await {
            let host = request.head.one("host").unwrap_or("none").to_owned();
            let length = host.len();
            wire.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{host}")).await;
        }
    })
    .await
}

/// A proxy with a mapping that reads HTTP and one that carries bytes, both to a name with this address.
async fn start(address: SocketAddr) -> Proxy {
    with(|settings| {
        settings.mappings.push("0=http://name.test:8080".parse().expect("a mapping"));
        settings.mappings.push("0=tcp://name.test:8080".parse().expect("a mapping"));
        settings.resolve.push(format!("name.test:8080={address}").parse().expect("an address"));
    })
    .await
    .expect("a proxy")
}

async fn with(adjust: impl FnOnce(&mut Settings)) -> Result<Proxy, StartError> {
    let mut settings = settings();
    settings.http = Some(any());
    adjust(&mut settings);
    Proxy::start(settings).await
}

async fn client(proxy: &Proxy, listener: usize) -> Wire {
    Wire::connect(proxy.listeners()[listener].address).await
}

const FORWARD: &str = "GET http://name.test:8080/ HTTP/1.1\r\nHost: name.test:8080\r\n\r\n";
const CONNECT: &str = "CONNECT name.test:8080 HTTP/1.1\r\nHost: name.test:8080\r\n\r\n";
const PLAIN: &str = "GET / HTTP/1.1\r\nHost: as.sent\r\n\r\n";

#[tokio::test]
async fn mappings_requests_and_tunnels_go_to_the_address_and_keep_the_name() {
    let upstream = naming().await;
    let proxy = start(upstream.address).await;
    proxy.set_upstreams(Upstreams::parse(&["name.test"]).expect("a host"));
    proxy.set_faults(vec![fault(json!({ "type": "latency", "mean": 1 }))]).expect("faults");
    let mut events = proxy.subscribe();

    assert_eq!(client(&proxy, 0).await.ask(FORWARD).await.text(), "name.test:8080");
    let told = exchange(&mut events).await;
    assert_eq!((told.target.as_str(), told.eligible.len()), ("name.test:8080", 1));
    assert_eq!(client(&proxy, 1).await.ask(PLAIN).await.text(), "name.test:8080");
    assert_eq!(exchange(&mut events).await.target, "name.test:8080");
    assert_eq!(client(&proxy, 2).await.ask(PLAIN).await.text(), "as.sent");
    let mut tunnel = client(&proxy, 0).await;
    tunnel.send(CONNECT).await;
    assert_eq!(tunnel.head().await.status(), 200);
    assert_eq!(tunnel.ask(PLAIN).await.text(), "as.sent");
    assert!(upstream.accepted() >= 3);
}

#[tokio::test]
async fn an_address_counts_for_its_port_only() {
    let upstream = naming().await;
    let port = upstream.address.port();
    let nobody = closed_port().await;
    let proxy = with(|settings| {
        settings.resolve.push(format!("127.0.0.1:{port}={nobody}").parse().expect("an address"));
        settings.resolve.push(format!("other.test:80={}", upstream.address).parse().expect("one"));
    })
    .await
    .expect("a proxy");
    let mut events = proxy.subscribe();
    let mut wire = client(&proxy, 0).await;
    let request = format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(wire.ask(request).await.status(), 502);
    assert_eq!(failure(&mut events).await, "connection_refused");
    let request = "GET http://other.test/ HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_eq!(wire.ask(request).await.text(), "other.test", "the control");
}

#[tokio::test]
async fn a_dns_fault_still_fails_the_name() {
    let upstream = naming().await;
    let proxy = start(upstream.address).await;
    let dns = json!({ "type": "dns", "rate": 1, "upstreams": "name.test" });
    proxy.set_faults(faults(&[dns])).expect("faults");
    for (listener, request) in [(0, FORWARD), (0, CONNECT), (1, PLAIN)] {
        let answer = client(&proxy, listener).await.ask(request).await;
        assert_eq!(answer.status(), 502, "{request}");
        assert_eq!(answer.head.one("proxy-status"), Some("fault; error=dns_error"));
    }
    client(&proxy, 2).await.expect_reset().await;
    assert_eq!(upstream.accepted(), 0);
    proxy.set_faults(vec![]).expect("faults");
    assert_eq!(client(&proxy, 1).await.ask(PLAIN).await.status(), 200, "the control");
}

#[tokio::test]
async fn what_leads_back_is_told_by_the_address_and_not_by_the_name() {
    let upstream = naming().await;
    let own = closed_port().await;
    let port = own.port();
    let back = format!("name.test:8080={own}");
    let away = format!("localhost:{port}={}", upstream.address);
    let proxy = with(|settings| {
        settings.http = Some(own);
        settings.resolve = [&back, &away].map(|text| text.parse().expect("an address")).into();
    })
    .await
    .expect("a proxy");
    for (request, status) in [
        (FORWARD.to_owned(), 508),
        (CONNECT.to_owned(), 508),
        (format!("GET http://localhost:{port}/ HTTP/1.1\r\nHost: x\r\n\r\n"), 200),
    ] {
        assert_eq!(client(&proxy, 0).await.ask(&request).await.status(), status, "{request}");
    }
    let own = closed_port().await;
    let back = format!("name.test:8080={own}");
    let looped = with(|settings| {
        settings.http = Some(own);
        settings.mappings.push("0=http://name.test:8080".parse().expect("a mapping"));
        settings.resolve.push(back.parse().expect("an address"));
    })
    .await;
    let error = looped.err().expect("a loop");
    assert!(matches!(error, StartError::Loop(_)), "{error}");
}
