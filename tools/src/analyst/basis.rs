//! What every answer says of how it came about.

use std::fmt::{Display, Formatter};

use fault_indexer::risk::{Severity, checks_of};
use fault_prompts::{Rendered, Usage};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{AnalysisBy, HostTask, how_to_configure};
use crate::{context::Context, risks::Risk};

/// How many findings an answer has, and how many a model is told.
const ANSWERED: usize = 12;
const TOLD: usize = 40;

/// How an answer came about.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Basis {
    /// Who did the reasoning: `model`, one that this program asked; or `host`: you do, by the
    /// instructions.
    pub(crate) analysis_by: AnalysisBy,
    /// The model that answered, such as `openai/gpt-5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    /// What that took: tokens, money and time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) usage: Option<Usage>,
    /// What static analysis found, the worst first.
    pub(crate) evidence: Vec<Evidence>,
    /// How many findings more there are.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) evidence_left_out: usize,
    /// What is to be known of this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// What is left to do, as a model would have been asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instructions: Option<String>,
    /// The JSON Schema of the answer to the instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Map<String, Value>>")]
    pub(crate) answer_schema: Option<Value>,
}

/// A place that static analysis found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Evidence {
    /// The rule that it breaks.
    rule: String,
    /// How bad it is.
    severity: Severity,
    /// Its first line, counted from 1.
    first_line: usize,
    /// Its last line.
    last_line: usize,
    /// Its first line of code.
    code: String,
    /// What to do about it.
    fix: String,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl From<&Risk> for Evidence {
    fn from(risk: &Risk) -> Self {
        Self {
            rule: risk.rule.clone(),
            severity: risk.severity,
            first_line: risk.first_line,
            last_line: risk.last_line,
            code: risk.code.clone(),
            fix: risk.fix.clone(),
        }
    }
}

impl Basis {
    /// An answer that a model gave.
    pub(crate) fn by_model(risks: &[Risk], usage: Option<Usage>) -> Self {
        let model = usage.as_ref().map(|usage| usage.model.clone());
        Self { analysis_by: AnalysisBy::Model, model, usage, ..Self::of(risks) }
    }

    /// An answer that the calling model finishes, by a question that is not asked.
    pub(crate) fn by_host(context: &Context, risks: &[Risk], question: &Rendered) -> Self {
        let HostTask { instructions, answer_schema } = HostTask::of(question);
        Self {
            note: Some(how_to_configure(context)),
            instructions: Some(instructions),
            answer_schema: Some(answer_schema),
            ..Self::of(risks)
        }
    }

    /// The same, with a further word on it.
    #[must_use]
    pub(crate) fn noting(mut self, note: Option<String>) -> Self {
        let notes: Vec<String> = note.into_iter().chain(self.note.take()).collect();
        self.note = Some(notes.join(". ")).filter(|note| !note.is_empty());
        self
    }

    fn of(risks: &[Risk]) -> Self {
        let worst = worst_first(risks);
        Self {
            analysis_by: AnalysisBy::Host,
            model: None,
            usage: None,
            evidence_left_out: worst.len().saturating_sub(ANSWERED),
            evidence: worst.into_iter().take(ANSWERED).map(Evidence::from).collect(),
            note: None,
            instructions: None,
            answer_schema: None,
        }
    }
}

/// Findings with the worst first, and else in the order of the text.
pub(crate) fn worst_first(risks: &[Risk]) -> Vec<&Risk> {
    let mut worst: Vec<&Risk> = risks.iter().collect();
    worst.sort_by_key(|risk| (std::cmp::Reverse(risk.severity), risk.first_line));
    worst
}

/// Findings as a model is told them, one on a line; nothing if there are none.
pub(crate) fn told(risks: &[Risk]) -> Option<String> {
    let line = |risk: &&Risk| {
        let Risk { rule, title, first_line, last_line, code, fix, .. } = risk;
        let severity = risk.severity.name();
        format!(
            "lines {first_line}-{last_line}, {severity}, {rule}: {title}. `{code}` To do: {fix}"
        )
    };
    let worst = worst_first(risks);
    let mut lines: Vec<String> = worst.iter().take(TOLD).map(line).collect();
    if worst.len() > TOLD {
        lines.push(format!("and {} more", worst.len() - TOLD));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What a caller is told of findings that stand elsewhere in its answer.
pub(crate) fn elsewhere(risks: &[Risk]) -> Option<&'static str> {
    (!risks.is_empty()).then_some("The `evidence` of this answer has it.")
}

/// Says that a language has no rules, so that finding nothing means nothing.
pub(crate) fn without_rules(language: &fault_indexer::Language) -> Option<String> {
    let name = language.name;
    checks_of(language)
        .is_empty()
        .then(|| format!("static analysis has no rules for {name}: no finding means nothing"))
}

/// In words; tools whose text is JSON do without.
impl Display for Basis {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some(usage) = &self.usage {
            write!(f, "Answered by {} in {:.1} s", usage.model, usage.seconds)?;
            if let (Some(input), Some(output)) = (usage.input_tokens, usage.output_tokens) {
                write!(f, " with {input} + {output} tokens")?;
            }
            usage.cost_usd.iter().try_for_each(|cost| write!(f, " for {cost:.4} USD"))?;
            writeln!(f, ".")?;
        }
        for (index, found) in self.evidence.iter().enumerate() {
            if index == 0 {
                writeln!(f, "Static analysis found in it:")?;
            }
            let Evidence { rule, first_line, last_line, code, fix, .. } = found;
            let severity = found.severity.name();
            writeln!(f, "- lines {first_line}-{last_line}, {severity}, {rule}: `{code}` {fix}")?;
        }
        if self.evidence_left_out > 0 {
            writeln!(f, "- and {} more", self.evidence_left_out)?;
        }
        self.note.iter().try_for_each(|note| writeln!(f, "Note: {note}."))?;
        if let Some(instructions) = &self.instructions {
            writeln!(f, "\nWhat is left to do (`instructions`):\n\n{instructions}")?;
        }
        self.answer_schema.iter().try_for_each(|schema| {
            writeln!(f, "\nThe answer has this schema (`answer_schema`):\n{schema}")
        })
    }
}
