//! What an argument of a prompt can be, told while it is typed.

use std::collections::BTreeMap;

use fault_indexer::LANGUAGES;

use super::find_prompt;
use crate::{code::CodeFile, context::Context, error::ToolError};

/// The most values that are told; the protocol allows no more.
const MOST: usize = 100;

/// What an argument can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The values, whole, in order; 100 at most.
    pub values: Vec<String>,
    /// How many there are.
    pub total: usize,
}

/// What an argument of a prompt can be that begins with `value`, where others are given already.
/// There is nothing to tell of what cannot be read.
pub async fn complete(
    context: &Context,
    prompt: &str,
    argument: &str,
    value: &str,
    given: &BTreeMap<String, String>,
) -> Result<Completion, ToolError> {
    find_prompt(prompt)?;
    let files = context.state().files();
    let mut values = match argument {
        "file" => files.beginning_with(value, is_code).await.unwrap_or_default(),
        "results" => files.beginning_with(value, is_results).await.unwrap_or_default(),
        "func" => functions(context, value, given).await,
        "lang" => {
            let names = LANGUAGES.iter().map(|language| language.name);
            names.filter(|name| name.starts_with(value)).map(str::to_owned).collect()
        }
        "run_id" => reports(context, value),
        _ => Vec::new(),
    };
    let total = values.len();
    values.truncate(MOST);
    Ok(Completion { values, total })
}

fn is_code(name: &str) -> bool {
    let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    LANGUAGES.iter().any(|language| language.suffixes.contains(&suffix))
}

fn is_results(name: &str) -> bool {
    [".json", ".yaml", ".yml"].iter().any(|suffix| name.ends_with(suffix))
}

/// The functions of the file that is given, by what their names hold.
async fn functions(
    context: &Context,
    value: &str,
    given: &BTreeMap<String, String>,
) -> Vec<String> {
    let Some(path) = given.get("file") else { return Vec::new() };
    let lang = given.get("lang").map(|lang| lang.trim()).filter(|lang| !lang.is_empty());
    let Ok(file) = CodeFile::read(context.state().files(), path, lang).await else {
        return Vec::new();
    };
    let value = value.to_lowercase();
    let mut names = file.module.addresses();
    names.retain(|name| name.to_lowercase().contains(&value));
    names
}

/// The runs whose reports are kept, the newest first.
fn reports(context: &Context, value: &str) -> Vec<String> {
    let id = |uri: &str| {
        let name = uri.rsplit('/').next().unwrap_or(uri);
        name.split('.').next().unwrap_or(name).to_owned()
    };
    let ids = context.state().resources().into_iter().map(|report| id(&report.uri));
    ids.filter(|id| id.starts_with(value)).collect()
}
