//! Bad input under load: idle, slow, silent and broken peers, and a system that runs out of things.

use std::time::Duration;

use fault_tests::program::{Call, Running, binary, run};
use fault_tests::tls::Authority;
use fault_tests::{deadline, soon, upstream, wire};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How many idle connections are held.
const IDLE: usize = 1000;

/// Kilobytes of memory that a process uses.
fn memory(pid: u32) -> u64 {
    let status = fs_err::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.expect("the system tells its memory")
}

/// Milliseconds of processor time that a process has used.
fn busy(pid: u32) -> u64 {
    let stat = fs_err::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let rest = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = rest.split(' ').skip(11).take(2).filter_map(|n| n.parse::<u64>().ok());
    ticks.sum::<u64>() * 10
}

/// Checks that the proxy still serves a stranger.
async fn serves(proxy: std::net::SocketAddr) {
    let upstream = upstream::http().await;
    let answer = wire::get_through(proxy, &upstream.url("/")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
}

#[tokio::test]
async fn a_thousand_idle_connections_are_held_cheaply_and_let_go() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("the limit is raised");
    let upstream = upstream::silent().await;
    let mapping = format!("--proxy 0=127.0.0.1:{}", upstream.port());
    let mut proxy = run(&mapping).start();
    let addresses = proxy.addresses().await;
    serves(addresses[0]).await;
    let before = memory(proxy.pid());
    let mut held = Vec::new();
    for _ in 0..IDLE {
        held.push(wire::connect(addresses[1]).await);
    }
    // Each holds two descriptors once it has reached its upstream.
    let descriptors = |pid| Some(count_descriptors(pid)).filter(|count| *count > 2 * IDLE);
    proxy.observed("all connections are carried", descriptors).await;
    let each = (memory(proxy.pid()).saturating_sub(before)) / IDLE as u64;
    assert!(each <= 20, "{each} KiB for each idle connection");
    serves(addresses[0]).await;

    let used = busy(proxy.pid());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let spun = busy(proxy.pid()) - used;
    assert!(spun <= 250, "{spun} ms of work in 500 ms with nothing to do");

    drop(held);
    let few = |pid| Some(count_descriptors(pid)).filter(|count| *count < 100);
    proxy.observed("their descriptors are given back", few).await;
    proxy.stop().await.done();
}

fn count_descriptors(pid: u32) -> usize {
    fs_err::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn running_out_of_descriptors_is_told_and_survived() {
    let upstream = upstream::silent().await;
    let mapping =
        format!("run --proxy-address 127.0.0.1:0 --proxy 0=127.0.0.1:{}", upstream.port());
    let mut proxy = Call::of("/bin/sh".as_ref(), "sh")
        .arg("-c")
        .arg("ulimit -n 64; exec \"$0\" \"$@\"")
        .arg(binary())
        .words(&mapping)
        .start();
    let addresses = proxy.addresses().await;
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(wire::connect(addresses[1]).await);
    }
    proxy.warns("open files").await;
    let used = busy(proxy.pid());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let spun = busy(proxy.pid()) - used;
    assert!(spun <= 250, "{spun} ms of work in 500 ms with nothing to do");
    drop(held);
    deadline::found("it recovers", async || {
        let upstream = upstream::http().await;
        let head = wire::head("GET", &upstream.url("/"), "upstream");
        let answer = wire::exchange(addresses[0], head.as_bytes()).await;
        answer.ends_with("hello").then_some(())
    })
    .await;
    let outcome = proxy.stop().await.done();
    let lines = outcome.stderr.lines().count();
    assert!(lines < 20, "one kind of trouble is told {lines} times");
}

#[tokio::test]
async fn a_sender_of_single_bytes_is_served_and_holds_up_nobody() {
    let upstream = upstream::http().await;
    let mut proxy = run("").start();
    let address = proxy.address().await;
    let mut slow = wire::connect(address).await;
    slow.set_nodelay(true).expect("it is set");
    let head = wire::head("GET", &upstream.url("/"), "upstream");
    for (number, byte) in head.bytes().enumerate() {
        slow.write_u8(byte).await.expect("it is read");
        if number % 20 == 0 {
            serves(address).await;
        }
    }
    let mut answer = String::new();
    soon("an answer", slow.read_to_string(&mut answer)).await.expect("an answer");
    assert!(answer.ends_with("hello"), "{answer}");
    proxy.stop().await.done();
}

