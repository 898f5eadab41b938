//! Each provider is asked, and read, in its own form.

use fault_prompts::{Answered, Chat, ChatSettings, Key, Price, Provider};
use serde_json::Value;

use crate::server::{Reply, Server};
use crate::wire::KEY;
use crate::{GOOD, PROVIDERS, Score, at_most_100, open, outcome, question, settings};

#[tokio::test]
async fn each_provider_is_asked_in_its_own_form() {
    let names = [
        "openai/gpt-6.1-terra",
        "gemini/gemini-3.8-flash",
        "openrouter/openai/gpt-6.1-terra",
        "ollama/gemma4",
        "anthropic/claude-sonnet-5-5",
        "compatible/local",
    ];
    for ((provider, _), name) in PROVIDERS.into_iter().zip(names) {
        let server = Server::start(Vec::new()).await;
        let chat = open(provider, &server);
        assert_eq!(chat.name(), name);
        let answered = chat.ask(&question(), at_most_100).await;
        let Answered { answer, usage } = answered.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer, serde_json::from_str::<Score>(GOOD).unwrap());
        assert_eq!((usage.model.as_str(), usage.calls, usage.repaired), (name, 1, false));
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(100), Some(20)), "{name}");
        let cost = (provider == Provider::OpenRouter).then_some(0.25);
        assert_eq!(usage.cost_usd, cost, "{name}");
        let calls = server.calls();
        assert_eq!((calls.len(), calls[0].status), (1, 200), "{name}");
    }
}

#[tokio::test]
async fn a_repair_shows_the_model_its_answer_and_what_is_wrong() {
    let wrong = r#"{"score": "seven", "parts": [], "note": null}"#;
    for (provider, _) in PROVIDERS {
        let name = provider.name();
        let (answered, calls) = outcome(provider, vec![Reply::says(wrong)]).await;
        let usage = answered.unwrap_or_else(|error| panic!("{name}: {error}")).usage;
        assert_eq!((usage.calls, usage.repaired, calls.len()), (2, true, 2), "{name}");
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(200), Some(40)), "{name}");
        let cost = (provider == Provider::OpenRouter).then_some(0.5);
        assert_eq!(usage.cost_usd, cost, "{name}");

        let turns = |body: &Value| {
            let turns = body.get("messages").or(body.get("contents")).unwrap().as_array().unwrap();
            turns.iter().rev().take(2).map(Value::to_string).collect::<Vec<_>>()
        };
        let [told, shown] = &turns(&calls[1].body)[..] else { panic!("two turns more") };
        assert!(shown.contains("seven"), "{shown}");
        assert!(told.contains("at `score`: invalid type: string"), "{told}");
    }
}

#[tokio::test]
async fn a_price_makes_a_cost_where_the_provider_tells_none() {
    let server = Server::start(Vec::new()).await;
    let price = Some(Price { input: 2.0, output: 10.0 });
    for (provider, expected) in [(Provider::OpenAi, 0.0004), (Provider::OpenRouter, 0.25)] {
        let settings = ChatSettings { price, ..settings(provider, &server) };
        let answered = Chat::open(settings).unwrap().ask(&question(), at_most_100).await.unwrap();
        assert_eq!(answered.usage.cost_usd, Some(expected));
    }
}

#[tokio::test]
async fn a_server_that_takes_no_schema_is_told_the_form_in_words() {
    for provider in [Provider::Compatible, Provider::OpenAi, Provider::OpenRouter] {
        let server = Server::start(vec![Reply::Knows("response_format")]).await;
        let chat = open(provider, &server);
        let answered = chat.ask(&question(), at_most_100).await.unwrap();
        assert_eq!((answered.usage.calls, server.calls().len()), (1, 2));
        let [with, without] = &server.calls()[..] else { panic!("two calls") };
        assert!(with.body.get("response_format").is_some());
        assert!(without.body["messages"][0]["content"].as_str().unwrap().contains("maxItems"));
        // It is not asked in vain again.
        chat.ask(&question(), at_most_100).await.unwrap();
        assert_eq!(server.calls().len(), 3);
    }
}

#[tokio::test]
async fn a_server_that_knows_the_other_limit_is_told_that_one() {
    let server = Server::start(vec![
        Reply::Knows("max_tokens"),
        Reply::Gives(
            200,
            vec![("content-type", "application/json")],
            serde_json::json!({"choices": [{"message": {"content": GOOD}}]}).to_string(),
        ),
    ])
    .await;
    let answered = open(Provider::Compatible, &server).ask(&question(), at_most_100).await.unwrap();
    // A server that does not count tokens is no error.
    assert_eq!((answered.usage.input_tokens, answered.usage.cost_usd), (None, None));
    assert_eq!(server.calls()[1].body["max_completion_tokens"], 500);
}

#[tokio::test]
async fn an_answer_in_parts_is_put_together() {
    let parts = serde_json::json!([{"type": "thinking"}, {"type": "text", "text": GOOD}]);
    let body = serde_json::json!({"choices": [{"message": {"content": parts}}]});
    let (answered, _) = outcome(Provider::Compatible, vec![Reply::json(200, &body)]).await;
    assert_eq!(answered.unwrap().answer.score, 7);
}

#[tokio::test]
async fn an_endpoint_is_taken_with_and_without_its_last_slash() {
    for (provider, paths) in [
        (Provider::OpenAi, ["/v1", "/v1/"]),
        (Provider::Anthropic, ["/v1", "/"]),
        (Provider::Ollama, ["/api/", "/v1"]),
        (Provider::Gemini, ["/v1beta", "/v1beta/"]),
    ] {
        for path in paths {
            let server = Server::start(Vec::new()).await;
            let mut settings = settings(provider, &server);
            settings.access.endpoint = Some(format!("{}{path}", server.address()));
            let chat = Chat::open(settings).unwrap();
            chat.ask(&question(), at_most_100).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_compatible_endpoint_has_no_usual_model() {
    let server = Server::start(Vec::new()).await;
    let mut settings = settings(Provider::Compatible, &server);
    for model in [None, Some(" ".to_owned())] {
        settings.model = model;
        let error = Chat::open(settings.clone()).unwrap_err();
        assert_eq!(error.code, "llm_model_unknown");
    }
}

#[tokio::test]
async fn a_server_without_keys_is_sent_none_and_one_with_keys_its_own() {
    for provider in [Provider::Ollama, Provider::Compatible] {
        let server = Server::start(Vec::new()).await;
        for key in [None, Some(Key::new(KEY))] {
            let mut settings = settings(provider, &server);
            settings.access.key = key;
            Chat::open(settings).unwrap().ask(&question(), at_most_100).await.unwrap();
        }
        let sent = |call: usize| server.calls()[call].headers.get("authorization").cloned();
        assert_eq!(sent(0), None);
        assert_eq!(sent(1).unwrap(), format!("Bearer {KEY}"));
    }
}
