//! What to change: from what is at risk in the code, and from patterns of the figures where the
//! code says nothing.

use std::collections::BTreeMap;

use fault_indexer::risk::{Rule, Severity};
use fault_scenario::report::parts;

use super::patterns::Pattern;
use crate::review::{
    draft::{Fix, Priority, Recommendation, Statement, Threat},
    evidence::{Evidence, Place},
    figures::Test,
    input::Role,
    knowledge::{self, Knowledge},
};

/// The most recommendations.
const MOST: usize = 10;

/// The most places of one recommendation.
const MOST_PLACES: usize = 8;

/// What to change, what that can bring with it, and how much is left out.
pub(crate) fn recommendations(
    evidence: &Evidence<'_>,
    patterns: &[Pattern<'_>],
    role: Role,
) -> (Vec<Recommendation>, Vec<Threat>, usize) {
    let mut found = of_code(evidence);
    found.extend(patterns.iter().filter_map(|pattern| of_figures(evidence, pattern)));
    found.sort_by_key(|(order, _, _)| *order);
    let left_out = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    let mut chosen = Vec::new();
    let mut threats = Vec::new();
    for ((_, mut recommendation, known), number) in found.into_iter().zip(1..) {
        if role == Role::Developer && !recommendation.fixes.is_empty() {
            recommendation.operate = None;
        }
        threats.push(Threat {
            recommendation: format!("{number}. {}", recommendation.title),
            risk: known.trade_off.to_owned(),
            shows: known.shows.to_owned(),
            watch: known.watch.to_owned(),
        });
        chosen.push(recommendation);
    }
    (chosen, threats, left_out)
}

/// What to weigh: what the most urgent changes can bring with them.
pub(crate) fn trade_offs(threats: &[Threat]) -> Vec<Statement> {
    let told = |threat: &Threat| Statement {
        text: format!("{}: {}.", threat.recommendation, threat.risk),
        ..Statement::default()
    };
    threats.iter().take(4).map(told).collect()
}

/// What decides on the order: how urgent, how bad, and how many tests speak for it.
type Order = (Priority, std::cmp::Reverse<Severity>, std::cmp::Reverse<usize>, &'static str);

type Ordered = (Order, Recommendation, &'static Knowledge);

/// A recommendation for each rule that the code breaks.
fn of_code(evidence: &Evidence<'_>) -> Vec<Ordered> {
    let mut by_rule: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for place in &evidence.places {
        if let Some(risk) = &place.risk {
            by_rule.entry(risk.rule.as_str()).or_default().push(place);
        }
    }
    by_rule
        .into_iter()
        .filter_map(|(id, places)| {
            let (rule, known) = (Rule::named(id)?, knowledge::of(id)?);
            Some(of_rule(evidence, rule, known, &places))
        })
        .collect()
}

fn of_rule(
    evidence: &Evidence<'_>,
    rule: &'static Rule,
    known: &'static Knowledge,
    places: &[&Place],
) -> Ordered {
    let mut tests: Vec<Test<'_>> =
        places.iter().flat_map(|place| evidence.supporting(place)).collect();
    tests.sort_by_key(|test| test.number);
    tests.dedup_by_key(|test| test.number);
    let priority = match (tests.is_empty(), rule.severity) {
        (false, Severity::High | Severity::Medium) => Priority::Critical,
        (false, _) | (true, Severity::High) => Priority::Recommended,
        (true, _) => Priority::NiceToHave,
    };
    let shown: Vec<String> = tests
        .iter()
        .map(Test::id)
        .chain(places.iter().take(MOST_PLACES).map(|place| place.id()))
        .collect();
    let support = match tests.is_empty() {
        true => " No test of this run shows it.".to_owned(),
        false => {
            let tests = parts::counted(tests.len() as u64, "failed test", "failed tests");
            format!(" {tests} of endpoints that pass it met the fault that shows it.")
        }
    };
    let recommendation = Recommendation {
        title: known.action.to_owned(),
        priority,
        complexity: known.complexity.to_owned(),
        cost: known.cost.to_owned(),
        benefit: known.benefit.to_owned(),
        rationale: Statement::new(format!("{} (rule `{}`).{support}", rule.why, rule.id), shown),
        fixes: places.iter().take(MOST_PLACES).map(|place| fix(place)).collect(),
        proposal: None,
        operate: Some(known.operate.to_owned()),
        discussion: more(places.len()),
        verify: Some(rule.scenario.to_owned()),
    };
    let order =
        (priority, std::cmp::Reverse(rule.severity), std::cmp::Reverse(tests.len()), rule.id);
    (order, recommendation, known)
}

fn more(places: usize) -> Vec<String> {
    match places.saturating_sub(MOST_PLACES) {
        0 => Vec::new(),
        more => vec![format!(
            "{} are in the appendix.",
            parts::counted(more as u64, "more place", "more places")
        )],
    }
}

fn fix(place: &Place) -> Fix {
    let fix = place.risk.as_ref().map(|risk| risk.fix.clone()).unwrap_or_default();
    Fix { id: place.id(), at: place.at(), code: place.code.clone(), fix }
}

/// A recommendation for a pattern of the figures that no place of the code explains.
fn of_figures(evidence: &Evidence<'_>, pattern: &Pattern<'_>) -> Option<Ordered> {
    let known = knowledge::of(pattern.name)?;
    if pattern.places(evidence).iter().any(|(_, sure)| *sure) {
        return None;
    }
    let priority =
        if pattern.name == "in-front" { Priority::NiceToHave } else { Priority::Recommended };
    let tests: Vec<String> = pattern.tests.iter().map(|(test, _)| test.id()).collect();
    let where_to = match evidence.tree {
        None => " No source code was looked at: give `--source-dir` to learn where.",
        Some(_) => " No rule found the place in the code.",
    };
    let order = (
        priority,
        std::cmp::Reverse(Severity::Medium),
        std::cmp::Reverse(tests.len()),
        pattern.name,
    );
    let recommendation = Recommendation {
        title: known.action.to_owned(),
        priority,
        complexity: known.complexity.to_owned(),
        cost: known.cost.to_owned(),
        benefit: known.benefit.to_owned(),
        rationale: Statement::new(format!("{}{where_to}", pattern.cause), tests),
        operate: Some(known.operate.to_owned()),
        ..Recommendation::default()
    };
    Some((order, recommendation, known))
}
