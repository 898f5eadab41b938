//! What can be wrong with an index in a file, in words that help: the same for every kind of file.

use std::{fmt::Display, path::Path};

use super::{StoreError, VERSION};

/// How a file is written anew.
const REBUILD: &str = "`fault index DIR --rebuild` writes it anew";

pub(super) fn busy(path: &Path, hint: &str) -> StoreError {
    let message = format!("the index {} is in use by another process", path.display());
    StoreError::new("index_busy", message, hint)
}

pub(super) fn unusable(path: &Path, why: &dyn Display, hint: &str) -> StoreError {
    let message = format!("the index {} cannot be used: {why}", path.display());
    StoreError::new("index_unusable", message, hint)
}

pub(super) fn damaged(path: &Path, why: &str) -> StoreError {
    let message = format!("the index {} is damaged: {why}", path.display());
    StoreError::new("index_damaged", message, REBUILD)
}

pub(super) fn not_an_index(path: &Path) -> StoreError {
    let message = format!("{} is not an index of fault", path.display());
    let hint = format!("name another file with --index; or, if it was one, {REBUILD}");
    StoreError::new("not_an_index", message, hint)
}

pub(super) fn no_index(path: &Path) -> StoreError {
    let message = format!("there is no index {}", path.display());
    StoreError::new("no_index", message, "`fault index DIR` makes one")
}

/// How the version of a file and ours differ.
pub(super) fn versions(version: u32) -> String {
    format!("it is of version {version}, and this one knows {VERSION}")
}

pub(super) fn newer(path: &Path, version: &dyn Display) -> StoreError {
    let message = format!("a newer fault wrote the index {}: {version}", path.display());
    StoreError::new("index_newer", message, format!("use that fault; or, with this one, {REBUILD}"))
}

pub(super) fn older(path: &Path, version: &dyn Display) -> StoreError {
    let message = format!("an older fault wrote the index {}: {version}", path.display());
    StoreError::new("index_older", message, REBUILD)
}

pub(super) fn other_embedder(path: &Path, other: &str) -> StoreError {
    let message =
        format!("another process made {other} the embedder of the index {}", path.display());
    let hint = "decide for one embedder, and run `fault index DIR` with it";
    StoreError::new("embedder_changed", message, hint)
}
