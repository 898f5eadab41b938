//! What the whole-program tests share.
//!
//! [`repository`] finds and reads the project's own files; [`fresh`] keeps generated ones true.

pub mod fresh;
pub mod repository;

pub use crate::fresh::fresh;
