//! `fault agent scenario-review` and `fault agent code-review`, by the very tools that agents call.

use std::{
    io::{self, BufRead, IsTerminal},
    path::Path,
};

use fault_scenario::results::Results;
use fault_tools::{Answer, CodeSettings, LlmSettings, Operation, ToolError, operations};
use serde_json::{Value, json};

use crate::{
    Ending,
    args::{CodeReviewArgs, SCENARIO_REVIEW, ScenarioReviewArgs},
    code::{call_with, text},
    logging::Logs,
    output,
};

/// The most operations that are offered.
const MOST: usize = 200;

/// Reviews what a run of scenarios found.
pub(crate) fn scenario(
    args: ScenarioReviewArgs,
    code: CodeSettings,
    llm: LlmSettings,
    logs: &Logs,
) -> Result<Ending, ToolError> {
    logs.start()?;
    let arguments = json!({
        "results": text(&args.results),
        "role": args.role.name(),
        "source_dir": args.source_dir.as_deref().map(text),
        "lang": args.source_lang,
        "report": text(&args.report),
    });
    let answer = call_with("fault_review_results", arguments, code, llm)?;
    Ok(say(&answer, args.json, &args.report))
}

/// Reviews the code behind an operation.
pub(crate) fn source(
    args: CodeReviewArgs,
    code: CodeSettings,
    llm: LlmSettings,
    logs: &Logs,
) -> Result<Ending, ToolError> {
    logs.start()?;
    let operation = match args.operation {
        Some(operation) => Some(operation),
        None => asked_for(&args.results)?,
    };
    let before = args.scenario_review_report.or_else(|| {
        let usual = Path::new(SCENARIO_REVIEW);
        usual.is_file().then(|| usual.to_owned())
    });
    let arguments = json!({
        "results": text(&args.results),
        "source_dir": args.source_dir.as_deref().map(text),
        "lang": args.source_lang,
        "operation": operation,
        "scenario_review_report": before.as_deref().map(text),
        "report": text(&args.report),
    });
    let answer = call_with("fault_review_code", arguments, code, llm)?;
    Ok(say(&answer, args.json, &args.report))
}

/// Prints what matters most, and where the rest is.
fn say(answer: &Answer, as_json: bool, report: &Path) -> Ending {
    let words = |key: &str| answer.structured.get(key).and_then(Value::as_str).map(str::to_owned);
    let text = match as_json {
        true => format!("{:#}\n", answer.structured),
        false => {
            let note = words("note").map(
                |_| "Without a model: see `fault agent --help` for --llm-client and its keys.\n",
            );
            format!(
                "{}\n{}\nReview saved as {}\n",
                words("summary").unwrap_or_default(),
                note.unwrap_or_default(),
                report.display(),
            )
        }
    };
    output::say(&text);
    Ending::Done
}

/// The operation that is chosen on a terminal; nothing where there is no choice, or nobody to make it.
fn asked_for(results: &Path) -> Result<Option<String>, ToolError> {
    if !(io::stdin().is_terminal() && output::watched()) {
        return Ok(None);
    }
    // What cannot be read is told by the tool.
    let Ok(file) = fs_err::read_to_string(results) else { return Ok(None) };
    let Ok(results) = Results::read(&file, is_yaml(results)) else { return Ok(None) };
    let operations = operations(&results);
    if !(2..=MOST).contains(&operations.len()) {
        return Ok(None);
    }
    output::warn(&menu(&operations));
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| {
        ToolError::environment("stdin", format!("standard input cannot be read: {error}"))
            .hint("name the operation with `--operation`")
    })?;
    chosen(&operations, &line).map(Some)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}

fn menu(operations: &[Operation]) -> String {
    let mut text = "Select the operation to review:\n".to_owned();
    let shown = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    for (operation, number) in operations.iter().zip(1..) {
        let (id, call) = (shown(&operation.id), shown(&operation.call));
        text.push_str(&format!("{number:>4}  {id} [{call}]\n"));
    }
    text + "Number or name: "
}

/// The operation of an answer: its number in the menu, or the one whose name begins so.
fn chosen(operations: &[Operation], line: &str) -> Result<String, ToolError> {
    let line = line.trim();
    let by_number =
        line.parse::<usize>().ok().and_then(|number| operations.get(number.checked_sub(1)?));
    let mut named = operations.iter().filter(|one| !line.is_empty() && one.id.starts_with(line));
    let by_name = match (named.next(), named.next()) {
        (Some(one), None) => Some(one),
        _ => operations.iter().find(|one| one.id == line),
    };
    by_number.or(by_name).map(|one| one.id.clone()).ok_or_else(|| {
        let what = if line.is_empty() {
            "nothing was chosen".to_owned()
        } else {
            format!("`{line}` is none of the operations")
        };
        ToolError::input("operation_needed", what)
            .hint("give its number, or name it with `--operation`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_chosen_by_number_or_name() {
        let one = |id: &str| Operation { id: id.to_owned(), call: format!("GET http://h/{id}") };
        let operations = [one("read_user"), one("read_users"), one("create\u{1b}user")];
        let menu = menu(&operations);
        assert!(menu.contains("   2  read_users [GET http://h/read_users]\n"), "{menu}");
        assert!(!menu.contains('\u{1b}'), "{menu}");
        for (line, id) in
            [("2\n", "read_users"), ("read_user\n", "read_user"), ("crea", "create\u{1b}user")]
        {
            assert_eq!(chosen(&operations, line).unwrap(), id, "{line}");
        }
        for line in ["", "0", "4", "re", "nothing"] {
            assert_eq!(chosen(&operations, line).unwrap_err().code, "operation_needed", "{line}");
        }
    }
}
