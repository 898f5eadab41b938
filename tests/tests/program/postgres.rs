//! PostgreSQL and its psql, through a mapping.

use std::time::Duration;

use fault_tests::peer::{self, Peer};
use fault_tests::program::{Running, run};
use tokio::time::Instant;

/// The proxy with a mapping to PostgreSQL, and the port that stands for it.
async fn mapped(database: &Peer, words: &str) -> (Running, u16) {
    let mapping = format!("--proxy 0=psql://127.0.0.1:{}", database.port);
    let mut proxy = run(&mapping).words(words).start();
    let port = proxy.addresses().await[1].port();
    (proxy, port)
}

/// The time that a statement takes through `port`, connecting included.
async fn timed(database: &Peer, port: u16) -> Duration {
    let began = Instant::now();
    let outcome = database.psql(port, "select 6 * 7").outcome().await.done();
    assert_eq!(outcome.stdout, "42\n");
    began.elapsed()
}

#[tokio::test]
async fn psql_is_served_through_a_mapping_and_sees_its_faults() {
    let Some(database) = peer::postgres().await else {
        return;
    };
    healthy(&database).await;
    latency(&database).await;
    blackhole_at_the_start(&database).await;
    blackhole_that_ends(&database).await;
}

async fn healthy(database: &Peer) {
    let (proxy, port) = mapped(database, "").await;
    let rows = "select count(*), sum(length(repeat('x', n))) from generate_series(1, 1000) n";
    let outcome = database.psql(port, rows).outcome().await.done();
    assert_eq!(outcome.stdout, "1000|500500\n");
    assert!(timed(database, port).await < Duration::from_secs(2));
    let said = proxy.stop().await.done().stdout;
    assert!(said.contains("connections: 2 (0 reset)"), "{said}");
}

async fn latency(database: &Peer) {
    let (proxy, port) = mapped(database, "--with-latency --latency-mean 700").await;
    // At least once for the greeting, once for the sign-in, once for the statement.
    let took = timed(database, port).await;
    assert!(took >= Duration::from_millis(2100), "{took:?}");
    let said = proxy.stop().await.done().stdout;
    assert!(said.contains("latency: hit 1 of 1 eligible"), "{said}");
}

async fn blackhole_at_the_start(database: &Peer) {
    let (proxy, port) = mapped(database, "--with-blackhole").await;
    let asked = database.psql(port, "select 1").env("PGCONNECT_TIMEOUT", "2");
    let outcome = asked.outcome().await;
    assert_eq!(outcome.code(), 2, "{outcome:?}");
    assert!(outcome.stderr.contains("timeout expired"), "{outcome:?}");
    let said = proxy.stop().await.done().stdout;
    assert!(said.contains("blackhole: hit 1 of 1 eligible"), "{said}");
}

/// A statement under way when the silence begins waits for its end, and is answered then.
async fn blackhole_that_ends(database: &Peer) {
    let window = "--with-blackhole --blackhole-sched start:1s,duration:2s";
    let began = Instant::now();
    let (proxy, port) = mapped(database, window).await;
    let statement = "select 6 * 7 from pg_sleep(1.5)";
    let outcome = database.psql(port, statement).outcome().await.done();
    assert_eq!(outcome.stdout, "42\n");
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
    let said = proxy.stop().await.done().stdout;
    assert!(said.contains("blackhole: hit 1 of 1 eligible"), "{said}");
}
