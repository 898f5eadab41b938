//! Gathers what is at risk in many files: all of it is counted, and the worst is kept.

use std::collections::BTreeMap;

use fault_indexer::{
    Language, Module, Span,
    risk::{self, Concern, Finding, RULES, Rule, Score, Severity},
};

use super::{
    Broken, Concerns, Count, Counts, MOST, Output, Passed, Place, Scored, USUAL, next, test_code,
};
use crate::{
    arguments,
    error::ToolError,
    risks::{self, Risk},
};

/// What was asked for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    rules: Vec<&'static str>,
    concern: Option<Concern>,
}

impl Wanted {
    pub(super) fn of(rules: &[String], concern: Option<Concern>) -> Result<Self, ToolError> {
        let known = |id: &String| match Rule::named(id.trim()) {
            Some(rule) => Ok(rule.id),
            None => Err(unknown(id)),
        };
        Ok(Self { rules: rules.iter().map(known).collect::<Result<_, _>>()?, concern })
    }

    fn takes(&self, rule: &Rule) -> bool {
        (self.rules.is_empty() || self.rules.contains(&rule.id))
            && self.concern.is_none_or(|concern| concern == rule.concern)
    }
}

fn unknown(id: &str) -> ToolError {
    let error = ToolError::input("unknown_rule", format!("there is no rule `{id}`"));
    let ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
    match arguments::nearest(id, ids.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("give some of {}", ids.join(", "))),
    }
}

/// Which code of a file is looked at.
pub(super) struct Part<'a> {
    /// The functions, by their numbers; all of the file if none are named.
    pub(super) functions: Option<&'a [usize]>,
    /// Whether tests that stand beside other code are looked at.
    pub(super) tests: bool,
}

/// What was found so far.
pub(super) struct Gathered {
    wanted: Wanted,
    /// How many places of each rule are kept.
    most: usize,
    kept: BTreeMap<&'static str, Kept>,
    files: usize,
    lines: usize,
    remote_calls: usize,
    ignored: usize,
    pub(super) passed: Passed,
}

/// The first places of a rule, in the order of their files.
#[derive(Default)]
struct Kept {
    count: usize,
    places: Vec<Risk>,
}

impl Kept {
    fn add(&mut self, risk: Risk, most: usize) {
        self.count += 1;
        self.places.push(risk);
        // Files come in any order; what is kept must not depend on it.
        if self.places.len() >= 2 * most + 64 {
            self.shorten(most);
        }
    }

    fn shorten(&mut self, most: usize) {
        self.places.sort_by(|a, b| (&a.file, a.first_line).cmp(&(&b.file, b.first_line)));
        self.places.truncate(most);
    }
}

impl Gathered {
    pub(super) fn new(wanted: Wanted, limit: Option<usize>) -> Self {
        Self {
            wanted,
            most: limit.unwrap_or(USUAL),
            kept: BTreeMap::new(),
            files: 0,
            lines: 0,
            remote_calls: 0,
            ignored: 0,
            passed: Passed::default(),
        }
    }

    /// Adds what is at risk in a file. What takes time is done before.
    pub(super) fn add(&mut self, seen: Seen) {
        self.files += 1;
        self.lines += seen.lines;
        self.remote_calls += seen.remote_calls;
        self.ignored += seen.ignored;
        self.passed.test_places += seen.test_places;
        for risk in seen.risks {
            let Some(rule) = Rule::named(&risk.rule).filter(|rule| self.wanted.takes(rule)) else {
                continue;
            };
            self.kept.entry(rule.id).or_default().add(risk, self.most);
        }
    }

    /// The answer.
    pub(super) fn told(mut self, least: Severity, limit: Option<usize>) -> Output {
        let most = self.most;
        self.kept.values_mut().for_each(|kept| kept.shorten(most));
        let listed = self.worst(least);
        let mut number = listed.len();
        loop {
            let output = self.output(&listed[..number]);
            // Who asks for a number gets it, however long that is.
            let too_long = || output.to_string().len().max(json_length(&output)) > MOST;
            if limit.is_some() || number <= 1 || !too_long() {
                return output;
            }
            number -= (number / 8).max(1);
        }
    }

    /// Places of the worst rules, of each of a severity in turn, so that none hides the others.
    fn worst(&self, least: Severity) -> Vec<&Risk> {
        let mut worst = Vec::new();
        for severity in Severity::ALL.into_iter().filter(|severity| *severity >= least) {
            let rules = RULES.iter().filter(|rule| rule.severity == severity);
            let lists: Vec<_> = rules.filter_map(|rule| self.kept.get(rule.id)).collect();
            let longest = lists.iter().map(|kept| kept.places.len()).max().unwrap_or(0);
            let rounds = (0..longest).flat_map(|at| lists.iter().map(move |kept| (kept, at)));
            worst.extend(rounds.filter_map(|(kept, at)| kept.places.get(at)));
        }
        worst.truncate(self.most);
        worst
    }

