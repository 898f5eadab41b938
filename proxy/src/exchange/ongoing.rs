//! One HTTP exchange under way: what acts on it, and what is told of it at its end.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use http::HeaderMap;
use tokio::time::Instant;

use super::{answer::Refusal, trace};
use crate::{
    dice::mix,
    event::{EventKind, Exchange, Hit, ms},
    fault::{Flow, Side},
    lane::{Lane, Pulse},
    mapping::Target,
    plan::{Active, Slot, Watch},
    shared::Shared,
    stream::{Busy, Leg},
};

/// One HTTP exchange under way.
pub(crate) struct Ongoing {
    pub(super) shared: Arc<Shared>,
    /// What the draws of this exchange are keyed by.
    pub(super) subject: u64,
    pulse: Arc<Pulse>,
    /// The plan as it is for this exchange; none where faults never act.
    watch: Option<Watch>,
    /// Whether a fault answers, so that only the client's leg is left.
    answered: AtomicBool,
    /// Says that the client's connection is in use, and resets it where one exchange has it to itself.
    busy: Busy,
    alone: bool,
    record: Option<Record>,
}

/// What is told at the end, if anybody listens.
struct Record {
    connection: u64,
    begun: Instant,
    /// None once it was told.
    told: Mutex<Option<Box<Exchange>>>,
}

/// What the draws of an exchange are keyed by.
pub(super) fn subject(connection: u64, exchange: u64) -> u64 {
    mix(connection) ^ exchange
}

/// What is known of an exchange when it begins.
pub(super) struct Beginning<'a> {
    pub(super) connection: u64,
    pub(super) number: u64,
    pub(super) method: &'a http::Method,
    pub(super) target: &'a Target,
    pub(super) path: &'a str,
    /// The headers of the request, if they are of interest.
    pub(super) headers: Option<&'a HeaderMap>,
    /// The plan as it is for this exchange; none where faults never act.
    pub(super) watch: Option<Watch>,
    pub(super) leg: &'a Arc<Leg>,
    pub(super) pulse: &'a Arc<Pulse>,
    pub(super) http2: bool,
}

impl Ongoing {
    pub(super) fn begin(shared: Arc<Shared>, beginning: Beginning<'_>) -> Self {
        let record = shared.events.wanted().then(|| Record::new(&beginning));
        Self {
            subject: Self::subject(&shared, &beginning),
            watch: beginning.watch,
            answered: AtomicBool::new(false),
            pulse: Arc::clone(beginning.pulse),
            busy: beginning.leg.busy(),
            alone: !beginning.http2,
            record,
            shared,
        }
    }

    /// What the draws of an exchange are keyed by.
    fn subject(shared: &Shared, beginning: &Beginning<'_>) -> u64 {
        let headers = beginning.headers.filter(|_| shared.keyed_by_trace);
        match headers.and_then(trace::of).as_deref().and_then(trace::parent) {
            Some(parent) => mix(parent),
            None => subject(beginning.connection, beginning.number),
        }
    }

    /// The same, of which nothing is told at the end.
    pub(super) fn untold(mut self) -> Self {
        self.record = None;
        self
    }

    /// The plan as it is for this exchange.
    pub(super) fn watch(&self) -> Option<Watch> {
        self.watch.clone()
    }

    /// The faults that act now.
    pub(super) fn active(&self) -> Option<Arc<Active>> {
        self.watch.as_ref().map(Watch::active).filter(|active| !active.slots().is_empty())
    }

    /// A lane for what goes this way.
    pub(super) fn lane(&self, flow: Flow, active: &Active) -> Lane {
        let only = self.answered.load(Ordering::Relaxed).then_some(Side::Client);
        self.shared.lane(flow, only, active, self.subject, &self.pulse)
    }

    /// A fault answers, so the upstream is not contacted.
    pub(super) fn answered_by(&self, slot: &Slot) {
        self.leave_upstream_out();
        self.add_hits(vec![Hit::decided(slot)]);
    }

    /// From now on only the client's leg is left.
    pub(super) fn leave_upstream_out(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// Resets the client's connection, unless other exchanges are on it.
    pub(super) fn abort(&self) {
        if self.alone {
            self.busy.leg().abort();
        }
    }

    /// Whether what was sent to the client waits for it to take it.
    pub(super) fn is_stuck(&self) -> bool {
        self.busy.leg().is_stuck()
    }

    pub(super) fn add_hits(&self, hits: Vec<Hit>) {
        self.tell(|told| told.hits.extend(hits));
    }

    pub(super) fn forwarded(&self) {
        self.tell(|told| told.forwarded = true);
    }

    pub(super) fn status(&self, status: http::StatusCode) {
        self.tell(|told| told.status = Some(status.as_u16()));
    }

    /// Something went wrong that no fault asked for.
    pub(super) fn failed(&self, connection: u64, refusal: &Refusal) {
        let message = refusal.message.clone();
        tracing::info!(connection, "{message}");
        let code = refusal.code.to_owned();
        self.shared.events.emit(connection, EventKind::Failed { code, message });
    }

    /// The exchange is over. Only the first time counts.
    pub(super) fn finish(&self, complete: bool) {
        let Some(record) = &self.record else { return };
        let told = record.told.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut told) = told {
            told.elapsed_ms = ms(record.begun.elapsed());
            told.complete = complete;
            self.shared.events.emit(record.connection, EventKind::Exchange(told));
        }
    }

    fn tell(&self, change: impl FnOnce(&mut Exchange)) {
        if let Some(record) = &self.record {
            let mut told = record.told.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(told) = told.as_mut() {
                change(told);
            }
        }
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        // A client that goes away takes its exchange along, wherever that was.
        self.finish(false);
    }
}

impl Record {
    fn new(beginning: &Beginning<'_>) -> Self {
        let eligible = beginning.watch.as_ref().map(|watch| watch.active().labels());
        let told = Exchange {
            number: beginning.number,
            method: beginning.method.to_string(),
            target: beginning.target.to_string(),
            path: beginning.path.to_owned(),
            status: None,
            elapsed_ms: 0.0,
            forwarded: false,
            complete: false,
            trace: beginning.headers.and_then(trace::of),
            eligible: eligible.unwrap_or_default(),
            hits: Vec::new(),
        };
        Self {
            connection: beginning.connection,
            begun: Instant::now(),
            told: Mutex::new(Some(Box::new(told))),
        }
    }
}
