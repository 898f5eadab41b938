//! What each provider documents of questions in words: those that it takes, and its answers.
//!
//! Every field is named: one that a provider does not know is an error, as it is there.

use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The key that the providers take.
pub(crate) const KEY: &str = "sk-test-0123456789";

/// What is wrong with a question, as a status and a reason.
pub(crate) type Wrong = (u16, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    role: String,
    content: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenAi {
    model: String,
    messages: Vec<Message>,
    /// OpenAI's own name of the limit, and the older one that all others know.
    max_completion_tokens: Option<u32>,
    max_tokens: Option<u32>,
    response_format: Option<ResponseFormat>,
    /// OpenRouter's.
    usage: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseFormat {
    #[serde(rename = "type")]
    kind: String,
    json_schema: JsonSchema,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonSchema {
    name: String,
    strict: bool,
    schema: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Anthropic {
    model: String,
    max_tokens: u32,
    system: String,
    messages: Vec<Message>,
    output_config: OutputConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputConfig {
    format: Format,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    #[serde(rename = "type")]
    kind: String,
    schema: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Gemini {
    system_instruction: Content,
    contents: Vec<Content>,
    generation_config: GenerationConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    role: Option<String>,
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct GenerationConfig {
    max_output_tokens: u32,
    response_mime_type: String,
    response_json_schema: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ollama {
    model: String,
    messages: Vec<Message>,
    stream: bool,
    format: Value,
    options: Options,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    num_predict: u32,
    num_ctx: u32,
}

/// The answer to a question at a path, or what is wrong with it.
pub(crate) fn answer(
    path: &str,
    headers: &HeaderMap,
    body: &Value,
    text: &str,
) -> Result<Value, Wrong> {
    check(header(headers, "content-type") == Some("application/json"), 415, "JSON only")?;
    match path {
        "/v1/chat/completions" | "/api/v1/chat/completions" => {
            openai(headers, read(body)?, text, path.starts_with("/api"))
        }
        "/v1/messages" => anthropic(headers, read(body)?, text),
        "/api/chat" => ollama(&read(body)?, text),
        _ => {
            let model = path.strip_prefix("/v1beta/models/");
            let model = model.and_then(|rest| rest.strip_suffix(":generateContent"));
            gemini(model.ok_or((404, format!("no {path}")))?, headers, &read(body)?, text)
        }
    }
}

fn openai(headers: &HeaderMap, asked: OpenAi, text: &str, router: bool) -> Result<Value, Wrong> {
    let local = asked.model == "local";
    let key = header(headers, "authorization") == Some(&format!("Bearer {KEY}"));
    check(key || local, 401, "wrong key")?;
    if local || router {
        check(asked.max_tokens == Some(500), 400, "no max_tokens")?;
    } else {
        check(asked.max_completion_tokens == Some(500), 400, "no max_completion_tokens")?;
        check(asked.max_tokens.is_none(), 400, "max_tokens is not supported with this model")?;
    }
    check(asked.usage == router.then(|| json!({"include": true})), 400, "usage")?;
    turns(&asked.messages, true)?;
    if let Some(format) = asked.response_format {
        check(format.kind == "json_schema", 400, "response_format")?;
        let JsonSchema { name, strict, schema } = format.json_schema;
        let sound = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
        check(name.chars().all(sound) && name.len() <= 64, 400, "response_format's name")?;
        check(strict, 400, "this schema can be kept to strictly")?;
        schema_of(&schema, &[])?;
    } else {
        check(asked.messages[0].content.contains("JSON Schema"), 400, "no form at all")?;
    }
    let mut usage = json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
            "completion_tokens_details": {"reasoning_tokens": 10}});
    if router {
        usage["cost"] = 0.25.into();
        usage["cost_details"] = json!({"upstream_inference_cost": null});
    }
    let message = json!({"role": "assistant", "content": text, "refusal": null});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop", "logprobs": null});
    Ok(json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000,
        "model": asked.model, "choices": [choice], "usage": usage}))
}

fn anthropic(headers: &HeaderMap, asked: Anthropic, text: &str) -> Result<Value, Wrong> {
    check(header(headers, "x-api-key") == Some(KEY), 401, "invalid x-api-key")?;
    check(header(headers, "anthropic-version") == Some("2026-10-21"), 400, "anthropic-version")?;
    check(headers.get("authorization").is_none(), 400, "two keys")?;
    check(asked.max_tokens == 500 && !asked.system.is_empty(), 400, "max_tokens")?;
    turns(&asked.messages, false)?;
    check(asked.output_config.format.kind == "json_schema", 400, "output_config.format")?;
    schema_of(&asked.output_config.format.schema, &[])?;
    Ok(json!({"id": "msg_1", "type": "message", "role": "assistant", "model": asked.model,
        "content": [{"type": "thinking", "thinking": "", "signature": "x"},
            {"type": "text", "text": text}],
        "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 70, "cache_creation_input_tokens": 10,
            "cache_read_input_tokens": 20, "output_tokens": 20}}))
}

fn gemini(model: &str, headers: &HeaderMap, asked: &Gemini, text: &str) -> Result<Value, Wrong> {
    check(header(headers, "x-goog-api-key") == Some(KEY), 403, "wrong key")?;
    check(model == "gemini-3.8-flash", 404, "no such model")?;
    let config = &asked.generation_config;
    check(config.response_mime_type == "application/json", 400, "responseMimeType")?;
    check(config.max_output_tokens == 500, 400, "maxOutputTokens")?;
    let keywords = ["format", "minimum", "maximum", "minItems", "maxItems"];
    schema_of(&config.response_json_schema, &keywords)?;
    check(asked.system_instruction.role.is_none(), 400, "systemInstruction")?;
    check(!asked.system_instruction.parts[0].text.is_empty(), 400, "systemInstruction")?;
    for (number, turn) in asked.contents.iter().enumerate() {
        let role = if number % 2 == 0 { "user" } else { "model" };
        check(turn.role.as_deref() == Some(role), 400, "roles take turns")?;
        check(!turn.parts[0].text.is_empty(), 400, "an empty part")?;
    }
    let parts = json!([{"text": "thinking {", "thought": true}, {"text": text}]);
    Ok(json!({
        "candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": "STOP",
            "index": 0}],
        "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 15,
            "thoughtsTokenCount": 5, "totalTokenCount": 120},
        "modelVersion": model, "responseId": "x",
    }))
}

