//! The command line: what is accepted, what is refused, and in which words.

use fault_tests::program::run;
use fault_tests::{fault, upstream};
use tokio::net::TcpListener;

#[tokio::test]
async fn every_documented_way_to_name_an_upstream_is_accepted() {
    for upstream in [
        "example.com",
        "*",
        "example.com:8080",
        "http://localhost:7070",
        "https://example.com/",
        "*.example.com",
        "one.example,two.example",
    ] {
        let mut proxy = run("--with-blackhole --upstream").arg(upstream).start();
        let first = upstream.split(',').next().unwrap_or_default();
        let host = first.trim_start_matches("http://").trim_end_matches('/');
        let host = host.trim_start_matches("https://");
        let said = proxy.says("\nSeed ").await;
        let affected = if upstream == "*" { "all that goes" } else { host };
        assert!(said.contains(affected), "{upstream}: {said}");
        proxy.stop().await.done();
    }
}

#[tokio::test]
async fn a_port_in_use_is_refused_at_once_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    for (words, hint) in [
        (format!("run --proxy-address 127.0.0.1:{port}"), "--proxy-address"),
        (
            format!("run --proxy-address 127.0.0.1:0 --proxy {port}=localhost:1 --duration 1h"),
            "--proxy PORT=HOST:PORT",
        ),
        (format!("demo run 127.0.0.1 {port}"), "choose another port"),
        (format!("demo run --address 127.0.0.1 --port {port}"), "choose another port"),
    ] {
        let outcome = fault(&words).outcome().await;
        assert_eq!(outcome.stdout, "", "{words}");
        let said = outcome.stderr.clone();
        assert!(said.contains(&port.to_string()) && said.contains("in use"), "{said}");
        assert!(said.contains(hint), "{words}: {said}");
        let refusals = ["address_in_use", "port_in_use", "cannot_listen"];
        let code = refusals.into_iter().find(|code| said.contains(&format!("[{code}]")));
        outcome.refused(code.unwrap_or_else(|| panic!("{said}")));
    }
}

#[tokio::test]
async fn what_is_not_built_yet_is_refused_in_clear_words_and_without_a_panic() {
    for (words, subject) in [
        ("run db pg", "`fault run db`"),
        ("run llm openai --case slow-stream", "`fault run llm`"),
        ("run dns --no-ui", "`fault run dns`"),
        ("run --stealth", "`--stealth`"),
        ("run --capture-process curl", "`--capture-process`"),
        ("run --ebpf-proxy-ip 127.0.0.1", "`--ebpf-proxy-ip`"),
        ("run --ebpf-proxy-port 4707", "`--ebpf-proxy-port`"),
        ("run --ebpf-proxy-iface eth0", "`--ebpf-proxy-iface`"),
        ("run --grpc-plugin http://127.0.0.1:50051", "`--grpc-plugin`"),
        ("run --with-otel", "`--with-otel`"),
        ("inject kubernetes --ns default", "`fault inject`"),
        ("agent platform-review gcp --project a", "`fault agent platform-review gcp`"),
    ] {
        let said = fault(words).outcome().await.refused("planned");
        assert!(said.contains(&format!("{subject} is not built yet")), "{words}: {said}");
    }
}

#[tokio::test]
async fn durations_that_are_none_are_refused() {
    for text in ["abc", "0s", "0", "-5", "10 parsecs"] {
        let said = run("--duration").arg(text).outcome().await.refused("invalid_duration");
        assert!(said.contains("--duration"), "{text}: {said}");
    }
}

#[tokio::test]
async fn latency_that_could_not_act_is_refused_before_anything_listens() {
    for (words, flag) in [
        ("--with-latency", "--latency-mean"),
        ("--with-latency --latency-distribution uniform", "--latency-m"),
        ("--with-latency --latency-distribution pareto", "--latency-s"),
        ("--with-latency --latency-distribution pareto --latency-scale 3", "--latency-shape"),
        ("--with-latency --latency-distribution pareto-normal --latency-mean 3", "--latency-s"),
    ] {
        let outcome = run(words).outcome().await;
        assert_eq!(outcome.stdout, "", "{words}");
        let said = outcome.refused("missing_setting");
        assert!(said.contains(flag), "{words}: {said}");
    }
    for words in [
        "--with-latency --latency-mean 0",
        "--with-latency --latency-mean -1",
        "--with-latency --latency-mean 5 --latency-stddev -1",
        "--with-latency --latency-distribution uniform --latency-min 9 --latency-max 3",
        "--with-latency --latency-distribution pareto --latency-scale 0 --latency-shape 1",
        "--with-bandwidth --bandwidth-rate 0",
        "--with-http-response --http-response-status 99",
        "--with-http-response --http-response-trigger-probability 1.5",
        "--with-dns --dns-rate -1",
    ] {
        run(words).outcome().await.refused("invalid_setting");
    }
}

