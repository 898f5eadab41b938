//! Texts as vectors, so that what means the same lies near each other.

mod onnx;

pub use onnx::{LocalModel, ModelFiles};

/// What a text is to be compared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is code that is to be found.
    Document,
    /// It is what is looked for.
    Query,
}

/// Something that turns texts into vectors.
pub trait Embedder: Send + Sync {
    /// Which model it is and how long its vectors are, as one name, such as
    /// `openai/text-embedding-3-small/1536`. Vectors of different names cannot be compared.
    fn name(&self) -> &str;

    /// The length of its vectors.
    fn dimension(&self) -> usize;

    /// The vectors of some texts, in order, each of length 1. It blocks until they are there.
    fn embed(&self, texts: &[&str], purpose: Purpose) -> Result<Vec<Vec<f32>>, EmbedError>;
}

/// Why there are no vectors.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EmbedError {
    /// A stable name: `model_not_found`, `embedding_refused`, `embedding_unavailable`, ...
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}
