//! Answers to further questions in words: what the slow calls met, retries, recovery, how much is borne.

use crate::report::tables::Table;
use crate::report::{overview, text};
use crate::results::{Attempts, Attribution, Dose, RecoveryResult, RetryResult, SearchResult};

/// Attempts that differ by less than this part are alike.
const ALIKE: f64 = 0.05;

/// Which faults the calls met that fell short.
pub(super) fn attribution(found: &Attribution) -> String {
    let Attribution { fell_short, hit, by_fault, joined_by, .. } = found;
    let calls = text::counted(*fell_short, "call", "calls");
    if *fell_short == 0 {
        return "No call fell short.".to_owned();
    }
    let missed = match fell_short.saturating_sub(*hit) {
        0 => String::new(),
        1 => "; 1 was not".to_owned(),
        missed => format!("; {missed} were not"),
    };
    let faults = match by_fault.iter().next() {
        Some((fault, count)) if by_fault.len() == 1 && count == hit => fault.clone(),
        Some(_) => {
            let each: Vec<String> =
                by_fault.iter().map(|(fault, count)| format!("{fault} {count}")).collect();
            format!("a fault ({})", each.join(", "))
        }
        None => "a fault".to_owned(),
    };
    let verb = if *hit == 1 { "was" } else { "were" };
    let how = match joined_by.as_str() {
        "time" => {
            " A fault counts as met when it acted while the call was under way, which it may have done for \
                   another call."
        }
        _ => "",
    };
    let short = if found.of_expectation {
        "that fell short"
    } else {
        "that failed or took longer than any without faults"
    };
    format!("{hit} of {calls} {short} {verb} hit by {faults}{missed}.{how}")
}

/// The calls that fell short, and that no fault hit.
pub(super) fn unattributed(found: &Attribution) -> Option<Table> {
    let head = ["Call", "Due (ms)", "Took (ms)", "Outcome"];
    let rows = found.unattributed.iter().map(|call| {
        let times = [call.at_ms, call.total_ms].map(|time| format!("{time:.2}"));
        let [at, total] = times;
        [call.number.to_string(), at, total, call.outcome.clone()]
    });
    (!found.unattributed.is_empty()).then(|| Table::new(head, rows))
}

/// How often the application called its upstreams for each call.
pub(super) fn retries(found: &RetryResult) -> String {
    let mut words = format!("With faults, {}", attempts(&found.faulted));
    if let Some(control) = &found.control {
        words.push_str(&format!("; without, {}", attempts(control)));
    }
    words.push('.');
    if let Some(times) = found.amplification.filter(|times| (times - 1.0).abs() > ALIKE) {
        words.push_str(&format!(" The faults multiplied the attempts by {}.", text::figure(times)));
    }
    if !found.backoff_ms.is_empty() {
        let waits: Vec<String> = found.backoff_ms.iter().map(|wait| text::figure(*wait)).collect();
        let shape = found.backoff.as_ref().map(|shape| format!(" ({shape})"));
        let shape = shape.unwrap_or_default();
        words.push_str(&format!(" Waits between attempts: {} ms{shape}.", text::listed(&waits)));
    }
    words
}

fn attempts(found: &Attempts) -> String {
    let most = found.most.map(|most| format!(", at most {most} for one"));
    format!(
        "{} at upstreams for {}, {} for each call{}",
        text::counted(found.attempts, "attempt", "attempts"),
        text::counted(found.calls, "call", "calls"),
        text::figure(found.per_call),
        most.unwrap_or_default(),
    )
}

/// How it went on after the faults were lifted.
pub(super) fn recovery(found: &RecoveryResult) -> String {
    let level = text::figure(found.level_ms);
    let outcome = match found.recovered_ms {
        Some(after) => format!(
            "Back for good {} after the faults were lifted, with a p95 of at most {level} ms.",
            text::words(after)
        ),
        None => format!(
            "Not back within the {} after the faults were lifted: the p95 had to be at most {level} ms.",
            text::words(found.watched_ms)
        ),
    };
    let wanted =
        found.within_ms.map(|within| format!(" It had to be within {}.", text::words(within)));
    let errors = format!(" {} of {} calls after them failed.", found.errors, found.requests);
    format!("{outcome}{}{errors}", wanted.unwrap_or_default())
}

