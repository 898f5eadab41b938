//! A lane carries what goes one way on one connection or exchange, and lets the faults act on it.
//!
//! ```text
//!                 faults: hold, rate, stall, reset
//!                            |
//!   arrived --> split --> decide --> queue of (release, bytes) --> leaves when due, in order
//! ```
//!
//! A lane is a data structure: it has no socket, no timer and no task. Who owns it pushes what arrived, asks what
//! may leave, and sleeps until the time it is told.

mod acting;
mod budget;
mod pulse;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use http::HeaderMap;
use smallvec::SmallVec;
use tokio::time::Instant;

use self::acting::Acting;
pub(crate) use self::{budget::Budget, pulse::Pulse};
use crate::{
    dice::Seed,
    event::Hit,
    fault::{Chunk, Flow, Side, Then},
    plan::{Active, Slot},
};

/// What one lane holds at most: enough for 600 MB/s through 100 ms.
const LANE_CAP: usize = 64 << 20;
/// What a lane holds at most when nothing moves, or when all lanes of the proxy hold 256 MiB.
const STALL_CAP: usize = 256 << 10;

/// What travels on a lane.
#[derive(Debug)]
pub(crate) enum Payload {
    /// Bytes of a stream or a body.
    Data(Bytes),
    /// The head of an HTTP message.
    Head,
    /// The trailers of an HTTP message.
    Trailers(Box<HeaderMap>),
    /// The regular end.
    End,
    /// The end by reset.
    Reset,
}

/// What may leave a lane.
#[derive(Debug)]
pub(crate) enum Next {
    /// This, now.
    Ready(Payload),
    /// Something, then.
    At(Instant),
    /// Nothing until the faults change.
    Stalled,
    /// Nothing: the lane is empty.
    Empty,
}

/// Where a lane belongs.
pub(crate) struct Origin {
    pub(crate) seed: Seed,
    /// What the draws are keyed by: the connection or exchange.
    pub(crate) subject: u64,
    pub(crate) budget: Budget,
    pub(crate) pulse: Arc<Pulse>,
}

/// One way of one connection or exchange.
pub(crate) struct Lane {
    flow: Flow,
    /// The only leg whose faults act, if not both do.
    only: Option<Side>,
    origin: Origin,
    acting: Vec<Acting>,
    queue: VecDeque<Held>,
    held: usize,
    last_release: Instant,
    link_free: Instant,
    done: Vec<Hit>,
    closed: bool,
}

struct Held {
    payload: Payload,
    len: usize,
    arrived: Instant,
    /// When it has left the link, if there is one; else when it arrived.
    departs: Instant,
    /// How long which faults hold it from then on.
    holds: Holds,
    /// None while a fault stalls it.
    release: Option<Instant>,
    /// The faults that hold it.
    by: u64,
    /// Those of them that stall it.
    stalled_by: u64,
}

/// Faults and how long each holds something.
type Holds = SmallVec<[(u64, Duration); 1]>;

/// What the faults together make of a run of bytes.
struct Sentence {
    departs: Instant,
    holds: Holds,
    release: Option<Instant>,
    by: u64,
    stalled_by: u64,
    reset: bool,
}

impl Lane {
    pub(crate) fn new(flow: Flow, only: Option<Side>, origin: Origin, now: Instant) -> Self {
        Self {
            flow,
            only,
            origin,
            acting: Vec::new(),
            queue: VecDeque::new(),
            held: 0,
            last_release: now,
            link_free: now,
            done: Vec::new(),
            closed: false,
        }
    }

    /// Whether the lane does nothing: no fault acts and nothing is held.
    pub(crate) fn is_idle(&self) -> bool {
        self.acting.is_empty() && self.queue.is_empty()
    }

    /// Whether it holds anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether what is next waits for the faults to change.
    pub(crate) fn is_stalled(&self) -> bool {
        self.queue.front().is_some_and(|held| held.release.is_none())
    }

    /// How many more bytes it takes now. `blocked` says that what is due cannot leave.
    pub(crate) fn room(&self, blocked: bool) -> usize {
        let cap = if self.is_stalled() || blocked || self.origin.budget.is_spent() {
            STALL_CAP
        } else {
            LANE_CAP
        };
        cap.saturating_sub(self.held)
    }

