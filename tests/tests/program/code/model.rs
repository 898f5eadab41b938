//! Code found by meaning, by a model that a small server stands in for.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use fault_tests::upstream::{self, Upstream};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};

use super::Project;

/// A server of embeddings in OpenAI's form, and what it was sent.
struct Model {
    server: Upstream,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Model {
    async fn start() -> Self {
        let asked: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let ears = Arc::clone(&asked);
        let server = upstream::raw(move |stream| {
            let ears = Arc::clone(&ears);
            async move {
                let answer = service_fn(move |request| answered(request, Arc::clone(&ears)));
                let builder = auto::Builder::new(TokioExecutor::new());
                // A client may go away at any time.
                let _ = builder.serve_connection(TokioIo::new(stream), answer).await;
            }
        })
        .await;
        Self { server, asked }
    }

    /// The options that lead to it.
    fn options(&self) -> String {
        let endpoint = self.server.url("/v1");
        format!("--embed compatible --llm-endpoint {endpoint} --llm-embed-model small")
    }
}

async fn answered(
    request: Request<Incoming>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let key = request.headers().get("authorization").and_then(|key| key.to_str().ok());
    let key = key.unwrap_or_default().to_owned();
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let texts = body["input"].as_array().cloned().unwrap_or_default();
    let data: Vec<Value> = texts.iter().enumerate().map(vector).collect();
    asked.lock().expect("nobody panics here").push((key, body));
    let answer = json!({
        "object": "list", "model": "small", "data": data,
        "usage": { "prompt_tokens": 1, "total_tokens": 1 },
    });
    let response = Response::builder().header("content-type", "application/json");
    Ok(response.body(Full::new(answer.to_string().into())).expect("it is well formed"))
}

/// What the model takes a text to mean: trying again, selling, or something else.
fn vector((index, text): (usize, &Value)) -> Value {
    let text = text.as_str().unwrap_or_default().to_lowercase();
    let means = |words: &[&str]| f32::from(u8::from(words.iter().any(|word| text.contains(word))));
    let vector = [means(&["attempt", "retry"]), means(&["order", "basket"]), 0.1];
    json!({ "object": "embedding", "index": index, "embedding": vector })
}

#[tokio::test]
async fn code_is_found_by_meaning_where_a_model_is_given_and_the_key_stays_secret() {
    let (project, model) = (Project::new(), Model::start().await);
    let key = "key-that-nobody-sees";
    let index = project.call("index", &model.options()).env("FAULT_LLM_API_KEY", key);
    let indexed = index.outcome().await.done();
    assert!(indexed.stdout.contains("is searched by words and by meaning: "), "{indexed:?}");

    // No word of this is in the code.
    let search = project.search("retry").words(&model.options()).env("FAULT_LLM_API_KEY", key);
    let found = search.outcome().await.done();
    assert!(
        found.stdout.contains(" function attempt_repeatedly\n   no. 1 by meaning\n"),
        "{found:?}"
    );
    assert!(!found.stdout.contains("by words alone"), "{found:?}");
    for said in [&indexed.stdout, &indexed.stderr, &found.stdout, &found.stderr] {
        assert!(!said.contains(key), "{said}");
    }
    let asked = model.asked.lock().expect("nobody panics here");
    assert!(asked.iter().all(|(sent, _)| *sent == format!("Bearer {key}")), "{asked:?}");
    let sent = asked.iter().flat_map(|(_, body)| body["input"].as_array().cloned());
    assert!(sent.flatten().any(|text| text.to_string().contains("attempt_repeatedly")));
}

#[tokio::test]
async fn a_model_that_is_gone_leaves_what_words_find_and_the_answer_says_so() {
    let (project, model) = (Project::new(), Model::start().await);
    let options = format!("{} --llm-embed-model-dim 3", model.options());
    project.call("index", &options).outcome().await.done();
    drop(model);
    // Nobody listens there, which no patience mends.
    let found = project.search("order").words(&options).outcome().await.done();
    assert!(found.stdout.contains("Orders.place"), "{found:?}");
    assert!(found.stdout.contains("(found by words alone: "), "{found:?}");
}

#[tokio::test]
async fn without_being_told_to_no_code_is_sent_to_a_model() {
    let (project, model) = (Project::new(), Model::start().await);
    let endpoint = model.server.url("/v1");
    let index = project.call("index", "").env("FAULT_LLM_ENDPOINT", endpoint.as_str());
    index.env("OPENAI_API_KEY", "key").env("FAULT_LLM_API_KEY", "key").outcome().await.done();
    assert!(model.asked.lock().expect("nobody panics here").is_empty());
}
