//! Whether calls are what was expected of each.

use crate::file::Expect;
use crate::recording::{Outcome, Recording, Sample};
use crate::results::{Decision, Expectation, Got, Wanted};
use crate::verdict::Expected;

/// The share of calls without faults that may fail where others are held against them.
const MOST_ERRORS: f64 = 0.05;

/// Whether anything is expected of each call.
pub(super) fn of_each_call(expect: &Expect) -> bool {
    expect.status.is_some() || expect.response_time_under.is_some()
}

/// Whether a call is what was expected. A call without an answer never is, whatever was expected of it.
pub(super) fn decide(expect: &Expect, sample: &Sample) -> Decision {
    let Outcome::Answered(status) = sample.outcome else { return Decision::Failure };
    let millis = sample.total.as_secs_f64() * 1000.0;
    let as_wanted = expect.status.is_none_or(|wanted| wanted == status)
        && expect.response_time_under.is_none_or(|most| millis < most);
    if as_wanted { Decision::Success } else { Decision::Failure }
}

/// What was expected of a call and what came; none if nothing was expected.
pub(super) fn of_call(
    expect: &Expect,
    sample: &Sample,
    all_slo_are_valid: Option<bool>,
) -> Option<Expectation> {
    let each = of_each_call(expect);
    if !each && expect.all_slo_are_valid.is_none() {
        return None;
    }
    let status_code = match sample.outcome {
        Outcome::Answered(status) => Some(status),
        Outcome::Failed(_) => None,
    };
    let decision = if each {
        Some(decide(expect, sample))
    } else {
        all_slo_are_valid.map(|valid| if valid { Decision::Success } else { Decision::Failure })
    };
    Some(Expectation {
        protocol: "http".to_owned(),
        wanted: Wanted {
            status_code: expect.status,
            response_time_under: expect.response_time_under,
            all_slo_are_valid: expect.all_slo_are_valid,
        },
        got: Some(Got {
            status_code,
            response_time: status_code.map(|_| sample.total.as_secs_f64() * 1000.0),
            all_slo_are_valid,
            decision,
        }),
    })
}

/// How the calls with faults fared, and the last of those without.
pub(super) fn judge(
    expect: &Expect,
    control: Option<&Recording>,
    faulted: &Recording,
) -> Option<Expected> {
    if !of_each_call(expect) {
        return None;
    }
    let short = |sample: &&Sample| decide(expect, sample) == Decision::Failure;
    let fell_short = faulted.samples().iter().filter(short);
    let example = fell_short.clone().min_by_key(|sample| sample.number);
    let control = control.and_then(|control| control.samples().last());
    let control = control
        .filter(|sample| decide(&without_faults(expect, sample), sample) == Decision::Failure);
    Some(Expected {
        fell_short: fell_short.count() as u64,
        of: faulted.requests(),
        example: example.map(|sample| words(expect, sample)).unwrap_or_default(),
        control: control.map(|sample| format!("without faults, {}", words(expect, sample))),
    })
}

/// Why the calls without faults are no level that others can get back to; none if they are one.
pub(super) fn broken(control: &Recording) -> Option<Expected> {
    let (errors, requests) = (control.errors(), control.requests());
    let broken = errors as f64 > requests as f64 * MOST_ERRORS;
    broken.then(|| Expected {
        control: Some(format!("without faults, {errors} of {requests} calls failed")),
        ..Expected::default()
    })
}

/// What is expected of a call without faults: the same, but where an error is expected of calls with faults, a
/// success is right without.
fn without_faults(expect: &Expect, sample: &Sample) -> Expect {
    let error_wanted = expect.status.is_some_and(|status| status >= 400);
    let succeeded = matches!(sample.outcome, Outcome::Answered(..400));
    let status = expect.status.filter(|_| !(error_wanted && succeeded));
    Expect { status, ..expect.clone() }
}

/// What was expected, in words; none if nothing was.
pub(super) fn in_words(expect: &Expect) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(expect.response_time_under.map(|most| format!("Response time Under {most}ms")));
    parts.extend(expect.status.map(|status| format!("Status Code {status}")));
    parts.extend(
        expect.all_slo_are_valid.filter(|all| *all).map(|_| "All SLO Are Valid".to_owned()),
    );
    let most = expect.max_attempts_per_call;
    parts.extend(most.map(|most| format!("At Most {most} Attempts Per Call")));
    (!parts.is_empty()).then(|| parts.join(" | "))
}

/// What is wrong with a call, in words.
fn words(expect: &Expect, sample: &Sample) -> String {
    let number = sample.number;
    let millis = sample.total.as_secs_f64() * 1000.0;
    match sample.outcome {
        Outcome::Failed(kind) => {
            format!("call {number} was not answered after {millis:.1}ms ({})", kind.code())
        }
        Outcome::Answered(status) if expect.status.is_some_and(|wanted| wanted != status) => {
            let wanted = expect.status.unwrap_or_default();
            format!("call {number} was answered with {status} instead of {wanted}")
        }
        Outcome::Answered(_) => {
            let most = expect.response_time_under.unwrap_or_default();
            format!("call {number} took {millis:.1}ms, and less than {most}ms was expected")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tests::{answered, recorded};

    #[test]
    fn calls_that_fail_without_faults_are_no_level_to_get_back_to() {
        let with = |failing: u64| {
            recorded((0..100).map(|at| answered(at, 10, if at < failing { 500 } else { 200 })))
        };
        assert_eq!(broken(&with(5)), None);
        let control = broken(&with(6)).unwrap().control.unwrap();
        assert_eq!(control, "without faults, 6 of 100 calls failed");
    }

    #[test]
    fn an_error_that_is_expected_with_faults_is_none_that_the_control_must_have() {
        let expect = Expect { status: Some(503), ..Expect::default() };
        let calls = |status| recorded([answered(0, 10, status)]);
        let judged =
            |control, faulted| judge(&expect, Some(&calls(control)), &calls(faulted)).unwrap();
        assert_eq!((judged(200, 503).control, judged(200, 503).fell_short), (None, 0));
        assert_eq!(judged(200, 200).fell_short, 1);
        assert!(judged(500, 503).control.is_some());
    }
}
