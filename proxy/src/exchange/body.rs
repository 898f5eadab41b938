//! A message's body on its way through a lane.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::{
    delay::Delay, expect::Gate, ongoing::Ongoing, pool::Lease, rules::Ahead, shape::Shape,
};
use crate::{fault::Flow, lane::Payload, plan::Watch};

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cut {
    /// The other side broke off.
    #[error("the message was cut off: {0}")]
    Broken(#[from] hyper::Error),
    /// The connection was reset, by the other side or by a fault.
    #[error("the message was cut off by a reset")]
    Reset,
    /// A rule ended the exchange in good order.
    #[error("the message was cut off by a rule")]
    Closed,
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
    shape: Option<Shape>,
    over: bool,
}

enum Source {
    Incoming(Incoming),
    /// What was read of a body to look at it, and the rest.
    Ahead(Box<(Ahead, Incoming)>),
    Own(Option<Bytes>),
}

impl Laned {
    /// The body of an answer that comes in.
    pub(super) fn response(body: Incoming, ongoing: Arc<Ongoing>) -> Self {
        Self::new(Source::Incoming(body), Flow::Response, ongoing)
    }

    /// The body of a request, some of which may have been read already.
    pub(super) fn request(ahead: Option<Ahead>, rest: Incoming, ongoing: Arc<Ongoing>) -> Self {
        let source = match ahead {
            Some(ahead) if !ahead.frames.is_empty() => Source::Ahead(Box::new((ahead, rest))),
            _ => Source::Incoming(rest),
        };
        Self::new(source, Flow::Request, ongoing)
    }

    /// A body that is at hand.
    pub(super) fn own(body: Bytes, ongoing: Arc<Ongoing>) -> Self {
        let body = Some(body).filter(|body| !body.is_empty());
        Self::new(Source::Own(body), Flow::Response, ongoing)
    }

    fn new(source: Source, flow: Flow, ongoing: Arc<Ongoing>) -> Self {
        let watch = ongoing.watch();
        let (delay, gate, lease, shape) = (None, None, None, None);
        Self { source, flow, ongoing, watch, delay, gate, lease, shape, over: false }
    }

    /// Takes a shape on its way out.
    pub(super) fn with_shape(mut self, shape: Shape) -> Self {
        self.shape = Some(shape);
        self
    }

    /// Another body in place of this one, of which nothing was read yet.
    pub(super) fn replaced(mut self, body: Bytes) -> Self {
        if let Some(lease) = self.lease.take().filter(|_| self.source.is_end_stream()) {
            lease.give_back();
        }
        self.source = Source::Own(Some(body).filter(|body| !body.is_empty()));
        self
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

    /// Lets the message's head pass the faults that act on it. The body comes in meanwhile, so that its own time
    /// counts from when it arrived.
    pub(super) async fn head(&mut self, size: impl FnOnce() -> usize) -> Result<(), Cut> {
        let Some(watch) = &mut self.watch else {
            return Ok(());
        };
        let active = watch.update();
        if !active.acts_on(self.flow) {
            return Ok(());
        }
        let lane = self.ongoing.lane(self.flow, &active);
        self.delay = Some(Box::new(Delay::with_head(lane, size())));
        poll_fn(|cx| self.poll_lane(cx)).await.map(|_| ())
    }

    /// Takes a change of the faults over where none acted before.
    fn follow_plan(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        if self.delay.is_none() && watch.has_changed() {
            let active = watch.update();
            let lane = self.ongoing.lane(self.flow, &active);
            self.delay = (!lane.is_idle()).then(|| Box::new(Delay::new(lane)));
        }
    }

    /// What leaves the lane next; none once the message is over.
    fn poll_lane(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Payload>, Cut>> {
        let (Some(delay), Some(watch)) = (&mut self.delay, &mut self.watch) else {
            return Poll::Ready(Ok(None));
        };
        loop {
            let waits = match delay.poll(cx, self.ongoing.shared.clock, watch) {
                Poll::Ready(Some(Payload::Reset)) => return Poll::Ready(Err(Cut::Reset)),
                Poll::Ready(Some(payload)) => return Poll::Ready(Ok(Some(payload))),
                Poll::Ready(None) => false,
                Poll::Pending => true,
            };
            if delay.is_over() || (delay.is_empty() && self.source.is_end_stream()) {
                return Poll::Ready(Ok(None));
            }
            let takes = self.gate.is_none() && delay.has_room() && !self.source.is_end_stream();
            if !takes {
                // What is held waits for its time or for a change, and both wake the task.
                debug_assert!(waits, "an empty lane has room");
                return Poll::Pending;
            }
            match ready!(poll_source(&mut self.source, &mut self.lease, cx)) {
                None => delay.push(Payload::End),
                Some(Err(_)) => delay.push(Payload::Reset),
                Some(Ok(frame)) => delay.push(payload(frame)),
            }
        }
    }

    /// The next frame of the body.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.delay.is_none() {
            return self.poll_source(cx);
        }
        loop {
            return Poll::Ready(match ready!(self.poll_lane(cx)) {
                Ok(Some(Payload::Data(bytes))) => Some(Ok(Frame::data(bytes))),
                Ok(Some(Payload::Trailers(trailers))) => Some(Ok(Frame::trailers(*trailers))),
                Ok(Some(Payload::Head)) => continue,
                Ok(_) => None,
                Err(cut) => Some(Err(cut)),
            });
        }
    }

    /// The next frame of the body, in the shape that a rule gives it.
    fn poll_shaped(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        loop {
            let Some(shape) = &mut self.shape else { return self.poll_body(cx) };
            if let Some(left) = ready!(shape.poll(cx, &self.ongoing)) {
                return Poll::Ready(Some(left));
            }
            match ready!(self.poll_body(cx)) {
                Some(Ok(frame)) => {
                    let left = self.shape.as_mut().and_then(|shape| shape.push(frame));
                    if let Some(left) = left {
                        return Poll::Ready(Some(Ok(left)));
                    }
                }
                end => return Poll::Ready(end),
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
            self.ongoing.add_hits(delay.take_hits());
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

/// What a frame is on a lane.
fn payload(frame: Frame<Bytes>) -> Payload {
    match frame.into_data() {
        Ok(data) => Payload::Data(data),
        // A frame that is neither data nor trailers does not exist yet.
        Err(frame) => Payload::Trailers(Box::new(frame.into_trailers().unwrap_or_default())),
    }
}

impl Source {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self {
            Self::Incoming(body) => Pin::new(body).poll_frame(cx),
            Self::Ahead(read) => match read.0.frames.pop_front() {
                Some(frame) => Poll::Ready(Some(Ok(frame))),
                None => Pin::new(&mut read.1).poll_frame(cx),
            },
            Self::Own(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Incoming(body) => body.is_end_stream(),
            Self::Ahead(read) => read.0.frames.is_empty() && read.1.is_end_stream(),
            Self::Own(body) => body.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Incoming(body) => body.size_hint(),
            Self::Ahead(read) => match read.1.size_hint().exact() {
                Some(rest) => SizeHint::with_exact(read.0.left() + rest),
                None => SizeHint::default(),
            },
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
        let frame = ready!(self.poll_shaped(cx));
        match &frame {
            None => self.finish(true),
            Some(Err(cut)) => {
                // The client learns by a reset that the answer is not whole.
                if self.flow == Flow::Response && !matches!(cut, Cut::Closed) {
                    self.ongoing.abort();
                }
                self.finish(false);
            }
            Some(Ok(_)) => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        if self.shape.as_ref().is_some_and(Shape::holds) {
            return false;
        }
        match &self.delay {
            Some(delay) => delay.is_over() || (delay.is_empty() && self.source.is_end_stream()),
            None => self.source.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.delay {
            Some(delay) if !delay.is_empty() => SizeHint::default(),
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
