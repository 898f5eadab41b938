//! The documented part of the report: what was called, how, under which faults, and how it went.

use jiff::Timestamp;

use crate::call::MaskedCall;
use crate::evidence::{FaultEvidence, Window};
use crate::recording::nearest_rank;
use crate::report::markdown::{code, plain};
use crate::report::tables::Table;
use crate::report::text;
use crate::slo::{Pass, SloResult, SloType};
use crate::summary::Summary;

/// How many cells a timeline has.
const CELLS: u32 = 10;

/// A point in time, in UTC.
pub(super) fn time(time: Timestamp) -> String {
    format!("{} UTC", time.strftime("%Y-%m-%d %H:%M:%S%.9f"))
}

/// The call, as Markdown.
pub(super) fn call(call: &MaskedCall) -> String {
    let headers = match call.headers.is_empty() {
        true => " -".to_owned(),
        false => {
            let line = |(name, value): (&String, &String)| {
                format!("\n    - {}: {}", plain(name), plain(value))
            };
            call.headers.iter().map(line).collect()
        }
    };
    format!(
        "**Call**:\n\n- Method: {}\n- Timeout: {}\n- Headers:{headers}\n- Body?: {}",
        code(&call.method),
        text::millis(call.timeout_ms),
        body(call),
    )
}

/// Whether the call has a body, in words.
pub(super) fn body(call: &MaskedCall) -> String {
    call.body_bytes.map_or_else(|| "No".to_owned(), |bytes| format!("Yes ({bytes} bytes)"))
}

/// The faults and when each was on.
pub(super) fn faults(faults: &[FaultEvidence]) -> Table {
    let row = |fault: &FaultEvidence| {
        let timeline = format!("0% `{}` 100%", timeline(&fault.windows));
        [fault.kind.clone(), timeline, fault.description.clone()]
    };
    Table::new(["Type", "Timeline", "Description"], faults.iter().map(row))
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

/// The run in figures: `failures` calls fell short of what was expected of each, and it took `total_ms`.
pub(super) fn figures(summary: &Summary, failures: u64, total_ms: f64) -> Table {
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
        failures.to_string(),
        text::words(total_ms),
    ];
    Table::new(head, [row])
}

/// How long most calls took; absent if none was answered or timed out.
pub(super) fn percentiles(summary: &Summary) -> Option<Table> {
    let latency = summary.latency.as_ref()?;
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
    Some(Table::new(["Latency Percentile", "Latency (ms)", "Num. Requests (% of total)"], rows))
}

/// What stands in the place of percentiles where there are none.
pub(super) const NO_PERCENTILES: &str =
    "No call was answered, so there are no latency percentiles.";

/// How each objective fared.
pub(super) fn objectives(results: &[SloResult]) -> Table {
    let head = ["SLO", "Pass?", "Objective", "Margin", "Num. Requests Over Threshold (% of total)"];
    Table::new(head, results.iter().map(objective))
}

/// Whether an objective is met, as a sign.
pub(super) fn sign(pass: Pass) -> &'static str {
    match pass {
        Pass::Met => "✅",
        Pass::Missed => "❌",
        Pass::Unknown => "❔",
    }
}

fn objective(result: &SloResult) -> [String; 5] {
    let unit = match result.slo.slo_type {
        SloType::Latency => "ms",
        SloType::Error => "%",
    };
    let margin = match result.margin {
        Some(margin) if margin < 0.0 => format!("Above by {:.1}{unit}", -margin),
        Some(margin) => format!("Below by {margin:.1}{unit}"),
        None => "No answer".to_owned(),
    };
    [
        result.slo.title.clone(),
        sign(result.pass).to_owned(),
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
