//! What models write, and what becomes of it.

use fault_prompts::Provider;
use serde_json::{Value, json};

use crate::server::Reply;
use crate::{GOOD, error_of, outcome};

#[tokio::test]
async fn json_is_found_in_what_models_put_around_it() {
    for text in [
        format!("```json\n{GOOD}\n```"),
        format!("Sure! Here is the score [1]:\n\n{GOOD}\n\nLet me know {{if}} it helps."),
        format!("\u{feff}{GOOD}"),
        format!("<think>Is it {{7}}?</think>{GOOD}"),
    ] {
        let (answered, calls) = outcome(Provider::OpenAi, vec![Reply::says(&text)]).await;
        let answered = answered.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((answered.answer.score, answered.usage.repaired), (7, false));
        assert_eq!(calls.len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_repaired_once() {
    let wrong = [
        "I would say seven.",
        &GOOD[..40],
        r#"{"score": "7", "parts": [], "note": null}"#,
        r#"{"score": 700, "parts": [], "note": null}"#,
    ];
    for text in wrong {
        let (answered, calls) = outcome(Provider::OpenAi, vec![Reply::says(text)]).await;
        let answered = answered.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(answered.usage.repaired && calls.len() == 2, "{text}");
    }
}

#[tokio::test]
async fn an_answer_that_stays_wrong_is_an_error_that_says_why() {
    let secret = "the-whole-answer ".repeat(1_000);
    let wrong = json!({"score": 700, "parts": [], "note": secret}).to_string();
    let replies = vec![Reply::says(&wrong), Reply::says(&wrong), Reply::says(GOOD)];
    let (error, calls) = error_of(Provider::OpenAi, replies).await;
    assert_eq!((error.code, calls), ("llm_bad_answer", 2));
    let expected = "openai gave an answer that cannot be used: `score` is at most 100";
    assert_eq!(error.message, expected);

    let typed = json!({"score": secret, "parts": [], "note": null}).to_string();
    let (error, _) = error_of(Provider::Gemini, vec![Reply::says(typed); 2]).await;
    assert!(error.message.contains("at `score`"), "{error}");
    assert!(error.message.len() < 400, "{error}");
}

#[tokio::test]
async fn an_answer_that_was_cut_is_an_error_of_its_own() {
    let openai = json!({"choices": [{"finish_reason": "length", "message": {"content": GOOD}}]});
    let anthropic = json!({"content": [], "stop_reason": "max_tokens", "usage": null});
    let gemini = json!({"candidates": [{"finishReason": "MAX_TOKENS", "index": 0}]});
    let ollama = json!({"message": {"content": "{"}, "done": true, "done_reason": "length"});
    for (provider, body) in [
        (Provider::OpenAi, &openai),
        (Provider::OpenRouter, &openai),
        (Provider::Compatible, &openai),
        (Provider::Anthropic, &anthropic),
        (Provider::Gemini, &gemini),
        (Provider::Ollama, &ollama),
    ] {
        let (error, calls) = error_of(provider, vec![Reply::json(200, body)]).await;
        assert_eq!((error.code, calls), ("llm_cut_off", 1), "{error}");
        assert!(error.hint.contains("--llm-max-output-tokens"), "{}", error.hint);
    }
}

#[tokio::test]
async fn a_model_that_declines_is_not_asked_again() {
    let refusal = json!({"choices": [{"finish_reason": "stop",
        "message": {"content": null, "refusal": "I cannot help with that."}}]});
    let filter = json!({"choices": [{"finish_reason": "content_filter",
        "message": {"content": "", "refusal": null}}]});
    let anthropic = json!({"content": [], "stop_reason": "refusal", "usage": null,
        "stop_details": {"type": "refusal", "category": "cyber", "explanation": "It is an exploit."}});
    let blocked = json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}});
    let safety = json!({"candidates": [{"finishReason": "SAFETY", "index": 0}]});
    let moderated = json!({"error": {"code": 403, "message": "Your input was flagged",
        "metadata": {"reasons": ["violence"], "flagged_input": "..", "provider_name": "x"}}});
    for (provider, status, body, expected) in [
        (Provider::OpenAi, 200, &refusal, "openai declined to answer: I cannot help with that."),
        (Provider::OpenAi, 200, &filter, "its filter of content"),
        (Provider::Anthropic, 200, &anthropic, "anthropic declined to answer: It is an exploit."),
        (Provider::Gemini, 200, &blocked, "it blocks the question (PROHIBITED_CONTENT)"),
        (Provider::Gemini, 200, &safety, "gemini declined to answer: SAFETY"),
        (Provider::OpenRouter, 403, &moderated, "declined to answer: Your input was flagged"),
    ] {
        let (error, calls) = error_of(provider, vec![Reply::json(status, body)]).await;
        assert_eq!((error.code, calls), ("llm_declined", 1), "{error}");
        assert!(error.message.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_a_word_is_a_clear_error() {
    let none: [(Provider, Value); 6] = [
        (Provider::OpenAi, json!({"choices": []})),
        (Provider::OpenAi, json!({"choices": [{"message": {"content": null}}]})),
        (Provider::Gemini, json!({})),
        (Provider::Gemini, json!({"candidates": [{"finishReason": "MALFORMED_RESPONSE"}]})),
        (Provider::Anthropic, json!({"content": [], "stop_reason": "end_turn"})),
        (Provider::Ollama, json!({"message": {"content": " "}})),
    ];
    for (provider, body) in none {
        let (error, calls) = error_of(provider, vec![Reply::json(200, &body)]).await;
        assert_eq!((error.code, calls), ("llm_bad_answer", 1), "{error}");
    }
}
