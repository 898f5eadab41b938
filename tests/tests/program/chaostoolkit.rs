//! The Chaos Toolkit's extension: it starts the program with these words, an empty environment,
//! nothing to read and pipes to write to, and takes anything but exit code 0 for a failure.

use std::time::Duration;

use fault_tests::program::{Call, Running, binary};
use fault_tests::{deadline, fault, repository, tool, upstream, wire};
use tokio::time::Instant;

/// How long the extension looks for the address that the proxy listens on.
const SECOND: Duration = Duration::from_secs(1);

/// The ports that a process listens on, in the order of the system's table.
fn listening(pid: u32) -> Vec<u16> {
    let sockets = sockets(pid);
    ["tcp", "tcp6"].iter().flat_map(|table| ports(pid, table, &sockets)).collect()
}

/// The sockets that a process holds, by number.
fn sockets(pid: u32) -> Vec<String> {
    let files = fs_err::read_dir(format!("/proc/{pid}/fd"));
    let links = files.into_iter().flatten().flatten();
    let links = links.filter_map(|entry| fs_err::read_link(entry.path()).ok());
    links
        .filter_map(|link| {
            let number = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(number.to_owned())
        })
        .collect()
}

fn ports(pid: u32, table: &str, sockets: &[String]) -> Vec<u16> {
    let table = fs_err::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.len() > 9 && row[3] == "0A" && sockets.iter().any(|s| s == row[9]))
        .filter_map(|row| u16::from_str_radix(row[1].rsplit(':').next()?, 16).ok())
        .collect()
}

/// The first ports that are seen to be listened on, and when.
async fn first_ports(running: &Running, began: Instant) -> (Vec<u16>, Duration) {
    let look = |pid| Some(listening(pid)).filter(|ports| !ports.is_empty());
    let ports = running.observed("a port is listened on", look).await;
    (ports, began.elapsed())
}

#[tokio::test]
async fn the_recorded_calls_are_taken_in_an_empty_environment_and_end_with_success() {
    let port = upstream::free_port().await;
    let short = format!("127.0.0.1:{port}");
    let long = format!("0.0.0.0:{port}");
    for words in [
        format!(
            "--log-stdout run --proxy-address {short} --with-latency --latency-mean 300 \
             --latency-stddev 50 --upstream *"
        ),
        format!(
            "--log-stdout --log-level debug run --proxy-address {long} --upstream * --duration 2s \
             --with-latency --latency-mean 300"
        ),
        format!("demo run 0.0.0.0 {port}"),
    ] {
        let began = Instant::now();
        let running = fault(&words).start();
        let (ports, took) = first_ports(&running, began).await;
        assert_eq!(ports, [port], "{words}");
        assert!(took < SECOND, "{words}: {took:?}");
        running.stop().await.done();
    }
    let words = format!("--log-stdout run --proxy-address {short} --upstream * --duration 200ms");
    fault(&words).outcome().await.done();
}

#[tokio::test]
async fn the_http_proxy_listens_before_anything_else() {
    for _ in 0..5 {
        let (first, second) = (upstream::free_port().await, upstream::free_port().await);
        let words = format!("run --proxy-address 127.0.0.1:{first} --proxy {second}=localhost:1");
        let running = fault(&words).start();
        let (ports, _) = first_ports(&running, Instant::now()).await;
        assert!(ports.contains(&first), "{ports:?}");
        running.stop().await.done();
    }
}

#[tokio::test]
async fn a_proxy_that_is_spoken_to_keeps_its_output_modest() {
    let upstream = upstream::http().await;
    let call = fault("--log-stdout run --proxy-address 127.0.0.1:0 --upstream *");
    let mut proxy = call.words("--with-latency --latency-mean 1").start();
    let address = proxy.address().await;
    for _ in 0..100 {
        wire::get_through(address, &upstream.url("/")).await;
    }
    let said = proxy.stop().await.done().stdout;
    // The extension keeps all of it in memory.
    assert!(said.len() < 20_000, "{} bytes for 100 requests", said.len());
    assert!(said.contains("latency: hit 100 of 100 eligible"), "{said}");
}

#[tokio::test]
async fn the_real_extension_runs_an_experiment_to_its_end() {
    let Some(python) = tool::python("chaostoolkit chaostoolkit-fault").await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (proxy, demo) = (upstream::free_port().await, upstream::free_port().await);
    let script = "import os, urllib.request as r; r.install_opener(r.build_opener(\
                  r.ProxyHandler({'http': os.environ['FAULT_HTTP_PROXY_ADDRESS']}))); \
                  print(r.urlopen('http://127.0.0.1:DEMO_PORT/').read().decode())";
    let data = repository::root().join("tests/data/experiment.json");
    let text = fs_err::read_to_string(data).expect("the experiment is there");
    let text = text
        .replace("SCRIPT", script)
        .replace("PYTHON", &python.display().to_string())
        .replace("PROXY_PORT", &proxy.to_string())
        .replace("\"DEMO_PORT\"", &demo.to_string())
        .replace("DEMO_PORT", &demo.to_string());
    let experiment = folder.path().join("experiment.json");
    fs_err::write(&experiment, text).expect("it is written");

    let path = binary().parent().expect("a folder").display().to_string();
    let journal = folder.path().join("journal.json");
    let call = Call::of(&python, "chaostoolkit")
        .words("-m chaostoolkit --no-version-check --no-log-file run --journal-path")
        .arg(&journal)
        .arg(&experiment)
        .env("PATH", format!("{path}:/usr/bin:/bin"))
        .env("HOME", folder.path());
    let outcome = call.outcome().await;
    let journal = fs_err::read_to_string(&journal).unwrap_or_default();
    assert_eq!(outcome.code(), 0, "{outcome:?}\n{journal}");
    assert!(journal.contains("Hello, World!"), "{journal}");
    assert!(journal.contains("hit 1 of 1 eligible"), "{journal}");
    assert!(!journal.contains("\"status\": \"failed\""), "{journal}");
    deadline::found("the demo application has ended", async || {
        tokio::net::TcpStream::connect(("127.0.0.1", demo)).await.is_err().then_some(())
    })
    .await;
}