    /// Takes what arrived now.
    pub(crate) fn push(&mut self, payload: Payload, now: Instant) {
        if self.closed {
            return;
        }
        match payload {
            Payload::Data(bytes) => self.push_data(bytes, now),
            Payload::Reset => {
                self.closed = true;
                self.enqueue(
                    Payload::Reset,
                    0,
                    now,
                    Sentence { release: Some(self.last_release.max(now)), ..Sentence::at(now) },
                );
            }
            mark => {
                let sentence = self.sentence(0, 0, now);
                self.enqueue(mark, 0, now, sentence);
            }
        }
    }

    /// Takes the head of an HTTP message that is about so many bytes long.
    pub(crate) fn push_head(&mut self, len: usize, now: Instant) {
        let mut left = len.max(1);
        let mut whole = Sentence::at(now);
        while left > 0 {
            let span = self.span(left, left, now);
            let part = self.sentence(span, left - span, now);
            left -= span;
            // The head is whole once its last part has come.
            whole = Sentence {
                by: whole.by | part.by,
                stalled_by: whole.stalled_by | part.stalled_by,
                reset: whole.reset | part.reset,
                ..part
            };
        }
        let reset = whole.reset;
        self.enqueue(Payload::Head, len, now, whole);
        if reset {
            self.push(Payload::Reset, now);
        }
    }

    fn push_data(&mut self, mut bytes: Bytes, now: Instant) {
        while !bytes.is_empty() {
            let span = self.span(bytes.len(), bytes.len(), now);
            let piece = bytes.split_to(span);
            let sentence = self.sentence(span, bytes.len(), now);
            let reset = sentence.reset;
            self.enqueue(Payload::Data(piece), span, now, sentence);
            if reset {
                self.push(Payload::Reset, now);
                return;
            }
        }
    }

    fn enqueue(&mut self, payload: Payload, len: usize, now: Instant, sentence: Sentence) {
        self.held += len;
        self.origin.budget.add(len);
        let Sentence { departs, holds, release, by, stalled_by, .. } = sentence;
        self.queue.push_back(Held {
            payload,
            len,
            arrived: now,
            departs,
            holds,
            release,
            by,
            stalled_by,
        });
    }

    /// How many bytes every fault is content to decide as one.
    fn span(&self, len: usize, whole: usize, now: Instant) -> usize {
        let chunk = Chunk { len, behind: whole - len, at: self.origin.pulse.at(now), before: None };
        self.acting.iter().map(|acting| acting.state.span(chunk)).min().unwrap_or(len).clamp(1, len)
    }

