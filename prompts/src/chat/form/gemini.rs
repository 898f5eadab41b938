//! The form of Gemini's `generateContent`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Asking, Said};
use crate::chat::usage::Spent;
use crate::connection::Connection;
use crate::patience::Failed;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<Feedback>,
    usage_metadata: Option<Usage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    content: Content,
    finish_reason: Option<String>,
    finish_message: Option<String>,
}

#[derive(Default, Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    /// Whether it is what the model thinks.
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    prompt_token_count: Option<u64>,
    candidates_token_count: Option<u64>,
    thoughts_token_count: Option<u64>,
}

pub(super) async fn ask(connection: &Connection, asking: Asking<'_>) -> Result<Said, Failed> {
    // Its lists of models put `models/` before each name.
    let model = connection.model.strip_prefix("models/").unwrap_or(&connection.model);
    let path = format!("models/{model}:generateContent");
    let answer: Answer = connection.ask(&path, &question(connection, asking)).await?;
    let asked = connection.asked();
    if let Some(reason) = answer.prompt_feedback.and_then(|feedback| feedback.block_reason) {
        return Err(asked.declined(&format!("it blocks the question ({reason})")));
    }
    let candidate = answer.candidates.into_iter().next();
    let candidate = candidate.ok_or_else(|| asked.bad_answer("it holds no candidate"))?;
    match candidate.finish_reason.as_deref() {
        None | Some("STOP" | "FINISH_REASON_UNSPECIFIED") => {}
        Some("MAX_TOKENS" | "CONTINUATION") => return Err(asked.too_long()),
        Some(reason @ ("OTHER" | "MALFORMED_RESPONSE" | "MALFORMED_FUNCTION_CALL")) => {
            return Err(asked.bad_answer(&format!("it ended with {reason}")));
        }
        Some(reason) => {
            let more = candidate.finish_message.map(|more| format!(": {more}")).unwrap_or_default();
            return Err(asked.declined(&format!("{reason}{more}")));
        }
    }
    let parts = candidate.content.parts.into_iter().filter(|part| !part.thought);
    let text = parts.filter_map(|part| part.text).collect();
    let spent = answer.usage_metadata.map(|usage| Spent {
        input: usage.prompt_token_count,
        output: usage
            .candidates_token_count
            .map(|tokens| tokens + usage.thoughts_token_count.unwrap_or(0)),
        cost: None,
    });
    Ok(Said { text, spent: spent.unwrap_or_default() })
}

fn question(connection: &Connection, asking: Asking<'_>) -> Value {
    let system = asking.system(connection.provider);
    let turn = |(role, text)| json!({"role": role, "parts": [{"text": text}]});
    let turns: Vec<Value> = asking.turns("model").into_iter().map(turn).collect();
    let mut settings = json!({
        "maxOutputTokens": asking.most_output,
        "responseMimeType": "application/json",
    });
    if let Some(schema) = asking.schema(connection.provider) {
        settings["responseJsonSchema"] = schema;
    }
    json!({
        "systemInstruction": {"parts": [{"text": system}]},
        "contents": turns,
        "generationConfig": settings,
    })
}
