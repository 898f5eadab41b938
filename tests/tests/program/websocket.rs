//! A WebSocket client, through a mapping, a forwarding proxy and a tunnel.

use std::time::Duration;

use fault_tests::program::run;
use fault_tests::{soon, upstream, wire};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

/// Has messages of every kind and size echoed; answers with how long that took.
async fn echo(stream: TcpStream, url: &str) -> Duration {
    let (mut socket, answer) = client_async(url, stream).await.expect("it is opened");
    assert_eq!(answer.status(), 101);
    let began = Instant::now();
    for message in
        [Message::text("hello"), Message::binary(upstream::pattern(300_000)), Message::text("")]
    {
        socket.send(message.clone()).await.expect("it is sent");
        let echoed = soon("an echo", socket.next()).await.expect("a message");
        assert!(echoed.expect("a message") == message, "another message came back");
    }
    let took = began.elapsed();
    soon("the socket is closed", socket.close(None)).await.expect("it is closed");
    while let Some(Ok(_)) = soon("the end", socket.next()).await {}
    took
}

#[tokio::test]
async fn a_websocket_is_carried_on_every_path_and_is_late_by_the_latency() {
    let upstream = upstream::websocket().await;
    let url = format!("ws://{}/chat", upstream.address);
    let mapping = format!("--upstream * --proxy 0=http://{0} --proxy 0={0}", upstream.address);
    for (words, least) in [("", 0), ("--with-latency --latency-mean 200", 600)] {
        let mut proxy = run(&mapping).words(words).start();
        let addresses = proxy.addresses().await;
        let tunnel = wire::tunnel(addresses[0], &upstream.address.to_string()).await;
        for (path, stream) in [
            ("tunnel", tunnel.expect("a tunnel")),
            ("http mapping", wire::connect(addresses[1]).await),
            ("tcp mapping", wire::connect(addresses[2]).await),
        ] {
            let took = echo(stream, &url).await;
            assert!(took >= Duration::from_millis(least), "{path}: {took:?}");
            assert!(least > 0 || took < Duration::from_millis(600), "{path}: {took:?}");
        }
        let said = proxy.stop().await.done().stdout;
        assert!(least == 0 || said.contains("latency: hit 4 of 4 eligible"), "{said}");
    }
}
