//! `fault_review_code`: what to change in the code behind one operation.

use std::{path::Path, sync::Arc};

use fault_scenario::results::Results;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    context::Context,
    error::ToolError,
    review::{
        answer::Answer,
        code_report::{self, CodeReview},
        evidence::Evidence,
        figures::Figures,
        input::{self, Role},
        material,
        model::{self, CodeQuestion},
        operation, rules,
        source::SourceTree,
        summary,
    },
    tool::{Definition, Effect, Tool},
};

/// The files that say what a project is built from.
const BUILT_FROM: [&str; 8] = [
    "pyproject.toml",
    "requirements.txt",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "mix.exs",
];

/// How much of each of them is told, and of a review that was made before, in bytes.
const MOST_BUILT: usize = 6_000;
const MOST_REVIEW: usize = 24_000;

/// Reviews code.
pub(crate) struct ReviewCode;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// The folder with the source code of the service. If not given, the one that was indexed.
    source_dir: Option<String>,
    /// Only source code of this language, such as python. All, if not given.
    lang: Option<String>,
    /// A file of results, such as results.json: then what its tests show is evidence.
    results: Option<String>,
    /// The id that fault_run_scenario answered, in place of `results`.
    run_id: Option<String>,
    /// The operation: its operationId, or method and path such as `GET /users/1`. Needed if the
    /// results are about several; without results, all of the code is reviewed if not given.
    operation: Option<String>,
    /// A review that fault_review_results wrote, to be taken in.
    scenario_review_report: Option<String>,
    /// The file that the whole review is written to; its name ends in .md.
    report: Option<String>,
}

/// What is reviewed.
struct Subject {
    /// The results of the operation.
    results: Arc<Results>,
    /// The numbers of their tests in the whole.
    numbers: Vec<usize>,
    /// What the operation is called.
    name: String,
}

impl Tool for ReviewCode {
    const DEFINITION: Definition = Definition {
        name: "fault_review_code",
        title: "Review the code of an operation",
        description: &[
            "Proposes changes to the code behind one operation of a service: finds the function \
            that answers it (by operationId, route or name), what it calls, what is at risk \
            there, and what tests of `results` showed; each change has its places or a diff, why, \
            the fault that shows it, and how to verify it. Diffs of a model are checked against \
            the files; no source file is changed. With a configured model it reasons over that \
            evidence; without one it answers rules' conclusions and a task for you. With `report` \
            the whole review is written. It takes seconds, with a model a minute.",
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
            summary::check_report(state.files(), report).await?;
        }
        let subject = input.subject(&context).await?;
        let before = input.review_before(&context).await?;
        let tree =
            SourceTree::find(&context, input.source_dir.as_deref(), input.lang.as_deref()).await?;
        let tree = tree.ok_or_else(|| {
            ToolError::input("no_source", "there is no source code to review")
                .hint("name its folder as `source_dir`, or index it first: fault_index_source_code")
        })?;
        let mut figures = Figures::numbered(&subject.results, &subject.numbers);
        if figures.endpoints.is_empty() {
            figures.endpoints.extend(input.operation.as_deref().map(operation::untried_endpoint));
        }
        let evidence = Evidence::of(figures, Some(&tree)).on_paths();
        let mut draft = rules::draft(&evidence, Role::Developer);
        let endpoints: Vec<usize> = (0..evidence.figures.endpoints.len()).collect();
        let question = CodeQuestion {
            operation: subject.name.clone(),
            evidence: material::evidence(&evidence),
            code: material::code(&evidence, &endpoints),
            files: built_from(&tree.top).await,
            review: before,
        };
        let outcome = model::changes(&context, &evidence, &question, &mut draft).await?;
        let review = CodeReview {
            evidence: &evidence,
            draft: &draft,
            outcome: &outcome,
            operation: &subject.name,
            taken_in: input.scenario_review_report.as_deref(),
        };
        if let Some(path) = &input.report {
            state.files().write_text(path, code_report::whole(review)).await?;
        }
        let (short, lines) = (code_report::short(review), code_report::lines(review));
        let tests = (subject.results.verdict, subject.results.tests);
        Answer::of(&context, tests, lines, short, input.report, outcome)
    }
}

impl Input {
    /// The operation and what is known of it.
    async fn subject(&self, context: &Context) -> Result<Subject, ToolError> {
        if self.results.is_none() && self.run_id.is_none() {
            let name = self.operation.clone().unwrap_or_else(|| "all of the code".to_owned());
            let results = Arc::new(operation::untried());
            return Ok(Subject { results, numbers: Vec::new(), name });
        }
        let (file, run) = (self.results.as_deref(), self.run_id.as_deref());
        let results = input::results(context.state(), file, run).await?;
        let (results, numbers) = operation::of(&results, self.operation.as_deref())?;
        let endpoint = Figures::numbered(&results, &numbers).endpoints.into_iter().next();
        let name = endpoint.map_or_else(String::new, |one| match &one.operation_id {
            Some(id) => format!("{id} ({})", one.name()),
            None => one.name(),
        });
        Ok(Subject { results: Arc::new(results), numbers, name })
    }

    /// The beginning of the review that was made before.
    async fn review_before(&self, context: &Context) -> Result<Option<String>, ToolError> {
        let Some(path) = &self.scenario_review_report else { return Ok(None) };
        let text = context.state().files().read_text(path).await?;
        Ok(Some(beginning(&input::masked(&text), MOST_REVIEW)))
    }
}

/// What the project at a place says that it is built from.
async fn built_from(top: &Path) -> Option<String> {
    let top = top.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let files = BUILT_FROM.iter().filter_map(|name| {
            let path = top.join(name);
            let is_own = fs_err::symlink_metadata(&path)
                .is_ok_and(|file| file.is_file() && file.len() < 1 << 20);
            let text = is_own.then(|| fs_err::read_to_string(&path).ok()).flatten()?;
            Some(format!("FILE {name}\n{}", beginning(&text, MOST_BUILT)))
        });
        files.collect::<Vec<_>>().join("\n\n")
    });
    reading.await.ok().filter(|text| !text.is_empty())
}

fn beginning(text: &str, most: usize) -> String {
    match text.len() > most {
        true => format!("{}\n(the rest is left out)", &text[..text.floor_char_boundary(most)]),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
