//! What becomes of outgoing calls: failures, proxies and TLS.

use super::peers::{curt_remote, nobody, proxy, remote, secure_remote};
use super::{Settings, Trial, distrusting, settings, trusting};

/// Pings the remote of `settings` and answers the error.
async fn failed_ping(settings: Settings) -> String {
    let trial = Trial::start(settings).await;
    let reply = trial.get("/ping").await;
    assert_eq!(reply.status, 502, "{}", reply.body);
    assert_eq!(trial.get("/").await.status, 200, "the application lives on");
    reply.error()
}

#[tokio::test]
async fn a_remote_that_refuses_is_a_502_that_names_it() {
    let nobody = nobody().await;
    let error =
        failed_ping(Settings { remote: Some(format!("http://{nobody}/")), ..settings() }).await;
    assert!(error.starts_with(&format!("cannot connect to {nobody}: ")), "{error}");
}

#[tokio::test]
async fn a_remote_that_answers_with_a_failure_is_a_502_that_tells_its_status() {
    let remote = remote(503, "{}").await;
    let given = format!("http://{remote}/get");
    let error = failed_ping(Settings { remote: Some(given.clone()), ..settings() }).await;
    assert_eq!(error, format!("{given} answered 503"));
}

#[tokio::test]
async fn a_remote_that_closes_without_an_answer_is_a_502() {
    let remote = curt_remote().await;
    let error =
        failed_ping(Settings { remote: Some(format!("http://{remote}/")), ..settings() }).await;
    assert!(error.starts_with(&format!("the exchange with {remote} failed: ")), "{error}");
}

#[tokio::test]
async fn a_plain_remote_is_called_through_the_proxy_by_its_whole_url() {
    let (proxy, asked) = proxy(false).await;
    let trial = Trial::start(Settings {
        remote: Some("http://remote.test:81/get?q=1".to_owned()),
        http_proxy: Some(proxy.to_string()),
        ..settings()
    })
    .await;
    assert_eq!(trial.get("/ping").await.json()["content"]["by"], "proxy");
    assert_eq!(*asked.lock().unwrap(), ["GET http://remote.test:81/get?q=1 HTTP/1.1"]);
}

#[tokio::test]
async fn its_own_front_page_is_called_through_the_proxy_too() {
    let (proxy, asked) = proxy(false).await;
    let http_proxy = Some(format!("http://{proxy}"));
    let trial = Trial::start(Settings { http_proxy, ..settings() }).await;
    assert_eq!(trial.get("/ping/myself").await.status, 200);
    let own = format!("GET http://{}/ HTTP/1.1", trial.demo.address());
    assert_eq!(*asked.lock().unwrap(), [own]);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_a_502_that_names_it() {
    let nobody = nobody().await;
    let error = failed_ping(Settings {
        remote: Some("http://remote.test/".to_owned()),
        http_proxy: Some(nobody.to_string()),
        ..settings()
    })
    .await;
    assert!(error.starts_with(&format!("cannot connect to {nobody}: ")), "{error}");
}

#[tokio::test]
async fn a_secure_remote_is_called_over_tls() {
    let port = secure_remote(r#"{"safe": true}"#);
    let trial = Trial::start(Settings {
        remote: Some(format!("https://localhost:{port}/get")),
        tls: Some(trusting()),
        ..settings()
    })
    .await;
    assert_eq!(trial.get("/ping").await.json()["content"]["safe"], true);
}

#[tokio::test]
async fn a_long_body_comes_whole_through_tls() {
    let long: &str = "0123456789abcdef".repeat(100_000).leak();
    let port = secure_remote(long);
    let trial = Trial::start(Settings {
        remote: Some(format!("https://localhost:{port}/")),
        tls: Some(trusting()),
        ..settings()
    })
    .await;
    assert!(trial.get("/ping").await.json()["content"] == long);
}

#[tokio::test]
async fn a_secure_remote_is_called_through_a_tunnel_of_the_proxy() {
    let port = secure_remote(r#"{"safe": true}"#);
    let (proxy, asked) = proxy(true).await;
    let trial = Trial::start(Settings {
        remote: Some(format!("https://localhost:{port}/get")),
        http_proxy: Some(proxy.to_string()),
        tls: Some(trusting()),
        ..settings()
    })
    .await;
    assert_eq!(trial.get("/ping").await.json()["content"]["safe"], true);
    assert_eq!(*asked.lock().unwrap(), [format!("CONNECT localhost:{port} HTTP/1.1")]);
}

#[tokio::test]
async fn a_refused_tunnel_is_a_502_that_tells_the_proxys_status() {
    let (proxy, _) = proxy(false).await;
    let error = failed_ping(Settings {
        remote: Some("https://remote.test/".to_owned()),
        http_proxy: Some(proxy.to_string()),
        tls: Some(trusting()),
        ..settings()
    })
    .await;
    assert_eq!(error, "the proxy refused a tunnel to remote.test:443 with 403");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_a_502() {
    let port = secure_remote("{}");
    let error = failed_ping(Settings {
        remote: Some(format!("https://localhost:{port}/")),
        tls: Some(distrusting()),
        ..settings()
    })
    .await;
    assert!(error.starts_with(&format!("no TLS session with localhost:{port}: ")), "{error}");
    assert!(error.contains("UnknownIssuer"), "{error}");
}

#[tokio::test]
async fn a_secure_remote_without_anything_to_trust_is_a_502_that_says_so() {
    let error =
        failed_ping(Settings { remote: Some("https://localhost/".to_owned()), ..settings() }).await;
    assert_eq!(error, "no trusted certificates to check localhost:443 with");
}
