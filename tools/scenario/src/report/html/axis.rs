//! Axes: lines with figures along them.

use maud::{Markup, html};

use super::figure::place;
use super::scale::Scale;

/// The least distance between two figures, in units of a picture.
const APART: f64 = 42.0;

/// Figures below a plot, at `y`.
pub(super) fn below(scale: Scale, y: f64, show: impl Fn(f64) -> String) -> Markup {
    let mut last = f64::NEG_INFINITY;
    let ticks: Vec<(f64, String)> = scale
        .ticks()
        .into_iter()
        .map(|value| (scale.at(value), show(value)))
        .filter(|(x, _)| {
            let fits = x - last >= APART;
            if fits {
                last = *x;
            }
            fits
        })
        .collect();
    let [start, end] = scale.span().map(place);
    html! {
        g.axis {
            line x1=(start) y1=(place(y)) x2=(end) y2=(place(y)) {}
            @for (x, figure) in &ticks {
                line x1=(place(*x)) y1=(place(y)) x2=(place(*x)) y2=(place(y + 4.0)) {}
                text x=(place(*x)) y=(place(y + 17.0)) text-anchor="middle" { (figure) }
            }
        }
    }
}

/// Figures at the left of a plot that reaches from `left` to `right`, with a fine line for each.
pub(super) fn beside(
    scale: Scale,
    [left, right]: [f64; 2],
    show: impl Fn(f64) -> String,
) -> Markup {
    html! {
        g.axis {
            @for value in scale.ticks() {
                @let y = scale.at(value);
                line.grid x1=(place(left)) y1=(place(y)) x2=(place(right)) y2=(place(y)) {}
                text x=(place(left - 6.0)) y=(place(y + 4.0)) text-anchor="end" { (show(value)) }
            }
        }
    }
}

/// A name above the figures at the left.
pub(super) fn name(text: &str, y: f64) -> Markup {
    html! { text.name x="0" y=(place(y)) { (text) } }
}

/// The name of a plot, at its top.
pub(super) fn heading(text: &str, [x, y]: [f64; 2]) -> Markup {
    html! { text.heading x=(place(x)) y=(place(y)) { (text) } }
}
