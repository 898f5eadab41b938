//! What happened in a run, folded over its events.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::{self, Display, Formatter},
    time::Duration,
};

use fault_proxy::event::{Ending, Event, EventKind, Exchange, Hit};

/// How many different failures are told apart; the rest is only counted.
const FAILURES: usize = 20;

/// What happened in a run so far.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    connections: u64,
    open: u64,
    resets: u64,
    streams: u64,
    exchanges: u64,
    unanswered: u64,
    refused: u64,
    faults: BTreeMap<String, Effect>,
    /// The faults that each stream that is still open meets, and whether they have hit it.
    met: HashMap<u64, HashMap<String, bool>>,
    failures: BTreeMap<(String, String), u64>,
    other_failures: u64,
    elapsed: Duration,
    dropped: u64,
}

/// What a fault did.
#[derive(Debug, Default)]
struct Effect {
    /// Streams and exchanges it could have acted on.
    eligible: u64,
    /// Streams and exchanges it acted on.
    hit: u64,
    /// Chunks that it held, answers that it gave, resolutions that it failed.
    count: u64,
    asked_ms: f64,
    measured_ms: f64,
    longest_ms: f64,
    released: u64,
}

impl Summary {
    /// Takes an event in; answers the failure that it is the first of, if it is one.
    pub(crate) fn add<'a>(&mut self, event: &'a Event) -> Option<(&'a str, &'a str)> {
        match &event.kind {
            EventKind::Opened { .. } => {
                self.connections += 1;
                self.open += 1;
            }
            EventKind::Tunnel { eligible, .. } => {
                self.streams += 1;
                self.expect(eligible);
                let stream = self.met.entry(event.connection).or_default();
                stream.extend(eligible.iter().map(|fault| (fault.clone(), false)));
            }
            EventKind::Hits { hits } => self.add_stream_hits(event.connection, hits),
            EventKind::Exchange(exchange) => self.add_exchange(exchange),
            EventKind::Failed { code, message } => return self.add_failure(code, message),
            EventKind::Closed { how, .. } => {
                self.open = self.open.saturating_sub(1);
                self.resets += u64::from(*how == Ending::Reset);
                self.met.remove(&event.connection);
            }
            EventKind::Faults { .. } => {}
        }
        None
    }

    /// Closes the run: how long it was, and how many events were lost because they came too fast.
    pub(crate) fn close(&mut self, elapsed: Duration, dropped: u64) {
        self.elapsed = elapsed;
        self.dropped = dropped;
    }

    fn expect(&mut self, eligible: &[String]) {
        for fault in eligible {
            self.effect(fault).eligible += 1;
        }
    }

    fn effect(&mut self, fault: &str) -> &mut Effect {
        // A fault is named millions of times, and is new once.
        if !self.faults.contains_key(fault) {
            self.faults.insert(fault.to_owned(), Effect::default());
        }
        self.faults.get_mut(fault).expect("it was added a moment ago")
    }

    fn add_exchange(&mut self, exchange: &Exchange) {
        self.exchanges += 1;
        self.unanswered += u64::from(!exchange.complete);
        self.refused += u64::from(!exchange.forwarded && !exchange.hits.is_empty());
        self.expect(&exchange.eligible);
        let mut seen = HashSet::new();
        for hit in &exchange.hits {
            self.add_hit(hit, seen.insert(hit.label.as_str()));
        }
    }

    fn add_stream_hits(&mut self, connection: u64, hits: &[Hit]) {
        for hit in hits {
            let stream = self.met.entry(connection).or_default();
            let first = match stream.get_mut(&hit.label) {
                Some(hit) => !std::mem::replace(hit, true),
                None => {
                    // It began to act when the stream was open, or on what an exchange turned into.
                    stream.insert(hit.label.clone(), true);
                    self.effect(&hit.label).eligible += 1;
                    true
                }
            };
            self.add_hit(hit, first);
        }
    }

    fn add_hit(&mut self, hit: &Hit, first: bool) {
        let effect = self.effect(&hit.label);
        effect.hit += u64::from(first);
        effect.count += hit.count;
        effect.asked_ms += hit.asked_ms;
        effect.measured_ms += hit.measured_ms;
        effect.longest_ms = effect.longest_ms.max(hit.measured_max_ms);
        effect.released += hit.released;
    }

    fn add_failure<'a>(&mut self, code: &'a str, message: &'a str) -> Option<(&'a str, &'a str)> {
        let full = self.failures.len() >= FAILURES;
        let known = self.failures.get_mut(&(code.to_owned(), message.to_owned()));
        match known {
            Some(count) => *count += 1,
            None if full => self.other_failures += 1,
            None => {
                self.failures.insert((code.to_owned(), message.to_owned()), 1);
                return Some((code, message));
            }
        }
        None
    }

    /// The run so far in a few words.
    pub(crate) fn brief(&self) -> String {
        let mut words = format!("{} open, {} connections", self.open, self.connections);
        if self.exchanges > 0 {
            words += &format!(", {} exchanges", self.exchanges);
        }
        for (fault, effect) in &self.faults {
            words += &format!(", {fault} hit {} of {}", effect.hit, effect.eligible);
        }
        words
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "Summary of {:.1} s", self.elapsed.as_secs_f64())?;
        writeln!(
            f,
            "  connections: {} ({} reset); streams: {}; exchanges: {} ({} cut short, {} answered by a fault)",
            self.connections,
            self.resets,
            self.streams,
            self.exchanges,
            self.unanswered,
            self.refused
        )?;
        for (fault, effect) in &self.faults {
            writeln!(f, "  {fault}: {effect}")?;
        }
        if self.connections == 0 {
            writeln!(f, "  nothing came through the proxy")?;
        }
        for ((code, message), count) in &self.failures {
            writeln!(f, "  failed {count} x: {message} [{code}]")?;
        }
        if self.other_failures > 0 {
            writeln!(f, "  failed {} x in other ways", self.other_failures)?;
        }
        if self.dropped > 0 {
            writeln!(f, "  {} events came too fast and are not counted here", self.dropped)?;
        }
        Ok(())
    }
}

