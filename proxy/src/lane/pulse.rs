//! When something last went each way on a connection.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::fault::Flow;

/// When something last went each way on a connection, whichever exchange it belonged to.
#[derive(Debug)]
pub(crate) struct Pulse {
    opened: Instant,
    /// Microseconds since the connection was opened, plus one; zero before the first chunk.
    last: [AtomicU64; 2],
}

impl Pulse {
    /// The pulse of a connection that was opened now.
    pub(crate) fn new(opened: Instant) -> Arc<Self> {
        Arc::new(Self { opened, last: Default::default() })
    }

    /// How long the connection has been open.
    pub(super) fn at(&self, now: Instant) -> Duration {
        now - self.opened
    }

    /// Notes that a chunk goes this way, and tells when the one before it did.
    pub(super) fn beat(&self, flow: Flow, now: Instant) -> Option<Duration> {
        let micros = u64::try_from(self.at(now).as_micros()).unwrap_or(u64::MAX - 1);
        let last = self.last[flow as usize].swap(micros + 1, Ordering::Relaxed);
        (last > 0).then(|| Duration::from_micros(last - 1))
    }
}
