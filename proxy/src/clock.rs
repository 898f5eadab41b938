//! Time: what o'clock it is, and a timer that is precise enough to be measured against.
//!
//! Tokio's timers round up to whole milliseconds, which users of small latencies can see; `async-io`'s are exact
//! to well under a tenth. Tests run on tokio's clock, which they can pause.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::time::{Instant, Sleep};

/// Which timers are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Precise ones, for real traffic.
    #[default]
    Precise,
    /// Tokio's, which tests can pause.
    Tokio,
}

/// A timer that can be set again.
#[derive(Default)]
pub(crate) struct Timer {
    at: Option<Instant>,
    sleep: Option<Kind>,
}

enum Kind {
    Precise(async_io::Timer),
    Tokio(Pin<Box<Sleep>>),
}

impl Clock {
    /// Waits until the moment has come.
    pub(crate) async fn sleep_until(self, at: Instant) {
        let mut timer = Timer::default();
        std::future::poll_fn(|cx| timer.poll(self, at, cx)).await;
    }
}

impl Timer {
    /// Ready once the moment has come; the task is woken then.
    pub(crate) fn poll(&mut self, clock: Clock, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.at != Some(at) {
            self.at = Some(at);
            match (&mut self.sleep, clock) {
                (Some(Kind::Precise(timer)), _) => timer.set_at(at.into_std()),
                (Some(Kind::Tokio(sleep)), _) => sleep.as_mut().reset(at),
                (slot, Clock::Precise) => {
                    *slot = Some(Kind::Precise(async_io::Timer::at(at.into_std())));
                }
                (slot, Clock::Tokio) => {
                    *slot = Some(Kind::Tokio(Box::pin(tokio::time::sleep_until(at))));
                }
            }
        }
        match &mut self.sleep {
            Some(Kind::Precise(timer)) => Pin::new(timer).poll(cx).map(|_| ()),
            Some(Kind::Tokio(sleep)) => sleep.as_mut().poll(cx),
            None => Poll::Ready(()),
        }
    }
}
