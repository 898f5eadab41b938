//! `--tail`: an event in a line.

use fault_proxy::event::{Ending, Event, EventKind, Exchange, Hit};

/// The line of an event.
pub(crate) fn line(event: &Event) -> String {
    let seconds = event.at_ms / 1000.0;
    let connection = match event.connection {
        0 => String::new(),
        number => format!("#{number}"),
    };
    format!("{seconds:>9.3}s {connection:>6}  {}\n", what(&event.kind))
}

fn what(kind: &EventKind) -> String {
    match kind {
        EventKind::Opened { listener, client } => format!("opened by {client} at {listener}"),
        EventKind::Tunnel { target, eligible } => {
            format!("stream to {target}{}", meets(eligible))
        }
        EventKind::Hits { hits } => hit_by(hits),
        EventKind::Exchange(exchange) => exchanged(exchange),
        EventKind::Failed { code, message } => format!("failed: {message} [{code}]"),
        EventKind::Closed { received, sent, how } => closed(*received, *sent, *how),
        EventKind::Faults { active } if active.is_empty() => "no fault acts now".to_owned(),
        EventKind::Faults { active } => format!("acting now: {}", active.join("; ")),
    }
}

fn meets(eligible: &[String]) -> String {
    if eligible.is_empty() {
        ", unaltered".to_owned()
    } else {
        format!(", meets {}", eligible.join(", "))
    }
}

fn exchanged(exchange: &Exchange) -> String {
    let Exchange { method, target, path, elapsed_ms, .. } = exchange;
    let status = exchange.status.map_or("cut off".to_owned(), |status| status.to_string());
    let cut = if exchange.complete || exchange.status.is_none() { "" } else { ", cut short" };
    let hits = match exchange.hits.as_slice() {
        [] => String::new(),
        hits => format!("; {}", hit_by(hits)),
    };
    format!("{method} {target}{path} {status} in {elapsed_ms:.1} ms{cut}{hits}")
}

fn hit_by(hits: &[Hit]) -> String {
    let words: Vec<_> = hits.iter().map(hit).collect();
    format!("hit by {}", words.join(", "))
}

fn hit(hit: &Hit) -> String {
    let Hit { label: fault, count, released, .. } = hit;
    if *released == 0 {
        return if *count > 1 { format!("{fault} x{count}") } else { fault.clone() };
    }
    let (asked, measured) =
        (hit.asked_ms / (*count).max(1) as f64, hit.measured_ms / *released as f64);
    let chunks = if *released == 1 { "1 chunk".to_owned() } else { format!("{released} chunks") };
    format!("{fault} ({chunks} held {measured:.1} ms on average, {asked:.1} ms asked)")
}

fn closed(received: Option<u64>, sent: Option<u64>, how: Ending) -> String {
    let how = match how {
        Ending::Ended => "closed",
        Ending::Reset => "reset",
    };
    match (received, sent) {
        (Some(received), Some(sent)) => {
            format!("{how} after {received} bytes from and {sent} bytes to the client")
        }
        _ => how.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(event: Value, written: &str) {
        let event: Event = serde_json::from_value(event).unwrap();
        assert_eq!(line(&event), written);
    }

    #[test]
    fn an_exchange_is_a_line_with_what_hit_it() {
        check(
            json!({
                "at_ms": 1234.5, "connection": 3, "event": "exchange", "number": 1,
                "method": "GET", "target": "a.example:80", "path": "/x", "status": 200,
                "elapsed_ms": 312.44, "forwarded": true, "complete": true,
                "eligible": ["latency"],
                "hits": [{
                    "fault": "latency", "label": "latency", "side": "server",
                    "direction": "ingress", "count": 2, "asked_ms": 300.0,
                    "measured_ms": 300.4, "measured_max_ms": 150.3, "released": 2,
                }],
            }),
            "    1.234s     #3  GET a.example:80/x 200 in 312.4 ms; \
             hit by latency (2 chunks held 150.2 ms on average, 150.0 ms asked)\n",
        );
    }

    #[test]
    fn a_stream_is_told_from_its_start_to_its_end() {
        check(
            json!({ "at_ms": 1.0, "connection": 12, "event": "tunnel", "target": "db:5432",
                    "eligible": [] }),
            "    0.001s    #12  stream to db:5432, unaltered\n",
        );
        check(
            json!({ "at_ms": 2.0, "connection": 12, "event": "closed", "received": 5, "sent": 7,
                    "how": "reset" }),
            "    0.002s    #12  reset after 5 bytes from and 7 bytes to the client\n",
        );
    }

    #[test]
    fn a_change_of_faults_belongs_to_no_connection() {
        check(
            json!({ "at_ms": 0.0, "connection": 0, "event": "faults", "active": [] }),
            "    0.000s         no fault acts now\n",
        );
    }
}
