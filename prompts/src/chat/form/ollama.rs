//! The form of Ollama's `/api/chat`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Asking, Said};
use crate::chat::usage::Spent;
use crate::connection::Connection;
use crate::patience::Failed;

/// How many bytes a token of source code has at least, roughly.
const BYTES_OF_A_TOKEN: usize = 3;

/// How much room for an answer is asked for: more than answers have, and less than what a model of
/// a small machine cannot hold.
const ROOM_TO_ANSWER: usize = 4_096;

/// The smallest room that is asked for.
const LEAST_ROOM: usize = 8_192;

#[derive(Deserialize)]
struct Answer {
    message: Message,
    done_reason: Option<String>,
    prompt_eval_count: Option<u64>,
    eval_count: Option<u64>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: String,
}

pub(super) async fn ask(connection: &Connection, asking: Asking<'_>) -> Result<Said, Failed> {
    let answer: Answer = connection.ask("api/chat", &question(connection, asking)).await?;
    if answer.done_reason.as_deref() == Some("length") {
        return Err(connection.asked().too_long());
    }
    // What it has in its cache it does not count.
    let spent = Spent { input: answer.prompt_eval_count, output: answer.eval_count, cost: None };
    Ok(Said { text: answer.message.content, spent })
}

fn question(connection: &Connection, asking: Asking<'_>) -> Value {
    let mut messages =
        vec![json!({"role": "system", "content": asking.system(connection.provider)})];
    messages.extend(asking.messages());
    let bytes: usize = messages.iter().map(|message| message.to_string().len()).sum();
    let mut question = json!({
        "model": connection.model,
        "messages": messages,
        "stream": false,
        "options": {"num_predict": asking.most_output, "num_ctx": room(bytes)},
    });
    if let Some(schema) = asking.schema(connection.provider) {
        question["format"] = schema;
    }
    question
}

/// How many tokens the model is to hold. Ollama cuts a question that does not fit without a word,
/// and loads the model anew for each other number: hence the powers of two.
fn room(bytes: usize) -> usize {
    (bytes / BYTES_OF_A_TOKEN + ROOM_TO_ANSWER).next_power_of_two().max(LEAST_ROOM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_the_question_and_an_answer() {
        assert_eq!(room(100), 8_192);
        assert_eq!(room(30_000), 16_384);
        assert_eq!(room(100_000), 65_536);
    }
}