/// The largest fault that is borne.
pub(super) fn search(found: &SearchResult) -> String {
    let parameter = format!("`{}`", found.parameter);
    let value = |value: f64| quantity(value, &found.unit);
    let outcome = match (found.largest, found.least_missed) {
        (Some(met), Some(missed)) => format!(
            "The objectives hold up to a {parameter} of {}, and are missed from {} on.",
            value(met),
            value(missed)
        ),
        (Some(met), None) => {
            format!(
                "The objectives hold up to the largest {parameter} that was tried, {}.",
                value(met)
            )
        }
        (None, Some(missed)) => {
            format!(
                "The objectives are missed at the least {parameter} that was tried, {}.",
                value(missed)
            )
        }
        (None, None) => format!("No {parameter} that was tried shows anything."),
    };
    let interval = found.interval.map(|[from, to]| {
        format!(
            " The limit lies between {} and {} with a confidence of 95 %.",
            value(from),
            value(to)
        )
    });
    format!("{outcome}{}", interval.unwrap_or_default())
}

/// A value with its unit.
pub(super) fn quantity(value: f64, unit: &str) -> String {
    let value = text::figure(value);
    if unit.is_empty() { value } else { format!("{value} {unit}") }
}

/// Each value of a search and what it did.
pub(super) fn doses(found: &SearchResult) -> Table {
    let head = [
        "Value",
        "Pass?",
        "Num. Requests",
        "Over Threshold",
        "Allowed",
        "Num. Errors",
        "p50 (ms)",
        "p95 (ms)",
        "Hit",
    ];
    let row = |dose: &Dose| {
        [
            quantity(dose.value, &found.unit),
            overview::sign(dose.pass).to_owned(),
            dose.requests.to_string(),
            text::share(dose.over, dose.requests),
            format!("{}%", text::figure(dose.allowed_percent)),
            format!("{}%", text::figure(dose.errors_percent)),
            text::number(dose.p50_ms),
            text::number(dose.p95_ms),
            dose.hits.to_string(),
        ]
    };
    Table::new(head, found.doses.iter().map(row))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn hit(fell_short: u64, hit: u64, by: &[(&str, u64)]) -> String {
        let by_fault: BTreeMap<String, u64> =
            by.iter().map(|(fault, count)| ((*fault).to_owned(), *count)).collect();
        let of_expectation = true;
        let found =
            Attribution { fell_short, hit, by_fault, of_expectation, ..Attribution::default() };
        attribution(&found)
    }

    #[test]
    fn calls_that_fell_short_are_told_by_the_fault_that_they_met() {
        assert_eq!(
            hit(43, 41, &[("latency", 41)]),
            "41 of 43 calls that fell short were hit by latency; 2 were not."
        );
        assert_eq!(
            hit(5, 5, &[("blackhole", 2), ("latency", 4)]),
            "5 of 5 calls that fell short were hit by a fault (blackhole 2, latency 4)."
        );
        assert_eq!(hit(1, 0, &[]), "0 of 1 call that fell short were hit by a fault; 1 was not.");
        assert_eq!(hit(0, 0, &[]), "No call fell short.");
        let by_time = attribution(&Attribution {
            of_expectation: true,
            fell_short: 1,
            hit: 1,
            joined_by: "time".into(),
            ..Attribution::default()
        });
        assert!(by_time.contains("may have done for another call"), "{by_time}");
    }

    #[test]
    fn a_search_says_what_is_borne_and_how_sure_that_is() {
        let search = |largest, least_missed, interval| {
            search(&SearchResult {
                parameter: "latency.mean".into(),
                unit: "ms".into(),
                largest,
                least_missed,
                interval,
                doses: Vec::new(),
            })
        };
        assert_eq!(
            search(Some(180.0), Some(190.0), Some([172.5, 204.0])),
            "The objectives hold up to a `latency.mean` of 180 ms, and are missed from 190 ms on. The limit lies \
             between 172.5 ms and 204 ms with a confidence of 95 %."
        );
        assert!(search(Some(400.0), None, None).ends_with("that was tried, 400 ms."));
        assert!(
            search(None, Some(10.0), None).starts_with("The objectives are missed at the least")
        );
        assert!(search(None, None, None).contains("shows anything"));
    }

    #[test]
    fn a_recovery_is_told_with_its_time_or_with_how_long_was_waited() {
        let found = RecoveryResult {
            watched_ms: 10_000.0,
            recovered_ms: Some(2400.0),
            level_ms: 45.0,
            within_ms: Some(3000.0),
            errors: 3,
            requests: 200,
        };
        assert_eq!(
            recovery(&found),
            "Back for good 2 seconds and 400 ms after the faults were lifted, with a p95 of at most 45 ms. It had to be within 3 seconds. 3 of 200 calls after them failed."
        );
        let never = recovery(&RecoveryResult { recovered_ms: None, within_ms: None, ..found });
        assert!(never.starts_with("Not back within the 10 seconds"), "{never}");
    }
}
