//! One way of a relay: from one stream to the other.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};
use tokio_util::io::poll_read_buf;

#[cfg(target_os = "linux")]
use super::pipe::Pipe;
use crate::{
    clock::{Clock, Timer},
    event::Hit,
    lane::{Lane, Next, Payload},
    plan::Active,
    stream::Stream,
};

/// How much is read at once.
const READ: usize = 64 << 10;

/// With fewer bytes at once, copying costs less than moving them through a pipe.
#[cfg(target_os = "linux")]
const FEW: usize = 8 << 10;

thread_local! {
    /// Bytes pass through here on their way between two plain reads and writes; a connection has no buffer of its
    /// own while it is idle.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// One way of a relay.
pub(super) struct Way {
    state: State,
    rest: Rest,
    /// Whether reads come in full, so that moving bytes in the kernel pays.
    bulk: bool,
    carried: u64,
    delayed: Option<Box<Delayed>>,
    /// What faults did that act no longer.
    done: Vec<Hit>,
}

/// How a way ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finished {
    /// The source had said all, and the other side has it.
    Ended,
    /// The source was reset, and the other side has what came before.
    Reset,
    /// The other side takes nothing more.
    Broken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The source has ended; its end is still to be passed on.
    Draining(Finished),
    Finished(Finished),
}

/// What was taken from the source and not yet given to the other side.
enum Rest {
    None,
    Bytes(Bytes),
    #[cfg(target_os = "linux")]
    Pipe(Pipe, usize),
}

/// What a way needs while faults act on it.
struct Delayed {
    lane: Lane,
    timer: Timer,
    buffer: BytesMut,
    /// Whether the source has ended, and its end is in the lane.
    ended: bool,
}

impl Way {
    /// A way on which these bytes have already come.
    pub(super) fn new(first: Bytes) -> Self {
        let rest = if first.is_empty() { Rest::None } else { Rest::Bytes(first) };
        Self { state: State::Open, rest, bulk: false, carried: 0, delayed: None, done: Vec::new() }
    }

    /// How many bytes the other side took.
    pub(super) fn carried(&self) -> u64 {
        self.carried
    }

    /// Whether faults hold something.
    pub(super) fn holds(&self) -> bool {
        self.delayed.as_ref().is_some_and(|delayed| !delayed.lane.is_empty())
    }

    /// Whether faults hold something until they change.
    pub(super) fn is_stalled(&self) -> bool {
        self.delayed.as_ref().is_some_and(|delayed| delayed.lane.is_stalled())
    }

    /// Whether the source has ended, or nothing more can be given to the other side.
    pub(super) fn has_heard_all(&self) -> bool {
        self.state != State::Open || self.delayed.as_ref().is_some_and(|delayed| delayed.ended)
    }

    /// What the faults did: when there is a pause in it, or at the end.
    pub(super) fn take_hits(&mut self, end: bool) -> Vec<Hit> {
        let mut hits = std::mem::take(&mut self.done);
        if let Some(Delayed { lane, .. }) = self.delayed.as_deref_mut()
            && (end || lane.is_empty() || lane.is_stalled())
        {
            hits.extend(lane.take_hits());
        }
        hits
    }

    /// Takes a change of the faults over.
    pub(super) fn replan(&mut self, active: &Active, now: Instant, lane: impl FnOnce() -> Lane) {
        match &mut self.delayed {
            Some(delayed) => delayed.lane.replan(active, now),
            None => {
                let lane = lane();
                if !lane.is_idle() {
                    self.delay_through(lane, now);
                }
            }
        }
    }

    fn delay_through(&mut self, mut lane: Lane, now: Instant) {
        // What came with the first bytes has not left yet, so the faults act on it too.
        if let Rest::Bytes(bytes) = &mut self.rest
            && self.carried == 0
        {
            lane.push(Payload::Data(std::mem::take(bytes)), now);
            self.rest = Rest::None;
        }
        self.delayed = Some(Box::new(Delayed::new(lane)));
    }

