//! The form of OpenAI's chat completions, which OpenRouter and many servers speak.
//!
//! It is this one and not the newer one of "responses", because all of them know it. No temperature
//! is asked for: models that reason refuse it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Asking, Said};
use crate::access::Provider;
use crate::chat::schema;
use crate::chat::usage::Spent;
use crate::connection::Connection;
use crate::patience::Failed;

#[derive(Deserialize)]
struct Answer {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    message: Message,
    finish_reason: Option<String>,
    /// OpenRouter's word on a model that failed on its way.
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
struct Message {
    content: Option<Content>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    /// Some servers answer in parts, one of which may be what the model thinks.
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    /// OpenRouter tells it, in US dollars.
    cost: Option<f64>,
}

pub(super) async fn ask(connection: &Connection, asking: Asking<'_>) -> Result<Said, Failed> {
    let question = question(connection, asking);
    let answer: Value = connection.ask("chat/completions", &question).await?;
    let asked = connection.asked();
    // OpenRouter has begun to answer, with status 200, before a model fails.
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        return Err(asked.reported(error));
    }
    let answer: Answer = connection.read(answer)?;
    let spent = answer.usage.map(|usage| Spent {
        input: usage.prompt_tokens,
        output: usage.completion_tokens,
        cost: usage.cost.filter(|_| connection.provider == Provider::OpenRouter),
    });
    let choice = answer.choices.into_iter().next();
    let choice = choice.ok_or_else(|| asked.bad_answer("it holds no choice"))?;
    if let Some(error) = choice.error.filter(|error| !error.is_null()) {
        return Err(asked.reported(&error));
    }
    if let Some(refusal) = choice.message.refusal.filter(|refusal| !refusal.is_empty()) {
        return Err(asked.declined(&refusal));
    }
    match choice.finish_reason.as_deref() {
        Some("length") => return Err(asked.too_long()),
        Some("content_filter") => return Err(asked.declined("its filter of content holds it back")),
        _ => {}
    }
    let text = match choice.message.content {
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => parts.into_iter().filter_map(|part| part.text).collect(),
        None => String::new(),
    };
    Ok(Said { text, spent: spent.unwrap_or_default() })
}

fn question(connection: &Connection, asking: Asking<'_>) -> Value {
    let provider = connection.provider;
    let mut messages = vec![json!({"role": "system", "content": asking.system(provider)})];
    messages.extend(asking.messages());
    let mut question = json!({"model": connection.model, "messages": messages});
    // OpenAI has renamed the limit, and its newer models refuse the old name; others know that one.
    let renamed = (provider == Provider::OpenAi) != asking.manner.other_limit;
    let limit = if renamed { "max_completion_tokens" } else { "max_tokens" };
    question[limit] = asking.most_output.into();
    if let Some(schema) = asking.schema(provider) {
        let (name, strict) = (schema::name(asking.question.question), schema::is_closed(&schema));
        let schema = json!({"name": name, "strict": strict, "schema": schema});
        question["response_format"] = json!({"type": "json_schema", "json_schema": schema});
    }
    if provider == Provider::OpenRouter {
        question["usage"] = json!({"include": true});
    }
    question
}
