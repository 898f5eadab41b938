//! What DuckDB complains of, in words that help.

use std::path::Path;

use crate::store::{StoreError, complaint};

/// What DuckDB says of a file that another process has.
const LOCKED: &str = "Could not set lock on file";
/// What it says of a file of a version of DuckDB that it does not know.
const NEWER: &str = "Trying to read a database file with version number";
/// What it says of a file that is none of its own.
const FOREIGN: &str = "not a valid DuckDB database file";
/// What it says of a file that is one no more.
const DAMAGED: [&str; 5] = [
    "Corrupt database file",
    "Could not read enough bytes",
    "replaying WAL",
    "Serialization Error",
    "database has been invalidated",
];

/// The error for what went wrong with the index in this file.
pub(super) fn of(error: &duckdb::Error, path: &Path) -> StoreError {
    let said = message(error);
    let has = |words: &str| said.contains(words);
    if has(LOCKED) {
        busy(path)
    } else if has(NEWER) {
        complaint::newer(path, &said)
    } else if has(FOREIGN) {
        complaint::not_an_index(path)
    } else if DAMAGED.into_iter().any(has) || !matches!(error, duckdb::Error::DuckDBFailure(..)) {
        complaint::damaged(path, &said)
    } else if has("IO Error") {
        unusable(path, &said)
    } else {
        failed(path, &said)
    }
}

/// What DuckDB says, without its inner life.
pub(crate) fn message(error: &duckdb::Error) -> String {
    let said = error.to_string();
    said.split("\n\nStack Trace").next().unwrap_or_default().trim_end().to_owned()
}

pub(super) fn is_locked(error: &duckdb::Error) -> bool {
    error.to_string().contains(LOCKED)
}

pub(super) fn busy(path: &Path) -> StoreError {
    let hint = "try again when that one is done; an index of SQLite can be shared by processes";
    complaint::busy(path, hint)
}

fn failed(path: &Path, why: &str) -> StoreError {
    complaint::unusable(path, &why, "try again; if it persists, `fault index DIR --rebuild`")
}

pub(super) fn unusable(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    let hint = "see to it that there is room, and that the file and its folder may be written";
    complaint::unusable(path, why, hint)
}
