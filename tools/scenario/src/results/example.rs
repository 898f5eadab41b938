//! A run of scenarios with one of everything, for the tests of reports.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::call::Call;
use crate::evidence::{Asked, Measured, PhaseName, Window};
use crate::finding::FindingCode;
use crate::recording::tests::{answered, failed, recorded};
use crate::recording::{ErrorKind, Outcome, Sample};
use crate::slo::{Pass, SloType};

/// The secret that must not be in any report.
pub(crate) const SECRET: &str = "hunter2";

/// A run of three scenarios: a load with everything, a matrix, and a search.
pub(crate) fn example() -> Results {
    let results = vec![checkout(), matrix(), search()];
    let mut tests = Counts::default();
    let verdicts = results.iter().flat_map(|scenario| &scenario.results).map(|item| item.verdict);
    verdicts.for_each(|verdict| tests.add(verdict));
    Results {
        start: 1_750_947_276,
        end: 1_750_947_372,
        results,
        verdict: tests.verdict(),
        tests,
        seed: u64::MAX.to_string(),
        command: "fault scenario run --scenario scenarios/ --seed 18446744073709551615 --report report.html".into(),
        versions: Versions { fault: "0.1.0".into() },
        cut_short: false,
    }
}

/// Numbers between 0 and 1 that are the same each time.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 24)
    }

    /// A time of about `typical`, with a tail to the right.
    fn about(&mut self, typical: f64) -> u64 {
        (typical * (0.7 + 0.4 * self.next() + 0.9 * self.next().powi(8))) as u64
    }
}

/// `count` calls, one each `every` ms, that take as long as `time` says, or time out after a second.
fn calls(count: u64, every: u64, time: impl Fn(u64, &mut Draw) -> Option<u64>) -> Vec<Sample> {
    let mut draw = Draw(count);
    let call = |number: u64| {
        let at = number * every;
        let sample = match time(at, &mut draw) {
            Some(total) => answered(at, total, 200),
            None => failed(1000, ErrorKind::TimedOut),
        };
        Sample { at: Duration::from_millis(at), ..sample }
    };
    (0..count).map(call).collect()
}

fn is_error(sample: &Sample) -> bool {
    matches!(sample.outcome, Outcome::Failed(_) | Outcome::Answered(500..))
}

fn timeline(samples: &[Sample], width: u64) -> Vec<Bucket> {
    let end = samples.iter().map(|sample| sample.at.as_millis() as u64).max().unwrap_or(0);
    (0..=end / width)
        .map(|number| bucket(samples, [number * width, (number + 1) * width]))
        .collect()
}

fn bucket(samples: &[Sample], [from, to]: [u64; 2]) -> Bucket {
    let is_in = |sample: &&Sample| (from..to).contains(&(sample.at.as_millis() as u64));
    let within: Vec<&Sample> = samples.iter().filter(is_in).collect();
    let mut times: Vec<f64> =
        within.iter().map(|sample| sample.total.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1));
    Bucket {
        from_ms: from as f64,
        to_ms: to as f64,
        requests: within.len() as u64,
        errors: within.iter().filter(|sample| is_error(sample)).count() as u64,
        p50_ms: at(50).copied(),
        p95_ms: at(95).copied(),
        max_ms: times.last().copied(),
    }
}

fn distribution(samples: &[Sample]) -> Vec<Bin> {
    let mut bins: BTreeMap<i32, u64> = BTreeMap::new();
    for sample in samples {
        let millis = (sample.total.as_secs_f64() * 1000.0).max(0.1);
        *bins.entry((millis.ln() / 1.2_f64.ln()).floor() as i32).or_default() += 1;
    }
    let edge = |at: i32| (1.2_f64.powi(at) * 100.0).round() / 100.0;
    bins.into_iter()
        .map(|(at, count)| Bin { from_ms: edge(at), to_ms: edge(at + 1), count })
        .collect()
}

