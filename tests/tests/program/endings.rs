//! How a run ends: by its duration, by a signal, with whatever is under way.

use std::time::Duration;

use fault_tests::program::run;
use fault_tests::{fault, soon, upstream, wire};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

#[tokio::test]
async fn a_duration_ends_the_run_with_success() {
    let began = Instant::now();
    let outcome = run("--duration 300ms").outcome().await.done();
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert!(outcome.stdout.contains("nothing came through the proxy"), "{}", outcome.stdout);
    run("--duration 1").outcome().await.done();
}

#[tokio::test]
async fn a_schedule_acts_in_its_share_of_the_duration_and_not_after() {
    let upstream = upstream::http().await;
    let words = "--upstream * --with-http-response --http-response-status 503 --duration 6s";
    let mut proxy = run(words).words("--tail --http-response-sched duration:50%").start();
    let address = proxy.address().await;
    let url = upstream.url("/");
    assert_eq!(wire::get_through(address, &url).await.status, 503);
    proxy.says("no fault acts now").await;
    assert_eq!(wire::get_through(address, &url).await.status, 200);
    let said = proxy.ended().await.done().stdout;
    assert!(said.contains("httperror: hit 1 of 1 eligible"), "{said}");
}

#[tokio::test]
async fn a_signal_ends_the_run_with_success_whatever_is_under_way() {
    let (upstream, silent) = (upstream::http().await, upstream::silent().await);
    for signal in [Signal::TERM, Signal::INT] {
        let words = format!("--upstream * --proxy 0=127.0.0.1:{}", silent.port());
        let mut proxy = run(&words).start();
        let addresses = proxy.addresses().await;
        let kept = keep_alive(addresses[0], &upstream.url("/")).await;
        let tunnel = wire::tunnel(addresses[0], &silent.address.to_string()).await;
        let mut waiting = wire::connect(addresses[0]).await;
        let request = wire::head("GET", &silent.url("/"), "silent");
        waiting.write_all(request.as_bytes()).await.expect("it is read");
        let mut mapped = wire::connect(addresses[1]).await;
        mapped.write_all(b"hello?").await.expect("it is read");

        let began = Instant::now();
        proxy.signal(signal);
        let outcome = proxy.ended().await.done();
        // Time-outs of the system would be minutes.
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        assert!(outcome.stdout.contains("Summary of"), "{}", outcome.stdout);
        for mut stream in [kept, tunnel.expect("a tunnel"), waiting, mapped] {
            let mut rest = Vec::new();
            // The end or a reset, but not silence.
            let _ = soon("the connection is over", stream.read_to_end(&mut rest)).await;
        }
        assert!(TcpStream::connect(addresses[0]).await.is_err());
    }
}

/// A connection that has carried one exchange and is kept for another.
async fn keep_alive(proxy: std::net::SocketAddr, url: &str) -> TcpStream {
    let mut stream = wire::connect(proxy).await;
    let request = format!("GET {url} HTTP/1.1\r\nhost: kept\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it is read");
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        answer.push(soon("an answer", stream.read_u8()).await.expect("an answer"));
    }
    stream
}

#[tokio::test]
async fn an_exchange_that_a_fault_holds_back_is_let_to_its_end() {
    let upstream = upstream::http().await;
    let words = "--upstream * --tail --with-latency --latency-mean 600000";
    let mut proxy = run(words).start();
    let mut client = wire::connect(proxy.address().await).await;
    let request = wire::head("GET", &upstream.url("/"), "upstream");
    client.write_all(request.as_bytes()).await.expect("it is read");
    proxy.says("opened by").await;
    // The upstream is asked by now, or a moment later; what the fault holds back is let go.
    proxy.signal(Signal::TERM);
    let mut answer = String::new();
    let read = soon("the end", client.read_to_string(&mut answer)).await;
    assert!(read.is_ok() && answer.ends_with("hello"), "{read:?} {answer}");
    proxy.ended().await.done();
}

#[tokio::test]
async fn the_demo_application_ends_with_success_at_a_signal() {
    let silent = upstream::silent().await;
    for signal in [Signal::TERM, Signal::INT] {
        let mut demo = fault("demo run 127.0.0.1 0 --remote").arg(silent.url("/")).start();
        let address = super::demo::address(&mut demo).await;
        let mut stream = wire::connect(address).await;
        let request = wire::head("GET", "/ping", "demo");
        stream.write_all(request.as_bytes()).await.expect("it is read");
        demo.signal(signal);
        demo.ended().await.done();
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_reason_to_stop() {
    let upstream = upstream::http().await;
    let (proxy, out) = run("--tail --upstream *").start_unread();
    let mut lines = tokio::io::BufReader::new(out);
    let mut text = String::new();
    while !text.contains("\nSeed ") {
        let mut byte = [0];
        soon("the start-up text", lines.read_exact(&mut byte)).await.expect("text");
        text.push(byte[0].into());
    }
    let words = text.split_whitespace();
    let address = words.filter_map(|word| word.parse().ok()).next().expect("an address");
    drop(lines);
    for _ in 0..3 {
        assert_eq!(wire::get_through(address, &upstream.url("/")).await.status, 200);
    }
    proxy.stop().await.done();
}
