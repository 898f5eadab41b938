//! A body as a rule shapes it on its way to the client: broken off, or bit by bit.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::Frame;
use tokio::time::Instant;

use super::{body::Cut, ongoing::Ongoing};
use crate::{
    clock::{Clock, Timer},
    plan::{Slot, Watch},
};

/// How long what was passed on has to leave before a connection breaks. A break takes along what still waits in the
/// HTTP library, which does not say what it holds.
const SETTLED: Duration = Duration::from_millis(20);

/// How a body is shaped.
pub(super) enum Shape {
    Truncated(Truncated),
    Dribbled(Box<Dribbled>),
}

/// A body that breaks off.
pub(super) struct Truncated {
    left: u64,
    /// Set once there was more than may pass.
    breaks: Option<Instant>,
    timer: Timer,
}

/// A body that comes in pieces.
pub(super) struct Dribbled {
    slot: Arc<Slot>,
    watch: Watch,
    /// Wakes the task when the plan changes.
    changed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    bytes: usize,
    every: Duration,
    /// How many bytes may still leave before the next interval.
    left: usize,
    next: Option<Instant>,
    timer: Timer,
    held: Bytes,
}

/// What leaves next, or none where more is wanted.
type Left = Option<Result<Frame<Bytes>, Cut>>;

impl Shape {
    pub(super) fn truncated(bytes: u64) -> Self {
        Self::Truncated(Truncated { left: bytes, breaks: None, timer: Timer::default() })
    }

    pub(super) fn dribbled(slot: Arc<Slot>, watch: Watch, bytes: usize, every: Duration) -> Self {
        Self::Dribbled(Box::new(Dribbled {
            slot,
            watch,
            changed: None,
            bytes,
            every,
            left: bytes,
            next: None,
            timer: Timer::default(),
            held: Bytes::new(),
        }))
    }

    /// Whether something is still to come, whatever the body itself says.
    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Truncated(truncated) => truncated.breaks.is_some(),
            Self::Dribbled(dribbled) => !dribbled.held.is_empty(),
        }
    }

    /// Takes a frame; what is given back may leave at once.
    pub(super) fn push(&mut self, frame: Frame<Bytes>) -> Option<Frame<Bytes>> {
        let data = match frame.into_data() {
            Ok(data) => data,
            Err(trailers) => return Some(trailers),
        };
        match self {
            Self::Truncated(truncated) => truncated.push(data),
            Self::Dribbled(dribbled) => {
                dribbled.held = data;
                None
            }
        }
    }

    /// What may leave now; none where the next frame is wanted.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, ongoing: &Ongoing) -> Poll<Left> {
        match self {
            Self::Truncated(truncated) => truncated.poll(cx, ongoing),
            Self::Dribbled(dribbled) => dribbled.poll(cx, ongoing.shared.clock),
        }
    }
}

impl Truncated {
    fn push(&mut self, mut data: Bytes) -> Option<Frame<Bytes>> {
        let len = data.len() as u64;
        if len > self.left {
            self.breaks = Some(Instant::now() + SETTLED);
            data.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        }
        self.left = self.left.saturating_sub(len);
        (!data.is_empty()).then(|| Frame::data(data))
    }

    fn poll(&mut self, cx: &mut Context<'_>, ongoing: &Ongoing) -> Poll<Left> {
        let Some(breaks) = &mut self.breaks else { return Poll::Ready(None) };
        loop {
            ready!(self.timer.poll(ongoing.shared.clock, *breaks, cx));
            if !ongoing.is_stuck() {
                return Poll::Ready(Some(Err(Cut::Closed)));
            }
            // A client that reads slowly still gets what it may.
            *breaks = Instant::now() + SETTLED;
        }
    }
}

impl Dribbled {
    fn poll(&mut self, cx: &mut Context<'_>, clock: Clock) -> Poll<Left> {
        if self.held.is_empty() {
            return Poll::Ready(None);
        }
        while self.left == 0 {
            if self.is_lifted() {
                return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.held)))));
            }
            let next = self.next.unwrap_or_else(Instant::now);
            if self.timer.poll(clock, next, cx).is_ready() {
                self.left = self.bytes;
                self.next = None;
            } else {
                ready!(self.poll_changed(cx));
            }
        }
        let piece = self.held.split_to(self.left.min(self.held.len()));
        self.left -= piece.len();
        // The interval counts from the first piece in it, so that a pause of the upstream's saves nothing up.
        self.next.get_or_insert_with(|| Instant::now() + self.every);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    /// Whether the rule has left the plan, so that the rest may flow.
    fn is_lifted(&mut self) -> bool {
        if self.watch.has_changed() {
            self.changed = None;
            self.watch.update();
        }
        !is_there(&self.watch, &self.slot)
    }

    /// Ready once the plan has changed.
    fn poll_changed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let changed = self.changed.get_or_insert_with(|| {
            let mut watch = self.watch.clone();
            Box::pin(async move {
                // The plan lives as long as the proxy, which owns this exchange.
                watch.changed().await;
            })
        });
        changed.as_mut().poll(cx)
    }
}

/// Whether a fault still acts.
pub(super) fn is_there(watch: &Watch, slot: &Slot) -> bool {
    watch.active().slots().iter().any(|other| other.id == slot.id)
}
