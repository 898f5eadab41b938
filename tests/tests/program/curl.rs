//! curl: forwarded requests, tunnels, uploads, HTTP/2.

use std::path::PathBuf;
use std::time::Duration;

use fault_tests::program::{Call, Outcome, Running, run};
use fault_tests::tls::Authority;
use fault_tests::{tool, upstream};

/// What curl is asked to say after the body.
const SAID: &str = "\n%{http_code} %{http_version} %{time_total}";

/// curl without the settings of whoever runs the tests, and a call of it.
struct Curl(PathBuf);

/// An answer that curl got.
struct Got {
    body: String,
    status: u16,
    version: String,
    time: Duration,
}

impl Curl {
    fn installed() -> Option<Self> {
        tool::tool("curl").map(Self)
    }

    fn call(&self, words: &str) -> Call {
        let call = Call::of(&self.0, "curl").words("-q -sS --max-time 20 -w");
        call.arg(SAID).words(words)
    }

    async fn get(&self, words: &str) -> Got {
        Got::of(&self.call(words).outcome().await)
    }
}

impl Got {
    fn of(outcome: &Outcome) -> Self {
        assert_eq!(outcome.code(), 0, "{outcome:?}");
        let (body, said) = outcome.stdout.rsplit_once('\n').expect("what curl says");
        let words: Vec<_> = said.split(' ').collect();
        Self {
            body: body.to_owned(),
            status: words[0].parse().expect("a status"),
            version: words[1].to_owned(),
            time: Duration::from_secs_f64(words[2].parse().expect("a time")),
        }
    }
}

/// The proxy with faults on everything, and its address as an option of curl.
async fn proxy(words: &str) -> (Running, String) {
    let mut proxy = run("--upstream *").words(words).start();
    let option = format!("-x http://{}", proxy.address().await);
    (proxy, option)
}

async fn stopped(proxy: Running) -> String {
    proxy.stop().await.done().stdout
}

#[tokio::test]
async fn a_forwarded_request_arrives_and_is_late_by_the_latency() {
    let Some(curl) = Curl::installed() else {
        return;
    };
    let upstream = upstream::http().await;
    let url = upstream.url("/bytes/100000");
    let direct = curl.get(&url).await;

    let (plain, through) = proxy("").await;
    let control = curl.get(&format!("{through} {url}")).await;
    assert_eq!((control.status, &control.body), (200, &direct.body));
    assert!(control.time < Duration::from_secs(1), "{:?}", control.time);
    stopped(plain).await;

    let (late, through) = proxy("--with-latency --latency-mean 1000").await;
    let faulted = curl.get(&format!("{through} {url}")).await;
    assert_eq!((faulted.status, &faulted.body), (200, &direct.body));
    assert!(faulted.time >= Duration::from_secs(1), "{:?}", faulted.time);
    let said = stopped(late).await;
    assert!(said.contains("latency: hit 1 of 1 eligible"), "{said}");
}

#[tokio::test]
async fn a_tunnel_to_a_verified_server_is_late_by_the_latency() {
    let Some(curl) = Curl::installed() else {
        return;
    };
    let authority = Authority::new();
    let upstream = upstream::https(&authority).await;
    let file = authority.file.display();
    let page = format!("--cacert {file} https://localhost:{}/bytes/5000", upstream.port());

    let (plain, through) = proxy("").await;
    let control = curl.get(&format!("{through} {page}")).await;
    assert_eq!((control.status, control.body.len() > 4999), (200, true));
    let stranger = page.replace(&format!("--cacert {file} "), "");
    let refused = curl.call(&format!("{through} {stranger}")).outcome().await;
    assert_eq!(refused.code(), 60, "the server's certificate is seen: {refused:?}");
    stopped(plain).await;

    let (late, through) = proxy("--with-latency --latency-mean 400").await;
    let faulted = curl.get(&format!("{through} {page}")).await;
    assert_eq!(faulted.body, control.body);
    // Once for the handshake, and once for the page.
    assert!(faulted.time >= Duration::from_millis(800), "{:?}", faulted.time);
    stopped(late).await;

    let (dead, through) = proxy("--with-blackhole").await;
    let outcome = curl.call(&format!("{through} --max-time 1 {page}")).outcome().await;
    assert_eq!(outcome.code(), 28, "{outcome:?}");
    let said = stopped(dead).await;
    assert!(said.contains("blackhole: hit 1 of 1 eligible"), "{said}");
}

