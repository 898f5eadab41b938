//! Calls that were sent one after the other, each a point.

use maud::{Markup, html};

use super::figure::{self, Key, LEFT, RIGHT};
use super::scale::{Scale, extent};
use super::{axis, band, parts, series};
use crate::report::text;
use crate::results::{CallResult, Decision, ItemResult, PhaseOfCall};

/// How many calls are drawn at most.
const MOST: usize = 300;

/// Where the plot begins.
const TOP: f64 = 24.0;

/// Where it ends.
const BOTTOM: f64 = 190.0;

/// From which ratio on between the largest and the least value equal distances are equal ratios.
const WIDE: f64 = 30.0;

/// A call of which it is known how long it took.
struct Point {
    number: f64,
    millis: f64,
    is_bad: bool,
}

/// The picture; absent under load, which has its own, and for a single call.
pub(super) fn render(item: &ItemResult) -> Option<Markup> {
    let control = points(&item.results, PhaseOfCall::Baseline);
    let faulted = points(&item.results, PhaseOfCall::Faulted);
    if !item.plots.faulted_timeline.is_empty() || faulted.len() < 2 || faulted.len() > MOST {
        return None;
    }
    let limit = limit(&item.results);
    let times = || control.iter().chain(&faulted).map(|point| point.millis);
    let [least, largest] = extent(times().chain(limit))?;
    let millis = match largest > WIDE * least.max(1e-3) {
        true => Scale::logarithmic([least / 1.2, largest * 1.15], [BOTTOM, TOP]),
        false => Scale::linear([0.0, largest * 1.08], [BOTTOM, TOP]),
    };
    let last = faulted.iter().map(|point| point.number).fold(1.0, f64::max);
    let across = Scale::linear([0.5, last + 0.5], [LEFT, RIGHT]);
    let drawn = html! {
        (axis::beside(millis, [LEFT, RIGHT], text::figure))
        (axis::below(across, BOTTOM, text::figure))
        (axis::name("ms", TOP - 10.0))
        text.name x=(RIGHT) y=(BOTTOM + 34.0) text-anchor="end" { "number of the call" }
        @if let Some(limit) = limit {
            (band::thresholds(&[(millis.at(limit), parts::in_ms(limit))], [LEFT, RIGHT]))
        }
        (drawn(&control, "before", across, millis))
        (drawn(&faulted, "met", across, millis))
    };
    let keys: Vec<Key> = [
        (!control.is_empty(), Key { class: "before", meaning: "without faults" }),
        (faulted.iter().any(|point| !point.is_bad), Key { class: "met", meaning: "with faults" }),
        (faulted.iter().any(|point| point.is_bad), Key { class: "missed", meaning: "fell short" }),
    ]
    .into_iter()
    .filter_map(|(is_there, key)| is_there.then_some(key))
    .collect();
    let bad = faulted.iter().filter(|point| point.is_bad).count();
    let label = format!("How long each call took; {bad} of {} fell short", faulted.len());
    let scale = if millis.is_log { "on a logarithmic scale" } else { "from zero" };
    let caption = format!("How long each call took, one after the other, {scale}.");
    Some(figure::figure(&label, &caption, BOTTOM + 40.0, &keys, &drawn))
}

fn points(calls: &[CallResult], phase: PhaseOfCall) -> Vec<Point> {
    let point = |call: &CallResult| {
        let metrics = call.metrics.as_ref()?;
        let got = call.expect.as_ref().and_then(|expected| expected.got.as_ref());
        let is_short = got.is_some_and(|got| got.decision == Some(Decision::Failure));
        Some(Point {
            number: call.number as f64,
            millis: metrics.total_time,
            is_bad: metrics.errored || is_short,
        })
    };
    calls.iter().filter(|call| call.phase == phase).filter_map(point).collect()
}

/// How long a call may take, if that was expected.
fn limit(calls: &[CallResult]) -> Option<f64> {
    let expected = calls.iter().find_map(|call| call.expect.as_ref())?;
    expected.wanted.response_time_under
}

fn drawn(points: &[Point], class: &str, across: Scale, millis: Scale) -> Markup {
    let place = |point: &Point| [across.at(point.number), millis.at(point.millis)];
    html! {
        (series::line("response", &points.iter().map(|point| Some(place(point))).collect::<Vec<_>>()))
        @for point in points {
            @if point.is_bad { (series::cross("missed", place(point))) }
            @else { (series::dot(class, place(point))) }
            @let [x, y] = place(point);
            @let title = format!("call {}: {}", point.number, parts::in_ms(point.millis));
            (series::told(&title, [x - 6.0, x + 6.0], [y - 6.0, y + 6.0]))
        }
    }
}
