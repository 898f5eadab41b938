//! The tables of an index, and which version of them a file has.

use std::cmp::Ordering;

use duckdb::{Connection, OptionalExt};

use super::instance::Handle;
use crate::store::{StoreError, VERSION, complaint};

/// The tables. `meta` has the version, the next chunk's number and the embedder.
const TABLES: &str = "
    CREATE TABLE meta (key VARCHAR, value VARCHAR);
    CREATE TABLE files (
        path VARCHAR, language VARCHAR, hash VARCHAR, lines BIGINT, chunks BIGINT
    );
    CREATE TABLE chunks (
        id BIGINT, path VARCHAR, kind VARCHAR, name VARCHAR, language VARCHAR,
        first_line BIGINT, last_line BIGINT, text VARCHAR, words BIGINT
    );
    CREATE TABLE calls (chunk BIGINT, callee VARCHAR);
    CREATE TABLE imports (chunk BIGINT, path VARCHAR);
    CREATE TABLE remote_calls (chunk BIGINT, kind VARCHAR, path VARCHAR);
    CREATE TABLE postings (term UBIGINT, chunk BIGINT, frequency DOUBLE);
    CREATE TABLE vectors (chunk BIGINT, vector FLOAT[]);
";

/// The tables that belong to a chunk, by its number.
pub(super) const OF_CHUNKS: [&str; 5] = ["calls", "imports", "remote_calls", "postings", "vectors"];

/// Sees that the file is an index of this version; makes the tables where it is empty.
pub(super) fn prepare(handle: &Handle) -> Result<(), StoreError> {
    handle.change(|connection| {
        let tables: u64 =
            connection.query_row("SELECT count(*) FROM duckdb_tables()", [], |row| row.get(0))?;
        if tables == 0 {
            connection.execute_batch(TABLES)?;
            set(connection, "version", &VERSION.to_string())?;
        }
        Ok(())
    })?;
    check(handle)
}

/// Sees that the file is an index of this version.
pub(crate) fn check(handle: &Handle) -> Result<(), StoreError> {
    let version = handle.read(|connection| match is_index(connection)? {
        true => get(connection, "version"),
        false => Ok(None),
    })?;
    let path = handle.path();
    let Some(version) = version.and_then(|version| version.parse::<u32>().ok()) else {
        return Err(complaint::not_an_index(path));
    };
    let versions = complaint::versions(version);
    match version.cmp(&VERSION) {
        Ordering::Less => Err(complaint::older(path, &versions)),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(complaint::newer(path, &versions)),
    }
}

/// Whether the file has the tables of an index, of whatever version.
fn is_index(connection: &Connection) -> duckdb::Result<bool> {
    let sql = "SELECT count(*) > 0 FROM duckdb_columns() WHERE table_name = 'meta'
        AND column_name = 'key' AND NOT internal";
    connection.query_row(sql, [], |row| row.get(0))
}

/// What `meta` has of a key.
pub(super) fn get(connection: &Connection, key: &str) -> duckdb::Result<Option<String>> {
    let sql = "SELECT value FROM meta WHERE key = ?";
    connection.query_row(sql, [key], |row| row.get(0)).optional()
}

/// Sets what `meta` has of a key.
pub(super) fn set(connection: &Connection, key: &str, value: &str) -> duckdb::Result<()> {
    connection.execute("DELETE FROM meta WHERE key = ?", [key])?;
    connection.execute("INSERT INTO meta VALUES (?, ?)", [key, value])?;
    Ok(())
}

/// The number of a word in `postings`. It is made of the word alone: numbers are compared several
/// times faster than texts, and two words of 64 bits that are alike are not to be expected.
pub(super) fn term_number(term: &str) -> u64 {
    let hash = blake3::hash(term.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("8 bytes of 32"))
}