    fn output(&self, listed: &[&Risk]) -> Output {
        let mut rules: Vec<Broken> = Vec::new();
        let mut risks = Vec::new();
        let sorted = Severity::ALL.into_iter().flat_map(of_severity);
        for rule in sorted {
            for risk in listed.iter().filter(|risk| risk.rule == rule.id) {
                if rules.last().is_none_or(|last| last.id != rule.id) {
                    rules.push(broken(rule));
                }
                let fixes = rules.last_mut().map(|rule| &mut rule.fixes);
                risks.push(place(risk, fixes.map_or(0, |fixes| number_of(fixes, &risk.fix))));
            }
        }
        let next = next::calls(&risks);
        Output {
            score: self.score(|_| true),
            concerns: Concerns {
                reliability: self.score(|rule| rule.concern == Concern::Reliability),
                performance: self.score(|rule| rule.concern == Concern::Performance),
                threat: self.score(|rule| rule.concern == Concern::Threat),
            },
            left_out: self.left_out(listed),
            risks,
            rules,
            files: self.files,
            lines: self.lines,
            remote_calls: self.remote_calls,
            ignored: self.ignored,
            passed: self.passed,
            next,
        }
    }

    fn left_out(&self, listed: &[&Risk]) -> Vec<Count> {
        let counts = Severity::ALL.into_iter().flat_map(of_severity).filter_map(|rule| {
            let all = self.kept.get(rule.id)?.count;
            let count = all - listed.iter().filter(|risk| risk.rule == rule.id).count();
            Some(Count { rule: rule.id.to_owned(), severity: rule.severity, count })
        });
        counts.filter(|left| left.count > 0).collect()
    }

    fn score(&self, takes: impl Fn(&Rule) -> bool) -> Scored {
        let count = |severity| {
            let rules = of_severity(severity).filter(|rule| takes(rule));
            rules.filter_map(|rule| self.kept.get(rule.id)).map(|kept| kept.count).sum()
        };
        let score = Score::of(Severity::ALL.map(count), self.remote_calls);
        let [high, medium, low, info] = score.counts;
        Scored {
            score: (score.score * 1000.0).round() / 1000.0,
            formula: score.formula(),
            points: (score.points * 1000.0).round() / 1000.0,
            exposed: score.exposed,
            counts: Counts { high, medium, low, info },
        }
    }
}

fn of_severity(severity: Severity) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.severity == severity)
}

fn json_length(output: &Output) -> usize {
    serde_json::to_string(output).map_or(0, |text| text.len())
}

/// The number of a text in a list that it is added to if it is missing.
fn number_of(fixes: &mut Vec<String>, fix: &str) -> usize {
    fixes.iter().position(|known| known == fix).unwrap_or_else(|| {
        fixes.push(fix.to_owned());
        fixes.len() - 1
    })
}

fn broken(rule: &Rule) -> Broken {
    Broken {
        id: rule.id.to_owned(),
        title: rule.title.to_owned(),
        severity: rule.severity,
        concern: rule.concern,
        why: rule.why.to_owned(),
        fault: rule.fault.map(str::to_owned),
        scenario: rule.scenario.to_owned(),
        fixes: Vec::new(),
    }
}

fn place(risk: &Risk, fix: usize) -> Place {
    Place {
        rule: risk.rule.clone(),
        fix,
        file: risk.file.clone(),
        first_line: risk.first_line,
        last_line: risk.last_line,
        function: risk.function.clone(),
        code: risk.code.clone(),
    }
}

/// What was found in a file.
pub(super) struct Seen {
    risks: Vec<Risk>,
    lines: usize,
    remote_calls: usize,
    ignored: usize,
    test_places: usize,
}

/// Looks at a part of a text, which is called `file`.
pub(super) fn look(file: &str, text: &str, language: &'static Language, part: &Part<'_>) -> Seen {
    let mut findings = risk::find(text, language);
    let module = &findings.module;
    let tests = if part.tests { Vec::new() } else { test_code::within(module, text) };
    let in_tests = |span: Span| tests.iter().any(|test| test.contains(span));
    let in_part = |function: Option<usize>| {
        part.functions
            .is_none_or(|wanted| wanted.iter().any(|outer| module.is_within(function, *outer)))
    };
    let of_caller = |caller: Option<usize>| {
        let span = caller.map(|at| module.functions[at].span);
        in_part(caller) && !span.is_some_and(in_tests)
    };
    let remote_calls = module.remote_calls.iter().filter(|call| of_caller(call.caller)).count();
    let here = |finding: &Finding| in_part(finding.function);
    let found: Vec<Finding> = std::mem::take(&mut findings.found);
    let all: Vec<Finding> = found.into_iter().filter(here).collect();
    let before = all.len();
    let found: Vec<Finding> = all.into_iter().filter(|one| !in_tests(one.span)).collect();
    let test_places = before - found.len();
    findings.found = found;
    Seen {
        lines: lines(&findings.module, part),
        risks: risks::of(file, text, &findings),
        remote_calls,
        ignored: findings.ignored,
        test_places,
    }
}

fn lines(module: &Module, part: &Part<'_>) -> usize {
    let Some(wanted) = part.functions else { return module.lines };
    let spans = wanted.iter().map(|at| module.functions[*at].span);
    spans.map(|span| span.last_line + 1 - span.first_line).sum()
}
