//! `fault_search_code`: the code that a question is about.

use std::{
    fmt::{Display, Formatter},
    path::Path,
};

use fault_indexer::{
    chunk::{Chunk, ChunkKind},
    search::{self, Found, MOST, Mode},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use crate::{
    code::{self, IndexPlace, Purpose, no_index},
    context::Context,
    error::ToolError,
    tool::{Definition, Effect, Tool},
};

/// How many places an answer has, if the caller does not say.
const USUAL: usize = 10;

/// How many lines of a place are shown, and how much of each.
const LINES: usize = 8;
const WIDEST: usize = 120;

/// The longest question, in bytes.
const LONGEST: usize = 10_000;

/// Searches code.
pub(crate) struct SearchCode;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// What to find: words, names or a sentence.
    query: String,
    /// The most places, up to 100; 10 if not given.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<usize>,
    /// The folder that was indexed; if not given, the one that was indexed last, or the nearest.
    source_dir: Option<String>,
}

/// The code that a question is about.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The places, the best first.
    found: Vec<Match>,
    /// How it was looked for.
    search: Mode,
    /// Why it was not looked for by meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Where the index is.
    index: String,
}

/// A place in the code.
#[derive(Debug, Serialize, JsonSchema)]
struct Match {
    /// The file.
    path: String,
    /// The first line.
    first_line: usize,
    /// The last line.
    last_line: usize,
    /// What it is.
    kind: ChunkKind,
    /// The name of the function or scope.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    /// The language.
    language: String,
    /// Why it is here.
    why: String,
    /// Its first lines.
    snippet: String,
    /// Its calls that leave the process.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remote_calls: Vec<String>,
}

impl Tool for SearchCode {
    const DEFINITION: Definition = Definition {
        name: "fault_search_code",
        title: "Search code",
        description: &[
            "Finds functions and classes by what they are called and do: by words, and \
            by meaning too if the program was started with an embedder. It answers file, lines, \
            name, why it fits and the first lines of each place, the best first. Call \
            fault_index_source_code before, and again after changes. It changes nothing and \
            answers at once.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        if input.query.len() > LONGEST {
            let message = format!("the query is longer than {LONGEST} bytes");
            return Err(ToolError::input("query_too_large", message)
                .hint("ask for what the code does in a sentence"));
        }
        let state = context.state();
        let place = state.code().find_index(state.files(), input.source_dir.as_deref()).await?;
        let shown = place.top.as_deref().map(|top| state.files().shown(top)).unwrap_or_default();
        let (state, handle) = (state.clone(), Handle::current());
        code::apart(&context, move |_| {
            let mut store = place.open(&handle, Purpose::Read)?;
            // Without a model it is found by words, and the answer says why.
            let (embedder, missing) = match state.code().embedder(&handle) {
                Ok(embedder) => (embedder, None),
                Err(error) => (None, Some(format!("found by words alone: {error}"))),
            };
            let limit = input.limit.unwrap_or(USUAL).min(MOST);
            let answer = search::search(store.as_mut(), embedder.as_deref(), &input.query, limit)?;
            if answer.found.is_empty() && store.manifest()?.files.is_empty() {
                return Err(no_index(&format!("nothing is in the index {place}")));
            }
            Ok(Output::of(answer, missing, &place, &shown))
        })
        .await
    }
}

impl Output {
    fn of(
        answer: search::Answer,
        missing: Option<String>,
        place: &IndexPlace,
        shown: &str,
    ) -> Self {
        Self {
            found: answer.found.into_iter().map(|found| Match::of(found, shown)).collect(),
            search: answer.mode,
            note: missing.or(answer.note),
            index: place.to_string(),
        }
    }
}

impl Match {
    /// A place; `shown` is how callers name the top of the tree.
    fn of(found: Found, shown: &str) -> Self {
        let why = why(&found);
        let snippet = snippet(&found.hit.chunk);
        let Chunk { kind, name, language, first_line, last_line, remote_calls, .. } =
            found.hit.chunk;
        let path = Path::new(shown).join(found.hit.path).to_string_lossy().into_owned();
        Self { path, first_line, last_line, kind, name, language, why, snippet, remote_calls }
    }
}

/// Why a place fits, in words.
fn why(found: &Found) -> String {
    let in_text: Vec<&str> = found
        .shared
        .iter()
        .filter(|word| !found.in_name.contains(word))
        .map(String::as_str)
        .collect();
    let mut reasons = Vec::new();
    if !found.in_name.is_empty() {
        reasons.push(format!("its name has {}", found.in_name.join(", ")));
    }
    if !in_text.is_empty() {
        reasons.push(format!("its text has {}", in_text.join(", ")));
    }
    match found.by_meaning {
        Some(rank) => reasons.push(format!("no. {rank} by meaning")),
        None if reasons.is_empty() => reasons.push("its words fit".to_owned()),
        None => {}
    }
    reasons.join("; ")
}

/// The first lines of a place, without what a terminal would act on.
fn snippet(chunk: &Chunk) -> String {
    let lines: Vec<&str> = chunk.text.lines().collect();
    let mut text = String::new();
    for line in lines.iter().take(LINES) {
        let plain = line.chars().filter(|letter| *letter == '\t' || !letter.is_control());
        text.extend(plain.take(WIDEST));
        text.push('\n');
    }
    if lines.len() > LINES {
        text.push_str(&format!("... {} lines more\n", lines.len() - LINES));
    }
    text
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if self.found.is_empty() {
            writeln!(f, "nothing fits")?;
        }
        for (index, found) in self.found.iter().enumerate() {
            let Match { path, first_line, last_line, name, why, snippet, .. } = found;
            let kind = match found.kind {
                ChunkKind::Function => "function ",
                ChunkKind::Scope => "scope ",
                ChunkKind::Module => "top of the file",
            };
            writeln!(f, "{}. {path}:{first_line}-{last_line} {kind}{name}", index + 1)?;
            writeln!(f, "   {why}")?;
            snippet.lines().try_for_each(|line| writeln!(f, "   | {line}"))?;
        }
        self.note.iter().try_for_each(|note| writeln!(f, "({note})"))
    }
}

#[cfg(test)]
mod tests;
