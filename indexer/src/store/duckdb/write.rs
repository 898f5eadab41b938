//! Changes of an index, each inside of one transaction.

use std::collections::{BTreeMap, HashMap};

use duckdb::{Appender, Connection};

use super::schema;
use crate::{
    chunk::Chunk,
    lexical::{Terms, WEIGHTS},
    store::{Change, IndexedFile},
};

/// What became of a change.
pub(super) enum Done {
    /// It was made.
    Written,
    /// It was not: the vectors of this embedder are in use.
    OtherEmbedder(String),
}

/// Makes a change, for a handle that writes the vectors of this embedder.
pub(super) fn change(
    on: &Connection,
    change: &Change<'_>,
    embedder: Option<&str>,
) -> duckdb::Result<Done> {
    match change {
        Change::Files { gone, new } => {
            let new_paths = new.iter().map(|file| &file.path);
            drop_files(on, gone.iter().chain(new_paths))?;
            add_files(on, new)?;
        }
        Change::Embedder(name, dimension) => set_embedder(on, name, *dimension)?,
        Change::Clear => clear(on)?,
        Change::Vectors(vectors) => match (schema::get(on, "embedder")?, embedder) {
            (Some(current), Some(own)) if current != own => {
                return Ok(Done::OtherEmbedder(current));
            }
            _ => set_vectors(on, vectors)?,
        },
    }
    Ok(Done::Written)
}

fn clear(on: &Connection) -> duckdb::Result<()> {
    for table in ["files", "chunks"].iter().chain(&schema::OF_CHUNKS) {
        on.execute_batch(&format!("DELETE FROM {table}"))?;
    }
    on.execute_batch("DELETE FROM meta WHERE key = 'embedder'")
}

/// Drops what is there of some files.
fn drop_files<'a>(on: &Connection, paths: impl Iterator<Item = &'a String>) -> duckdb::Result<()> {
    on.execute_batch("CREATE OR REPLACE TEMP TABLE going (path VARCHAR)")?;
    let mut going = temp_appender(on, "going")?;
    for path in paths {
        going.append_row([path])?;
    }
    going.flush()?;
    let chunks = "SELECT id FROM chunks WHERE path IN (SELECT path FROM going)";
    let any: bool =
        on.query_row(&format!("SELECT count(*) > 0 FROM ({chunks})"), [], |row| row.get(0))?;
    if any {
        for table in schema::OF_CHUNKS {
            on.execute_batch(&format!("DELETE FROM {table} WHERE chunk IN ({chunks})"))?;
        }
    }
    for table in ["chunks", "files"] {
        let sql = format!("DELETE FROM {table} WHERE path IN (SELECT path FROM going)");
        on.execute_batch(&sql)?;
    }
    on.execute_batch("DROP TABLE temp.going")
}

fn add_files(on: &Connection, new: &[IndexedFile]) -> duckdb::Result<()> {
    let first = schema::get(on, "next_chunk")?;
    let mut next = first.and_then(|next| next.parse().ok()).unwrap_or(1_u64);
    let mut files = on.appender("files")?;
    for file in new {
        let mark = &file.mark;
        files.append_row((
            &file.path,
            &mark.language,
            &mark.hash,
            mark.lines as u64,
            file.chunks.len() as u64,
        ))?;
    }
    files.flush()?;
    let mut tables = Tables::of(on)?;
    for file in new {
        for (chunk, terms) in &file.chunks {
            tables.add(next, &file.path, chunk, terms)?;
            next += 1;
        }
    }
    tables.flush()?;
    schema::set(on, "next_chunk", &next.to_string())
}

/// The tables that chunks go to. Rows are appended: a statement for each would be slow.
struct Tables<'c> {
    chunks: Appender<'c>,
    calls: Appender<'c>,
    imports: Appender<'c>,
    remote_calls: Appender<'c>,
    postings: Appender<'c>,
    /// The postings to come. They are sorted, so that a search can pass over most of them.
    coming: Vec<(u64, u64, f64)>,
}

