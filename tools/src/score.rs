//! What the tools that give a score share.

use std::fmt::{Display, Formatter};

use fault_indexer::risk::{Concern, Severity};
use fault_prompts::{Answered, Rendered, answer::ScoreAnswer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    analyst::{self, Basis, Piece},
    context::Context,
    error::ToolError,
};

#[cfg(test)]
mod tests;

/// The longest explanation that is taken, in characters.
const LONGEST: usize = 4_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The code: a whole function, or any other piece.
    snippet: String,
    /// Its language, such as `python`.
    lang: String,
}

/// How good code is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Why the score is what it is.
    explanation: String,
    /// The score, from 0.0 to 1.0; the more, the better.
    score: f64,
    #[serde(flatten)]
    basis: Basis,
}

/// Scores code, of one concern.
pub(crate) async fn score(
    context: &Context,
    input: Input,
    concern: Concern,
) -> Result<Output, ToolError> {
    let mut piece = Piece::read(context, input.snippet, &input.lang, Some(concern)).await?;
    let lang = piece.language.name;
    let asked = question(
        concern,
        &json!({
            "snippet": piece.hidden(), "lang": lang, "evidence": piece.told(),
        }),
    )?;
    let note = analyst::without_rules(piece.language);
    if let Some(Answered { answer, usage }) = analyst::ask(context, &asked, check).await? {
        let explanation = analyst::clean(&answer.explanation, LONGEST);
        let basis = Basis::by_model(&piece.risks, Some(usage)).noting(note);
        return Ok(Output { explanation, score: answer.score, basis });
    }
    let left = question(
        concern,
        &json!({
            "snippet": piece.repeated(), "lang": lang, "evidence": analyst::elsewhere(&piece.risks),
        }),
    )?;
    let basis = Basis::by_host(context, &piece.risks, &left).noting(note);
    Ok(Output { explanation: counted(&piece, concern), score: rounded(piece.score.score), basis })
}

fn question(concern: Concern, arguments: &serde_json::Value) -> Result<Rendered, ToolError> {
    let name = match concern {
        Concern::Performance => "score-performance",
        Concern::Reliability | Concern::Threat => "score-reliability",
    };
    analyst::render(name, arguments)
}

/// What is wrong with a score.
fn check(answer: &ScoreAnswer) -> Result<(), String> {
    analyst::check_score(answer.score)?;
    if answer.explanation.trim().is_empty() {
        return Err("the explanation is empty".to_owned());
    }
    Ok(())
}

/// Why the score is what it is that comes from counting.
fn counted(piece: &Piece, concern: Concern) -> String {
    let score = &piece.score;
    let [high, medium, low, info] = score.counts;
    let found = match piece.risks.len() {
        0 => "nothing".to_owned(),
        1 => "1 place".to_owned(),
        many => format!("{many} places"),
    };
    let titles = titles(piece);
    format!(
        "Static analysis found {found} at risk for {} (high {high}, medium {medium}, low {low}, \
         info {info}){titles}. The score counts that: exposed places / (exposed places + points) = \
         {}, where high is 1 point, medium 0.5, low 0.2, info 0.05.",
        concern.name(),
        score.formula(),
    )
}

/// What was found that is worth a name, each once.
fn titles(piece: &Piece) -> String {
    let mut titles: Vec<&str> = Vec::new();
    for risk in analyst::worst_first(&piece.risks) {
        if risk.severity > Severity::Info && !titles.contains(&risk.title.as_str()) {
            titles.push(&risk.title);
        }
    }
    titles.truncate(5);
    if titles.is_empty() { String::new() } else { format!(": {}", titles.join("; ")) }
}

/// A score with two decimals: more would look more exact than counting is.
pub(crate) fn rounded(score: f64) -> f64 {
    (score * 100.0).round() / 100.0
}

/// All of it as JSON: the first two keys are what is documented.
impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| std::fmt::Error)?)
    }
}
