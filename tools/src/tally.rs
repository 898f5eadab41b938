//! From the event stream of a proxy to the evidence of a run.
//!
//! The unit is what a user thinks in: an exchange where the proxy reads HTTP, a connection where it
//! carries bytes. Delays are those of the chunks that were held.

use std::collections::{BTreeMap, BTreeSet};

use fault_proxy::{Event, EventKind, Fault, Hit};
use fault_scenario::{Asked, FaultEvidence, Measured, Window};

/// What the events say of the two phases of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// When the faults were switched on, in milliseconds since the proxy started.
    switched_ms: Option<f64>,
    control: u64,
    faulted: u64,
    /// Connections that carry bytes now.
    open: BTreeSet<u64>,
    acts: BTreeMap<String, Acts>,
}

/// What the faults of one type did.
#[derive(Debug, Default)]
struct Acts {
    eligible: BTreeSet<Unit>,
    hit: BTreeSet<Unit>,
    chunks: u64,
    released: u64,
    asked_ms: f64,
    measured_ms: f64,
    longest_ms: f64,
    first_ms: Option<f64>,
}

/// An exchange, or a connection that carries bytes (exchange number none).
type Unit = (u64, Option<u64>);

impl Tally {
    /// The faults are switched on at this moment; what began before belongs to the control.
    pub(crate) fn switch(&mut self, at_ms: f64, faults: &[Fault]) {
        self.switched_ms = Some(at_ms);
        // Connections that stay open from before are hit by the faults too.
        self.faulted += self.open.len() as u64;
        for fault in faults {
            let acts = self.acts.entry(fault.kind().to_owned()).or_default();
            acts.eligible.extend(self.open.iter().map(|connection| (*connection, None)));
        }
    }

    /// Takes in an event.
    pub(crate) fn fold(&mut self, event: &Event) {
        let connection = event.connection;
        match &event.kind {
            EventKind::Exchange(exchange) => {
                let unit = (connection, Some(exchange.number));
                self.crossed(event.at_ms - exchange.elapsed_ms);
                self.eligible(unit, &exchange.eligible);
                let began_ms = event.at_ms - exchange.elapsed_ms;
                exchange.hits.iter().for_each(|hit| self.hit(unit, hit, began_ms));
            }
            EventKind::Tunnel { eligible, .. } => {
                self.open.insert(connection);
                self.crossed(event.at_ms);
                self.eligible((connection, None), eligible);
            }
            EventKind::Hits { hits } => {
                hits.iter().for_each(|hit| self.hit((connection, None), hit, event.at_ms));
            }
            EventKind::Closed { .. } => drop(self.open.remove(&connection)),
            EventKind::Opened { .. } | EventKind::Failed { .. } | EventKind::Faults { .. } => {}
        }
    }

    /// How many exchanges or connections crossed the proxy in the control.
    pub(crate) fn control(&self) -> u64 {
        self.control
    }

    /// How many crossed it with the faults.
    pub(crate) fn faulted(&self) -> u64 {
        self.faulted
    }

    /// The evidence of a fault.
    pub(crate) fn evidence(&self, fault: &Fault, windows: Vec<Window>) -> FaultEvidence {
        let mut evidence = FaultEvidence::new(fault.kind(), fault.to_string());
        evidence.windows = windows;
        let Some(acts) = self.acts.get(fault.kind()) else {
            return evidence;
        };
        evidence.hit = acts.hit.len() as u64;
        // A connection that was open before may be hit without an event that called it eligible.
        evidence.eligible = acts.eligible.union(&acts.hit).count() as u64;
        evidence.first_hit_ms =
            acts.first_ms.map(|first| (first - self.switched_ms.unwrap_or(0.0)).max(0.0));
        if acts.asked_ms > 0.0 {
            let mean = acts.asked_ms / acts.chunks.max(1) as f64;
            evidence.asked_ms = Some(Asked { total: acts.asked_ms, mean });
        }
        if acts.measured_ms > 0.0 {
            let mean = acts.measured_ms / acts.released.max(1) as f64;
            let (total, max) = (acts.measured_ms, acts.longest_ms);
            evidence.measured_ms = Some(Measured { total, mean, max });
        }
        evidence
    }

