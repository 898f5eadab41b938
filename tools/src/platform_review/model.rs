//! What a model says of manifests, its evidence checked.

use fault_platform::kubernetes::{Finding, Resource};
use fault_prompts::{
    Question, Rendered, Usage,
    answer::{Claim, SummaryAnswer},
};
use serde_json::{Value, json};

use crate::{
    analyst::{self, HostTask},
    context::Context,
    error::{ErrorKind, ToolError},
    review::model::{line, lines},
};

/// How much of the manifests a model is shown, in characters.
const MOST: usize = 24_000;

/// The most findings that a model is shown.
const MOST_FINDINGS: usize = 200;

/// What became of the question.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// What matters most, with the ids that show it.
    pub(super) findings: Vec<String>,
    /// What is to be weighed.
    pub(super) trade_offs: Vec<String>,
    /// What to do next.
    pub(super) next_steps: Vec<String>,
    /// What the answer took.
    pub(super) usage: Option<Usage>,
    /// What is left to do for the one who called, if no model is configured.
    pub(super) task: Option<HostTask>,
    /// Why the model did not answer.
    pub(super) failed: Option<ToolError>,
}

/// Asks what the findings mean together.
pub(super) async fn ask(
    context: &Context,
    role: &str,
    resources: &[Resource],
    findings: &[Finding],
) -> Result<Said, ToolError> {
    let question = question(role, &evidence(findings), &shown(resources))?;
    let check = |answer: &SummaryAnswer| match answer.findings.is_empty() {
        true => Err("`findings` says nothing".to_owned()),
        false => Ok(()),
    };
    match analyst::ask::<SummaryAnswer>(context, &question, check).await {
        Ok(Some(answered)) => {
            let SummaryAnswer { findings: said, trade_offs, next_steps } = answered.answer;
            let tell = |claims: Vec<Claim>| {
                claims.iter().map(|claim| statement(claim, findings.len())).collect()
            };
            Ok(Said {
                findings: tell(said),
                trade_offs: tell(trade_offs),
                next_steps: lines(next_steps),
                usage: Some(answered.usage),
                ..Said::default()
            })
        }
        Ok(None) => {
            let here = "(the findings of this answer, K1 being the first)";
            let task = HostTask::of(&self::question(role, here, "")?);
            Ok(Said { task: Some(task), ..Said::default() })
        }
        Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
        Err(error) => Ok(Said { failed: Some(error), ..Said::default() }),
    }
}

fn question(role: &str, evidence: &str, manifests: &str) -> Result<Rendered, ToolError> {
    let question = Question::named("review-platform")
        .ok_or_else(|| ToolError::internal("there is no question review-platform"))?;
    let manifests = Some(manifests).filter(|text| !text.is_empty());
    let arguments = json!({ "role": role, "evidence": evidence, "manifests": manifests });
    Ok(question.render(&arguments)?)
}

fn evidence(findings: &[Finding]) -> String {
    let told = findings.iter().zip(1..).take(MOST_FINDINGS).map(|(finding, number)| {
        let Finding { rule, resource, what, .. } = finding;
        format!("K{number} {} {resource}: {what} ({})\n", rule.severity.name(), rule.title)
    });
    let text: String = told.collect();
    if text.is_empty() { "Nothing breaks a rule.".to_owned() } else { text }
}

/// The manifests, without what is secret in them.
fn shown(resources: &[Resource]) -> String {
    let mut text = String::new();
    for resource in resources.iter().filter(|resource| resource.kind != "Secret") {
        let mut value = resource.value.clone();
        hide(&mut value);
        text.push_str(&format!("{value}\n"));
        if let Some((end, _)) = text.char_indices().nth(MOST) {
            text.truncate(end);
            text.push_str("\n(cut off)");
            break;
        }
    }
    text
}

/// Takes out the values of variables and of configuration: any of them may be a secret.
fn hide(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match (key.as_str(), &value) {
                    ("value", Value::String(_)) => *value = "(hidden)".into(),
                    ("data" | "stringData" | "binaryData" | "annotations", Value::Object(_)) => {
                        *value = "(hidden)".into();
                    }
                    _ => hide(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(hide),
        _ => {}
    }
}

/// A claim with the ids that exist; without any it is told as what it is.
fn statement(claim: &Claim, findings: usize) -> String {
    let known = |id: &&String| {
        let number = id.trim().strip_prefix('K').and_then(|number| number.parse::<usize>().ok());
        number.is_some_and(|number| (1..=findings).contains(&number))
    };
    let ids: Vec<&str> = claim.evidence.iter().filter(known).map(|id| id.trim()).collect();
    match ids[..] {
        [] => format!("Hypothesis (no evidence): {}", line(&claim.text)),
        _ => format!("{} [{}]", line(&claim.text), ids.join(", ")),
    }
}
