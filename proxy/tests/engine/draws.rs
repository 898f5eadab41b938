//! The faults' draws follow the distributions they are named after.

use std::time::Duration;

use fault_proxy::{
    Fault, Seed,
    dice::Dice,
    fault::{Chunk, Decider, StreamFault},
};
use serde_json::{Value, json};

use crate::support::fault;

const DRAWS: usize = 3000;

fn stream(value: Value) -> Box<dyn StreamFault> {
    match fault(value).decider() {
        Decider::Stream(stream) => stream,
        _ => panic!("a fault on streams"),
    }
}

fn chunk(at: Duration) -> Chunk {
    Chunk { len: 100, behind: 0, at, before: None }
}

/// Delays in milliseconds, of one connection that draws one for each chunk.
fn delays(value: Value) -> Vec<f64> {
    let (mut fault, mut dice) = (stream(value), Dice::new(Seed(7), 1, 1));
    let one = |_| fault.decide(chunk(Duration::ZERO), &mut dice).hold.as_secs_f64() * 1000.0;
    (0..DRAWS).map(one).collect()
}

/// The Kolmogorov-Smirnov test at 1 %: the largest gap between the draws and the distribution.
fn check(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) {
    draws.sort_by(f64::total_cmp);
    let count = draws.len() as f64;
    let gap = |(index, draw): (usize, &f64)| {
        let (below, expected) = (index as f64 / count, cdf(*draw));
        (expected - below).abs().max((below + 1.0 / count - expected).abs())
    };
    let largest = draws.iter().enumerate().map(gap).fold(0.0, f64::max);
    assert!(largest < 1.63 / count.sqrt(), "the largest gap is {largest}");
}

/// The standard normal distribution (Abramowitz and Stegun, 26.2.17: exact to 7.5e-8).
fn phi(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let factors = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum: f64 = factors.iter().rev().fold(0.0, |sum, factor| (sum + factor) * t);
    let tail = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum;
    if x < 0.0 { tail } else { 1.0 - tail }
}

fn normal(mean: f64, stddev: f64) -> impl Fn(f64) -> f64 {
    move |x| {
        let below = phi(-mean / stddev);
        ((phi((x - mean) / stddev) - below) / (1.0 - below)).max(0.0)
    }
}

fn pareto(scale: f64, shape: f64) -> impl Fn(f64) -> f64 {
    move |x| {
        if x < scale { 0.0 } else { 1.0 - (scale / x).powf(shape) }
    }
}

#[test]
fn normal_latency_is_normal_and_never_negative() {
    let far = json!({ "type": "latency", "mean": 300, "stddev": 40, "per_read_write": true });
    check(delays(far.clone()), normal(300.0, 40.0));
    let near = json!({ "type": "latency", "mean": 10, "stddev": 20, "per_read_write": true });
    check(delays(near), normal(10.0, 20.0));
    // The control: a slightly different distribution is told apart.
    let wrong = std::panic::catch_unwind(|| check(delays(far), normal(304.0, 40.0)));
    assert!(wrong.is_err());
}

#[test]
fn uniform_latency_is_even_between_its_ends() {
    let fault = json!({ "type": "latency", "distribution": "uniform", "min": 20, "max": 70,
        "per_read_write": true });
    let draws = delays(fault);
    assert!(draws.iter().all(|draw| (20.0..=70.0).contains(draw)));
    check(draws, |x| ((x - 20.0) / 50.0).clamp(0.0, 1.0));
}

#[test]
fn uniform_latency_between_equal_ends_is_exact() {
    let fault = json!({ "type": "latency", "distribution": "uniform", "min": 100, "max": 100 });
    assert!(delays(fault).iter().all(|draw| *draw == 100.0));
}

#[test]
fn pareto_latency_has_the_tail_of_its_shape() {
    let fault = json!({ "type": "latency", "distribution": "pareto", "scale": 20, "shape": 1.5,
        "per_read_write": true });
    check(delays(fault), pareto(20.0, 1.5));
}

#[test]
fn pareto_normal_latency_is_the_sum_of_both() {
    let fault = json!({ "type": "latency", "distribution": "pareto-normal", "scale": 20,
        "shape": 3, "mean": 50, "stddev": 15, "per_read_write": true });
    let normal = normal(50.0, 15.0);
    // The sum's distribution, as a mean over even steps of the Pareto part's.
    let sum = |x: f64| {
        let step =
            |index: i32| x - 20.0 * (1.0 - (f64::from(index) + 0.5) / 400.0).powf(-1.0 / 3.0);
        (0..400).map(step).map(|rest| if rest > 0.0 { normal(rest) } else { 0.0 }).sum::<f64>()
            / 400.0
    };
    check(delays(fault), sum);
}

#[test]
fn a_heavy_tail_still_fits_a_clock() {
    let fault = json!({ "type": "latency", "distribution": "pareto", "scale": 1000, "shape": 0.01,
        "per_read_write": true });
    let longest = delays(fault).into_iter().fold(0.0, f64::max);
    assert_eq!(longest, 86_400_000.0);
}

