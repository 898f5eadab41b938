//! How much may be on its way at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many bytes, for threads to take and to give back.
pub(super) struct Budget {
    state: Mutex<State>,
    changed: Condvar,
    most: usize,
}

#[derive(Default)]
struct State {
    taken: usize,
    closed: bool,
}

impl Budget {
    pub(super) fn new(most: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), most }
    }

    /// Takes so many bytes, as soon as they are there; whether it got them.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let waits =
            |state: &mut State| !state.closed && state.taken > 0 && state.taken + bytes > self.most;
        let state = self.changed.wait_while(self.state(), waits);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.taken += bytes;
        !state.closed
    }

    pub(super) fn give_back(&self, bytes: usize) {
        if bytes > 0 {
            self.state().taken -= bytes;
            self.changed.notify_all();
        }
    }

    /// From now on nobody gets anything.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
