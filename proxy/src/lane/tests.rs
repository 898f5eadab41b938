//! What holds for every lane, whatever the faults, the chunks and the changes.

use std::time::Duration;

use bytes::Bytes;
use proptest::{prelude::*, test_runner::RngSeed};
use serde_json::json;
use tokio::time::Instant;

use super::{Budget, LANE_CAP, Lane, Next, Origin, Payload, Pulse, STALL_CAP};
use crate::{
    dice::Seed,
    event::Hit,
    fault::{Fault, Flow},
    plan::Plan,
};

/// A lane, its plan and a clock that only the test moves.
struct Bench {
    plan: Plan,
    lane: Lane,
    start: Instant,
    now: Instant,
    out: Vec<(Instant, Payload)>,
}

fn fault(value: serde_json::Value) -> Fault {
    Fault::from_value(&value).expect("a fault")
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn latency(mean: u64) -> Fault {
    fault(json!({ "type": "latency", "mean": mean }))
}

fn bandwidth(rate: u64) -> Fault {
    fault(json!({ "type": "bandwidth", "rate": rate }))
}

fn blackhole() -> Fault {
    fault(json!({ "type": "blackhole" }))
}

impl Bench {
    fn new(faults: Vec<Fault>) -> Self {
        let start = Instant::now();
        let plan = Plan::new(Seed(7), start, None);
        let lane = Lane::new(
            Flow::Response,
            None,
            Origin {
                seed: Seed(7),
                subject: 1,
                budget: Budget::default(),
                pulse: Pulse::new(start),
            },
            start,
        );
        let mut bench = Self { plan, lane, start, now: start, out: Vec::new() };
        bench.set(faults);
        bench
    }

    fn set(&mut self, faults: Vec<Fault>) {
        self.plan.set(faults).expect("faults");
        self.replan();
    }

    fn replan(&mut self) {
        let active = self.plan.watch().active();
        self.lane.replan(&active, self.now);
    }

    fn push(&mut self, bytes: impl Into<Bytes>) {
        self.lane.push(Payload::Data(bytes.into()), self.now);
    }

    /// Takes what leaves, each at the very moment it may, until the time has passed.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            match self.lane.next(self.now) {
                Next::Ready(payload) => self.out.push((self.now, payload)),
                Next::At(at) if at <= until => self.now = at,
                _ => break,
            }
        }
        self.now = until;
    }

    /// Takes what may leave now.
    fn drain(&mut self) {
        self.pass(Duration::ZERO);
    }

    fn bytes(&self) -> Vec<u8> {
        let data = self.out.iter().filter_map(|(_, payload)| match payload {
            Payload::Data(bytes) => Some(bytes),
            _ => None,
        });
        data.flatten().copied().collect()
    }

    /// When each piece left, since the start, and how long it was.
    fn departures(&self) -> Vec<(Duration, usize)> {
        let length = |payload: &Payload| match payload {
            Payload::Data(bytes) => bytes.len(),
            _ => 0,
        };
        self.out.iter().map(|(at, payload)| (*at - self.start, length(payload))).collect()
    }

    fn hit(&mut self, kind: &str) -> Hit {
        let hits = self.lane.take_hits();
        hits.into_iter().find(|hit| hit.fault == kind).expect(kind)
    }
}

#[test]
fn nothing_is_held_without_a_fault() {
    let mut bench = Bench::new(vec![]);
    assert!(bench.lane.is_idle());
    bench.push("abc");
    bench.drain();
    assert_eq!(bench.departures(), [(Duration::ZERO, 3)]);
}

#[test]
fn chunks_in_flight_overlap_so_latency_costs_no_throughput() {
    let mut bench = Bench::new(vec![latency(100)]);
    for _ in 0..50 {
        bench.push(vec![0; 1000]);
        bench.pass(ms(1));
    }
    bench.pass(ms(200));
    let expected: Vec<_> = (0..50).map(|index| (ms(100 + index), 1000)).collect();
    assert_eq!(bench.departures(), expected);
    let hit = bench.hit("latency");
    assert_eq!((hit.count, hit.released), (50, 50));
    assert_eq!((hit.asked_ms, hit.measured_ms, hit.measured_max_ms), (5000.0, 5000.0, 100.0));
}