#[tokio::test]
async fn what_is_no_http_is_answered_with_an_error_or_the_end() {
    let mut proxy = run("--upstream *").start();
    let address = proxy.address().await;
    let long = format!("GET http://a/ HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(2_000_000));
    let many = format!("GET http://a/ HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(100_000));
    for (garbage, wanted) in [
        ("\0\0\0\0\0\0\0\0\r\n\r\n", "400"),
        ("hello there\r\n\r\n", "400"),
        ("GET / HTTP/9.9\r\n\r\n", "400"),
        ("GET http://a/ HTTP/1.1\r\nno colon\r\n\r\n", "400"),
        ("GET /just/a/path HTTP/1.1\r\n\r\n", "400"),
        ("GET ftp://a/ HTTP/1.1\r\nhost: a\r\n\r\n", "400"),
        ("CONNECT nowhere HTTP/1.1\r\n\r\n", "400"),
        ("CONNECT a:99999 HTTP/1.1\r\n\r\n", "400"),
        ("POST http://a/ HTTP/1.1\r\ncontent-length: x\r\n\r\n", "400"),
        ("POST http://a/ HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", "400"),
        ("\x16\x03\x01\x02\0\x01\0\x01\u{fc}", "400"),
        (&long, "431"),
        (&many, "431"),
    ] {
        let answer = deadline_exchange(address, garbage).await;
        let shown = &garbage[..garbage.len().min(60)];
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(status == wanted || answer.is_empty(), "{shown:?} was answered '{answer}'");
        serves(address).await;
    }
    let outcome = proxy.stop().await.done();
    assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
}

/// What comes back before the end, for a client that says no more.
async fn deadline_exchange(address: std::net::SocketAddr, text: &str) -> String {
    let mut stream = wire::connect(address).await;
    let mut answer = Vec::new();
    soon("an answer or the end", async {
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut answer).await;
    })
    .await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn clients_that_never_read_cost_a_bounded_memory_and_hold_up_nobody() {
    let endless = upstream::endless().await;
    // What is held back by a fault is bounded for the proxy as a whole, at 256 MiB.
    for (faults, most) in [("", 50_000), ("--with-latency --latency-mean 50", 300_000)] {
        let mut proxy = run("--upstream *").words(faults).start();
        let address = proxy.address().await;
        serves(address).await;
        let before = memory(proxy.pid());
        let mut held = Vec::new();
        for _ in 0..8 {
            let mut stream = wire::connect(address).await;
            let head = wire::head("GET", &endless.url("/"), "endless");
            stream.write_all(head.as_bytes()).await.expect("it is read");
            soon("an answer", stream.readable()).await.expect("an answer");
            held.push(stream);
        }
        settled(&proxy).await;
        let grown = memory(proxy.pid()).saturating_sub(before);
        assert!(grown < most, "'{faults}': {grown} KiB for what nobody reads");
        serves(address).await;
        proxy.stop().await.done();
    }
}

/// Waits until the proxy has nothing more to do.
async fn settled(proxy: &Running) {
    let mut last = u64::MAX;
    deadline::found("the proxy rests", async || {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = busy(proxy.pid());
        let rests = now == last;
        last = now;
        rests.then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_upstream_that_is_down_or_unknown_is_a_502_that_says_so() {
    let port = upstream::free_port().await;
    let mut proxy = run("--upstream *").start();
    let address = proxy.address().await;
    let down = wire::get_through(address, &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(down.status, 502);
    assert!(down.body.contains(&port.to_string()) && down.body.contains("refused"), "{down:?}");
    let tunnel = wire::tunnel(address, &format!("127.0.0.1:{port}")).await;
    assert_eq!(tunnel.expect_err("no tunnel").status, 502);

    let unknown = wire::get_through(address, "http://nosuch.invalid/").await;
    assert_eq!(unknown.status, 502);
    assert!(unknown.body.contains("nosuch.invalid"), "{unknown:?}");
    let tunnel = wire::tunnel(address, "nosuch.invalid:443").await;
    assert_eq!(tunnel.expect_err("no tunnel").status, 502);
    serves(address).await;
    let outcome = proxy.stop().await.done();
    assert!(outcome.stderr.contains("nosuch.invalid"), "{}", outcome.stderr);
}

#[tokio::test]
async fn a_mapping_to_nowhere_resets_its_clients_and_says_why() {
    let mapping = "--proxy 0=nosuch.invalid:80 --proxy 0=http://nosuch.invalid:80";
    let mut proxy = run(mapping).start();
    let addresses = proxy.addresses().await;
    let mut stream = wire::connect(addresses[1]).await;
    let outcome = soon("a reset", stream.read_u8()).await;
    let error = outcome.expect_err("nothing can come");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(wire::get(addresses[2], "/").await.status, 502);
    proxy.warns("nosuch.invalid").await;
    proxy.stop().await.done();
}

#[tokio::test]
async fn a_remote_whose_certificate_fails_is_told_apart_from_one_that_is_down() {
    let authority = Authority::new();
    let upstream = upstream::https(&authority).await;
    let plain = upstream::http().await;
    let mapping = format!(
        "--proxy 0=https://localhost:{0} --proxy 0=tls://localhost:{0} --proxy 0=https://127.0.0.1:{1}",
        upstream.port(),
        plain.port()
    );
    let mut proxy = run(&mapping).start();
    let addresses = proxy.addresses().await;
    let answer = wire::get(addresses[1], "/").await;
    assert_eq!(answer.status, 502);
    assert!(answer.body.to_lowercase().contains("certificate"), "{answer:?}");
    assert_eq!(wire::exchange(addresses[2], b"x").await, "");
    // Something that speaks no TLS at all.
    assert_eq!(wire::get(addresses[3], "/").await.status, 502);
    let outcome = proxy.stop().await.done();
    assert!(outcome.stderr.contains("certificate"), "{}", outcome.stderr);
}
