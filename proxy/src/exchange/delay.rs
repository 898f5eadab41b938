//! A message on its way through a lane: what waits for its time, and what wakes it.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::time::Instant;

use crate::{
    clock::{Clock, Timer},
    event::Hit,
    lane::{Lane, Next, Payload},
    plan::Watch,
};

/// What a message needs while faults act on it.
pub(super) struct Delay {
    lane: Lane,
    timer: Timer,
    /// Wakes the task when the plan changes; only set while the lane holds something.
    changed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Whether the source has ended.
    ended: bool,
}

impl Delay {
    /// A message whose head is about so many bytes long.
    pub(super) fn with_head(lane: Lane, head: usize) -> Self {
        let mut delay = Self::new(lane);
        delay.lane.push_head(head, Instant::now());
        delay
    }

    /// A message whose head has passed already.
    pub(super) fn new(lane: Lane) -> Self {
        Self { lane, timer: Timer::default(), changed: None, ended: false }
    }

    /// Takes what came in.
    pub(super) fn push(&mut self, payload: Payload) {
        self.ended |= matches!(payload, Payload::End | Payload::Reset);
        self.lane.push(payload, Instant::now());
    }

    /// Whether more can be taken now.
    pub(super) fn has_room(&self) -> bool {
        !self.ended && self.lane.room(false) > 0
    }

    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.lane.is_empty()
    }

    /// Whether nothing is held and nothing comes any more.
    pub(super) fn is_over(&self) -> bool {
        self.ended && self.lane.is_empty()
    }

    /// What the faults did since the last time.
    pub(super) fn take_hits(&mut self) -> Vec<Hit> {
        self.lane.take_hits()
    }

    /// What may leave now; none if nothing is held. Pending while something is held whose time has not come.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        clock: Clock,
        watch: &mut Watch,
    ) -> Poll<Option<Payload>> {
        loop {
            if watch.has_changed() {
                let active = watch.update();
                self.lane.replan(&active, Instant::now());
                self.changed = None;
            }
            let timed = match self.lane.next(Instant::now()) {
                Next::Ready(payload) => return Poll::Ready(Some(payload)),
                Next::Empty => return Poll::Ready(None),
                Next::At(due) => self.timer.poll(clock, due, cx),
                Next::Stalled => Poll::Pending,
            };
            if timed.is_pending() && self.poll_changed(cx, watch).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Ready once the plan has changed.
    fn poll_changed(&mut self, cx: &mut Context<'_>, watch: &Watch) -> Poll<()> {
        let changed = self.changed.get_or_insert_with(|| {
            let mut watch = watch.clone();
            Box::pin(async move {
                // The plan lives as long as the proxy, which owns this exchange.
                watch.changed().await;
            })
        });
        changed.as_mut().poll(cx)
    }
}
