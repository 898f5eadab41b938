//! How far a run of scenarios is, test by test: a live line for each that is under way, and a line
//! that stays for each that has ended.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use fault_scenario::{Verdict, run::RunUpdate};
use indicatif::{FormattedDuration, ProgressBar, ProgressStyle};
use tokio::time::Instant;

use super::frame::{HEADER, word};
use crate::output;

/// What the calls without faults are told as.
const CONTROL: &str = "without faults";

/// How often the spinner of a live line moves.
const TICK: Duration = Duration::from_millis(200);

/// How wide a live line's bar is at most.
const WIDEST: u64 = 20;

/// The marks of a bar: what is done, and what is not.
const MARKS: [char; 2] = ['▮', '▯'];

/// How a run is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watched {
    /// Not at all.
    Not,
    /// In lines that stay: nobody sees what moves.
    Lines,
    /// On a terminal.
    Live,
}

/// The tests that are under way.
#[derive(Debug)]
pub(super) struct Board {
    watched: Watched,
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    /// Whether any test has begun.
    begun: bool,
    under_way: HashMap<usize, Row>,
}

/// A test that is under way.
#[derive(Debug)]
struct Row {
    title: String,
    call: String,
    place: Place,
    began: Instant,
    bar: Option<ProgressBar>,
}

/// How far a test is. What it tells are the steps of one phase after the other.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// How many steps the whole test takes.
    all: u64,
    /// How many of them are in the phases before.
    before: u64,
    /// How many of this phase are done, and how many it has; none before the first is told.
    phase: Option<(u64, u64)>,
}

impl Board {
    pub(super) fn new(watched: Watched) -> Self {
        Self { watched, rows: Mutex::default() }
    }

    /// Shows an update.
    pub(super) fn tell(&self, update: RunUpdate) {
        if self.watched == Watched::Not {
            return;
        }
        let mut rows = self.rows();
        match update {
            RunUpdate::Started { test, scenario, name, steps, .. } => {
                if !std::mem::replace(&mut rows.begun, true) {
                    output::warn(HEADER);
                }
                let live = self.watched == Watched::Live;
                rows.under_way.insert(test, Row::new(plain(&scenario), plain(&name), steps, live));
            }
            RunUpdate::Moved { test, done, steps, what, errors } => {
                if let Some(row) = rows.under_way.get_mut(&test) {
                    row.goes_on(done, steps, &what, errors);
                }
            }
            RunUpdate::Listening { .. } => {}
            RunUpdate::Ended { test, verdict, reason } => {
                if let Some(row) = rows.under_way.remove(&test) {
                    output::warn(&row.ends(verdict, reason.as_deref()));
                }
            }
        }
    }

