//! What was measured, as lines, points and bars.

use maud::{Markup, html};

use super::figure::place;
use crate::report::text;

/// A line through these points; a gap where there is none, and a dot where a point stands alone.
pub(super) fn line(class: &str, points: &[Option<[f64; 2]>]) -> Markup {
    let runs: Vec<Vec<[f64; 2]>> = points
        .split(Option::is_none)
        .map(|run| run.iter().copied().flatten().collect::<Vec<_>>())
        .filter(|run| !run.is_empty())
        .collect();
    let path: String = runs.iter().filter(|run| run.len() > 1).map(|run| path(run)).collect();
    html! {
        @if !path.is_empty() { path class={ "line " (class) } d=(path) {} }
        @for run in runs.iter().filter(|run| run.len() == 1) { (dot(class, run[0])) }
    }
}

fn path(points: &[[f64; 2]]) -> String {
    let step = |(at, [x, y]): (usize, &[f64; 2])| {
        format!("{}{} {}", if at == 0 { 'M' } else { 'L' }, place(*x), place(*y))
    };
    points.iter().enumerate().map(step).collect()
}

/// A point.
pub(super) fn dot(class: &str, [x, y]: [f64; 2]) -> Markup {
    html! { circle class={ "dot " (class) } cx=(place(x)) cy=(place(y)) r="3.5" {} }
}

/// A cross.
pub(super) fn cross(class: &str, [x, y]: [f64; 2]) -> Markup {
    let d = format!(
        "M{l} {t}L{r} {b}M{l} {b}L{r} {t}",
        l = place(x - 3.5),
        r = place(x + 3.5),
        t = place(y - 3.5),
        b = place(y + 3.5)
    );
    html! { path class={ "cross " (class) } d=(d) {} }
}

/// A bar that stands on `bottom`.
pub(super) fn bar(
    class: &str,
    [from, to]: [f64; 2],
    [top, bottom]: [f64; 2],
    title: &str,
) -> Markup {
    // A bar of one call among thousands is still to be seen.
    let top = top.min(bottom - 1.5);
    html! {
        rect class={ "column " (class) } x=(place(from)) y=(place(top)) width=(place((to - from - 0.5).max(1.0)))
            height=(place(bottom - top)) { title { (text::line(title)) } }
    }
}

/// Words that are shown when the pointer is over a part of a plot.
pub(super) fn told(title: &str, [from, to]: [f64; 2], [top, bottom]: [f64; 2]) -> Markup {
    html! {
        rect.told x=(place(from)) y=(place(top)) width=(place(to - from)) height=(place(bottom - top)) {
            title { (text::line(title)) }
        }
    }
}