#[test]
fn two_faults_that_delay_add_up() {
    let egress = json!({ "type": "latency", "mean": 30, "side": "client", "direction": "egress" });
    let mut bench = Bench::new(vec![latency(100), fault(egress)]);
    bench.push("x");
    bench.pass(ms(500));
    assert_eq!(bench.departures(), [(ms(130), 1)]);
}

#[test]
fn the_end_waits_behind_the_last_byte() {
    let mut bench = Bench::new(vec![latency(100)]);
    bench.push("x");
    bench.lane.push(Payload::End, bench.now);
    bench.pass(ms(99));
    assert!(bench.out.is_empty());
    bench.pass(ms(1));
    assert!(matches!(&bench.out[..], [(_, Payload::Data(_)), (_, Payload::End)]));
}

#[test]
fn a_reset_comes_after_what_was_sent_before_it_and_ends_the_lane() {
    let mut bench = Bench::new(vec![latency(100)]);
    bench.push("x");
    bench.lane.push(Payload::Reset, bench.now);
    bench.push("never");
    bench.pass(ms(1000));
    assert!(matches!(&bench.out[..], [(_, Payload::Data(_)), (_, Payload::Reset)]));
    assert_eq!(bench.bytes(), b"x");
}

#[test]
fn bandwidth_takes_exactly_the_time_the_rate_says() {
    let mut bench = Bench::new(vec![bandwidth(100_000)]);
    bench.push(vec![0; 50_000]);
    bench.pass(ms(10_000));
    let departures = bench.departures();
    assert_eq!(departures.last().expect("bytes").0, ms(500));
    let mut sum = 0;
    for (at, len) in departures {
        sum += len;
        let allowed = at.as_secs_f64() * 100_000.0;
        assert!(sum as f64 <= allowed + 1e-3, "{sum} bytes after {at:?}");
        // No more than two milliseconds' worth leaves at once, so the flow is even as well.
        assert!(allowed - sum as f64 <= 200.0 + 1e-3, "only {sum} bytes after {at:?}");
    }
}

#[test]
fn the_slower_of_two_limits_counts() {
    let fast = json!({ "type": "bandwidth", "rate": 50, "unit": "KBps", "side": "client",
        "direction": "egress" });
    let mut bench = Bench::new(vec![bandwidth(10_000), fault(fast)]);
    bench.push(vec![0; 1000]);
    bench.pass(ms(10_000));
    assert_eq!(bench.departures().last().expect("bytes").0, ms(100));
}

#[test]
fn an_idle_link_saves_nothing_up() {
    let mut bench = Bench::new(vec![bandwidth(1000)]);
    bench.pass(ms(5000));
    bench.push(vec![0; 100]);
    bench.pass(ms(5000));
    assert_eq!(bench.departures().last().expect("bytes").0, ms(5100));
}

#[test]
fn a_blackhole_holds_until_it_is_lifted_and_then_lets_all_flow() {
    let mut bench = Bench::new(vec![blackhole()]);
    bench.push("held");
    bench.pass(ms(60_000));
    assert!(bench.out.is_empty());
    assert!(bench.lane.is_stalled());
    bench.set(vec![]);
    bench.push(" and new");
    bench.drain();
    assert_eq!(bench.bytes(), b"held and new");
    let hit = bench.hit("blackhole");
    assert_eq!((hit.count, hit.released, hit.measured_ms), (1, 1, 60_000.0));
}

#[test]
fn a_healed_blackhole_leaves_the_latency_that_stays() {
    let mut bench = Bench::new(vec![blackhole(), latency(300)]);
    bench.push("x");
    bench.pass(ms(10));
    bench.set(vec![latency(300)]);
    bench.pass(ms(1000));
    assert_eq!(bench.departures(), [(ms(300), 1)]);
}

#[test]
fn a_healed_blackhole_does_not_burst_through_the_limit_that_stays() {
    let mut bench = Bench::new(vec![blackhole(), bandwidth(1000)]);
    bench.push(vec![0; 100]);
    bench.pass(ms(1000));
    bench.set(vec![bandwidth(1000)]);
    bench.pass(ms(1000));
    let departures = bench.departures();
    assert_eq!(departures[0].0, ms(1002));
    assert_eq!(departures.last().expect("bytes").0, ms(1100));
}

#[test]
fn what_a_removed_fault_held_leaves_at_once() {
    let mut bench = Bench::new(vec![latency(500)]);
    bench.push("held");
    bench.lane.push(Payload::Reset, bench.now);
    bench.pass(ms(10));
    bench.set(vec![]);
    bench.drain();
    assert_eq!(bench.departures(), [(ms(10), 4), (ms(10), 0)]);
    assert!(bench.lane.is_idle());
}

