//! `fault agent verify`: whether a diff fixes what a scenario shows, by the very tool that agents
//! call. The user wrote the command that is started, so that he needs no further leave for it.

use std::{io::Read, path::Path, sync::Arc, time::Duration};

use fault_tools::{Answer, Context, Limits, State, ToolError, find};
use serde_json::{Map, Value, json};

use crate::{
    Ending,
    args::{VerifyArgs, search_path},
    logging::Logs,
    output, process, tool,
};

/// What a user may ask for who wrote the command himself.
const UNLIMITED: Limits = Limits {
    duration: Duration::MAX,
    rate: u32::MAX,
    clients: u32::MAX,
    open: usize::MAX,
    listen_anywhere: true,
    allow_exec: true,
};

/// Verifies a diff.
pub(crate) fn execute(mut args: VerifyArgs, logs: &Logs) -> Result<Ending, ToolError> {
    logs.start()?;
    let state = State::new(UNLIMITED, args.trust()).trusting_paths(true).with_path(search_path());
    let as_json = args.json;
    let answer = call(arguments(args)?, Arc::new(state))?;
    let text = match as_json {
        true => format!("{:#}\n", answer.structured),
        false => words(&answer.text),
    };
    output::say(&text);
    ending(&answer.structured)
}

/// What agents are told, without the reports: they are gone with this process.
fn words(text: &str) -> String {
    let kept = text.trim_end().lines().filter(|line| !line.starts_with("reports: "));
    kept.map(|line| format!("{line}\n")).collect()
}

fn call(arguments: Value, state: Arc<State>) -> Result<Answer, ToolError> {
    let entry = find("fault_verify_change")?;
    process::block_on(async {
        let context = Context::new(Arc::clone(&state), process::stop_signal()?);
        let answer = tool::call(entry, context, arguments).await;
        state.shutdown().await;
        answer
    })
}

fn arguments(args: VerifyArgs) -> Result<Value, ToolError> {
    let all = json!({
        "diff": diff(&args.diff)?,
        "source_dir": text(&args.source_dir),
        "scenario": args.scenario.iter().map(|path| text(path)).collect::<Vec<_>>(),
        "filter": args.filter,
        "start": args.start,
        "url": args.url,
        "env": variables(&args.env)?,
        "health": args.health,
        "ready_within": args.ready_within,
        "workdir": args.workdir,
        "exclude": args.exclude,
        "proxy_address": args.proxy_address,
        "seed": args.seed,
    });
    let Value::Object(all) = all else { return Ok(all) };
    Ok(all.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into())
}

fn diff(path: &Path) -> Result<String, ToolError> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map_err(|error| {
            ToolError::environment("stdin", format!("standard input cannot be read: {error}"))
                .hint("pipe the diff in, such as `git diff | fault agent verify --diff - ...`")
        })?;
        return Ok(text);
    }
    fs_err::read_to_string(path).map_err(|error| {
        ToolError::input("file_not_read", format!("--diff: {error}"))
            .hint("name a file with a unified diff, or `-` for standard input")
    })
}

fn variables(words: &[String]) -> Result<Value, ToolError> {
    let pair = |word: &String| {
        let (name, value) = word.split_once('=').ok_or_else(|| {
            ToolError::input("bad_env", "--env: a variable has no value")
                .hint("write NAME=VALUE, such as `--env STOCK_URL=http://127.0.0.1:9091`")
        })?;
        Ok((name.to_owned(), Value::from(value)))
    };
    words.iter().map(pair).collect::<Result<Map<_, _>, ToolError>>().map(Value::Object)
}

/// 0 if the scenarios pass with the change, 1 if they do not, and an error if they were not run.
fn ending(answer: &Value) -> Result<Ending, ToolError> {
    match (answer["outcome"].as_str(), answer["verdict"].as_str()) {
        (Some("does_not_apply"), _) => {
            let problem = &answer["problem"];
            let word = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
            Err(ToolError::input(word("code"), word("message")).hint(word("hint")))
        }
        (Some("does_not_start"), _) => {
            let side = if answer["starts_before"] == false { "without" } else { "with" };
            let message = format!("the application does not start {side} the change");
            Err(ToolError::environment("application_not_started", message)
                .hint("what it said last is above; it needs all that it uses in its environment"))
        }
        (_, Some("passed")) => Ok(Ending::Done),
        _ => Ok(Ending::FellShort),
    }
}

/// A path as the tools take it.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_it_ends_is_what_the_scenarios_show_with_the_change() {
        let ends = |outcome: &str, verdict: &str| {
            ending(&json!({ "outcome": outcome, "verdict": verdict }))
        };
        for (outcome, verdict, wanted) in [
            ("fixed", "passed", Ending::Done),
            ("unchanged_pass", "passed", Ending::Done),
            ("still_fails", "failed", Ending::FellShort),
            ("broke", "failed", Ending::FellShort),
            ("inconclusive", "inconclusive", Ending::FellShort),
        ] {
            assert_eq!(ends(outcome, verdict).unwrap(), wanted, "{outcome}");
        }
        assert_eq!(ends("does_not_start", "").unwrap_err().code, "application_not_started");
        let problem = json!({ "code": "diff_ambiguous", "message": "m", "hint": "h" });
        let answer = json!({ "outcome": "does_not_apply", "problem": problem });
        assert_eq!(ending(&answer).unwrap_err().code, "diff_ambiguous");
    }

    #[test]
    fn variables_have_a_name_and_a_value() {
        let words = ["A=b=c".to_owned(), "D=".to_owned()];
        assert_eq!(variables(&words).unwrap(), json!({ "A": "b=c", "D": "" }));
        let error = variables(&["secret-without-a-name".to_owned()]).unwrap_err();
        assert_eq!(error.code, "bad_env");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
