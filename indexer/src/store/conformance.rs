//! What every store promises, as one suite.

mod files;
mod handles;
mod vectors;
mod words;

use super::{Change, FileMark, Hit, IndexedFile, Manifest, Select, Store};
use crate::{
    chunk::{Chunk, ChunkKind},
    lexical::Words,
};

/// Opens one and the same store, over and over: what was written through one handle is there for
/// all others.
pub(crate) type Open = Box<dyn Fn() -> Box<dyn Store> + Sync>;

/// Checks that stores keep all promises. Each call of `place` makes room for a new, empty store
/// (and keeps it, such as a folder for the time of the test, in what it returns).
///
/// ```ignore
/// conformance::suite(&|| {
///     let folder = tempfile::tempdir().unwrap();
///     Box::new(move || Box::new(Sqlite::open(&folder.path().join("index.db")).unwrap()))
/// });
/// ```
pub(crate) fn suite(place: &dyn Fn() -> Open) {
    for (promise, keeps) in [files::CASES, words::CASES, vectors::CASES, handles::CASES].concat() {
        eprintln!("promise: {promise}");
        keeps(&place());
    }
}

/// A promise, and what checks it in an empty store.
type Case = (&'static str, fn(&Open));

/// A function's chunk.
fn chunk(name: &str, text: &str) -> Chunk {
    Chunk {
        kind: ChunkKind::Function,
        name: name.to_owned(),
        language: "python".to_owned(),
        first_line: 1,
        last_line: text.lines().count(),
        text: text.to_owned(),
        calls: Vec::new(),
        imports: Vec::new(),
        remote_calls: Vec::new(),
    }
}

/// A file of functions, each a name and a text.
fn file(path: &str, functions: &[(&str, &str)]) -> IndexedFile {
    file_of(path, functions.iter().map(|(name, text)| chunk(name, text)).collect())
}

/// A file of chunks.
fn file_of(path: &str, chunks: Vec<Chunk>) -> IndexedFile {
    let mut words = Words::default();
    let terms = |chunk: Chunk| {
        let terms = words.of_chunk(path, &chunk);
        (chunk, terms)
    };
    IndexedFile {
        path: path.to_owned(),
        mark: mark(path, chunks.len()),
        chunks: chunks.into_iter().map(terms).collect(),
    }
}

fn mark(hash: &str, lines: usize) -> FileMark {
    FileMark { language: "python".to_owned(), hash: format!("hash of {hash}"), lines }
}

/// What is said to a store, without the words that all tests would repeat.
trait Says {
    fn put(&mut self, new: &[IndexedFile]);
    fn drop_files(&mut self, gone: &[&str]);
    fn embedder(&mut self, name: &str, dimension: usize);
    fn vectors(&mut self, vectors: &[(u64, Vec<f32>)]);
    fn known(&mut self) -> Manifest;
    fn find(&mut self, what: &Select<'_>) -> Vec<Hit>;
    fn words(&mut self, words: &str, limit: usize) -> Vec<String>;
    fn near(&mut self, vector: &[f32], limit: usize) -> Vec<String>;
    fn bare(&mut self, limit: usize) -> Vec<String>;
    fn file(&mut self, path: &str) -> Vec<Hit>;
    fn id(&mut self, path: &str, name: &str) -> u64;
}

impl Says for Box<dyn Store> {
    fn put(&mut self, new: &[IndexedFile]) {
        self.change(Change::Files { gone: &[], new }).unwrap();
    }

    fn drop_files(&mut self, gone: &[&str]) {
        let gone: Vec<String> = gone.iter().map(|path| (*path).to_owned()).collect();
        self.change(Change::Files { gone: &gone, new: &[] }).unwrap();
    }

    fn embedder(&mut self, name: &str, dimension: usize) {
        self.change(Change::Embedder(name, dimension)).unwrap();
    }

    fn vectors(&mut self, vectors: &[(u64, Vec<f32>)]) {
        self.change(Change::Vectors(vectors)).unwrap();
    }

    fn known(&mut self) -> Manifest {
        self.manifest().unwrap()
    }

    fn find(&mut self, what: &Select<'_>) -> Vec<Hit> {
        let hits = self.select(what).unwrap();
        let falls = |pair: &[Hit]| pair[0].score >= pair[1].score;
        assert!(hits.windows(2).all(falls), "the best come first: {hits:?}");
        hits
    }

    fn words(&mut self, words: &str, limit: usize) -> Vec<String> {
        let terms = Words::default().of_query(words);
        names(self.find(&Select::Words { terms: &terms, limit }))
    }

    fn near(&mut self, vector: &[f32], limit: usize) -> Vec<String> {
        names(self.find(&Select::Near { vector, limit }))
    }

    fn bare(&mut self, limit: usize) -> Vec<String> {
        let mut names = names(self.find(&Select::Bare { limit }));
        names.sort();
        names
    }

    fn file(&mut self, path: &str) -> Vec<Hit> {
        self.find(&Select::File { path })
    }

    fn id(&mut self, path: &str, name: &str) -> u64 {
        let hits = self.file(path);
        hits.iter().find(|hit| hit.chunk.name == name).expect("the chunk is there").id
    }
}

fn names(hits: Vec<Hit>) -> Vec<String> {
    hits.into_iter().map(|hit| hit.chunk.name).collect()
}
