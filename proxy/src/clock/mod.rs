//! Time: what o'clock it is, and a timer that is precise enough to be measured against.
//!
//! Tokio's timers round up to whole milliseconds, which users of small latencies can see. On Linux the kernel's own
//! timers wake the runtime; elsewhere, and when no descriptor is left, `async-io`'s do, from a thread of their own.
//! Tests run on tokio's clock, which they can pause.

#[cfg(target_os = "linux")]
mod timerfd;

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::time::{Instant, Sleep};

#[cfg(target_os = "linux")]
use self::timerfd::Timerfd;

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
    #[cfg(target_os = "linux")]
    Kernel(Timerfd),
    Thread(async_io::Timer),
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
        if Instant::now() >= at {
            return Poll::Ready(());
        }
        if self.at != Some(at) {
            self.at = Some(at);
            let kind = self.sleep.take().unwrap_or_else(|| Kind::new(clock, at));
            self.sleep = Some(kind.set(at));
        }
        match &mut self.sleep {
            #[cfg(target_os = "linux")]
            Some(Kind::Kernel(timer)) => timer.poll(cx).map(|_| ()),
            Some(Kind::Thread(timer)) => Pin::new(timer).poll(cx).map(|_| ()),
            Some(Kind::Tokio(sleep)) => sleep.as_mut().poll(cx),
            None => Poll::Ready(()),
        }
    }
}

impl Kind {
    fn new(clock: Clock, at: Instant) -> Self {
        if clock == Clock::Tokio {
            return Self::Tokio(Box::pin(tokio::time::sleep_until(at)));
        }
        #[cfg(target_os = "linux")]
        if let Ok(timer) = Timerfd::new() {
            return Self::Kernel(timer);
        }
        Self::Thread(async_io::Timer::at(at.into_std()))
    }

    fn set(mut self, at: Instant) -> Self {
        match &mut self {
            #[cfg(target_os = "linux")]
            Self::Kernel(timer) => {
                if timer.set(at).is_err() {
                    return Self::Thread(async_io::Timer::at(at.into_std()));
                }
            }
            Self::Thread(timer) => timer.set_at(at.into_std()),
            Self::Tokio(sleep) => sleep.as_mut().reset(at),
        }
        self
    }
}
