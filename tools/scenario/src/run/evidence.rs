//! How often each fault could act, how often it did, and by how much: counted phase by phase as events come.

use std::collections::{BTreeMap, BTreeSet};

use fault_proxy::{Fault, Hit};

use super::phase::Name;
use super::witness::Place;
use crate::evidence::{Asked, FaultEvidence, Measured, Window};

/// What was counted in each phase.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    phases: Vec<Page>,
}

/// What was counted in one phase.
#[derive(Debug, Default)]
struct Page {
    name: Name,
    from_ms: f64,
    labels: Vec<String>,
    crossed: u64,
    acts: BTreeMap<String, Acts>,
}

/// What one fault did in one phase.
#[derive(Debug, Default)]
struct Acts {
    eligible: u64,
    exchanges: u64,
    /// Streams that were hit; each counts once, however long it stays open.
    streams: BTreeSet<(Place, u64)>,
    chunks: u64,
    released: u64,
    asked_ms: f64,
    measured_ms: f64,
    longest_ms: f64,
    first_ms: Option<f64>,
}

impl Ledger {
    /// A phase begins, in which the faults have these labels.
    pub(super) fn begin(&mut self, name: Name, from_ms: f64, labels: Vec<String>) {
        self.phases.push(Page { name, from_ms, labels, ..Page::default() });
    }

    /// Something crossed a proxy; it belongs to the phase in which it began.
    pub(super) fn crossed(&mut self, began_ms: f64) {
        if let Some(page) = self.page(began_ms) {
            page.crossed += 1;
        }
    }

    /// These faults could act on what began then.
    pub(super) fn eligible(&mut self, began_ms: f64, labels: &[String]) {
        let Some(page) = self.page(began_ms) else { return };
        for label in labels {
            page.acts.entry(label.clone()).or_default().eligible += 1;
        }
    }

    /// Faults acted on an exchange.
    pub(super) fn hits(&mut self, began_ms: f64, ended_ms: f64, hits: &[Hit]) {
        let Some(page) = self.page(began_ms) else { return };
        let mut labels = BTreeSet::new();
        for hit in hits.iter().filter(|hit| hit.count > 0) {
            let acts = page.acts.entry(hit.label.clone()).or_default();
            // A fault that acts on both ways of an exchange still hits it once.
            acts.exchanges += u64::from(labels.insert(&hit.label));
            acts.add(hit, ended_ms);
        }
    }

    /// Faults acted on a stream.
    pub(super) fn stream_hits(&mut self, stream: (Place, u64), now_ms: f64, hits: &[Hit]) {
        let Some(page) = self.page(now_ms) else { return };
        for hit in hits.iter().filter(|hit| hit.count > 0) {
            let acts = page.acts.entry(hit.label.clone()).or_default();
            acts.streams.insert(stream);
            acts.add(hit, now_ms);
        }
    }

    /// How much crossed the proxies in the phases of this name.
    pub(super) fn crossed_in(&self, name: Name) -> u64 {
        self.named(name).map(|page| page.crossed).sum()
    }

    /// How often the fault of this label acted in the last phase of this name.
    pub(super) fn hits_in_last(&self, name: Name) -> u64 {
        let last = self.named(name).last();
        last.map_or(0, |page| page.acts.values().map(Acts::hit).sum())
    }

    /// The evidence of a test's faults, all phases with faults taken together.
    pub(super) fn evidence(&self, faults: &[Fault], windows: &[Vec<Window>]) -> Vec<FaultEvidence> {
        faults
            .iter()
            .enumerate()
            .map(|(index, fault)| {
                let mut evidence = FaultEvidence::new(fault.kind(), fault.to_string());
                evidence.windows = windows.get(index).cloned().unwrap_or_default();
                self.fill(&mut evidence, index);
                evidence
            })
            .collect()
    }

    fn fill(&self, evidence: &mut FaultEvidence, index: usize) {
        let mut all = Acts::default();
        let start = self.named(Name::Faulted).next().map_or(0.0, |page| page.from_ms);
        for page in self.named(Name::Faulted) {
            let Some(label) = page.labels.get(index) else { continue };
            evidence.label.clone_from(label);
            if let Some(acts) = page.acts.get(label) {
                all.merge(acts);
            }
        }
        evidence.hit = all.hit();
        // A stream that was open before may be hit without an event that called it eligible.
        evidence.eligible = all.eligible.max(evidence.hit);
        evidence.first_hit_ms = all.first_ms.map(|first| (first - start).max(0.0));
        if all.asked_ms > 0.0 {
            let mean = all.asked_ms / all.chunks.max(1) as f64;
            evidence.asked_ms = Some(Asked { total: all.asked_ms, mean });
        }
        if all.measured_ms > 0.0 {
            let mean = all.measured_ms / all.released.max(1) as f64;
            let (total, max) = (all.measured_ms, all.longest_ms);
            evidence.measured_ms = Some(Measured { total, mean, max });
        }
    }