    fn crossed(&mut self, began_ms: f64) {
        match self.switched_ms {
            Some(switched) if began_ms >= switched => self.faulted += 1,
            _ => self.control += 1,
        }
    }

    fn eligible(&mut self, unit: Unit, kinds: &[String]) {
        for kind in kinds {
            self.acts.entry(kind.clone()).or_default().eligible.insert(unit);
        }
    }

    fn hit(&mut self, unit: Unit, hit: &Hit, at_ms: f64) {
        if hit.count == 0 {
            return;
        }
        let acts = self.acts.entry(hit.fault.clone()).or_default();
        acts.hit.insert(unit);
        acts.chunks += hit.count;
        acts.released += hit.released;
        acts.asked_ms += hit.asked_ms;
        acts.measured_ms += hit.measured_ms;
        acts.longest_ms = acts.longest_ms.max(hit.measured_max_ms);
        acts.first_ms = Some(acts.first_ms.map_or(at_ms, |first| first.min(at_ms)));
    }
}

#[cfg(test)]
mod tests {
    use fault_proxy::{Direction, Side};
    use serde_json::json;

    use super::*;

    fn latency() -> Fault {
        Fault::from_value(&json!({ "type": "latency", "mean": 10 })).unwrap()
    }

    fn hit(count: u64) -> Hit {
        Hit {
            fault: "latency".into(),
            side: Side::Server,
            direction: Direction::Ingress,
            count,
            asked_ms: 10.0 * count as f64,
            measured_ms: 11.0 * count as f64,
            measured_max_ms: 12.0,
            released: count,
        }
    }

    fn exchange(number: u64, at_ms: f64, eligible: bool, hits: Vec<Hit>) -> Event {
        let eligible: Vec<&str> = if eligible { vec!["latency"] } else { Vec::new() };
        serde_json::from_value(json!({
            "at_ms": at_ms, "connection": 1, "event": "exchange", "number": number,
            "method": "GET", "target": "h:80", "path": "/", "elapsed_ms": 5.0, "forwarded": true,
            "complete": true, "eligible": eligible, "hits": hits,
        }))
        .unwrap()
    }

    fn stream(kind: EventKind, at_ms: f64) -> Event {
        Event { at_ms, connection: 7, kind }
    }

    #[test]
    fn an_exchange_belongs_to_the_phase_in_which_it_began() {
        let mut tally = Tally::default();
        tally.fold(&exchange(1, 90.0, false, vec![]));
        tally.switch(100.0, &[latency()]);
        tally.fold(&exchange(2, 103.0, false, vec![]));
        tally.fold(&exchange(3, 110.0, true, vec![hit(2)]));
        assert_eq!((tally.control(), tally.faulted()), (2, 1));
        let evidence = tally.evidence(&latency(), vec![]);
        assert_eq!((evidence.eligible, evidence.hit), (1, 1));
        assert_eq!(evidence.first_hit_ms, Some(5.0), "when the exchange began");
        assert_eq!(evidence.asked_ms, Some(Asked { total: 20.0, mean: 10.0 }));
        assert_eq!(evidence.measured_ms, Some(Measured { total: 22.0, mean: 11.0, max: 12.0 }));
    }

    #[test]
    fn a_connection_that_stays_open_is_eligible_and_counts_once() {
        let mut tally = Tally::default();
        let tunnel = EventKind::Tunnel { target: "h:80".into(), eligible: vec![] };
        tally.fold(&stream(tunnel, 50.0));
        tally.switch(100.0, &[latency()]);
        tally.fold(&stream(EventKind::Hits { hits: vec![hit(1)] }, 120.0));
        tally.fold(&stream(EventKind::Hits { hits: vec![hit(3)] }, 140.0));
        assert_eq!((tally.control(), tally.faulted()), (1, 1));
        let evidence = tally.evidence(&latency(), vec![]);
        assert_eq!((evidence.eligible, evidence.hit), (1, 1));
        assert_eq!(evidence.asked_ms.unwrap().total, 40.0);
    }

    #[test]
    fn a_fault_that_nothing_met_has_no_evidence() {
        let mut tally = Tally::default();
        tally.switch(0.0, &[latency()]);
        let evidence = tally.evidence(&latency(), vec![]);
        assert_eq!((evidence.eligible, evidence.hit, evidence.asked_ms), (0, 0, None));
    }
}
