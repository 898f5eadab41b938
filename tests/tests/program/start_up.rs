//! What is said at the start, while it runs, and in the logs.

use fault_tests::program::run;
use fault_tests::{fault, upstream, wire};

#[tokio::test]
async fn the_start_up_text_names_addresses_upstreams_faults_and_the_seed() {
    let mut proxy = run("--proxy 0=psql://localhost --upstream api.example.com --seed 42")
        .words("--with-latency --latency-mean 300 --latency-stddev 20")
        .words("--with-http-response --http-response-status 503 --duration 5m")
        .start();
    let addresses = proxy.addresses().await;
    let said = proxy.says("Ends after").await;
    for words in [
        &format!("HTTP_PROXY=http://{}", addresses[0]),
        &format!("{}", addresses[1]),
        "stands for psql://localhost:5432",
        "latency: 300 ms ± 20 ms",
        "on responses between proxy and upstream",
        "http response: status 503",
        "not on 127.0.0.1:",
        "all traffic of the mappings",
        "what goes through the HTTP proxy to api.example.com",
        "--seed 42",
        "Ends after 5m",
    ] {
        assert!(said.contains(words), "no '{words}' in\n{said}");
    }
    proxy.stop().await.done();
}

#[tokio::test]
async fn without_upstreams_traffic_passes_unaltered_and_the_flag_is_named() {
    let upstream = upstream::http().await;
    let mut proxy = run("--with-http-response --http-response-status 503").start();
    let address = proxy.address().await;
    let said = proxy.says("--upstream").await;
    assert!(said.contains("passes unaltered"), "{said}");
    assert_eq!(wire::get_through(address, &upstream.url("/")).await.status, 200);
    proxy.stop().await.done();

    let words = "--with-http-response --http-response-status 503 --upstream *";
    let mut proxy = run(words).start();
    let address = proxy.address().await;
    assert_eq!(wire::get_through(address, &upstream.url("/")).await.status, 503);
    proxy.stop().await.done();
}

#[tokio::test]
async fn a_run_without_a_screen_says_nothing() {
    let outcome = run("--no-ui --duration 100ms").outcome().await.done();
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    let outcome = run("--duration 100ms").outcome().await.done();
    assert!(outcome.stdout.contains("Listening"), "{}", outcome.stdout);
}

#[tokio::test]
async fn the_tail_shows_each_exchange_and_what_hit_it() {
    let upstream = upstream::http().await;
    let mut proxy = run("--tail --upstream * --with-latency --latency-mean 20").start();
    let address = proxy.address().await;
    wire::get_through(address, &upstream.url("/page")).await;
    let said = proxy.says("/page 200 in").await;
    assert!(said.contains("hit by latency"), "{said}");
    assert!(said.contains("held ") && said.contains("20.0 ms asked"), "{said}");
    proxy.stop().await.done();
}

#[tokio::test]
async fn a_refused_upstream_is_told_without_any_option_and_without_a_trace() {
    let port = upstream::free_port().await;
    let words = format!("--proxy 0=127.0.0.1:{port}");
    let mut proxy = run(&words).start();
    let addresses = proxy.addresses().await;
    let answer = wire::get_through(addresses[0], &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(answer.status, 502);
    proxy.warns("warning: ").await;
    assert_eq!(wire::exchange(addresses[1], b"x").await, "");
    let outcome = proxy.stop().await.done();
    assert!(outcome.stderr.contains("refused"), "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("refused the connection [connection_refused]"),
        "{}",
        outcome.stdout
    );
    assert!(!outcome.stderr.contains("backtrace"), "{}", outcome.stderr);
}

#[tokio::test]
async fn log_lines_go_where_they_are_asked_to_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fault.log");
    let call = run("--no-ui --duration 100ms --log-file").arg(&file);
    let outcome = call.outcome().await.done();
    assert_eq!(outcome.stdout, "");
    let log = fs_err::read_to_string(&file).expect("a log");
    assert!(log.contains("INFO") && log.contains("listening"), "{log}");

    let silent = run("--no-ui --log-level error --duration 100ms --log-stdout");
    assert_eq!(silent.outcome().await.done().stdout, "");
    let said = run("--no-ui --log-level info --duration 100ms --log-stdout");
    let said = said.outcome().await.done().stdout;
    assert!(said.contains("listening"), "{said}");

    let wrong = run("--log-file /nonexistent/fault.log").outcome().await;
    assert!(wrong.refused("log_file").contains("/nonexistent/fault.log"));
    fault("run --log-level loud").outcome().await.refused("invalid_log_level");
    fault("agent tool --log-stdout").outcome().await.refused("stdout_taken");
}
