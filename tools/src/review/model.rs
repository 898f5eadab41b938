//! What a model says, once its evidence is checked: it takes the place of what rules said.

use fault_prompts::{
    Answered, Question, Rendered, Usage,
    answer::{
        Claim, HypothesisAnswer, PostureAnswer, PriorityAnswer, RecommendationAnswer,
        RecommendationsAnswer, SummaryAnswer,
    },
    plain,
};
use fault_scenario::Verdict;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use super::{
    diffs,
    draft::{Draft, Hypothesis, Priority, Recommendation, Statement, Threat},
    evidence::Evidence,
    input::{Role, masked},
    material, numbers,
};
use crate::{
    analyst::{self, HostTask, Step},
    context::Context,
    error::{ErrorKind, ToolError},
};

/// The most entries of a list that is taken from an answer.
const MOST: usize = 12;

/// The longest sentence, in characters.
const LONGEST: usize = 1200;

/// How much code the task of a host holds, in characters.
const MOST_TASK_CODE: usize = 4_000;

/// What became of the questions.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What the answers took; nothing if no model was asked.
    pub(crate) usage: Option<Usage>,
    /// The parts that the model answered.
    pub(crate) answered: Vec<&'static str>,
    /// The parts that it did not.
    pub(crate) unanswered: Vec<&'static str>,
    /// Why it did not.
    pub(crate) failed: Option<ToolError>,
    /// What is left to do for the one who called, if no model is configured.
    pub(crate) tasks: Vec<HostTask>,
}

impl Outcome {
    /// Takes note of an answer; nothing of one that there is not.
    fn note<T>(
        &mut self,
        part: &'static str,
        answered: Result<Option<Answered<T>>, ToolError>,
    ) -> Result<Option<T>, ToolError> {
        match answered {
            Ok(Some(answered)) => {
                self.answered.push(part);
                self.usage = analyst::sum(self.usage.take().into_iter().chain([answered.usage]));
                Ok(Some(answered.answer))
            }
            Ok(None) => Ok(None),
            Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
            Err(error) => {
                self.unanswered.push(part);
                self.failed = Some(error);
                Ok(None)
            }
        }
    }
}

/// The parts of the review of a service.
const POSTURE: &str = "Overall Resilience Posture and Potential Root-Cause Hypotheses";
const RECOMMENDATIONS: &str = "Recommendations";
const SUMMARY: &str = "Executive Summary";

/// Asks what a service's results say, in three questions. What is not answered stays as it is.
pub(crate) async fn review(
    context: &Context,
    evidence: &Evidence<'_>,
    role: Role,
    draft: &mut Draft,
) -> Result<Outcome, ToolError> {
    let mut outcome = Outcome::default();
    let told = material::evidence(evidence);
    let role = role.name();
    let question = rendered("review-posture", &json!({ "role": role, "evidence": told }))?;
    let answer = asked(context, &question, 0, 3, check_posture).await;
    if let Some(answer) = outcome.note(POSTURE, answer)? {
        set_posture(evidence, answer, draft);
    } else if outcome.failed.is_none() {
        outcome.tasks = host_tasks(role)?;
        return Ok(outcome);
    } else {
        outcome.unanswered = vec![SUMMARY, POSTURE, RECOMMENDATIONS];
        return Ok(outcome);
    }
    let all: Vec<usize> = (0..evidence.figures.endpoints.len()).collect();
    let arguments = json!({
        "role": role,
        "evidence": told,
        "posture": material::draft(&Draft { recommendations: Vec::new(), ..draft.clone() }),
        "code": Some(material::code(evidence, &all)).filter(|code| !code.is_empty()),
    });
    let question = rendered("review-recommendations", &arguments)?;
    let answer = asked(context, &question, 1, 3, check_recommendations).await;
    let Some(answer) = outcome.note(RECOMMENDATIONS, answer)? else {
        outcome.unanswered = vec![SUMMARY, RECOMMENDATIONS];
        return Ok(outcome);
    };
    set_recommendations(evidence, answer, draft);
    let arguments = json!({ "role": role, "evidence": told, "review": material::draft(draft) });
    let question = rendered("review-summary", &arguments)?;
    let answer = asked(context, &question, 2, 3, check_summary).await;
    if let Some(answer) = outcome.note(SUMMARY, answer)? {
        set_summary(evidence, answer, draft);
    }
    Ok(outcome)
}

