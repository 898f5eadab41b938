//! The points of a collection: their numbers, and what is said with them.

use std::collections::HashMap;

use qdrant_client::{
    Payload,
    qdrant::{NamedVectors, PointStruct, Value, Vector, Vectors, vectors::VectorsOptions},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::weights;
use crate::{
    chunk::Chunk,
    lexical::Terms,
    store::{FileMark, IndexedFile},
};

/// The number of the point that says what the index is.
pub(super) const META: u64 = 0;

/// The sparse vector of a chunk's words.
pub(super) const WORDS: &str = "words";

/// What the names of all dense vectors begin with.
pub(super) const TEXT: &str = "text-";

/// Which sort of point it is: a value of [`Record`].
pub(super) const RECORD: &str = "record";
/// The path of the file that a point belongs to.
pub(super) const PATH: &str = "path";
/// The version of the file that a chunk belongs to.
pub(super) const REVISION: &str = "revision";

/// The sorts of points.
#[derive(Clone, Copy)]
pub(super) enum Record {
    Meta,
    File,
    Chunk,
}

impl Record {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::File => "file",
            Self::Chunk => "chunk",
        }
    }
}

/// What an index is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) version: u32,
    pub(super) embedder: Option<String>,
    pub(super) dimension: usize,
}

impl Meta {
    /// The name of the dense vector, if there is an embedder.
    pub(super) fn vector_name(&self) -> Option<String> {
        Some(vector_name(self.embedder.as_ref()?, self.dimension))
    }

    pub(super) fn point(&self) -> PointStruct {
        point(META, Record::Meta, self, NamedVectors::default())
    }
}

/// The name of the dense vector of an embedder.
pub(super) fn vector_name(embedder: &str, dimension: usize) -> String {
    let number = number(&[embedder.as_bytes(), dimension.to_string().as_bytes()]);
    format!("{TEXT}{number:016x}")
}

/// Which version of a file is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FileRecord {
    pub(super) path: String,
    language: String,
    hash: String,
    lines: usize,
    /// The version whose chunks are those of the file.
    pub(super) current: String,
    /// How many chunks that version has.
    pub(super) chunks: usize,
}

impl FileRecord {
    pub(super) fn of(file: &IndexedFile) -> Self {
        Self {
            path: file.path.clone(),
            language: file.mark.language.clone(),
            hash: file.mark.hash.clone(),
            lines: file.mark.lines,
            current: revision(file),
            chunks: file.chunks.len(),
        }
    }

    /// The number of the point for the file of this path.
    pub(super) fn id(path: &str) -> u64 {
        number(&[b"file", path.as_bytes()])
    }

    /// The numbers of its chunks, in order.
    pub(super) fn chunk_ids(&self) -> impl Iterator<Item = u64> {
        (0..self.chunks).map(|at| chunk_id(&self.current, at))
    }

    pub(super) fn mark(self) -> (String, FileMark) {
        let mark = FileMark { language: self.language, hash: self.hash, lines: self.lines };
        (self.path, mark)
    }

    pub(super) fn point(&self) -> PointStruct {
        point(Self::id(&self.path), Record::File, self, NamedVectors::default())
    }
}

/// A chunk of a version of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ChunkRecord {
    pub(super) path: String,
    pub(super) hash: String,
    pub(super) revision: String,
    /// Its place among the chunks of its file.
    pub(super) at: usize,
    #[serde(flatten)]
    pub(super) chunk: Chunk,
}

/// The points of a file's chunks.
pub(super) fn chunk_points<'a>(
    file: &'a IndexedFile,
    record: &'a FileRecord,
) -> impl Iterator<Item = PointStruct> + 'a {
    file.chunks.iter().enumerate().map(|(at, (chunk, terms))| {
        let record = ChunkRecord {
            path: file.path.clone(),
            hash: file.mark.hash.clone(),
            revision: record.current.clone(),
            at,
            chunk: chunk.clone(),
        };
        point(chunk_id(&record.revision, at), Record::Chunk, &record, words(terms))
    })
}

fn words(terms: &Terms) -> NamedVectors {
    let (words, weights) = weights::of_chunk(terms);
    if words.is_empty() {
        return NamedVectors::default();
    }
    NamedVectors::default().add_vector(WORDS, Vector::new_sparse(words, weights))
}

/// What a point says, if it is of the shape that it should be.
pub(super) fn said<T: DeserializeOwned>(payload: HashMap<String, Value>) -> Option<T> {
    serde_json::from_value(Payload::from(payload).into()).ok()
}

fn point(id: u64, record: Record, says: &impl Serialize, vectors: NamedVectors) -> PointStruct {
    let mut says = match serde_json::to_value(says) {
        Ok(serde_json::Value::Object(says)) => says,
        // Records are structs of texts, numbers and lists.
        _ => serde_json::Map::new(),
    };
    says.insert(RECORD.to_owned(), record.name().into());
    PointStruct {
        id: Some(id.into()),
        payload: Payload::from(says).into(),
        vectors: Some(Vectors { vectors_options: Some(VectorsOptions::Vectors(vectors)) }),
    }
}

/// What tells a version of a file from all others: all that is in it.
fn revision(file: &IndexedFile) -> String {
    let mut hash = blake3::Hasher::new();
    let mut add = |part: &[u8]| {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    let mark = &file.mark;
    for part in [&file.path, &mark.language, &mark.hash, &mark.lines.to_string()] {
        add(part.as_bytes());
    }
    for (chunk, terms) in &file.chunks {
        add(&serde_json::to_vec(chunk).expect("a chunk is texts, numbers and lists"));
        for field in [&terms.name, &terms.head, &terms.body] {
            add(field.as_bytes());
        }
    }
    // Not as long as a UUID: Qdrant would write it in another way.
    hash.finalize().to_hex()[..24].to_owned()
}

fn chunk_id(revision: &str, at: usize) -> u64 {
    number(&[b"chunk", revision.as_bytes(), at.to_string().as_bytes()])
}

/// A number for some parts: another one for other parts, as good as always.
fn number(parts: &[&[u8]]) -> u64 {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let [a, b, c, d, e, f, g, h, ..] = *hash.finalize().as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}
