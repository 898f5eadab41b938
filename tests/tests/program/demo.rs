//! The demo application.

use std::net::SocketAddr;

use fault_tests::program::Running;
use fault_tests::{fault, upstream, wire};

/// Where the demo application listens, as it says itself.
pub(super) async fn address(demo: &mut Running) -> SocketAddr {
    let said = demo.says("Ends with Ctrl-C").await;
    let word = said.split_whitespace().find_map(|word| word.strip_prefix("http://"));
    word.and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{said}"))
}

#[tokio::test]
async fn the_documented_endpoints_answer_without_the_internet() {
    let upstream = upstream::http().await;
    let mut demo = fault("demo run 127.0.0.1 0 --remote").arg(upstream.url("/")).start();
    let address = address(&mut demo).await;
    let page = wire::get(address, "/").await;
    assert_eq!((page.status, page.body.as_str()), (200, "<h1>Hello, World!</h1>"));
    let head = wire::ask(address, &wire::head("HEAD", "/", "demo")).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert!(head.head.contains("content-length: 22"), "{}", head.head);
    let ping = wire::get(address, "/ping").await;
    assert_eq!(ping.status, 200);
    assert!(ping.body.contains(r#""content":"hello""#), "{}", ping.body);
    let myself = wire::get(address, "/ping/myself").await;
    assert_eq!((myself.status, myself.body), (200, page.body));
    let multi = wire::get(address, "/multi").await;
    assert!(multi.body.contains(r#""content":"","duration":"#), "{}", multi.body);
    let shout = "POST /uppercase HTTP/1.1\r\nhost: demo\r\ncontent-type: application/json\r\n\
                 content-length: 17\r\nconnection: close\r\n\r\n{\"content\":\"abc\"}";
    let shout = wire::ask(address, shout).await;
    assert_eq!(shout.body, r#"{"content":"ABC"}"#);
    assert_eq!(wire::get(address, "/nowhere").await.status, 404);
    demo.stop().await.done();
}

#[tokio::test]
async fn a_remote_that_is_not_there_is_an_answer_and_no_panic() {
    let port = upstream::free_port().await;
    let mut demo =
        fault(&format!("demo run 127.0.0.1 0 --remote http://127.0.0.1:{port}/")).start();
    let address = address(&mut demo).await;
    for path in ["/ping", "/multi"] {
        let answer = wire::get(address, path).await;
        assert_eq!(answer.status, 502, "{path}");
        assert!(answer.body.contains(&port.to_string()), "{path}: {}", answer.body);
    }
    assert_eq!(wire::get(address, "/ping/myself").await.status, 200);
    demo.stop().await.done();
}

#[tokio::test]
async fn address_and_port_are_positional_or_flags_or_variables() {
    let port = upstream::free_port().await;
    for (call, host) in [
        (fault(&format!("demo run 127.0.0.2 {port}")), "127.0.0.2"),
        (fault(&format!("demo run --address 127.0.0.3 --port {port}")), "127.0.0.3"),
        (fault("demo run").env("FAULT_DEMO_ADDR", "127.0.0.4"), "127.0.0.4"),
        (fault("demo run localhost"), "127.0.0.1"),
    ] {
        let mut demo = call.env("FAULT_DEMO_PORT", port.to_string()).start();
        assert_eq!(address(&mut demo).await.to_string(), format!("{host}:{port}"));
        demo.stop().await.done();
    }
    fault("demo run 127.0.0.1 99999").outcome().await.refused("invalid_port");
    fault("demo run here 0").outcome().await.refused("invalid_address");
    fault("demo run 127.0.0.1 0 --remote ftp://a/").outcome().await.refused("bad_remote");
}

#[tokio::test]
async fn its_own_calls_go_through_the_proxy_that_it_is_told_of() {
    let upstream = upstream::http().await;
    let words = "--upstream * --with-http-response --http-response-status 418";
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy"] {
        let mut proxy = fault_tests::program::run(words).start();
        let through = format!("http://{}", proxy.address().await);
        let call = fault("demo run 127.0.0.1 0 --remote").arg(upstream.url("/"));
        let mut demo = call.env(name, through).start();
        let address = address(&mut demo).await;
        let answer = wire::get(address, "/ping").await;
        demo.stop().await.done();
        let said = proxy.stop().await.done().stdout;
        assert!(said.contains("httperror: hit 1 of 1 eligible"), "{name}: {answer:?}\n{said}");
    }
}