fn plots(control: &[Sample], faulted: &[Sample], slos: &[Slo]) -> Plots {
    Plots {
        control_timeline: timeline(control, 500),
        faulted_timeline: timeline(faulted, 500),
        control_distribution: distribution(control),
        faulted_distribution: distribution(faulted),
        fault_windows: Vec::new(),
        slos: slos.to_vec(),
    }
}

fn call(url: &str) -> MaskedCall {
    let call = Call::new("POST", url).and_then(|call| call.with_header("Authorization", SECRET));
    call.unwrap().with_body(SECRET).masked()
}

/// A test that passed, of which only the calls are known.
fn item(
    name: &str,
    strategy: &str,
    control: &[Sample],
    faulted: &[Sample],
    slos: &[Slo],
) -> ItemResult {
    let path = name.split(' ').next().unwrap_or_default();
    let call = call(&format!("http://ann:{SECRET}@localhost:8080/{path}?key={SECRET}"));
    let phase = |phase, samples: &[Sample], crossed| {
        Phase::of(phase, &recorded(samples.iter().copied()), slos, crossed)
    };
    ItemResult {
        target: Target { address: call.url.clone() },
        results: Vec::new(),
        requests_count: faulted.len() as u64,
        failure_counts: 0,
        total_time: TotalTime { secs: 10, nanos: 329_000_000 },
        omitted: faulted.len() as u64,
        name: name.to_owned(),
        cell: None,
        operation_id: None,
        verdict: Verdict::Passed,
        reasons: Vec::new(),
        notes: Vec::new(),
        call,
        strategy: strategy.to_owned(),
        expectation: None,
        started: "2025-06-26T14:14:36.689011165Z".parse().unwrap(),
        control: Some(phase(PhaseName::Control, control, 1)),
        faulted: phase(PhaseName::Faulted, faulted, 2),
        faults: Vec::new(),
        plots: plots(control, faulted, slos),
        attribution: None,
        retries: None,
        recovery: None,
        search: None,
    }
}

fn fault(
    kind: &str,
    description: &str,
    eligible: u64,
    hit: u64,
    delay: Option<f64>,
) -> FaultEvidence {
    let mut fault = FaultEvidence::new(kind, description);
    fault.eligible = eligible;
    fault.hit = hit;
    fault.first_hit_ms = (hit > 0).then_some(2040.0);
    if let Some(delay) = delay.filter(|_| hit > 0) {
        let (asked, measured) = (delay * hit as f64, (delay + 0.4) * hit as f64);
        let mean = measured / hit as f64;
        fault.asked_ms = Some(Asked { total: asked, mean: asked / hit as f64 });
        fault.measured_ms = Some(Measured { total: measured, mean, max: mean });
    }
    fault
}

fn checkout() -> ScenarioResults {
    ScenarioResults {
        scenario: Scenario {
            title: "Checkout while its dependencies are slow".into(),
            description: Some(
                "The payment service gets slow for eight seconds, and silent for one.".into(),
            ),
            ..Scenario::default()
        },
        results: vec![load(), single(), nothing_crossed()],
        source: Some("scenarios/checkout.yaml".into()),
    }
}

fn load() -> ItemResult {
    let control = calls(400, 25, |_, draw| Some(draw.about(22.0)));
    let after = |at: u64| (10_000..12_400).contains(&at);
    let mut faulted = calls(640, 25, |at, draw| match at {
        5000..6000 if draw.next() < 0.4 => None,
        2000..10_000 => Some(draw.about(22.0) + draw.about(310.0)),
        _ if after(at) => Some(draw.about(22.0 + (12_400 - at) as f64 / 12.0)),
        _ => Some(draw.about(22.0)),
    });
    let slos = Slo::impact();
    let plots = plots(&control, &faulted, &slos);
    faulted.truncate(400);
    let mut item =
        item("checkout", "load for 10s with 4 clients @ 10 RPS", &control, &faulted, &slos);
    item.plots = plots;
    let window = |label: &str, from_ms, to_ms| FaultWindow { label: label.into(), from_ms, to_ms };
    item.plots.fault_windows =
        vec![window("latency", 2000.0, 10_000.0), window("blackhole", 5000.0, 6000.0)];
    let mut latency =
        fault("latency", "latency: response, server side, 300 ms", 400, 301, Some(300.0));
    latency.windows = vec![Window { from_percent: 20.0, to_percent: 100.0 }];
    let mut blackhole = fault("blackhole", "blackhole: response, server side", 400, 17, None);
    blackhole.windows = vec![Window { from_percent: 50.0, to_percent: 60.0 }];
    item.faults = vec![latency, blackhole];
    questions(&mut item);
    judged(&mut item);
    item
}

