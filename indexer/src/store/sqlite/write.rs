//! Changes, each within a transaction that somebody else begins and ends.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Result, params};

use super::number;
use crate::store::{Change, IndexedFile};

/// The keys of `meta`.
pub(super) const EMBEDDER: &str = "embedder";
pub(super) const VECTORS: &str = "vectors";
const NEXT_CHUNK: &str = "next_chunk";

/// What became of a change.
pub(super) enum Done {
    /// It was made.
    Written,
    /// It was not: the vectors of this embedder are in use.
    OtherEmbedder(String),
}

pub(super) fn change(on: &Connection, change: Change<'_>, embedder: Option<&str>) -> Result<Done> {
    match change {
        Change::Files { gone, new } => files(on, gone, new)?,
        Change::Embedder(name, dimension) => self::embedder(on, name, dimension)?,
        Change::Clear => clear(on)?,
        Change::Vectors(new) => {
            let current: Option<String> = meta(on, EMBEDDER)?;
            match (current, embedder) {
                (Some(current), Some(own)) if current != own => {
                    return Ok(Done::OtherEmbedder(current));
                }
                _ => vectors(on, new)?,
            }
        }
    }
    Ok(Done::Written)
}

pub(super) fn meta<T: rusqlite::types::FromSql>(on: &Connection, key: &str) -> Result<Option<T>> {
    let mut statement = on.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    statement.query_row([key], |row| row.get(0)).optional()
}

fn set_meta(on: &Connection, key: &str, value: impl rusqlite::ToSql) -> Result<()> {
    let mut statement = on.prepare_cached("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")?;
    statement.execute(params![key, value]).map(drop)
}

/// Lets every handle know that the vectors are others.
fn vectors_changed(on: &Connection) -> Result<()> {
    let version: i64 = meta(on, VECTORS)?.unwrap_or_default();
    set_meta(on, VECTORS, version + 1)
}

fn files(on: &Connection, gone: &[String], new: &[IndexedFile]) -> Result<()> {
    let mut vectors = 0;
    let paths = gone.iter().chain(new.iter().map(|file| &file.path));
    for path in paths {
        vectors += remove(on, path)?;
    }
    let mut add = Adder::new(on)?;
    for file in new {
        add.file(file)?;
    }
    set_meta(on, NEXT_CHUNK, add.next)?;
    if vectors > 0 { vectors_changed(on) } else { Ok(()) }
}

/// Removes a file and all that belongs to it, and says how many vectors that were.
fn remove(on: &Connection, path: &str) -> Result<usize> {
    let mut find = on.prepare_cached("SELECT id FROM files WHERE path = ?1")?;
    let Some(file) = find.query_row([path], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(0);
    };
    let of_file = |table: &str, key: &str| {
        let chunks = "(SELECT id FROM chunk WHERE file = ?1)";
        on.prepare_cached(&format!("DELETE FROM {table} WHERE {key} IN {chunks}"))?.execute([file])
    };
    of_file("words", "rowid")?;
    of_file("bare", "chunk")?;
    let vectors = of_file("vectors", "chunk")?;
    on.prepare_cached("DELETE FROM chunk WHERE file = ?1")?.execute([file])?;
    on.prepare_cached("DELETE FROM files WHERE id = ?1")?.execute([file])?;
    Ok(vectors)
}

/// Adds files. The number of a chunk is never given to another one.
struct Adder<'a> {
    on: &'a Connection,
    file: CachedStatement<'a>,
    chunk: CachedStatement<'a>,
    words: CachedStatement<'a>,
    bare: CachedStatement<'a>,
    next: i64,
}

impl<'a> Adder<'a> {
    fn new(on: &'a Connection) -> Result<Self> {
        Ok(Self {
            on,
            file: on.prepare_cached(
                "INSERT INTO files (path, language, hash, lines, chunks)
                VALUES (?1, ?2, ?3, ?4, ?5)",
            )?,
            chunk: on.prepare_cached(
                "INSERT INTO chunk VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            words: on.prepare_cached(
                "INSERT INTO words (rowid, name, head, body) VALUES (?1, ?2, ?3, ?4)",
            )?,
            bare: on.prepare_cached("INSERT INTO bare VALUES (?1)")?,
            next: meta(on, NEXT_CHUNK)?.unwrap_or(1),
        })
    }

    fn file(&mut self, file: &IndexedFile) -> Result<()> {
        let mark = &file.mark;
        let (lines, chunks) = (number(mark.lines), number(file.chunks.len()));
        self.file.execute(params![file.path, mark.language, mark.hash, lines, chunks])?;
        let id = self.on.last_insert_rowid();
        for (chunk, terms) in &file.chunks {
            let number = self.next;
            self.next += 1;
            self.chunk.execute(params![
                number,
                id,
                chunk.kind.name(),
                chunk.name,
                chunk.language,
                super::number(chunk.first_line),
                super::number(chunk.last_line),
                json(&chunk.calls),
                json(&chunk.imports),
                json(&chunk.remote_calls),
                chunk.text,
            ])?;
            self.words.execute(params![number, terms.name, terms.head, terms.body])?;
            self.bare.execute([number])?;
        }
        Ok(())
    }
}

fn json(list: &[String]) -> String {
    serde_json::to_string(list).expect("a list of texts is JSON")
}

fn embedder(on: &Connection, name: &str, dimension: usize) -> Result<()> {
    let name = name.to_owned();
    if meta::<String>(on, EMBEDDER)?.as_ref() == Some(&name) {
        return Ok(());
    }
    set_meta(on, EMBEDDER, name)?;
    set_meta(on, "dimension", number(dimension))?;
    on.execute_batch(
        "DELETE FROM vectors; DELETE FROM bare; INSERT INTO bare SELECT id FROM chunk;",
    )?;
    vectors_changed(on)
}

fn vectors(on: &Connection, new: &[(u64, Vec<f32>)]) -> Result<()> {
    let mut known = on.prepare_cached("SELECT 1 FROM chunk WHERE id = ?1")?;
    let mut put = on.prepare_cached("INSERT OR REPLACE INTO vectors VALUES (?1, ?2)")?;
    let mut dress = on.prepare_cached("DELETE FROM bare WHERE chunk = ?1")?;
    let mut bytes: Vec<u8> = Vec::new();
    for (id, vector) in new {
        let id = id.cast_signed();
        if known.exists([id])? {
            bytes.clear();
            bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
            put.execute(params![id, bytes])?;
            dress.execute([id])?;
        }
    }
    vectors_changed(on)
}

fn clear(on: &Connection) -> Result<()> {
    // The number of the next chunk stays, so that none is ever given twice.
    on.execute_batch(
        "DELETE FROM files; DELETE FROM chunk; DELETE FROM vectors; DELETE FROM bare;
        INSERT INTO words(words) VALUES ('delete-all');
        DELETE FROM meta WHERE key IN ('embedder', 'dimension');",
    )?;
    vectors_changed(on)
}
