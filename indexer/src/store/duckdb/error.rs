//! What DuckDB complains of, in words that help.

use std::path::Path;

use crate::store::StoreError;

/// How a file is written anew.
const REBUILD: &str = "`fault index DIR --rebuild` writes it anew";

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
        newer(path, &said)
    } else if has(FOREIGN) {
        not_an_index(path)
    } else if DAMAGED.into_iter().any(has) || !matches!(error, duckdb::Error::DuckDBFailure(..)) {
        damaged(path, &said)
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
    StoreError {
        code: "index_busy",
        message: format!("the index {} is in use by another process", path.display()),
        hint: "try again when that one is done; an index of SQLite can be shared by processes"
            .to_owned(),
    }
}

fn failed(path: &Path, why: &str) -> StoreError {
    StoreError {
        hint: "try again; if it persists, `fault index DIR --rebuild`".to_owned(),
        ..unusable(path, &why)
    }
}

pub(super) fn unusable(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError {
        code: "index_unusable",
        message: format!("the index {} cannot be used: {why}", path.display()),
        hint: "see to it that there is room, and that the file and its folder may be written"
            .to_owned(),
    }
}

pub(super) fn damaged(path: &Path, why: &str) -> StoreError {
    StoreError {
        code: "index_damaged",
        message: format!("the index {} is damaged: {why}", path.display()),
        hint: REBUILD.to_owned(),
    }
}

pub(super) fn not_an_index(path: &Path) -> StoreError {
    StoreError {
        code: "not_an_index",
        message: format!("{} is not an index of fault in DuckDB", path.display()),
        hint: format!("name another file with --index; or, if it was one, {REBUILD}"),
    }
}

pub(super) fn no_index(path: &Path) -> StoreError {
    StoreError {
        code: "no_index",
        message: format!("there is no index {}", path.display()),
        hint: "`fault index DIR` makes one".to_owned(),
    }
}

pub(super) fn newer(path: &Path, version: &str) -> StoreError {
    StoreError {
        code: "index_newer",
        message: format!("a newer fault wrote the index {}: {version}", path.display()),
        hint: format!("use that fault; or, with this one, {REBUILD}"),
    }
}

pub(super) fn older(path: &Path, version: &str) -> StoreError {
    StoreError {
        code: "index_older",
        message: format!("an older fault wrote the index {}: {version}", path.display()),
        hint: REBUILD.to_owned(),
    }
}

pub(super) fn other_embedder(path: &Path, other: &str) -> StoreError {
    StoreError {
        code: "embedder_changed",
        message: format!(
            "another process made {other} the embedder of the index {}",
            path.display()
        ),
        hint: "decide for one embedder, and run `fault index DIR` with it".to_owned(),
    }
}
