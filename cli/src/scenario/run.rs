//! `fault scenario run`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use fault_scenario::{Verdict, results::Results};
use fault_tools::{ErrorKind, Progress, ToolError};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    board::{Board, Watched},
    call, check,
    frame::{Saved, Summary},
    job, state, text,
};
use crate::{
    Ending,
    args::{self, RunScenarioArgs, ScenarioProxyArgs},
    logging::Logs,
    output,
};

/// What runs scenarios.
const RUN: &str = "fault_run_scenario";

/// The most tests that run at the same time.
const MOST_JOBS: u32 = 32;

/// Runs scenarios, and says what they have found.
pub(super) fn execute(
    args: RunScenarioArgs,
    proxy: &ScenarioProxyArgs,
    logs: &Logs,
) -> Result<Ending, ToolError> {
    let arguments = arguments(&args, proxy.address(&args.way)?)?;
    logs.start_beside_screen()?;
    let watched = match (args.no_ui, output::watched()) {
        (true, _) => Watched::Not,
        (false, true) => Watched::Live,
        (false, false) => Watched::Lines,
    };
    let exit_zero = args.exit_zero;
    let passed = carry(args, arguments, watched)?;
    Ok(if passed || exit_zero { Ending::Done } else { Ending::FellShort })
}

/// Runs the scenarios; whether all of them were run and have passed.
fn carry(args: RunScenarioArgs, arguments: Value, watched: Watched) -> Result<bool, ToolError> {
    let RunScenarioArgs { report, result, job_summary, trust, .. } = args;
    let board = Arc::new(Board::new(watched));
    let told = Arc::clone(&board);
    let progress = Progress::default().with_steps(move |update| told.tell(update));
    let state = state(trust.into());
    let began = Instant::now();
    let answer = call(RUN, arguments, &state, progress);
    let elapsed = began.elapsed();
    board.close();
    let results = match (answer, state.newest_results()) {
        (Ok(_), Some(results)) => results,
        (Ok(_), None) => return Err(ToolError::internal("the run has no results")),
        // A run that was cut short still says what it has found.
        (Err(error), Some(results)) if error.kind == ErrorKind::Cancelled => results,
        (Err(error), _) => return Err(check::explained(error)),
    };
    let saved = Saved { reports: &report, result: &result };
    output::say(&Summary::of(&results, elapsed, saved).to_string());
    if let Some(path) = job_summary {
        job::tell(&path, &results);
    }
    Ok(passed(&results))
}

fn passed(results: &Results) -> bool {
    results.verdict == Verdict::Passed && !results.cut_short
}

/// What the tool is asked for. What is usual is left out: it is in the command that repeats the run.
fn arguments(args: &RunScenarioArgs, address: Option<SocketAddr>) -> Result<Value, ToolError> {
    let mut arguments = json!({
        "scenario": paths(&args.files.scenario),
        "filter": args.files.filter,
        "seed": args::seed(args.seed.as_deref())?.to_string(),
        "resolve": args.way.resolve,
        "result": text(&args.result),
        "report": paths(&args.report),
    });
    if let Some(address) = address {
        arguments["proxy_address"] = address.to_string().into();
    }
    if let jobs @ 2.. = jobs(&args.jobs)? {
        arguments["jobs"] = jobs.into();
    }
    Ok(arguments)
}

fn jobs(text: &str) -> Result<u32, ToolError> {
    match text.trim().parse() {
        Ok(jobs @ 1..=MOST_JOBS) => Ok(jobs),
        _ => Err(ToolError::input("invalid_jobs", format!("`{text}` is not a number of tests"))
            .hint(format!("give `--jobs` a whole number from 1 to {MOST_JOBS}"))),
    }
}

fn paths(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| text(path)).collect()
}

#[cfg(test)]
mod tests {
    use fault_tools::find;

    use super::*;
    use crate::args::{Command, ScenarioCommand};

    fn read(line: &str) -> RunScenarioArgs {
        let words = format!("fault scenario run {line}");
        let words: Vec<_> = words.split_whitespace().map(Into::into).collect();
        match args::parse(words).unwrap().cli.command {
            Command::Scenario(args) => match args.command {
                ScenarioCommand::Run(args) => args,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_argument_is_one_of_the_tool() {
        let schema = find(RUN).unwrap().input_schema();
        let address = "127.0.0.1:0".parse().ok();
        let given = arguments(&read("-s a.yaml --seed 7 --jobs 2"), address).unwrap();
        for (key, value) in given.as_object().unwrap() {
            assert!(schema["properties"].get(key).is_some(), "{RUN} takes no {key}");
            assert!(!value.is_null(), "{key}");
        }
        assert_eq!((&given["seed"], &given["jobs"]), (&json!("7"), &json!(2)));
        let usual = arguments(&read("-s a.yaml"), None).unwrap();
        assert!(usual.get("jobs").is_none() && usual.get("proxy_address").is_none(), "{usual}");
    }

    #[test]
    fn a_number_of_jobs_is_whole_and_not_endless() {
        for text in ["0", "-1", "1.5", "33", "all"] {
            assert_eq!(jobs(text).unwrap_err().code, "invalid_jobs", "{text}");
        }
        assert_eq!(jobs(" 4 ").unwrap(), 4);
    }
}
