//! What is found in an index.

use std::collections::HashMap;

use duckdb::{Connection, Row, params_from_iter, types::Value};

use super::{schema, write};
use crate::{
    chunk::{Chunk, ChunkKind},
    store::{FileMark, Hit, Manifest, Select},
};

/// What is there.
pub(super) fn manifest(on: &Connection) -> duckdb::Result<Manifest> {
    let mut statement = on.prepare("SELECT path, language, hash, lines FROM files")?;
    let files = statement.query_map([], |row| {
        let lines = row.get::<_, u64>(3)? as usize;
        Ok((row.get(0)?, FileMark { language: row.get(1)?, hash: row.get(2)?, lines }))
    })?;
    let count = |table| {
        let sql = format!("SELECT count(*) FROM {table}");
        on.query_row(&sql, [], |row| row.get::<_, u64>(0)).map(|count| count as usize)
    };
    Ok(Manifest {
        files: files.collect::<duckdb::Result<_>>()?,
        embedder: schema::get(on, "embedder")?,
        chunks: count("chunks")?,
        vectors: count("vectors")?,
    })
}

/// Finds chunks.
pub(super) fn select(on: &Connection, what: &Select<'_>) -> duckdb::Result<Vec<Hit>> {
    match what {
        Select::Words { terms, limit } => hits(on, &by_words(on, terms, *limit)?),
        Select::Near { vector, limit } => hits(on, &by_vector(on, vector, *limit)?),
        Select::Bare { limit } => {
            let sql = "SELECT id, 0.0::DOUBLE FROM chunks
                WHERE id NOT IN (SELECT chunk FROM vectors) ORDER BY id LIMIT ?";
            hits(on, &scores(on, sql, [*limit as u64])?)
        }
        Select::File { path } => {
            let sql = "SELECT id, 0.0::DOUBLE FROM chunks WHERE path = ? ORDER BY id";
            let mut hits = hits(on, &scores(on, sql, [path])?)?;
            add_vectors(on, &mut hits)?;
            Ok(hits)
        }
    }
}

/// The numbers of chunks, the best first, with their scores.
type Scores = Vec<(u64, f64)>;

fn scores(on: &Connection, sql: &str, params: impl duckdb::Params) -> duckdb::Result<Scores> {
    let mut statement = on.prepare(sql)?;
    let scores = statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?;
    scores.collect()
}

/// BM25 as SQLite counts it, so that both stores rank alike. Scores are rounded, since the order in
/// which they are summed up is not always the same.
fn by_words(on: &Connection, terms: &[String], limit: usize) -> duckdb::Result<Scores> {
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let marks = vec!["?"; terms.len()].join(", ");
    let sql = format!(
        "WITH found AS (SELECT term, chunk, frequency FROM postings WHERE term IN ({marks})),
        total AS (SELECT count(*) AS chunks, avg(words) AS length FROM chunks),
        rarity AS (
            SELECT term, count(*) AS having_it,
                greatest(ln((any_value(chunks) - count(*) + 0.5) / (count(*) + 0.5)), 1e-6) AS idf
            FROM found, total GROUP BY term
        )
        SELECT chunk, round(sum(
            idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * words / length))
        ), 9) AS score
        FROM found JOIN rarity USING (term) JOIN chunks ON chunks.id = chunk, total
        GROUP BY chunk ORDER BY score DESC, chunk LIMIT {limit}"
    );
    scores(on, &sql, params_from_iter(terms.iter().map(|term| schema::term_number(term))))
}

/// By cosine. Vectors of another length than this one are not near it.
fn by_vector(on: &Connection, vector: &[f32], limit: usize) -> duckdb::Result<Scores> {
    let sql = "SELECT data_type FROM duckdb_columns() WHERE table_name = 'vectors'
        AND column_name = 'vector' AND NOT internal";
    let known: String = on.query_row(sql, [], |row| row.get(0))?;
    let length = vector.len();
    if known != format!("FLOAT[{length}]") {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT chunk, array_cosine_similarity(vector, ?::FLOAT[{length}])::DOUBLE AS score
        FROM vectors ORDER BY score DESC, chunk LIMIT {limit}"
    );
    scores(on, &sql, [write::literal(vector)])
}

/// The chunks of these numbers, in this order.
fn hits(on: &Connection, scores: &[(u64, f64)]) -> duckdb::Result<Vec<Hit>> {
    if scores.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = scores.iter().map(|(id, _)| id.to_string()).collect();
    let ids = ids.join(", ");
    let calls = lists(on, "SELECT chunk, callee FROM calls", &ids)?;
    let imports = lists(on, "SELECT chunk, path FROM imports", &ids)?;
    let remote = "SELECT chunk, kind || ':' || path FROM remote_calls";
    let remote_calls = lists(on, remote, &ids)?;
    let mut lists = [calls, imports, remote_calls];
    let sql = format!(
        "SELECT id, path, kind, name, language, first_line, last_line, text FROM chunks
        WHERE id IN ({ids})"
    );
    let mut statement = on.prepare(&sql)?;
    let chunks = statement.query_map([], |row| {
        let id: u64 = row.get(0)?;
        Ok((id, (row.get(1)?, chunk(row, id, &mut lists)?)))
    })?;
    let mut chunks: HashMap<u64, (String, Chunk)> = chunks.collect::<duckdb::Result<_>>()?;
    let hit = |&(id, score): &(u64, f64)| {
        let (path, chunk) = chunks.remove(&id)?;
        Some(Hit { id, score, path, chunk, vector: None })
    };
    Ok(scores.iter().filter_map(hit).collect())
}

/// Adds the vectors that are there.
fn add_vectors(on: &Connection, hits: &mut [Hit]) -> duckdb::Result<()> {
    let ids: Vec<String> = hits.iter().map(|hit| hit.id.to_string()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids = ids.join(", ");
    let sql = format!("SELECT chunk, vector FROM vectors WHERE chunk IN ({ids})");
    let mut statement = on.prepare(&sql)?;
    let mut vectors: HashMap<u64, Vec<f32>> = HashMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Value::Array(values) | Value::List(values) = row.get(1)? {
            vectors.insert(row.get(0)?, values.iter().filter_map(number).collect());
        }
    }
    for hit in hits {
        hit.vector = vectors.remove(&hit.id);
    }
    Ok(())
}

fn number(value: &Value) -> Option<f32> {
    match value {
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// What chunks have several of, by their numbers.
type Lists = HashMap<u64, Vec<String>>;

fn lists(on: &Connection, sql: &str, ids: &str) -> duckdb::Result<Lists> {
    let sql = format!("{sql} WHERE chunk IN ({ids}) ORDER BY rowid");
    let mut statement = on.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut lists = Lists::new();
    while let Some(row) = rows.next()? {
        lists.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(lists)
}

fn chunk(row: &Row<'_>, id: u64, lists: &mut [Lists; 3]) -> duckdb::Result<Chunk> {
    let line = |column| row.get::<_, u64>(column).map(|line| line as usize);
    let [calls, imports, remote_calls] =
        lists.each_mut().map(|list| list.remove(&id).unwrap_or_default());
    let kind: String = row.get(2)?;
    Ok(Chunk {
        kind: ChunkKind::named(&kind).ok_or(duckdb::Error::InvalidQuery)?,
        name: row.get(3)?,
        language: row.get(4)?,
        first_line: line(5)?,
        last_line: line(6)?,
        text: row.get(7)?,
        calls,
        imports,
        remote_calls,
    })
}
