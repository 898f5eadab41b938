//! Questions in words over real HTTP, against a server that takes nothing but what each provider
//! documents.

#[path = "chat/answers.rs"]
mod answers;
#[path = "chat/forms.rs"]
mod forms;
#[path = "chat/recordings.rs"]
mod recordings;
#[path = "chat/refusals.rs"]
mod refusals;
#[path = "chat/server.rs"]
mod server;
#[path = "shared/stand.rs"]
mod stand;
#[path = "chat/troubles.rs"]
mod troubles;
#[path = "chat/wire.rs"]
mod wire;

use std::time::Duration;

use fault_prompts::{
    Access, Answered, Chat, ChatSettings, Key, ModelError, Patience, Provider, Rendered,
};
use serde::Deserialize;
use serde_json::{Value, json};

use server::{Call, Reply, Server};
use wire::KEY;

/// All of them, with the paths of their endpoints.
const PROVIDERS: [(Provider, &str); 6] = [
    (Provider::OpenAi, "/v1"),
    (Provider::Gemini, "/v1beta"),
    (Provider::OpenRouter, "/api/v1"),
    (Provider::Ollama, ""),
    (Provider::Anthropic, ""),
    (Provider::Compatible, "/v1/"),
];

/// An answer that fits.
const GOOD: &str = r#"{"score": 7, "parts": [{"name": "retry", "kind": "good"}], "note": null}"#;

/// Asks at once again, so that no test waits; what is longer than a minute is not waited for.
const EAGER: Patience = Patience {
    answer_within: Duration::from_secs(20),
    tries: 3,
    first_wait: Duration::ZERO,
    longest_wait: Duration::from_secs(60),
};

#[derive(Debug, PartialEq, Deserialize)]
struct Score {
    score: u32,
    parts: Vec<Part>,
    note: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Part {
    name: String,
    kind: String,
}

/// A question whose schema has what some provider refuses: references, limits and variants.
fn question() -> Rendered {
    let part = json!({"type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "description": "What it is."},
            "kind": {"oneOf": [{"const": "good", "type": "string"}, {"const": "bad", "type": "string"}]},
        },
        "required": ["name", "kind"], "additionalProperties": false});
    let schema: Value = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Score",
        "type": "object",
        "properties": {
            "score": {"type": "integer", "format": "uint32", "minimum": 0, "maximum": 100},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}, "maxItems": 9},
            "note": {"type": ["string", "null"]},
        },
        "required": ["score", "parts", "note"], "additionalProperties": false,
        "$defs": {"Part": part},
    });
    Rendered {
        question: "score-reliability",
        system: "You judge code.".to_owned(),
        user: "How good is `fetch()`?".to_owned(),
        schema,
    }
}

fn at_most_100(score: &Score) -> Result<(), String> {
    if score.score <= 100 { Ok(()) } else { Err("`score` is at most 100".to_owned()) }
}

fn settings(provider: Provider, server: &Server) -> ChatSettings {
    let path = PROVIDERS.iter().find(|(known, _)| *known == provider).map_or("", |(_, path)| path);
    let keyless = matches!(provider, Provider::Ollama | Provider::Compatible);
    let key = (!keyless).then(|| Key::new(KEY));
    let endpoint = Some(format!("{}{path}", server.address()));
    ChatSettings {
        access: Access { provider, endpoint, key },
        model: (provider == Provider::Compatible).then(|| "local".to_owned()),
        patience: EAGER,
        most_output: 500,
        price: None,
    }
}

fn open(provider: Provider, server: &Server) -> Chat {
    Chat::open(settings(provider, server)).expect("a model")
}

/// What becomes of the question when the server does this first, and the calls it took.
async fn outcome(
    provider: Provider,
    replies: Vec<Reply>,
) -> (Result<Answered<Score>, ModelError>, Vec<Call>) {
    let server = Server::start(replies).await;
    let answered = open(provider, &server).ask(&question(), at_most_100).await;
    (answered, server.calls())
}

/// The error of the question when the server does this, and how often it was called.
async fn error_of(provider: Provider, replies: Vec<Reply>) -> (ModelError, usize) {
    let (answered, calls) = outcome(provider, replies).await;
    (answered.expect_err("no answer"), calls.len())
}
