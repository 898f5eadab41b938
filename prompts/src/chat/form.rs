//! How each provider is asked in words, and how it answers.

mod anthropic;
mod gemini;
mod ollama;
mod openai;

use serde_json::{Value, json};

use super::schema;
use super::usage::Spent;
use crate::access::Provider;
use crate::connection::Connection;
use crate::patience::Failed;
use crate::question::Rendered;

/// What a model wrote, and what it took.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) spent: Spent,
}

/// What is asked in one call.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) question: &'a Rendered,
    /// The former answer, and what the model is told of it.
    pub(super) repair: Option<(&'a str, &'a str)>,
    pub(super) most_output: u32,
    pub(super) manner: Manner,
}

/// How a provider wants to be asked. It is found out by asking: servers that resemble OpenAI's
/// differ in what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// Whether it takes the schema of the answer.
    pub(super) takes_schema: bool,
    /// Whether the limit of tokens has the other of its two names.
    pub(super) other_limit: bool,
}

impl Manner {
    pub(super) const USUAL: Self = Self { takes_schema: true, other_limit: false };

    /// How to ask after a question was not taken; none where its manner was not the reason.
    pub(super) fn after(self, provider: Provider, failed: &Failed) -> Option<Self> {
        if failed.error.code != "llm_bad_request" {
            return None;
        }
        let message = failed.error.message.to_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| message.contains(word));
        let own_form =
            matches!(provider, Provider::Gemini | Provider::Ollama | Provider::Anthropic);
        if !own_form && !self.other_limit && names(&["max_tokens", "max_completion_tokens"]) {
            return Some(Self { other_limit: true, ..self });
        }
        let about_the_schema =
            names(&["schema", "response_format", "output_config", "structured output", "`format`"]);
        (self.takes_schema && about_the_schema).then_some(Self { takes_schema: false, ..self })
    }
}

impl Asking<'_> {
    /// The schema of the answer as the provider takes it, where it takes one.
    fn schema(&self, provider: Provider) -> Option<Value> {
        let taken = self.manner.takes_schema;
        taken.then(|| schema::portable(&self.question.schema, provider))
    }

    /// Who the model is, and the form of its answer where it is not told otherwise: servers of
    /// local models keep to a schema without showing it, and others may ignore it.
    fn system(&self, provider: Provider) -> String {
        let shown = matches!(provider, Provider::OpenAi | Provider::Gemini | Provider::Anthropic);
        let system = self.question.system.clone();
        if shown && self.manner.takes_schema {
            return system;
        }
        system + &schema::in_words(&schema::portable(&self.question.schema, provider))
    }

    /// What was said so far, after who the model is.
    fn turns(&self, assistant: &str) -> Vec<(String, String)> {
        let turn = |role: &str, text: &str| (role.to_owned(), text.to_owned());
        let mut turns = vec![turn("user", &self.question.user)];
        if let Some((answer, wrong)) = self.repair {
            turns.extend([turn(assistant, answer), turn("user", wrong)]);
        }
        turns
    }

    /// The same in the form that most share.
    fn messages(&self) -> Vec<Value> {
        let message = |(role, text)| json!({"role": role, "content": text});
        self.turns("assistant").into_iter().map(message).collect()
    }
}

/// Asks once.
pub(super) async fn ask(connection: &Connection, asking: Asking<'_>) -> Result<Said, Failed> {
    let said = match connection.provider {
        Provider::OpenAi | Provider::OpenRouter | Provider::Compatible => {
            openai::ask(connection, asking).await
        }
        Provider::Gemini => gemini::ask(connection, asking).await,
        Provider::Ollama => ollama::ask(connection, asking).await,
        Provider::Anthropic => anthropic::ask(connection, asking).await,
    }?;
    if said.text.trim().is_empty() {
        return Err(connection.asked().bad_answer("it is empty"));
    }
    Ok(said)
}
