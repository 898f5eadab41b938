//! What happened, as one stream. Everything that shows, counts or reports folds over it; nothing else counts.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    fault::{Direction, Side},
    plan::Slot,
};

/// How many events a subscriber may be behind before newer ones are dropped and counted.
const BEHIND: usize = 65_536;

/// Something that happened.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Milliseconds since the proxy started.
    pub at_ms: f64,
    /// The number of the client's connection; 0 where none is concerned.
    pub connection: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A client connected.
    Opened {
        /// The listener's name.
        listener: String,
        /// The client's address.
        client: SocketAddr,
    },
    /// A stream begins: its upstream is about to be reached.
    Tunnel {
        /// Where it goes.
        target: String,
        /// The labels of the faults that were active for it when it began.
        eligible: Vec<String>,
    },
    /// Faults acted on a stream since the last such event.
    Hits {
        /// What each did.
        hits: Vec<Hit>,
    },
    /// An HTTP exchange ended.
    Exchange(Box<Exchange>),
    /// Something went wrong that no fault asked for.
    Failed {
        /// A stable name of the problem.
        code: String,
        /// What it was.
        message: String,
    },
    /// A client's connection or stream ended.
    Closed {
        /// Bytes that came from the client; unset where the proxy reads HTTP.
        #[serde(skip_serializing_if = "Option::is_none")]
        received: Option<u64>,
        /// Bytes that went to the client; unset where the proxy reads HTTP.
        #[serde(skip_serializing_if = "Option::is_none")]
        sent: Option<u64>,
        /// How it ended.
        how: Ending,
    },
    /// From now on these faults act.
    Faults {
        /// Each in words.
        active: Vec<String>,
    },
}

/// An HTTP request and its answer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// The exchange's number on its connection.
    pub number: u64,
    /// The method.
    pub method: String,
    /// Host and port of the upstream.
    pub target: String,
    /// The path, without its query.
    pub path: String,
    /// The status of the answer; none if the client was cut off without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Milliseconds from the request's head to the last byte of the answer.
    pub elapsed_ms: f64,
    /// Whether the upstream was contacted.
    pub forwarded: bool,
    /// Whether the exchange came to its end.
    pub complete: bool,
    /// The trace it is part of: the request's `traceparent`, if it has one that is well-formed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The labels of the faults that were active for it.
    pub eligible: Vec<String>,
    /// What each of them did.
    pub hits: Vec<Hit>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Both sides had said all.
    Ended,
    /// It was reset.
    Reset,
}

/// What a fault did to some bytes or an exchange. Chunks that several faults held count for each of them, with
/// the whole delay measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// The fault's `type`.
    pub fault: String,
    /// What the fault is told by from the others: its name, else its type, with a number where another had that
    /// before it (`latency#2`).
    pub label: String,
    /// The leg it acted on.
    pub side: Side,
    /// The direction it was set to.
    pub direction: Direction,
    /// How many chunks it held, or answers it gave, or resolutions it failed.
    pub count: u64,
    /// The sum of the delays it asked for, in milliseconds.
    pub asked_ms: f64,
    /// The sum of the delays that the chunks it held really had, in milliseconds.
    pub measured_ms: f64,
    /// The longest of those, in milliseconds.
    pub measured_max_ms: f64,
    /// How many chunks were released so far; what is still held has no measured delay yet.
    pub released: u64,
}

impl Hit {
    /// An answer given or a resolution failed.
    pub(crate) fn decided(slot: &Slot) -> Self {
        Self {
            fault: slot.fault.kind().to_owned(),
            label: slot.label.clone(),
            side: slot.fault.side(),
            direction: slot.fault.direction(),
            count: 1,
            asked_ms: 0.0,
            measured_ms: 0.0,
            measured_max_ms: 0.0,
            released: 0,
        }
    }
}

