//! Where an index is kept. Every store behaves alike: `conformance` is the proof.

use std::collections::BTreeMap;

use crate::{chunk::Chunk, lexical::Terms};

mod complaint;
#[cfg(test)]
mod conformance;
pub mod copy;
#[cfg(feature = "duckdb")]
pub mod duckdb;
mod folder;
pub mod qdrant;
pub mod sqlite;

/// The version of what is written. A store that holds another one is not read.
pub const VERSION: u32 = 1;

/// Keeps chunks, and finds them again.
///
/// It can be used by several processes at once. Each change happens wholly or not at all, also when
/// the process is killed; where a store cannot promise that for many files, it does so file by file.
pub trait Store: Send {
    /// What is there.
    fn manifest(&mut self) -> Result<Manifest, StoreError>;

    /// Changes what is there.
    fn change(&mut self, change: Change<'_>) -> Result<(), StoreError>;

    /// Finds chunks, the best first where there is a score.
    fn select(&mut self, what: &Select<'_>) -> Result<Vec<Hit>, StoreError>;
}

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// The files by their paths from the top of the tree, with `/` between the parts.
    pub files: BTreeMap<String, FileMark>,
    /// The name of the embedder whose vectors are there.
    pub embedder: Option<String>,
    /// How many chunks there are.
    pub chunks: usize,
    /// How many chunks have a vector.
    pub vectors: usize,
}

/// Which version of a file is in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMark {
    /// The name of the language.
    pub language: String,
    /// What its content hashes to.
    pub hash: String,
    /// How many lines it has.
    pub lines: usize,
}

/// A file as it goes into a store.
#[derive(Clone, Debug)]
pub struct IndexedFile {
    /// Its path from the top of the tree.
    pub path: String,
    /// Which version of it this is.
    pub mark: FileMark,
    /// Its chunks, with their words.
    pub chunks: Vec<(Chunk, Terms)>,
}

/// A change of a store.
#[derive(Debug)]
pub enum Change<'a> {
    /// Files that are gone, and files that are new or different: what was there of them goes.
    Files {
        /// The paths of those that are gone.
        gone: &'a [String],
        /// Those that are new or different.
        new: &'a [IndexedFile],
    },
    /// From now on vectors are those of this embedder; those of another one go.
    Embedder(&'a str, usize),
    /// Vectors of chunks; chunks that are gone meanwhile are passed over.
    Vectors(&'a [(u64, Vec<f32>)]),
    /// Everything goes.
    Clear,
}

/// What to find.
#[derive(Debug)]
pub enum Select<'a> {
    /// The chunks that share words with these, by BM25.
    Words {
        /// The words, as `lexical` makes them.
        terms: &'a [String],
        /// The most chunks.
        limit: usize,
    },
    /// The chunks whose vectors are the nearest, by cosine.
    Near {
        /// A vector of length 1.
        vector: &'a [f32],
        /// The most chunks.
        limit: usize,
    },
    /// Chunks without a vector.
    Bare {
        /// The most chunks.
        limit: usize,
    },
    /// The chunks of a file, in order.
    File {
        /// Its path.
        path: &'a str,
    },
}

/// A chunk that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The chunk's number in this store; it is another one after the file has changed.
    pub id: u64,
    /// How well it fits; greater is better, and only hits of one answer can be compared.
    pub score: f64,
    /// The path of its file.
    pub path: String,
    /// The chunk.
    pub chunk: Chunk,
    /// Its vector, of length 1: only where a file's chunks were asked for, and only if it has one.
    pub vector: Option<Vec<f32>>,
}

/// Why a store does not do what it is asked to.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// A stable name.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl StoreError {
    fn new(code: &'static str, message: String, hint: impl Into<String>) -> Self {
        Self { code, message, hint: hint.into() }
    }
}
