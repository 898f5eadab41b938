//! The MCP server: every tool over stdio and streamable HTTP.
//!
//! One process answers clients of every published revision of the protocol, and is the only place
//! that knows the protocol. What a tool does, and what it answers, is decided in `fault-tools`.

mod handler;
mod http;
mod progress;
mod prompts;
mod resources;
mod stdio;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use fault_tools::State;
use tokio_util::sync::CancellationToken;

pub use http::{HttpError, HttpOptions, HttpServer};
pub use stdio::{ServeError, serve, serve_stdio};

/// How long running calls and open proxies have to end when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// What a server is given.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the tools share; shut down when the server ends.
    pub state: Arc<State>,
    /// Ends the server, as a signal does.
    pub stop: CancellationToken,
}

/// Undoes everything that the tools have set up, within a bounded time.
async fn restore(state: &State) {
    if tokio::time::timeout(GRACE, state.shutdown()).await.is_err() {
        tracing::warn!("proxies were still closing when the server ended");
    }
}
