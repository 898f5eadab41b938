//! Which model answers, as the command line says it.

use std::time::Duration;

use super::*;
use crate::args::{self, Command};

fn settings(line: &str) -> Result<LlmSettings, ToolError> {
    let words = std::iter::once("fault").chain(line.split(' ')).map(Into::into);
    match args::parse(words).unwrap().cli.command {
        Command::Agent(args) => args.llm.settings(&args.code),
        Command::Tool(args) => args.llm.settings(&args.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_is_asked_without_a_key_unless_somebody_is_named() {
    for line in ["tool", "agent tool"] {
        let settings = settings(line).unwrap();
        assert_eq!((settings.client, settings.explicit), (LlmClient::OpenAi, false), "{line}");
        assert_eq!(settings.endpoint, None);
    }
    let settings = settings("tool --llm-client none").unwrap();
    assert_eq!((settings.client, settings.explicit), (LlmClient::None, true));
}

#[test]
fn the_documented_options_are_read_before_and_after_the_command_of_an_agent() {
    for line in [
        "agent --llm-client open-router --llm-prompt-reasoning-model google/gemma-3-27b-it tool",
        "agent tool --llm-client open-router --llm-prompt-reasoning-model google/gemma-3-27b-it",
        "tool --llm-client openrouter --llm-prompt-chat-model google/gemma-3-27b-it",
    ] {
        let settings = settings(line).unwrap();
        assert_eq!(settings.client, LlmClient::OpenRouter, "{line}");
        assert_eq!(settings.model.as_deref(), Some("google/gemma-3-27b-it"), "{line}");
    }
    let both = "tool --llm-prompt-chat-model older --llm-prompt-reasoning-model newer";
    assert_eq!(settings(both).unwrap().model.as_deref(), Some("newer"));
    assert_eq!(settings("tool --llm-client claude").unwrap().client, LlmClient::Anthropic);
}

#[test]
fn what_an_answer_may_take_is_read() {
    let line = "tool --llm-timeout 90s --llm-max-output-tokens 2000 --llm-price 1.25/10 \
                --llm-record answers.jsonl";
    let settings = settings(&line.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap();
    assert_eq!(settings.timeout, Duration::from_secs(90));
    assert_eq!(settings.most_output, 2000);
    assert_eq!(settings.price, Some((1.25, 10.0)));
    assert_eq!(settings.record, Some(PathBuf::from("answers.jsonl")));
}

#[test]
fn an_endpoint_alone_is_one_that_is_compatible() {
    let here = "--llm-endpoint http://127.0.0.1:1/v1";
    let settings = |line: &str| settings(format!("tool {here} {line}").trim_end());
    let client = |line: &str| settings(line).map(|it| (it.client, it.endpoint.is_some()));
    assert_eq!(client("").unwrap(), (LlmClient::Compatible, true));
    assert_eq!(client("--llm-client gemini").unwrap(), (LlmClient::Gemini, true));
    // It was an address for vectors before there were questions, and still is.
    assert_eq!(client("--embed ollama").unwrap(), (LlmClient::None, false));
    let named = "--embed ollama --llm-prompt-reasoning-model gemma3:4b";
    assert_eq!(client(named).unwrap(), (LlmClient::Ollama, true));
    assert_eq!(client("--embed ollama --llm-client ollama").unwrap(), (LlmClient::Ollama, true));
    assert_eq!(client("--embed ollama --llm-client none").unwrap(), (LlmClient::None, false));
}

#[test]
fn one_address_is_not_taken_for_two_providers() {
    let here = "tool --llm-endpoint http://127.0.0.1:1/v1 --embed ollama --llm-client compatible";
    let error = settings(here).unwrap_err();
    assert_eq!(error.code, "invalid_usage");
    assert!(error.hint.unwrap().contains("--llm-embed-endpoint"));
    let both = format!("{here} --llm-embed-endpoint http://127.0.0.1:2");
    let settings = settings(&both).unwrap();
    assert_eq!(settings.endpoint.as_deref(), Some("http://127.0.0.1:1/v1"));
}

#[test]
fn options_that_would_have_no_effect_or_make_no_sense_are_refused() {
    for (line, code) in [
        ("tool --llm-client recorded", "no_recording"),
        ("tool --llm-client ollama --llm-recorded a.jsonl", "invalid_usage"),
        ("tool --llm-client none --llm-record a.jsonl", "invalid_usage"),
        ("tool --llm-price cheap", "invalid_usage"),
        ("tool --llm-price=-1/2", "invalid_usage"),
        ("tool --llm-timeout soon", "invalid_duration"),
    ] {
        assert_eq!(settings(line).unwrap_err().code, code, "{line}");
    }
    let recorded = settings("tool --llm-recorded a.jsonl").unwrap();
    assert_eq!(recorded.client, LlmClient::Recorded);
}
