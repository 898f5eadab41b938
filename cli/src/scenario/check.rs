//! `fault scenario check`, and `fault scenario run --dry-run`.

use fault_proxy::Trust;
use fault_tools::{Progress, ToolError};
use serde_json::{Value, json};

use super::{call, state, text};
use crate::{Ending, args::FileArgs, logging::Logs, output};

/// What checks scenarios.
const CHECK: &str = "fault_check_scenario";

/// The code of the error that tells what is wrong in files.
pub(super) const INVALID: &str = "invalid_scenario";

/// Says whether scenarios can be run, and what would be.
pub(super) fn execute(files: &FileArgs, logs: &Logs) -> Result<Ending, ToolError> {
    logs.start()?;
    let answer = call(CHECK, arguments(files), &state(Trust::default()), Progress::default())?;
    output::say(&format!("{}\n", answer.text.trim_end()));
    let problems = answer.structured.get("problems").and_then(Value::as_array).map_or(0, Vec::len);
    match answer.structured.get("valid") {
        Some(Value::Bool(true)) => Ok(Ending::Done),
        _ => Err(invalid(problems)),
    }
}

fn arguments(files: &FileArgs) -> Value {
    let paths: Vec<_> = files.scenario.iter().map(|path| text(path)).collect();
    json!({ "scenario": paths, "filter": files.filter })
}

fn invalid(problems: usize) -> ToolError {
    let message = match problems {
        1 => "1 mistake keeps the scenarios from being run".to_owned(),
        _ => format!("{problems} mistakes keep the scenarios from being run"),
    };
    ToolError::input(INVALID, message).hint("mend what is named above")
}

/// Tells what is wrong, line by line as it stands, in front of what follows from it.
pub(super) fn explained(error: ToolError) -> ToolError {
    if error.code != INVALID {
        return error;
    }
    output::warn(&format!("{}\n", error.message));
    ToolError::input(INVALID, "nothing was run: the scenarios have mistakes")
        .hint("mend what is named above; `fault scenario check` tells what is left")
}
