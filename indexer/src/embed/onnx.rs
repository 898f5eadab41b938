//! Embeddings on this machine: a model in ONNX's format, run by a library that the user has.
//!
//! Nothing is downloaded, and nothing leaves the machine.

mod files;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use fastembed::{InitOptionsUserDefined, TextEmbedding, UserDefinedEmbeddingModel};

pub use self::files::ModelFiles;
use self::files::Parts;
use super::{EmbedError, Embedder, Purpose};

/// How many texts the model sees at once. What it needs of memory grows with it, its speed hardly.
const BATCH: usize = 16;

/// A model in a folder of this machine, such as one of sentence-transformers exported to ONNX.
///
/// It treats what is looked for and what is to be found alike.
pub struct LocalModel {
    name: String,
    dimension: usize,
    // Running the model changes its buffers, so that one caller runs it at a time.
    model: Mutex<TextEmbedding>,
}

impl LocalModel {
    /// Loads the runtime and the model; this reads the whole model into memory.
    ///
    /// A process has one runtime: the library that was loaded first stays, whatever `files` say.
    pub fn load(files: &ModelFiles) -> Result<Self, EmbedError> {
        let parts = Parts::find(&files.dir)?;
        load_runtime(&files.library())?;
        let unreadable = |reason: fastembed::Error| files::unreadable(&files.dir, &reason);

        let (name, longest) = (parts.name.clone(), parts.longest);
        let model = UserDefinedEmbeddingModel::new(parts.network, parts.tokenizer)
            .with_pooling(parts.pooling);
        let options = InitOptionsUserDefined::new().with_max_length(longest);
        let mut model =
            TextEmbedding::try_new_from_user_defined(model, options).map_err(unreadable)?;
        let sample = model.embed(["dimension"], None).map_err(unreadable)?;
        let dimension = sample.first().map_or(0, Vec::len);
        let name = format!("onnx/{name}/{dimension}");
        Ok(Self { name, dimension, model: Mutex::new(model) })
    }
}

impl std::fmt::Debug for LocalModel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("LocalModel").field(&self.name).finish()
    }
}

impl Embedder for LocalModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn embed(&self, texts: &[&str], _purpose: Purpose) -> Result<Vec<Vec<f32>>, EmbedError> {
        // Each text of a batch costs as much as its longest, so that like goes with like.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&at| texts[at].len());
        let sorted: Vec<&str> = order.iter().map(|&at| texts[at]).collect();

        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let vectors = model.embed(&sorted, Some(BATCH)).map_err(|reason| failed(&reason))?;
        drop(model);

        if vectors.len() != texts.len() || !vectors.iter().all(|vector| self.is_sound(vector)) {
            return Err(failed(&"its vectors are not those of the texts"));
        }
        let mut found = vec![Vec::new(); texts.len()];
        for (at, vector) in order.into_iter().zip(vectors) {
            found[at] = vector;
        }
        Ok(found)
    }
}

impl LocalModel {
    fn is_sound(&self, vector: &[f32]) -> bool {
        vector.len() == self.dimension && vector.iter().all(|value| value.is_finite())
    }
}

/// Loads the library by ourselves: what comes later panics where it cannot be loaded.
fn load_runtime(library: &Path) -> Result<(), EmbedError> {
    match ort::init_from(library) {
        // The environment that could be built here is built with the first model.
        Ok(_builder) => Ok(()),
        Err(reason) => Err(EmbedError {
            code: "onnx_runtime_not_found",
            message: format!("the library of ONNX Runtime cannot be used: {reason}"),
            hint: format!(
                "install ONNX Runtime 1.{} or newer (the Python package `onnxruntime` brings it, \
                 in its folder `capi`) and give the path of the library",
                ort::MINOR_VERSION
            ),
        }),
    }
}

fn failed(reason: &dyn std::fmt::Display) -> EmbedError {
    EmbedError {
        code: "embedding_failed",
        message: format!("the local model cannot embed these texts: {reason}"),
        hint: "try another model, or search without one".to_owned(),
    }
}

#[cfg(test)]
mod tests;
