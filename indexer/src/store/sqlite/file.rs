//! The file: made, opened and removed.

use std::{
    ffi::OsString,
    hash::{BuildHasher, RandomState},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::error;
use crate::store::{StoreError, VERSION, complaint, folder};

/// What the header of the file calls its application: `falt`.
const APPLICATION: u32 = 0x6661_6c74;

/// How long to wait for others that write.
const PATIENCE: Duration = Duration::from_secs(60);

/// How every connection is set up. A commit outlives the process, and the index outlives a crash of
/// the machine, though its last commits may not: they can be made again.
const SETTINGS: &str = "
    PRAGMA synchronous = NORMAL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -32768;
    PRAGMA journal_size_limit = 33554432;
";

/// Makes an empty index. Another process may make it at the same time: the first one is it.
///
/// It is made under another name, so that under its own there never is half of one.
pub(super) fn create(path: &Path) -> Result<(), StoreError> {
    let made = || -> io::Result<PathBuf> {
        folder::make_for(path)?;
        Ok(beside(path, &format!("-{:016x}", unique())))
    };
    let failed = |error: io::Error| {
        complaint::unusable(path, &error, "see to it that the folder may be written")
    };
    let draft = made().map_err(failed)?;
    let written = write_empty(&draft).map_err(|error| error::of(&error, path));
    let placed = written.and_then(|()| place(&draft, path).map_err(failed));
    remove_all(&draft, &["", "-wal", "-shm", "-journal"]).map_err(failed)?;
    placed
}

/// A number that nobody else has: keys of hash tables are drawn for each of them.
fn unique() -> u64 {
    RandomState::new().hash_one(())
}

fn write_empty(draft: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(draft)?;
    connection.execute_batch("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;")?;
    connection.execute_batch(&format!(
        "BEGIN; {} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;",
        include_str!("schema.sql"),
    ))?;
    connection.close().map_err(|(_, error)| error)
}

/// Gives a draft its name, unless something has that name by now.
fn place(draft: &Path, path: &Path) -> io::Result<()> {
    match fs_err::hard_link(draft, path) {
        Err(_) if path.exists() => Ok(()),
        // Not every file system has links.
        Err(_) => fs_err::rename(draft, path),
        Ok(()) => Ok(()),
    }
}

/// Opens an index.
pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(complaint::no_index(path));
    }
    if !path.is_file() {
        return Err(complaint::not_an_index(path));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(64);
        let application = pragma(&connection, "application_id")?;
        let version = pragma(&connection, "user_version")?;
        rusqlite::Result::Ok((connection, application, version))
    };
    let (connection, application, version) = opened().map_err(|error| error::of(&error, path))?;
    match version {
        _ if application != APPLICATION => Err(complaint::not_an_index(path)),
        VERSION => prepare(connection).map_err(|error| error::of(&error, path)),
        older if older < VERSION => Err(complaint::older(path, &complaint::versions(older))),
        newer => Err(complaint::newer(path, &complaint::versions(newer))),
    }
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

fn prepare(connection: Connection) -> rusqlite::Result<Connection> {
    connection.execute_batch(SETTINGS)?;
    // Whether the tables are there.
    for table in ["meta", "files", "chunk", "vectors", "bare", "words", "vocabulary"] {
        connection
            .prepare(&format!("SELECT rowid FROM {table} LIMIT 1"))
            .map(drop)
            .or_else(|_| connection.prepare(&format!("SELECT * FROM {table} LIMIT 1")).map(drop))?;
    }
    Ok(connection)
}

/// Removes the index in this file, so that it can be made anew. What is no index stays.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match connect(path).map(drop) {
        Err(error) if error.code == "no_index" => return Ok(()),
        Err(error) if error.code == "not_an_index" && !folder::is_own(path) => return Err(error),
        _ => {}
    }
    // The file goes last: what belongs to it must not be taken for what belongs to the next one.
    remove_all(path, &["-wal", "-shm", ""])
        .map_err(|error| complaint::unusable(path, &error, "remove the file by hand"))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn remove_all(path: &Path, endings: &[&str]) -> io::Result<()> {
    for ending in endings {
        match fs_err::remove_file(beside(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