impl Display for Effect {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "hit {} of {} eligible", self.hit, self.eligible)?;
        if self.released > 0 {
            let (count, released) = (self.count as f64, self.released as f64);
            write!(
                f,
                "; chunks were held {:.1} ms on average (asked {:.1} ms), {:.1} ms at most",
                self.measured_ms / released,
                self.asked_ms / count,
                self.longest_ms
            )?;
        }
        if self.eligible > 0 && self.hit == 0 {
            f.write_str("; it never acted")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn folded(events: &[Value]) -> Summary {
        let mut summary = Summary::default();
        for event in events {
            let mut event = event.clone();
            event["at_ms"] = json!(1.0);
            summary.add(&serde_json::from_value(event).unwrap());
        }
        summary.close(Duration::from_secs(4), 0);
        summary
    }

    fn hit(count: u64, measured_ms: f64) -> Value {
        json!({
            "fault": "latency", "label": "latency", "side": "server", "direction": "ingress", "count": count,
            "asked_ms": 100.0 * count as f64, "measured_ms": measured_ms,
            "measured_max_ms": measured_ms, "released": count,
        })
    }

    #[test]
    fn two_faults_of_a_kind_are_told_apart() {
        let exchange = |label: &str| {
            let mut hit = hit(1, 101.0);
            hit["label"] = json!(label);
            json!({
                "connection": 1, "event": "exchange", "number": 1, "method": "GET", "target": "a:1",
                "path": "/", "elapsed_ms": 5.0, "forwarded": true, "complete": true,
                "eligible": ["latency", "latency#2"], "hits": [hit],
            })
        };
        let summary = folded(&[exchange("latency"), exchange("latency#2"), exchange("latency#2")]);
        let text = summary.to_string();
        assert!(text.contains("latency: hit 1 of 3 eligible"), "{text}");
        assert!(text.contains("latency#2: hit 2 of 3 eligible"), "{text}");
    }

    #[test]
    fn a_stream_that_is_hit_twice_counts_once_and_all_its_chunks_are_measured() {
        let summary = folded(&[
            json!({ "connection": 1, "event": "opened", "listener": "l", "client": "1.2.3.4:5" }),
            json!({ "connection": 1, "event": "tunnel", "target": "a:1", "eligible": ["latency"] }),
            json!({ "connection": 1, "event": "hits", "hits": [hit(1, 101.0)] }),
            json!({ "connection": 1, "event": "hits", "hits": [hit(1, 103.0)] }),
            json!({ "connection": 1, "event": "closed", "how": "ended" }),
        ]);
        let text = summary.to_string();
        assert!(
            text.contains("Summary of 4.0 s\n  connections: 1 (0 reset); streams: 1"),
            "{text}"
        );
        assert!(
            text.contains(
                "latency: hit 1 of 1 eligible; chunks were held 102.0 ms on average \
                 (asked 100.0 ms), 103.0 ms at most"
            ),
            "{text}"
        );
        assert!(summary.met.is_empty());
        assert_eq!(summary.brief(), "0 open, 1 connections, latency hit 1 of 1");
    }

    #[test]
    fn a_stream_that_is_hit_by_a_fault_that_began_later_was_eligible_for_it() {
        let text = folded(&[
            json!({ "connection": 1, "event": "tunnel", "target": "a:1", "eligible": [] }),
            json!({ "connection": 1, "event": "hits", "hits": [hit(1, 103.0)] }),
        ])
        .to_string();
        assert!(text.contains("latency: hit 1 of 1 eligible"), "{text}");
    }

    #[test]
    fn a_fault_that_could_act_and_did_not_is_called_out() {
        let text = folded(&[
            json!({ "connection": 1, "event": "tunnel", "target": "a:1", "eligible": ["dns"] }),
        ])
        .to_string();
        assert!(text.contains("dns: hit 0 of 1 eligible; it never acted"), "{text}");
    }

    #[test]
    fn the_first_failure_of_a_kind_is_handed_back_and_the_others_are_counted() {
        let failed = json!({
            "at_ms": 0.0, "connection": 1, "event": "failed", "code": "upstream_refused",
            "message": "a:1 refused",
        });
        let event: Event = serde_json::from_value(failed).unwrap();
        let mut summary = Summary::default();
        assert_eq!(summary.add(&event), Some(("upstream_refused", "a:1 refused")));
        assert_eq!(summary.add(&event), None);
        let text = summary.to_string();
        assert!(text.contains("failed 2 x: a:1 refused [upstream_refused]"), "{text}");
    }

    #[test]
    fn a_run_without_traffic_says_so() {
        let text = Summary::default().to_string();
        assert!(text.contains("nothing came through the proxy"), "{text}");
    }
}
