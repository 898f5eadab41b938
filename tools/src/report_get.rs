//! `fault_get_report`: what a run of scenarios found, in short or as a whole.

use std::{
    fmt::{Display, Formatter},
    sync::Arc,
};

use fault_scenario::{
    Verdict,
    report::{self, Format},
    results::Results,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    arguments,
    context::Context,
    digest,
    error::ToolError,
    handle::Handle,
    reports,
    state::State,
    tool::{Definition, Effect, Tool},
};

/// How long an answer is at most, in bytes: a few pages for a model.
const USUAL: usize = 20_000;

/// The same where a caller says what he wants to read; hosts refuse what is much longer.
const MOST: usize = 40_000;

/// Reads a report.
pub(crate) struct GetReport;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// The id that fault_run_scenario answered.
    run_id: Option<String>,
    /// A file of results, such as results.json, in place of `run_id`.
    results: Option<String>,
    /// The form of the report; markdown if not given.
    format: Option<Format>,
    /// Which parts of a Markdown report: summary and failures if not given; those of one test, if
    /// `test` is given.
    sections: Vec<Section>,
    /// Only this test: its number in the report, counted from 1, its name, or the title of its
    /// scenario. All, if not given.
    test: Option<String>,
}

/// A part of a Markdown report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Section {
    /// The verdict, what fell short and why, and how to repeat the run.
    Summary,
    /// Every test that did not pass.
    Failures,
    /// Every test.
    Tests,
    /// What the faults did, test by test, as JSON.
    Evidence,
    /// What can be drawn, test by test, as JSON.
    Plots,
}

/// A report.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// What the run shows.
    verdict: Verdict,
    /// Its form.
    format: Format,
    /// The report.
    text: String,
    /// Whether its end is cut off since it is too long for an answer.
    cut: bool,
    /// Where the rest is.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// The resource that holds the whole report in this form.
    #[serde(skip_serializing_if = "Option::is_none")]
    report_resource: Option<String>,
}

impl Tool for GetReport {
    const DEFINITION: Definition = Definition {
        name: "fault_get_report",
        title: "Read a scenario report",
        description: &[
            "Answers what fault_run_scenario found: in short (verdict, failures with their \
            reasons and proof), or by `sections`, by `test`, or in another format. It reads the \
            report of a run that is kept, also of a stopped one, or a results file of any earlier \
            run. The whole report is a resource, which is linked. It changes nothing and answers \
            at once.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let results = input.found(context.state()).await?;
        let chosen = match &input.test {
            Some(test) => Arc::new(one(&results, test)?),
            None => results,
        };
        let form = input.format.unwrap_or_default();
        let text = input.rendered(&chosen, form)?;
        let chosen_by_caller = input.test.is_some() || !input.sections.is_empty();
        let most = if chosen_by_caller { MOST } else { USUAL };
        let (text, cut) = digest::capped(text, most);
        let run = input.run_id.as_deref().map(|id| Handle::parse(id, "run")).transpose()?;
        let report_resource = run.map(|run| reports::address(run, form));
        let next = cut.then(|| match &report_resource {
            Some(uri) => format!("read {uri}, or ask for one `test`"),
            None => "ask for one `test`".to_owned(),
        });
        let verdict = chosen.verdict;
        Ok(Output { verdict, format: form, text, cut, next, report_resource })
    }
}

impl Input {
    async fn found(&self, state: &State) -> Result<Arc<Results>, ToolError> {
        match (&self.run_id, &self.results) {
            (Some(run), None) => state.reports.get(run),
            (None, Some(path)) => {
                let text = state.files().read_text(path).await?;
                read(&text, path).map(Arc::new)
            }
            (Some(_), Some(_)) => {
                let message = "both `run_id` and `results` are given";
                Err(ToolError::input("several_sources", message).hint("give one of them"))
            }
            (None, None) => Err(ToolError::input("no_source", "no run is named")
                .hint("give a `run_id`, or the path of a results file as `results`")),
        }
    }

    fn rendered(&self, results: &Results, form: Format) -> Result<String, ToolError> {
        if form != Format::Markdown {
            if self.sections.is_empty() {
                return Ok(report::render(results, form));
            }
            let message = "`sections` are parts of a Markdown report";
            return Err(ToolError::input("sections_of_markdown", message)
                .hint("leave out `format` or `sections`"));
        }
        let usual: &[Section] = match self.test {
            Some(_) => &[Section::Tests],
            None => &[Section::Summary, Section::Failures],
        };
        let sections = if self.sections.is_empty() { usual } else { &self.sections };
        let texts = sections.iter().map(|section| section.of(results));
        let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
        Ok(texts.join("\n\n"))
    }
}

impl Section {
    fn of(self, results: &Results) -> String {
        match self {
            Self::Summary => digest::summary(results),
            Self::Failures => digest::tests(&digest::failures(results)),
            Self::Tests => digest::tests(results),
            Self::Evidence => digest::evidence(results),
            Self::Plots => digest::plots(results),
        }
    }
}

/// Reads a file of results: JSON, or YAML by the end of its name.
pub(crate) fn read(text: &str, path: &str) -> Result<Results, ToolError> {
    Results::read(text, Format::of_path(path) == Ok(Format::Yaml)).map_err(|problem| {
        ToolError::input("not_results", format!("{path} does not hold results: {problem}"))
            .hint("name the file that fault_run_scenario or `fault scenario run` wrote as `result`")
    })
}

/// The test of a number or a name.
fn one(results: &Results, test: &str) -> Result<Results, ToolError> {
    let number = test.trim().parse::<usize>().ok();
    let lower = test.trim().to_lowercase();
    let is_named = |name: &str| name.to_lowercase() == lower;
    let chosen = digest::only(results, |at, title, item| match number {
        Some(number) => number == at,
        None => is_named(&item.name) || is_named(title),
    });
    if chosen.tests().next().is_some() {
        return Ok(chosen);
    }
    let names = results
        .tests()
        .flat_map(|(scenario, item)| [item.name.as_str(), scenario.scenario.title.as_str()]);
    let error = ToolError::input("unknown_test", format!("there is no test `{test}`"));
    Err(match arguments::nearest(test, names) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("give a number from 1 to {}", results.tests().count())),
    })
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text.trim_end())?;
        match &self.next {
            Some(next) => write!(f, "\n\n(cut off; {next})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