/// The sending end of the stream.
pub(crate) struct Events {
    start: Instant,
    wanted: AtomicBool,
    subscribers: Mutex<Vec<Sender>>,
}

struct Sender {
    channel: mpsc::Sender<Event>,
    dropped: Arc<AtomicU64>,
}

impl Sender {
    /// Hands an event over, or counts it as dropped; false once nobody listens any more.
    fn send(&self, event: Event) -> bool {
        match self.channel.try_send(event) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }
}

/// A receiver of the stream.
pub struct Subscription {
    channel: mpsc::Receiver<Event>,
    dropped: Arc<AtomicU64>,
}

impl Events {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start, wanted: AtomicBool::new(false), subscribers: Mutex::new(Vec::new()) }
    }

    /// Whether anybody listens; what only serves the stream can be left out if not.
    pub(crate) fn wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Milliseconds since the proxy started.
    pub(crate) fn now_ms(&self) -> f64 {
        ms(self.start.elapsed())
    }

    pub(crate) fn subscribe(&self) -> Subscription {
        let (sender, channel) = mpsc::channel(BEHIND);
        let dropped = Arc::new(AtomicU64::new(0));
        let mut subscribers = self.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        subscribers.push(Sender { channel: sender, dropped: Arc::clone(&dropped) });
        self.wanted.store(true, Ordering::Relaxed);
        Subscription { channel, dropped }
    }

    pub(crate) fn emit(&self, connection: u64, kind: EventKind) {
        if !self.wanted() {
            return;
        }
        let event = Event { at_ms: self.now_ms(), connection, kind };
        let mut subscribers = self.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        if let [subscriber] = subscribers.as_slice() {
            // The usual case, in which the event need not be copied.
            if !subscriber.send(event) {
                subscribers.clear();
            }
        } else {
            subscribers.retain(|subscriber| subscriber.send(event.clone()));
        }
        self.wanted.store(!subscribers.is_empty(), Ordering::Relaxed);
    }

    /// Tells what faults did to a stream, if they did anything.
    pub(crate) fn hits(&self, connection: u64, hits: Vec<Hit>) {
        if !hits.is_empty() {
            self.emit(connection, EventKind::Hits { hits });
        }
    }

    /// Ends the stream for every subscriber.
    pub(crate) fn close(&self) {
        self.wanted.store(false, Ordering::Relaxed);
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Subscription {
    /// The next event; none once the proxy has stopped and all were read.
    pub async fn next(&mut self) -> Option<Event> {
        self.channel.recv().await
    }

    /// The next event, if there is one already.
    pub fn try_next(&mut self) -> Option<Event> {
        self.channel.try_recv().ok()
    }

    /// How many events were dropped because this subscriber was too far behind.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// A duration in milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emit(events: &Events) {
        events.emit(1, EventKind::Faults { active: Vec::new() });
    }

    #[test]
    fn a_subscriber_that_falls_behind_loses_the_newest_and_is_told_how_many() {
        let events = Events::new(Instant::now());
        let mut slow = events.subscribe();
        (0..BEHIND + 3).for_each(|_| emit(&events));
        assert_eq!(slow.dropped(), 3);
        let mut kept = 0;
        while slow.try_next().is_some() {
            kept += 1;
        }
        assert_eq!(kept, BEHIND);
        emit(&events);
        assert!(slow.try_next().is_some(), "it goes on once there is room");
    }

    #[test]
    fn nothing_is_made_for_nobody() {
        let events = Events::new(Instant::now());
        assert!(!events.wanted());
        let subscription = events.subscribe();
        assert!(events.wanted());
        drop(subscription);
        emit(&events);
        assert!(!events.wanted());
    }

    #[test]
    fn the_stream_ends_after_what_was_told() {
        let events = Events::new(Instant::now());
        let mut subscription = events.subscribe();
        emit(&events);
        events.close();
        emit(&events);
        assert!(subscription.try_next().is_some());
        assert!(subscription.try_next().is_none());
    }
}