fn judged(item: &mut ItemResult) {
    item.verdict = Verdict::Failed;
    let missed = item.faulted.slos.iter().filter(|result| result.pass == Pass::Missed);
    let missed = missed.map(|result| {
        let message = format!(
            "`{}` is missed: {} of {} requests",
            result.slo.title, result.over_threshold, result.requests
        );
        Finding::new(FindingCode::SloMissed, message)
    });
    item.reasons = missed.collect();
    let late = "3 requests of the faulted run were sent over 50 ms late, which changes nothing";
    item.notes = vec![Finding::new(FindingCode::GeneratorLimited, late)];
}

fn questions(item: &mut ItemResult) {
    let attempts = |attempts, per_call, most| Attempts { calls: 400, attempts, per_call, most };
    item.attribution = Some(Attribution {
        of_expectation: true,
        fell_short: 320,
        hit: 318,
        by_fault: BTreeMap::from([("latency".to_owned(), 301), ("blackhole".to_owned(), 17)]),
        unattributed: vec![
            Unattributed { number: 287, at_ms: 7150.0, total_ms: 241.5, outcome: "200".into() },
            Unattributed {
                number: 288,
                at_ms: 7175.0,
                total_ms: 1000.0,
                outcome: "timed_out".into(),
            },
        ],
        joined_by: "trace".into(),
    });
    item.retries = Some(RetryResult {
        control: Some(attempts(400, 1.0, Some(1))),
        faulted: attempts(1044, 2.61, Some(4)),
        amplification: Some(2.61),
        backoff_ms: vec![100.0, 200.0, 400.0],
        backoff: Some("growing".into()),
    });
    item.recovery = Some(RecoveryResult {
        watched_ms: 6000.0,
        recovered_ms: Some(2400.0),
        level_ms: 54.0,
        within_ms: Some(3000.0),
        errors: 0,
        requests: 240,
    });
}

fn single() -> ItemResult {
    let mut item =
        item("basket", "single shot", &[answered(0, 12, 200)], &[answered(0, 93, 200)], &[]);
    item.expectation = Some("Response time Under 490ms | Status Code 200".into());
    item.faults = vec![fault("latency", "latency: response, server side, 80 ms", 1, 1, Some(80.0))];
    item.total_time = TotalTime { secs: 0, nanos: 464_000_000 };
    item
}

fn nothing_crossed() -> ItemResult {
    let quick = calls(30, 100, |_, draw| Some(draw.about(15.0)));
    let mut item =
        item("orders", "load for 3s with 1 clients @ 10 RPS", &quick, &quick, &Slo::impact());
    item.faulted.crossed = 0;
    item.faults = vec![fault("bandwidth", "bandwidth: response, server side, 10 kB/s", 0, 0, None)];
    item.verdict = Verdict::Inconclusive;
    let message = "nothing crossed the proxy (requests sent: 30)";
    item.reasons = vec![Finding::new(FindingCode::NoTrafficCrossed, message)];
    item
}

