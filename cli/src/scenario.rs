//! `fault scenario`: scenarios are run, made and looked at, by the very handlers that agents call.

use std::{path::Path, sync::Arc, time::Duration};

use fault_proxy::Trust;
use fault_tools::{Answer, Context, Limits, Progress, State, ToolError, find};
use serde_json::Value;

use crate::{
    Ending,
    args::{ScenarioArgs, ScenarioCommand},
    logging::Logs,
    planned, process,
};

mod board;
mod check;
mod frame;
mod job;
mod run;
mod write;

/// What a user may ask for who wrote the command himself.
const UNLIMITED: Limits = Limits {
    duration: Duration::MAX,
    rate: u32::MAX,
    clients: u32::MAX,
    open: usize::MAX,
    listen_anywhere: true,
    allow_exec: false,
};

/// Does what is asked for with scenarios.
pub(crate) fn execute(args: ScenarioArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let ScenarioArgs { proxy, command } = args;
    planned::refuse_plugins(&proxy.grpc_plugin)?;
    proxy.refuse_what_is_in_the_file()?;
    match command {
        ScenarioCommand::Run(args) if args.dry_run => check::execute(&args.files, logs),
        ScenarioCommand::Run(args) => run::execute(args, &proxy, logs),
        ScenarioCommand::Generate(args) => write::generate(args, logs),
        ScenarioCommand::New(args) => write::new(args, logs),
        ScenarioCommand::Check(files) => check::execute(&files, logs),
    }
}

/// What the tools share: no limit but those of the machine, and every path.
fn state(trust: Trust) -> Arc<State> {
    Arc::new(State::new(UNLIMITED, trust).trusting_paths(true))
}

/// Calls a tool; nothing is under way any more when this returns.
fn call(
    name: &str,
    arguments: Value,
    state: &Arc<State>,
    progress: Progress,
) -> Result<Answer, ToolError> {
    let entry = find(name)?;
    process::block_on(async {
        let context = Context::new(Arc::clone(state), process::stop_signal()?);
        let answer = entry.call(context.with_progress(progress), arguments).await;
        state.shutdown().await;
        answer
    })
}

/// A path as the tools take it.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
