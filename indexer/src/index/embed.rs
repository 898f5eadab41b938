//! Gives chunks their vectors.

use schemars::JsonSchema;
use serde::Serialize;

use super::{IndexError, Step};
use crate::{
    embed::{EmbedError, Embedder, Purpose},
    store::{Change, Hit, Select, Store},
};

/// How many chunks are asked for at a time.
const ROUND: usize = 256;

/// How many chunks get their vectors at a time.
const BATCH: usize = 64;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EmbedCounts {
    /// The chunks that got a vector.
    pub chunks: usize,
    /// Whether it ended before all was done. The next run does the rest.
    pub interrupted: bool,
}

/// Gives every chunk of a store a vector, if it has none of this embedder.
pub fn embed(
    store: &mut dyn Store,
    embedder: &dyn Embedder,
    on: &(dyn Fn(Step) + Sync),
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<EmbedCounts, IndexError> {
    store.change(Change::Embedder(embedder.name(), embedder.dimension()))?;
    let known = store.manifest()?;
    let of = known.chunks.saturating_sub(known.vectors);
    let mut counts = EmbedCounts::default();
    loop {
        let mut bare = store.select(&Select::Bare { limit: ROUND })?;
        if bare.is_empty() {
            return Ok(counts);
        }
        // Texts of about one length are the least work together.
        bare.sort_by_key(|hit| hit.chunk.text.len());
        for hits in bare.chunks(BATCH) {
            if cancelled() {
                return Ok(EmbedCounts { interrupted: true, ..counts });
            }
            store.change(Change::Vectors(&vectors(embedder, hits)?))?;
            counts.chunks += hits.len();
            on(Step::Vectors { done: counts.chunks, of: of.max(counts.chunks) });
        }
    }
}

fn vectors(embedder: &dyn Embedder, hits: &[Hit]) -> Result<Vec<(u64, Vec<f32>)>, IndexError> {
    let texts: Vec<String> = hits.iter().map(text).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors = embedder.embed(&texts, Purpose::Document)?;
    let fit = vectors.iter().all(|vector| vector.len() == embedder.dimension());
    if vectors.len() != hits.len() || !fit {
        return Err(IndexError::Embed(EmbedError {
            code: "embedding_mismatch",
            message: format!(
                "{} gave other vectors than {} of length {}",
                embedder.name(),
                hits.len(),
                embedder.dimension(),
            ),
            hint: "see whether the model and its dimension are the right ones".to_owned(),
        }));
    }
    Ok(hits.iter().map(|hit| hit.id).zip(vectors).collect())
}

/// What is said of a chunk: where it is, what it is called, and what it is.
fn text(hit: &Hit) -> String {
    format!("{}\n{}\n{}", hit.path, hit.chunk.name, hit.chunk.text)
}
