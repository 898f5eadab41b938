//! `fault_get_run`: how a started run stands, and its result.

use std::{
    fmt::{Display, Formatter},
    time::Duration,
};

use fault_scenario::ImpactResult;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    error::{ErrorKind, ToolError},
    runs::{Found, News},
    scenario_run,
    tool::{Definition, Effect, Tool},
};

/// Asks about a run.
pub(crate) struct GetRun;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The id that fault_start_impact_scenario or fault_run_scenario answered.
    run_id: String,
    /// How many seconds to wait for the end of the run before answering how far it is; 20 if not
    /// given.
    #[serde(default)]
    #[schemars(range(min = 0, max = 25))]
    wait_s: Option<u64>,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunState {
    /// It is under way.
    Running,
    /// It has a result.
    Done,
    /// It could not be carried out.
    Failed,
    /// It was stopped before its end.
    Stopped,
}

/// How a run stands.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The id of the run.
    pub(crate) run_id: String,
    /// Whether it is under way or how it ended.
    pub(crate) state: RunState,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) progress: Option<RunProgress>,
    /// What it found, once it is done, if it was an impact scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<Box<ImpactResult>>,
    /// What it found, once it is done, if it was fault_run_scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scenarios: Option<Box<scenario_run::Output>>,
    /// Why it could not be carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ToolError>,
}

/// How far a run is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RunProgress {
    /// Seconds since it began.
    elapsed_s: f64,
    /// Seconds that it takes in all.
    total_s: f64,
    /// What is going on.
    message: String,
}

impl Tool for GetRun {
    const DEFINITION: Definition = Definition {
        name: "fault_get_run",
        title: "Get a run's state or result",
        description: &["Answers how a run that was started with fault_start_impact_scenario, or \
            with fault_run_scenario and `wait: false`, stands: how far it is, or its result once \
            it is done, as the fault_run_* tools answer it. It waits for the end for up to `wait_s` \
            seconds, so there is no need to ask again at once; ask again while the state is \
            `running`. It changes nothing."],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let wait = Duration::from_secs(input.wait_s.unwrap_or(20));
        tokio::select! {
            biased;
            () = context.cancelled() => Err(ToolError::cancelled()),
            news = context.state().runs.get(&input.run_id, wait) => {
                Ok(Output::new(input.run_id, news?))
            }
        }
    }
}

impl Output {
    pub(crate) fn new(run_id: String, news: News) -> Self {
        let state = match &news.outcome {
            None => RunState::Running,
            Some(Ok(_)) => RunState::Done,
            Some(Err(error)) if error.kind == ErrorKind::Cancelled => RunState::Stopped,
            Some(Err(_)) => RunState::Failed,
        };
        let (result, scenarios, error) = match news.outcome {
            Some(Ok(Found::Impact(result))) => (Some(result), None, None),
            Some(Ok(Found::Scenarios(found))) => (None, Some(found), None),
            Some(Err(error)) if state == RunState::Failed => (None, None, Some(error)),
            Some(Err(_)) | None => (None, None, None),
        };
        let progress = news.progress.map(|update| RunProgress {
            elapsed_s: update.done,
            total_s: update.total,
            message: update.message,
        });
        Self { run_id, state, progress, result, scenarios, error }
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some(result) = &self.result {
            return result.fmt(f);
        }
        if let Some(scenarios) = &self.scenarios {
            return scenarios.fmt(f);
        }
        if let Some(error) = &self.error {
            return write!(f, "run {} failed: {error}", self.run_id);
        }
        if self.state == RunState::Stopped {
            return write!(f, "run {} was stopped; everything is undone", self.run_id);
        }
        write!(f, "run {} is under way", self.run_id)?;
        if let Some(RunProgress { elapsed_s, total_s, message }) = &self.progress {
            write!(f, ", {elapsed_s:.0} of {total_s:.0} s; {message}")?;
        }
        f.write_str("\nask again with fault_get_run")
    }
}
