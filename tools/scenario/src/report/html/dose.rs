//! What each value of a search did, and where the limit lies.

use maud::{Markup, html};

use super::figure::{self, Key, LEFT, RIGHT};
use super::scale::{Scale, extent};
use super::{axis, band, series};
use crate::report::{further, text};
use crate::results::{Dose, SearchResult};
use crate::slo::Pass;
use crate::summary::percent;

/// Where the plot begins.
const TOP: f64 = 30.0;

/// Where it ends.
const BOTTOM: f64 = 220.0;

/// From which ratio on between the largest and the least value equal distances are equal ratios.
const WIDE: f64 = 100.0;

/// The picture; absent if no value was tried.
pub(super) fn render(found: &SearchResult) -> Option<Markup> {
    let values =
        found.doses.iter().map(|dose| dose.value).chain(found.interval.into_iter().flatten());
    let [from, to] = extent(values)?;
    let edge = (to - from).max(from.abs() * 0.1) * 0.04;
    let across = match from > 0.0 && to / from > WIDE {
        true => Scale::logarithmic([from / 1.1, to * 1.1], [LEFT, RIGHT]),
        false => Scale::linear([from - edge, to + edge], [LEFT, RIGHT]),
    };
    let shares = found.doses.iter().flat_map(|dose| [over(dose), 2.0 * dose.allowed_percent]);
    let [_, highest] = extent(shares)?;
    let share = Scale::linear([0.0, highest.max(1.0) * 1.08], [BOTTOM, TOP]);
    let keys = [
        Key { class: "met", meaning: "objectives met" },
        Key { class: "missed", meaning: "missed" },
        Key { class: "unknown", meaning: "cannot be told" },
    ];
    let keys: Vec<Key> = keys
        .into_iter()
        .filter(|key| found.doses.iter().any(|dose| class(dose.pass) == key.class))
        .chain(
            found
                .interval
                .map(|_| Key { class: "interval", meaning: "limit, with 95 % confidence" }),
        )
        .collect();
    let parameter = text::line(&found.parameter);
    let caption = format!("Share of calls over the threshold for each {parameter} that was tried.");
    let drawn = drawn(found, across, share);
    Some(figure::figure(&further::search(found), &caption, BOTTOM + 48.0, &keys, &drawn))
}

fn drawn(found: &SearchResult, across: Scale, share: Scale) -> Markup {
    let place = |dose: &Dose| [across.at(dose.value), share.at(over(dose))];
    let points: Vec<_> = found.doses.iter().map(|dose| Some(place(dose))).collect();
    let allowed: Vec<_> = found
        .doses
        .iter()
        .map(|dose| Some([across.at(dose.value), share.at(dose.allowed_percent)]))
        .collect();
    let unit = if found.unit.is_empty() { "" } else { &found.unit };
    html! {
        @if let Some([from, to]) = found.interval {
            (band::shade("interval", [across.at(from), across.at(to)], [TOP, BOTTOM]))
        }
        (axis::beside(share, [LEFT, RIGHT], |value| format!("{}%", text::figure(value))))
        (axis::below(across, BOTTOM, text::figure))
        (axis::heading("calls over the threshold", [LEFT, TOP - 12.0]))
        text.name x=(RIGHT) y=(BOTTOM + 38.0) text-anchor="end" {
            (text::short(&format!("{} {unit}", found.parameter), 60))
        }
        (series::line("allowed", &allowed))
        @if let Some(dose) = found.doses.last() {
            text.threshold-name x=(RIGHT - 4.0) y=(figure::place(share.at(dose.allowed_percent) - 5.0))
                text-anchor="end" { "allowed " (text::figure(dose.allowed_percent)) "%" }
        }
        (series::line("response", &points))
        @for dose in &found.doses { (point(dose, place(dose), &found.unit)) }
    }
}

fn point(dose: &Dose, at: [f64; 2], unit: &str) -> Markup {
    let title = format!(
        "{}: {} over the threshold",
        further::quantity(dose.value, unit),
        text::share(dose.over, dose.requests)
    );
    let [x, y] = at;
    html! {
        @match dose.pass {
            Pass::Missed => { (series::cross(class(dose.pass), at)) }
            Pass::Met | Pass::Unknown => { (series::dot(class(dose.pass), at)) }
        }
        (series::told(&title, [x - 8.0, x + 8.0], [y - 8.0, y + 8.0]))
    }
}

fn over(dose: &Dose) -> f64 {
    percent(dose.over, dose.requests)
}

fn class(pass: Pass) -> &'static str {
    match pass {
        Pass::Met => "met",
        Pass::Missed => "missed",
        Pass::Unknown => "unknown",
    }
}
