//! What is shown while a run goes on: a live line or a line for each event, and a summary at its
//! end.
//!
//! Showing has a thread of its own, so that a slow terminal or a full pipe holds back no traffic.

use std::time::Duration;

use fault_proxy::{Event, Subscription};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::{
    runtime::Handle,
    task::JoinHandle,
    time::{Instant, MissedTickBehavior},
};

use crate::{output, summary::Summary, tail};

/// How often the live line is drawn.
const TICK: Duration = Duration::from_millis(200);

/// How long events gather before the next look.
const GATHER: Duration = Duration::from_millis(20);

/// How long the summary may wait for a reader of standard output.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is shown of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing.
    Silent,
    /// A live line, if somebody looks, and a summary.
    Summary,
    /// The same, and each event.
    Tail,
}

/// The screen of a run.
pub(crate) struct Screen {
    showing: JoinHandle<()>,
}

impl Screen {
    /// Shows the events, and a live line: a progress bar if the run's duration is known.
    pub(crate) fn open(events: Subscription, mode: Mode, duration: Option<Duration>) -> Self {
        let runtime = Handle::current();
        let showing = tokio::task::spawn_blocking(move || {
            runtime.block_on(show(events, mode, &Line::new(duration)));
        });
        Self { showing }
    }

    /// Shows what is left once the events have ended.
    pub(crate) async fn close(self) {
        // A reader that never reads must not keep the program from ending.
        let _ = tokio::time::timeout(PATIENCE, self.showing).await;
    }
}

async fn show(mut events: Subscription, mode: Mode, line: &Line) {
    let mut summary = Summary::default();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => {
                    note(&event, mode, &mut summary);
                    while let Some(event) = events.try_next() {
                        note(&event, mode, &mut summary);
                    }
                    // Events gather for a moment: to be woken for each costs more than the event.
                    tokio::time::sleep(GATHER).await;
                }
                None => break,
            },
            _ = tick.tick() => line.draw(&summary),
        }
    }
    line.bar.finish_and_clear();
    summary.close(line.start.elapsed(), events.dropped());
    output::say(&format!("\n{summary}"));
}

fn note(event: &Event, mode: Mode, summary: &mut Summary) {
    let failure = summary.add(event);
    match (mode, failure) {
        (Mode::Tail, _) => output::say(&tail::line(event)),
        (_, Some((code, message))) => output::warn(&format!("warning: {message} [{code}]\n")),
        _ => {}
    }
}

/// The line at the bottom of the terminal.
struct Line {
    bar: ProgressBar,
    start: Instant,
}

impl Line {
    fn new(duration: Option<Duration>) -> Self {
        let (bar, template) = match duration {
            Some(duration) => {
                let bar = ProgressBar::new(millis(duration));
                (bar, "{spinner} {bar:30} {msg} of the run; {prefix}")
            }
            None => (ProgressBar::new_spinner(), "{spinner} {prefix}"),
        };
        let style = ProgressStyle::with_template(template).expect("the template is well formed");
        Self { bar: output::live(bar.with_style(style)), start: Instant::now() }
    }

    fn draw(&self, summary: &Summary) {
        self.bar.set_prefix(summary.brief());
        if let Some(total) = self.bar.length() {
            let done = millis(self.start.elapsed()).min(total);
            self.bar.set_position(done);
            self.bar.set_message(format!("{}%", done * 100 / total.max(1)));
        } else {
            self.bar.tick();
        }
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