#[test]
fn what_only_waited_behind_a_removed_fault_leaves_at_once_too() {
    let jitter = || fault(json!({ "type": "jitter", "amplitude": 60_000, "frequency": 0.001 }));
    let mut bench = Bench::new(vec![jitter(), latency(5)]);
    bench.push("late");
    bench.push("behind");
    bench.pass(ms(20));
    assert!(bench.out.is_empty(), "the first chunk is disturbed");
    bench.set(vec![latency(5)]);
    bench.drain();
    assert_eq!(bench.bytes(), b"latebehind");
}

#[test]
fn removing_another_fault_does_not_let_bytes_burst_through_the_link() {
    let jitter = || fault(json!({ "type": "jitter", "amplitude": 3000, "frequency": 0.001 }));
    let mut bench = Bench::new(vec![bandwidth(1000), jitter()]);
    bench.push(vec![0; 100]);
    bench.pass(ms(1));
    bench.set(vec![bandwidth(1000)]);
    bench.pass(ms(5000));
    let mut sum = 0;
    for (at, len) in bench.departures() {
        sum += len;
        assert!(sum as f64 <= at.as_secs_f64() * 1000.0 + 1e-6, "{sum} bytes after {at:?}");
    }
    assert_eq!(sum, 100);
}

#[test]
fn a_fault_that_takes_a_removed_ones_place_does_not_keep_what_that_held() {
    let mut bench = Bench::new(vec![blackhole()]);
    bench.push("held");
    // Two changes before the lane looks: the second may use what the blackhole was known by.
    bench.plan.set(vec![latency(1)]).expect("a fault");
    bench.plan.set(vec![latency(2)]).expect("a fault");
    bench.replan();
    bench.drain();
    assert_eq!(bench.bytes(), b"held");
}

#[test]
fn a_fault_that_stays_keeps_what_it_holds() {
    let mut bench = Bench::new(vec![latency(100), blackhole()]);
    bench.push("x");
    bench.set(vec![blackhole(), latency(100), bandwidth(1_000_000)]);
    bench.pass(ms(1000));
    assert!(bench.out.is_empty());
}

#[test]
fn memory_is_bounded_and_less_so_where_nothing_moves() {
    let mut bench = Bench::new(vec![latency(60_000)]);
    assert_eq!(bench.lane.room(false), LANE_CAP);
    bench.push(vec![0; 1 << 20]);
    assert_eq!(bench.lane.room(false), LANE_CAP - (1 << 20));
    assert_eq!(bench.lane.room(true), 0);
    let mut stalled = Bench::new(vec![blackhole()]);
    stalled.push("x");
    assert_eq!(stalled.lane.room(false), STALL_CAP - 1);
}

#[test]
fn all_lanes_together_are_bounded_and_a_dropped_one_counts_no_more() {
    let plan = Plan::new(Seed(7), Instant::now(), None);
    plan.set(vec![latency(60_000)]).expect("a fault");
    let active = plan.watch().active();
    let (budget, now) = (Budget::default(), Instant::now());
    let lane = || {
        let mut lane = Lane::new(
            Flow::Response,
            None,
            Origin { seed: Seed(7), subject: 1, budget: budget.clone(), pulse: Pulse::new(now) },
            now,
        );
        lane.replan(&active, now);
        lane
    };
    let chunk = Bytes::from(vec![0; 32 << 20]);
    let mut full: Vec<Lane> = (0..8).map(|_| lane()).collect();
    assert_eq!(lane().room(false), LANE_CAP);
    full.iter_mut().for_each(|lane| lane.push(Payload::Data(chunk.clone()), now));
    assert_eq!(lane().room(false), STALL_CAP);
    full.pop();
    assert_eq!(lane().room(false), LANE_CAP);
}