/// What the question about the code behind an operation is asked with.
#[derive(Debug, Serialize)]
pub(crate) struct CodeQuestion {
    /// The operation.
    pub(crate) operation: String,
    /// The evidence.
    pub(crate) evidence: String,
    /// The code.
    pub(crate) code: String,
    /// What the project is built from.
    pub(crate) files: Option<String>,
    /// A review that was made before.
    pub(crate) review: Option<String>,
}

/// Asks what to change in the code behind an operation. What is not answered stays as it is.
pub(crate) async fn changes(
    context: &Context,
    evidence: &Evidence<'_>,
    question: &CodeQuestion,
    draft: &mut Draft,
) -> Result<Outcome, ToolError> {
    let mut outcome = Outcome::default();
    let rendered = rendered("review-code", question)?;
    let answer = asked(context, &rendered, 0, 1, check_recommendations).await;
    match outcome.note(RECOMMENDATIONS, answer)? {
        Some(answer) => set_recommendations(evidence, answer, draft),
        None if outcome.failed.is_none() => outcome.tasks = vec![host_task_for_code(question)?],
        None => {}
    }
    Ok(outcome)
}

fn rendered(name: &str, arguments: &impl Serialize) -> Result<Rendered, ToolError> {
    let question = Question::named(name)
        .ok_or_else(|| ToolError::internal(format!("there is no question {name}")))?;
    Ok(question.render(arguments)?)
}

/// What is left to do for the one who called: the questions, about the review that it is given.
fn host_tasks(role: &str) -> Result<Vec<HostTask>, ToolError> {
    let here = "(the review above: its tables, its findings and its appendix)";
    let posture = rendered("review-posture", &json!({ "role": role, "evidence": here }))?;
    let changes = rendered("review-recommendations", &json!({ "role": role, "evidence": here }))?;
    let summary =
        rendered("review-summary", &json!({ "role": role, "evidence": here, "review": here }))?;
    Ok([posture, changes, summary].iter().map(HostTask::of).collect())
}

/// The same for the code behind an operation, of which a host can read more by itself.
fn host_task_for_code(question: &CodeQuestion) -> Result<HostTask, ToolError> {
    let code = match question.code.char_indices().nth(MOST_TASK_CODE) {
        Some((end, _)) => {
            format!("{}\n(cut off: fault_extract_code_block has it)", &question.code[..end])
        }
        None => question.code.clone(),
    };
    let here = CodeQuestion {
        operation: question.operation.clone(),
        evidence: "(the review above: its findings and its appendix)".to_owned(),
        code,
        files: None,
        review: None,
    };
    Ok(HostTask::of(&rendered("review-code", &here)?))
}

async fn asked<T: DeserializeOwned + Send>(
    context: &Context,
    question: &Rendered,
    number: usize,
    of: usize,
    check: impl Fn(&T) -> Result<(), String> + Send + Sync,
) -> Result<Option<Answered<T>>, ToolError> {
    analyst::ask_step(context, question, Step { number, of }, check).await
}

fn check_posture(answer: &PostureAnswer) -> Result<(), String> {
    let said = answer.posture.iter().any(|claim| !claim.text.trim().is_empty());
    if said { Ok(()) } else { Err("`posture` says nothing".to_owned()) }
}

fn check_recommendations(answer: &RecommendationsAnswer) -> Result<(), String> {
    let nameless = answer.recommendations.iter().any(|one| one.title.trim().is_empty());
    if nameless { Err("a recommendation has no `title`".to_owned()) } else { Ok(()) }
}

fn check_summary(answer: &SummaryAnswer) -> Result<(), String> {
    let said = answer.findings.iter().any(|claim| !claim.text.trim().is_empty());
    if said { Ok(()) } else { Err("`findings` says nothing".to_owned()) }
}

fn set_posture(evidence: &Evidence<'_>, answer: PostureAnswer, draft: &mut Draft) {
    draft.posture = statements(evidence, answer.posture);
    let hypotheses = answer.hypotheses.into_iter().take(MOST);
    draft.hypotheses = hypotheses
        .map(|one| {
            let HypothesisAnswer { title, symptoms, cause, evidence: ids, next_steps } = one;
            Hypothesis {
                title: line(&title),
                symptoms: statements(evidence, symptoms),
                cause: statement(evidence, Claim { text: cause, evidence: ids }),
                next_steps: lines(next_steps),
            }
        })
        .collect();
}

