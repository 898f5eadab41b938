//! The frame of a picture: its size, its name, its caption and the keys to its lines.

use maud::{Markup, html};

use super::parts;
use crate::report::text;

/// How wide a picture is, in its own units; a browser makes it as wide as there is room.
pub(super) const WIDTH: f64 = 760.0;

/// Where the plot begins, right of the figures of its axis.
pub(super) const LEFT: f64 = 62.0;

/// Where it ends.
pub(super) const RIGHT: f64 = WIDTH - 22.0;

/// What a line, a point or a shade of a picture means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// The class of what it looks like.
    pub(super) class: &'static str,
    /// What it means.
    pub(super) meaning: &'static str,
}

/// A picture with its keys and its caption; `label` says what can be seen in it.
pub(super) fn figure(
    label: &str,
    caption: &str,
    height: f64,
    keys: &[Key],
    drawn: &Markup,
) -> Markup {
    let label = &text::line(label);
    let picture = html! {
        svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label=(label) { (drawn) }
    };
    html! {
        figure {
            (parts::scrolling(label, &picture))
            figcaption {
                @if !keys.is_empty() {
                    ul.keys {
                        @for key in keys { li { i class={ "key " (key.class) } {} " " (key.meaning) } }
                    }
                }
                (caption)
            }
        }
    }
}

/// A place, to a tenth of a unit.
pub(super) fn place(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
