//! Asking a language model: providers, and what they answer.
//!
//! * [`Access`]: who answers, where, and with which key. Keys come from the caller; this crate
//!   reads no environment, and no key is in what it prints.
//! * [`Chat`]: questions in words, and typed answers.
//! * [`Embeddings`]: texts as vectors, so that what means the same lies near each other.
//! * [`Question`]: what is asked, one Markdown file each; [`answer`]: what is answered.
//! * [`Patience`]: how long an answer may take, and how often it is asked for.
//! * [`ModelError`]: why there is no answer, and what to do about it.
//!
//! Dropping a future of this crate ends its call.

mod access;
pub mod answer;
mod chat;
mod connection;
mod embeddings;
mod error;
mod patience;
mod question;
mod refusal;

pub use access::{Access, Key, Provider};
pub use chat::{Answered, Chat, ChatSettings, Price, Usage};
pub use embeddings::{EmbeddingSettings, Embeddings, Purpose};
pub use error::ModelError;
pub use patience::Patience;
pub use question::{Argument, Question, Rendered, Secrets, data, plain, questions};
