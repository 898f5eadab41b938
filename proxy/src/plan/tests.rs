//! When which faults act, on a clock that only the tests move.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::time::{Instant, advance};

use super::{Active, MOST, Plan, Scope};
use crate::{
    clock::Clock,
    dice::Seed,
    fault::{Fault, Flow},
    mapping::Target,
};

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
        seen.push(kinds(&watch.active()));
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
    watch.update();
    assert!(watch.changed().await);
    assert_eq!((start.elapsed(), kinds(&watch.update())), (SECOND, vec!["blackhole"]));
    assert!(watch.changed().await);
    assert_eq!((start.elapsed(), kinds(&watch.update())), (SECOND * 2, vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_live_change_acts_at_once_and_its_period_counts_from_the_start_of_the_run() {
    let plan = follow(None, &[]);
    advance(SECOND * 10).await;
    let scheduled = json!({ "type": "latency", "mean": 1, "period": "start:12s,duration:1s" });
    plan.set(faults(&[scheduled, json!({ "type": "blackhole" })])).expect("faults");
    let (mut watch, start) = (plan.watch(), Instant::now());
    assert_eq!(kinds(&watch.update()), ["blackhole"]);
    assert!(watch.changed().await);
    assert_eq!(start.elapsed(), SECOND * 2);
    assert_eq!(kinds(&watch.update()), ["latency", "blackhole"]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_a_change_leaves_as_it_was_keeps_its_identity() {
    let (latency, jitter) = (json!({ "type": "latency", "mean": 5 }), json!({ "type": "jitter" }));
    let plan = follow(None, &[latency.clone(), json!({ "type": "blackhole" })]);
    let watch = plan.watch();
    let before = watch.active();
    plan.set(faults(&[jitter, latency])).expect("faults");
    let after = watch.active();
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
        let active = plan.watch().active();
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
        let active = plan.watch().active();
        let set = active.slots().iter().fold(0, |set, slot| set | slot.bit);
        assert_eq!((active.slots().len(), set), (MOST, u64::MAX));
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_full_plan_a_newcomer_before_those_that_stay_takes_the_place_of_the_one_that_left() {
    let latency = |mean: usize| json!({ "type": "latency", "mean": mean });
    let all: Vec<_> = (1..=MOST).map(latency).collect();
    let plan = follow(None, &all);
    let next: Vec<_> = std::iter::once(latency(99)).chain(all[1..].iter().cloned()).collect();
    plan.set(faults(&next)).expect("faults");
    let set = plan.watch().active().slots().iter().fold(0, |set, slot| set | slot.bit);
    assert_eq!(set, u64::MAX);
}

#[tokio::test(start_paused = true)]
async fn labels_and_draws_follow_the_list_and_what_is_held_follows_the_fault() {
    let [one, two, three] = [1, 2, 3].map(|mean| json!({ "type": "latency", "mean": mean }));
    let plan = follow(None, &[one, two.clone()]);
    let before = plan.watch().active();
    plan.set(faults(&[two, three])).expect("faults");
    let after = plan.watch().active();
    assert_eq!((before.labels(), after.labels()), (after.labels(), before.labels()));
    let ([one, two], [same, new]) = (before.slots(), after.slots()) else { panic!("two each") };
    assert_eq!((same.id, same.bit), (two.id, two.bit));
    assert_eq!((same.key, new.key), (one.key, two.key));
    assert_eq!((same.label.as_str(), new.label.as_str()), ("latency", "latency#2"));
    assert!(new.id != one.id && new.id != two.id);
}

#[tokio::test(start_paused = true)]
async fn a_phase_counts_from_its_beginning_also_for_a_fault_of_the_phase_before() {
    let scheduled = json!({ "type": "latency", "mean": 1, "period": "start:10%,duration:2s" });
    let lasting = json!({ "type": "blackhole" });
    let plan = follow(None, std::slice::from_ref(&lasting));
    let mut ids = Vec::new();
    for total in [10, 20] {
        advance(SECOND * 5).await;
        let phase = faults(&[scheduled.clone(), lasting.clone()]);
        plan.begin(phase, Some(SECOND * total)).expect("faults");
        ids.extend(plan.watch().active().slots().iter().map(|slot| slot.id));
        let acting = by_second(&plan, 5).await;
        let first = acting.iter().position(|kinds| kinds.len() == 2);
        assert_eq!(first, Some(total as usize / 10), "{acting:?}");
        assert_eq!(acting.iter().filter(|kinds| kinds.len() == 2).count(), 2, "{acting:?}");
    }
    assert_eq!(ids, [0, 0], "what lasts is the same fault all along");
    plan.set(faults(&[json!({ "type": "jitter", "period": "start:1h" })])).expect("faults");
    advance(SECOND * 3500).await;
    assert!(kinds(&plan.watch().active()).is_empty(), "the run's periods count from its start");
}

#[tokio::test(start_paused = true)]
async fn a_view_shows_what_acts_on_its_traffic_and_copies_nothing_if_that_is_all_or_none() {
    let plan = follow(
        None,
        &[
            json!({ "type": "latency", "mean": 1 }),
            json!({ "type": "blackhole", "upstreams": "a.test" }),
        ],
    );
    let view = |host: &str, general| {
        let target = Target { host: host.to_owned(), port: 80 };
        plan.watch_within(Scope::new(&target, general))
    };
    assert_eq!(kinds(&view("a.test", true).active()), ["latency", "blackhole"]);
    assert_eq!(kinds(&view("a.test", false).active()), ["blackhole"]);
    assert_eq!(kinds(&view("b.test", true).active()), ["latency"]);
    assert!(kinds(&view("b.test", false).active()).is_empty());
    assert!(Arc::ptr_eq(&view("a.test", true).active(), &plan.watch().active()));
    assert!(!view("a.test", false).active().acts_on(Flow::Request));
    let (mut one, other) = (view("b.test", false), view("c.test", false));
    assert!(Arc::ptr_eq(&one.active(), &other.active()));
    plan.set(faults(&[json!({ "type": "jitter", "upstreams": "b.test" })])).expect("faults");
    assert!(one.has_changed());
    assert_eq!((kinds(&one.update()), kinds(&other.active())), (vec!["jitter"], vec![]));
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
    watch.update();
    plan.set(faults(&[latency])).expect("faults");
    assert!(!watch.has_changed());
    plan.set(vec![]).expect("faults");
    assert!(watch.has_changed());
}
