//! Carries bytes between a client and an upstream, both ways, as they came: half-close, end and reset included.
//!
//! While no fault acts on a way, its bytes go straight through, without a copy where the system can do that.
//! While one does, they go through a [`Lane`](crate::lane::Lane).

#[cfg(target_os = "linux")]
mod pipe;
mod way;

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

use self::way::{Finished, Way};
use crate::{
    clock::Timer,
    event::{Ending, EventKind},
    fault::Flow,
    lane::Pulse,
    plan::Watch,
    shared::Shared,
    stream::Stream,
};

/// A client and an upstream that talk to each other.
pub(crate) struct Relay {
    shared: Arc<Shared>,
    client: Stream,
    upstream: Stream,
    requests: Way,
    responses: Way,
    /// The plan, if faults act here at all.
    watch: Option<Watch>,
    /// Wakes the task when the plan changes; only set while a lane holds something.
    changed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// The end of the wait for faults to let go of what both peers said last.
    farewell: Option<Box<(Instant, Timer)>>,
    pulse: Arc<Pulse>,
    connection: u64,
    /// What the draws of this connection are keyed by.
    subject: u64,
}

/// How long what both peers said last is held for a fault to be lifted. They may have gone, which in a blackhole
/// nobody hears of.
const FAREWELL: Duration = Duration::from_secs(60);

/// What a relay carries.
pub(crate) struct Ends {
    pub(crate) client: Stream,
    pub(crate) upstream: Stream,
    /// What was already read from the client.
    pub(crate) from_client: Bytes,
    /// What was already read from the upstream.
    pub(crate) from_upstream: Bytes,
}

impl Relay {
    /// Carries bytes until both sides have ended or one is reset, and reports what happened.
    pub(crate) async fn run(
        shared: Arc<Shared>,
        ends: Ends,
        connection: u64,
        subject: u64,
        watch: Option<Watch>,
    ) {
        let mut relay = Self {
            watch,
            client: ends.client,
            upstream: ends.upstream,
            requests: Way::new(ends.from_client),
            responses: Way::new(ends.from_upstream),
            changed: None,
            farewell: None,
            pulse: Pulse::new(Instant::now()),
            shared,
            connection,
            subject,
        };
        relay.replan();
        let how = std::future::poll_fn(|cx| relay.poll(cx)).await;
        relay.report(true);
        if how == Ending::Reset {
            relay.client.reset();
            relay.upstream.reset();
        }
        let (received, sent) = (Some(relay.requests.carried()), Some(relay.responses.carried()));
        relay.shared.events.emit(connection, EventKind::Closed { received, sent, how });
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        self.follow_plan(cx);
        let clock = self.shared.clock;
        let requests = self.requests.poll(cx, &mut self.client, &mut self.upstream, clock);
        let responses = self.responses.poll(cx, &mut self.upstream, &mut self.client, clock);
        self.report(false);
        match (requests, responses) {
            (Poll::Ready(Finished::Reset), _) | (_, Poll::Ready(Finished::Reset)) => {
                Poll::Ready(Ending::Reset)
            }
            (Poll::Ready(Finished::Ended), Poll::Ready(Finished::Ended)) => {
                Poll::Ready(Ending::Ended)
            }
            // One peer takes nothing more; what it had sent before still goes to the other.
            (Poll::Ready(_), Poll::Ready(_)) => Poll::Ready(Ending::Reset),
            _ => {
                self.watch_plan(cx);
                self.poll_farewell(cx)
            }
        }
    }

    /// Ready when what both peers said last was held for long enough.
    fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        let heard_all = self.requests.has_heard_all() && self.responses.has_heard_all();
        // What only takes its time comes to its end by itself.
        if !heard_all || !(self.requests.is_stalled() || self.responses.is_stalled()) {
            self.farewell = None;
            return Poll::Pending;
        }
        let farewell = self
            .farewell
            .get_or_insert_with(|| Box::new((Instant::now() + FAREWELL, Timer::default())));
        let (until, timer) = &mut **farewell;
        timer.poll(self.shared.clock, *until, cx).map(|()| Ending::Reset)
    }

    /// Takes a change of the plan over into the lanes.
    fn follow_plan(&mut self, cx: &mut Context<'_>) {
        let woken =
            self.changed.as_mut().is_some_and(|changed| changed.as_mut().poll(cx).is_ready());
        if woken || self.watch.as_ref().is_some_and(|watch| watch.has_changed()) {
            self.changed = None;
            self.replan();
        }
    }

    fn replan(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        let active = watch.update();
        for (flow, way) in
            [(Flow::Request, &mut self.requests), (Flow::Response, &mut self.responses)]
        {
            way.replan(&active, Instant::now(), || {
                self.shared.lane(flow, None, &active, self.subject, &self.pulse)
            });
        }
    }

    /// Asks to be woken by a change of the plan while a lane holds something.
    fn watch_plan(&mut self, cx: &mut Context<'_>) {
        let holds = self.requests.holds() || self.responses.holds();
        let Some(watch) = self.watch.as_ref().filter(|_| holds) else {
            return;
        };
        if self.changed.is_none() {
            let mut watch = watch.clone();
            let mut changed: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
                // The plan lives as long as the proxy, which owns this task.
                watch.changed().await;
            });
            if changed.as_mut().poll(cx).is_ready() {
                cx.waker().wake_by_ref();
            } else {
                self.changed = Some(changed);
            }
        }
    }

    /// Tells what the faults did, when there is a pause in it or the relay ends.
    fn report(&mut self, end: bool) {
        if !self.shared.events.wanted() {
            return;
        }
        let mut hits = self.requests.take_hits(end);
        hits.extend(self.responses.take_hits(end));
        self.shared.events.hits(self.connection, hits);
    }
}
