//! One run of scenarios: everything checked before it, and everything written after it.

use std::{path::PathBuf, sync::Arc};

use fault_proxy::Resolve;
use fault_scenario::{
    plan::Plan,
    report::{self, Format},
    results::Results,
    run::{self, PROXY_ADDRESS, RunSettings},
};
use tokio_util::sync::CancellationToken;

use super::{Input, Output, course};
use crate::{
    context::Context,
    error::ToolError,
    handle::{self, Handle},
    mappings, scenario_guard,
    scenario_source::{Ready, Source, told},
    state::{Claim, State},
};

/// A run that is ready to start.
pub(super) struct Job {
    plan: Plan,
    settings: RunSettings,
    /// Where the results go, as the caller named it.
    result: Option<String>,
    reports: Vec<(String, Format)>,
    claims: Vec<Claim>,
}

impl Job {
    /// Checks everything that can be checked before a run.
    pub(super) async fn prepare(input: Input, state: &State) -> Result<Self, ToolError> {
        state.check_open()?;
        let ready = readable(&input.source, state).await?;
        let seed = handle::seed(input.seed.as_deref())?;
        let resolve = resolves(&input.resolve)?;
        let proxy_address = match &input.proxy_address {
            Some(text) => mappings::http_address(text, "proxy_address", state.limits())?,
            None => PROXY_ADDRESS,
        };
        let claims = scenario_guard::admit(&ready, &resolve, state).await?;
        let Targets { results, reports } = Targets::prepare(&input, state).await?;
        let settings = RunSettings {
            proxy_address,
            trust: state.trust().clone(),
            seed,
            jobs: input.jobs.unwrap_or(1),
            resolve,
            command: command(&input, &seed.to_string()),
            results,
        };
        Ok(Self { plan: ready.plan, settings, result: input.result, reports, claims })
    }

    /// How many seconds the run takes at least.
    pub(super) fn seconds(&self) -> f64 {
        self.plan.length().as_secs_f64()
    }

    /// Runs the scenarios. When the context is cancelled, what was found is kept and written, and
    /// the error says so.
    pub(super) async fn carry_out(
        self,
        handle: Handle,
        context: &Context,
    ) -> Result<Output, ToolError> {
        let Self { plan, settings, result, reports, claims } = self;
        let watcher = course::watcher(&plan, context.progress().clone());
        let cancel = CancellationToken::new();
        let running = run::run(plan, settings, watcher, cancel.clone());
        tokio::pin!(running);
        let (found, cancelled) = tokio::select! {
            biased;
            found = &mut running => (found, false),
            () = context.cancelled() => {
                cancel.cancel();
                (running.await, true)
            }
        };
        drop(claims);
        let results = Arc::new(found?);
        let state = context.state();
        state.reports.keep(handle, &results, state.limits().open);
        let written = write(&results, &reports, state).await;
        let kept = format!("fault_get_report {{\"run_id\": \"{handle}\"}} has what was found");
        let files: Vec<String> = match written {
            Ok(written) => result.into_iter().chain(written).collect(),
            Err(error) => return Err(also(error, &kept)),
        };
        if cancelled {
            return Err(stopped(&kept, &files));
        }
        Ok(Output::ended(handle, &results, files))
    }
}

async fn readable(source: &Source, state: &State) -> Result<Ready, ToolError> {
    source.plan(state.files()).await?.map_err(|problems| {
        ToolError::input("invalid_scenario", told(&problems))
            .hint("mend these, and check again with fault_check_scenario")
    })
}

fn resolves(texts: &[String]) -> Result<Vec<Resolve>, ToolError> {
    let read = texts.iter().enumerate().map(|(index, text)| {
        text.parse::<Resolve>().map_err(|error| {
            let about = format!("resolve[{index}]");
            ToolError::input(error.code(), error.to_string()).hint(error.hint()).about(about)
        })
    });
    read.collect()
}

/// Where the run writes, checked before anything is sent.
struct Targets {
    results: Option<PathBuf>,
    /// Each report as the caller named it, and its form.
    reports: Vec<(String, Format)>,
}

impl Targets {
    async fn prepare(input: &Input, state: &State) -> Result<Self, ToolError> {
        let results = match &input.result {
            Some(path) => Some(state.files().prepare(checked_result(path)?).await?),
            None => None,
        };
        let mut reports = Vec::new();
        for path in &input.report {
            let format = Format::of_path(path)?;
            if results == Some(state.files().prepare(path).await?) {
                let message = format!("{path} is named as `result` and as `report`");
                return Err(ToolError::input("same_file", message)
                    .hint("give each a file of its own: a report is shorter than the results"));
            }
            reports.push((path.clone(), format));
        }
        Ok(Self { results, reports })
    }
}

fn checked_result(path: &str) -> Result<&str, ToolError> {
    match Format::of_path(path) {
        Ok(Format::Json | Format::Yaml) => Ok(path),
        _ => {
            let message = format!("result: {path} ends neither in .json nor in .yaml");
            Err(ToolError::input("unknown_report_format", message)
                .hint("end it in .json or .yaml; reports of other forms go to `report`"))
        }
    }
}

/// Writes every report that can be written; the paths, or the first error.
async fn write(
    results: &Results,
    reports: &[(String, Format)],
    state: &State,
) -> Result<Vec<String>, ToolError> {
    let mut written = Ok(Vec::new());
    for (path, format) in reports {
        let text = report::render(results, *format);
        let outcome = state.files().write_text(path, text).await;
        written = match (written, outcome) {
            (Ok(mut paths), Ok(())) => {
                paths.push(path.clone());
                Ok(paths)
            }
            (Err(first), _) => Err(first),
            (Ok(_), Err(error)) => Err(error),
        };
    }
    written
}

/// The error with one more step to take.
fn also(error: ToolError, step: &str) -> ToolError {
    let hint = match &error.hint {
        Some(hint) => format!("{hint}; {step}"),
        None => step.to_owned(),
    };
    error.hint(hint)
}

fn stopped(kept: &str, files: &[String]) -> ToolError {
    let written = match files {
        [] => String::new(),
        files => format!("; written: {}", files.join(", ")),
    };
    ToolError::cancelled().hint(format!("{kept}{written}"))
}

/// The command that repeats the run. Text that came without a file is to be saved as one.
fn command(input: &Input, seed: &str) -> String {
    let mut words = vec!["fault".to_owned(), "scenario".to_owned(), "run".to_owned()];
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
    let saved = input.source.content.is_some().then_some("scenario.yaml");
    let paths = input.source.scenario.iter().map(String::as_str).chain(saved);
    paths.for_each(|path| option("--scenario", path));
    input.source.filter.iter().for_each(|filter| option("--filter", filter));
    input.proxy_address.iter().for_each(|address| option("--proxy-address", address));
    input.resolve.iter().for_each(|resolve| option("--resolve", resolve));
    input.jobs.iter().for_each(|jobs| option("--jobs", &jobs.to_string()));
    option("--seed", seed);
    words.join(" ")
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
