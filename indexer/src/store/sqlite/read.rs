//! What is there, and where it is found.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::{count, matrix, number, write};
use crate::{
    chunk::{Chunk, ChunkKind},
    lexical,
    store::{FileMark, Hit, Manifest},
};

/// The columns that a hit is made of.
const HIT: &str = "chunk.id, files.path, chunk.kind, chunk.name, chunk.language, chunk.first_line,
    chunk.last_line, chunk.text, chunk.calls, chunk.imports, chunk.remote_calls";

pub(super) fn manifest(on: &Connection) -> Result<Manifest> {
    let embedder = write::meta(on, write::EMBEDDER)?;
    let mut manifest = Manifest { embedder, vectors: vectors(on)?, ..Manifest::default() };
    let mut files = on.prepare_cached("SELECT path, language, hash, lines, chunks FROM files")?;
    let mut rows = files.query([])?;
    while let Some(row) = rows.next()? {
        let mark = FileMark { language: row.get(1)?, hash: row.get(2)?, lines: count(row.get(3)?) };
        manifest.files.insert(row.get(0)?, mark);
        manifest.chunks += count(row.get(4)?);
    }
    Ok(manifest)
}

/// How many vectors there are. This is quicker than to count them, since they are large.
pub(super) fn vectors(on: &Connection) -> Result<usize> {
    let sql = "SELECT (SELECT ifnull(sum(chunks), 0) FROM files) - (SELECT count(*) FROM bare)";
    Ok(count(on.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
}

/// The most chunks that are ranked for one question. Each takes somewhat less than a microsecond.
pub(super) const RANKED: usize = 40_000;

pub(super) fn words(on: &Connection, terms: &[String], limit: usize) -> Result<Vec<Hit>> {
    let Some(question) = question(on, terms)? else { return Ok(Vec::new()) };
    let [name, head, body] = lexical::WEIGHTS;
    let mut statement = on.prepare_cached(&format!(
        "SELECT rowid, score FROM (
            SELECT rowid, -bm25(words, {name:?}, {head:?}, {body:?}) AS score
            FROM words WHERE words MATCH ?1 LIMIT {RANKED}
        ) ORDER BY score DESC, rowid LIMIT ?2"
    ))?;
    let rows = statement.query_map(params![question, number(limit)], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?))
    })?;
    hits(on, &rows.collect::<Result<Vec<_>>>()?)
}

/// What is asked of the full text index; nothing if it has none of the words.
///
/// Where the words are in more chunks than can be ranked in time, the commonest are left out: they
/// tell the least. A word of so many chunks that stands alone is looked for in names.
fn question(on: &Connection, terms: &[String]) -> Result<Option<String>> {
    let mut known = Vec::with_capacity(terms.len());
    for term in terms {
        let (all, names) = spread(on, term)?;
        if all > 0 {
            known.push((all, names, format!("\"{}\"", term.replace('"', "\"\""))));
        }
    }
    known.sort();
    let mut asked: Option<String> = None;
    let mut chunks = 0;
    for (all, names, term) in known {
        chunks += all;
        asked = match asked {
            None if all > RANKED && names > 0 => Some(format!("name : {term}")),
            None => Some(term),
            Some(asked) if chunks <= RANKED => Some(format!("{asked} OR {term}")),
            Some(asked) => return Ok(Some(asked)),
        };
    }
    Ok(asked)
}

/// In how many chunks a word is, about, and in how many names.
fn spread(on: &Connection, term: &str) -> Result<(usize, usize)> {
    let mut statement = on.prepare_cached("SELECT col, doc FROM vocabulary WHERE term = ?1")?;
    let mut rows = statement.query([term])?;
    let (mut all, mut names) = (0, 0);
    while let Some(row) = rows.next()? {
        let chunks = count(row.get(1)?);
        all = all.max(chunks);
        if row.get_ref(0)?.as_str()? == "name" {
            names = chunks;
        }
    }
    Ok((all, names))
}

/// The chunks of some numbers, with their scores; those that are gone are left out.
pub(super) fn hits(on: &Connection, best: &[(i64, f64)]) -> Result<Vec<Hit>> {
    let mut statement = on.prepare_cached(&format!(
        "SELECT {HIT} FROM chunk JOIN files ON files.id = chunk.file WHERE chunk.id = ?1"
    ))?;
    let mut hits = Vec::with_capacity(best.len());
    for (id, score) in best {
        hits.extend(statement.query_row([id], |row| hit(row, *score)).optional()?);
    }
    Ok(hits)
}

pub(super) fn bare(on: &Connection, limit: usize) -> Result<Vec<Hit>> {
    let mut statement = on.prepare_cached(&format!(
        "SELECT {HIT} FROM bare CROSS JOIN chunk ON chunk.id = bare.chunk
        CROSS JOIN files ON files.id = chunk.file ORDER BY bare.chunk LIMIT ?1"
    ))?;
    statement.query_map([number(limit)], |row| hit(row, 0.0))?.collect()
}

/// The chunks of a file with their vectors.
pub(super) fn file(on: &Connection, path: &str) -> Result<Vec<Hit>> {
    let mut statement = on.prepare_cached(&format!(
        "SELECT {HIT}, vectors.vector FROM files JOIN chunk ON chunk.file = files.id
        LEFT JOIN vectors ON vectors.chunk = chunk.id WHERE files.path = ?1 ORDER BY chunk.id"
    ))?;
    let rows = statement.query_map([path], |row| {
        let vector = row.get_ref(11)?.as_blob_or_null()?.map(matrix::values);
        Ok(Hit { vector: vector.map(Iterator::collect), ..hit(row, 0.0)? })
    })?;
    rows.collect()
}

fn hit(row: &Row<'_>, score: f64) -> Result<Hit> {
    let id: i64 = row.get(0)?;
    let kind = row.get_ref(2)?.as_str()?;
    let chunk = Chunk {
        kind: ChunkKind::named(kind).ok_or(rusqlite::Error::InvalidQuery)?,
        name: row.get(3)?,
        language: row.get(4)?,
        first_line: count(row.get(5)?),
        last_line: count(row.get(6)?),
        text: row.get(7)?,
        calls: list(row, 8)?,
        imports: list(row, 9)?,
        remote_calls: list(row, 10)?,
    };
    Ok(Hit { id: id.cast_unsigned(), score, path: row.get(1)?, chunk, vector: None })
}

fn list(row: &Row<'_>, column: usize) -> Result<Vec<String>> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(error))
    })
}
