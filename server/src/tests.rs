//! The server as its clients see it.

mod http;
mod prompts;
mod resources;
mod stdio;
