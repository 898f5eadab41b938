//! An embedder whose vectors are kept in a file, since they take much longer than all the rest.

use std::{
    collections::HashMap,
    io::{Error, Write},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use fault_indexer::{EmbedError, Embedder, Purpose};
use fs_err::{File, OpenOptions};

/// The length of a hash, in bytes.
const HASH: usize = blake3::OUT_LEN;

/// An embedder that asks another one for what it does not know.
pub(crate) struct Remembered<E> {
    inner: E,
    known: Mutex<Known>,
}

struct Known {
    vectors: HashMap<[u8; HASH], Vec<f32>>,
    file: File,
}

impl<E: Embedder> Remembered<E> {
    /// Reads what was kept in Cargo's folder for benchmarks.
    pub(crate) fn new(inner: E) -> Result<Self, Error> {
        let name = format!("vectors-{}", inner.name().replace('/', "-"));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let bytes = fs_err::read(&path)?;
        let record = HASH + inner.dimension() * size_of::<f32>();
        let vectors = bytes.chunks_exact(record).filter_map(read).collect();
        Ok(Self { inner, known: Mutex::new(Known { vectors, file }) })
    }
}

/// A hash, and the vector behind it.
fn read(record: &[u8]) -> Option<([u8; HASH], Vec<f32>)> {
    let (hash, vector) = record.split_first_chunk::<HASH>()?;
    let vector = vector.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Some((*hash, vector))
}

impl Known {
    fn keep(&mut self, text: &str, vector: Vec<f32>) -> Result<(), Error> {
        let hash = hash(text);
        let mut record = hash.to_vec();
        record.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
        self.file.write_all(&record)?;
        self.vectors.insert(hash, vector);
        Ok(())
    }
}

fn hash(text: &str) -> [u8; HASH] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

impl<E: Embedder> Embedder for Remembered<E> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn embed(&self, texts: &[&str], purpose: Purpose) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<&str> =
            texts.iter().copied().filter(|text| !known.vectors.contains_key(&hash(text))).collect();
        if !new.is_empty() {
            for (text, vector) in new.iter().zip(self.inner.embed(&new, purpose)?) {
                known.keep(text, vector).map_err(|error| failed(&error))?;
            }
        }
        Ok(texts.iter().filter_map(|text| known.vectors.get(&hash(text)).cloned()).collect())
    }
}

fn failed(error: &Error) -> EmbedError {
    EmbedError {
        code: "vectors_not_kept",
        message: error.to_string(),
        hint: "see whether there is room on the disk".to_owned(),
    }
}
