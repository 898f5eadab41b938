//! What both reviews answer.

use std::fmt::{Display, Formatter, Write};

use fault_prompts::Usage;
use fault_scenario::{Verdict, results::Counts};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::model::Outcome;
use crate::{
    analyst::{AnalysisBy, HostTask},
    context::Context,
    digest,
    error::ToolError,
};

/// How long an answer is at most, in bytes.
const MOST: usize = 18_000;

/// A review.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Answer {
    /// What the run shows.
    pub(crate) run_verdict: Verdict,
    /// How many tests there were of each verdict.
    pub(crate) tests: Counts,
    /// The review in a few lines.
    pub(crate) summary: String,
    /// The review in short, as Markdown. Its figures are computed from the results; statements name
    /// tests as S1, S2, ... and places of the code as C1, C2, ...
    pub(crate) review: String,
    /// Whether the end of that is cut off.
    pub(crate) cut: bool,
    /// The file with the whole review, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<String>,
    /// Where the whole review is, or how to get it.
    pub(crate) next: String,
    /// Who did the reasoning: `model`, one that this program asked; or `host`: rules did what is
    /// there, and you do the rest by the tasks.
    pub(crate) analysis_by: AnalysisBy,
    /// What the model took: tokens, money and time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) usage: Option<Usage>,
    /// What is to be known of this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// What is left to do, as a model would have been asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tasks: Vec<Task>,
}

/// A part of the review that is left to do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Task {
    /// What a model would have been asked.
    instructions: String,
    /// The JSON Schema of its answer.
    #[schemars(with = "Map<String, Value>")]
    answer_schema: Value,
}

impl Answer {
    /// The answer of a review; an error if a model failed, once the report is written.
    pub(crate) fn of(
        context: &Context,
        tests: (Verdict, Counts),
        summary: String,
        review: String,
        report: Option<String>,
        outcome: Outcome,
    ) -> Result<Self, ToolError> {
        if let Some(mut error) = outcome.failed {
            if let Some(report) = &report {
                error.message.push_str(&format!(
                    "; {report} is written all the same, and says which parts the model did not answer"
                ));
            }
            return Err(error);
        }
        let note = outcome.usage.is_none().then(|| how_to_configure(context));
        let tasks: Vec<Task> = outcome.tasks.into_iter().map(Task::of).collect();
        let length: usize = tasks.iter().map(Task::length).sum();
        let (review, cut) = digest::capped(review, MOST.saturating_sub(length).max(MOST / 3));
        let next = match &report {
            Some(path) => format!("the whole review is in {path}"),
            None => "give `report`, the name of a file that ends in .md, to have the whole review"
                .to_owned(),
        };
        let analysis_by =
            if outcome.usage.is_some() { AnalysisBy::Model } else { AnalysisBy::Host };
        let (run_verdict, tests) = tests;
        let usage = outcome.usage;
        Ok(Self {
            run_verdict,
            tests,
            summary,
            review,
            cut,
            report,
            next,
            analysis_by,
            usage,
            note,
            tasks,
        })
    }
}

/// Why no model was asked, and what would configure one.
fn how_to_configure(context: &Context) -> String {
    let settings = &context.state().llm().settings;
    let variable = settings.client.key_variable().unwrap_or("OPENAI_API_KEY");
    format!(
        "no model is configured, so that what is said follows from figures and rules; the tasks say \
         what is left to do. Set {variable}, or start the program with `--llm-client`, and a model \
         is asked"
    )
}

impl Task {
    fn of(task: HostTask) -> Self {
        Self { instructions: task.instructions, answer_schema: task.answer_schema }
    }

    fn length(&self) -> usize {
        self.instructions.len() + self.answer_schema.to_string().len() + 200
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.review.trim_end())?;
        if self.cut {
            f.write_str("\n\n(cut off)")?;
        }
        write!(f, "\n\n{}.", self.next)?;
        if let Some(usage) = &self.usage {
            let tokens =
                |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |it| it.to_string());
            write!(
                f,
                " Analysis by {}: {} tokens in, {} out",
                usage.model,
                tokens(usage.input_tokens),
                tokens(usage.output_tokens)
            )?;
            if let Some(cost) = usage.cost_usd {
                write!(f, ", {cost:.4} USD")?;
            }
            f.write_char('.')?;
        }
        if let Some(note) = &self.note {
            write!(f, "\n\nNote: {note}.")?;
        }
        for (task, number) in self.tasks.iter().zip(1..) {
            let Task { instructions, answer_schema } = task;
            write!(
                f,
                "\n\n## Task {number}\n\n{instructions}\n\nAnswer by this JSON Schema: {answer_schema}"
            )?;
        }
        Ok(())
    }
}
