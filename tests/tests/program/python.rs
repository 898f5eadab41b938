//! Python's httpx and websockets, through tunnels and mappings.

use std::path::Path;

use fault_tests::program::{Call, run};
use fault_tests::tls::Authority;
use fault_tests::{repository, tool, upstream};
use serde_json::{Value, json};

/// Runs one of the scripts; answers with the JSON it says.
async fn script(python: &Path, name: &str, words: &[&str]) -> Value {
    let path = repository::root().join("tests/data").join(name);
    let call = Call::of(python, name).arg(path);
    let call = words.iter().fold(call, |call, word| call.arg(word));
    let outcome = call.outcome().await.done();
    let said = serde_json::from_str(outcome.stdout.trim());
    said.unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

fn seconds(said: &Value) -> f64 {
    said["seconds"].as_f64().expect("a time")
}

#[tokio::test]
async fn httpx_gets_a_verified_page_through_a_tunnel_and_sees_its_faults() {
    let Some(python) = tool::python("httpx").await else {
        return;
    };
    let authority = Authority::new();
    let upstream = upstream::https(&authority).await;
    let url = format!("https://localhost:{}/", upstream.port());
    let file = authority.file.display().to_string();
    let through = async |words: &str, patience: &str| {
        let mut proxy = run("--upstream *").words(words).start();
        let address = format!("http://{}", proxy.address().await);
        let words = [address.as_str(), &file, &url, patience];
        let said = script(&python, "httpx_client.py", &words).await;
        let summary = proxy.stop().await.done().stdout;
        (said, summary)
    };

    let (said, _) = through("", "20").await;
    assert_eq!((&said["status"], &said["body"]), (&json!(200), &json!("hello")));
    assert!(seconds(&said) < 1.2, "{said}");

    let (said, summary) = through("--with-latency --latency-mean 600", "20").await;
    assert_eq!(said["body"], "hello", "{said}");
    // Once for the handshake, and once for the page.
    assert!(seconds(&said) >= 1.2, "{said}");
    assert!(summary.contains("latency: hit 1 of 1 eligible"), "{summary}");

    let (said, summary) = through("--with-blackhole", "1").await;
    assert!(said["error"].as_str().is_some_and(|error| error.contains("Timeout")), "{said}");
    assert!(summary.contains("blackhole: hit 1 of 1 eligible"), "{summary}");
}

#[tokio::test]
async fn websockets_are_carried_through_mappings_and_tunnels() {
    let Some(python) = tool::python("websockets").await else {
        return;
    };
    let upstream = upstream::websocket().await;
    let mapping = format!("--upstream * --proxy 0=http://127.0.0.1:{}", upstream.port());
    for (words, least) in [("", 0.0), ("--with-latency --latency-mean 300", 1.2)] {
        let mut proxy = run(&mapping).words(words).start();
        let addresses = proxy.addresses().await;
        let mapped = format!("ws://{}/", addresses[1]);
        let (direct, tunnel) =
            (format!("ws://{}/", upstream.address), format!("http://{}", addresses[0]));
        for words in [&[mapped.as_str()][..], &[direct.as_str(), tunnel.as_str()]] {
            let said = script(&python, "websocket_client.py", words).await;
            assert_eq!(said["echoed"], json!([true, true, true]), "{words:?}");
            // Once for the opening, and once for each message.
            assert!(seconds(&said) >= least, "{words:?}: {said}");
        }
        proxy.stop().await.done();
    }
}
