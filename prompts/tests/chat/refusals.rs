//! The errors that each provider documents.

use fault_prompts::{Chat, ChatSettings, Patience, Provider};
use serde_json::{Value, json};
use std::time::Duration;

use crate::server::{Reply, Server};
use crate::wire::KEY;
use crate::{EAGER, PROVIDERS, at_most_100, error_of, question, settings};

/// An error in the form of each provider.
fn error(provider: Provider, status: u16, kind: &str, message: &str) -> Value {
    match provider {
        Provider::OpenAi | Provider::Compatible => json!({"error":
            {"message": message, "type": "invalid_request_error", "param": null, "code": kind}}),
        Provider::Gemini => {
            json!({"error": {"code": status, "message": message, "status": kind, "details": []}})
        }
        Provider::OpenRouter => json!({"error": {"code": status, "message": message}}),
        Provider::Ollama => json!({"error": message}),
        Provider::Anthropic => json!({"type": "error", "request_id": "req_1",
            "error": {"type": kind, "message": message}}),
    }
}

#[tokio::test]
async fn a_refused_key_is_neither_tried_again_nor_shown() {
    let said = format!("Incorrect API key provided: {KEY}");
    for (provider, _) in PROVIDERS {
        let body = error(provider, 401, "invalid_api_key", &said);
        let (error, calls) = error_of(provider, vec![Reply::json(401, &body)]).await;
        assert_eq!((error.code, calls), ("llm_refused", 1), "{error}");
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    }
    let mut body = error(Provider::Gemini, 400, "INVALID_ARGUMENT", "API key not valid.");
    body["error"]["details"] = json!([{"reason": "API_KEY_INVALID"}]);
    let (error, _) = error_of(Provider::Gemini, vec![Reply::json(400, &body)]).await;
    assert_eq!(error.code, "llm_refused");
}

#[tokio::test]
async fn a_model_that_is_not_there_is_named() {
    let missing = [
        (Provider::OpenAi, 404, "The model `x` does not exist"),
        (Provider::Gemini, 404, "models/x is not found for API version v1beta"),
        (Provider::OpenRouter, 400, "x is not a valid model ID"),
        (Provider::Ollama, 404, "model 'x' not found"),
        (Provider::Anthropic, 404, "model: x"),
        (Provider::Compatible, 404, "The model `x` does not exist."),
    ];
    for (provider, status, message) in missing {
        let body = error(provider, status, "not_found_error", message);
        let (error, calls) = error_of(provider, vec![Reply::json(status, &body)]).await;
        assert_eq!((error.code, calls), ("llm_model_unknown", 1), "{error}");
        assert!(error.message.ends_with(message), "{error}");
    }
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_when_it_says() {
    // Without what the provider says it would be waited for an hour.
    let hour = Duration::from_secs(3600);
    let patience = Patience { first_wait: hour, longest_wait: hour, ..EAGER };
    for (provider, _) in PROVIDERS {
        let mut body = error(provider, 429, "rate_limit_exceeded", "Rate limit reached");
        let mut headers = vec![("content-type", "application/json"), ("retry-after", "0")];
        if provider == Provider::Gemini {
            body["error"]["details"] = json!([{"retryDelay": "0s"}]);
            headers.truncate(1);
        }
        let busy = Reply::Gives(429, headers, body.to_string());
        let server = Server::start(vec![busy.clone(), busy]).await;
        let settings = ChatSettings { patience, ..settings(provider, &server) };
        let chat = Chat::open(settings).unwrap();
        let usage = chat.ask(&question(), at_most_100).await.unwrap().usage;
        assert_eq!((usage.calls, server.calls().len()), (1, 3), "{provider:?}");
    }
}

#[tokio::test]
async fn a_provider_that_fails_for_a_while_is_asked_again() {
    for (provider, status, kind) in [
        (Provider::OpenAi, 500, "server_error"),
        (Provider::Gemini, 503, "UNAVAILABLE"),
        (Provider::OpenRouter, 502, ""),
        (Provider::Ollama, 503, ""),
        (Provider::Anthropic, 529, "overloaded_error"),
        (Provider::Compatible, 500, "server_error"),
    ] {
        let body = error(provider, status, kind, "overloaded");
        let failure = Reply::json(status, &body);
        let server = Server::start(vec![failure.clone(), failure.clone()]).await;
        let chat = Chat::open(settings(provider, &server)).unwrap();
        chat.ask(&question(), at_most_100).await.unwrap();
        assert_eq!(server.calls().len(), 3, "{provider:?}");

        let (error, calls) = error_of(provider, vec![failure; 9]).await;
        assert_eq!((error.code, calls), ("llm_unavailable", 3), "{error}");
        assert!(error.message.ends_with(": overloaded"), "{error}");
    }
}

#[tokio::test]
async fn who_wants_to_be_paid_is_not_asked_again() {
    let credits = error(Provider::OpenRouter, 402, "", "Insufficient credits. Add more.");
    let quota = error(Provider::OpenAi, 429, "insufficient_quota", "You exceeded your quota");
    for (provider, status, body) in
        [(Provider::OpenRouter, 402, credits), (Provider::OpenAi, 429, quota)]
    {
        let (error, calls) = error_of(provider, vec![Reply::json(status, &body); 3]).await;
        assert_eq!((error.code, calls), ("llm_refused", 1), "{error}");
        assert!(error.hint.contains("credit"), "{}", error.hint);
    }
}

#[tokio::test]
async fn an_error_in_an_answer_of_success_is_an_error() {
    let provider = Provider::OpenRouter;
    let whole = json!({"id": "gen-1", "error": {"code": 502, "message": "Provider returned error",
        "metadata": {"provider_name": "x", "raw": "boom"}}});
    let choice = json!({"id": "gen-1", "choices": [{"finish_reason": "error",
        "message": {"role": "assistant", "content": "{"},
        "error": {"code": 502, "message": "Provider returned error"}}]});
    for body in [whole, choice] {
        let (error, calls) = error_of(provider, vec![Reply::json(200, &body); 3]).await;
        assert_eq!((error.code, calls), ("llm_unavailable", 3), "{error}");
        assert!(error.message.ends_with("Provider returned error"), "{error}");
    }
    let busy = json!({"error": {"code": 429, "message": "rate limited"}});
    let (error, calls) = error_of(provider, vec![Reply::json(200, &busy); 3]).await;
    assert_eq!((error.code, calls), ("llm_busy", 3));
    let nameless = json!({"error": {"message": "something"}});
    let (error, _) = error_of(provider, vec![Reply::json(200, &nameless); 3]).await;
    assert_eq!(error.code, "llm_unavailable");
}

#[tokio::test]
async fn a_question_that_is_not_taken_says_why_without_the_key() {
    for (provider, _) in PROVIDERS {
        let message = format!("the prompt of {KEY} is too long: 210000 > 200000");
        let body = error(provider, 400, "invalid_request_error", &message);
        let (error, calls) = error_of(provider, vec![Reply::json(400, &body)]).await;
        assert_eq!((error.code, calls), ("llm_bad_request", 1), "{error}");
        assert!(error.message.ends_with("is too long: 210000 > 200000"), "{error}");
        assert!(error.hint.contains("of this length"), "{}", error.hint);
        let keyed = !matches!(provider, Provider::Ollama | Provider::Compatible);
        assert_eq!(error.message.contains(KEY), !keyed, "{error}");
    }
    let detail = json!({"detail": [{"loc": ["body", "messages"], "msg": "Field required"}]});
    let (error, _) = error_of(Provider::Compatible, vec![Reply::json(422, &detail)]).await;
    assert!(error.message.contains("Field required"), "{error}");
}
