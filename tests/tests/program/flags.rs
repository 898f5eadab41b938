//! Every documented flag and variable of `fault run`, and what each is seen to do.

use fault_tests::program::{Call, run};
use fault_tests::{fault, wire};

/// A flag, the variable that stands for it, a value (a switch has none), what else must be given,
/// and what the start-up text then says.
type Row = (&'static str, &'static str, Option<&'static str>, &'static str, &'static str);

const LATENCY: &str = "--with-latency --latency-mean 9";
const SCHEDULE: Option<&str> = Some("start:5%,duration:40%");
const TIMES: &str = "acts from 5s to 45s";

#[rustfmt::skip]
const FAULTS: [Row; 42] = [
    ("--with-latency", "FAULT_WITH_LATENCY", None, "--latency-mean 9", "latency: 9 ms"),
    ("--latency-per-read-write", "FAULT_LATENCY_PER_READ_WRITE", None, LATENCY, "drawn for each read and write"),
    ("--latency-side", "FAULT_LATENCY_SIDE", Some("client"), LATENCY, "between client and proxy"),
    ("--latency-direction", "FAULT_LATENCY_DIRECTION", Some("both"), LATENCY, "on requests and responses"),
    ("--latency-distribution", "FAULT_LATENCY_DISTRIBUTION", Some("uniform"), "--with-latency --latency-min 3 --latency-max 4", "3 to 4 ms"),
    ("--latency-distribution", "FAULT_LATENCY_DISTRIBUTION", Some("pareto_normal"), "--with-latency --latency-mean 3 --latency-shape 2 --latency-scale 1", "plus Pareto"),
    ("--latency-mean", "FAULT_LATENCY_MEAN", Some("300.5"), "--with-latency", "300.5 ms"),
    ("--latency-stddev", "FAULT_LATENCY_STANDARD_DEVIATION", Some("20"), LATENCY, "± 20 ms"),
    ("--latency-shape", "FAULT_LATENCY_SHAPE", Some("3"), "--with-latency --latency-distribution pareto --latency-scale 2", "shape 3"),
    ("--latency-scale", "FAULT_LATENCY_SCALE", Some("7"), "--with-latency --latency-distribution pareto --latency-shape 2", "from 7 ms"),
    ("--latency-min", "FAULT_LATENCY_MIN", Some("20"), "--with-latency --latency-distribution uniform --latency-max 50", "20 to 50 ms"),
    ("--latency-max", "FAULT_LATENCY_MAX", Some("60"), "--with-latency --latency-distribution uniform --latency-min 20", "20 to 60 ms"),
    ("--latency-sched", "FAULT_LATENCY_SCHED", SCHEDULE, LATENCY, TIMES),
    ("--with-bandwidth", "FAULT_WITH_BANDWIDTH", None, "", "bandwidth: 1000 Bps"),
    ("--bandwidth-side", "FAULT_BANDWIDTH_SIDE", Some("client"), "--with-bandwidth", "between client and proxy"),
    ("--bandwidth-direction", "FAULT_BANDWIDTH_DIRECTION", Some("egress"), "--with-bandwidth", "on requests between"),
    ("--bandwidth-rate", "FAULT_BANDWIDTH_RATE", Some("2000"), "--with-bandwidth", "2000 Bps"),
    ("--bandwidth-unit", "FAULT_BANDWIDTH_UNIT", Some("KBps"), "--with-bandwidth", "1000 KBps"),
    ("--bandwidth-sched", "FAULT_BANDWIDTH_SCHED", SCHEDULE, "--with-bandwidth", TIMES),
    ("--with-jitter", "FAULT_WITH_JITTER", None, "", "jitter: up to 20 ms, 5 times a second"),
    ("--jitter-side", "FAULT_JITTER_SIDE", Some("client"), "--with-jitter", "between client and proxy"),
    ("--jitter-direction", "FAULT_JITTER_DIRECTION", Some("both"), "--with-jitter", "on requests and responses"),
    ("--jitter-amplitude", "FAULT_JITTER_AMPLITUDE", Some("30.5"), "--with-jitter", "up to 30.5 ms"),
    ("--jitter-frequency", "FAULT_JITTER_FREQ", Some("3"), "--with-jitter", "3 times a second"),
    ("--jitter-sched", "FAULT_JITTER_SCHED", SCHEDULE, "--with-jitter", TIMES),
    ("--with-dns", "FAULT_WITH_DNS", None, "", "dns: 50% of name resolutions fail"),
    ("--dns-rate", "FAULT_DNS_PROBABILITY", Some("0.25"), "--with-dns", "dns: 25%"),
    ("--dns-sched", "FAULT_DNS_SCHED", SCHEDULE, "--with-dns", TIMES),
    ("--with-packet-loss", "FAULT_WITH_PACKET_LOSS", None, "", "packet loss: "),
    ("--packet-loss-side", "FAULT_PACKET_LOSS_SIDE", Some("client"), "--with-packet-loss", "between client and proxy"),
    ("--packet-loss-direction", "FAULT_PACKET_LOSS_DIRECTION", Some("both"), "--with-packet-loss", "on requests and responses"),
    ("--packet-loss-sched", "FAULT_PACKET_LOSS_SCHED", SCHEDULE, "--with-packet-loss", TIMES),
    ("--with-http-response", "FAULT_WITH_HTTP_FAULT", None, "", "http response: status 500"),
    ("--http-response-status", "FAULT_HTTP_FAULT_STATUS", Some("503"), "--with-http-response", "status 503"),
    ("--http-response-body", "FAULT_HTTP_FAULT_BODY", Some("gone"), "--with-http-response", "a body of 4 bytes"),
    ("--http-response-trigger-probability", "FAULT_HTTP_FAULT_PROBABILITY", Some("0.25"), "--with-http-response", "for 25% of requests"),
    ("--http-response-sched", "FAULT_HTTP_FAULT_SCHED", SCHEDULE, "--with-http-response", TIMES),
    ("--with-blackhole", "FAULT_WITH_BLACKHOLE", None, "", "blackhole: nothing gets through"),
    ("--blackhole-side", "FAULT_BLACKHOLE_SIDE", Some("client"), "--with-blackhole", "between client and proxy"),
    ("--blackhole-direction", "FAULT_BLACKHOLE_DIRECTION", Some("both"), "--with-blackhole", "on requests and responses"),
    ("--blackhole-sched", "FAULT_BLACKHOLE_SCHED", SCHEDULE, "--with-blackhole", TIMES),
    ("--upstream", "FAULT_UPSTREAMS", Some("a.example,b.example"), "--with-blackhole", "a.example, b.example"),
];

/// Checks that a call says at its start what the row says.
async fn check(call: Call, row: &Row) {
    let (flag, variable, _, _, says) = row;
    let mut proxy = call.words("--duration 100s").start();
    let said = proxy.says("\nSeed ").await;
    assert!(said.contains(says), "{flag} {variable}: no '{says}' in\n{said}");
    proxy.stop().await.done();
}

#[tokio::test]
async fn every_documented_flag_of_a_fault_has_its_effect() {
    for row in &FAULTS {
        let (flag, _, value, others, says) = row;
        // Without the flag it is not said, or nothing starts at all.
        let control = run(others).words("--duration 1ms").outcome().await;
        assert!(!control.stdout.contains(says), "{flag}: {}", control.stdout);
        let call = run(others).arg(flag);
        check(value.iter().fold(call, Call::arg), row).await;
    }
}

#[tokio::test]
async fn every_documented_variable_of_a_fault_stands_for_its_flag() {
    for row in &FAULTS {
        let (_, variable, value, others, _) = row;
        check(run(others).env(variable, value.unwrap_or("true")), row).await;
    }
}

#[tokio::test]
async fn a_variable_that_is_empty_or_false_switches_nothing_on() {
    for value in ["", "false", "0"] {
        let call = run("--duration 1ms").env("FAULT_WITH_LATENCY", value);
        let outcome = call.env("FAULT_LATENCY_MEAN", "9").outcome().await.done();
        assert!(outcome.stdout.contains("none: traffic passes unaltered"), "{outcome:?}");
    }
    let call = run("").env("FAULT_WITH_LATENCY", "perhaps");
    let said = call.outcome().await.refused("invalid_usage");
    assert!(said.contains("FAULT_WITH_LATENCY"), "{said}");
}

#[tokio::test]
async fn the_spellings_of_a_word_mean_the_same() {
    for name in ["pareto-normal", "pareto_normal", "paretonormal"] {
        let call = run("--with-latency --latency-mean 3 --latency-shape 2 --latency-scale 1");
        let call = call.arg("--latency-distribution").arg(name).words("--duration 1ms");
        let said = call.outcome().await.done().stdout;
        assert!(said.contains("plus Pareto"), "{name}: {said}");
    }
    for unit in ["kbps", "KBps", "KBPS"] {
        let call = run("--with-bandwidth --duration 1ms --bandwidth-unit").arg(unit);
        let said = call.outcome().await.done().stdout;
        assert!(said.contains("1000 KBps"), "{unit}: {said}");
    }
    run("--with-bandwidth --bandwidth-unit furlongs").outcome().await.refused("invalid_setting");
    let words = "--with-http-response --http-response-direction ingress --duration 1ms";
    run(words).outcome().await.done();
}

#[tokio::test]
async fn the_other_documented_variables_stand_for_their_flags() {
    for name in ["FAULT_PROXY_ADDRESS", "FAULT_HTTP_PROXY_ADDRESS"] {
        let mut proxy = fault("run").env(name, "127.0.0.2:0").start();
        assert_eq!(proxy.address().await.ip().to_string(), "127.0.0.2", "{name}");
        proxy.stop().await.done();
    }
    let call = run("--proxy 0=localhost:1 --duration 1ms").env("FAULT_DISABLE_HTTP_PROXY", "true");
    let said = call.outcome().await.done().stdout;
    assert!(!said.contains("HTTP proxy: set"), "{said}");
    let call = run("").env("FAULT_PROXY_DURATION", "20ms");
    let said = call.outcome().await.done().stdout;
    assert!(said.contains("Ends after 20ms"), "{said}");
    let call = run("--duration 1ms").env("FAULT_PROXY_NO_UI", "true");
    assert_eq!(call.outcome().await.done().stdout, "");
    let mut proxy = run("").env("FAULT_PROXY_TAILING", "1").start();
    wire::connect(proxy.address().await).await;
    proxy.says("opened by").await;
    proxy.stop().await.done();
    let call = run("--no-ui --duration 50ms").env("FAULT_WITH_STDOUT_LOGGING", "true");
    let said = call.env("FAULT_LOG_LEVEL", "info").outcome().await.done().stdout;
    assert!(said.contains("INFO"), "{said}");
    for name in ["FAULT_ENABLE_STEALTH", "FAULT_WITH_OTEL"] {
        run("").env(name, "true").outcome().await.refused("planned");
    }
    run("").env("FAULT_GRPC_PLUGINS", "http://a:1").outcome().await.refused("planned");
}
