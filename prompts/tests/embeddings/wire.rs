//! What each provider documents of embeddings: the questions it takes, and its answers.

use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

/// The key that the providers take.
pub(crate) const KEY: &str = "sk-test-0123456789";

/// How long the vectors of a model are that has one length only.
const FIXED: usize = 8;

/// What is wrong with a question, as a status and a reason.
pub(crate) type Wrong = (u16, String);

/// How the vectors of an answer are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vectors {
    Right,
    /// One too few.
    Fewer,
    /// Each too short by one.
    Shorter,
    /// Made of nothing but zeros.
    Zero,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenAiQuestion {
    input: Vec<String>,
    model: String,
    encoding_format: Option<String>,
    dimensions: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GeminiQuestion {
    requests: Vec<GeminiText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct GeminiText {
    model: String,
    content: GeminiContent,
    task_type: Option<String>,
    output_dimensionality: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GeminiContent {
    parts: Vec<GeminiPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GeminiPart {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OllamaQuestion {
    model: String,
    input: Vec<String>,
    dimensions: Option<usize>,
    truncate: Option<bool>,
}

/// The answer to a question at a path, or what is wrong with it.
pub(crate) fn answer(
    path: &str,
    headers: &HeaderMap,
    body: &Value,
    vectors: Vectors,
) -> Result<Value, Wrong> {
    if header(headers, "content-type") != Some("application/json") {
        return Err((415, "this takes JSON only".to_owned()));
    }
    match path {
        "/v1/embeddings" => openai(headers, read(body)?, vectors),
        "/api/embed" => ollama(&read(body)?, vectors),
        _ => {
            let model = path.strip_prefix("/v1beta/models/");
            let model = model.and_then(|rest| rest.strip_suffix(":batchEmbedContents"));
            gemini(model.ok_or((404, format!("no {path}")))?, headers, read(body)?, vectors)
        }
    }
}

fn openai(headers: &HeaderMap, question: OpenAiQuestion, kind: Vectors) -> Result<Value, Wrong> {
    let model = question.model.as_str();
    let has_key = header(headers, "authorization") == Some(&format!("Bearer {KEY}"));
    check(has_key || model == "local", 401, "wrong key")?;
    check((1..=2048).contains(&question.input.len()), 400, "too many or no texts")?;
    check(question.input.iter().all(|text| !text.is_empty()), 400, "an empty text")?;
    let format = question.encoding_format.as_deref().unwrap_or("float");
    check(format == "float", 400, "a format that is not asked for here")?;
    let can_be_cut = model.starts_with("text-embedding-3-");
    let length = if can_be_cut { question.dimensions.unwrap_or(1536) } else { FIXED };
    let found = made(&question.input, length, kind);
    let data = found.into_iter().enumerate().rev().map(
        |(index, embedding)| json!({"object": "embedding", "index": index, "embedding": embedding}),
    );
    let usage = json!({"prompt_tokens": 3, "total_tokens": 3});
    let data: Vec<_> = data.collect();
    Ok(json!({"object": "list", "data": data, "model": model, "usage": usage}))
}

fn gemini(
    model: &str,
    headers: &HeaderMap,
    question: GeminiQuestion,
    kind: Vectors,
) -> Result<Value, Wrong> {
    check(header(headers, "x-goog-api-key") == Some(KEY), 403, "wrong key")?;
    check((1..=100).contains(&question.requests.len()), 400, "too many or no texts")?;
    let tasks = ["RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY", "CODE_RETRIEVAL_QUERY"];
    for text in &question.requests {
        check(text.model == format!("models/{model}"), 400, "another model")?;
        check(text.content.parts.len() == 1, 400, "not one part")?;
        check(!text.content.parts[0].text.is_empty(), 429, "an empty text")?;
        let task = text.task_type.as_deref();
        check(task.is_none_or(|task| tasks.contains(&task)), 400, "no such task")?;
    }
    let length = question.requests[0].output_dimensionality.unwrap_or(3072);
    let texts: Vec<_> =
        question.requests.into_iter().flat_map(|text| text.content.parts).map(|p| p.text).collect();
    let found = made(&texts, length, kind).into_iter();
    let embeddings: Vec<_> = found.map(|values| json!({"values": values})).collect();
    Ok(json!({"embeddings": embeddings}))
}

fn ollama(question: &OllamaQuestion, kind: Vectors) -> Result<Value, Wrong> {
    check(question.model == "nomic-embed-text", 404, "model not found")?;
    check(question.truncate != Some(false), 400, "a long text would be refused")?;
    let length = question.dimensions.unwrap_or(768).min(768);
    Ok(json!({
        "model": question.model,
        "embeddings": made(&question.input, length, kind),
        "total_duration": 14_143_917,
        "load_duration": 1_019_500,
        "prompt_eval_count": 8,
    }))
}

/// Vectors that are alike for texts that are, and not of length 1.
fn made(texts: &[String], length: usize, kind: Vectors) -> Vec<Vec<f32>> {
    let count = texts.len() - usize::from(kind == Vectors::Fewer);
    let length = length - usize::from(kind == Vectors::Shorter);
    let vector = |text: &String| {
        let mut vector = vec![0.0; length];
        for (at, byte) in text.bytes().enumerate() {
            vector[(at * 7 + usize::from(byte)) % length] += f32::from(byte) - 90.0;
        }
        if kind == Vectors::Zero { vec![0.0; length] } else { vector }
    };
    texts.iter().take(count).map(vector).collect()
}

fn read<T: for<'a> Deserialize<'a>>(body: &Value) -> Result<T, Wrong> {
    T::deserialize(body).map_err(|reason| (400, reason.to_string()))
}

fn check(holds: bool, status: u16, reason: &str) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err((status, reason.to_owned())) }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
