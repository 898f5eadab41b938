//! The report as a whole.

mod scenarios;

use std::time::Duration;

use super::*;
use crate::call::Call;
use crate::evidence::{Asked, FaultEvidence, Measured, Phase, PhaseName, Window};
use crate::load::Load;
use crate::recording::tests::{answered, failed, recorded};
use crate::recording::{ErrorKind, Sample};
use crate::result::{ListenerAddress, Repeat, Versions};
use crate::slo::Slo;
use crate::verdict::{Trial, judge};

/// A result whose verdict is the true one for these calls under a latency fault.
fn result(url: &str, faulted: Vec<Sample>) -> ImpactResult {
    let call = Call::new("GET", url).unwrap().with_header("X-Api-Key", "hunter2").unwrap();
    let control = recorded((0..faulted.len() as u64).map(|at| answered(at, 12, 200)));
    let control = Phase::of(PhaseName::Control, &control, &Slo::impact(), 1);
    let mut fault = FaultEvidence::new("latency", "latency: response, server side, 300 ms");
    fault.windows = vec![Window { from_percent: 0.0, to_percent: 50.0 }];
    fault.eligible = faulted.len() as u64;
    fault.hit = 2;
    fault.first_hit_ms = Some(40.0);
    fault.asked_ms = Some(Asked { total: 600.0, mean: 300.0 });
    fault.measured_ms = Some(Measured { total: 602.0, mean: 301.0, max: 301.0 });
    let faulted = Phase::of(PhaseName::Faulted, &recorded(faulted), &Slo::impact(), 2);
    let faults = vec![fault];
    let judgement = judge(Trial::of_objectives(&control, &faulted, &faults));
    ImpactResult {
        title: format!("Evaluating runtime performance of {}", call.masked().url),
        verdict: judgement.verdict,
        reasons: judgement.reasons,
        call: call.masked(),
        load: Load { duration: Duration::from_secs(10), clients: 1, rps: 3 },
        control,
        faulted,
        faults,
        seed: u64::MAX.to_string(),
        started: "2025-06-27T14:14:36.689011165Z".parse().unwrap(),
        ended: "2025-06-27T14:14:47.02Z".parse().unwrap(),
        listeners: vec![ListenerAddress {
            name: "http proxy".into(),
            address: "127.0.0.1:3180".into(),
        }],
        versions: Versions { fault: "0.1.0".into() },
        repeat: Repeat {
            tool: "fault_run_latency_impact_scenario".into(),
            arguments: serde_json::Map::new(),
            command: "fault tool fault_run_latency_impact_scenario '{\"latency\":300}'".into(),
        },
        next_steps: vec!["Give the call a shorter timeout.".into()],
    }
}

fn slow() -> Vec<Sample> {
    let slow = (0..15).map(|at| answered(at, 310, 200));
    (0..14)
        .map(|at| answered(at, 15, 200))
        .chain(slow)
        .chain([failed(10_000, ErrorKind::TimedOut)])
        .collect()
}

#[test]
fn the_report_has_the_documented_shape_and_then_the_evidence() {
    insta::assert_snapshot!(result("http://localhost:9090", slow()));
}

#[test]
fn a_run_without_an_answer_is_reported_without_figures() {
    let report =
        result("http://localhost:9090/", vec![failed(1, ErrorKind::Refused); 100]).to_string();
    assert!(report.contains("| 100 | 100 (100.0%) | - | - | - | 0 | 1 second |"), "{report}");
    assert!(
        report.contains("| 99% @ 350ms | ❌ | 99% < 350ms | No answer | 100 (100.0%) |"),
        "{report}"
    );
}

#[test]
fn a_run_that_passed_says_so_and_one_that_shows_nothing_says_why() {
    let report = |requests| {
        let samples = (0..requests).map(|at| answered(at, 15, 200)).collect();
        result("http://localhost:9090/", samples).to_string()
    };
    let passed = report(100);
    assert!(passed.contains("http://localhost:9090/ | Passed"), "{passed}");
    assert!(passed.contains("**Verdict**: Passed; every objective is met"), "{passed}");
    let unknown = report(30);
    assert!(unknown.contains("http://localhost:9090/ | Inconclusive"), "{unknown}");
    assert!(unknown.contains("| 99% @ 350ms | ❔ |"), "{unknown}");
    assert!(unknown.contains("(`too_few_requests`)\n    - hint: raise the duration"), "{unknown}");
}

#[test]
fn secrets_and_markup_of_the_user_do_not_reach_the_report() {
    let mut result = result("http://ann:hunter2@localhost/?key=hunter2", slow());
    result.faults[0].description = "a | b\n# not a heading".into();
    let report = result.to_string();
    assert!(!report.contains("hunter2"), "{report}");
    assert!(report.contains("| a \\| b # not a heading |"), "{report}");
    assert_eq!(report.lines().filter(|line| line.starts_with("# ")).count(), 1);
}

#[test]
fn the_report_is_short() {
    // A token is about four bytes of such text.
    assert!(result("http://localhost:9090/", slow()).to_string().len() < 4 * 5000);
}

#[test]
fn a_result_survives_being_written_and_read() {
    let result = result("http://localhost:9090/", slow());
    let text = serde_json::to_string(&result).unwrap();
    assert_eq!(serde_json::from_str::<ImpactResult>(&text).unwrap(), result);
    assert!(!text.contains("null"), "{text}");
}

#[test]
fn the_schema_of_a_result_is_an_object_that_describes_each_field() {
    let schema = schemars::schema_for!(ImpactResult);
    assert_eq!(schema.get("type").unwrap(), "object");
    let properties = schema.get("properties").unwrap().as_object().unwrap();
    assert!(properties.len() >= 15);
    for (name, property) in properties {
        assert!(property.get("description").is_some(), "{name}");
    }
}
