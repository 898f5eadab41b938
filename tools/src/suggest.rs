//! What the tools that suggest better code share.

use std::fmt::{Display, Formatter};

use fault_indexer::risk::Concern;
use fault_prompts::{Answered, Rendered, answer::NewCodeAnswer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    analyst::{self, Basis, Piece},
    context::Context,
    error::ToolError,
    revision::{self, Original},
    score::rounded,
};

#[cfg(test)]
mod tests;

/// The score that is aimed at, if the caller does not say.
const USUAL: f64 = 0.9;

/// The longest explanation that is taken, in characters.
const LONGEST: usize = 4_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The code: a whole function, or any other piece.
    snippet: String,
    /// Its language, such as `python`.
    lang: String,
    /// How good it is now, from 0.0 to 1.0; counted by static analysis if not given.
    #[schemars(range(min = 0, max = 1))]
    score: Option<f64>,
    /// How good it is to be, from 0.0 to 1.0 and above `score`; 0.9 if not given, or halfway from
    /// `score` to 1.0 if that is more.
    #[schemars(range(min = 0, max = 1))]
    target_score: Option<f64>,
}

/// Better code.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The change as a unified diff, which applies to the snippet; absent if none was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    /// What was changed and why; or what is to be changed.
    explanation: String,
    /// How good the code is.
    score: f64,
    /// How good it is to be.
    target_score: f64,
    /// The rules of static analysis that the code broke and the new code does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules_mended: Option<Vec<String>>,
    /// The rules that the new code breaks and the code did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules_broken: Option<Vec<String>>,
    #[serde(flatten)]
    basis: Basis,
}

/// Suggests better code, of one concern.
pub(crate) async fn suggest(
    context: &Context,
    input: Input,
    concern: Concern,
) -> Result<Output, ToolError> {
    let Input { snippet, lang, score, target_score } = input;
    let mut piece = Piece::read(context, snippet, &lang, Some(concern)).await?;
    let (score, target) = goal(score, target_score, piece.score.score)?;
    let arguments = |snippet: String, evidence: Option<String>| {
        json!({
            "snippet": snippet, "lang": piece.language.name, "evidence": evidence,
            "score": score, "target_score": target,
        })
    };
    let mut secrets = piece.secrets.clone();
    let hidden = secrets.hide(&piece.code);
    let told = analyst::told_risks(&piece.risks).map(|told| secrets.hide(&told));
    let asked = question(concern, &arguments(hidden, told))?;
    let note = analyst::without_rules(piece.language);
    let name = format!("snippet.{}", piece.language.suffixes.first().unwrap_or(&"txt"));
    let original =
        Original { code: &piece.code, language: piece.language, name: &name, secrets: &secrets };
    let check = |answer: &NewCodeAnswer| check(&original, answer);
    if let Some(Answered { answer, usage }) = analyst::ask(context, &asked, check).await? {
        let revision = original.revised(&answer.new_code).map_err(ToolError::internal)?;
        let (mended, broken) = original.rules_changed(&revision.new, false);
        return Ok(Output {
            diff: Some(revision.diff),
            explanation: analyst::clean(&answer.explanation, LONGEST),
            score,
            target_score: target,
            rules_mended: Some(mended),
            rules_broken: Some(broken),
            basis: Basis::by_model(&piece.risks, Some(usage)).noting(note),
        });
    }
    let elsewhere = analyst::elsewhere(&piece.risks).map(str::to_owned);
    let left = question(concern, &arguments(piece.repeated(), elsewhere))?;
    Ok(Output {
        diff: None,
        explanation:
            "There is no diff yet: write the new code by the instructions, and compare it \
                      with the snippet."
                .to_owned(),
        score,
        target_score: target,
        rules_mended: None,
        rules_broken: None,
        basis: Basis::by_host(context, &piece.risks, &left).noting(note),
    })
}

/// The score that is, and the one that is to be.
fn goal(score: Option<f64>, target: Option<f64>, counted: f64) -> Result<(f64, f64), ToolError> {
    let is = score.unwrap_or_else(|| rounded(counted));
    let usual = if is < USUAL { USUAL } else { rounded((is + 1.0) / 2.0) };
    let wanted = target.unwrap_or(usual);
    // Code in which nothing was counted may still be made better.
    let is = if score.is_none() && is >= wanted { rounded(wanted * 0.9) } else { is };
    if wanted > is {
        return Ok((is, wanted));
    }
    let message = format!("the target score {wanted} is not above the score {is}");
    Err(ToolError::input("invalid_arguments", message)
        .hint("give a `target_score` above `score`; both are from 0.0 to 1.0"))
}

fn question(concern: Concern, arguments: &Value) -> Result<Rendered, ToolError> {
    let name = match concern {
        Concern::Performance => "suggest-performance",
        Concern::Reliability | Concern::Threat => "suggest-reliability",
    };
    analyst::render(name, arguments)
}

/// What is wrong with new code.
fn check(original: &Original<'_>, answer: &NewCodeAnswer) -> Result<(), String> {
    if original.revised(&answer.new_code)?.diff.is_empty() {
        return Err("the new code is the code that was given".to_owned());
    }
    Ok(())
}

/// The diff in Markdown, as it is documented, and what there is to know of it.
impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some(diff) = &self.diff {
            writeln!(f, "{}\n", revision::block(diff))?;
        }
        writeln!(f, "{}\n", self.explanation)?;
        writeln!(f, "Score {}, target {}.", self.score, self.target_score)?;
        for (what, rules) in
            [("does not break any more", &self.rules_mended), ("breaks now", &self.rules_broken)]
        {
            if let Some(rules) = rules.as_ref().filter(|rules| !rules.is_empty()) {
                writeln!(f, "Rules that the new code {what}: {}.", rules.join(", "))?;
            }
        }
        self.basis.fmt(f)
    }
}
