//! `fault scenario generate` and `fault scenario new`.

use fault_proxy::Trust;
use fault_scenario::generate::built_in;
use fault_tools::{Progress, ToolError};
use serde_json::{Map, Value, json};

use super::{call, state, text};
use crate::{
    Ending,
    args::{GenerateArgs, NewArgs},
    logging::Logs,
    output,
};

/// What writes scenarios.
const GENERATE: &str = "fault_generate_scenarios";

/// Writes scenarios for the endpoints of an OpenAPI document.
pub(super) fn generate(args: GenerateArgs, logs: &Logs) -> Result<Ending, ToolError> {
    logs.start()?;
    if args.list_templates {
        output::say(&templates());
        return Ok(Ending::Done);
    }
    if args.spec_file.is_none() && args.spec_url.is_none() {
        let message = "there is nothing to generate scenarios from";
        return Err(ToolError::input("no_source", message).hint(
            "give `--spec-file PATH` or `--spec-url URL`; `fault scenario new URL` needs neither",
        ));
    }
    write(of_document(&args))
}

/// Writes a first scenario.
pub(super) fn new(args: NewArgs, logs: &Logs) -> Result<Ending, ToolError> {
    logs.start()?;
    write(json!({
        "scenario": args.scenario.map(|path| text(&path)),
        "url": args.url,
        "method": args.method,
        "overwrite": args.overwrite.then_some(true),
    }))
}

fn of_document(args: &GenerateArgs) -> Value {
    let files: Vec<_> = args.template_file.iter().map(|path| text(path)).collect();
    json!({
        "scenario": args.scenario.as_ref().map(|path| text(path)),
        "spec_file": args.spec_file.as_ref().map(|path| text(path)),
        "spec_url": args.spec_url,
        "base_url": args.base_url,
        "filter": args.filter,
        "templates": args.templates,
        "template_files": files,
        "overwrite": args.overwrite.then_some(true),
    })
}

/// The templates that come with the program, each with its title.
fn templates() -> String {
    let templates = built_in();
    let longest = templates.iter().map(|template| template.key.len()).max().unwrap_or(0);
    let lines = templates.iter().map(|it| format!("{:<longest$}  {}\n", it.key, it.title));
    lines.collect()
}

/// Calls the tool, and hands on what it says.
fn write(arguments: Value) -> Result<Ending, ToolError> {
    let answer = call(GENERATE, given(arguments), &state(Trust::default()), Progress::default())?;
    if answer.structured.get("content_cut") == Some(&Value::Bool(true)) {
        let message = "the scenarios are too many to be printed";
        return Err(ToolError::input("too_many_scenarios", message).hint(
            "name a file or a folder for them with `--scenario PATH`, or narrow `--filter`",
        ));
    }
    match answer.structured.get("content").and_then(Value::as_str) {
        // Without a file the scenarios themselves are the result, so that they can be piped on.
        Some(content) => {
            output::say(content);
            output::warn(&beside(&answer.text));
        }
        None => output::say(&format!("{}\n", answer.text.trim_end())),
    }
    Ok(Ending::Done)
}

/// What is said beside scenarios that are printed, without what only agents must be told.
fn beside(text: &str) -> String {
    let lines = text.trim_end().lines().filter(|line| !line.starts_with("not written: "));
    lines.map(|line| format!("{line}\n")).collect()
}

/// What was given, without what was not.
fn given(arguments: Value) -> Value {
    let Value::Object(map) = arguments else { return arguments };
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    Value::Object(map.into_iter().filter(|(_, value)| !empty(value)).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use fault_tools::find;

    use super::*;
    use crate::args::{self, Command, ScenarioCommand};

    fn read(line: &str) -> GenerateArgs {
        let words = format!("fault scenario generate {line}");
        let words: Vec<_> = words.split_whitespace().map(Into::into).collect();
        match args::parse(words).unwrap().cli.command {
            Command::Scenario(args) => match args.command {
                ScenarioCommand::Generate(args) => args,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_argument_is_one_of_the_tool_and_what_was_not_given_is_left_out() {
        let schema = find(GENERATE).unwrap().input_schema();
        let all = of_document(&read("--spec-file a.json"));
        for key in all.as_object().unwrap().keys() {
            assert!(schema["properties"].get(key).is_some(), "{GENERATE} takes no {key}");
        }
        let keys = given(all);
        assert_eq!(keys, json!({ "spec_file": "a.json" }));
    }

    #[test]
    fn each_template_is_listed_in_a_line() {
        let list = templates();
        assert_eq!(list.lines().count(), built_in().len());
        assert!(list.lines().all(|line| line.split("  ").count() >= 2), "{list}");
    }
}