#[tokio::test]
async fn an_http_fault_answers_in_place_of_the_upstream() {
    let Some(curl) = Curl::installed() else {
        return;
    };
    let port = upstream::free_port().await;
    let words = "--with-http-response --http-response-status 503 --http-response-body gone";
    let (proxy, through) = proxy(words).await;
    // Nothing listens there, and nothing is asked.
    let got = curl.get(&format!("{through} http://127.0.0.1:{port}/")).await;
    assert_eq!((got.status, got.body.as_str()), (503, "gone"));
    let head = curl.get(&format!("{through} -I http://127.0.0.1:{port}/")).await;
    assert_eq!(head.status, 503);
    stopped(proxy).await;
}

#[tokio::test]
async fn a_head_request_has_the_head_and_no_body() {
    let Some(curl) = Curl::installed() else {
        return;
    };
    let upstream = upstream::http().await;
    let (proxy, through) = proxy("").await;
    let got = curl.get(&format!("{through} -I {}", upstream.url("/bytes/1234"))).await;
    assert_eq!(got.status, 200);
    let head = got.body.to_ascii_lowercase();
    assert!(head.contains("content-length: 1234"), "{head}");
    assert!(head.contains("x-upstream: here"), "{head}");
    stopped(proxy).await;
}

#[tokio::test]
async fn an_upload_arrives_whole_with_and_without_a_fault() {
    let Some(curl) = Curl::installed() else {
        return;
    };
    let upstream = upstream::http().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (sent, got) = (folder.path().join("sent"), folder.path().join("got"));
    fs_err::write(&sent, upstream::pattern(1 << 20)).expect("it is written");
    let files = format!("-o {} -T {}", got.display(), sent.display());
    for (words, least) in [
        ("", 0),
        ("--with-bandwidth --bandwidth-rate 1 --bandwidth-unit MBps", 1000),
        ("--with-latency --latency-mean 5 --latency-direction both", 10),
        ("--with-packet-loss --packet-loss-probability 0.01 --packet-loss-direction both", 0),
    ] {
        let (proxy, through) = proxy(words).await;
        for expect in ["", "-H Expect:", "-H Transfer-Encoding:chunked"] {
            let page = upstream.url("/echo");
            let answer = curl.get(&format!("{through} {expect} {files} {page}")).await;
            assert_eq!(answer.status, 200, "{words} {expect}");
            assert!(answer.time >= Duration::from_millis(least), "{words}: {:?}", answer.time);
            let same = fs_err::read(&got).ok() == fs_err::read(&sent).ok();
            assert!(same, "{words} {expect}: other bytes came back");
        }
        stopped(proxy).await;
    }
}

#[tokio::test]
async fn http2_with_prior_knowledge_is_spoken_to_a_mapping() {
    let Some(curl) = Curl::installed() else {
        return;
    };
    let upstream = upstream::http().await;
    let mapping = format!("--proxy 0=http://127.0.0.1:{}", upstream.port());
    for (words, status) in [("", 200), ("--with-http-response --http-response-status 503", 503)] {
        let mut proxy = run(&mapping).words(words).start();
        let mapped = proxy.addresses().await[1];
        for (option, version) in [("--http2-prior-knowledge", "2"), ("--http1.1", "1.1")] {
            let got = curl.get(&format!("{option} http://{mapped}/")).await;
            assert_eq!((got.status, got.version.as_str()), (status, version), "{words}");
        }
        stopped(proxy).await;
    }
}

#[tokio::test]
async fn a_mapping_speaks_tls_to_a_remote_that_it_verifies() {
    let Some(curl) = Curl::installed() else {
        return;
    };
    let authority = Authority::new();
    let upstream = upstream::https(&authority).await;
    let mapping = format!("--proxy 0=https://localhost:{}", upstream.port());
    let trust = format!("--ca {}", authority.file.display());
    for (trust, status) in [(trust.as_str(), 200), ("--insecure", 200), ("", 502)] {
        let mut proxy = run(&mapping).words(trust).start();
        let mapped = proxy.addresses().await[1];
        let got = curl.get(&format!("http://{mapped}/")).await;
        assert_eq!(got.status, status, "{trust}: {}", got.body);
        stopped(proxy).await;
    }
}