    /// Carries what can be carried now.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut Stream,
        to: &mut Stream,
        clock: Clock,
    ) -> Poll<Finished> {
        if let State::Finished(how) = self.state {
            return Poll::Ready(how);
        }
        let how = match self.poll_open(cx, from, to, clock) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(how)) => how,
            Poll::Ready(Err(_)) => Finished::Broken,
        };
        self.state = State::Finished(how);
        self.rest = Rest::None;
        Poll::Ready(how)
    }

    /// An error means that the other side takes nothing more.
    fn poll_open(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut Stream,
        to: &mut Stream,
        clock: Clock,
    ) -> Poll<io::Result<Finished>> {
        loop {
            if let Some(mut idle) = self.delayed.take_if(|delayed| delayed.lane.is_idle()) {
                self.done.extend(idle.lane.take_hits());
            }
            if self.delayed.is_some() {
                ready!(self.poll_delayed(cx, from, to, clock))?;
            } else {
                ready!(self.poll_rest(cx, to))?;
            }
            match self.state {
                State::Finished(how) => return Poll::Ready(Ok(how)),
                State::Draining(Finished::Ended) => {
                    // A peer that is already gone needs no end.
                    let _ = ready!(Pin::new(&mut *to).poll_shutdown(cx));
                    return Poll::Ready(Ok(Finished::Ended));
                }
                State::Draining(how) => return Poll::Ready(Ok(how)),
                State::Open => ready!(self.poll_through(cx, from, to))?,
            }
        }
    }

    /// Gives what was taken to the other side.
    fn poll_rest(&mut self, cx: &mut Context<'_>, to: &mut Stream) -> Poll<io::Result<()>> {
        loop {
            match &mut self.rest {
                Rest::None => return Poll::Ready(Ok(())),
                Rest::Bytes(bytes) => {
                    let written = ready!(Pin::new(&mut *to).poll_write(cx, bytes))?;
                    self.carried += written as u64;
                    bytes.advance(written);
                    if bytes.is_empty() {
                        self.rest = Rest::None;
                    }
                }
                #[cfg(target_os = "linux")]
                Rest::Pipe(..) => ready!(self.poll_pipe(cx, to))?,
            }
        }
    }

    /// Takes from the source and gives to the other side, without a lane.
    fn poll_through(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut Stream,
        to: &mut Stream,
    ) -> Poll<io::Result<()>> {
        #[cfg(target_os = "linux")]
        if self.bulk
            && let (Some(from), Some(_)) = (from.plain(), to.plain())
        {
            return self.poll_fill(cx, from).map(Ok);
        }
        SCRATCH.with_borrow_mut(|scratch| {
            let mut buffer = ReadBuf::new(scratch);
            match Pin::new(from).poll_read(cx, &mut buffer) {
                Poll::Pending => {
                    let _ = Pin::new(to).poll_flush(cx)?;
                    return Poll::Pending;
                }
                Poll::Ready(Err(_)) => self.state = State::Draining(Finished::Reset),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    self.state = State::Draining(Finished::Ended);
                }
                Poll::Ready(Ok(())) => {
                    let taken = buffer.filled();
                    self.bulk = taken.len() == READ;
                    let written = match Pin::new(to).poll_write(cx, taken)? {
                        Poll::Ready(written) => written,
                        Poll::Pending => 0,
                    };
                    self.carried += written as u64;
                    if written < taken.len() {
                        self.rest = Rest::Bytes(Bytes::copy_from_slice(&taken[written..]));
                    }
                }
            }
            Poll::Ready(Ok(()))
        })
    }

    /// Takes from the source into a pipe.
    #[cfg(target_os = "linux")]
    fn poll_fill(&mut self, cx: &mut Context<'_>, from: &tokio::net::TcpStream) -> Poll<()> {
        if ready!(from.poll_read_ready(cx)).is_err() {
            self.state = State::Draining(Finished::Reset);
            return Poll::Ready(());
        }
        let Ok(pipe) = Pipe::take() else {
            // No descriptor is left for a pipe: copying needs none.
            self.bulk = false;
            return Poll::Ready(());
        };
        match pipe.fill(from) {
            Ok(0) => {
                pipe.give_back();
                self.state = State::Draining(Finished::Ended);
            }
            Ok(bytes) => {
                self.bulk = bytes >= FEW;
                self.rest = Rest::Pipe(pipe, bytes);
            }
            Err(error) => {
                pipe.give_back();
                if error.kind() != io::ErrorKind::WouldBlock {
                    self.state = State::Draining(Finished::Reset);
                }
            }
        }
        Poll::Ready(())
    }

    /// Gives what is in the pipe to the other side.
    #[cfg(target_os = "linux")]
    fn poll_pipe(&mut self, cx: &mut Context<'_>, to: &mut Stream) -> Poll<io::Result<()>> {
        let Rest::Pipe(pipe, bytes) = &mut self.rest else {
            return Poll::Ready(Ok(()));
        };
        let Some(to) = to.plain() else {
            return Poll::Ready(Err(io::ErrorKind::Unsupported.into()));
        };
        ready!(to.poll_write_ready(cx))?;
        match pipe.drain(to, *bytes) {
            Ok(written) => {
                *bytes -= written;
                self.carried += written as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Poll::Ready(Err(error)),
        }
        if *bytes == 0
            && let Rest::Pipe(pipe, _) = std::mem::replace(&mut self.rest, Rest::None)
        {
            pipe.give_back();
        }
        Poll::Ready(Ok(()))
    }

    /// Takes from the source into the lane, and gives what is due to the other side. Ready when the way has ended
    /// or the lane is no longer needed.
    fn poll_delayed(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut Stream,
        to: &mut Stream,
        clock: Clock,
    ) -> Poll<io::Result<()>> {
        loop {
            let now = Instant::now();
            let blocked = self.poll_rest(cx, to)?.is_pending();
            let Some(delayed) = &mut self.delayed else {
                return Poll::Ready(Ok(()));
            };
            let mut due = None;
            if !blocked {
                match delayed.lane.next(now) {
                    Next::Ready(payload) => {
                        if self.leave(payload) {
                            return Poll::Ready(Ok(()));
                        }
                        continue;
                    }
                    Next::At(release) => due = Some(release),
                    Next::Empty if delayed.lane.is_idle() => return Poll::Ready(Ok(())),
                    Next::Empty | Next::Stalled => {}
                }
            }
            if delayed.poll_take(cx, from, blocked).is_ready() {
                continue;
            }
            if let Some(due) = due
                && delayed.timer.poll(clock, due, cx).is_ready()
            {
                continue;
            }
            if delayed.lane.is_empty() {
                delayed.buffer = BytesMut::new();
            }
            let _ = Pin::new(to).poll_flush(cx)?;
            return Poll::Pending;
        }
    }

    /// What left the lane goes on; true if it was the end.
    fn leave(&mut self, payload: Payload) -> bool {
        match payload {
            Payload::Data(bytes) => self.rest = Rest::Bytes(bytes),
            Payload::End => self.state = State::Draining(Finished::Ended),
            Payload::Reset => self.state = State::Draining(Finished::Reset),
            Payload::Head | Payload::Trailers(_) => {}
        }
        matches!(self.state, State::Draining(_)) && matches!(self.rest, Rest::None)
    }
}

impl Delayed {
    fn new(lane: Lane) -> Self {
        Self { lane, timer: Timer::default(), buffer: BytesMut::new(), ended: false }
    }

    /// Takes from the source into the lane, as much as there is room for. Ready if something came.
    fn poll_take(&mut self, cx: &mut Context<'_>, from: &mut Stream, blocked: bool) -> Poll<()> {
        if self.ended || self.lane.room(blocked) == 0 {
            return Poll::Pending;
        }
        if self.buffer.capacity() < READ / 4 {
            self.buffer.reserve(READ);
        }
        let taken = ready!(poll_read_buf(Pin::new(from), cx, &mut self.buffer));
        let (payload, now) = (self.buffer.split().freeze(), Instant::now());
        match taken {
            Ok(0) => self.end(Payload::End, now),
            Ok(_) => self.lane.push(Payload::Data(payload), now),
            Err(_) => self.end(Payload::Reset, now),
        }
        Poll::Ready(())
    }

    fn end(&mut self, how: Payload, now: Instant) {
        self.ended = true;
        self.lane.push(how, now);
    }
}
