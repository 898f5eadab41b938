//! What a proxy has seen: counters over everything, and the latest events one by one.

use std::{
    collections::VecDeque,
    fmt::{Display, Formatter},
};

use fault_proxy::{Direction, Event, EventKind, Hit, Side};
use schemars::JsonSchema;
use serde::Serialize;

/// How many events are kept one by one.
const KEPT: usize = 1000;

/// What has happened since a proxy was started.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Counters {
    /// Connections that clients have opened.
    pub(crate) connections: u64,
    /// Connections that are open now.
    pub(crate) open: u64,
    /// HTTP exchanges that have ended.
    pub(crate) exchanges: u64,
    /// Problems that no fault asked for.
    pub(crate) failures: u64,
    /// What each fault did.
    pub(crate) faults: Vec<FaultCount>,
}

/// What the faults of one kind did on one leg.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct FaultCount {
    /// The fault's type.
    pub(crate) fault: String,
    /// The leg it acted on.
    pub(crate) side: Side,
    /// The direction it was set to.
    pub(crate) direction: Direction,
    /// How many chunks it held, answers it gave or resolutions it failed.
    pub(crate) hits: u64,
    /// The sum of the delays it asked for, in milliseconds.
    pub(crate) asked_ms: f64,
    /// The sum of the delays that there really were, in milliseconds.
    pub(crate) measured_ms: f64,
}

/// The memory of a proxy.
#[derive(Debug, Default)]
pub(crate) struct EventLog {
    counters: Counters,
    kept: VecDeque<Event>,
    /// The number of the event after the last.
    next: u64,
    /// Events that never arrived here, because they came too fast.
    lost: u64,
}

/// A part of the log.
#[derive(Debug)]
pub(crate) struct Page {
    /// The events, oldest first.
    pub(crate) events: Vec<Event>,
    /// The number to go on from.
    pub(crate) next_cursor: u64,
    /// Events before these that are gone.
    pub(crate) dropped: u64,
}

impl EventLog {
    pub(crate) fn push(&mut self, event: Event, lost: u64) {
        self.lost = lost;
        self.counters.fold(&event.kind);
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(event);
        self.next += 1;
    }

    /// The proxy has stopped; nothing is open any more.
    pub(crate) fn end(&mut self) {
        self.counters.open = 0;
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Up to `limit` events from number `cursor` on, and how many before them are gone.
    pub(crate) fn page(&self, cursor: u64, limit: usize) -> Page {
        let first = self.next - self.kept.len() as u64;
        let from = cursor.clamp(first, self.next);
        let skip = usize::try_from(from - first).unwrap_or(usize::MAX);
        let events: Vec<Event> = self.kept.iter().skip(skip).take(limit).cloned().collect();
        Page {
            next_cursor: from + events.len() as u64,
            dropped: first.saturating_sub(cursor) + self.lost,
            events,
        }
    }
}

impl Counters {
    /// Counts one event.
    fn fold(&mut self, event: &EventKind) {
        match event {
            EventKind::Opened { .. } => {
                self.connections += 1;
                self.open += 1;
            }
            EventKind::Closed { .. } => self.open = self.open.saturating_sub(1),
            EventKind::Exchange(exchange) => {
                self.exchanges += 1;
                exchange.hits.iter().for_each(|hit| self.hit(hit));
            }
            EventKind::Hits { hits } => hits.iter().for_each(|hit| self.hit(hit)),
            EventKind::Failed { .. } => self.failures += 1,
            EventKind::Tunnel { .. } | EventKind::Faults { .. } => {}
        }
    }

    fn hit(&mut self, hit: &Hit) {
        let same = |count: &&mut FaultCount| {
            count.fault == hit.label && count.side == hit.side && count.direction == hit.direction
        };
        match self.faults.iter_mut().find(same) {
            Some(count) => {
                count.hits += hit.count;
                count.asked_ms += hit.asked_ms;
                count.measured_ms += hit.measured_ms;
            }
            None => self.faults.push(FaultCount {
                fault: hit.label.clone(),
                side: hit.side,
                direction: hit.direction,
                hits: hit.count,
                asked_ms: hit.asked_ms,
                measured_ms: hit.measured_ms,
            }),
        }
    }
}

impl Display for Counters {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} connections ({} open), {} HTTP exchanges, {} failures",
            self.connections, self.open, self.exchanges, self.failures
        )?;
        if self.faults.is_empty() {
            return f.write_str("; no fault has acted");
        }
        for count in &self.faults {
            write!(f, "\n- {} acted {} times", count.fault, count.hits)?;
            if count.asked_ms > 0.0 {
                write!(
                    f,
                    ", {:.1} ms of delay asked for, {:.1} ms measured",
                    count.asked_ms, count.measured_ms
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(connection: u64) -> Event {
        let kind = EventKind::Failed { code: "refused".into(), message: "nobody there".into() };
        Event { at_ms: 1.0, connection, kind }
    }

    fn hit(count: u64) -> Hit {
        Hit {
            fault: "latency".into(),
            label: "latency".into(),
            side: Side::Server,
            direction: Direction::Ingress,
            count,
            asked_ms: 10.0,
            measured_ms: 11.0,
            measured_max_ms: 11.0,
            released: count,
        }
    }

    #[test]
    fn a_reader_goes_on_from_its_cursor() {
        let mut log = EventLog::default();
        (0..5).for_each(|number| log.push(failed(number), 0));
        let first = log.page(0, 3);
        assert_eq!((first.events.len(), first.next_cursor, first.dropped), (3, 3, 0));
        let rest = log.page(first.next_cursor, 3);
        assert_eq!((rest.events[0].connection, rest.events.len(), rest.next_cursor), (3, 2, 5));
        assert_eq!(log.page(99, 3).next_cursor, 5);
    }

    #[test]
    fn a_reader_that_is_too_late_learns_how_much_it_missed() {
        let mut log = EventLog::default();
        (0..KEPT as u64 + 7).for_each(|number| log.push(failed(number), 0));
        let page = log.page(0, 1);
        assert_eq!((page.dropped, page.events[0].connection), (7, 7));
        assert_eq!(log.counters().failures, KEPT as u64 + 7);
    }

    #[test]
    fn hits_of_the_same_fault_are_added_up() {
        let mut counters = Counters::default();
        counters.fold(&EventKind::Hits { hits: vec![hit(2)] });
        counters.fold(&EventKind::Hits { hits: vec![hit(3)] });
        assert_eq!(counters.faults.len(), 1);
        assert_eq!((counters.faults[0].hits, counters.faults[0].measured_ms), (5, 22.0));
        assert!(counters.to_string().contains("latency acted 5 times"), "{counters}");
    }
}