fn ollama(asked: &Ollama, text: &str) -> Result<Value, Wrong> {
    check(asked.model == "gemma4", 404, "model not found")?;
    check(!asked.stream, 400, "it would stream")?;
    check(asked.options.num_predict == 500, 400, "num_predict")?;
    check(asked.options.num_ctx >= 8_192, 400, "too little room")?;
    turns(&asked.messages, true)?;
    check(asked.messages[0].content.contains("JSON Schema"), 400, "the model is told no form")?;
    schema_of(&asked.format, &[])?;
    Ok(json!({"model": asked.model, "created_at": "2026-11-21T12:00:00Z",
        "message": {"role": "assistant", "content": text}, "done_reason": "stop", "done": true,
        "total_duration": 5_000, "load_duration": 1_000, "prompt_eval_count": 100,
        "prompt_eval_duration": 1_000, "eval_count": 20, "eval_duration": 3_000}))
}

/// Whether each has its turn, and none is empty.
fn turns(messages: &[Message], system: bool) -> Result<(), Wrong> {
    let roles: Vec<_> = messages.iter().map(|message| message.role.as_str()).collect();
    let whole = ["system", "user", "assistant", "user"];
    let expected = if system { &whole[..] } else { &whole[1..] };
    let count = roles.len();
    let known = roles == expected || count + 2 == expected.len() && roles == expected[..count];
    check(known, 400, "roles take turns")?;
    check(messages.iter().all(|message| !message.content.is_empty()), 400, "an empty message")
}

/// Whether a schema holds nothing but what the provider takes, and each object is closed.
fn schema_of(schema: &Value, more: &[&str]) -> Result<(), Wrong> {
    const KNOWN: [&str; 9] = [
        "type",
        "description",
        "enum",
        "const",
        "items",
        "properties",
        "required",
        "anyOf",
        "additionalProperties",
    ];
    let fields = schema.as_object().ok_or((400, "a schema that is no object".to_owned()))?;
    for (name, value) in fields {
        let taken = KNOWN.contains(&name.as_str()) || more.contains(&name.as_str());
        check(taken, 400, &format!("Invalid schema: '{name}' is not permitted"))?;
        match name.as_str() {
            "items" => schema_of(value, more)?,
            "anyOf" => {
                for variant in value.as_array().into_iter().flatten() {
                    schema_of(variant, more)?;
                }
            }
            "properties" => closed(fields, value, more)?,
            _ => {}
        }
    }
    Ok(())
}

fn closed(fields: &Map<String, Value>, properties: &Value, more: &[&str]) -> Result<(), Wrong> {
    let open = fields.get("additionalProperties") != Some(&Value::Bool(false));
    check(!open, 400, "Invalid schema: additionalProperties has to be false")?;
    let properties = properties.as_object().into_iter().flatten();
    for (name, property) in properties {
        let required =
            fields["required"].as_array().is_some_and(|all| all.iter().any(|it| it == name));
        check(required, 400, "Invalid schema: not all properties are required")?;
        schema_of(property, more)?;
    }
    Ok(())
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
