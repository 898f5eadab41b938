//! `fault_check_scenario`: whether scenarios can be run, and what they would do.

use std::fmt::{Display, Formatter};

use fault_scenario::{file::FileProblem, plan::PlanOutline};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    error::ToolError,
    scenario_source::{self, Source},
    tool::{Definition, Effect, Tool},
};

/// How many mistakes an answer lists.
const MOST: usize = 100;

/// Checks scenarios.
pub(crate) struct CheckScenario;

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Input {
    #[serde(flatten)]
    source: Source,
}

/// Whether scenarios can be run, and what they would do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Whether they can be run.
    valid: bool,
    /// Each thing that is wrong, with its file, line, column and key.
    problems: Vec<FileProblem>,
    /// How many more mistakes there are.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    /// What would be run, if it can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanOutline>,
}

impl Tool for CheckScenario {
    const DEFINITION: Definition = Definition {
        name: "fault_check_scenario",
        title: "Check a scenario",
        description: &[
            "Reads scenario files, or the text of one, and answers whether they can be \
            run: each mistake with its file, line, column, key, code and hint, or else the plan: \
            every test with its call, faults, requests and least duration. Use it after writing or \
            changing a scenario, and before fault_run_scenario. It sends nothing, changes nothing \
            and answers at once.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        Ok(match input.source.plan(context.state().files()).await? {
            Ok(ready) => {
                let plan = Some(ready.plan.outline());
                Output { valid: true, problems: Vec::new(), left_out: 0, plan }
            }
            Err(mut problems) => {
                let left_out = problems.len().saturating_sub(MOST);
                problems.truncate(MOST);
                Output { valid: false, problems, left_out, plan: None }
            }
        })
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some(plan) = &self.plan {
            return plan.fmt(f);
        }
        f.write_str(&scenario_source::told(&self.problems))?;
        match self.left_out {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::test_ground::{App, Desk};

    #[tokio::test]
    async fn a_scenario_that_can_be_run_is_answered_with_its_plan() {
        let (desk, app) = (Desk::new(), App::start().await);
        desk.write("suite/a.yaml", &app.scenario("/", 10));
        desk.write("suite/deep/b.yml", &app.scenario("/broken", 10));
        for (filter, tests) in [(json!([]), 2), (json!(["broken"]), 1)] {
            let arguments = json!({ "scenario": "suite", "filter": filter });
            let answer = desk.call("fault_check_scenario", arguments).await.unwrap();
            assert_eq!(answer.structured["valid"], true, "{}", answer.text);
            assert_eq!(answer.structured["plan"]["tests"].as_array().unwrap().len(), tests);
            assert!(answer.text.contains("A slow /broken"), "{}", answer.text);
        }
    }

    #[tokio::test]
    async fn mistakes_are_an_answer_with_their_places_and_hints() {
        let (desk, app) = (Desk::new(), App::start().await);
        let text = app.scenario("/", 10).replace("mean: 10", "maen: 10");
        desk.write("bad.yaml", &text);
        let line = 1 + text.lines().position(|line| line.contains("maen")).unwrap();
        let answer =
            desk.call("fault_check_scenario", json!({ "scenario": "bad.yaml" })).await.unwrap();
        assert_eq!(answer.structured["valid"], false);
        assert_eq!(answer.structured["problems"][0]["line"], line, "{}", answer.text);
        assert!(answer.text.starts_with(&format!("bad.yaml:{line}:")), "{}", answer.text);
        assert!(answer.text.contains("\n  hint: "), "{}", answer.text);
        assert!(answer.structured.get("plan").is_none());
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_an_error() {
        let desk = Desk::new();
        desk.write("none/readme.txt", "");
        for (arguments, code) in [
            (json!({}), "no_source"),
            (json!({ "scenario": "a.yaml", "content": "b" }), "several_sources"),
            (json!({ "scenario": "missing.yaml" }), "file_not_found"),
            (json!({ "scenario": "none" }), "no_scenario_files"),
            (json!({ "scenario": "/etc/passwd" }), "outside_roots"),
            (json!({ "scenarios": "a.yaml" }), "invalid_arguments"),
        ] {
            let error = desk.call("fault_check_scenario", arguments.clone()).await.unwrap_err();
            assert_eq!(error.code, code, "{arguments}");
        }
    }
}
