//! Starting, logging and stopping.

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::peers::silent_remote;
use super::{Settings, Trial, serve, settings};
use crate::demo::own_url;

/// The code and hint of the error that starting with `settings` gives.
async fn refused(settings: Settings) -> (&'static str, String) {
    let started = serve(settings, drop, CancellationToken::new()).await;
    let error = started.err().expect("the start is refused");
    assert!(!error.hint().is_empty());
    (error.code(), error.to_string())
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_names_the_address() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let (code, message) = refused(Settings { address, ..settings() }).await;
    assert_eq!(code, "address_in_use");
    assert_eq!(message, format!("listen address {address} is already in use"));
}

#[tokio::test]
async fn an_address_of_another_machine_is_an_error() {
    let address = "192.0.2.1:0".parse().unwrap();
    let (code, message) = refused(Settings { address, ..settings() }).await;
    assert_eq!((code, message.as_str()), ("cannot_listen", "cannot listen on 192.0.2.1:0"));
}

#[tokio::test]
async fn a_remote_or_proxy_that_cannot_be_called_is_refused_at_start() {
    for given in ["", "remote.test", "ftp://remote.test/", "http://", "http:///get", "/get"] {
        let remote = Some(given.to_owned());
        assert_eq!(refused(Settings { remote, ..settings() }).await.0, "bad_remote", "{given}");
    }
    for given in ["", "https://proxy.test", "socks5://proxy.test:1080", "http://"] {
        let http_proxy = Some(given.to_owned());
        assert_eq!(refused(Settings { http_proxy, ..settings() }).await.0, "bad_proxy", "{given}");
    }
}

#[tokio::test]
async fn each_request_is_logged_with_method_path_status_and_duration() {
    let trial = Trial::start(settings()).await;
    trial.get("/nowhere?with=query").await;
    let lines = trial.lines();
    let words: Vec<&str> = lines[0].split(' ').collect();
    assert_eq!((lines.len(), &words[..3]), (1, ["GET", "/nowhere", "404"].as_slice()));
    assert!(words[3].ends_with('s') && words[3].starts_with(|c: char| c.is_ascii_digit()));
}

#[tokio::test]
async fn stopping_frees_the_port() {
    let trial = Trial::start(settings()).await;
    let address = trial.demo.address();
    assert_eq!(trial.get("/").await.status, 200);
    trial.stop.cancel();
    trial.demo.stopped().await.unwrap();
    TcpListener::bind(address).await.unwrap();
}

#[tokio::test]
async fn stopping_answers_a_request_that_would_wait_for_ever() {
    let (remote, called) = silent_remote().await;
    let given = Some(format!("http://{remote}/"));
    let trial = Trial::start(Settings { remote: given, ..settings() }).await;
    let stop_once_called = async {
        called.notified().await;
        trial.stop.cancel();
    };
    let (reply, ()) = tokio::join!(trial.get("/ping"), stop_once_called);
    assert_eq!(reply.status, 503);
    trial.demo.stopped().await.unwrap();
}

#[test]
fn an_address_that_means_any_is_called_on_this_machine() {
    for (address, url) in [
        ("0.0.0.0:81", "http://127.0.0.1:81/"),
        ("[::]:81", "http://[::1]:81/"),
        ("192.0.2.7:81", "http://192.0.2.7:81/"),
    ] {
        assert_eq!(own_url(address.parse().unwrap()).to_string(), url);
    }
}
