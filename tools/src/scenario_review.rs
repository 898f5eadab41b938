//! `fault_review_results`: what results of scenarios mean, and what to do about it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    context::Context,
    error::ToolError,
    review::{
        answer::Answer,
        evidence::Evidence,
        figures::Figures,
        input::{self, Role},
        model,
        report::{self, Review},
        rules,
        source::SourceTree,
        summary,
    },
    tool::{Definition, Effect, Tool},
};

/// Reviews results.
pub(crate) struct ReviewResults;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// A file of results, such as results.json.
    results: Option<String>,
    /// The id that fault_run_scenario answered, in place of `results`.
    run_id: Option<String>,
    /// Who reads the review: developer, if not given, or sre.
    role: Option<Role>,
    /// The folder with the source code of the service. If not given, the one that was indexed; with
    /// none of both, the review is of the results alone.
    source_dir: Option<String>,
    /// Only source code of this language, such as python. All, if not given.
    lang: Option<String>,
    /// The file that the whole review is written to; its name ends in .md.
    report: Option<String>,
}

impl Tool for ReviewResults {
    const DEFINITION: Definition = Definition {
        name: "fault_review_results",
        title: "Review results of scenarios",
        description: &[
            "Reviews what a run of scenarios found: how each endpoint bears faults, what fell \
            short and by how much, which causes fit, what to change first. Tables are computed \
            from the results; statements name their tests (S1, ...) and places in the code (C1, \
            ...), which come from static analysis of `source_dir`. With a configured model it \
            reasons over that evidence; without one it answers rules' conclusions and tasks for \
            you. Inconclusive tests count for nothing. Use fault_review_code for changes to one \
            operation. With `report` the whole review is written. It takes seconds, with a model \
            minutes.",
        ],
        effect: Effect::Changes,
        idempotent: false,
        open_world: true,
    };
    type Input = Input;
    type Output = Answer;

    async fn run(context: Context, input: Input) -> Result<Answer, ToolError> {
        let state = context.state();
        if let Some(report) = &input.report {
            // Before a model is paid for what cannot be kept.
            summary::check_report(state.files(), report).await?;
        }
        let results =
            input::results(state, input.results.as_deref(), input.run_id.as_deref()).await?;
        let tree =
            SourceTree::find(&context, input.source_dir.as_deref(), input.lang.as_deref()).await?;
        let evidence = Evidence::of(Figures::of(&results), tree.as_ref());
        let role = input.role.unwrap_or_default();
        let mut draft = rules::draft(&evidence, role);
        let outcome = model::review(&context, &evidence, role, &mut draft).await?;
        let review = Review { evidence: &evidence, draft: &draft, outcome: &outcome, role };
        if let Some(path) = &input.report {
            state.files().write_text(path, report::whole(review)).await?;
        }
        let (short, lines) = (report::short(review), summary::of(review));
        let tests = (results.verdict, results.tests);
        Answer::of(&context, tests, lines, short, input.report, outcome)
    }
}

#[cfg(test)]
mod tests;
