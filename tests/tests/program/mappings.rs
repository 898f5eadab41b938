//! Local ports that stand for remotes, and addresses to listen on.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use fault_tests::program::run;
use fault_tests::{fault, soon, tool, upstream, wire};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn every_documented_mapping_starts_and_says_what_it_stands_for() {
    let documented = [
        ("https://www.google.com:443", "stands for https://www.google.com:443"),
        ("https://www.google.com", "stands for https://www.google.com:443"),
        ("https://api.openai.com", "stands for https://api.openai.com:443"),
        ("localhost:5432", "stands for tcp://localhost:5432"),
        ("psql://localhost:5432", "stands for psql://localhost:5432"),
        ("psqls://localhost", "stands for psqls://localhost:5432"),
        ("tls://example.com", "stands for tls://example.com:443"),
    ];
    for (remote, words) in documented {
        let mut proxy = run("").arg("--proxy").arg(format!("0={remote}")).start();
        assert_eq!(proxy.addresses().await.len(), 2, "{remote}");
        proxy.says(words).await;
        proxy.stop().await.done();
    }
}

#[tokio::test]
async fn a_mapping_to_a_name_carries_bytes_there_and_back() {
    let upstream = upstream::http().await;
    let words = format!("--proxy 0=localhost:{}", upstream.port());
    let mut proxy = run(&words).start();
    let mapped = proxy.addresses().await[1];
    let answer = wire::get(mapped, "/bytes/3000").await;
    assert_eq!((answer.status, answer.body.len() > 2999), (200, true));
    let said = proxy.stop().await.done().stdout;
    assert!(said.contains("connections: 1 (0 reset); streams: 1"), "{said}");
}

#[tokio::test]
async fn a_protocol_on_the_left_of_a_mapping_is_refused_with_its_right_place() {
    for text in ["psql:35432=127.0.0.1:7272", "tls://35432=127.0.0.1:7272"] {
        let said = run("--proxy").arg(text).outcome().await.refused("invalid_mapping");
        assert!(said.contains(text) && said.contains("="), "{said}");
    }
    let said = run("--proxy psql:35432=127.0.0.1:7272").outcome().await;
    let said = said.refused("invalid_mapping");
    assert!(said.contains("stands on the right: `PORT=psql://HOST:PORT`"), "{said}");
}

#[tokio::test]
async fn a_mapping_listens_on_loopback_unless_it_names_an_address() {
    // Another address of the same machine, which a port on all interfaces would answer on.
    let other = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    let mut proxy = run("--proxy 0=localhost:1 --proxy 0.0.0.0:0=localhost:1").start();
    let addresses = proxy.addresses().await;
    let (closed, open) = (addresses[1], addresses[2]);
    assert_eq!(closed.ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    let refused = TcpStream::connect(SocketAddr::new(other, closed.port())).await;
    assert!(refused.is_err(), "{refused:?}");
    wire::connect(SocketAddr::new(other, open.port())).await;
    proxy.stop().await.done();

    let mut proxy = run("--bind 127.0.0.2 --proxy 0=localhost:1").start();
    assert_eq!(proxy.addresses().await[1].ip(), other);
    proxy.stop().await.done();
}

#[tokio::test]
async fn ipv6_is_listened_on_and_reached() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        return tool::skip("IPv6 is not there");
    };
    let port = listener.local_addr().expect("an address").port();
    let words = format!("run --proxy-address [::1]:0 --proxy [::1]:0=[::1]:{port}");
    let mut proxy = fault(&words).start();
    let addresses = proxy.addresses().await;
    assert!(addresses.iter().all(SocketAddr::is_ipv6), "{addresses:?}");
    wire::connect(addresses[1]).await;
    soon("the upstream is reached", listener.accept()).await.expect("a connection");
    proxy.stop().await.done();
}

#[tokio::test]
async fn a_mapping_that_leads_back_to_the_proxy_is_refused() {
    let port = upstream::free_port().await;
    let words = format!("run --proxy-address 127.0.0.1:{port} --proxy 0=localhost:{port}");
    fault(&words).outcome().await.refused("proxy_loop");
}

#[tokio::test]
async fn what_is_no_mapping_or_address_is_refused_with_an_example() {
    for (words, code) in [
        ("--proxy 9090", "invalid_mapping"),
        ("--proxy 9090=", "invalid_mapping"),
        ("--proxy 70000=a:1", "invalid_mapping"),
        ("--proxy 9090=gopher://a:1", "invalid_mapping"),
        ("--proxy 9090=https://a/path", "invalid_mapping"),
        ("--proxy 9090=a", "invalid_mapping"),
        ("--bind here --proxy 9090=a:1", "invalid_address"),
        ("--upstream http://", "invalid_upstream"),
        ("--ca /nonexistent.pem", "invalid_certificates"),
        ("--disable-http-proxy", "nothing_to_listen_on"),
    ] {
        run(words).outcome().await.refused(code);
    }
    fault("run --proxy-address here").outcome().await.refused("invalid_address");
}