#[test]
fn latency_is_drawn_once_for_a_connection_unless_asked_otherwise() {
    let once = delays(json!({ "type": "latency", "mean": 300, "stddev": 40 }));
    assert!(once.iter().all(|draw| *draw == once[0] && *draw > 0.0));
    let first = |subject| {
        let mut fault = stream(json!({ "type": "latency", "mean": 300, "stddev": 40 }));
        let verdict = fault.decide(chunk(Duration::ZERO), &mut Dice::new(Seed(7), 1, subject));
        verdict.hold.as_secs_f64() * 1000.0
    };
    check((0..DRAWS as u64).map(first).collect(), normal(300.0, 40.0));
}

#[test]
fn jitter_disturbs_once_a_period_evenly_up_to_its_amplitude() {
    let mut fault = stream(json!({ "type": "jitter", "amplitude": 30, "frequency": 10 }));
    let mut dice = Dice::new(Seed(7), 1, 1);
    let mut disturbed = Vec::new();
    // Four chunks in each of so many tenths of a second.
    for index in 0..4 * DRAWS as u32 {
        let at = |index| Duration::from_millis(25) * index;
        let before = index.checked_sub(1).map(at);
        let verdict = fault.decide(Chunk { before, ..chunk(at(index)) }, &mut dice);
        let delay = verdict.hold.as_secs_f64() * 1000.0;
        match index % 4 {
            0 => disturbed.push(delay),
            _ => assert_eq!(delay, 0.0),
        }
    }
    assert!(disturbed.iter().all(|delay| *delay <= 30.0));
    check(disturbed, |x| x / 30.0);
}

#[test]
fn jitter_leaves_the_end_of_a_stream_alone() {
    let mut fault = stream(json!({ "type": "jitter", "amplitude": 30, "frequency": 10 }));
    let end = Chunk { len: 0, ..chunk(Duration::ZERO) };
    let mut dice = Dice::new(Seed(7), 1, 1);
    assert!(fault.decide(end, &mut dice).hold.is_zero());
    assert!(!fault.decide(chunk(Duration::ZERO), &mut dice).hold.is_zero());
}

/// The chance of so few, and of so many, in independent tries.
fn tails(tries: u64, hits: u64, probability: f64) -> (f64, f64) {
    let mut logs = 0.0;
    let chances: Vec<f64> = (0..=tries)
        .map(|k| {
            if k > 0 {
                logs += ((tries - k + 1) as f64 / k as f64).ln();
            }
            (logs + k as f64 * probability.ln() + (tries - k) as f64 * (1.0 - probability).ln())
                .exp()
        })
        .collect();
    let (few, many) = (&chances[..=hits as usize], &chances[hits as usize..]);
    (few.iter().sum(), many.iter().sum())
}

fn hits(fault: &Fault, tries: u64) -> u64 {
    let hit = |subject: &u64| {
        let mut dice = Dice::new(Seed(7), 1, *subject);
        match fault.decider() {
            Decider::Answer(mut decide) => decide(&mut dice).is_some(),
            Decider::Resolution(mut decide) => decide(&mut dice),
            Decider::Stream(_) | Decider::Exchange(_) => panic!("a fault that answers or resolves"),
        }
    };
    (0..tries).filter(hit).count() as u64
}

#[test]
fn answers_and_failed_resolutions_are_as_frequent_as_asked() {
    for (value, probability) in [
        (json!({ "type": "httperror", "probability": 0.3 }), 0.3),
        (json!({ "type": "httperror", "probability": 0.01 }), 0.01),
        (json!({ "type": "dns", "rate": 0.5 }), 0.5),
        (json!({ "type": "dns", "rate": 0.95 }), 0.95),
    ] {
        let count = hits(&fault(value.clone()), 2000);
        let (few, many) = tails(2000, count, probability);
        assert!(few > 0.005 && many > 0.005, "{value}: {count} of 2000");
    }
    for always in [json!({ "type": "httperror" }), json!({ "type": "dns", "rate": 1 })] {
        assert_eq!(hits(&fault(always), 2000), 2000);
    }
}

#[test]
fn the_same_seed_makes_the_same_decisions_and_connections_do_not_disturb_each_other() {
    let value = json!({ "type": "latency", "mean": 300, "stddev": 40, "per_read_write": true });
    let alone = |seed, subject| {
        let (mut fault, mut dice) = (stream(value.clone()), Dice::new(seed, 1, subject));
        (0..20).map(|_| fault.decide(chunk(Duration::ZERO), &mut dice).hold).collect::<Vec<_>>()
    };
    let among = |subjects: [u64; 3]| {
        let start = |subject| (stream(value.clone()), Dice::new(Seed(7), 1, subject), Vec::new());
        let mut all = subjects.map(start);
        for _ in 0..20 {
            for (fault, dice, holds) in &mut all {
                holds.push(fault.decide(chunk(Duration::ZERO), dice).hold);
            }
        }
        all.map(|(_, _, holds)| holds)
    };
    assert_eq!(among([5, 6, 7]), [5, 6, 7].map(|subject| alone(Seed(7), subject)));
    assert_ne!(alone(Seed(7), 5), alone(Seed(8), 5));
    assert_ne!(alone(Seed(7), 5), alone(Seed(7), 6));
}
