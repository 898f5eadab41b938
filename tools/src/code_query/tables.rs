//! The results of scenarios as tables.

use fault_indexer::query::Table;
use fault_scenario::{
    FaultEvidence, Latency, Phase,
    results::{CallResult, ItemResult, Metrics, Results, ScenarioResults},
};
use serde_json::{Value, json};

/// A column of a table: its name, and what it holds for a row.
type Column<T> = (&'static str, fn(&T) -> Value);

/// A column of a table of tests.
type TestColumn = (&'static str, fn(&Test<'_>) -> Value);

/// A column of a table of what belongs to a test.
type ColumnOf<T> = (&'static str, fn(&Of<'_, T>) -> Value);

/// A test: its number, its scenario and what it found.
type Test<'a> = (usize, &'a ScenarioResults, &'a ItemResult);

/// A call or a fault with the number of its test.
type Of<'a, T> = (usize, &'a T);

/// The tables of a run: its tests, their calls, and what their faults did.
pub(super) fn of(results: &Results) -> Vec<Table> {
    let tests: Vec<Test<'_>> = results
        .tests()
        .zip(1..)
        .map(|((scenario, item), number)| (number, scenario, item))
        .collect();
    let calls: Vec<Of<'_, CallResult>> = tests
        .iter()
        .flat_map(|(number, _, item)| item.results.iter().map(|call| (*number, call)))
        .collect();
    let faults: Vec<Of<'_, FaultEvidence>> = tests
        .iter()
        .flat_map(|(number, _, item)| item.faults.iter().map(|fault| (*number, fault)))
        .collect();
    vec![
        table("tests", &tests, TESTS),
        table("test_calls", &calls, CALLS),
        table("test_faults", &faults, FAULTS),
    ]
}

fn table<T>(name: &str, rows: &[T], columns: &[Column<T>]) -> Table {
    let row = |row: &T| columns.iter().map(|(_, value)| value(row)).collect();
    Table {
        name: name.to_owned(),
        columns: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
        rows: rows.iter().map(row).collect(),
    }
}

const TESTS: &[TestColumn] = &[
    ("test", |(number, ..)| json!(number)),
    ("scenario", |(_, scenario, _)| json!(scenario.scenario.title)),
    ("file", |(_, scenario, _)| json!(scenario.source)),
    ("name", |(.., item)| json!(item.name)),
    ("verdict", |(.., item)| json!(item.verdict)),
    ("reasons", |(.., item)| json!(reasons(item))),
    ("method", |(.., item)| json!(item.call.method)),
    ("url", |(.., item)| json!(item.target.address)),
    ("requests", |(.., item)| json!(item.requests_count)),
    ("failures", |(.., item)| json!(item.failure_counts)),
    ("seconds", |(.., item)| json!(seconds(item))),
    ("p50_ms", |(.., item)| json!(latency(&item.faulted).map(|latency| latency.p50))),
    ("p95_ms", |(.., item)| json!(latency(&item.faulted).map(|latency| latency.p95))),
    ("control_p95_ms", |(.., item)| {
        json!(item.control.as_ref().and_then(latency).map(|latency| latency.p95))
    }),
];

const CALLS: &[ColumnOf<CallResult>] = &[
    ("test", |(number, _)| json!(number)),
    ("number", |(_, call)| json!(call.number)),
    ("phase", |(_, call)| json!(call.phase)),
    ("start_us", |(_, call)| json!(call.start)),
    ("status", |(_, call)| json!(call.metrics.as_ref().and_then(status))),
    ("total_ms", |(_, call)| json!(call.metrics.as_ref().map(|metrics| metrics.total_time))),
    ("ttfb_ms", |(_, call)| json!(call.metrics.as_ref().and_then(|metrics| metrics.ttfb))),
    ("timed_out", |(_, call)| {
        json!(call.metrics.as_ref().is_some_and(|metrics| metrics.timed_out))
    }),
    ("error", |(_, call)| json!(call.errors.first().map(|error| error.code.as_str()))),
];

const FAULTS: &[ColumnOf<FaultEvidence>] = &[
    ("test", |(number, _)| json!(number)),
    ("fault", |(_, fault)| json!(label(fault))),
    ("kind", |(_, fault)| json!(fault.kind)),
    ("eligible", |(_, fault)| json!(fault.eligible)),
    ("hit", |(_, fault)| json!(fault.hit)),
    ("mean_delay_ms", |(_, fault)| json!(fault.measured_ms.map(|measured| measured.mean))),
];

fn reasons(item: &ItemResult) -> String {
    let codes: Vec<&str> = item.reasons.iter().map(|reason| reason.code.as_str()).collect();
    codes.join(", ")
}

fn seconds(item: &ItemResult) -> f64 {
    item.total_time.secs as f64 + f64::from(item.total_time.nanos) / 1e9
}

fn latency(phase: &Phase) -> Option<&Latency> {
    phase.summary.latency.as_ref()
}

fn status(metrics: &Metrics) -> Option<u16> {
    metrics.protocol.as_ref().map(|protocol| protocol.code)
}

fn label(fault: &FaultEvidence) -> &str {
    if fault.label.is_empty() { &fault.kind } else { &fault.label }
}
