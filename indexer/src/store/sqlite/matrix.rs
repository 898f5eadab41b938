//! The vectors in memory, where all of them are compared.

use std::{cmp::Ordering, collections::BinaryHeap, num::NonZero};

use rusqlite::{Connection, Result, types::FromSqlError};

use super::{read, write};

/// The fewest values for which a second thread pays.
const WORTH_A_THREAD: usize = 1 << 21;

/// All vectors, one after the other.
#[derive(Default)]
pub(super) struct Matrix {
    /// Which version of the vectors this is.
    version: Option<i64>,
    dimension: usize,
    chunks: Vec<i64>,
    values: Vec<f32>,
}

impl Matrix {
    /// Reads the vectors if they are others than those that were read last.
    pub(super) fn refresh(&mut self, on: &Connection) -> Result<()> {
        let version: i64 = write::meta(on, write::VECTORS)?.unwrap_or_default();
        if self.version != Some(version) {
            self.version = None;
            self.read(on)?;
            self.version = Some(version);
        }
        Ok(())
    }

    fn read(&mut self, on: &Connection) -> Result<()> {
        self.chunks.clear();
        self.values.clear();
        self.dimension = write::meta::<i64>(on, "dimension")?.map_or(0, super::count);
        let vectors = read::vectors(on)?;
        self.chunks.reserve_exact(vectors);
        self.values.reserve_exact(vectors * self.dimension);
        let mut statement =
            on.prepare_cached("SELECT chunk, vector FROM vectors ORDER BY chunk")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(1)?.as_blob()?;
            if bytes.len() != self.dimension * 4 {
                let (expected_size, blob_size) = (self.dimension * 4, bytes.len());
                return Err(FromSqlError::InvalidBlobSize { expected_size, blob_size }.into());
            }
            self.chunks.push(row.get(0)?);
            self.values.extend(values(bytes));
        }
        Ok(())
    }

    /// The chunks whose vectors are the nearest, with their cosines; the nearest first.
    pub(super) fn nearest(&self, vector: &[f32], limit: usize) -> Vec<(i64, f64)> {
        if self.chunks.is_empty() || vector.len() != self.dimension || limit == 0 {
            return Vec::new();
        }
        let threads = match self.values.len() {
            few if few < WORTH_A_THREAD => 1,
            _ => std::thread::available_parallelism().map_or(1, NonZero::get).min(4),
        };
        let share = self.chunks.len().div_ceil(threads);
        let parts = self.chunks.chunks(share).zip(self.values.chunks(share * self.dimension));
        let mut best: Vec<Scored> = std::thread::scope(|scope| {
            let started: Vec<_> = parts
                .map(|(ids, rows)| scope.spawn(move || scan(ids, rows, vector, limit)))
                .collect();
            let ended =
                started.into_iter().map(|thread| thread.join().expect("a scan cannot fail"));
            ended.flatten().collect()
        });
        best.sort_unstable();
        best.truncate(limit);
        best.into_iter().map(|scored| (scored.chunk, f64::from(scored.score))).collect()
    }
}

/// The values of a vector as it is in the file.
pub(super) fn values(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value))
}

/// The nearest of some rows.
fn scan(chunks: &[i64], rows: &[f32], vector: &[f32], limit: usize) -> Vec<Scored> {
    // The worst of the best is on top.
    let mut best: BinaryHeap<Scored> = BinaryHeap::with_capacity(limit.min(chunks.len()) + 1);
    for (chunk, row) in chunks.iter().zip(rows.chunks_exact(vector.len())) {
        let scored = Scored { score: dot(row, vector), chunk: *chunk };
        if best.len() < limit {
            best.push(scored);
        } else if best.peek().is_some_and(|worst| scored < *worst) {
            best.pop();
            best.push(scored);
        }
    }
    best.into_vec()
}

/// The product of two vectors, in a way that a compiler turns into instructions for many values.
fn dot(one: &[f32], other: &[f32]) -> f32 {
    let (one, one_rest) = one.as_chunks::<16>();
    let (other, other_rest) = other.as_chunks::<16>();
    let mut sums = [0.0_f32; 16];
    for (one, other) in one.iter().zip(other) {
        for lane in 0..16 {
            sums[lane] += one[lane] * other[lane];
        }
    }
    let rest: f32 = one_rest.iter().zip(other_rest).map(|(one, other)| one * other).sum();
    sums.iter().sum::<f32>() + rest
}

/// A chunk with its cosine. The order is from the nearest to the farthest.
#[derive(Clone, Copy, Debug)]
struct Scored {
    score: f32,
    chunk: i64,
}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.chunk.cmp(&other.chunk))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scored {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Scored {}
