//! Source code: parse, extract, outline, index and search.
//!
//! [`Decode`](source::decode) a file, [`parse`] it into a [`Module`] of functions,
//! scopes, imports and calls, and cut it into [`chunks`](chunk::cut). An [`index`] keeps the chunks
//! of a tree in a [`Store`], and [`search`] finds them again: by words always, by meaning too where
//! an [`Embedder`] is given. [`risk`] finds code that a fault will break.

pub mod chunk;
pub mod embed;
pub mod extract;
pub mod index;
mod language;
pub mod lexical;
mod module;
pub mod outline;
pub mod project;
pub mod query;
pub mod remote;
pub mod risk;
pub mod search;
pub mod source;
pub mod store;
mod syntax;
mod tree;

pub use embed::{EmbedError, Embedder, Purpose};
pub use language::{LANGUAGES, Language};
pub use module::{Call, Function, FunctionKind, Import, Module, Scope, Span};
pub use store::{Store, StoreError};
pub use syntax::parse;