    fn named(&self, name: Name) -> impl Iterator<Item = &Page> {
        self.phases.iter().filter(move |page| page.name == name)
    }

    /// The phase of a moment.
    fn page(&mut self, at_ms: f64) -> Option<&mut Page> {
        self.phases.iter_mut().rev().find(|page| page.from_ms <= at_ms)
    }
}

impl Acts {
    fn hit(&self) -> u64 {
        self.exchanges + self.streams.len() as u64
    }

    fn add(&mut self, hit: &Hit, at_ms: f64) {
        self.chunks += hit.count;
        self.released += hit.released;
        self.asked_ms += hit.asked_ms;
        self.measured_ms += hit.measured_ms;
        self.longest_ms = self.longest_ms.max(hit.measured_max_ms);
        self.first_ms = Some(self.first_ms.map_or(at_ms, |first| first.min(at_ms)));
    }

    fn merge(&mut self, other: &Self) {
        self.eligible += other.eligible;
        self.exchanges += other.exchanges;
        self.streams.extend(&other.streams);
        self.chunks += other.chunks;
        self.released += other.released;
        self.asked_ms += other.asked_ms;
        self.measured_ms += other.measured_ms;
        self.longest_ms = self.longest_ms.max(other.longest_ms);
        let first = [self.first_ms, other.first_ms].into_iter().flatten();
        self.first_ms = first.reduce(f64::min);
    }
}

/// What each fault of a list is told by: its name, else its type, with a number where another had that before it.
pub(super) fn labels(faults: &[Fault]) -> Vec<String> {
    fault_proxy::fault::labels(faults)
}

#[cfg(test)]
mod tests {
    use fault_proxy::{Direction, Side};
    use serde_json::json;

    use super::*;

    fn latency() -> Vec<Fault> {
        vec![Fault::from_value(&json!({ "type": "latency", "mean": 10 })).unwrap()]
    }

    fn hit(count: u64) -> Hit {
        Hit {
            fault: "latency".into(),
            label: "latency".into(),
            side: Side::Server,
            direction: Direction::Ingress,
            count,
            asked_ms: 10.0 * count as f64,
            measured_ms: 11.0 * count as f64,
            measured_max_ms: 12.0,
            released: count,
        }
    }

    /// A control, and calls with a latency from 100 ms on.
    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.begin(Name::Control, 0.0, Vec::new());
        ledger.begin(Name::Faulted, 100.0, labels(&latency()));
        ledger
    }

    fn exchange(ledger: &mut Ledger, began_ms: f64, hits: &[Hit]) {
        ledger.crossed(began_ms);
        ledger.eligible(began_ms, &["latency".to_owned()]);
        ledger.hits(began_ms, began_ms + 5.0, hits);
    }

    #[test]
    fn an_exchange_belongs_to_the_phase_in_which_it_began() {
        let mut ledger = ledger();
        exchange(&mut ledger, 98.0, &[]);
        exchange(&mut ledger, 105.0, &[hit(2)]);
        assert_eq!((ledger.crossed_in(Name::Control), ledger.crossed_in(Name::Faulted)), (1, 1));
        let evidence = ledger.evidence(&latency(), &[]).remove(0);
        assert_eq!((evidence.eligible, evidence.hit, evidence.first_hit_ms), (1, 1, Some(10.0)));
        assert_eq!(evidence.asked_ms, Some(Asked { total: 20.0, mean: 10.0 }));
        assert_eq!(evidence.measured_ms, Some(Measured { total: 22.0, mean: 11.0, max: 12.0 }));
    }

    #[test]
    fn a_stream_counts_once_however_many_phases_it_is_hit_in() {
        let mut ledger = ledger();
        let stream = (Place::Stage, 7);
        ledger.stream_hits(stream, 110.0, &[hit(1)]);
        ledger.begin(Name::Faulted, 200.0, labels(&latency()));
        ledger.stream_hits(stream, 210.0, &[hit(3)]);
        ledger.stream_hits((Place::Entrance, 7), 220.0, &[hit(1)]);
        let evidence = ledger.evidence(&latency(), &[]).remove(0);
        assert_eq!((evidence.eligible, evidence.hit), (2, 2));
        assert_eq!(evidence.asked_ms.unwrap().total, 50.0);
    }

    #[test]
    fn a_fault_that_nothing_met_has_no_evidence() {
        let evidence = ledger().evidence(&latency(), &[]).remove(0);
        assert_eq!((evidence.eligible, evidence.hit, evidence.asked_ms), (0, 0, None));
    }
}
