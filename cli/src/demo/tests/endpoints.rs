//! What each endpoint answers.

use super::peers::{patient_remote, remote};
use super::{Trial, request, settings};

#[tokio::test]
async fn the_front_page_is_a_greeting_in_html() {
    let trial = Trial::start(settings()).await;
    let reply = trial.get("/").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "<h1>Hello, World!</h1>"));
    assert!(reply.head.contains("content-type: text/html"), "{}", reply.head);
}

#[tokio::test]
async fn a_head_request_gets_the_length_and_no_body() {
    let trial = Trial::start(settings()).await;
    let reply = request(trial.demo.address(), "HEAD /", "", "").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert!(reply.head.contains("content-length: 22"), "{}", reply.head);
}

#[tokio::test]
async fn uppercase_turns_the_content_into_capitals() {
    let trial = Trial::start(settings()).await;
    let json = "content-type: application/json\r\n";
    let body = r#"{"content": "straße"}"#;
    let reply = request(trial.demo.address(), "POST /uppercase", json, body).await;
    assert_eq!((reply.status, reply.json()["content"].as_str()), (200, Some("STRASSE")));
}

#[tokio::test]
async fn uppercase_says_what_is_wrong_with_its_input() {
    let trial = Trial::start(settings()).await;
    let json = "content-type: application/json\r\n";
    for (headers, body, status) in [
        ("", r#"{"content": "a"}"#, 415),
        (json, "{", 400),
        (json, r#"{"text": "a"}"#, 422),
        (json, r#"{"content": 1}"#, 422),
        (json, "[]", 422),
    ] {
        let reply = request(trial.demo.address(), "POST /uppercase", headers, body).await;
        assert_eq!(reply.status, status, "{headers}{body}");
        assert!(!reply.error().is_empty());
    }
}

#[tokio::test]
async fn ping_hands_on_the_answer_of_its_remote_and_how_long_it_took() {
    let remote = remote(200, r#"{"url": "here"}"#).await;
    let given = Some(format!("http://{remote}/get?q=1"));
    let trial = Trial::start(super::Settings { remote: given, ..settings() }).await;
    let reply = trial.get("/ping").await;
    assert_eq!((reply.status, reply.json()["content"]["url"].as_str()), (200, Some("here")));
    let took: f64 = reply.json()["duration"].as_str().unwrap().parse().unwrap();
    assert!(took > 0.0);
}

#[tokio::test]
async fn ping_hands_on_an_answer_that_is_not_json_as_text() {
    let remote = remote(200, "plain").await;
    let given = Some(format!("http://{remote}"));
    let trial = Trial::start(super::Settings { remote: given, ..settings() }).await;
    assert_eq!(trial.get("/ping").await.json()["content"], "plain");
}

#[tokio::test]
async fn ping_myself_calls_the_port_that_is_really_listened_on() {
    let trial = Trial::start(settings()).await;
    let reply = trial.get("/ping/myself").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "<h1>Hello, World!</h1>"));
    let lines = trial.lines();
    assert!(lines[0].starts_with("GET / 200 "), "{lines:?}");
    assert!(lines[1].starts_with("GET /ping/myself 200 "), "{lines:?}");
}

#[tokio::test]
async fn multi_calls_its_remotes_at_the_same_time() {
    let (remote, answering) = patient_remote(2).await;
    let given = Some(format!("http://{remote}/"));
    let trial = Trial::start(super::Settings { remote: given, ..settings() }).await;
    let reply = trial.get("/multi").await;
    assert_eq!((reply.status, reply.json()["content"].as_str()), (200, Some("")));
    assert!(reply.json()["duration"].is_string());
    answering.await.unwrap();
    assert!(trial.lines()[0].starts_with("GET / 200 "), "its own front page is called too");
}

#[tokio::test]
async fn a_path_or_method_that_is_not_offered_says_so() {
    let trial = Trial::start(settings()).await;
    assert_eq!(trial.get("/nowhere").await.status, 404);
    assert_eq!(trial.get("/uppercase").await.status, 405);
}
