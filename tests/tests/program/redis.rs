//! Redis and its redis-cli, through a mapping.

use std::time::Duration;

use fault_tests::peer::{self, Peer};
use fault_tests::program::{Running, run};
use fault_tests::upstream::pattern;
use tokio::time::Instant;

/// The proxy with a mapping to Redis, and the port that stands for it.
async fn mapped(redis: &Peer, words: &str) -> (Running, u16) {
    let mapping = format!("--proxy 0=redis://127.0.0.1:{}", redis.port);
    let mut proxy = run(&mapping).words(words).start();
    let port = proxy.addresses().await[1].port();
    (proxy, port)
}

/// What is answered to `words`, and how long that took.
async fn timed(redis: &Peer, port: u16, words: &str) -> (String, Duration) {
    let began = Instant::now();
    let outcome = redis.redis_cli(port, words).outcome().await.done();
    (outcome.stdout, began.elapsed())
}

#[tokio::test]
async fn redis_is_served_through_a_mapping_and_late_by_the_latency() {
    let Some(redis) = peer::redis().await else {
        return;
    };
    let (plain, port) = mapped(&redis, "").await;
    let (answer, took) = timed(&redis, port, "ping").await;
    assert_eq!(answer, "PONG\n");
    assert!(took < Duration::from_millis(800), "{took:?}");
    plain.stop().await.done();

    let (late, port) = mapped(&redis, "--with-latency --latency-mean 800").await;
    let (answer, took) = timed(&redis, port, "ping").await;
    assert_eq!(answer, "PONG\n");
    assert!(took >= Duration::from_millis(800), "{took:?}");
    let said = late.stop().await.done().stdout;
    assert!(said.contains("latency: hit 1 of 1 eligible"), "{said}");
}

#[tokio::test]
async fn a_value_comes_no_faster_than_the_bandwidth_and_whole() {
    let Some(redis) = peer::redis().await else {
        return;
    };
    let value: String = pattern(100_000).iter().map(|byte| char::from(byte % 26 + b'a')).collect();
    for part in [&value[..50_000], &value[50_000..]] {
        let stored = redis.redis_cli(redis.port, "append long").arg(part).outcome().await.done();
        assert!(stored.stdout.ends_with("000\n"), "{stored:?}");
    }
    let (plain, port) = mapped(&redis, "").await;
    let (answer, took) = timed(&redis, port, "get long").await;
    assert!(answer.trim_end() == value, "another value came back");
    assert!(took < Duration::from_secs(1), "{took:?}");
    plain.stop().await.done();

    let words = "--with-bandwidth --bandwidth-rate 50 --bandwidth-unit KBps";
    let (slow, port) = mapped(&redis, words).await;
    let (answer, took) = timed(&redis, port, "get long").await;
    assert!(answer.trim_end() == value, "another value came back");
    assert!(took >= Duration::from_secs(1), "{took:?}");
    slow.stop().await.done();
}
