//! `fault review`: what a fault will break in source code, by the very handler that agents call.

use std::path::Path;

use fault_tools::{Answer, CodeSettings, LlmSettings, ToolError};
use serde_json::{Value, json};

use crate::{
    Ending,
    args::{Level, ReviewArgs},
    code,
    logging::Logs,
};

/// Says how to have more than rules, where no model is at hand.
const RULES_ALONE: &str = "\n(told by rules alone, as no model is configured: OPENAI_API_KEY or \
                           --llm-client would configure one, --static asks for none)";

/// Reviews a file or a folder.
pub(crate) fn execute(args: ReviewArgs, logs: &Logs) -> Result<Ending, ToolError> {
    logs.start()?;
    let found = by_rules(&args)?;
    let ending = ending(&found, args.fail_on);
    let (by_rules, as_json, path) = (args.by_rules, args.json, args.path.clone());
    let (lang, llm) = (args.lang.clone(), args.llm.settings(&args.code)?);
    if by_rules || !llm.asks() {
        let remark = if by_rules { "" } else { RULES_ALONE };
        code::say(&found, as_json, |answer| format!("{}{remark}", answer.text));
        return Ok(ending);
    }
    let said = by_model(&path, lang, args.code.settings(), llm)?;
    let mut both = found;
    both.text = format!("{}\n\n{}", both.text, said.text);
    if let Value::Object(object) = &mut both.structured {
        object.insert("review".to_owned(), said.structured);
    }
    code::say(&both, as_json, |answer| answer.text.clone());
    Ok(ending)
}

/// What a model makes of it: of a folder a review, of a file a better one.
fn by_model(
    path: &Path,
    lang: Option<String>,
    code: CodeSettings,
    llm: LlmSettings,
) -> Result<Answer, ToolError> {
    if path.is_dir() {
        let arguments = json!({ "source_dir": code::text(path), "lang": lang });
        return code::call_with("fault_review_code", arguments, code, llm);
    }
    let arguments = json!({ "file": code::text(path) });
    let mut answer =
        code::call_with("fault_make_reliability_and_perf_changes", arguments, code, llm)?;
    let told = |key: &str| answer.structured[key].as_str().unwrap_or_default().to_owned();
    let (why, diff) = (told("explanation"), told("diff"));
    answer.text = match diff.is_empty() {
        true => format!("{why}\nNothing is worth a change."),
        false => format!("{why}\n\n{diff}"),
    };
    Ok(answer)
}

/// What rules find.
fn by_rules(args: &ReviewArgs) -> Result<Answer, ToolError> {
    let arguments = json!({
        "path": code::text(&args.path),
        "lang": args.lang,
        "rules": (!args.rule.is_empty()).then_some(&args.rule),
        "severity": least(args).map(Level::name),
        "tests": args.tests.then_some(true),
        "limit": args.limit,
    });
    code::call("fault_find_risks", arguments, CodeSettings::default())
}

/// The least severity that is listed: what makes the command fail is to be seen.
fn least(args: &ReviewArgs) -> Option<Level> {
    args.severity.or_else(|| args.fail_on.map(|level| level.min(Level::Low)))
}

fn ending(answer: &Answer, fail_on: Option<Level>) -> Ending {
    let Some(fail_on) = fail_on else { return Ending::Done };
    let counts = &answer.structured["score"]["counts"];
    let worse = Level::ALL.into_iter().filter(|level| *level >= fail_on);
    let found = worse.filter_map(|level| counts[level.name()].as_u64()).sum::<u64>();
    if found > 0 { Ending::FellShort } else { Ending::Done }
}
