//! Whoever reads code and figures with understanding: a model, or the one that called the tool.
//!
//! Without a model no tool fails: its answer has what static analysis found, and a [`HostTask`], by
//! which the model of the caller finishes the job.

use std::{fmt::Debug, future::Future, pin::pin, time::Duration};

use fault_prompts::{Answered, Question, Rendered, Usage, plain};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::time::{Instant, interval};

use crate::{context::Context, error::ToolError};

mod around;
mod basis;
mod piece;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    around::{Around, around},
    basis::{Basis, elsewhere, told as told_risks, without_rules, worst_first},
    piece::{MOST_CODE, Piece},
};

/// How often it is told that a model is waited for.
const TICK: Duration = Duration::from_secs(1);

/// The time after which half of the progress of an answer is told, in seconds. When it comes is
/// unknown, so that the rest is told ever more slowly.
const HALF: f64 = 15.0;

/// Who did the reasoning in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnalysisBy {
    /// A model that this program asked.
    Model,
    /// Nobody yet: the model that called has evidence and instructions to do it.
    Host,
}

/// What the calling model needs to finish the job.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct HostTask {
    /// What a model would have been asked.
    pub(crate) instructions: String,
    /// The JSON Schema of its answer.
    pub(crate) answer_schema: Value,
}

impl HostTask {
    /// What is left to do when a question is not asked.
    pub(crate) fn of(question: &Rendered) -> Self {
        let Rendered { system, user, schema, .. } = question;
        Self { instructions: format!("{system}\n\n{user}"), answer_schema: schema.clone() }
    }
}

/// Which of several questions is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its number, from 0.
    pub(crate) number: usize,
    /// How many there are.
    pub(crate) of: usize,
}

impl Step {
    /// The only question.
    pub(crate) const ONLY: Self = Self { number: 0, of: 1 };
}

/// Asks the model that is configured, and tells every second that it is waited for; nothing if none
/// is configured. `check` says what is wrong with an answer that has the right form.
pub(crate) async fn ask<T: DeserializeOwned + Send>(
    context: &Context,
    question: &Rendered,
    check: impl Fn(&T) -> Result<(), String> + Send + Sync,
) -> Result<Option<Answered<T>>, ToolError> {
    ask_step(context, question, Step::ONLY, check).await
}

/// The same, for one of several questions.
pub(crate) async fn ask_step<T: DeserializeOwned + Send>(
    context: &Context,
    question: &Rendered,
    step: Step,
    check: impl Fn(&T) -> Result<(), String> + Send + Sync,
) -> Result<Option<Answered<T>>, ToolError> {
    let llm = context.state().llm();
    let Some(chat) = llm.chat()? else { return Ok(None) };
    let asking = pin!(chat.ask(question, check));
    let answered = tokio::select! {
        answered = told(context, chat.name(), step, asking) => answered,
        () = context.cancelled() => return Err(ToolError::cancelled()),
    };
    answered.map(Some).map_err(|error| llm.failed(error))
}

/// Waits for an answer, and tells every second that it does.
async fn told<T>(
    context: &Context,
    name: &str,
    step: Step,
    mut asking: impl Future<Output = T> + Unpin,
) -> T {
    let (started, mut ticks) = (Instant::now(), interval(TICK));
    loop {
        tokio::select! {
            answered = &mut asking => return answered,
            _ = ticks.tick() => {
                let seconds = started.elapsed().as_secs();
                let waited = seconds as f64 / (seconds as f64 + HALF);
                let which = match step.of {
                    1 => String::new(),
                    of => format!(" ({} of {of})", step.number + 1),
                };
                let message = format!("asking {name}{which}, {seconds} s");
                context.progress().report(step.number as f64 + waited, step.of as f64, message);
            }
        }
    }
}

/// Why no model was asked, and what would configure one.
pub(crate) fn how_to_configure(context: &Context) -> String {
    let settings = &context.state().llm().settings;
    let variable = settings.client.key_variable().unwrap_or("OPENAI_API_KEY");
    format!(
        "no model is configured, so that the score and the findings are those of static analysis; \
         the instructions say what is left to do. Set {variable}, or start the program with \
         `--llm-client`, and a model is asked"
    )
}

/// What several questions took together.
pub(crate) fn sum(usages: impl IntoIterator<Item = Usage>) -> Option<Usage> {
    usages.into_iter().reduce(|mut sum, usage| {
        sum.add(&usage);
        sum
    })
}

/// A question of a name, about these arguments.
pub(crate) fn render(name: &str, arguments: &Value) -> Result<Rendered, ToolError> {
    let question = Question::named(name)
        .ok_or_else(|| ToolError::internal(format!("there is no question {name}")))?;
    question.render(arguments).map_err(|error| ToolError::internal(error.message))
}

/// What is wrong with a score that a model gave.
pub(crate) fn check_score(score: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&score) {
        return Ok(());
    }
    Err(format!("the score is {score}, and it must be from 0.0 to 1.0"))
}

/// What a model said, as it can be shown: without what terminals obey, and not without end.
pub(crate) fn clean(text: &str, most: usize) -> String {
    let plain = plain(text);
    let mut shown: String = plain.trim().chars().take(most).collect();
    if shown.len() < plain.trim().len() {
        shown.push_str("...");
    }
    shown
}