    /// Asks every fault about a run of bytes and works out when it may leave.
    fn sentence(&mut self, len: usize, behind: usize, now: Instant) -> Sentence {
        let at = self.origin.pulse.at(now);
        let before = if len == 0 { Some(at) } else { self.origin.pulse.beat(self.flow, now) };
        let chunk = Chunk { len, behind, at, before };
        let mut sentence = Sentence::at(now);
        let mut slowest: Option<f64> = None;
        for acting in &mut self.acting {
            let verdict = acting.state.decide(chunk, &mut acting.dice);
            let bit = acting.slot.bit;
            if !verdict.hold.is_zero() {
                sentence.holds.push((bit, verdict.hold));
            }
            acting.rate = verdict.rate.or(acting.rate);
            slowest = match (slowest, verdict.rate) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            };
            match verdict.then {
                Then::Stall => sentence.stalled_by |= bit,
                Then::Reset => sentence.reset = true,
                Then::Continue => {}
            }
            if !verdict.hold.is_zero() || verdict.then != Then::Continue {
                sentence.by |= bit;
                acting.tally.hit(verdict.hold);
            }
        }
        sentence.departs = self.depart(len, slowest, now, &mut sentence);
        self.last_release = self.last_release.max(sentence.departs + total(&sentence.holds));
        sentence.release = (sentence.stalled_by == 0).then_some(self.last_release);
        sentence
    }

    /// When the last of so many bytes has left the link, if there is one.
    fn depart(
        &mut self,
        len: usize,
        rate: Option<f64>,
        now: Instant,
        sentence: &mut Sentence,
    ) -> Instant {
        let Some(rate) = rate else { return now };
        self.link_free = self.link_free.max(now) + Duration::from_secs_f64(len as f64 / rate);
        for acting in self.acting.iter_mut().filter(|acting| acting.rate == Some(rate)) {
            sentence.by |= acting.slot.bit;
            acting.tally.hit(self.link_free - now);
        }
        self.link_free
    }

    /// What may leave now. The delay of what leaves is measured here.
    pub(crate) fn next(&mut self, now: Instant) -> Next {
        match self.queue.front().map(|held| held.release) {
            None => return Next::Empty,
            Some(None) => return Next::Stalled,
            Some(Some(release)) if release > now => return Next::At(release),
            Some(Some(_)) => {}
        }
        let Some(held) = self.queue.pop_front() else {
            return Next::Empty;
        };
        self.held -= held.len;
        self.origin.budget.remove(held.len);
        let delay = now - held.arrived;
        for acting in self.acting.iter_mut().filter(|acting| acting.slot.bit & held.by != 0) {
            acting.tally.release(delay);
        }
        Next::Ready(held.payload)
    }

    /// Follows a change of the faults. What a fault held that is gone leaves at once, in order; what others hold
    /// stays.
    pub(crate) fn replan(&mut self, active: &Active, now: Instant) {
        let here = |slot: &&Arc<Slot>| self.only.is_none_or(|side| slot.fault.side() == side);
        let slots: Vec<&Arc<Slot>> = active.on(self.flow).filter(here).collect();
        // Bits are used again, so who stays is told by identity.
        let stays = |acting: &&Acting| slots.iter().any(|slot| acting.slot.id == slot.id);
        let staying = self.acting.iter().filter(stays).fold(0, |set, acting| set | acting.slot.bit);
        self.release_what_is_free(staying, now);
        let mut old = std::mem::take(&mut self.acting);
        for slot in slots {
            let kept = old.iter().position(|acting| acting.slot.id == slot.id);
            let Some(index) = kept else {
                self.acting.extend(Acting::new(slot, self.origin.seed, self.origin.subject));
                continue;
            };
            let mut acting = old.swap_remove(index);
            self.done.extend(acting.go_on_as(slot));
            self.acting.push(acting);
        }
        self.done.extend(old.iter().filter_map(Acting::hit));
    }

    fn release_what_is_free(&mut self, staying: u64, now: Instant) {
        let leaving = |acting: &&mut Acting| acting.slot.bit & staying == 0;
        let pace = Pace {
            rate: self
                .acting
                .iter()
                .filter(|acting| acting.slot.bit & staying != 0)
                .filter_map(|acting| acting.rate)
                .min_by(f64::total_cmp),
            lifted: self.acting.iter_mut().any(|acting| leaving(&acting) && acting.rate.is_some()),
        };
        let (mut last, mut link) = (now, None);
        for held in &mut self.queue {
            let delay = now - held.arrived;
            let freeing = self.acting.iter_mut().filter(leaving);
            freeing
                .filter(|acting| acting.slot.bit & held.by != 0)
                .for_each(|acting| acting.tally.release(delay));
            held.keep(staying, &pace, &mut link, now);
            if held.stalled_by == 0 {
                last = last.max(held.departs + total(&held.holds));
                held.release = Some(last);
            }
        }
        self.last_release = last;
        self.link_free = link.unwrap_or(if pace.lifted { now } else { self.link_free });
    }

    /// What the faults did since the last time.
    pub(crate) fn take_hits(&mut self) -> Vec<Hit> {
        let mut hits = std::mem::take(&mut self.done);
        for acting in &mut self.acting {
            hits.extend(acting.take_hit());
        }
        hits
    }
}

/// What becomes of the link when faults leave.
struct Pace {
    /// The rate that stays.
    rate: Option<f64>,
    /// Whether a limit is lifted.
    lifted: bool,
}

impl Held {
    /// Forgets the faults that are gone. What stood still, or waited for a link that is gone, leaves at the rate
    /// that stays from now on; what follows it queues behind.
    fn keep(&mut self, staying: u64, pace: &Pace, link: &mut Option<Instant>, now: Instant) {
        let stood = self.stalled_by != 0;
        self.by &= staying;
        self.stalled_by &= staying;
        self.holds.retain(|(bit, _)| *bit & staying != 0);
        if pace.lifted || link.is_some() || (stood && self.stalled_by == 0) {
            self.departs = match pace.rate {
                Some(rate) => link.unwrap_or(now) + Duration::from_secs_f64(self.len as f64 / rate),
                None => self.arrived,
            };
            *link = pace.rate.map(|_| self.departs);
        }
    }
}

fn total(holds: &Holds) -> Duration {
    holds.iter().map(|(_, hold)| *hold).sum()
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.origin.budget.remove(self.held);
    }
}

impl Sentence {
    fn at(release: Instant) -> Self {
        Self {
            departs: release,
            holds: Holds::new(),
            release: Some(release),
            by: 0,
            stalled_by: 0,
            reset: false,
        }
    }
}

#[cfg(test)]
mod tests;
