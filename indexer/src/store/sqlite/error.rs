//! What SQLite complains of, in words that help.

use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::store::StoreError;

/// How a file is written anew.
const REBUILD: &str = "`fault index DIR --rebuild` writes it anew";

/// The error for what went wrong with the index in this file.
pub(super) fn of(error: &Error, path: &Path) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => not_an_index(path),
        Some(ErrorCode::DatabaseCorrupt) => damaged(path, &error.to_string()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError {
            code: "index_busy",
            message: format!("the index {} is being written by another process", path.display()),
            hint: "try again when that one is done".to_owned(),
        },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            unusable(path, error, "see to it that the file and its folder may be written")
        }
        Some(ErrorCode::DiskFull) => unusable(path, error, "make room on the disk, and try again"),
        // What is in it does not fit what this program writes.
        None | Some(ErrorCode::Unknown) => damaged(path, &error.to_string()),
        Some(_) => unusable(path, error, "try again; if it persists, `fault index DIR --rebuild`"),
    }
}

pub(super) fn unusable(path: &Path, error: &dyn std::fmt::Display, hint: &str) -> StoreError {
    StoreError {
        code: "index_unusable",
        message: format!("the index {} cannot be used: {error}", path.display()),
        hint: hint.to_owned(),
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
        message: format!("{} is not an index of fault", path.display()),
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

pub(super) fn newer(path: &Path, version: u32) -> StoreError {
    StoreError {
        code: "index_newer",
        message: format!(
            "the index {} is of version {version}, which a newer fault wrote; this one knows {}",
            path.display(),
            crate::store::VERSION,
        ),
        hint: format!("use that fault; or, with this one, {REBUILD}"),
    }
}

pub(super) fn older(path: &Path, version: u32) -> StoreError {
    StoreError {
        code: "index_older",
        message: format!(
            "the index {} is of version {version}, and this fault writes {}",
            path.display(),
            crate::store::VERSION,
        ),
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
