//! Shades and lines across a plot: when faults were on, thresholds, moments.

use maud::{Markup, html};

use super::figure::place;
use crate::report::text;

/// How far two names stand apart at least, so that both can be read.
const LINE: f64 = 14.0;

/// How wide a letter of a name is at most, about.
const LETTER: f64 = 7.0;

/// A shade over all that lies between `x` and between `y`.
pub(super) fn shade(class: &str, [from, to]: [f64; 2], [top, bottom]: [f64; 2]) -> Markup {
    html! {
        rect class=(class) x=(place(from)) y=(place(top)) width=(place((to - from).max(0.5)))
            height=(place(bottom - top)) {}
    }
}

/// A bar with a name in it, or beside it where it is narrow; the name keeps within `right`.
pub(super) fn named_bar(name: &str, x: [f64; 2], [top, bottom]: [f64; 2], right: f64) -> Markup {
    let [from, to] = x;
    let is_at_the_end = from > right * 0.7;
    let (at, anchor) = if is_at_the_end { (to - 4.0, "end") } else { (from + 4.0, "start") };
    html! {
        (shade("track", x, [top, bottom]))
        text.on-track x=(place(at)) y=(place(bottom - 4.0)) text-anchor=(anchor) { (text::short(name, 40)) }
    }
}

/// Thresholds as lines over a plot, each with its name at the right end.
pub(super) fn thresholds(lines: &[(f64, String)], [left, right]: [f64; 2]) -> Markup {
    let mut lines = lines.to_vec();
    lines.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut below = f64::NEG_INFINITY;
    let mut names = Vec::with_capacity(lines.len());
    for (y, name) in &lines {
        below = (y - 4.0).max(below + LINE);
        names.push((below, text::short(name, 40)));
    }
    html! {
        @for (y, _) in &lines {
            line.threshold x1=(place(left)) y1=(place(*y)) x2=(place(right)) y2=(place(*y)) {}
        }
        @for (y, name) in &names {
            text.threshold-name x=(place(right - 4.0)) y=(place(*y)) text-anchor="end" { (name) }
        }
    }
}

/// A moment as an upright line with its name at its right, or at its left where there is no room.
pub(super) fn moment(
    class: &str,
    name: &str,
    x: f64,
    [top, bottom]: [f64; 2],
    right: f64,
) -> Markup {
    let name = text::short(name, 60);
    let has_room = x + LETTER * name.chars().count() as f64 <= right;
    let (at, anchor) = if has_room { (x + 5.0, "start") } else { (x - 5.0, "end") };
    html! {
        line class={ "moment " (class) } x1=(place(x)) y1=(place(top)) x2=(place(x)) y2=(place(bottom)) {}
        text class={ "moment-name " (class) } x=(place(at)) y=(place(top + 11.0)) text-anchor=(anchor) {
            (name)
        }
    }
}
