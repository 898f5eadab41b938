//! The report of an impact scenario.

use crate::report::markdown::{block, code, plain, table};
use crate::report::{overview, text, trust};
use crate::result::ImpactResult;

/// The report as Markdown.
pub(super) fn render(result: &ImpactResult) -> String {
    let sections = [
        heading(result),
        overview::call(&result.call),
        strategy(result),
        faults(result),
        figures(result),
        table(&overview::objectives(&result.faulted.slos)),
        verdict(result),
        comparison(result),
        evidence(result),
        repeat(result),
    ];
    let mut report = sections.join("\n\n");
    report.push_str("\n\n---\n");
    report
}

fn heading(result: &ImpactResult) -> String {
    let ImpactResult { call, title, verdict, .. } = result;
    format!(
        "# Scenarios Report\n\nStart: {}\n\nEnd: {}\n\n## Scenario: {}  (items: 1)\n\n### 🎯 {} {} | {}",
        overview::time(result.started),
        overview::time(result.ended),
        plain(title),
        code(&call.method),
        plain(&call.url),
        trust::word(*verdict),
    )
}

fn strategy(result: &ImpactResult) -> String {
    let load = &result.load;
    let duration = text::duration(load.duration);
    format!("**Strategy**: load for {duration} with {} clients @ {} RPS", load.clients, load.rps)
}

fn faults(result: &ImpactResult) -> String {
    match result.faults.as_slice() {
        [] => "**Faults Applied**: -".to_owned(),
        faults => format!("**Faults Applied**:\n\n{}", table(&overview::faults(faults))),
    }
}

fn figures(result: &ImpactResult) -> String {
    let summary = &result.faulted.summary;
    let figures = table(&overview::figures(summary, 0, summary.duration_ms));
    let percentiles = overview::percentiles(summary).as_ref().map(table);
    let percentiles = percentiles.unwrap_or_else(|| overview::NO_PERCENTILES.to_owned());
    format!("**Run Overview**:\n\n{figures}\n\n{percentiles}")
}

fn verdict(result: &ImpactResult) -> String {
    let passed = "every objective is met, and each fault was there";
    let mut lines = trust::verdict(result.verdict, &result.reasons, passed);
    if !result.next_steps.is_empty() {
        lines.push_str("\n\n**Next Steps**:\n");
        for step in &result.next_steps {
            lines.push_str(&format!("\n- {}", plain(step)));
        }
    }
    lines
}

fn comparison(result: &ImpactResult) -> String {
    let sides = trust::comparison(Some(&result.control), &result.faulted);
    format!("**Control** (the same calls without faults):\n\n{}", table(&sides))
}

fn evidence(result: &ImpactResult) -> String {
    let crossed = format!("**Evidence**: {}", trust::crossed(result.faulted.crossed));
    match result.faults.as_slice() {
        [] => crossed,
        faults => format!("{crossed}\n\n{}", table(&trust::evidence(faults))),
    }
}

fn repeat(result: &ImpactResult) -> String {
    let mut text = format!(
        "**Repeat**: seed {}, fault {}\n\n{}",
        plain(&result.seed),
        plain(&result.versions.fault),
        block("sh", &result.repeat.command),
    );
    for listener in &result.listeners {
        let (name, address) = (plain(&listener.name), plain(&listener.address));
        text.push_str(&format!("\n\nListener: {name} on {address}"));
    }
    text
}
