//! `fault index`, `search`, `outline`, `extract` and `query`: source code, by the very handlers that
//! agents call.

use std::{env, path::Path, sync::Arc};

use fault_proxy::Trust;
use fault_tools::{Answer, CodeSettings, Context, Limits, LlmSettings, State, ToolError, find};
use serde_json::{Map, Value, json};

use crate::{
    Ending,
    args::{CommonArgs, ExtractArgs, IndexArgs, OutlineArgs, QueryArgs, SearchArgs},
    logging::Logs,
    output, process, tool,
};

mod counts;

/// Makes a folder searchable.
pub(crate) fn index(args: IndexArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let arguments = json!({
        "source_dir": text(&args.dir),
        "lang": args.lang,
        "rebuild": args.rebuild.then_some(true),
        "to": args.to,
    });
    let words = match args.to {
        Some(_) => |answer: &Answer| counts::of_copy(&answer.structured),
        None => |answer: &Answer| counts::of_index(&answer.structured),
    };
    answered("fault_index_source_code", arguments, args.common, words, logs)
}

/// Finds code.
pub(crate) fn search(args: SearchArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let arguments = json!({
        "query": args.query.join(" "),
        "limit": args.limit,
        "source_dir": args.dir.as_deref().map(text),
    });
    answered("fault_search_code", arguments, args.common, as_told, logs)
}

/// Tells what is in a file or a folder, or who calls whom.
pub(crate) fn outline(args: OutlineArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let arguments = json!({
        "path": text(&args.path),
        "func": args.func,
        "lang": args.lang,
        "limit": args.limit,
    });
    logs.start()?;
    let answer = call("fault_outline_code", arguments, CodeSettings::default())?;
    Ok(say(&answer, args.json, as_told))
}

/// Prints a function.
pub(crate) fn extract(args: ExtractArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let arguments = json!({ "file": text(&args.file), "func": args.func, "lang": args.lang });
    logs.start()?;
    let answer = call("fault_extract_code_block", arguments, CodeSettings::default())?;
    let whole = |answer: &Answer| {
        answer.structured.get("full").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    Ok(say(&answer, args.json, whole))
}

/// Answers a question in SQL.
pub(crate) fn query(args: QueryArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let arguments = json!({
        "sql": args.sql,
        "limit": args.limit,
        "source_dir": args.dir.as_deref().map(text),
        "results": args.results.as_deref().map(text),
    });
    answered("fault_query_index", arguments, args.common, as_told, logs)
}

fn answered(
    name: &str,
    arguments: Value,
    common: CommonArgs,
    words: impl Fn(&Answer) -> String,
    logs: &Logs,
) -> Result<Ending, ToolError> {
    logs.start()?;
    let answer = call(name, arguments, common.code.settings())?;
    Ok(say(&answer, common.json, words))
}

/// Prints an answer: in words, or as JSON.
pub(crate) fn say(answer: &Answer, as_json: bool, words: impl Fn(&Answer) -> String) -> Ending {
    let text = match as_json {
        true => format!("{:#}", answer.structured),
        false => words(answer),
    };
    output::say(&format!("{}\n", text.trim_end()));
    Ending::Done
}

/// What agents are told.
fn as_told(answer: &Answer) -> String {
    answer.text.clone()
}

/// Calls a tool that asks no model.
pub(crate) fn call(
    name: &str,
    arguments: Value,
    settings: CodeSettings,
) -> Result<Answer, ToolError> {
    call_with(name, arguments, settings, LlmSettings::default())
}

/// Calls a tool with what was given; nothing is under way any more when this returns.
pub(crate) fn call_with(
    name: &str,
    arguments: Value,
    code: CodeSettings,
    llm: LlmSettings,
) -> Result<Answer, ToolError> {
    let entry = find(name)?;
    // Paths are those of the user himself: they start here, and may lead anywhere.
    let here = env::current_dir().map_err(|error| {
        ToolError::environment("root_not_found", format!("the working directory is gone: {error}"))
            .hint("start the program in a folder that is there")
    })?;
    let state = State::new(Limits::default(), Trust::default());
    let state = state.with_roots(vec![here]).trusting_paths(true).with_code(code).with_llm(llm);
    let state = Arc::new(state);
    process::block_on(async {
        let context = Context::new(Arc::clone(&state), process::stop_signal()?);
        let answer = tool::call(entry, context, given(arguments)).await;
        state.shutdown().await;
        answer
    })
}

/// What was given, without what was not.
fn given(arguments: Value) -> Value {
    let Value::Object(map) = arguments else { return arguments };
    Value::Object(map.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
}

/// A path as the tools take it.
pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
