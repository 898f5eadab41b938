//! Packet loss is a delay: what TCP needs to notice a loss and send again.

use std::time::Duration;

use fault_proxy::{
    Seed,
    dice::Dice,
    fault::{Chunk, Decider, StreamFault, Then, Verdict},
};
use serde_json::{Value, json};

use crate::support::fault;

fn stream(value: Value) -> Box<dyn StreamFault> {
    match fault(value).decider() {
        Decider::Stream(stream) => stream,
        _ => panic!("a fault on streams"),
    }
}

fn segment(behind: usize) -> Chunk {
    Chunk { len: 1460, behind, at: Duration::ZERO, before: None }
}

fn verdicts(value: Value, behind: usize, count: usize) -> Vec<Verdict> {
    let (mut fault, mut dice) = (stream(value), Dice::new(Seed(7), 1, 1));
    (0..count).map(|_| fault.decide(segment(behind), &mut dice)).collect()
}

/// What so many time-outs in a row take: 200 ms, doubled each time, at most two minutes.
fn timeouts(count: u32) -> Duration {
    (0..count).map(|n| Duration::from_millis((200 << n).min(120_000))).sum()
}

/// How many transmissions were lost before one got through; more than 15 reset the connection.
fn losses(verdict: &Verdict) -> u32 {
    let count =
        (0..=16).find(|count| timeouts(*count) == verdict.hold).expect("a sum of time-outs");
    assert_eq!(verdict.then == Then::Reset, count == 16, "{verdict:?}");
    count
}

/// The share of transmissions that were lost, retransmissions included.
fn rate(value: Value) -> f64 {
    let all = verdicts(value, 0, 100_000);
    let lost: u32 = all.iter().map(losses).sum();
    f64::from(lost) / (f64::from(lost) + all.len() as f64)
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 0.008, "{found} instead of {expected}");
}

#[test]
fn independent_loss_is_as_frequent_as_asked() {
    for probability in [0.02, 0.2, 0.5] {
        let found = rate(json!({ "type": "packetloss", "probability": probability }));
        assert_near(found, probability);
    }
}

#[test]
fn the_gilbert_elliott_model_loses_its_stationary_share() {
    // The bad state takes p / (p + r) of the time.
    let bursts = json!({ "type": "packetloss", "p": 0.05, "r": 0.45 });
    assert_near(rate(bursts), 0.1);
    let soft = json!({ "type": "packetloss", "p": 0.1, "r": 0.3, "h": 0.4, "k": 0.95 });
    assert_near(rate(soft), 0.25 * 0.6 + 0.75 * 0.05);
}

#[test]
fn the_default_ladder_loses_its_stationary_share() {
    // Its states are taken 6 : 12 : 6 : 3 : 1 of the time, and lose 0, 0.1, 0.3, 0.6 and 0.9.
    let expected = (12.0 * 0.1 + 6.0 * 0.3 + 3.0 * 0.6 + 0.9) / 28.0;
    assert_near(rate(json!({ "type": "packetloss" })), expected);
}

#[test]
fn losses_come_in_bursts_where_the_model_says_so() {
    // How much likelier a segment is lost if the one before it was.
    let burst = |value: Value| {
        let lost: Vec<bool> =
            verdicts(value, 0, 50_000).iter().map(|verdict| losses(verdict) > 0).collect();
        let share =
            |lost: &[bool]| lost.iter().filter(|lost| **lost).count() as f64 / lost.len() as f64;
        let after: Vec<bool> = lost.windows(2).filter(|pair| pair[0]).map(|pair| pair[1]).collect();
        share(&after) / share(&lost)
    };
    let independent = burst(json!({ "type": "packetloss", "probability": 0.1 }));
    assert!((0.9..1.1).contains(&independent), "{independent}");
    let ladder = burst(json!({ "type": "packetloss" }));
    assert!(ladder > 1.3, "{ladder}");
    let gilbert = burst(json!({ "type": "packetloss", "p": 0.01, "r": 0.2, "h": 0.5 }));
    assert!(gilbert > 3.0, "{gilbert}");
}

#[test]
fn a_loss_with_three_segments_behind_it_costs_a_round_trip() {
    let value = json!({ "type": "packetloss", "probability": 0.5, "round_trip": 30 });
    let all = verdicts(value.clone(), 3 * 1460, 1000);
    let fast = |count: u32| Duration::from_millis(30) + timeouts(count - 1);
    for verdict in &all {
        let known = (1..=15).any(|count| fast(count) == verdict.hold);
        assert!(known || verdict.hold.is_zero(), "{verdict:?}");
    }
    assert!(all.iter().any(|verdict| verdict.hold == fast(1)));
    assert!(all.iter().any(|verdict| verdict.hold == fast(2)), "a second loss costs a time-out");
    // One segment less, and the sender has to wait for its time-out.
    let slow = verdicts(value, 3 * 1460 - 1, 1000);
    assert!(slow.iter().any(|verdict| losses(verdict) == 1));
}

#[test]
fn fifteen_losses_in_a_row_are_borne_and_one_more_resets() {
    let all = verdicts(json!({ "type": "packetloss", "probability": 1 }), 0, 3);
    for verdict in all {
        assert_eq!((verdict.then, verdict.hold), (Then::Reset, timeouts(16)));
    }
    let hard = verdicts(json!({ "type": "packetloss", "probability": 0.9 }), 0, 2000);
    assert!(hard.iter().any(|verdict| losses(verdict) == 15), "the last retransmission counts");
}

#[test]
fn a_segment_is_held_or_resets_and_nothing_else() {
    for value in [
        json!({ "type": "packetloss" }),
        json!({ "type": "packetloss", "probability": 0.7 }),
        json!({ "type": "packetloss", "p": 0.3, "r": 0.1 }),
    ] {
        for verdict in verdicts(value, 0, 2000) {
            assert_eq!(verdict.rate, None);
            assert_ne!(verdict.then, Then::Stall);
        }
    }
}

#[test]
fn bytes_are_decided_a_segment_at_a_time_and_the_end_cannot_be_lost() {
    let mut fault = stream(json!({ "type": "packetloss", "probability": 1 }));
    assert_eq!(fault.span(Chunk { len: 100_000, ..segment(0) }), 1460);
    assert_eq!(fault.span(Chunk { len: 100, ..segment(0) }), 100);
    let end = Chunk { len: 0, ..segment(0) };
    assert_eq!(fault.decide(end, &mut Dice::new(Seed(7), 1, 1)), Verdict::PASS);
}
