//! Questions in SQL, over an index and tables that are given.
//!
//! A question is one statement that reads. It cannot change the index, nor reach any other file,
//! whatever it says; and it is broken off when it takes too long.

mod answer;
#[cfg(feature = "duckdb")]
mod duckdb;
mod sqlite;
#[cfg(test)]
mod tests;
mod timer;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use crate::store::StoreError;

pub use answer::Answer;

/// Where the index is that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file of SQLite.
    Sqlite(PathBuf),
    /// In a file of DuckDB.
    #[cfg(feature = "duckdb")]
    DuckDb(PathBuf),
    /// Nowhere: only the tables that are given are asked.
    None,
}

impl Place {
    /// The place of the index in a file: what ends in `.duckdb` is one of DuckDB.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        if path.extension().is_none_or(|ending| ending != "duckdb") {
            return Ok(Self::Sqlite(path.to_owned()));
        }
        #[cfg(feature = "duckdb")]
        return Ok(Self::DuckDb(path.to_owned()));
        #[cfg(not(feature = "duckdb"))]
        Err(StoreError {
            code: "not_built",
            message: format!(
                "the index {} is one of DuckDB, and this program was built without it",
                path.display()
            ),
            hint: "build it with `--features duckdb`, or use an index of SQLite".to_owned(),
        })
    }
}

/// A table that is given beside those of the index. It hides one of the same name there.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each with a value for every column. Lists and objects become their JSON.
    pub rows: Vec<Vec<Value>>,
}

/// How much is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most rows.
    pub rows: usize,
    /// The longest time.
    pub time: Duration,
}

/// Answers a question in SQL.
///
/// # Errors
///
/// `query_failed` where the SQL is wrong, `query_refused` where it does more than ask,
/// `query_too_long` where it takes too long, and those of a store where the index cannot be read.
pub fn run(
    index: &Place,
    tables: &[Table],
    sql: &str,
    limits: Limits,
) -> Result<Answer, StoreError> {
    match index {
        Place::Sqlite(path) => sqlite::run(Some(path), tables, sql, limits),
        Place::None => sqlite::run(None, tables, sql, limits),
        #[cfg(feature = "duckdb")]
        Place::DuckDb(path) => duckdb::run(path, tables, sql, limits),
    }
}

/// The error of a question that is wrong. `tables` are those that could have been asked.
fn failed(message: &str, tables: &[String]) -> StoreError {
    let hint = match tables {
        [] => "there are no tables: make an index with `fault index DIR`".to_owned(),
        tables => format!("the tables are {}", tables.join(", ")),
    };
    let message = format!("the query failed: {}", message.trim_end());
    StoreError { code: "query_failed", message, hint }
}

fn refused(message: &str) -> StoreError {
    StoreError {
        code: "query_refused",
        message: format!("the query does more than ask: {}", message.trim_end()),
        hint: "write one SELECT, on the tables of the index".to_owned(),
    }
}

fn too_long(limits: Limits) -> StoreError {
    StoreError {
        code: "query_too_long",
        message: format!("the query was not done after {:?}", limits.time),
        hint: "ask for less, or give it more time".to_owned(),
    }
}
