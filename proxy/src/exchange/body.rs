//! A message's body on its way through a lane.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Instant;

use super::{expect::Gate, ongoing::Ongoing, pool::Lease};
use crate::{
    clock::Timer,
    event::Hit,
    fault::Flow,
    lane::{Lane, Next, Payload},
    plan::Watch,
};

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cut {
    /// The other side broke off.
    #[error("the message was cut off: {0}")]
    Broken(#[from] hyper::Error),
    /// A fault reset the connection.
    #[error("the connection was reset by a fault")]
    Fault,
    /// The upstream answered without wanting the body.
    #[error("the body was not wanted")]
    Unwanted,
}

/// A body on its way, with what faults hold of it.
pub(crate) struct Laned {
    source: Source,
    flow: Flow,
    ongoing: Arc<Ongoing>,
    watch: Option<Watch>,
    delay: Option<Box<Delay>>,
    gate: Option<Gate>,
    lease: Option<Lease>,
    over: bool,
}

enum Source {
    Incoming(Incoming),
    Own(Option<Bytes>),
}

/// What a message needs while faults act on it.
pub(super) struct Delay {
    lane: Lane,
    timer: Timer,
    changed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Whether the source has ended, and its end is in the lane.
    ended: bool,
}

impl Delay {
    pub(super) fn new(lane: Lane) -> Self {
        Self {
            lane,
            timer: Timer::default(),
            changed: None,
            ended: false,
        }
    }

    /// Lets the head of a message of about so many bytes pass.
    pub(super) async fn head(
        &mut self,
        len: usize,
        ongoing: &Ongoing,
        watch: &mut Watch,
    ) -> Result<(), Cut> {
        self.lane.push_head(len, Instant::now());
        std::future::poll_fn(|cx| {
            loop {
                match ready!(self.poll_next(cx, ongoing, watch)) {
                    Some(Payload::Reset) => return Poll::Ready(Err(Cut::Fault)),
                    Some(_) => return Poll::Ready(Ok(())),
                    // The lane holds the head until it passes.
                    None => {}
                }
            }
        })
        .await
    }

    /// What the faults did since the last time.
    pub(super) fn take_hits(&mut self) -> Vec<Hit> {
        self.lane.take_hits()
    }

    /// What may leave; none if the faults have changed, or nothing is there.
    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        ongoing: &Ongoing,
        watch: &mut Watch,
    ) -> Poll<Option<Payload>> {
        if watch.has_changed().unwrap_or(false) {
            let active = Arc::clone(&watch.borrow_and_update());
            self.lane.replan(&active, Instant::now());
            self.changed = None;
        }
        match self.lane.next(Instant::now()) {
            Next::Ready(payload) => Poll::Ready(Some(payload)),
            Next::Empty => Poll::Ready(None),
            Next::At(due) => {
                let clock = ongoing.shared.clock;
                if self.timer.poll(clock, due, cx).is_ready()
                    || self.poll_changed(cx, watch).is_ready()
                {
                    return Poll::Ready(None);
                }
                Poll::Pending
            }
            Next::Stalled => self.poll_changed(cx, watch).map(|()| None),
        }
    }

    /// Ready once the plan has changed.
    fn poll_changed(&mut self, cx: &mut Context<'_>, watch: &Watch) -> Poll<()> {
        let changed = self.changed.get_or_insert_with(|| {
            let mut watch = watch.clone();
            Box::pin(async move {
                // The plan lives as long as the proxy, which owns this exchange.
                let _ = watch.changed().await;
            })
        });
        changed.as_mut().poll(cx)
    }
}

impl Laned {
    /// A body that comes in.
    pub(super) fn incoming(
        body: Incoming,
        flow: Flow,
        ongoing: Arc<Ongoing>,
        delay: Option<Delay>,
    ) -> Self {
        Self::new(Source::Incoming(body), flow, ongoing, delay)
    }

    /// A body that is at hand.
    pub(super) fn own(body: Bytes, ongoing: Arc<Ongoing>, delay: Option<Delay>) -> Self {
        Self::new(
            Source::Own(Some(body).filter(|body| !body.is_empty())),
            Flow::Response,
            ongoing,
            delay,
        )
    }

    fn new(source: Source, flow: Flow, ongoing: Arc<Ongoing>, delay: Option<Delay>) -> Self {
        let watch = ongoing.watch();
        Self {
            source,
            flow,
            ongoing,
            watch,
            delay: delay.map(Box::new),
            gate: None,
            lease: None,
            over: false,
        }
    }

    /// Keeps the upstream's connection until the body is over.
    pub(super) fn with_lease(mut self, lease: Lease) -> Self {
        self.lease = Some(lease);
        self
    }

    /// Waits at the gate before the first byte is asked for.
    pub(super) fn with_gate(mut self, gate: Option<Gate>) -> Self {
        self.gate = gate;
        self
    }

