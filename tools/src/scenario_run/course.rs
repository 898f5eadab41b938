//! How far a run of scenarios is, told in seconds.

use std::sync::{Arc, Mutex, PoisonError};

use fault_scenario::{
    Verdict,
    plan::{Plan, Test},
    run::{RunUpdate, Watcher},
};
use tokio::time::Instant;

use crate::context::Progress;

/// What a test counts at least, in seconds: also a single call takes a while.
const LEAST: f64 = 1.0;

/// How far each test of a run is.
struct Course {
    tests: Vec<Leg>,
}

/// How far a test is. Its phases count their steps each for itself, so that time is what tells.
struct Leg {
    name: String,
    /// How many seconds it takes.
    length: f64,
    began: Option<Instant>,
    ended: bool,
}

/// Who tells `progress` how the run of `plan` goes on.
pub(super) fn watcher(plan: &Plan, progress: Progress) -> Watcher {
    let leg = |test: &Test| Leg {
        name: test.name().to_owned(),
        length: test.length().as_secs_f64().max(LEAST),
        began: None,
        ended: false,
    };
    let course = Mutex::new(Course { tests: plan.tests().iter().map(leg).collect() });
    Arc::new(move |update| {
        let mut course = course.lock().unwrap_or_else(PoisonError::into_inner);
        let message = course.take(&update);
        progress.step(update);
        let (done, total) = course.sums();
        progress.report(done, total, message);
    })
}

impl Course {
    /// Takes in an update; what is going on, in words.
    fn take(&mut self, update: &RunUpdate) -> String {
        match update {
            RunUpdate::Listening { .. } => "the proxy listens".to_owned(),
            RunUpdate::Started { test, .. } => {
                if let Some(leg) = self.tests.get_mut(*test) {
                    leg.began = Some(Instant::now());
                }
                self.place(*test, "begins")
            }
            RunUpdate::Moved { test, what, .. } => self.place(*test, what),
            RunUpdate::Ended { test, verdict, .. } => {
                if let Some(leg) = self.tests.get_mut(*test) {
                    leg.ended = true;
                }
                self.place(*test, verdict_word(*verdict))
            }
        }
    }

    fn place(&self, test: usize, what: &str) -> String {
        let name = self.tests.get(test).map_or("", |leg| &leg.name);
        format!("{}/{} {name}: {what}", test + 1, self.tests.len())
    }

    fn sums(&self) -> (f64, f64) {
        let done = self.tests.iter().map(Leg::done).sum();
        (done, self.tests.iter().map(|leg| leg.length).sum())
    }
}

impl Leg {
    /// How many of its seconds are done. Answers that are late make none of the next test.
    fn done(&self) -> f64 {
        match self.began {
            _ if self.ended => self.length,
            Some(began) => began.elapsed().as_secs_f64().min(self.length),
            None => 0.0,
        }
    }
}

fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Inconclusive => "inconclusive",
    }
}
