//! Takes an index from one store to another, with its vectors, so that nothing is embedded again.

use super::{Change, FileMark, Hit, IndexedFile, Manifest, Select, Store, StoreError};
use crate::lexical::Words;

/// How many chunks go in one change, unless one file has more.
const BATCH: usize = 512;

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// How many files were looked at; all of them in the end.
    pub files: usize,
    /// How many files there are.
    pub of: usize,
    /// How many chunks were written.
    pub chunks: usize,
    /// How many vectors were written.
    pub vectors: usize,
}

/// Makes `to` hold what `from` holds, and says from time to time how far it has come.
///
/// What is there already stays, so a copy that was cut short goes on where it was. Vectors that only
/// `to` has stay too, as long as they are of the same embedder.
pub fn copy(
    from: &mut dyn Store,
    to: &mut dyn Store,
    progress: &mut dyn FnMut(Copied),
) -> Result<Copied, StoreError> {
    let source = from.manifest()?;
    let target = to.manifest()?;
    let gone = target.files.keys().filter(|path| !source.files.contains_key(*path));
    let gone: Vec<String> = gone.cloned().collect();
    to.change(Change::Files { gone: &gone, new: &[] })?;

    let copied = Copied { of: source.files.len(), ..Copied::default() };
    let mut copy = Copy { to, source: &source, target: &target, is_embedder_set: false, copied };
    let mut words = Words::default();
    let mut batch = Vec::new();
    let mut chunks = 0;
    for (path, mark) in &source.files {
        let hits = from.select(&Select::File { path })?;
        chunks += hits.len();
        batch.push((path.as_str(), mark, hits));
        if chunks >= BATCH {
            copy.put(std::mem::take(&mut batch), &mut words)?;
            chunks = 0;
            progress(copy.copied);
        }
    }
    copy.put(batch, &mut words)?;
    progress(copy.copied);
    Ok(copy.copied)
}

/// A file as it comes out of a store.
type Read<'a> = (&'a str, &'a FileMark, Vec<Hit>);

struct Copy<'a> {
    to: &'a mut dyn Store,
    source: &'a Manifest,
    target: &'a Manifest,
    is_embedder_set: bool,
    copied: Copied,
}

impl Copy<'_> {
    fn put(&mut self, batch: Vec<Read<'_>>, words: &mut Words) -> Result<(), StoreError> {
        let changed =
            batch.iter().filter(|(path, mark, _)| self.target.files.get(*path) != Some(mark));
        let new: Vec<IndexedFile> =
            changed.map(|(path, mark, hits)| indexed(path, mark, hits, words)).collect();
        self.to.change(Change::Files { gone: &[], new: &new })?;
        self.copied.chunks += new.iter().map(|file| file.chunks.len()).sum::<usize>();
        self.copied.files += batch.len();
        self.put_vectors(batch)
    }

    fn put_vectors(&mut self, batch: Vec<Read<'_>>) -> Result<(), StoreError> {
        let (Some(embedder), Some(length)) = (&self.source.embedder, length(&batch)) else {
            return Ok(());
        };
        if !self.is_embedder_set {
            self.to.change(Change::Embedder(embedder, length))?;
            self.is_embedder_set = true;
        }
        let mut vectors = Vec::new();
        for (path, _, hits) in batch {
            if hits.iter().all(|hit| hit.vector.is_none()) {
                continue;
            }
            let there = self.to.select(&Select::File { path })?;
            // Chunks are in the same order; should another process write meanwhile, those that
            // are other ones get no vector of these.
            for (here, there) in hits.into_iter().zip(there) {
                if let Some(vector) = here.vector
                    && there.vector.is_none()
                    && there.chunk == here.chunk
                {
                    vectors.push((there.id, vector));
                }
            }
        }
        self.copied.vectors += vectors.len();
        self.to.change(Change::Vectors(&vectors))
    }
}

/// How long the vectors are, if there is one.
fn length(batch: &[Read<'_>]) -> Option<usize> {
    let vectors = batch.iter().flat_map(|(_, _, hits)| hits).filter_map(|hit| hit.vector.as_ref());
    vectors.map(Vec::len).next()
}

/// The words of a chunk follow from it and its path, so they are made again.
fn indexed(path: &str, mark: &FileMark, hits: &[Hit], words: &mut Words) -> IndexedFile {
    let chunks = hits.iter().map(|hit| (hit.chunk.clone(), words.of_chunk(path, &hit.chunk)));
    IndexedFile { path: path.to_owned(), mark: mark.clone(), chunks: chunks.collect() }
}
