//! When which faults act, on a clock that only the tests move.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::time::{Instant, advance};

use super::{Active, MOST, Plan};
use crate::{clock::Clock, dice::Seed, fault::Fault};

const SECOND: Duration = Duration::from_secs(1);

fn faults(values: &[Value]) -> Vec<Fault> {
    values.iter().map(|value| Fault::from_value(value).expect("a fault")).collect()
}

/// A plan that is followed, from now on.
fn follow(total: Option<Duration>, values: &[Value]) -> Arc<Plan> {
    let plan = Arc::new(Plan::new(Seed(7), Instant::now(), total));
    plan.set(faults(values)).expect("faults");
    let followed = Arc::clone(&plan);
    tokio::spawn(async move { followed.follow(Clock::Tokio).await });
    plan
}

fn kinds(active: &Active) -> Vec<&'static str> {
    active.slots().iter().map(|slot| slot.fault.kind()).collect()
}

/// What acts in the middle of each of so many seconds.
async fn by_second(plan: &Plan, seconds: usize) -> Vec<Vec<&'static str>> {
    let watch = plan.watch();
    let mut seen = Vec::new();
    tokio::time::sleep(SECOND / 2).await;
    for _ in 0..seconds {
        seen.push(kinds(&watch.borrow()));
        tokio::time::sleep(SECOND).await;
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn two_schedules_overlap_without_disturbing_each_other() {
    let plan = follow(
        None,
        &[
            json!({ "type": "latency", "mean": 300, "period": "duration:6s" }),
            json!({ "type": "httperror", "period": "start:2s,duration:2s" }),
        ],
    );
    let (one, both) = (vec!["latency"], vec!["latency", "httperror"]);
    let expected = [&one, &one, &both, &both, &one, &one, &vec![], &vec![]].map(Clone::clone);
    assert_eq!(by_second(&plan, 8).await, expected);
}

#[tokio::test(start_paused = true)]
async fn shares_are_taken_of_the_run_and_a_fault_can_act_again() {
    let plan = follow(
        Some(SECOND * 10),
        &[
            json!({ "type": "latency", "mean": 1, "period": "start:10%;duration:20%;start:80%" }),
            json!({ "type": "blackhole", "period": "start:2s,duration:10%" }),
        ],
    );
    let acting = by_second(&plan, 10).await;
    let at =
        |kind| -> Vec<usize> { (0..10).filter(|second| acting[*second].contains(&kind)).collect() };
    assert_eq!(at("latency"), [1, 2, 8, 9]);
    assert_eq!(at("blackhole"), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_schedule_turns_at_its_very_moment() {
    let plan = follow(None, &[json!({ "type": "blackhole", "period": "start:1s,duration:1s" })]);
    let (start, mut watch) = (Instant::now(), plan.watch());
    watch.borrow_and_update();
    watch.changed().await.expect("a turn");
    assert_eq!((start.elapsed(), kinds(&watch.borrow_and_update())), (SECOND, vec!["blackhole"]));
    watch.changed().await.expect("a turn");
    assert_eq!((start.elapsed(), kinds(&watch.borrow_and_update())), (SECOND * 2, vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_live_change_acts_at_once_and_its_period_counts_from_the_start_of_the_run() {
    let plan = follow(None, &[]);
    advance(SECOND * 10).await;
    let scheduled = json!({ "type": "latency", "mean": 1, "period": "start:12s,duration:1s" });
    plan.set(faults(&[scheduled, json!({ "type": "blackhole" })])).expect("faults");
    let (mut watch, start) = (plan.watch(), Instant::now());
    assert_eq!(kinds(&watch.borrow_and_update()), ["blackhole"]);
    watch.changed().await.expect("a turn");
    assert_eq!(start.elapsed(), SECOND * 2);
    assert_eq!(kinds(&watch.borrow_and_update()), ["latency", "blackhole"]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_a_change_leaves_as_it_was_keeps_its_identity() {
    let (latency, jitter) = (json!({ "type": "latency", "mean": 5 }), json!({ "type": "jitter" }));
    let plan = follow(None, &[latency.clone(), json!({ "type": "blackhole" })]);
    let watch = plan.watch();
    let before = Arc::clone(&watch.borrow());
    plan.set(faults(&[jitter, latency])).expect("faults");
    let after = Arc::clone(&watch.borrow());
    assert_eq!(kinds(&after), ["jitter", "latency"]);
    assert!(Arc::ptr_eq(&before.slots()[0], &after.slots()[1]));
    let bits: Vec<u64> = before.slots().iter().map(|slot| slot.bit).collect();
    assert!(!bits.contains(&after.slots()[0].bit), "the newcomer is told apart from both");
}

#[tokio::test(start_paused = true)]
async fn two_faults_that_are_alike_stay_two() {
    let latency = json!({ "type": "latency", "mean": 5 });
    let plan = follow(None, &[latency.clone(), latency.clone()]);
    for _ in 0..2 {
        let active = Arc::clone(&plan.watch().borrow());
        let [one, two] = active.slots() else { panic!("two faults") };
        assert_ne!(one.bit, two.bit);
        assert_ne!(one.key, two.key);
        plan.set(faults(&[latency.clone(), latency.clone()])).expect("faults");
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_a_full_plan_is_told_apart_also_after_a_change_of_all() {
    let plan = follow(None, &[]);
    for round in 0..3 {
        let all: Vec<_> =
            (0..MOST).map(|n| json!({ "type": "latency", "mean": n + 1 + round })).collect();
        plan.set(faults(&all)).expect("faults");
        let active = Arc::clone(&plan.watch().borrow());
        let set = active.slots().iter().fold(0, |set, slot| set | slot.bit);
        assert_eq!((active.slots().len(), set), (MOST, u64::MAX));
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_planned_is_refused_and_the_plan_stays() {
    let plan = follow(None, &[json!({ "type": "blackhole" })]);
    let share = json!({ "type": "jitter", "period": "start:5%" });
    let error = plan.set(faults(&[share])).expect_err("no run to take a share of");
    assert_eq!(error.code, "invalid_schedule");
    assert!(error.hint.contains("--duration"), "{}", error.hint);
    let many = vec![json!({ "type": "jitter" }); MOST + 1];
    assert_eq!(plan.set(faults(&many)).expect_err("too many").code, "too_many_faults");
    assert_eq!(plan.faults(), faults(&[json!({ "type": "blackhole" })]));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_changes_nothing_wakes_nobody() {
    let latency = json!({ "type": "latency", "mean": 5 });
    let plan = follow(None, std::slice::from_ref(&latency));
    let mut watch = plan.watch();
    watch.borrow_and_update();
    plan.set(faults(&[latency])).expect("faults");
    assert!(!watch.has_changed().expect("a plan"));
    plan.set(vec![]).expect("faults");
    assert!(watch.has_changed().expect("a plan"));
}
