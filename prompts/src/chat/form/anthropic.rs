//! The form of Anthropic's messages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Asking, Said};
use crate::chat::usage::Spent;
use crate::connection::Connection;
use crate::patience::Failed;

#[derive(Deserialize)]
struct Answer {
    content: Vec<Block>,
    stop_reason: Option<String>,
    stop_details: Option<Value>,
    usage: Option<Usage>,
}

/// Blocks of text are the answer; others hold what the model thinks.
#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

/// What is sent is told in three parts, which exclude each other.
#[derive(Deserialize)]
struct Usage {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

pub(super) async fn ask(connection: &Connection, asking: Asking<'_>) -> Result<Said, Failed> {
    let mut question = json!({
        "model": connection.model,
        "max_tokens": asking.most_output,
        "system": asking.system(connection.provider),
        "messages": asking.messages(),
    });
    if let Some(schema) = asking.schema(connection.provider) {
        question["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
    }
    let answer: Answer = connection.ask("v1/messages", &question).await?;
    let asked = connection.asked();
    match answer.stop_reason.as_deref() {
        Some("max_tokens" | "model_context_window_exceeded") => return Err(asked.too_long()),
        Some("refusal") => {
            let details = answer.stop_details.unwrap_or_default();
            let said = |name: &str| details.get(name)?.as_str().map(str::to_owned);
            let why = said("explanation").or_else(|| said("category"));
            return Err(asked.declined(&why.unwrap_or_else(|| "it does not say why".to_owned())));
        }
        _ => {}
    }
    let texts = answer.content.into_iter().filter(|block| block.kind == "text");
    let text = texts.filter_map(|block| block.text).collect();
    let spent = answer.usage.map(|usage| {
        let cached = [usage.cache_creation_input_tokens, usage.cache_read_input_tokens];
        let cached: u64 = cached.into_iter().flatten().sum();
        let input = usage.input_tokens.map(|tokens| tokens + cached);
        Spent { input, output: usage.output_tokens, cost: None }
    });
    Ok(Said { text, spent: spent.unwrap_or_default() })
}
