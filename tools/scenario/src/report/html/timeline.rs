//! Latency over time: the calls without faults at the left, those with them at the right, on one scale.

use maud::{Markup, html};

use super::figure::{self, Key, LEFT, RIGHT};
use super::scale::{Scale, extent};
use super::{axis, band, merge, parts, series};
use crate::recording::Bucket;
use crate::report::text;
use crate::results::{FaultWindow, ItemResult, Plots};
use crate::slo::{Slo, SloType};

/// How far the two plots stand apart.
const GAP: f64 = 46.0;

/// How high a plot is.
const HEIGHT: f64 = 190.0;

/// How high the name of a fault is, above the plots.
const ROW: f64 = 19.0;

/// How many faults are named above the plots.
const ROWS: usize = 6;

/// From which ratio on between the largest and the least value equal distances are equal ratios.
const WIDE: f64 = 30.0;

/// A line: what it looks like and means, and what it shows of each part of the time.
type Line = (Key, fn(&Bucket) -> Option<f64>);

/// The lines, in the order in which they are drawn.
const LINES: [Line; 3] = [
    (Key { class: "max", meaning: "longest" }, |bucket| bucket.max_ms),
    (Key { class: "p95", meaning: "p95" }, |bucket| bucket.p95_ms),
    (Key { class: "p50", meaning: "median (p50)" }, |bucket| bucket.p50_ms),
];

/// One of the two plots.
struct Panel {
    name: &'static str,
    buckets: Vec<Bucket>,
    time: Scale,
}

/// Where everything stands.
struct Stage {
    panels: Vec<Panel>,
    millis: Scale,
    top: f64,
    bottom: f64,
}

/// The picture; absent if nothing was measured over time.
pub(super) fn render(item: &ItemResult) -> Option<Markup> {
    let lifted = lifted(item);
    let windows = windows(item, lifted);
    let rows = names(&windows);
    let stage = Stage::of(&item.plots, 30.0 + ROW * rows.len() as f64)?;
    let has_errors = stage.panels.iter().any(|panel| panel.buckets.iter().any(|b| b.errors > 0));
    let floor = stage.bottom + if has_errors { 20.0 } else { 0.0 };
    let drawn = html! {
        (stage.frame(floor))
        @if let Some(faulted) = stage.panels.last() {
            (faults(&stage, faulted, &windows, &rows))
            (stage.objectives(&item.plots.slos))
            @for panel in &stage.panels { (stage.measured(panel)) }
            @if has_errors { (errors(&stage)) }
            (recovery(item, &stage, faulted, lifted))
            @for panel in &stage.panels { (told(&stage, panel)) }
        }
    };
    let mut keys: Vec<Key> = LINES.iter().rev().map(|(key, _)| *key).collect();
    keys.extend(has_errors.then_some(Key { class: "error", meaning: "calls that failed" }));
    keys.extend((!windows.is_empty()).then_some(Key { class: "window", meaning: "fault is on" }));
    let scale = if stage.millis.is_log { "on a logarithmic scale" } else { "from zero" };
    let caption = format!("Latency over time by when calls were due, {scale}.");
    let label = format!("Latency over time without and with faults: {}", in_words(item));
    Some(figure::figure(&label, &caption, floor + 24.0, &keys, &drawn))
}

/// What can be seen in the picture, for those who do not see it.
fn in_words(item: &ItemResult) -> String {
    let p95 = |phase: &crate::evidence::Phase| {
        let latency = phase.summary.latency.as_ref();
        latency.map_or_else(|| "no answer".to_owned(), |latency| parts::in_ms(latency.p95))
    };
    let control = item.control.as_ref().map(|control| format!("p95 {} without, ", p95(control)));
    format!("{}p95 {} with", control.unwrap_or_default(), p95(&item.faulted))
}

/// When the faults were lifted, if the load went on after them.
fn lifted(item: &ItemResult) -> Option<f64> {
    let end = item.plots.faulted_timeline.last()?.to_ms;
    item.recovery.as_ref().map(|recovery| (end - recovery.watched_ms).max(0.0))
}

/// When faults were on: as measured, else from the start until they were lifted.
fn windows(item: &ItemResult, lifted: Option<f64>) -> Vec<FaultWindow> {
    let end = item.plots.faulted_timeline.last().map_or(0.0, |bucket| bucket.to_ms);
    let always = |label: &String| FaultWindow {
        label: label.clone(),
        from_ms: 0.0,
        to_ms: lifted.unwrap_or(end),
    };
    match item.plots.fault_windows.as_slice() {
        [] => item.faults.iter().map(|fault| always(&fault.kind)).collect(),
        windows => windows.to_vec(),
    }
}

fn names(windows: &[FaultWindow]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for window in windows {
        if !names.contains(&window.label.as_str()) && names.len() < ROWS {
            names.push(&window.label);
        }
    }
    names
}

impl Stage {
    fn of(plots: &Plots, top: f64) -> Option<Self> {
        let panels = panels(plots)?;
        let bottom = top + HEIGHT;
        let measured = panels.iter().flat_map(|panel| &panel.buckets).flat_map(|bucket| {
            LINES.iter().filter_map(|(_, value)| value(bucket)).collect::<Vec<_>>()
        });
        let thresholds = latency(&plots.slos).map(|slo| slo.threshold);
        let [least, largest] = extent(measured.chain(thresholds))?;
        let places = [bottom, top];
        let millis = match largest > WIDE * least.max(1e-3) {
            true => Scale::logarithmic([least / 1.2, largest * 1.15], places),
            false => Scale::linear([0.0, largest * 1.08], places),
        };
        Some(Self { panels, millis, top, bottom })
    }

