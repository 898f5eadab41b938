//! What outlives a call: running proxies, started runs, targets in use, and the limits for all.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fault_proxy::Trust;
use tokio_util::sync::CancellationToken;

use crate::{error::ToolError, proxies::Proxies, runs::Runs};

/// What a caller may ask for at most. Only the command line raises them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The longest run of a scenario.
    pub duration: Duration,
    /// The most requests a second of a scenario, all clients together.
    pub rate: u32,
    /// The most clients of a scenario.
    pub clients: u32,
    /// The most proxies that are open at the same time, and the most runs that are remembered.
    pub open: usize,
    /// Whether proxies may listen on other addresses than those of this machine's loopback.
    pub listen_anywhere: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            duration: Duration::from_secs(600),
            rate: 1000,
            clients: 256,
            open: 32,
            listen_anywhere: false,
        }
    }
}

/// What outlives a call.
#[derive(Debug, Default)]
pub struct State {
    limits: Limits,
    trust: Trust,
    stopping: CancellationToken,
    pub(crate) proxies: Proxies,
    pub(crate) runs: Runs,
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
        self.runs.stop_all().await;
        self.proxies.stop_all().await;
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
