//! What shows that the report can be trusted: the verdict's reasons, the control, the evidence, the command.

use crate::evidence::{FaultEvidence, Phase};
use crate::report::{text, word};
use crate::result::ImpactResult;
use crate::summary::{Latency, Summary};

pub(super) fn verdict(result: &ImpactResult) -> String {
    let mut lines = format!("**Verdict**: {}", word(result.verdict));
    if result.reasons.is_empty() {
        lines.push_str("; every objective is met, and each fault was there.");
    } else {
        lines.push('\n');
    }
    for (at, reason) in result.reasons.iter().enumerate() {
        let message = text::plain(&reason.message);
        lines.push_str(&format!("\n- {message} (`{}`)", reason.code.as_str()));
        // Reasons of one sort share a hint, which stands below the last of them.
        if result.reasons.get(at + 1).is_none_or(|next| next.hint != reason.hint) {
            lines.push_str(&format!("\n    - hint: {}", text::plain(&reason.hint)));
        }
    }
    if !result.next_steps.is_empty() {
        lines.push_str("\n\n**Next Steps**:\n");
        for step in &result.next_steps {
            lines.push_str(&format!("\n- {}", text::plain(step)));
        }
    }
    lines
}

pub(super) fn comparison(result: &ImpactResult) -> String {
    let head = [
        "Run",
        "Num. Requests",
        "Num. Errors",
        "p50 (ms)",
        "p95 (ms)",
        "p99 (ms)",
        "Not Sent",
        "Errors And Statuses",
    ];
    let rows = [("without faults", &result.control), ("with faults", &result.faulted)].map(side);
    format!("**Control** (the same calls without faults):\n\n{}", text::table(head, &rows))
}

fn side((name, phase): (&str, &Phase)) -> [String; 8] {
    let summary = &phase.summary;
    let at = |value: fn(&Latency) -> f64| text::number(summary.latency.as_ref().map(value));
    [
        name.to_owned(),
        summary.requests.to_string(),
        text::share(summary.errors, summary.requests),
        at(|latency| latency.p50),
        at(|latency| latency.p95),
        at(|latency| latency.p99),
        summary.not_sent.to_string(),
        counts(summary),
    ]
}

/// How many calls ended in which way: `timed_out 3, 200 97`.
fn counts(summary: &Summary) -> String {
    let all = summary.errors_by_kind.iter().chain(&summary.statuses);
    let counts: Vec<String> =
        all.map(|(name, count)| format!("{} {count}", text::plain(name))).collect();
    if counts.is_empty() { "-".to_owned() } else { counts.join(", ") }
}

pub(super) fn evidence(result: &ImpactResult) -> String {
    let crossed = format!(
        "**Evidence**: {} connections or exchanges crossed the proxy while the faults were on.",
        result.faulted.crossed
    );
    if result.faults.is_empty() {
        return crossed;
    }
    let head = [
        "Fault",
        "Eligible",
        "Hit",
        "Asked, mean (ms)",
        "Measured, mean (ms)",
        "Measured, max (ms)",
        "First hit (ms)",
    ];
    let rows: Vec<_> = result.faults.iter().map(fault).collect();
    format!("{crossed}\n\n{}", text::table(head, &rows))
}

fn fault(fault: &FaultEvidence) -> [String; 7] {
    [
        text::plain(&fault.kind),
        fault.eligible.to_string(),
        text::share(fault.hit, fault.eligible.max(fault.hit)),
        text::number(fault.asked_ms.map(|asked| asked.mean)),
        text::number(fault.measured_ms.map(|measured| measured.mean)),
        text::number(fault.measured_ms.map(|measured| measured.max)),
        text::number(fault.first_hit_ms),
    ]
}

pub(super) fn repeat(result: &ImpactResult) -> String {
    let mut text = format!(
        "**Repeat**: seed {}, fault {}\n\n{}",
        text::plain(&result.seed),
        text::plain(&result.versions.fault),
        text::block("sh", &result.repeat.command),
    );
    for listener in &result.listeners {
        let (name, address) = (text::plain(&listener.name), text::plain(&listener.address));
        text.push_str(&format!("\n\nListener: {name} on {address}"));
    }
    text
}