fn set_recommendations(evidence: &Evidence<'_>, answer: RecommendationsAnswer, draft: &mut Draft) {
    let recommendations = answer.recommendations.into_iter().take(MOST);
    draft.left_out = 0;
    draft.threats.clear();
    draft.recommendations = recommendations
        .zip(1..)
        .map(|(one, number)| {
            draft.threats.push(Threat {
                recommendation: format!("{number}. {}", line(&one.title)),
                risk: line(&one.risk),
                shows: line(&one.shows),
                watch: line(&one.watch),
            });
            recommendation(evidence, one)
        })
        .collect();
}

fn recommendation(evidence: &Evidence<'_>, one: RecommendationAnswer) -> Recommendation {
    let rationale = Claim { text: one.rationale, evidence: one.evidence };
    Recommendation {
        title: line(&one.title),
        priority: match one.priority {
            PriorityAnswer::Critical => Priority::Critical,
            PriorityAnswer::Recommended => Priority::Recommended,
            PriorityAnswer::NiceToHave => Priority::NiceToHave,
        },
        complexity: one.complexity.name().to_owned(),
        cost: one.cost.name().to_owned(),
        benefit: line(&one.benefit),
        // What is proposed has figures of its own, such as a time-out.
        rationale: of_ids(evidence, rationale),
        fixes: Vec::new(),
        proposal: diffs::proposal(evidence.tree, &one.diff),
        operate: None,
        discussion: lines(one.discussion),
        verify: Some(line(&one.verify)).filter(|text| !text.is_empty()),
    }
}

fn set_summary(evidence: &Evidence<'_>, answer: SummaryAnswer, draft: &mut Draft) {
    draft.findings = statements(evidence, answer.findings);
    draft.trade_offs =
        answer.trade_offs.into_iter().take(MOST).map(|claim| of_ids(evidence, claim)).collect();
    draft.next_steps = lines(answer.next_steps);
}

fn statements(evidence: &Evidence<'_>, claims: Vec<Claim>) -> Vec<Statement> {
    let said = claims.into_iter().filter(|claim| !claim.text.trim().is_empty());
    said.take(MOST).map(|claim| statement(evidence, claim)).collect()
}

/// A claim whose evidence exists, and whose figures are in it; else it says that they are not.
fn statement(evidence: &Evidence<'_>, claim: Claim) -> Statement {
    let mut statement = of_ids(evidence, claim);
    let shown: Vec<String> =
        statement.evidence.iter().map(|id| material::of_id(evidence, id)).collect();
    let foreign = numbers::foreign(&statement.text, &shown.join("\n"));
    if !foreign.is_empty() && !statement.unproven {
        statement
            .text
            .push_str(&format!(" (Not in the evidence that it names: {}.)", foreign.join(", ")));
    }
    statement
}

/// A claim with the evidence that exists. Without any, or with inconclusive tests alone, it shows
/// nothing.
fn of_ids(evidence: &Evidence<'_>, claim: Claim) -> Statement {
    let mut ids: Vec<String> = Vec::new();
    for id in claim.evidence.iter().map(|id| id.trim().trim_matches(['[', ']', '`']).to_uppercase())
    {
        if evidence.has(&id) && !ids.contains(&id) {
            ids.push(id);
        }
    }
    let unsure = |id: &String| {
        let test = evidence.figures.tests.iter().find(|test| test.id() == *id);
        test.is_some_and(|test| test.item.verdict == Verdict::Inconclusive)
    };
    let unproven = ids.iter().all(unsure);
    Statement { text: line(&claim.text), evidence: ids, unproven }
}

pub(crate) fn lines(texts: Vec<String>) -> Vec<String> {
    let lines = texts.iter().map(|text| line(text)).filter(|text| !text.is_empty());
    lines.take(MOST).collect()
}

/// What a model says on one line, without what terminals obey and without secrets of addresses.
pub(crate) fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = masked(&plain(&words.join(" ")));
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
