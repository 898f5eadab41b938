//! Rules at work: which one hits an exchange, and what it then does to it.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header, request, response};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout};

use super::{
    answer,
    body::{Cut, Laned},
    ongoing::Ongoing,
    shape::{self, Shape},
};
use crate::{
    event::{Hit, ms},
    fault::{Action, Asked, Decider, LOOKED_AT, Rewriting, Ruling},
    mapping::Target,
    plan::{Active, Slot},
};

/// How long the next piece of a body may take before a rule has to do with what was read.
const PATIENCE: Duration = Duration::from_secs(1);
/// How much of a body is taken from a client that is about to be left, so that it does not see a reset.
const TAKEN: usize = 1 << 20;

/// A rule that fired, and what it does.
pub(super) struct Fired {
    slot: Arc<Slot>,
    pub(super) action: Action,
}

/// What came of asking.
enum Answered {
    /// No rule hits.
    Nothing,
    /// The beginning of the body is needed.
    NeedsBody,
    Hit(Fired),
}

/// The rules that are asked about a request, one after the other.
struct Rules<'a> {
    ongoing: &'a Ongoing,
    active: Arc<Active>,
    target: &'a Target,
    next: usize,
}

/// What was read of a body to look at it.
#[derive(Default)]
pub(super) struct Ahead {
    pub(super) frames: VecDeque<Frame<Bytes>>,
    text: Vec<u8>,
}

impl Ahead {
    /// How many bytes are still to be passed on.
    pub(super) fn left(&self) -> u64 {
        let sizes = self.frames.iter().filter_map(Frame::data_ref).map(|data| data.len() as u64);
        sizes.sum()
    }
}

/// The rule that hits a request, if one does, and what was read of the body to find out.
pub(super) async fn ask(
    ongoing: &Ongoing,
    target: &Target,
    parts: &request::Parts,
    body: &mut Incoming,
) -> Result<(Option<Fired>, Option<Ahead>), Cut> {
    let Some(active) = ongoing.active() else { return Ok((None, None)) };
    let mut rules = Rules { ongoing, active, target, next: 0 };
    let mut ahead = None;
    loop {
        match rules.ask(parts, ahead.as_ref()) {
            Answered::Nothing => return Ok((None, ahead)),
            Answered::Hit(fired) => {
                if matches!(fired.action, Action::Respond(_) | Action::Drop { .. }) {
                    ongoing.answered_by(&fired.slot);
                }
                return Ok((Some(fired), ahead));
            }
            // Few rules look at bodies, so reading one has no place in every exchange.
            Answered::NeedsBody => ahead = Some(Box::pin(look(body)).await?),
        }
    }
}

impl Rules<'_> {
    /// Asks the rules until one hits; those that have passed already are not asked again.
    fn ask(&mut self, parts: &request::Parts, ahead: Option<&Ahead>) -> Answered {
        let asked = Asked {
            method: &parts.method,
            target: self.target,
            uri: &parts.uri,
            headers: &parts.headers,
            body: ahead.map(|ahead| ahead.text.as_slice()),
        };
        let seed = self.ongoing.shared.plan.seed();
        for slot in &self.active.slots()[self.next..] {
            if let Decider::Exchange(mut decide) = slot.fault.decider() {
                match decide(&asked, &mut slot.dice(seed, self.ongoing.subject)) {
                    Ruling::Pass => {}
                    Ruling::NeedsBody => return Answered::NeedsBody,
                    Ruling::Act(action) => {
                        return Answered::Hit(Fired { slot: Arc::clone(slot), action });
                    }
                }
            }
            self.next += 1;
        }
        Answered::Nothing
    }
}

/// Reads as much of a body as rules look at.
async fn look(body: &mut Incoming) -> Result<Ahead, Cut> {
    let mut ahead = Ahead::default();
    while ahead.text.len() < LOOKED_AT && !body.is_end_stream() {
        // A client that waits for an answer before it sends more must not wait for ever.
        let Ok(Some(frame)) = timeout(PATIENCE, body.frame()).await else { break };
        let frame = frame?;
        if let Some(data) = frame.data_ref() {
            ahead.text.extend_from_slice(data);
        }
        ahead.frames.push_back(frame);
    }
    ahead.text.truncate(LOOKED_AT);
    Ok(ahead)
}