fn matrix() -> ScenarioResults {
    let cells = [
        ("home", "slow"),
        ("home", "lossy"),
        ("home", "down"),
        ("search", "slow"),
        ("search", "down"),
    ];
    let cell = |(call, fault): (&str, &str)| {
        let took =
            |at: u64| if call == "search" && fault == "down" { None } else { Some(60 + at / 10) };
        let faulted = calls(5, 100, |at, _| took(at));
        let mut item = item(
            &format!("{call} with {fault}"),
            "repeat 5 times with a step of 10",
            &calls(5, 100, |_, _| Some(20)),
            &faulted,
            &[],
        );
        item.results = one_by_one(&faulted);
        item.omitted = 0;
        item.plots.control_timeline.clear();
        item.plots.faulted_timeline.clear();
        item.cell = Some(Cell { call: call.into(), fault: fault.into() });
        item.faults = vec![self::fault(
            "latency",
            &format!("{fault}: response, server side"),
            5,
            5,
            Some(50.0),
        )];
        item.expectation = Some("Status Code 200".into());
        if faulted.iter().any(is_error) {
            item.failure_counts = 5;
            item.verdict = Verdict::Failed;
            let message = "5 of 5 calls were not answered within 1000ms";
            item.reasons = vec![Finding::new(FindingCode::ExpectationMissed, message)];
        }
        item
    };
    ScenarioResults {
        scenario: Scenario { title: "Each page with each fault".into(), ..Scenario::default() },
        results: cells.map(cell).to_vec(),
        source: None,
    }
}

fn one_by_one(samples: &[Sample]) -> Vec<CallResult> {
    let call = |(sample, number): (&Sample, u64)| {
        let total_time = sample.total.as_secs_f64() * 1000.0;
        let decision = if is_error(sample) { Decision::Failure } else { Decision::Success };
        let got =
            Got { response_time: Some(total_time), decision: Some(decision), ..Got::default() };
        let wanted = Wanted { response_time_under: Some(500.0), ..Wanted::default() };
        CallResult {
            start: 1_750_947_280_000_000 + number * 100_000,
            expect: Some(Expectation { protocol: "http".into(), wanted, got: Some(got) }),
            metrics: Some(Metrics { total_time, errored: is_error(sample), ..Metrics::default() }),
            faults: Vec::new(),
            errors: Vec::new(),
            number,
            phase: PhaseOfCall::Faulted,
        }
    };
    samples.iter().zip(1..).map(call).collect()
}

fn search() -> ScenarioResults {
    let slo = Slo {
        slo_type: SloType::Latency,
        title: "95% @ 400ms".into(),
        objective: 95.0,
        threshold: 400.0,
    };
    let faulted = calls(200, 25, |_, draw| Some(draw.about(22.0) + draw.about(230.0)));
    let control = calls(200, 25, |_, draw| Some(draw.about(22.0)));
    let strategy = "search latency.mean from 0 to 500, 5s each with 2 clients @ 20 RPS";
    let mut item = item("recommendations", strategy, &control, &faulted, &[slo]);
    item.faults =
        vec![fault("latency", "latency: response, server side, 231 ms", 200, 200, Some(231.0))];
    let shares = [
        (0, 0.0),
        (125, 0.5),
        (188, 1.5),
        (219, 3.0),
        (231, 4.5),
        (238, 6.0),
        (250, 9.5),
        (375, 61.0),
        (500, 100.0),
    ];
    item.search = Some(SearchResult {
        parameter: "latency.mean".into(),
        unit: "ms".into(),
        largest: Some(231.0),
        least_missed: Some(238.0),
        interval: Some([212.0, 246.0]),
        doses: shares.map(|(value, over)| dose(f64::from(value), over)).to_vec(),
    });
    ScenarioResults {
        scenario: Scenario {
            title: "How much latency recommendations bear".into(),
            ..Scenario::default()
        },
        results: vec![item],
        source: Some("scenarios/bear.yaml".into()),
    }
}

fn dose(value: f64, over_percent: f64) -> Dose {
    Dose {
        value,
        pass: if over_percent > 5.0 { Pass::Missed } else { Pass::Met },
        requests: 200,
        over: (over_percent * 2.0) as u64,
        allowed_percent: 5.0,
        p50_ms: Some(22.0 + value),
        p95_ms: Some(40.0 + 1.5 * value),
        errors_percent: 0.0,
        hits: 200,
    }
}
