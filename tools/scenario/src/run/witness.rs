//! What crossed the proxies during a test: their events, folded as they come. Nothing else counts traffic.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fault_proxy::{Event, EventKind, Hit, Subscription};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::evidence::Ledger;

/// How many crossings are kept one by one. Beyond that they are only counted.
const MOST: usize = 250_000;

/// How often two clocks are read to compare them.
const READINGS: usize = 5;

/// How long traffic may take to end once nothing is held any more.
const AFTERMATH: Duration = Duration::from_millis(100);

/// Where something crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// On the way of the test's own calls.
    Entrance,
    /// On the way of what the application calls.
    Stage,
}

/// An exchange or a stream that crossed a proxy. Times are milliseconds from the start of the test.
#[derive(Debug, Clone)]
pub(super) struct Crossing {
    pub(super) place: Place,
    pub(super) began_ms: f64,
    pub(super) ended_ms: Option<f64>,
    /// The trace it is part of, if the request says so.
    pub(super) trace: Option<String>,
    pub(super) target: String,
    pub(super) hits: Vec<Hit>,
}

/// Follows the events of proxies.
pub(super) struct Witness {
    epoch: Instant,
    seen: Arc<Mutex<Seen>>,
    following: TaskTracker,
    enough: CancellationToken,
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) crossings: Vec<Crossing>,
    pub(super) ledger: Ledger,
    /// How many crossings or events were not kept.
    pub(super) lost: u64,
    /// Streams that are open, with their places in the list.
    open: BTreeMap<(Place, u64), usize>,
}

impl Witness {
    /// A witness that has seen nothing yet.
    pub(super) fn new() -> Self {
        Self {
            epoch: Instant::now(),
            seen: Arc::default(),
            following: TaskTracker::new(),
            enough: CancellationToken::new(),
        }
    }

    /// Follows the events of a proxy, whose clock `now_ms` reads.
    pub(super) fn follow(&self, place: Place, mut events: Subscription, now_ms: impl Fn() -> f64) {
        let (seen, enough) = (Arc::clone(&self.seen), self.enough.clone());
        let ahead = self.ahead_of(now_ms);
        self.following.spawn(async move {
            loop {
                let event = tokio::select! {
                    biased;
                    event = events.next() => event,
                    () = enough.cancelled() => events.try_next(),
                };
                let Some(event) = event else { break };
                lock(&seen).fold(place, event, ahead);
            }
            lock(&seen).lost += events.dropped();
        });
    }

    /// How much more this clock says than another. It is read until nothing came between the two readings.
    fn ahead_of(&self, now_ms: impl Fn() -> f64) -> f64 {
        let compared = || {
            let before = self.now_ms();
            let theirs = now_ms();
            let after = self.now_ms();
            (after - before, f64::midpoint(before, after) - theirs)
        };
        let readings = (0..READINGS).map(|_| compared());
        readings.min_by(|one, other| one.0.total_cmp(&other.0)).map_or(0.0, |(_, ahead)| ahead)
    }

    /// Milliseconds from the start of the test.
    pub(super) fn now_ms(&self) -> f64 {
        self.epoch.elapsed().as_secs_f64() * 1000.0
    }

    /// From now on faults with these labels count.
    pub(super) fn phase(&self, name: super::phase::Name, labels: Vec<String>) {
        let now = self.now_ms();
        lock(&self.seen).ledger.begin(name, now, labels);
    }

    /// What was seen so far.
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }

    /// Waits for the traffic that faults held to end, and takes in what is known by then.
    pub(super) async fn settle(&self) {
        tokio::time::sleep(AFTERMATH).await;
        self.enough.cancel();
        self.following.close();
        self.following.wait().await;
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.enough.cancel();
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seen {
    /// Takes in an event of a proxy whose clock is `ahead` of the test's by so many milliseconds.
    fn fold(&mut self, place: Place, event: Event, ahead: f64) {
        let Event { at_ms, connection, kind } = event;
        let now = at_ms + ahead;
        match kind {
            EventKind::Exchange(exchange) => {
                let began_ms = now - exchange.elapsed_ms;
                self.ledger.crossed(began_ms);
                self.ledger.eligible(began_ms, &exchange.eligible);
                self.ledger.hits(began_ms, now, &exchange.hits);
                self.keep(Crossing {
                    place,
                    began_ms,
                    ended_ms: Some(now),
                    trace: exchange.trace,
                    target: exchange.target,
                    hits: exchange.hits,
                });
            }
            EventKind::Tunnel { target, eligible } => {
                self.ledger.crossed(now);
                self.ledger.eligible(now, &eligible);
                let at = self.keep(Crossing {
                    place,
                    began_ms: now,
                    ended_ms: None,
                    trace: None,
                    target,
                    hits: Vec::new(),
                });
                self.open.extend(at.map(|at| ((place, connection), at)));
            }
            EventKind::Hits { hits } => self.stream_hits(place, connection, now, hits),
            EventKind::Closed { .. } => {
                if let Some(at) = self.open.remove(&(place, connection)) {
                    self.crossings[at].ended_ms = Some(now);
                }
            }
            EventKind::Opened { .. } | EventKind::Failed { .. } | EventKind::Faults { .. } => {}
        }
    }

    fn keep(&mut self, crossing: Crossing) -> Option<usize> {
        if self.crossings.len() >= MOST {
            self.lost += 1;
            return None;
        }
        self.crossings.push(crossing);
        Some(self.crossings.len() - 1)
    }

    /// Faults acted on a stream, which may have begun before this test did.
    fn stream_hits(&mut self, place: Place, connection: u64, now: f64, hits: Vec<Hit>) {
        self.ledger.stream_hits((place, connection), now, &hits);
        let at = match self.open.get(&(place, connection)) {
            Some(at) => Some(*at),
            None => {
                let stream = Crossing {
                    place,
                    began_ms: now,
                    ended_ms: None,
                    trace: None,
                    target: String::new(),
                    hits: Vec::new(),
                };
                let at = self.keep(stream);
                self.open.extend(at.map(|at| ((place, connection), at)));
                at
            }
        };
        if let Some(at) = at {
            self.crossings[at].hits.extend(hits);
        }
    }
}
