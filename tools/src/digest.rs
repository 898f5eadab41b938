//! Parts of a report, for answers that must stay short.

use std::collections::BTreeSet;

use fault_scenario::{
    Verdict,
    file::Scenario,
    report::{self, Format},
    results::{ItemResult, Plots, Results, ScenarioResults},
};
use serde_json::json;

/// What begins a scenario in a report.
const SCENARIO: &str = "\n## ";

/// What ends a scenario in a report.
const RULE: &str = "\n---\n";

/// What comes before all tests and after them: the verdict, what fell short, how to repeat it.
pub(crate) fn summary(results: &Results) -> String {
    let whole = report::render(results, Format::Markdown);
    let Some((head, rest)) = whole.split_once(SCENARIO) else {
        return whole;
    };
    let tail = rest.rsplit_once(RULE).map_or("", |(_, tail)| tail);
    [head, tail].map(str::trim).join("\n\n")
}

/// All that the report says of these tests.
pub(crate) fn tests(results: &Results) -> String {
    let whole = report::render(results, Format::Markdown);
    let body = whole.split_once(SCENARIO).map_or("", |(_, rest)| rest);
    match body.rsplit_once(RULE) {
        Some((body, _)) => format!("## {}", body.trim()),
        None => String::new(),
    }
}

/// The tests that did not pass, and no others.
pub(crate) fn failures(results: &Results) -> Results {
    only(results, |_, _, item| item.verdict != Verdict::Passed)
}

/// The results of some tests, chosen by number from 1, title of the scenario, and what was found;
/// what is said of the whole run stays.
pub(crate) fn only(
    results: &Results,
    mut wanted: impl FnMut(usize, &str, &ItemResult) -> bool,
) -> Results {
    let mut chosen = results.clone();
    let mut number = 0;
    for ScenarioResults { scenario, results, .. } in &mut chosen.results {
        results.retain(|item| {
            number += 1;
            wanted(number, &scenario.title, item)
        });
    }
    chosen.results.retain(|scenario| !scenario.results.is_empty());
    chosen
}

/// The results without what is long: the calls one by one, what can be drawn, and the text of the
/// scenarios; and of the tests as many as fit into `most` bytes of JSON, those that did not pass
/// first. Also how many were left out.
pub(crate) fn short(results: &Results, most: usize) -> (Results, usize) {
    let mut short = results.concise();
    for scenario in &mut short.results {
        scenario.scenario = Scenario {
            title: std::mem::take(&mut scenario.scenario.title),
            description: scenario.scenario.description.take(),
            ..Scenario::default()
        };
        scenario.results.iter_mut().for_each(|item| item.plots = Plots::default());
    }
    let mut tests: Vec<(bool, usize, usize)> = short
        .tests()
        .zip(1..)
        .map(|((_, item), number)| (item.verdict == Verdict::Passed, number, length(item)))
        .collect();
    tests.sort_unstable();
    let mut room = most;
    tests.retain(|(_, _, length)| {
        let fits = *length <= room;
        room = if fits { room - length } else { 0 };
        fits
    });
    let kept: BTreeSet<usize> = tests.into_iter().map(|(_, number, _)| number).collect();
    let left_out = short.tests().count() - kept.len();
    if left_out > 0 {
        short = only(&short, |number, _, _| kept.contains(&number));
    }
    (short, left_out)
}

fn length(item: &ItemResult) -> usize {
    serde_json::to_string(item).map_or(0, |json| json.len())
}

/// What shows that the faults were there and what they did, test by test, as data.
pub(crate) fn evidence(results: &Results) -> String {
    data(results, "Evidence", |item| {
        json!({
            "faults": item.faults,
            "attribution": item.attribution,
            "retries": item.retries,
            "recovery": item.recovery,
            "search": item.search,
        })
    })
}

/// What can be drawn, test by test, as data.
pub(crate) fn plots(results: &Results) -> String {
    data(results, "Plots", |item| json!(item.plots))
}

fn data(results: &Results, title: &str, of: impl Fn(&ItemResult) -> serde_json::Value) -> String {
    let tests = results.tests().map(|(_, item)| {
        let mut data = of(item);
        if let Some(data) = data.as_object_mut() {
            data.retain(|_, value| !value.is_null());
        }
        // A name comes from a file, and must not end the block; in JSON it is one line.
        format!("{}\n", json!({ "test": item.name, "verdict": item.verdict, "data": data }))
    });
    format!("## {title}\n\n```json\n{}```", tests.collect::<String>())
}

/// Text of at most `most` bytes, whole lines only, and whether something was cut off.
pub(crate) fn capped(text: String, most: usize) -> (String, bool) {
    if text.len() <= most {
        return (text, false);
    }
    let end = text.floor_char_boundary(most);
    let end = text[..end].rfind('\n').filter(|line| *line > 0).unwrap_or(end);
    let mut text = text;
    text.truncate(end);
    // A block that was cut open would swallow what follows.
    if text.lines().filter(|line| line.starts_with("```")).count() % 2 == 1 {
        text.push_str("\n```");
    }
    (text, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_after_a_line_and_blocks_are_closed() {
        let text = "# a\n```json\n{\"b\": \"ö\"}\n```\nend";
        assert_eq!(capped(text.to_owned(), 100), (text.to_owned(), false));
        assert_eq!(capped(text.to_owned(), 20), ("# a\n```json\n```".to_owned(), true));
        assert_eq!(capped("öö".to_owned(), 3), ("ö".to_owned(), true));
    }
}
