//! What shows that a report can be trusted: the verdict's reasons, the control, the evidence.

use crate::evidence::{FaultEvidence, Phase};
use crate::finding::Finding;
use crate::report::markdown::plain;
use crate::report::tables::Table;
use crate::report::text;
use crate::summary::{Latency, Summary};
use crate::verdict::Verdict;

/// The verdict as a word of the report.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "Passed",
        Verdict::Failed => "Failed",
        Verdict::Inconclusive => "Inconclusive",
    }
}

/// The verdict and its reasons, as Markdown; `passed` is what is said where there are none.
pub(super) fn verdict(verdict: Verdict, reasons: &[Finding], passed: &str) -> String {
    match reasons.is_empty() {
        true => format!("**Verdict**: {}; {passed}.", word(verdict)),
        false => format!("**Verdict**: {}\n{}", word(verdict), findings(reasons)),
    }
}

/// Findings as the points of a list, each with its code and what to do about it, as Markdown.
pub(super) fn findings(found: &[Finding]) -> String {
    let mut lines = String::new();
    for (at, finding) in found.iter().enumerate() {
        let message = plain(&finding.message);
        lines.push_str(&format!("\n- {message} (`{}`)", finding.code.as_str()));
        if hint_follows(found, at) {
            lines.push_str(&format!("\n    - hint: {}", plain(&finding.hint)));
        }
    }
    lines
}

/// Whether the hint of a finding follows it: those of one sort share a hint, which stands below the last of them.
pub(super) fn hint_follows(found: &[Finding], at: usize) -> bool {
    let hint = |at: usize| found.get(at).map(|finding| &finding.hint);
    hint(at).is_some_and(|hint| !hint.is_empty()) && hint(at) != hint(at + 1)
}

/// The calls without faults next to those with them.
pub(super) fn comparison(control: Option<&Phase>, faulted: &Phase) -> Table {
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
    let control = control.map(|control| side("without faults", &control.summary));
    Table::new(head, control.into_iter().chain([side("with faults", &faulted.summary)]))
}

fn side(name: &str, summary: &Summary) -> [String; 8] {
    let at = |value: fn(&Latency) -> f64| text::number(summary.latency.as_ref().map(value));
    [
        name.to_owned(),
        summary.requests.to_string(),
        text::share(summary.errors, summary.requests),
        at(|latency| latency.p50),
        at(|latency| latency.p95),
        at(|latency| latency.p99),
        summary.not_sent.to_string(),
        counts(summary, " "),
    ]
}

/// How many calls ended in which way: `timed_out 3, 200 97`, with what stands `between` a way and its count.
fn counts(summary: &Summary, between: &str) -> String {
    let all = summary.errors_by_kind.iter().chain(&summary.statuses);
    let counts: Vec<String> = all.map(|(name, count)| format!("{name}{between}{count}")).collect();
    if counts.is_empty() { "-".to_owned() } else { counts.join(", ") }
}

/// A phase in a few words: `1 call (200 × 1), 12.30 ms`.
pub(super) fn in_short(summary: &Summary) -> String {
    let time = summary.latency.as_ref().map_or_else(String::new, |latency| match latency.samples {
        1 => format!(", {:.2} ms", latency.max),
        _ => format!(", p95 {:.2} ms", latency.p95),
    });
    format!(
        "{} ({}){time}",
        text::counted(summary.requests, "call", "calls"),
        counts(summary, " × ")
    )
}

/// How much crossed the proxy, in words.
pub(super) fn crossed(crossed: u64) -> String {
    format!("{crossed} connections or exchanges crossed the proxy while the faults were on.")
}

/// How often each fault could act, and did.
pub(super) fn evidence(faults: &[FaultEvidence]) -> Table {
    let head = [
        "Fault",
        "Eligible",
        "Hit",
        "Asked, mean (ms)",
        "Measured, mean (ms)",
        "Measured, max (ms)",
        "First hit (ms)",
    ];
    Table::new(head, faults.iter().map(fault))
}

fn fault(fault: &FaultEvidence) -> [String; 7] {
    [
        fault.kind.clone(),
        fault.eligible.to_string(),
        text::share(fault.hit, fault.eligible.max(fault.hit)),
        text::number(fault.asked_ms.map(|asked| asked.mean)),
        text::number(fault.measured_ms.map(|measured| measured.mean)),
        text::number(fault.measured_ms.map(|measured| measured.max)),
        text::number(fault.first_hit_ms),
    ]
}

/// The same in a few words: `latency hit 1 of 1, 80.20 ms each`.
pub(super) fn evidence_in_short(faults: &[FaultEvidence]) -> String {
    let fault = |fault: &FaultEvidence| {
        let delay = fault.measured_ms.map(|measured| format!(", {:.2} ms each", measured.mean));
        let eligible = fault.eligible.max(fault.hit);
        format!("{} hit {} of {eligible}{}", fault.kind, fault.hit, delay.unwrap_or_default())
    };
    let faults: Vec<String> = faults.iter().map(fault).collect();
    if faults.is_empty() { "no fault".to_owned() } else { faults.join("; ") }
}
