//! Questions in words, and typed answers, by a model somewhere else.

mod form;
mod known;
mod recording;
mod schema;
mod typed;
mod usage;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::access::{Access, Provider};
use crate::connection::{Connection, Use};
use crate::error::{Kind, ModelError};
use crate::patience::{Failed, Patience};
use crate::question::Rendered;
use crate::refusal::Asked;
use form::{Asking, Manner, Said};
use recording::{Recorder, Recording};
use usage::Spent;

pub use usage::{Price, Usage};

/// How much of a former answer a model is shown again, in bytes.
const LONGEST_REMINDER: usize = 64 << 10;

/// Which model answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatSettings {
    /// How its provider is reached.
    pub access: Access,
    /// The model. OpenAI has `gpt-6.1-terra` as the usual one, Gemini `gemini-3.8-flash`,
    /// Anthropic `claude-sonnet-5-5`, OpenRouter `openai/gpt-6.1-terra`, Ollama `gemma4`; a
    /// compatible endpoint has none.
    pub model: Option<String>,
    /// How long it is waited for. Models reason before they write, so that an answer takes minutes
    /// rather than seconds.
    pub patience: Patience,
    /// How many tokens an answer may have, the model's reasoning included.
    pub most_output: u32,
    /// What the model asks for, where the provider does not tell.
    pub price: Option<Price>,
}

/// A model that answers questions, or a recording of one.
pub struct Chat {
    name: String,
    source: Source,
    recorder: Option<Recorder>,
}

/// An answer, and what it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered<T> {
    /// The answer.
    pub answer: T,
    /// What it took.
    pub usage: Usage,
}

/// Where answers come from.
enum Source {
    Model(Box<Model>),
    Recording(Recording),
}

struct Model {
    connection: Connection,
    patience: Patience,
    most_output: u32,
    price: Option<Price>,
    /// What was found out of how it wants to be asked.
    manner: Mutex<Manner>,
}

impl Chat {
    /// Prepares a model; nothing is sent yet.
    pub fn open(settings: ChatSettings) -> Result<Self, ModelError> {
        let ChatSettings { access, model, patience, most_output, price } = settings;
        let provider = access.provider.name();
        let model = model.or_else(|| known::usual_model(access.provider).map(str::to_owned));
        let model = model.map(|model| model.trim().to_owned()).filter(|model| !model.is_empty());
        let model = model.ok_or_else(|| {
            let message = format!("{provider} has no usual model for questions");
            ModelError::new(Kind::ModelUnknown, message, "name the model that is to answer")
        })?;
        let name = format!("{provider}/{model}");
        let connection = Connection::new(&access, model, Use::Words)?;
        let manner = Mutex::new(Manner::USUAL);
        let model = Model { connection, patience, most_output, price, manner };
        Ok(Self { name, source: Source::Model(Box::new(model)), recorder: None })
    }

    /// Takes the answers from a recording: lines of JSON, each `{"question": .., "answer": ..}`.
    /// The answers to one question are given in order, each once.
    pub fn recorded(lines: &str) -> Result<Self, ModelError> {
        let source = Source::Recording(Recording::read(lines)?);
        Ok(Self { name: "recorded".to_owned(), source, recorder: None })
    }

    /// Appends every answer, as the model gave it, to a file: a recording of it.
    pub fn recording_to(self, file: PathBuf) -> Self {
        Self { recorder: Some(Recorder::new(file)), ..self }
    }

    /// Provider and model, such as `openai/gpt-6.1-terra`, or `recorded`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Asks a question. If the answer is not of the type, or `check` finds it wrong, the model is
    /// told so and asked once more.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        question: &Rendered,
        check: impl Fn(&T) -> Result<(), String>,
    ) -> Result<Answered<T>, ModelError> {
        let started = Instant::now();
        let mut usage = Usage { model: self.name.clone(), ..Usage::default() };
        let first = self.said(question, None, &mut usage).await?;
        let reason = match typed::read(&first, &check) {
            Ok(answer) => {
                usage.seconds = started.elapsed().as_secs_f64();
                return Ok(Answered { answer, usage });
            }
            Err(reason) => reason,
        };
        usage.repaired = true;
        let shown = &first[..first.floor_char_boundary(LONGEST_REMINDER)];
        let second =
            match self.said(question, Some((shown, &correction(&reason))), &mut usage).await {
                Ok(second) => second,
                // A recording without a second answer is wrong in its first.
                Err(error) if error.code == Kind::NotRecorded.code() => {
                    return Err(self.useless(&reason));
                }
                Err(error) => return Err(error),
            };
        let answer = typed::read(&second, &check).map_err(|reason| self.useless(&reason))?;
        usage.seconds = started.elapsed().as_secs_f64();
        Ok(Answered { answer, usage })
    }

    /// What is answered, recorded and counted.
    async fn said(
        &self,
        question: &Rendered,
        repair: Option<(&str, &str)>,
        usage: &mut Usage,
    ) -> Result<String, ModelError> {
        let said = match &self.source {
            Source::Model(model) => {
                let said = model.ask(question, repair).await?;
                usage.add(&said.spent.usage(model.price));
                said.text
            }
            Source::Recording(recording) => {
                let text = recording.next(question.question)?;
                usage.add(&Spent::default().usage(None));
                text
            }
        };
        if let Some(recorder) = &self.recorder {
            recorder.keep(question.question, &said).await?;
        }
        Ok(said)
    }

    fn useless(&self, reason: &str) -> ModelError {
        match &self.source {
            Source::Model(model) => model.connection.asked().of_no_use(reason),
            Source::Recording(_) => {
                Asked { name: &self.name, model: "", purpose: Use::Words, key: None }
                    .of_no_use(reason)
            }
        }
    }
}

/// What a model is told whose answer cannot be used.
fn correction(reason: &str) -> String {
    format!(
        "This answer cannot be used: {reason}. Give the whole answer again with that corrected, as \
         one JSON value of the form that was asked for, and nothing before or after it."
    )
}

impl Model {
    /// One answer, asked for as often as patience allows.
    async fn ask(
        &self,
        question: &Rendered,
        repair: Option<(&str, &str)>,
    ) -> Result<Said, ModelError> {
        let ask = || self.ask_once(question, repair);
        self.patience.ask(self.connection.provider.name(), ask).await
    }

    /// Asks once, and again at once in another manner where the first one is not taken.
    async fn ask_once(
        &self,
        question: &Rendered,
        repair: Option<(&str, &str)>,
    ) -> Result<Said, Failed> {
        let (provider, most_output): (Provider, u32) = (self.connection.provider, self.most_output);
        let mut manner = *self.manner.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let asking = Asking { question, repair, most_output, manner };
            let failed = match form::ask(&self.connection, asking).await {
                Ok(said) => {
                    *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
                    return Ok(said);
                }
                Err(failed) => failed,
            };
            manner = manner.after(provider, &failed).ok_or(failed)?;
        }
    }
}

impl fmt::Debug for Chat {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Chat").field(&self.name).finish()
    }
}
