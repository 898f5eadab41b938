//! Answers from a file, and into one: a line of JSON each, with the question and the answer.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fs_err::OpenOptions;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::error::{Kind, ModelError};

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    question: String,
    /// An object as it is, anything else as the text that the model wrote.
    answer: Value,
}

/// Answers that were recorded, in the order of each question.
pub(super) struct Recording {
    answers: HashMap<String, Answers>,
    lines: usize,
}

struct Answers {
    /// Each with the number of its line.
    texts: Vec<(usize, String)>,
    given: Mutex<usize>,
}

impl Recording {
    pub(super) fn read(text: &str) -> Result<Self, ModelError> {
        let mut answers: HashMap<String, Answers> = HashMap::new();
        let text = text.trim_start_matches('\u{feff}');
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let line: Line =
                serde_json::from_str(line).map_err(|reason| invalid(number, &reason))?;
            let text = match line.answer {
                Value::String(text) => text,
                value => value.to_string(),
            };
            let answers = answers
                .entry(line.question)
                .or_insert_with(|| Answers { texts: Vec::new(), given: Mutex::new(0) });
            answers.texts.push((number, text));
        }
        Ok(Self { answers, lines: text.lines().count() })
    }

    /// The next answer to a question.
    pub(super) fn next(&self, question: &str) -> Result<String, ModelError> {
        let Some(answers) = self.answers.get(question) else {
            let lines = self.lines;
            let what = format!("there is none to it in its {lines} lines");
            return Err(not_recorded(question, &what));
        };
        let mut given = lock(&answers.given);
        let Some((_, text)) = answers.texts.get(*given) else {
            let last = answers.texts.last().map_or(0, |(number, _)| *number);
            let what = format!("all of its {given} are given, the last of them in line {last}");
            return Err(not_recorded(question, &what));
        };
        *given += 1;
        Ok(text.clone())
    }
}

fn invalid(number: usize, reason: &serde_json::Error) -> ModelError {
    let reason = reason.to_string();
    // A line is read alone, so that its own count of lines says nothing.
    let reason = reason.replace(" at line 1 column ", " at column ");
    ModelError::new(
        Kind::RecordingInvalid,
        format!("line {number} of the recording is no answer: {reason}"),
        "each line is an object of JSON: {\"question\": \"its name\", \"answer\": {..}}",
    )
}

fn not_recorded(question: &str, what: &str) -> ModelError {
    ModelError::new(
        Kind::NotRecorded,
        format!("the recording has no further answer to the question {question}: {what}"),
        "record the answers anew, with a model, or add a line for this one",
    )
}

/// Where answers are recorded.
pub(super) struct Recorder {
    file: PathBuf,
}

impl Recorder {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file }
    }

    pub(super) async fn keep(&self, question: &str, text: &str) -> Result<(), ModelError> {
        let answer = match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Value::Object(object),
            _ => Value::String(text.to_owned()),
        };
        let line = Line { question: question.to_owned(), answer };
        let file = self.file.clone();
        let kept = spawn_blocking(move || append(&file, &line)).await;
        let kept = kept.unwrap_or_else(|_| Err(std::io::Error::other("the writer has stopped")));
        kept.map_err(|reason| {
            ModelError::new(
                Kind::RecordingFailed,
                format!("the answer cannot be recorded: {reason}"),
                "name a file in a folder that you may write to",
            )
        })
    }
}

/// The whole line at once, so that the lines of others do not mix with it.
fn append(file: &Path, line: &Line) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    OpenOptions::new().create(true).append(true).open(file)?.write_all(&text)
}

/// A count is right even if somebody has panicked with it.
fn lock(given: &Mutex<usize>) -> MutexGuard<'_, usize> {
    given.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_to_a_question_come_in_order_and_each_once() {
        let lines = "\u{feff}{\"question\": \"a\", \"answer\": {\"x\": 1}}\n\n\
                     {\"question\": \"b\", \"answer\": \"in words\"}\r\n\
                     {\"question\": \"a\", \"answer\": {\"x\": 2}}\n";
        let recording = Recording::read(lines).unwrap();
        assert_eq!(recording.next("a").unwrap(), r#"{"x":1}"#);
        assert_eq!(recording.next("b").unwrap(), "in words");
        assert_eq!(recording.next("a").unwrap(), r#"{"x":2}"#);
        let error = recording.next("a").unwrap_err();
        assert_eq!(error.code, "llm_not_recorded");
        assert!(error.message.ends_with("all of its 2 are given, the last of them in line 4"));
        let error = recording.next("c").unwrap_err();
        assert!(error.message.contains("question c: there is none to it in its 4 lines"));
    }

    #[test]
    fn a_line_that_is_no_answer_is_named() {
        let good = "{\"question\": \"a\", \"answer\": 1}\n";
        for wrong in ["{\"question\": \"a\"}", "{\"question\"", "[]", "{\"q\": 1}"] {
            let error = Recording::read(&format!("{good}\n{wrong}\n")).err().unwrap();
            assert_eq!(error.code, "llm_recording_invalid");
            assert!(error.message.starts_with("line 3 of the recording is no answer: "));
        }
        assert!(Recording::read(good).is_ok());
    }
}
