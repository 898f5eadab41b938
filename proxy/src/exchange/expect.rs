//! `Expect: 100-continue`: the body waits until the upstream asks for it (RFC 9110, 10.1.1).

use std::{
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, StatusCode, header};
use tokio::{sync::oneshot, time::Instant};

use crate::clock::{Clock, Timer};

/// How long the body waits for an upstream that does not answer the expectation. Some never do.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a body waits at.
pub(super) struct Gate {
    opened: oneshot::Receiver<()>,
    timer: Timer,
    until: Instant,
}

/// Opens the gate once; dropped before, it says that the body is not wanted.
pub(super) struct Opener(std::sync::Mutex<Option<oneshot::Sender<()>>>);

impl Gate {
    /// A gate, if the request expects to be asked for its body, and what opens it.
    pub(super) fn of<T>(request: &Request<T>) -> Option<(Self, Opener)> {
        let expects = request.headers().get(header::EXPECT)?;
        if !expects.as_bytes().eq_ignore_ascii_case(b"100-continue") {
            return None;
        }
        let (sender, opened) = oneshot::channel();
        let gate = Self { opened, timer: Timer::default(), until: Instant::now() + PATIENCE };
        Some((gate, Opener(std::sync::Mutex::new(Some(sender)))))
    }

    /// Ready with whether the body is wanted.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if let Poll::Ready(opened) = std::pin::Pin::new(&mut self.opened).poll(cx) {
            return Poll::Ready(opened.is_ok());
        }
        ready!(self.timer.poll(Clock::Tokio, self.until, cx));
        Poll::Ready(true)
    }
}

impl Opener {
    /// Opens the gate when the upstream asks for the body.
    pub(super) fn turn_on_continue<T>(self, request: &mut Request<T>) {
        hyper::ext::on_informational(request, move |response| {
            if response.status() == StatusCode::CONTINUE
                && let Ok(mut sender) = self.0.lock()
                && let Some(sender) = sender.take()
            {
                // The body may be gone by now.
                let _ = sender.send(());
            }
        });
    }
}
