//! A timer of the kernel that wakes the runtime's own thread (`timerfd_create(2)`).

use std::{
    io,
    os::fd::OwnedFd,
    task::{Context, Poll, ready},
};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    time::Instant,
};

/// A timer of the kernel.
pub(super) struct Timerfd(AsyncFd<OwnedFd>);

impl Timerfd {
    /// A timer that is not set, if a descriptor is left for it.
    #[expect(
        deprecated,
        reason = "what it cannot promise of any type holds of an owned descriptor, and the constructor that \
                  replaces it is unsafe"
    )]
    pub(super) fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        AsyncFd::with_interest(timer, Interest::READABLE).map(Self)
    }

    /// Sets the timer to a moment that has not come yet.
    pub(super) fn set(&self, at: Instant) -> io::Result<()> {
        let left = at.saturating_duration_since(Instant::now());
        // All zeros would switch the timer off.
        let tv_nsec = i64::from(left.subsec_nanos().max(1));
        let tv_sec = left.as_secs().try_into().unwrap_or(i64::MAX);
        let never = Timespec { tv_sec: 0, tv_nsec: 0 };
        let once = Itimerspec { it_interval: never, it_value: Timespec { tv_sec, tv_nsec } };
        timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }

    /// Ready once the timer has run out.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.0.poll_read_ready(cx))?;
            let mut count = [0; 8];
            match ready.try_io(|timer| Ok(rustix::io::read(timer, &mut count)?)) {
                Ok(read) => return Poll::Ready(read.map(drop)),
                Err(_) => continue,
            }
        }
    }
}