    /// Takes a change of the faults over, also where none acted when the message began.
    fn follow_plan(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        if self.delay.is_none() && watch.has_changed().unwrap_or(false) {
            let active = Arc::clone(&watch.borrow_and_update());
            let lane = self.ongoing.lane(self.flow, &active);
            self.delay = (!lane.is_idle()).then(|| Box::new(Delay::new(lane)));
        }
    }

    fn poll_delayed(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        loop {
            let (Some(delay), Some(watch)) = (&mut self.delay, &mut self.watch) else {
                return self.poll_source(cx);
            };
            let waiting = match delay.poll_next(cx, &self.ongoing, watch) {
                Poll::Ready(Some(payload)) => match leave(payload) {
                    Some(left) => return Poll::Ready(left),
                    None => continue,
                },
                Poll::Ready(None) => false,
                Poll::Pending => true,
            };
            if delay.ended && delay.lane.is_empty() {
                return Poll::Ready(None);
            }
            if delay.ended || delay.lane.room(false) == 0 {
                // What is held waits for its time or a change; both were asked for above.
                if waiting {
                    return Poll::Pending;
                }
                continue;
            }
            let taken = ready!(poll_source(&mut self.source, &mut self.lease, cx));
            let now = Instant::now();
            match taken {
                None => {
                    delay.ended = true;
                    delay.lane.push(Payload::End, now);
                }
                Some(Err(_)) => {
                    delay.ended = true;
                    delay.lane.push(Payload::Reset, now);
                }
                Some(Ok(frame)) => push(&mut delay.lane, frame, now),
            }
        }
    }

    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        poll_source(&mut self.source, &mut self.lease, cx).map_err(Cut::from)
    }

    /// The message is over: what the faults did is told, and a connection that can be used again goes back.
    fn finish(&mut self, complete: bool) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        if let Some(delay) = &mut self.delay {
            self.ongoing.add_hits(delay.lane.take_hits());
        }
        if let Some(lease) = self.lease.take().filter(|_| complete) {
            lease.give_back();
        }
        if self.flow == Flow::Response {
            self.ongoing.finish(complete);
        }
    }
}

/// What comes in next. The connection it comes on moves when it is waited for.
fn poll_source(
    source: &mut Source,
    lease: &mut Option<Lease>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
    let polled = source.poll(cx);
    match lease {
        Some(lease) if polled.is_pending() => {
            lease.drive(cx);
            source.poll(cx)
        }
        _ => polled,
    }
}

/// What a payload means to who reads the body; none if nothing.
fn leave(payload: Payload) -> Option<Option<Result<Frame<Bytes>, Cut>>> {
    match payload {
        Payload::Data(bytes) => Some(Some(Ok(Frame::data(bytes)))),
        Payload::Trailers(trailers) => Some(Some(Ok(Frame::trailers(*trailers)))),
        Payload::End => Some(None),
        Payload::Reset => Some(Some(Err(Cut::Fault))),
        Payload::Head => None,
    }
}

fn push(lane: &mut Lane, frame: Frame<Bytes>, now: Instant) {
    match frame.into_data() {
        Ok(data) => lane.push(Payload::Data(data), now),
        Err(frame) => {
            if let Ok(trailers) = frame.into_trailers() {
                lane.push(Payload::Trailers(Box::new(trailers)), now);
            }
        }
    }
}

impl Source {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self {
            Self::Incoming(body) => Pin::new(body).poll_frame(cx),
            Self::Own(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Incoming(body) => body.is_end_stream(),
            Self::Own(body) => body.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Incoming(body) => body.size_hint(),
            Self::Own(body) => {
                SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64))
            }
        }
    }
}

impl Body for Laned {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(gate) = &mut self.gate {
            if !ready!(gate.poll(cx)) {
                return Poll::Ready(Some(Err(Cut::Unwanted)));
            }
            self.gate = None;
        }
        self.follow_plan();
        let frame = match self.delay {
            Some(_) => ready!(self.poll_delayed(cx)),
            None => ready!(self.poll_source(cx)),
        };
        match &frame {
            None => self.finish(true),
            Some(Err(_)) => {
                // The client learns by a reset that the answer is not whole.
                if self.flow == Flow::Response {
                    self.ongoing.abort();
                }
                self.finish(false);
            }
            Some(Ok(_)) => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.delay
            .as_ref()
            .is_none_or(|delay| delay.lane.is_empty())
            && self.source.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.delay {
            Some(ref delay) if !delay.lane.is_empty() => SizeHint::default(),
            _ => self.source.size_hint(),
        }
    }
}

impl Drop for Laned {
    fn drop(&mut self) {
        let complete = self.is_end_stream();
        self.finish(complete);
    }
}
