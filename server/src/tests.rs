//! The server as its clients see it.

mod http;
mod resources;
mod stdio;
