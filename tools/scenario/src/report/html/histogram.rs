//! How long calls took: without faults above, with them below, on one logarithmic scale.

use maud::{Markup, html};

use super::figure::{self, Key, LEFT, RIGHT};
use super::scale::{Scale, extent};
use super::{axis, band, series};
use crate::recording::Bin;
use crate::report::text;
use crate::results::Plots;
use crate::slo::SloType;
use crate::summary::percent;

/// How high a plot is.
const HEIGHT: f64 = 84.0;

/// What stands between two plots.
const GAP: f64 = 34.0;

/// Where the first plot begins.
const TOP: f64 = 22.0;

/// From how many calls on it is worth counting them.
const ENOUGH: u64 = 10;

/// One of the two plots.
struct Panel<'a> {
    name: &'static str,
    class: &'static str,
    bins: &'a [Bin],
    top: f64,
}

/// The picture; absent if there is nothing to count.
pub(super) fn render(plots: &Plots) -> Option<Markup> {
    let panels = panels(plots);
    if panels.iter().all(|panel| count(panel) < ENOUGH) {
        return None;
    }
    let bins = || panels.iter().flat_map(|panel| panel.bins).filter(|bin| bin.count > 0);
    let slos = || plots.slos.iter().filter(|slo| slo.slo_type == SloType::Latency);
    let least = bins().map(|bin| if bin.from_ms > 0.0 { bin.from_ms } else { bin.to_ms / 2.0 });
    let largest = bins().map(|bin| bin.to_ms).chain(slos().map(|slo| slo.threshold));
    let [from, to] = extent(least.chain(largest))?;
    let millis = Scale::logarithmic([from / 1.1, to * 1.1], [LEFT, RIGHT]);
    let highest = panels.iter().flat_map(shares).fold(1.0, f64::max);
    let bottom = panels.last().map_or(TOP, |panel| panel.top) + HEIGHT;
    let thresholds: Vec<_> =
        slos().map(|slo| (millis.at(slo.threshold), slo.title.clone())).collect();
    let drawn = html! {
        @for panel in &panels { (plot(panel, millis, highest)) }
        @for (at, (x, name)) in thresholds.iter().enumerate() {
            // One below the other, so that names of near thresholds can be read.
            (band::moment("threshold", name, *x, [TOP + 14.0 * at as f64, bottom], RIGHT))
        }
        (axis::below(millis, bottom, |value| format!("{} ms", text::figure(value))))
    };
    let keys: Vec<Key> =
        panels.iter().map(|panel| Key { class: panel.class, meaning: panel.name }).collect();
    let label = format!(
        "How long calls took: {}",
        panels.iter().map(in_words).collect::<Vec<_>>().join("; ")
    );
    let caption = "Share of calls by how long they took, on a logarithmic scale.";
    Some(figure::figure(&label, caption, bottom + 24.0, &keys, &drawn))
}

fn panels(plots: &Plots) -> Vec<Panel<'_>> {
    let distributions = [
        ("without faults", "control", plots.control_distribution.as_slice()),
        ("with faults", "faulted", plots.faulted_distribution.as_slice()),
    ];
    let there =
        distributions.into_iter().filter(|(_, _, bins)| bins.iter().any(|bin| bin.count > 0));
    there
        .zip(0_u8..)
        .map(|((name, class, bins), at)| {
            let top = TOP + f64::from(at) * (HEIGHT + GAP);
            Panel { name, class, bins, top }
        })
        .collect()
}

fn count(panel: &Panel<'_>) -> u64 {
    panel.bins.iter().map(|bin| bin.count).sum()
}

/// How many calls are in each bin, in percent of all.
fn shares(panel: &Panel<'_>) -> Vec<f64> {
    let all = count(panel);
    panel.bins.iter().map(|bin| percent(bin.count, all)).collect()
}

/// Where most calls of a plot are, for those who do not see it.
fn in_words(panel: &Panel<'_>) -> String {
    let fullest = panel.bins.iter().max_by_key(|bin| bin.count);
    fullest.map_or_else(String::new, |bin| {
        let [from, to] = [bin.from_ms, bin.to_ms].map(text::figure);
        format!("{} most took {from} to {to} ms", panel.name)
    })
}

fn plot(panel: &Panel<'_>, millis: Scale, highest: f64) -> Markup {
    let bottom = panel.top + HEIGHT;
    let share = Scale::linear([0.0, highest], [bottom, panel.top]);
    let all = count(panel);
    let name = format!("{} ({})", panel.name, text::counted(all, "call", "calls"));
    html! {
        @for value in [0.0, highest] {
            @let y = share.at(value);
            g.axis {
                line.grid x1=(LEFT) y1=(figure::place(y)) x2=(RIGHT) y2=(figure::place(y)) {}
                text x=(LEFT - 6.0) y=(figure::place(y + 4.0)) text-anchor="end" { (format!("{value:.0}%")) }
            }
        }
        (axis::heading(&name, [LEFT, panel.top - 8.0]))
        @for (bin, percent) in panel.bins.iter().zip(shares(panel)) {
            @if bin.count > 0 {
                @let [from, to] = [bin.from_ms, bin.to_ms].map(text::figure);
                @let title = format!("{from} to {to} ms: {}", text::share(bin.count, all));
                (series::bar(
                    panel.class,
                    [millis.at(bin.from_ms), millis.at(bin.to_ms)],
                    [share.at(percent), bottom],
                    &title,
                ))
            }
        }
    }
}
