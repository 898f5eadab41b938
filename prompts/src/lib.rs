//! Asking a language model: providers, and what they answer.
//!
//! * [`Access`]: who answers, where, and with which key. Keys come from the caller; this crate
//!   reads no environment, and no key is in what it prints.
//! * [`Embeddings`]: texts as vectors, so that what means the same lies near each other.
//! * [`Patience`]: how long an answer may take, and how often it is asked for.
//! * [`ModelError`]: why there is no answer, and what to do about it.
//!
//! Dropping a future of this crate ends its call.

mod access;
mod connection;
mod embeddings;
mod error;
mod patience;
mod refusal;

pub use access::{Access, Key, Provider};
pub use embeddings::{EmbeddingSettings, Embeddings, Purpose};
pub use error::ModelError;
pub use patience::Patience;
