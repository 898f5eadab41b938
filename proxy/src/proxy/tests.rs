//! A proxy that has ended leaves nothing behind, whatever was under way.

use std::{
    net::SocketAddr,
    sync::{Arc, Weak},
    time::Duration,
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{Proxy, Settings};
use crate::{dice::Seed, fault::Fault, shared::Shared, upstreams::Upstreams};

/// An upstream that takes connections and reads nothing.
async fn deaf() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut taken = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            taken.push(stream);
        }
    });
    address
}

async fn start(upstream: SocketAddr) -> (Proxy, SocketAddr, SocketAddr, Weak<Shared>) {
    let mut settings = Settings::new(Seed(7));
    settings.http = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    settings.upstreams = Upstreams::all();
    settings.mappings = vec![format!("0={upstream}").parse().expect("a mapping")];
    let latency = json!({ "type": "latency", "mean": 1, "direction": "both" });
    settings.faults = vec![Fault::from_value(&latency).expect("a fault")];
    let proxy = Proxy::start(settings).await.expect("a proxy");
    let [http, tcp] = proxy.listeners() else { panic!("two listeners") };
    let (http, tcp, shared) = (http.address, tcp.address, Arc::downgrade(&proxy.shared));
    (proxy, http, tcp, shared)
}

/// Clients with an upload under way on every path, each until the upstream takes no more.
async fn uploads(http: SocketAddr, tcp: SocketAddr, upstream: SocketAddr) -> Vec<TcpStream> {
    let mut clients = Vec::new();
    let forward = format!("POST http://{upstream}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n");
    let connect = format!("CONNECT {upstream} HTTP/1.1\r\nHost: x\r\n\r\n");
    for (address, opening) in [(http, forward), (http, connect), (tcp, String::new())] {
        let mut client = TcpStream::connect(address).await.expect("a proxy");
        client.write_all(opening.as_bytes()).await.expect("a reader");
        if opening.starts_with("CONNECT") {
            let mut answer = [0; 12];
            client.read_exact(&mut answer).await.expect("an answer");
            assert_eq!(&answer, b"HTTP/1.1 200");
        }
        let chunk = vec![0; 1 << 20];
        let blocked = Duration::from_millis(150);
        while tokio::time::timeout(blocked, client.write_all(&chunk)).await.is_ok() {}
        clients.push(client);
    }
    clients
}

async fn gone(shared: Weak<Shared>) {
    let gone = async {
        while shared.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("a task goes on");
}

#[tokio::test]
async fn stopping_ends_every_task_also_those_whose_upstream_takes_nothing() {
    let upstream = deaf().await;
    let (proxy, http, tcp, shared) = start(upstream).await;
    let clients = uploads(http, tcp, upstream).await;
    proxy.stop().await;
    gone(shared).await;
    drop(clients);
}

#[tokio::test]
async fn dropping_ends_every_task_as_well() {
    let upstream = deaf().await;
    let (proxy, http, tcp, shared) = start(upstream).await;
    let clients = uploads(http, tcp, upstream).await;
    assert!(shared.upgrade().is_some());
    drop(proxy);
    gone(shared).await;
    drop(clients);
}
