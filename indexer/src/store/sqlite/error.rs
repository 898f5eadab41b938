//! What SQLite complains of, in words that help.

use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::store::{
    StoreError,
    complaint::{busy, damaged, not_an_index, unusable},
};

/// The error for what went wrong with the index in this file.
pub(super) fn of(error: &Error, path: &Path) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => not_an_index(path),
        Some(ErrorCode::DatabaseCorrupt) => damaged(path, &error.to_string()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            busy(path, "try again when that one is done")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            unusable(path, error, "see to it that the file and its folder may be written")
        }
        Some(ErrorCode::DiskFull) => unusable(path, error, "make room on the disk, and try again"),
        // What is in it does not fit what this program writes.
        None | Some(ErrorCode::Unknown) => damaged(path, &error.to_string()),
        Some(_) => unusable(path, error, "try again; if it persists, `fault index DIR --rebuild`"),
    }
}
