//! The file: made and removed.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{DuckDb, error, instance};
use crate::store::{StoreError, folder};

/// The bytes of an empty file's headers: one that is shorter was never finished.
const HEADERS: u64 = 3 * 4096;

/// Whether a file was begun and never finished, so that nothing can be in it: a process was killed
/// while it made it.
pub(super) fn is_unfinished(path: &Path) -> bool {
    let short = fs_err::metadata(path).is_ok_and(|file| file.is_file() && file.len() < HEADERS);
    let begun = |head: Vec<u8>| head.is_empty() || head.get(8..12) == Some(b"DUCK");
    short && fs_err::read(path).is_ok_and(begun)
}

/// Removes the index in this file, so that it can be made anew. What is no index stays.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match DuckDb::open_existing(path).map(drop) {
        Err(error) if error.code == "no_index" => return Ok(()),
        Err(error) if error.code == "not_an_index" && !folder::is_own(path) => return Err(error),
        Err(error) if error.code == "index_busy" => return Err(error),
        _ => {}
    }
    // The file goes last: what belongs to it must not be taken for what belongs to the next one.
    instance::unless_open(path, || {
        for path in [beside(path, ".wal"), path.to_owned()] {
            match fs_err::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    })?
    .map_err(|error| error::unusable(path, &error))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}