#[tokio::test]
async fn a_uniform_latency_of_one_value_delays_and_answers() {
    let upstream = upstream::http().await;
    let words = "--with-latency --latency-distribution uniform --latency-min 100 --latency-max 100";
    let mut proxy = run(words).words("--upstream *").start();
    let address = proxy.address().await;
    let answer = fault_tests::wire::get_through(address, &upstream.url("/")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    let said = proxy.stop().await.done().stdout;
    assert!(said.contains("latency: hit 1 of 1 eligible"), "{said}");
    assert!(said.contains("(asked 100.0 ms)"), "{said}");
}

#[tokio::test]
async fn a_setting_that_no_switch_uses_is_refused() {
    let said = run("--latency-mean 300").outcome().await.refused("fault_not_switched_on");
    assert!(said.contains("--with-latency"), "{said}");
}

#[tokio::test]
async fn a_schedule_is_read_as_the_documentation_writes_it() {
    let times = |words: &'static str| async move {
        let mut proxy = run("--with-latency --latency-mean 9 --latency-sched").words(words).start();
        let said = proxy.says("\nSeed ").await;
        proxy.stop().await.done();
        said
    };
    for (words, acts) in [
        ("start:20%;duration:20% --duration 10s", "acts from 2s to 4s\n"),
        ("start:20%,duration:20% --duration 10s", "acts from 2s to 4s\n"),
        (
            "start:5%;duration:30%;start:90%,duration:5% --duration 5m",
            "acts from 15s to 1m 45s, from 4m 30s to 4m 45s\n",
        ),
        ("start:30s,duration:60s", "acts from 30s to 1m 30s\n"),
        ("start:30s,duration:10%;start:1m --duration 100s", "acts from 30s to 40s, from 1m on\n"),
    ] {
        let said = times(words).await;
        assert!(said.contains(acts), "{words}: {said}");
    }
    let words = "--with-latency --latency-mean 9 --latency-sched";
    let relative = run(words).words("start:5%").outcome().await.refused("invalid_schedule");
    assert!(relative.contains("--duration"), "{relative}");
    for wrong in ["start", "start:", "start:5%;when:3s", "duration:-1s", "start:200% --duration 9"]
    {
        run(words).words(wrong).outcome().await.refused("invalid_schedule");
    }
}

#[tokio::test]
async fn a_misspelt_word_is_answered_with_the_nearest_one() {
    for (words, near) in [("rum", "'run'"), ("run --with-latncy", "'--with-latency'")] {
        let said = fault(words).outcome().await.refused("invalid_usage");
        assert!(said.contains(near), "{words}: {said}");
    }
    let said = fault("tool fault_start_prox").outcome().await.refused("unknown_tool");
    assert!(said.contains("fault_start_proxy"), "{said}");
}

#[tokio::test]
async fn global_options_are_taken_before_and_after_the_command() {
    for words in [
        "--log-stdout run --proxy-address 127.0.0.1:0",
        "run --log-stdout --proxy-address 127.0.0.1:0",
        "run --proxy-address 127.0.0.1:0 --log-stdout",
        "--log-stdout demo run 127.0.0.1 0",
        "demo --log-stdout run 127.0.0.1 0",
        "demo run 127.0.0.1 0 --log-stdout",
    ] {
        let mut program = fault(words).words("--log-level debug").start();
        program.says("listen").await;
        program.stop().await.done();
    }
    // After a command that is not built yet they are no reason for another refusal.
    fault("run dns --log-stdout --no-ui").outcome().await.refused("planned");
}

#[tokio::test]
async fn help_version_and_completions_are_answers_and_no_errors() {
    let version = fault("--version").outcome().await.done().stdout;
    assert_eq!(version, format!("fault {}\n", env!("CARGO_PKG_VERSION")));
    for words in ["--help", "run --help", "demo run --help", "agent tool --help", "tool --help"] {
        let help = fault(words).outcome().await.done().stdout;
        assert!(help.contains("Usage: fault"), "{help}");
    }
    let help = fault("run --help").outcome().await.done().stdout;
    for flag in ["--with-packet-loss", "--latency-stddev", "FAULT_LATENCY_STANDARD_DEVIATION"] {
        assert!(help.contains(flag), "{flag}");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = fault("completions").words(shell).outcome().await.done().stdout;
        assert!(script.contains("with-packet-loss"), "{shell}");
    }
    let nothing = fault("").outcome().await;
    assert_eq!((nothing.code(), nothing.stdout.as_str()), (2, ""));
    assert!(nothing.stderr.contains("Usage: fault"), "{}", nothing.stderr);
}
