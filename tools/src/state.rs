//! What outlives a call: running proxies, started runs and their reports, targets in use, and the
//! limits for all.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fault_proxy::Trust;
use tokio_util::sync::CancellationToken;

use crate::{
    code::{Code, CodeSettings},
    error::ToolError,
    files::Files,
    llm::{Llm, LlmSettings},
    proxies::Proxies,
    reports::Reports,
    runs::Runs,
};

/// What a caller may ask for at most. Only the command line raises them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The longest run of a scenario.
    pub duration: Duration,
    /// The most requests a second of a scenario, all clients together.
    pub rate: u32,
    /// The most clients of a scenario.
    pub clients: u32,
    /// The most proxies that are open at the same time, and the most runs and reports
    /// that are remembered.
    pub open: usize,
    /// Whether proxies may listen on other addresses than those of this machine's loopback.
    pub listen_anywhere: bool,
    /// Whether callers may have programs started, to try changes of code.
    pub allow_exec: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            duration: Duration::from_secs(600),
            rate: 1000,
            clients: 256,
            open: 32,
            listen_anywhere: false,
            allow_exec: false,
        }
    }
}

/// What outlives a call.
#[derive(Debug, Default)]
pub struct State {
    limits: Limits,
    trust: Trust,
    files: Files,
    stopping: CancellationToken,
    pub(crate) proxies: Proxies,
    pub(crate) runs: Runs,
    pub(crate) reports: Reports,
    code: Code,
    llm: Llm,
    path: Option<OsString>,
    targets: Arc<Mutex<BTreeSet<String>>>,
}

/// Keeps other scenarios away from a target until it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    target: String,
    targets: Arc<Mutex<BTreeSet<String>>>,
}

impl State {
    /// A state with these limits, whose proxies trust these upstreams.
    pub fn new(limits: Limits, trust: Trust) -> Self {
        Self { limits, trust, ..Self::default() }
    }

    /// The same state, whose callers may name files under these folders. Relative paths start at the
    /// first. Without any, no file can be named.
    #[must_use]
    pub fn with_roots(mut self, roots: Vec<PathBuf>) -> Self {
        self.files.roots = roots;
        self
    }

    /// The same state, whose callers may name any file: for paths that the user himself wrote.
    #[must_use]
    pub fn trusting_paths(mut self, trusting: bool) -> Self {
        self.files.trusting = trusting;
        self
    }

    /// The same state, which indexes and searches source code in this way.
    #[must_use]
    pub fn with_code(mut self, settings: CodeSettings) -> Self {
        self.code.settings = settings;
        self
    }

    /// The same state, in which this model answers questions.
    #[must_use]
    pub fn with_llm(mut self, settings: LlmSettings) -> Self {
        self.llm = Llm::new(settings);
        self
    }

    /// The model that answers questions.
    pub(crate) fn llm(&self) -> &Llm {
        &self.llm
    }

    /// The same state, which looks for the programs that it starts in these folders, as in PATH.
    #[must_use]
    pub fn with_path(mut self, path: Option<OsString>) -> Self {
        self.path = path;
        self
    }

    /// Where programs are looked for that are started, if that was said.
    pub(crate) fn path(&self) -> Option<&OsStr> {
        self.path.as_deref()
    }

    /// What calls for source code leave for each other.
    pub(crate) fn code(&self) -> &Code {
        &self.code
    }

    /// The files that callers may name.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// Whom proxies trust when they speak TLS to an upstream.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// What callers may ask for at most.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Ends every call and run, and closes every proxy.
    ///
    /// When this returns nothing listens and nothing is disturbed any more.
    pub async fn shutdown(&self) {
        self.stopping.cancel();
        tokio::join!(self.runs.stop_all(), self.proxies.stop_all());
    }

    /// Cancelled when the program ends.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Refuses new work while the program ends.
    pub(crate) fn check_open(&self) -> Result<(), ToolError> {
        if self.stopping.is_cancelled() { Err(ToolError::cancelled()) } else { Ok(()) }
    }

    /// Takes a target for one scenario: two loads at once would measure each other.
    pub(crate) fn claim(&self, target: &str) -> Result<Claim, ToolError> {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if !targets.insert(target.to_owned()) {
            let message = format!("another scenario is running against {target}");
            return Err(ToolError::environment("target_busy", message)
                .hint("wait for it to end, or stop it with fault_stop_run"));
        }
        Ok(Claim { target: target.to_owned(), targets: Arc::clone(&self.targets) })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_claimed_by_one_scenario_at_a_time() {
        let state = State::default();
        let claim = state.claim("http://a").unwrap();
        assert_eq!(state.claim("http://a").unwrap_err().code, "target_busy");
        assert!(state.claim("http://b").is_ok());
        drop(claim);
        assert!(state.claim("http://a").is_ok());
    }
}
