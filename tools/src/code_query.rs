//! `fault_query_index`: questions in SQL, over an index and the results of scenarios.

use std::{
    fmt::{Display, Formatter},
    time::Duration,
};

use fault_indexer::query::{self, Limits, Place, Table};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{
    code,
    context::Context,
    error::ToolError,
    report_get,
    state::State,
    tool::{Definition, Effect, Tool},
};

mod tables;

/// How many rows an answer has, if the caller does not say.
const USUAL: usize = 100;

/// How long a question may take.
const TIME: Duration = Duration::from_secs(10);

/// The longest question, in bytes.
const LONGEST: usize = 100_000;

/// How much the rows of an answer may hold, in bytes of JSON: a few pages for a model.
const USUAL_BYTES: usize = 16_000;

/// The same where a caller says how many rows he wants.
const MOST: usize = 200_000;

/// Asks in SQL.
pub(crate) struct QueryIndex;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// One SELECT.
    sql: String,
    /// The most rows, up to 10000; 100 if not given.
    #[schemars(range(min = 1, max = 10_000))]
    limit: Option<usize>,
    /// The folder that was indexed; if not given, the one that was indexed last, or the nearest.
    source_dir: Option<String>,
    /// A file of results of fault_run_scenario, for tables of its tests.
    results: Option<String>,
}

/// The rows that answer a question.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    #[schemars(with = "Rows")]
    answer: query::Answer,
}

/// What an answer looks like, in words that every client takes.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is there for its schema")]
struct Rows {
    /// The names of the columns.
    columns: Vec<String>,
    /// The rows, each with a value for every column.
    #[schemars(schema_with = "rows")]
    rows: (),
    /// Whether there are more rows than these.
    truncated: bool,
}

fn rows(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "array", "items": {} } })
}

impl Tool for QueryIndex {
    const DEFINITION: Definition = Definition {
        name: "fault_query_index",
        title: "Query code and results in SQL",
        description: &["Answers one SELECT over an index of source code: files(path, language, \
            hash, lines, chunks), chunks(id, path, kind, name, language, first_line, last_line, \
            text), calls(chunk, callee), imports(chunk, path), remote_calls(chunk, kind, path); \
            and with `results`, over a run of scenarios: tests, test_calls, test_faults. Use it to \
            count and join; fault_search_code finds. It changes nothing and ends after 10 s."],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        if input.sql.len() > LONGEST {
            let message = format!("the query is longer than {LONGEST} bytes");
            return Err(ToolError::input("query_too_large", message)
                .hint("put what it compares with into fewer words"));
        }
        let place = input.place(context.state()).await?;
        let tables = input.tables(context.state()).await?;
        let rows = input.limit.unwrap_or(USUAL);
        let most = if input.limit.is_some() { MOST } else { USUAL_BYTES };
        code::apart(&context, move |_| {
            let limits = Limits { rows, time: TIME };
            let mut answer = query::run(&place, &tables, &input.sql, limits)?;
            shorten(&mut answer, most);
            Ok(Output { answer })
        })
        .await
    }
}

impl Input {
    /// The index; none is needed where there are results and no folder is named.
    async fn place(&self, state: &State) -> Result<Place, ToolError> {
        let found = state.code().find_index(state.files(), self.source_dir.as_deref()).await;
        match found.and_then(|place| place.for_query()) {
            Err(error) if error.code == "no_index" && self.results_alone() => Ok(Place::None),
            found => found,
        }
    }

    fn results_alone(&self) -> bool {
        self.results.is_some() && self.source_dir.is_none()
    }

    async fn tables(&self, state: &State) -> Result<Vec<Table>, ToolError> {
        let Some(path) = &self.results else {
            return Ok(Vec::new());
        };
        let text = state.files().read_text(path).await?;
        Ok(tables::of(&report_get::read(&text, path)?))
    }
}

/// Leaves out rows that no host would take.
fn shorten(answer: &mut query::Answer, most: usize) {
    let mut room = most;
    let fits = answer.rows.iter().take_while(|row| {
        let length: usize = row.iter().map(|value| value.to_string().len()).sum();
        let fits = length <= room;
        room -= length.min(room);
        fits
    });
    let kept = fits.count();
    answer.truncated |= kept < answer.rows.len();
    answer.rows.truncate(kept);
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.answer)?;
        if self.answer.truncated {
            f.write_str(" (raise `limit`, or ask for less)")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
