//! One row of the rules each, and beside it a case that is in order.

use super::*;
use crate::evidence::PhaseName;
use crate::recording::tests::{answered, recorded};
use crate::slo::Slo;

fn phase(name: PhaseName, fast: u64, slow: u64) -> Phase {
    let fast = (0..fast).map(|at| answered(at, 10, 200));
    let slow = (0..slow).map(|at| answered(at, 900, 200));
    Phase::of(name, &recorded(fast.chain(slow)), &Slo::impact(), 1)
}

fn fault(eligible: u64, hit: u64) -> FaultEvidence {
    FaultEvidence { eligible, hit, ..FaultEvidence::new("latency", "300 ms") }
}

/// A trial that is in order; each test spoils one thing.
struct Case {
    control: Phase,
    faulted: Phase,
    faults: Vec<FaultEvidence>,
}

fn case(faulted_slow: u64) -> Case {
    Case {
        control: phase(PhaseName::Control, 100, 0),
        faulted: phase(PhaseName::Faulted, 100 - faulted_slow, faulted_slow),
        faults: vec![fault(100, 100)],
    }
}

#[track_caller]
fn check(case: &Case, verdict: Verdict, codes: &[FindingCode]) {
    let Case { control, faulted, faults } = case;
    let judgement = judge(Trial::of_objectives(control, faulted, faults));
    let found: Vec<FindingCode> = judgement.reasons.iter().map(|reason| reason.code).collect();
    assert_eq!((judgement.verdict, found.as_slice()), (verdict, codes), "{:?}", judgement.reasons);
}

#[test]
fn a_run_in_order_that_meets_its_objectives_passes_without_reasons() {
    check(&case(0), Verdict::Passed, &[]);
    check(&case(1), Verdict::Passed, &[]);
}

#[test]
fn a_run_in_order_that_misses_its_objectives_fails_and_says_which() {
    use FindingCode::SloMissed;
    check(&case(2), Verdict::Failed, &[SloMissed]);
    check(&case(50), Verdict::Failed, &[SloMissed, SloMissed]);
    let Case { control, faulted, faults } = &case(2);
    let judgement = judge(Trial::of_objectives(control, faulted, faults));
    assert_eq!(
        judgement.reasons[0].message,
        "`99% @ 350ms` is missed: 2 of 100 requests (2.0%) took over 350ms or failed, and 1% may; \
         without faults 0 of 100"
    );
}

#[test]
fn a_control_with_too_few_requests_does_not_excuse_a_miss() {
    let mut case = case(50);
    case.control = phase(PhaseName::Control, 5, 0);
    check(&case, Verdict::Failed, &[FindingCode::SloMissed; 2]);
}

#[test]
fn a_control_that_already_misses_shows_nothing() {
    let mut case = case(50);
    case.control = phase(PhaseName::Control, 98, 2);
    let found = [FindingCode::ControlMissesSlo, FindingCode::SloMissed, FindingCode::SloMissed];
    check(&case, Verdict::Inconclusive, &found);
}

#[test]
fn no_requests_show_nothing() {
    let mut case = case(0);
    case.faulted = phase(PhaseName::Faulted, 0, 0);
    check(&case, Verdict::Inconclusive, &[FindingCode::NoRequests]);
    case.control = phase(PhaseName::Control, 0, 0);
    check(&case, Verdict::Inconclusive, &[FindingCode::NoRequests; 2]);
}

#[test]
fn no_objectives_show_nothing() {
    let mut case = case(0);
    case.faulted.slos.clear();
    check(&case, Verdict::Inconclusive, &[FindingCode::NoObjectives]);
}

#[test]
fn traffic_that_goes_round_the_proxy_shows_nothing() {
    let mut case = case(0);
    case.faulted.crossed = 0;
    case.faults = vec![fault(0, 0)];
    check(&case, Verdict::Inconclusive, &[FindingCode::NoTrafficCrossed]);
}

#[test]
fn a_fault_that_never_acted_shows_nothing_even_beside_one_that_did() {
    let mut case = case(0);
    case.faults = vec![fault(100, 100), fault(0, 0)];
    check(&case, Verdict::Inconclusive, &[FindingCode::FaultNeverEligible]);
    case.faults = vec![fault(100, 0)];
    check(&case, Verdict::Inconclusive, &[FindingCode::FaultNeverHit]);
    case.faults = vec![fault(100, 1)];
    check(&case, Verdict::Passed, &[]);
}

#[test]
fn too_few_requests_show_nothing_unless_an_objective_is_missed() {
    let mut case = case(0);
    case.faulted = phase(PhaseName::Faulted, 30, 0);
    check(&case, Verdict::Inconclusive, &[FindingCode::TooFewRequests; 2]);
    case.faulted = phase(PhaseName::Faulted, 15, 15);
    check(&case, Verdict::Failed, &[FindingCode::SloMissed; 2]);
}

#[test]
fn a_generator_that_cannot_keep_up_shows_nothing() {
    let mut unsent = case(0);
    (unsent.faulted.summary.not_sent, unsent.faulted.summary.planned) = (1, 101);
    check(&unsent, Verdict::Inconclusive, &[FindingCode::GeneratorLimited]);
    let mut late = case(0);
    late.faulted.summary.late = 2;
    check(&late, Verdict::Inconclusive, &[FindingCode::GeneratorLimited]);
    late.faulted.summary.late = 1;
    check(&late, Verdict::Passed, &[]);
}

#[test]
fn a_miss_that_the_generator_could_explain_shows_nothing_and_another_one_stands() {
    let mut explained = case(2);
    explained.faulted.summary.late = 2;
    let found = [FindingCode::GeneratorLimited, FindingCode::SloMissed];
    check(&explained, Verdict::Inconclusive, &found);
    let mut stands = case(50);
    (stands.faulted.summary.not_sent, stands.faulted.summary.planned) = (100, 200);
    check(&stands, Verdict::Failed, &[FindingCode::SloMissed; 2]);
}

#[test]
fn a_run_cut_short_shows_nothing_unless_the_rest_could_not_have_saved_it() {
    let mut cut = case(0);
    (cut.faulted.summary.cancelled, cut.faulted.summary.planned) = (true, 1000);
    check(&cut, Verdict::Inconclusive, &[FindingCode::CutShort]);
    let mut lost = case(50);
    (lost.faulted.summary.cancelled, lost.faulted.summary.planned) = (true, 200);
    check(&lost, Verdict::Failed, &[FindingCode::SloMissed; 2]);
}

#[test]
fn every_code_is_written_as_it_is_named_and_has_a_hint() {
    use FindingCode as Code;
    for code in [
        Code::SloMissed,
        Code::NoRequests,
        Code::NoObjectives,
        Code::NoTrafficCrossed,
        Code::FaultNeverEligible,
        Code::FaultNeverHit,
        Code::ControlMissesSlo,
        Code::TooFewRequests,
        Code::GeneratorLimited,
        Code::CutShort,
    ] {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        assert!(!code.hint().is_empty());
    }
}
