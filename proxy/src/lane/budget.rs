//! What all lanes of a proxy hold together.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// What all lanes of a proxy hold together before each is cut down.
const TOTAL_CAP: usize = 256 << 20;

/// How many bytes all lanes of a proxy hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget(Arc<AtomicUsize>);

impl Budget {
    pub(super) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= TOTAL_CAP
    }
}
