//! What a call is given beside its arguments: progress, cancellation and the shared state.

use std::{
    fmt::{Debug, Formatter},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fault_scenario::run::RunUpdate;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::state::State;

/// The surroundings of one call.
#[derive(Clone, Debug)]
pub struct Context {
    progress: Progress,
    cancel: CancellationToken,
    state: Arc<State>,
}

impl Context {
    /// The surroundings of a call that ends when `cancel` is cancelled or `state` is shut down.
    pub fn new(state: Arc<State>, cancel: CancellationToken) -> Self {
        Self { progress: Progress::default(), cancel, state }
    }

    /// The same surroundings with somebody watching the progress.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Where the call tells how far it is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What outlives the call.
    pub fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Waits until the call is to end early.
    pub async fn cancelled(&self) {
        tokio::select! {
            () = self.cancel.cancelled() => {}
            () = self.state.stopping().cancelled() => {}
        }
    }
}

/// How far a call is.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// What is done; it grows from update to update.
    pub done: f64,
    /// What `done` will be at the end.
    pub total: f64,
    /// What is going on, in a few words.
    pub message: String,
}

/// The least time between two updates.
const INTERVAL: Duration = Duration::from_millis(200);

/// Tells somebody how far a call is; without a listener it does nothing.
///
/// Updates that come too fast or that do not move forward are left out.
#[derive(Clone, Default)]
pub struct Progress {
    teller: Option<Arc<Teller>>,
    steps: Option<Arc<dyn Fn(RunUpdate) + Send + Sync>>,
}

struct Teller {
    last: Mutex<Option<(Instant, f64)>>,
    tell: Box<dyn Fn(Update) + Send + Sync>,
}

impl Progress {
    /// Progress that is told to `tell`.
    pub fn new(tell: impl Fn(Update) + Send + Sync + 'static) -> Self {
        let teller = Teller { last: Mutex::new(None), tell: Box::new(tell) };
        Self { teller: Some(Arc::new(teller)), steps: None }
    }

    /// The same progress; each step of each test of a run of scenarios is told to `tell`.
    #[must_use]
    pub fn with_steps(mut self, tell: impl Fn(RunUpdate) + Send + Sync + 'static) -> Self {
        self.steps = Some(Arc::new(tell));
        self
    }

    /// Tells a step of a test; none is left out.
    pub(crate) fn step(&self, update: RunUpdate) {
        if let Some(tell) = &self.steps {
            tell(update);
        }
    }

    /// Says that `done` of `total` is done.
    pub fn report(&self, done: f64, total: f64, message: impl Into<String>) {
        let Some(teller) = &self.teller else { return };
        let mut last = teller.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let due = last.is_none_or(|(at, before)| now - at >= INTERVAL && done > before);
        if due {
            *last = Some((now, done));
            (teller.tell)(Update { done, total, message: message.into() });
        }
    }
}

impl Debug for Progress {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.teller.is_some() { "Progress(told)" } else { "Progress(silent)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> (Progress, Arc<Mutex<Vec<f64>>>) {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        (Progress::new(move |update| ears.lock().unwrap().push(update.done)), heard)
    }

    #[tokio::test(start_paused = true)]
    async fn progress_only_moves_forward() {
        let (progress, heard) = told();
        for done in [1.0, 1.0, 0.5, 2.0] {
            progress.report(done, 2.0, "");
            tokio::time::advance(INTERVAL).await;
        }
        assert_eq!(*heard.lock().unwrap(), [1.0, 2.0]);
    }

    #[tokio::test(start_paused = true)]
    async fn progress_that_comes_too_fast_is_left_out() {
        let (progress, heard) = told();
        progress.report(1.0, 3.0, "");
        progress.report(2.0, 3.0, "");
        tokio::time::advance(INTERVAL).await;
        progress.report(3.0, 3.0, "");
        assert_eq!(*heard.lock().unwrap(), [1.0, 3.0]);
    }

    #[test]
    fn every_step_of_a_run_is_told() {
        let heard = Arc::new(Mutex::new(0));
        let ears = heard.clone();
        let progress = Progress::default().with_steps(move |_| *ears.lock().unwrap() += 1);
        for done in 0..3 {
            let what = "with faults".to_owned();
            progress.step(RunUpdate::Moved { test: 0, done, steps: 3, what, errors: 0 });
        }
        assert_eq!(*heard.lock().unwrap(), 3);
    }

    #[test]
    fn progress_without_a_listener_is_silent() {
        Progress::default().report(1.0, 1.0, "nobody hears this");
    }
}