    /// Makes room for what comes after the run.
    pub(super) fn close(&self) {
        let mut rows = self.rows();
        for row in std::mem::take(&mut rows.under_way).into_values() {
            row.clear();
        }
        if rows.begun {
            output::warn("\n");
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Row {
    fn new(title: String, call: String, steps: u64, live: bool) -> Self {
        let bar = live.then(|| {
            let bar = output::live(ProgressBar::new(steps).with_style(style(steps)));
            bar.set_prefix(title.clone());
            bar.set_message(format!("[{call}]"));
            bar.enable_steady_tick(TICK);
            bar
        });
        let place = Place { all: steps, ..Place::default() };
        Self { title, call, place, began: Instant::now(), bar }
    }

    fn goes_on(&mut self, done: u64, steps: u64, what: &str, errors: u64) {
        self.place.moves(done, steps, what);
        if let Some(bar) = &self.bar {
            bar.set_position(self.place.done());
            bar.set_message(format!("[{}] {}", self.call, state(what, errors)));
        }
    }

    /// Takes the live line away.
    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// The line that stays of the test.
    fn ends(self, verdict: Verdict, reason: Option<&str>) -> String {
        self.clear();
        let Self { title, call, place, .. } = &self;
        let (done, steps) = (place.done(), place.all);
        let elapsed = FormattedDuration(self.began.elapsed());
        let bar = self.bar.as_ref().map(|_| format!("{} ", drawn(done, steps)));
        let verdict = word(verdict);
        let reason = reason.map(|reason| format!(": {}", plain(reason))).unwrap_or_default();
        format!(
            "{verdict}  {done}/{steps}  [{elapsed}] {title} {}[{call}]{reason}\n",
            bar.unwrap_or_default()
        )
    }
}

impl Place {
    fn moves(&mut self, done: u64, steps: u64, what: &str) {
        self.before = match self.phase {
            // A single call without faults that came before is not told by itself.
            None if what != CONTROL && self.all == steps + 1 => 1,
            Some((past, of)) if done < past || steps != of => self.before + of,
            _ => self.before,
        };
        self.phase = Some((done, steps));
    }

    fn done(&self) -> u64 {
        (self.before + self.phase.map_or(0, |(done, _)| done)).min(self.all)
    }
}

/// What a test is at, in a few words.
fn state(what: &str, errors: u64) -> String {
    match errors {
        0 => plain(what),
        1 => format!("{}, 1 error", plain(what)),
        _ => format!("{}, {errors} errors", plain(what)),
    }
}

fn style(steps: u64) -> ProgressStyle {
    let width = steps.clamp(1, WIDEST);
    let template = format!(
        "{{spinner}}  {{pos}}/{{len}}  [{{elapsed_precise}}] {{prefix}} {{bar:{width}}} {{msg}}"
    );
    let style = ProgressStyle::with_template(&template).expect("the template is well formed");
    style.progress_chars(&MARKS.iter().collect::<String>())
}

/// A bar that does not move any more.
fn drawn(done: u64, steps: u64) -> String {
    let width = steps.clamp(1, WIDEST);
    let full = done.min(steps) * width / steps.max(1);
    (0..width).map(|at| MARKS[usize::from(at >= full)]).collect()
}

/// Text without what would move a terminal's cursor or break the line: titles come from files.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(live: bool) -> Row {
        let mut row = Row::new("A slow upstream".into(), "GET http://a/ping".into(), 4, live);
        row.goes_on(4, 4, "with faults", 1);
        row
    }

    #[test]
    fn a_test_that_has_ended_leaves_a_line_with_its_verdict() {
        assert_eq!(
            row(false).ends(Verdict::Passed, None),
            "passed  4/4  [00:00:00] A slow upstream [GET http://a/ping]\n"
        );
        assert_eq!(
            row(true).ends(Verdict::Failed, Some("too\nslow")),
            "failed  4/4  [00:00:00] A slow upstream ▮▮▮▮ [GET http://a/ping]: too slow\n"
        );
    }

    #[test]
    fn the_phases_of_a_test_add_up() {
        for (all, told, wanted) in [
            (4, &[(1, 3, "with faults"), (3, 3, "with faults")][..], 4),
            (2, &[(1, 1, "with faults")], 2),
            (60, &[(9, 12, CONTROL), (0, 48, "with faults"), (30, 48, "after the faults")], 42),
            (30, &[(10, 10, "value 9"), (4, 10, "value 5"), (6, 10, "value 5")], 16),
            (4, &[], 0),
        ] {
            let mut place = Place { all, ..Place::default() };
            for (done, steps, what) in told {
                place.moves(*done, *steps, what);
            }
            assert_eq!(place.done(), wanted, "{told:?}");
        }
    }

    #[test]
    fn a_bar_is_as_full_as_the_test_is_done_and_never_too_wide() {
        assert_eq!(drawn(1, 4), "▮▯▯▯");
        assert_eq!(drawn(9, 4), "▮▮▮▮");
        assert_eq!(drawn(0, 0), "▯");
        assert_eq!(drawn(50, 1000).chars().filter(|mark| *mark == '▮').count(), 1);
        assert_eq!(drawn(1000, 1000).chars().count(), 20);
        style(4);
    }

    #[test]
    fn errors_are_counted_behind_what_a_test_is_at() {
        assert_eq!(state("recovery", 0), "recovery");
        assert_eq!(state("with faults", 1), "with faults, 1 error");
        assert_eq!(state("with faults", 3), "with faults, 3 errors");
    }
}
