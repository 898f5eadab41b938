//! What goes wrong between here and a provider.

use std::time::Duration;

use fault_prompts::{Chat, ChatSettings, Patience, Provider};

use crate::server::{Reply, Server};
use crate::wire::KEY;
use crate::{EAGER, GOOD, PROVIDERS, at_most_100, error_of, open, outcome, question, settings};

fn gives(kind: &'static str, body: &str) -> Reply {
    Reply::Gives(200, vec![("content-type", kind)], body.to_owned())
}

#[tokio::test]
async fn an_answer_that_is_none_is_a_clear_error() {
    let html = "<html><body>Sign in to the network</body></html>";
    for (provider, _) in PROVIDERS {
        for (reply, expected) in [
            (gives("text/html", html), "it is no JSON, but \"text/html\""),
            (gives("application/json", "\u{0}\u{1}"), "it is no JSON, but \"application/json\""),
            (gives("application/json", &GOOD[..30]), "it is no JSON"),
            (gives("application/json", "[]"), "it is not of the form"),
            (Reply::Endless, "it does not end"),
        ] {
            let (error, calls) = error_of(provider, vec![reply]).await;
            assert_eq!((error.code, calls), ("llm_bad_answer", 1), "{error}");
            assert!(error.message.contains(expected), "{provider:?}: {error}");
        }
    }
}

#[tokio::test]
async fn a_page_of_a_gateway_in_the_way_is_not_repeated() {
    let page = "<html><head><title>502 Bad Gateway</title></head></html>".to_owned();
    let gateway = Reply::Gives(502, vec![("content-type", "text/html")], page);
    let (error, calls) = error_of(Provider::OpenAi, vec![gateway.clone(); 3]).await;
    assert_eq!((error.code, calls), ("llm_unavailable", 3));
    assert_eq!(error.message, "openai cannot answer (502 Bad Gateway)");
    let (answered, _) = outcome(Provider::OpenAi, vec![gateway, Reply::Cut]).await;
    assert!(answered.is_ok());
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let elsewhere = Server::start(Vec::new()).await;
    let location: &'static str = format!("{}/v1/chat/completions", elsewhere.address()).leak();
    for status in [302, 307, 308] {
        let reply = Reply::Gives(status, vec![("location", location)], String::new());
        let (error, calls) = error_of(Provider::OpenAi, vec![reply]).await;
        assert_eq!((error.code, calls), ("llm_bad_answer", 1), "{error}");
    }
    assert!(elsewhere.calls().is_empty());
}

#[tokio::test]
async fn a_provider_that_hangs_or_trickles_is_left() {
    for reply in [Reply::Hang, Reply::Trickles] {
        let server = Server::start(vec![reply; 2]).await;
        let answer_within = Duration::from_millis(250);
        let patience = Patience { answer_within, tries: 2, ..EAGER };
        let settings = ChatSettings { patience, ..settings(Provider::Anthropic, &server) };
        let error = Chat::open(settings).unwrap().ask(&question(), at_most_100).await.unwrap_err();
        assert_eq!(error.code, "llm_unavailable");
        assert_eq!(error.message, "anthropic gave no answer within 250ms");
        assert_eq!(server.calls().len(), 2);
    }
}

#[tokio::test]
async fn a_dropped_question_hangs_up() {
    let server = Server::start(vec![Reply::Hang]).await;
    let (chat, question) = (open(Provider::OpenAi, &server), question());
    tokio::select! {
        _ = chat.ask(&question, at_most_100) => panic!("the server hangs"),
        () = server.called() => {}
    }
    server.caller_gone().await;
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_a_clear_error() {
    let server = Server::start(Vec::new()).await;
    let settings = settings(Provider::Gemini, &server);
    server.stop().await;
    let chat = Chat::open(settings.clone()).unwrap();
    let error = chat.ask(&question(), at_most_100).await.unwrap_err();
    assert_eq!(error.code, "llm_unavailable");
    assert!(error.message.contains("refused"), "{error}");
    assert!(!format!("{chat:?} {settings:?} {error:?}").contains(KEY));
}

#[tokio::test]
async fn several_questions_are_asked_at_once() {
    let server = Server::start(Vec::new()).await;
    let chat = std::sync::Arc::new(open(Provider::OpenAi, &server));
    let asked = (0..8).map(|_| {
        let chat = std::sync::Arc::clone(&chat);
        tokio::spawn(async move { chat.ask(&question(), at_most_100).await.map(|it| it.answer) })
    });
    for answer in asked.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap().unwrap().score, 7);
    }
}
