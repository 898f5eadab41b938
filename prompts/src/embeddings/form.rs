//! How each provider writes questions for vectors, and its answers.
//!
//! Gemini and Ollama are asked in their own forms: those know the purpose of a text (Gemini), and
//! cut what is too long for the model (Ollama).

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Purpose, known};
use crate::access::Provider;
use crate::connection::Connection;
use crate::patience::Failed;

/// An answer of OpenAI's form. Its vectors may come in any order.
#[derive(Deserialize)]
struct OpenAiAnswer {
    data: Vec<OpenAiVector>,
}

#[derive(Deserialize)]
struct OpenAiVector {
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct GeminiAnswer {
    embeddings: Vec<GeminiVector>,
}

#[derive(Deserialize)]
struct GeminiVector {
    values: Vec<f32>,
}

#[derive(Deserialize)]
struct OllamaAnswer {
    embeddings: Vec<Vec<f32>>,
}

/// Asks for the vectors of some texts, each with the number of its text.
pub(super) async fn ask(
    connection: &Connection,
    texts: &[String],
    purpose: Purpose,
    dimension: Option<usize>,
) -> Result<Vec<(usize, Vec<f32>)>, Failed> {
    let model = connection.model.as_str();
    match connection.provider {
        Provider::Anthropic => {
            Err(connection.asked().failed_to_ask("it has no interface for embeddings"))
        }
        Provider::OpenAi | Provider::OpenRouter | Provider::Compatible => {
            let question = openai(model, texts, dimension);
            let answer: OpenAiAnswer = connection.ask("embeddings", &question).await?;
            Ok(answer.data.into_iter().map(|vector| (vector.index, vector.embedding)).collect())
        }
        Provider::Gemini => {
            let path = format!("models/{model}:batchEmbedContents");
            let question = gemini(model, texts, purpose, dimension);
            let answer: GeminiAnswer = connection.ask(&path, &question).await?;
            Ok(answer.embeddings.into_iter().map(|vector| vector.values).enumerate().collect())
        }
        Provider::Ollama => {
            let question = ollama(model, texts, dimension);
            let answer: OllamaAnswer = connection.ask("api/embed", &question).await?;
            Ok(answer.embeddings.into_iter().enumerate().collect())
        }
    }
}

fn openai(model: &str, texts: &[String], dimension: Option<usize>) -> Value {
    let question = json!({"model": model, "input": texts, "encoding_format": "float"});
    with(question, "dimensions", dimension)
}

fn ollama(model: &str, texts: &[String], dimension: Option<usize>) -> Value {
    with(json!({"model": model, "input": texts, "truncate": true}), "dimensions", dimension)
}

fn gemini(model: &str, texts: &[String], purpose: Purpose, dimension: Option<usize>) -> Value {
    let one = |text: &String| {
        let content = json!({"parts": [{"text": text}]});
        let mut question = json!({"model": format!("models/{model}"), "content": content});
        if let Some(task) = known::task(model, purpose) {
            question["taskType"] = task.into();
        }
        with(question, "outputDimensionality", dimension)
    };
    json!({"requests": texts.iter().map(one).collect::<Vec<_>>()})
}

fn with(mut question: Value, name: &str, dimension: Option<usize>) -> Value {
    if let Some(dimension) = dimension {
        question[name] = dimension.into();
    }
    question
}
