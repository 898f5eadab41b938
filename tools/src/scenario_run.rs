//! `fault_run_scenario`: scenarios from files, run and judged.

use std::fmt::{Display, Formatter};

use fault_scenario::{report::Format, results::Results};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    digest,
    error::ToolError,
    handle::Handle,
    reports,
    runs::Found,
    scenario_source::Source,
    tool::{Definition, Effect, Tool},
};

mod course;
mod job;

#[cfg(test)]
mod tests;

use job::Job;

/// How long the text of an answer is at most, in bytes.
const MOST_TEXT: usize = 8_000;

/// How long the tests of a structured answer are at most, in bytes: a few pages for a model.
const MOST_DATA: usize = 20_000;

/// Runs scenarios.
pub(crate) struct RunScenario;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Input {
    #[serde(flatten)]
    source: Source,
    /// The number that every random decision is drawn from; give the seed of an earlier run to
    /// repeat its decisions. A new one, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    /// How many tests run at the same time; 1 if not given. Tests that share a target or the HTTP
    /// proxy never do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 32))]
    jobs: Option<usize>,
    /// Where the HTTP proxy listens for the application; 127.0.0.1:3180 if not given. The
    /// application must use it, as HTTP_PROXY, for faults on what it calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proxy_address: Option<String>,
    /// Other addresses for hosts, each as `HOST:PORT=ADDRESS[:PORT]`. None, if not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resolve: Vec<String>,
    /// A file for everything that is found, call by call: a path that ends in .json or .yaml.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    /// Files for the report; each suffix decides the form: .md, .html, .json, .yaml, .txt, or .xml
    /// for JUnit. None, if not given: the report is kept for fault_get_report in any case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    report: Vec<String>,
    /// Whether to wait for the end; true if not given. If false, the answer comes at once with a
    /// run_id for fault_get_run and fault_stop_run: for hosts that give up on long calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait: Option<bool>,
}

/// What a run of scenarios found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The id that fault_get_run, fault_stop_run and fault_get_report take.
    run_id: String,
    /// Whether the run has ended; if not, what it finds is still to come.
    finished: bool,
    /// How many seconds the run took; if it has not ended, how many it takes at least.
    seconds: f64,
    /// Everything that was found but the calls one by one, what can be drawn, and the text of the
    /// scenarios.
    #[serde(flatten)]
    results: Option<Results>,
    /// How many tests are left out since there are too many for an answer; most of all those that
    /// passed. The whole report has them.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    /// Files that were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
    /// The resource that holds the whole report.
    #[serde(skip_serializing_if = "Option::is_none")]
    report_resource: Option<String>,
    /// The verdict, what fell short and why, in words.
    #[serde(skip)]
    text: String,
}

impl Tool for RunScenario {
    const DEFINITION: Definition = Definition {
        name: "fault_run_scenario",
        title: "Run scenarios",
        description: &[
            "Runs scenario files: for each test the calls without and with its faults, then a \
            verdict (passed, failed or inconclusive) with its reasons and proof of injection. \
            Check them first with fault_check_scenario, which also tells how long they take and \
            how much they send. Returns a short Markdown report, every test in short, the seed \
            and a run_id; fault_get_report has the rest. It takes as long as the tests together; \
            if your host gives up earlier, give `wait: false` and ask fault_get_run. A cancelled \
            run keeps what it has found so far.",
        ],
        effect: Effect::Disturbs,
        idempotent: false,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let wait = input.wait.unwrap_or(true);
        let job = Job::prepare(input, context.state()).await?;
        let seconds = job.seconds();
        let runs = &context.state().runs;
        let watcher = context.progress().clone();
        let handle = runs.start_with(context.state(), watcher, |handle, own| async move {
            job.carry_out(handle, &own).await.map(|found| Found::Scenarios(Box::new(found)))
        })?;
        if !wait {
            return Ok(Output::started(handle, seconds));
        }
        // However this call ends early, the run ends with it; it still writes what it has found.
        let leash = runs.leash(handle);
        let ended = tokio::select! {
            biased;
            () = context.cancelled() => {
                drop(leash);
                runs.end(handle).await
            }
            ended = runs.end(handle) => {
                leash.let_go();
                ended
            }
        };
        match ended? {
            Found::Scenarios(found) => Ok(*found),
            Found::Impact(_) => Err(ToolError::internal("the run found something else")),
        }
    }
}

impl Output {
    fn started(run: Handle, seconds: f64) -> Self {
        let text = format!(
            "started run {run}; it takes at least {seconds:.0} s\n\
             next: fault_get_run {{\"run_id\": \"{run}\", \"wait_s\": 20}}"
        );
        Self {
            run_id: run.to_string(),
            finished: false,
            seconds,
            results: None,
            left_out: 0,
            files: Vec::new(),
            report_resource: None,
            text,
        }
    }

    fn ended(run: Handle, results: &Results, files: Vec<String>) -> Self {
        let (short, left_out) = digest::short(results, MOST_DATA);
        Self {
            run_id: run.to_string(),
            finished: true,
            seconds: results.end.saturating_sub(results.start) as f64,
            results: Some(short),
            left_out,
            text: text(run, results, &files),
            files,
            report_resource: Some(reports::address(run, Format::Markdown)),
        }
    }
}

/// What is shown of a run: the summary, the tests that fell short, and where the rest is.
fn text(run: Handle, results: &Results, files: &[String]) -> String {
    let failures = digest::tests(&digest::failures(results));
    let short = format!("{}\n\n{failures}", digest::summary(results));
    let (mut text, cut) = digest::capped(short.trim_end().to_owned(), MOST_TEXT);
    if cut {
        text.push_str("\n\n(shortened)");
    }
    let written: String = files.iter().map(|file| format!("\nwritten: {file}")).collect();
    if !written.is_empty() {
        text.push_str(&format!("\n{written}"));
    }
    text + &format!("\n\nrun_id: {run}\nthe rest: fault_get_report {{\"run_id\": \"{run}\"}}")
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