impl<'c> Tables<'c> {
    fn of(on: &'c Connection) -> duckdb::Result<Self> {
        Ok(Self {
            chunks: on.appender("chunks")?,
            calls: on.appender("calls")?,
            imports: on.appender("imports")?,
            remote_calls: on.appender("remote_calls")?,
            postings: on.appender("postings")?,
            coming: Vec::new(),
        })
    }

    fn add(&mut self, id: u64, path: &str, chunk: &Chunk, terms: &Terms) -> duckdb::Result<()> {
        let (words, frequencies) = count(terms);
        let lines = (chunk.first_line as u64, chunk.last_line as u64);
        let (kind, name) = (chunk.kind.name(), &chunk.name);
        let language = &chunk.language;
        let row = (id, path, kind, name, language, lines.0, lines.1, &chunk.text, words);
        self.chunks.append_row(row)?;
        for callee in &chunk.calls {
            self.calls.append_row((id, callee))?;
        }
        for import in &chunk.imports {
            self.imports.append_row((id, import))?;
        }
        for call in &chunk.remote_calls {
            let (kind, path) = call.split_once(':').unwrap_or(("", call));
            self.remote_calls.append_row((id, kind, path))?;
        }
        let posting = |(term, frequency)| (schema::term_number(term), id, frequency);
        self.coming.extend(frequencies.into_iter().map(posting));
        Ok(())
    }

    fn flush(&mut self) -> duckdb::Result<()> {
        self.chunks.flush()?;
        self.calls.flush()?;
        self.imports.flush()?;
        self.remote_calls.flush()?;
        self.coming.sort_unstable_by_key(|(term, chunk, _)| (*term, *chunk));
        self.postings.append_rows(self.coming.drain(..))?;
        self.postings.flush()
    }
}

/// How many words there are, and how often each is there, weighed by its field.
fn count(terms: &Terms) -> (u64, HashMap<&str, f64>) {
    let mut words = 0;
    let mut frequencies = HashMap::new();
    for (field, weight) in [&terms.name, &terms.head, &terms.body].into_iter().zip(WEIGHTS) {
        for term in field.split(' ').filter(|term| !term.is_empty()) {
            words += 1;
            *frequencies.entry(term).or_insert(0.0) += weight;
        }
    }
    (words, frequencies)
}

fn set_embedder(on: &Connection, name: &str, dimension: usize) -> duckdb::Result<()> {
    if schema::get(on, "embedder")?.as_deref() == Some(name) {
        return Ok(());
    }
    schema::set(on, "embedder", name)?;
    // Arrays of a known length are compared faster than lists.
    let sql = format!("CREATE OR REPLACE TABLE vectors (chunk BIGINT, vector FLOAT[{dimension}])");
    on.execute_batch(&sql)
}

fn set_vectors(on: &Connection, vectors: &[(u64, Vec<f32>)]) -> duckdb::Result<()> {
    let latest: BTreeMap<u64, &[f32]> =
        vectors.iter().map(|(chunk, vector)| (*chunk, vector.as_slice())).collect();
    // An appender takes no arrays, so they come as text, and one statement makes them of it.
    let sql = "CREATE OR REPLACE TEMP TABLE coming (chunk BIGINT, vector VARCHAR)";
    on.execute_batch(sql)?;
    let mut coming = temp_appender(on, "coming")?;
    for (chunk, vector) in latest {
        coming.append_row((chunk, literal(vector)))?;
    }
    coming.flush()?;
    on.execute_batch(
        "DELETE FROM coming WHERE chunk NOT IN (SELECT id FROM chunks);
         DELETE FROM vectors WHERE chunk IN (SELECT chunk FROM coming);
         INSERT INTO vectors SELECT chunk, vector FROM coming;
         DROP TABLE temp.coming",
    )
}

/// A vector as DuckDB writes it.
pub(super) fn literal(vector: &[f32]) -> String {
    let numbers: Vec<String> = vector.iter().map(f32::to_string).collect();
    format!("[{}]", numbers.join(","))
}

fn temp_appender<'c>(on: &'c Connection, table: &str) -> duckdb::Result<Appender<'c>> {
    on.appender_to_catalog_and_db(table, "temp", "main")
}
