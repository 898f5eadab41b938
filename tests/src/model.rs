//! A language model that says what it was told to, in the form of the provider that is asked.
//!
//! It refuses what the provider would refuse: another path, a missing key, a body without the model
//! or the question.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};

use crate::upstream::{Upstream, raw};

/// The key that every provider but Ollama wants.
pub const KEY: &str = "sk-of-the-test";

/// How many tokens each answer is said to have taken, of the question and of the answer.
pub const TOKENS: (u64, u64) = (120, 30);

/// What is answered: the first whose words are in the question.
pub type Script = Vec<(&'static str, Value)>;

/// A model that says what it was told to.
pub struct Model {
    /// The server.
    pub server: Upstream,
    asked: Arc<Mutex<Vec<Value>>>,
}

/// How a provider is asked.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// What `--llm-client` calls it.
    pub client: &'static str,
    /// The variable with its key, if it wants one.
    pub key: Option<&'static str>,
    /// The path that its endpoint ends in.
    pub base: &'static str,
    path: &'static str,
    header: &'static str,
    wrap: fn(&str) -> Value,
}

/// The forms of today's providers.
pub const FORMS: [Form; 6] = [
    Form {
        client: "open-ai",
        key: Some("OPENAI_API_KEY"),
        base: "/v1",
        path: "/v1/chat/completions",
        header: "authorization",
        wrap: openai,
    },
    Form {
        client: "open-router",
        key: Some("OPENROUTER_API_KEY"),
        base: "/api/v1",
        path: "/api/v1/chat/completions",
        header: "authorization",
        wrap: openai,
    },
    Form {
        client: "gemini",
        key: Some("GEMINI_API_KEY"),
        base: "/v1beta",
        path: "/v1beta/models/a-model:generateContent",
        header: "x-goog-api-key",
        wrap: gemini,
    },
    Form { client: "ollama", key: None, base: "", path: "/api/chat", header: "", wrap: ollama },
    Form {
        client: "anthropic",
        key: Some("ANTHROPIC_API_KEY"),
        base: "/v1",
        path: "/v1/messages",
        header: "x-api-key",
        wrap: anthropic,
    },
    Form {
        client: "compatible",
        key: Some("FAULT_LLM_API_KEY"),
        base: "/v1",
        path: "/v1/chat/completions",
        header: "authorization",
        wrap: openai,
    },
];

impl Model {
    /// A model of a form that answers by a script.
    pub async fn start(form: Form, script: Script) -> Self {
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (heard, script) = (Arc::clone(&asked), Arc::new(script));
        let server = raw(move |stream| {
            let (heard, script) = (Arc::clone(&heard), Arc::clone(&script));
            async move {
                let service = service_fn(move |request| {
                    let (heard, script) = (Arc::clone(&heard), Arc::clone(&script));
                    async move { Ok::<_, Infallible>(answer(form, &script, &heard, request).await) }
                });
                let builder = auto::Builder::new(TokioExecutor::new());
                // A client may go away at any time.
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            }
        })
        .await;
        Self { server, asked }
    }

    /// What `--llm-endpoint` is given.
    pub fn endpoint(&self, form: Form) -> String {
        self.server.url(form.base)
    }

    /// The questions so far, as they came.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(
    form: Form,
    script: &Script,
    heard: &Mutex<Vec<Value>>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let proof = header(form.header).unwrap_or_default();
    if head.uri.path() != form.path {
        return said(StatusCode::NOT_FOUND, &json!({ "error": { "message": head.uri.path() } }));
    }
    if form.key.is_some() && proof.trim_start_matches("Bearer ") != KEY {
        return said(StatusCode::UNAUTHORIZED, &json!({ "error": { "message": "a bad key" } }));
    }
    if form.client == "anthropic" && header("anthropic-version").is_none() {
        let error = json!({ "error": { "message": "anthropic-version: header is required" } });
        return said(StatusCode::BAD_REQUEST, &error);
    }
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let Ok(question) = serde_json::from_slice::<Value>(&body) else {
        return said(StatusCode::BAD_REQUEST, &json!({ "error": { "message": "no JSON" } }));
    };
    let text = question.to_string();
    heard.lock().unwrap_or_else(PoisonError::into_inner).push(question);
    match script.iter().find(|(words, _)| text.contains(words)) {
        Some((_, answer)) => said(StatusCode::OK, &(form.wrap)(&answer.to_string())),
        None => {
            said(StatusCode::BAD_REQUEST, &json!({ "error": { "message": "not in the script" } }))
        }
    }
}

fn said(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    response
}

fn openai(text: &str) -> Value {
    let (asked, told) = TOKENS;
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "a-model",
        "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": { "role": "assistant", "content": text, "refusal": null },
        }],
        "usage": { "prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told },
    })
}

fn gemini(text: &str) -> Value {
    let (asked, told) = TOKENS;
    json!({
        "candidates": [{
            "content": { "role": "model", "parts": [{ "text": text }] },
            "finishReason": "STOP", "index": 0,
        }],
        "usageMetadata": {
            "promptTokenCount": asked, "candidatesTokenCount": told,
            "totalTokenCount": asked + told,
        },
        "modelVersion": "a-model",
    })
}

fn ollama(text: &str) -> Value {
    let (asked, told) = TOKENS;
    json!({
        "model": "a-model", "created_at": "2026-11-21T00:00:00Z", "done": true,
        "done_reason": "stop", "message": { "role": "assistant", "content": text },
        "prompt_eval_count": asked, "eval_count": told,
    })
}

fn anthropic(text: &str) -> Value {
    let (asked, told) = TOKENS;
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "a-model",
        "content": [{ "type": "text", "text": text }],
        "stop_reason": "end_turn", "stop_sequence": null,
        "usage": { "input_tokens": asked, "output_tokens": told },
    })
}