impl Fired {
    /// Waits, if that is what the rule does; until the rule is lifted at most.
    pub(super) async fn wait(&self, ongoing: &Ongoing) {
        let Action::Delay(asked) = self.action else { return };
        let mut wait =
            Wait { ongoing, slot: &self.slot, asked, begun: Instant::now(), over: false };
        let lifted = async {
            let Some(mut watch) = ongoing.watch() else { return };
            while shape::is_there(&watch, &self.slot) && watch.changed().await {}
        };
        tokio::select! {
            () = ongoing.shared.clock.sleep_until(wait.begun + asked) => {}
            () = lifted => {}
        }
        wait.over = true;
    }

    /// Acts on the upstream's answer, if that is what the rule does.
    pub(super) fn shape(
        &self,
        ongoing: &Ongoing,
        method: &http::Method,
        parts: &mut response::Parts,
        body: Laned,
    ) -> Laned {
        let body = match &self.action {
            Action::Rewrite(rewriting) => rewrite(rewriting, method, parts, body),
            Action::Truncate(bytes) => body.with_shape(Shape::truncated(*bytes)),
            Action::Dribble { bytes, every } => match ongoing.watch() {
                Some(watch) => {
                    let slot = Arc::clone(&self.slot);
                    body.with_shape(Shape::dribbled(slot, watch, *bytes, *every))
                }
                None => body,
            },
            _ => return body,
        };
        ongoing.add_hits(vec![Hit::decided(&self.slot)]);
        body
    }
}

/// A delay under way, which is told however it ends.
struct Wait<'a> {
    ongoing: &'a Ongoing,
    slot: &'a Slot,
    asked: Duration,
    begun: Instant,
    over: bool,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let measured = if self.over { ms(self.begun.elapsed()) } else { 0.0 };
        self.ongoing.add_hits(vec![Hit {
            asked_ms: ms(self.asked),
            measured_ms: measured,
            measured_max_ms: measured,
            released: u64::from(self.over),
            ..Hit::decided(self.slot)
        }]);
    }
}

fn rewrite(
    rewriting: &Rewriting,
    method: &http::Method,
    parts: &mut response::Parts,
    mut body: Laned,
) -> Laned {
    let had_body = answer::has_body(parts.status);
    parts.status = rewriting.status.unwrap_or(parts.status);
    let new = rewriting.body.clone();
    // A body that the status does not allow would be read as the next answer.
    let new = if answer::has_body(parts.status) { new } else { Some(Bytes::new()) };
    if let Some(new) = new {
        parts.headers.remove(header::CONTENT_ENCODING);
        parts.headers.remove(header::TRAILER);
        set_length(parts, new.len());
        let new = if method == http::Method::HEAD { Bytes::new() } else { new };
        body = body.replaced(new);
    } else if !had_body && method != http::Method::HEAD {
        // The length of what was not sent (RFC 9110, 15.4.5).
        set_length(parts, 0);
    }
    for (name, value) in &rewriting.headers {
        match value {
            Some(value) => drop(parts.headers.insert(name, value.clone())),
            None => drop(parts.headers.remove(name)),
        }
    }
    body
}

fn set_length(parts: &mut response::Parts, length: usize) {
    if parts.status == StatusCode::NO_CONTENT || parts.status == StatusCode::NOT_MODIFIED {
        parts.headers.remove(header::CONTENT_LENGTH);
    } else {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// Ends an exchange without an answer.
pub(super) async fn leave(mut body: Laned, reset: bool) -> Cut {
    if reset {
        return Cut::Reset;
    }
    // A connection that is closed with something unread would end by a reset.
    let mut taken = 0;
    while taken < TAKEN && !body.is_end_stream() {
        let Ok(Some(Ok(frame))) = timeout(PATIENCE, body.frame()).await else { break };
        taken += frame.data_ref().map_or(0, Bytes::len);
    }
    Cut::Closed
}