#[test]
fn the_same_seed_makes_the_same_departures() {
    let run = |subject| {
        let mut bench = Bench::new(vec![
            fault(json!({ "type": "latency", "mean": 20, "stddev": 10, "per_read_write": true })),
            fault(json!({ "type": "packetloss", "probability": 0.2 })),
        ]);
        bench.lane = Lane::new(
            Flow::Response,
            None,
            Origin {
                seed: Seed(7),
                subject,
                budget: Budget::default(),
                pulse: Pulse::new(bench.start),
            },
            bench.start,
        );
        bench.replan();
        bench.push(vec![0; 50_000]);
        bench.pass(Duration::from_secs(600));
        bench.departures()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// Faults to choose from, by the bits of a number.
fn choose(set: u8) -> Vec<Fault> {
    let all = [
        latency(40),
        fault(json!({ "type": "latency", "distribution": "pareto", "scale": 5, "shape": 2,
            "per_read_write": true })),
        fault(json!({ "type": "jitter", "amplitude": 30, "frequency": 50 })),
        fault(json!({ "type": "bandwidth", "rate": 200, "unit": "KBps" })),
        fault(json!({ "type": "packetloss", "probability": 0.1 })),
        fault(json!({ "type": "packetloss", "p": 0.05, "r": 0.9 })),
        blackhole(),
        fault(json!({ "type": "bandwidth", "rate": 90, "unit": "KBps" })),
    ];
    all.into_iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0).map(|(_, f)| f).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Push(usize),
    Pass(u64),
    Set(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1usize..20_000).prop_map(Step::Push),
        3 => (0u64..200).prop_map(Step::Pass),
        2 => any::<u8>().prop_map(Step::Set),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::with_cases(96)
    })]

    #[test]
    fn whatever_the_faults_and_changes_the_same_bytes_come_out_in_order(first: u8, steps in steps()) {
        let mut bench = Bench::new(choose(first));
        let mut sent = Vec::new();
        for step in steps {
            match step {
                Step::Push(len) => {
                    let chunk: Vec<u8> = (0..len).map(|index| (sent.len() + index) as u8 ^ (index >> 8) as u8).collect();
                    sent.extend_from_slice(&chunk);
                    bench.push(chunk);
                }
                Step::Pass(millis) => bench.pass(ms(millis)),
                Step::Set(set) => bench.set(choose(set)),
            }
        }
        bench.lane.push(Payload::End, bench.now);
        bench.set(vec![]);
        bench.drain();
        prop_assert!(matches!(bench.out.last(), Some((_, Payload::End))));
        prop_assert!(bench.bytes() == sent, "the stream is another one");
        prop_assert!(bench.lane.is_idle());
        prop_assert_eq!(bench.lane.room(false), LANE_CAP);
    }

    #[test]
    fn nothing_leaves_before_what_holds_it_says_so(steps in steps()) {
        // Three fixed delays, whose sum tells which of them must have passed.
        let all = [7, 40, 150];
        let mut bench = Bench::new(vec![]);
        let (mut active, mut arrived, mut left) = (0u8, Vec::new(), 0);
        for step in steps {
            let before = bench.now;
            match step {
                Step::Push(len) => {
                    arrived.push((before, active));
                    bench.push(vec![0; len]);
                }
                Step::Pass(millis) => bench.pass(ms(millis)),
                Step::Set(set) => {
                    active = set & 7;
                    let on = |bit: &usize| active & (1 << bit) != 0;
                    bench.set((0..3).filter(on).map(|bit| latency(all[bit])).collect());
                    for (_, by) in &mut arrived[left..] {
                        *by &= active;
                    }
                    bench.drain();
                }
            }
            while left < bench.out.len() {
                let (at, by) = arrived[left];
                let held = (0..3).filter(|bit| by & (1 << bit) != 0).map(|bit| all[bit]).sum();
                let delay = bench.out[left].0 - at;
                prop_assert!(delay >= ms(held), "{:?} instead of {} ms", delay, held);
                left += 1;
            }
        }
    }

    #[test]
    fn no_more_leaves_than_the_link_carries(
        rate in 1_000u64..5_000_000,
        chunks in prop::collection::vec((1usize..40_000, 0u64..50), 1..20),
    ) {
        let mut bench = Bench::new(vec![bandwidth(rate)]);
        let mut total = 0;
        for (len, pause) in chunks {
            bench.push(vec![0; len]);
            total += len;
            bench.pass(ms(pause));
        }
        bench.pass(Duration::from_secs(3600));
        let mut sum = 0;
        for (at, len) in bench.departures() {
            sum += len;
            // Each piece's time is rounded to a nanosecond.
            let slack = rate as f64 * 1e-9 * bench.out.len() as f64;
            prop_assert!(sum as f64 <= at.as_secs_f64() * rate as f64 + slack + 1e-6);
        }
        prop_assert_eq!(sum, total);
    }
}
