//! The documented part of the report: what was called, how, under which faults, and how it went.

use jiff::Timestamp;

use crate::evidence::{FaultEvidence, Window};
use crate::recording::nearest_rank;
use crate::report::{text, word};
use crate::result::ImpactResult;
use crate::slo::{Pass, SloResult, SloType};

/// How many cells a timeline has.
const CELLS: u32 = 10;

pub(super) fn heading(result: &ImpactResult) -> String {
    let ImpactResult { call, title, verdict, .. } = result;
    format!(
        "# Scenarios Report\n\nStart: {}\n\nEnd: {}\n\n## Scenario: {}  (items: 1)\n\n### 🎯 {} {} | {}",
        time(result.started),
        time(result.ended),
        text::plain(title),
        text::code(&call.method),
        text::plain(&call.url),
        word(*verdict),
    )
}

fn time(time: Timestamp) -> String {
    format!("{} UTC", time.strftime("%Y-%m-%d %H:%M:%S%.9f"))
}

pub(super) fn call(result: &ImpactResult) -> String {
    let call = &result.call;
    let headers = match call.headers.is_empty() {
        true => " -".to_owned(),
        false => {
            let line = |(name, value): (&String, &String)| {
                format!("\n    - {}: {}", text::plain(name), text::plain(value))
            };
            call.headers.iter().map(line).collect()
        }
    };
    let body =
        call.body_bytes.map_or_else(|| "No".to_owned(), |bytes| format!("Yes ({bytes} bytes)"));
    format!(
        "**Call**:\n\n- Method: {}\n- Timeout: {}\n- Headers:{headers}\n- Body?: {body}",
        text::code(&call.method),
        text::millis(call.timeout_ms),
    )
}

pub(super) fn strategy(result: &ImpactResult) -> String {
    let load = &result.load;
    let duration = text::duration(load.duration);
    format!("**Strategy**: load for {duration} with {} clients @ {} RPS", load.clients, load.rps)
}

pub(super) fn faults(result: &ImpactResult) -> String {
    if result.faults.is_empty() {
        return "**Faults Applied**: -".to_owned();
    }
    let row = |fault: &FaultEvidence| {
        let timeline = format!("0% `{}` 100%", timeline(&fault.windows));
        [text::plain(&fault.kind), timeline, text::plain(&fault.description)]
    };
    let rows: Vec<_> = result.faults.iter().map(row).collect();
    format!("**Faults Applied**:\n\n{}", text::table(["Type", "Timeline", "Description"], &rows))
}

/// A cell for each tenth of the run: `x` where a window touches it. Without windows the fault is always on.
fn timeline(windows: &[Window]) -> String {
    let width = 100.0 / f64::from(CELLS);
    (0..CELLS)
        .map(|cell| {
            let from = f64::from(cell) * width;
            let touches =
                |window: &Window| window.from_percent < from + width && window.to_percent > from;
            if windows.is_empty() || windows.iter().any(touches) { 'x' } else { '.' }
        })
        .collect()
}

pub(super) fn figures(result: &ImpactResult) -> String {
    let summary = &result.faulted.summary;
    let latency = summary.latency.as_ref();
    let head = [
        "Num. Requests",
        "Num. Errors",
        "Min. Response Time",
        "Max Response Time",
        "Mean Latency (ms)",
        "Expectation Failures",
        "Total Time",
    ];
    let row = [
        summary.requests.to_string(),
        text::share(summary.errors, summary.requests),
        text::number(latency.map(|latency| latency.min)),
        text::number(latency.map(|latency| latency.max)),
        text::number(latency.map(|latency| latency.mean)),
        "0".to_owned(),
        text::words(summary.duration_ms),
    ];
    format!("**Run Overview**:\n\n{}\n\n{}", text::table(head, &[row]), percentiles(result))
}

fn percentiles(result: &ImpactResult) -> String {
    let summary = &result.faulted.summary;
    let Some(latency) = &summary.latency else {
        return "No call was answered, so there are no latency percentiles.".to_owned();
    };
    let rows = [
        (25, latency.p25),
        (50, latency.p50),
        (75, latency.p75),
        (95, latency.p95),
        (99, latency.p99),
    ]
    .map(|(percent, value)| {
        let rank = nearest_rank(f64::from(percent), latency.samples);
        [format!("p{percent}"), format!("{value:.2}"), text::share(rank, summary.requests)]
    });
    text::table(["Latency Percentile", "Latency (ms)", "Num. Requests (% of total)"], &rows)
}

pub(super) fn objectives(result: &ImpactResult) -> String {
    let head = ["SLO", "Pass?", "Objective", "Margin", "Num. Requests Over Threshold (% of total)"];
    let rows: Vec<_> = result.faulted.slos.iter().map(objective).collect();
    text::table(head, &rows)
}

fn objective(result: &SloResult) -> [String; 5] {
    let unit = match result.slo.slo_type {
        SloType::Latency => "ms",
        SloType::Error => "%",
    };
    let pass = match result.pass {
        Pass::Met => "✅",
        Pass::Missed => "❌",
        Pass::Unknown => "❔",
    };
    let margin = match result.margin {
        Some(margin) if margin < 0.0 => format!("Above by {:.1}{unit}", -margin),
        Some(margin) => format!("Below by {margin:.1}{unit}"),
        None => "No answer".to_owned(),
    };
    [
        text::plain(&result.slo.title),
        pass.to_owned(),
        format!("{}% < {}{unit}", result.slo.objective, result.slo.threshold),
        margin,
        text::share(result.over_threshold, result.requests),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_marks_each_tenth_that_a_window_touches() {
        let window = |from_percent, to_percent| Window { from_percent, to_percent };
        assert_eq!(timeline(&[]), "xxxxxxxxxx");
        assert_eq!(timeline(&[window(10.0, 30.0)]), ".xx.......");
        assert_eq!(timeline(&[window(5.0, 15.0), window(90.0, 100.0)]), "xx.......x");
        assert_eq!(timeline(&[window(100.0, 120.0)]), "..........");
    }
}