    fn upright(&self) -> [f64; 2] {
        [self.top, self.bottom]
    }

    fn frame(&self, floor: f64) -> Markup {
        html! {
            (axis::name("ms", self.top - 8.0))
            @for (at, panel) in self.panels.iter().enumerate() {
                @let [left, right] = panel.time.span();
                @if at == 0 {
                    (axis::beside(self.millis, [left, right], text::figure))
                } @else {
                    (axis::beside(self.millis, [left, right], |_| String::new()))
                }
                (axis::below(panel.time, floor, |millis| format!("{} s", text::figure(millis / 1000.0))))
                (axis::heading(panel.name, [left, 13.0]))
            }
        }
    }

    fn objectives(&self, slos: &[Slo]) -> Markup {
        let lines: Vec<_> =
            latency(slos).map(|slo| (self.millis.at(slo.threshold), slo.title.clone())).collect();
        band::thresholds(&lines, [LEFT, RIGHT])
    }

    fn measured(&self, panel: &Panel) -> Markup {
        html! {
            @for (key, value) in &LINES {
                @let points: Vec<_> = panel.buckets.iter().filter(|bucket| bucket.requests > 0).map(|bucket| {
                    value(bucket).map(|millis| [middle(panel, bucket), self.millis.at(millis)])
                }).collect();
                (series::line(key.class, &points))
            }
        }
    }
}

/// The plots, each as wide as it is long; absent if there is nothing in them.
fn panels(plots: &Plots) -> Option<Vec<Panel>> {
    let timelines = [
        ("without faults", plots.control_timeline.as_slice()),
        ("with faults", plots.faulted_timeline.as_slice()),
    ];
    let end = |buckets: &[Bucket]| buckets.last().map(|bucket| bucket.to_ms);
    // A single point is no line over time.
    let points = |of: &[Bucket]| of.iter().filter(|bucket| bucket.requests > 0).count();
    if timelines.iter().all(|(_, of)| points(of) < 2) {
        return None;
    }
    let there: Vec<_> =
        timelines.into_iter().filter_map(|(name, of)| Some((name, of, end(of)?))).collect();
    let gaps = GAP * there.len().checked_sub(1)? as f64;
    let total: f64 = there.iter().map(|(_, _, end)| end).sum();
    let mut left = LEFT;
    let panels = there.into_iter().map(|(name, buckets, end)| {
        let width = (RIGHT - LEFT - gaps) * end / total.max(f64::MIN_POSITIVE);
        let time = Scale::linear([0.0, end], [left, left + width]);
        left += width + GAP;
        Panel { name, buckets: merge::legible(buckets), time }
    });
    Some(panels.collect())
}

fn latency(slos: &[Slo]) -> impl Iterator<Item = &Slo> {
    slos.iter().filter(|slo| slo.slo_type == SloType::Latency)
}

fn middle(panel: &Panel, bucket: &Bucket) -> f64 {
    panel.time.at(f64::midpoint(bucket.from_ms, bucket.to_ms))
}

fn faults(stage: &Stage, panel: &Panel, windows: &[FaultWindow], rows: &[&str]) -> Markup {
    let [_, right] = panel.time.span();
    html! {
        @for window in windows {
            @let x = [panel.time.at(window.from_ms), panel.time.at(window.to_ms)];
            (band::shade("window", x, stage.upright()))
            @if let Some(row) = rows.iter().position(|name| *name == window.label) {
                @let top = 21.0 + ROW * row as f64;
                (band::named_bar(&window.label, x, [top, top + ROW - 3.0], right))
            }
        }
    }
}

/// A cross for each part of the time in which calls failed, below the plots.
fn errors(stage: &Stage) -> Markup {
    let y = stage.bottom + 10.0;
    html! {
        (axis::name("failed", y + 4.0))
        @for panel in &stage.panels {
            @for bucket in panel.buckets.iter().filter(|bucket| bucket.errors > 0) {
                (series::cross("error", [middle(panel, bucket), y]))
            }
        }
    }
}

fn recovery(item: &ItemResult, stage: &Stage, panel: &Panel, lifted: Option<f64>) -> Markup {
    let (Some(lifted), Some(found)) = (lifted, &item.recovery) else {
        return html! {};
    };
    let [_, right] = panel.time.span();
    // A line lower than the name of the moment before it.
    let below = [stage.top + 14.0, stage.bottom];
    let after = found.recovered_ms.map(|after| (after, panel.time.at(lifted + after)));
    html! {
        (band::moment("lifted", "faults lifted", panel.time.at(lifted), stage.upright(), right))
        @match after {
            Some((after, x)) => {
                @let name = format!("recovered after {}", parts::in_ms(after));
                (band::moment("recovered", &name, x, below, right))
            }
            None => {
                (band::moment("missed", "not recovered", right, below, right))
            }
        }
    }
}

/// The figures of each part of the time, shown when the pointer is over it.
fn told(stage: &Stage, panel: &Panel) -> Markup {
    let words = |bucket: &Bucket| {
        let [p50, p95, max] = [bucket.p50_ms, bucket.p95_ms, bucket.max_ms].map(text::number);
        let [from, to] = [bucket.from_ms, bucket.to_ms].map(|at| text::figure(at / 1000.0));
        let (requests, errors) = (bucket.requests, bucket.errors);
        format!(
            "{from} to {to} s: p50 {p50}, p95 {p95}, longest {max} ms; {errors} of {requests} failed"
        )
    };
    html! {
        @for bucket in &panel.buckets {
            @let x = [panel.time.at(bucket.from_ms), panel.time.at(bucket.to_ms)];
            (series::told(&words(bucket), x, stage.upright()))
        }
    }
}
