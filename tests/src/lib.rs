//! What the whole-program tests share.
//!
//! [`repository`] finds and reads the project's own files; [`fresh()`] keeps generated ones true.
//!
//! The program under test is started by [`fault`], as a user would start it: with arguments, an
//! empty environment and no terminal. [`upstream`] is what it talks to, [`app`] is what scenarios are
//! run against, [`tool`] and [`peer`] are the real programs that talk through it, [`mcp`] is an agent,
//! [`model`] a language model.
//! A program that is not installed makes its tests pass with a line that says so.

pub mod app;
pub mod deadline;
pub mod fresh;
pub mod mcp;
pub mod model;
pub mod peer;
pub mod program;
pub mod repository;
pub mod tls;
pub mod tool;
pub mod upstream;
pub mod wire;

pub use crate::deadline::soon;
pub use crate::fresh::fresh;
pub use crate::program::fault;
