//! `fault tool`: a person calls the very tools that agents call.

use std::{io::Read, sync::Arc};

use fault_tools::{Answer, Context, Entry, Progress, ToolError, catalog, find};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};

use crate::{Ending, args::ToolArgs, logging::Logs, output, process};

/// How the names of tools begin whose work goes on after their answer.
const LASTING: &str = "fault_start_";

/// What is said after their answer.
const ENDED: &str = "\
note: what this tool started has ended with this command; in `fault agent tool` it goes on, and
`fault run` keeps a proxy until it is stopped
";

/// Calls a tool, describes it, or lists them all.
pub(crate) fn execute(args: ToolArgs, logs: &Logs) -> Result<Ending, ToolError> {
    logs.start()?;
    let Some(name) = &args.name else {
        output::say(&list());
        return Ok(Ending::Done);
    };
    let entry = find(name)?;
    if args.describe {
        output::say(&if args.json { pretty(&entry.input_schema()) } else { description(entry) });
        return Ok(Ending::Done);
    }
    let arguments = arguments(&args.arguments)?;
    let llm = args.llm.settings(&args.code)?;
    let state = args.limits.state()?.with_llm(llm).with_code(args.code.settings());
    let state = Arc::new(state);
    let answer = process::block_on(async {
        let context = Context::new(Arc::clone(&state), process::stop_signal()?);
        let answer = call(entry, context, arguments).await;
        state.shutdown().await;
        answer
    })?;
    output::say(&if args.json { pretty(&answer.structured) } else { lines(&answer.text) });
    if name.starts_with(LASTING) {
        output::warn(ENDED);
    }
    Ok(ending(&answer))
}

/// Calls a tool and shows how far it is, if somebody looks.
pub(crate) async fn call(
    entry: &Entry,
    context: Context,
    arguments: Value,
) -> Result<Answer, ToolError> {
    let bar = output::live(ProgressBar::new(1).with_style(style()));
    let shown = bar.clone();
    let progress = Progress::new(move |update| {
        shown.set_position((update.done / update.total.max(f64::MIN_POSITIVE) * 100.0) as u64);
        shown.set_length(100);
        shown.set_message(update.message);
    });
    let answer = entry.call(context.with_progress(progress), arguments).await;
    bar.finish_and_clear();
    answer
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {bar:30} {msg}").expect("the template is well formed")
}

/// A scenario that did not pass found something out.
fn ending(answer: &Answer) -> Ending {
    match answer.structured.get("verdict").and_then(Value::as_str) {
        Some("failed" | "inconclusive") => Ending::FellShort,
        _ => Ending::Done,
    }
}

/// Reads the arguments: one JSON object, `-` for standard input, or KEY=VALUE pairs.
fn arguments(words: &[String]) -> Result<Value, ToolError> {
    match words {
        [] => Ok(Value::Null),
        [word] if word == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| {
                ToolError::environment("stdin", format!("standard input cannot be read: {error}"))
                    .hint("give the arguments on the command line instead")
            })?;
            object(&text)
        }
        [word] if word.trim_start().starts_with('{') => object(word),
        words => pairs(words),
    }
}

fn object(text: &str) -> Result<Value, ToolError> {
    serde_json::from_str(text).map_err(|error| {
        ToolError::input("invalid_arguments", format!("the arguments are not JSON: {error}")).hint(
            r#"write an object such as '{"url": "http://localhost:7070/"}', or KEY=VALUE pairs"#,
        )
    })
}

/// What a value means is known by the tool, which reads numbers, lists and objects from text. A
/// key that comes again makes a list.
fn pairs(words: &[String]) -> Result<Value, ToolError> {
    let mut map: Map<String, Value> = Map::new();
    for word in words {
        let (key, value) = word.split_once('=').ok_or_else(|| {
            ToolError::input("invalid_arguments", format!("`{word}` is not KEY=VALUE"))
                .hint("write one JSON object, `-` to read one from standard input, or KEY=VALUE")
        })?;
        match map.get_mut(key) {
            None => drop(map.insert(key.to_owned(), value.into())),
            Some(Value::Array(values)) => values.push(value.into()),
            Some(first) => *first = Value::Array(vec![first.take(), value.into()]),
        }
    }
    Ok(Value::Object(map))
}

fn list() -> String {
    let longest = catalog().iter().map(|entry| entry.definition.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Entry { definition, .. } in catalog() {
        text += &format!("{:<longest$}  {}\n", definition.name, definition.title);
    }
    text + "\nfault tool NAME --describe says what a tool does and which arguments it takes.\n"
}

/// What a tool does and which arguments it takes.
fn description(entry: &Entry) -> String {
    let schema = entry.input_schema();
    let required = |name: &str| {
        schema
            .get("required")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(|n| n == name))
    };
    let mut text = format!("{}\n\n{}\n", entry.definition.title, entry.definition.description());
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let about = property.get("description").and_then(Value::as_str).unwrap_or_default();
        let needed = if required(name) { " (required)" } else { "" };
        let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
        text += &format!("\n{name}{needed}\n    {about}\n");
    }
    text
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn lines(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(words: &[&str]) -> Result<Value, ToolError> {
        arguments(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_an_object_or_pairs() {
        assert_eq!(read(&[]).unwrap(), Value::Null);
        assert_eq!(read(&[r#"{"url": "u", "rps": 3}"#]).unwrap(), json!({ "url": "u", "rps": 3 }));
        assert_eq!(
            read(&["url=http://a/?b=c", "proxies=1=a:1", "proxies=2=b:2", "proxies=3=c:3"])
                .unwrap(),
            json!({ "url": "http://a/?b=c", "proxies": ["1=a:1", "2=b:2", "3=c:3"] })
        );
    }

    #[test]
    fn what_is_neither_is_refused() {
        for words in [&["{"][..], &["url"], &["url=u", "rps"]] {
            assert_eq!(read(words).unwrap_err().code, "invalid_arguments", "{words:?}");
        }
    }

    #[test]
    fn a_scenario_that_did_not_pass_fell_short() {
        for (structured, wanted) in [
            (json!({ "verdict": "passed" }), Ending::Done),
            (json!({ "verdict": "failed" }), Ending::FellShort),
            (json!({ "verdict": "inconclusive" }), Ending::FellShort),
            (json!({ "id": "x" }), Ending::Done),
        ] {
            let answer = Answer { structured, text: String::new() };
            assert_eq!(ending(&answer), wanted);
        }
    }

    #[test]
    fn tools_whose_work_goes_on_are_known_by_their_names() {
        assert!(catalog().iter().any(|entry| entry.definition.name.starts_with(LASTING)));
    }

    #[test]
    fn every_tool_is_listed_and_describes_its_arguments() {
        let list = list();
        for entry in catalog() {
            assert!(list.contains(entry.definition.name), "{}", entry.definition.name);
            assert!(description(entry).contains(&entry.definition.description()));
        }
    }
}
