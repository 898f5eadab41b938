//! `fault_suggest_service_level_objectives_slo`: objectives for the requests that code serves.

use std::fmt::{Display, Formatter};

use fault_prompts::{
    Answered,
    answer::{ObjectiveAnswer, ObjectiveKind, ObjectivesAnswer},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    analyst::{self, AnalysisBy, Basis, Piece},
    context::Context,
    error::ToolError,
    tool::{Definition, Effect, Tool},
};

mod counted;
mod sli;
#[cfg(test)]
mod tests;

use self::sli::Sli;

/// The most objectives that are taken from a model.
const MOST: usize = 10;

/// The longest texts that are taken, in characters.
const LONGEST_TITLE: usize = 120;
const LONGEST_EXPLANATION: usize = 1_000;

/// Suggests objectives.
pub(crate) struct SuggestObjectives;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The code: a whole function, such as the handler of a route.
    snippet: String,
    /// Its language, such as `python`.
    lang: String,
}

/// Objectives, and how they came about.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The objectives, the one that matters most first.
    slos: Vec<Objective>,
    #[serde(flatten)]
    basis: Basis,
}

/// What users can expect.
#[derive(Debug, Serialize, JsonSchema)]
struct Objective {
    /// What is measured: `latency`, `availability` or `error`.
    #[serde(rename = "type")]
    #[schemars(with = "String")]
    kind: ObjectiveKind,
    /// The objective in a few words.
    title: String,
    /// The part of requests in percent that must be good, at least 0 and below 100.
    objective: f64,
    /// Why this objective.
    explanation: String,
    /// How long a request may take, or the part of requests that must succeed, or that may fail.
    threshold: f64,
    /// The unit of the threshold: `s`, `ms` or `%`.
    unit: String,
    /// The time that is looked at, such as `300s`.
    window: String,
    /// What measures it, for platforms.
    sli: Sli,
    /// Who proposes it: a `model`; or nobody but rules, and the `host` is to refine it.
    analysis_by: AnalysisBy,
}

impl Tool for SuggestObjectives {
    const DEFINITION: Definition = Definition {
        name: "fault_suggest_service_level_objectives_slo",
        title: "Suggest service level objectives",
        description: &[
            "Proposes objectives (SLOs) for the requests that a function serves: latency, \
            availability and errors, each with its threshold, its window, and what measures it as a \
            PromQL query and as an objective of Cloud Run (Google Cloud Monitoring). The text is a \
            JSON array of them.",
            "With a model configured it is asked, which takes some seconds, and the code is sent to \
            it. Without one they are proposed by rule, from the remote calls in the code, and the \
            structured answer has `instructions` by which you refine them. Nothing is changed.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let mut piece = Piece::read(&context, input.snippet, &input.lang, None).await?;
        let lang = piece.language.name;
        let asked = analyst::render(
            "suggest-slo",
            &json!({ "snippet": piece.hidden(), "lang": lang, "evidence": told(&mut piece) }),
        )?;
        let note = analyst::without_rules(piece.language);
        if let Some(Answered { answer, usage }) = analyst::ask(&context, &asked, check).await? {
            let slos = answer.slos.into_iter().map(|one| objective(one, AnalysisBy::Model));
            let slos = slos.collect::<Result<_, _>>().map_err(ToolError::internal)?;
            let basis = Basis::by_model(&piece.risks, Some(usage)).noting(note);
            return Ok(Output { slos, basis });
        }
        let left = analyst::render(
            "suggest-slo",
            &json!({ "snippet": piece.repeated(), "lang": lang, "evidence": told(&mut piece) }),
        )?;
        let proposed = counted::objectives(&piece).into_iter();
        let slos = proposed.map(|one| objective(one, AnalysisBy::Host));
        let slos = slos.collect::<Result<_, _>>().map_err(ToolError::internal)?;
        Ok(Output { slos, basis: Basis::by_host(&context, &piece.risks, &left).noting(note) })
    }
}

/// What a model is told: the remote calls, and what is at risk.
fn told(piece: &mut Piece) -> Option<String> {
    let calls = piece.module.remote_calls.iter().map(|call| {
        let (line, path, kind) = (call.line, &call.path, call.kind.name());
        format!("line {line}: remote call of kind {kind}: {path}")
    });
    let calls: Vec<String> = calls.take(40).collect();
    let lines = [(!calls.is_empty()).then(|| calls.join("\n")), piece.told()];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What is wrong with objectives.
fn check(answer: &ObjectivesAnswer) -> Result<(), String> {
    match answer.slos.len() {
        0 => return Err("there is no objective in it".to_owned()),
        many if many > MOST => return Err(format!("{many} objectives are more than {MOST}")),
        _ => {}
    }
    for (index, one) in answer.slos.iter().enumerate() {
        objective(one.clone(), AnalysisBy::Model)
            .map_err(|wrong| format!("slos[{index}]: {wrong}"))?;
    }
    Ok(())
}

/// An objective with what measures it, or what is wrong with it.
fn objective(answer: ObjectiveAnswer, analysis_by: AnalysisBy) -> Result<Objective, String> {
    let title = analyst::clean(&answer.title, LONGEST_TITLE);
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err("the title is empty".to_owned());
    }
    if !(0.0..100.0).contains(&answer.objective) {
        return Err(format!("the objective {} is not in [0, 100[", answer.objective));
    }
    let window = sli::window(&answer.window)?;
    let sli = Sli::of(&answer, &title, window)?;
    Ok(Objective {
        kind: answer.kind,
        title,
        objective: answer.objective,
        explanation: analyst::clean(&answer.explanation, LONGEST_EXPLANATION),
        threshold: answer.threshold,
        unit: answer.unit.trim().to_owned(),
        window: format!("{window}s"),
        sli,
        analysis_by,
    })
}

/// The array that is documented, as JSON.
impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(&self.slos).map_err(|_| std::fmt::Error)?)
    }
}
