//! The engine of the checks: one parse of a text, then the queries of its language.

use std::{
    cell::{OnceCell, RefCell},
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::OnceLock,
};

use tree_sitter::{Node, Query, QueryCursor, QueryMatch, StreamingIterator};

use super::{
    Finding, Findings, Rule,
    check::{Callee, Check, Condition, Place},
    checks::{checks_of, usual_imports},
};
use crate::{
    language::Language,
    module::{Import, Module, Span},
    remote::{Names, RemoteKind, Shapes},
    syntax::{self, path_of, span},
};

/// The most matches of all checks that are looked at: some texts are made to have many.
const MOST_MATCHES: usize = 500_000;

/// The most places of one condition.
const MOST_SPOTS: usize = 20_000;

/// The checks of a language, ready for use.
#[derive(Debug)]
pub(crate) struct Ready {
    checks: Vec<ReadyCheck>,
    /// The queries of all checks as one, so that a tree is walked once.
    query: Query,
    /// The checks of each pattern of that query: many ask for every call.
    owners: Vec<Vec<usize>>,
    /// What checks ask of surroundings, each once, however many of them ask it.
    conditions: Vec<ReadyCondition>,
}

#[derive(Debug)]
struct ReadyCheck {
    check: &'static Check,
    rule: &'static Rule,
    callee: Wanted,
    only: Vec<Asked>,
    unless: Vec<Asked>,
}

/// A condition by its number, and where it is to hold.
#[derive(Clone, Copy, Debug)]
struct Asked {
    place: Place,
    number: usize,
}

#[derive(Debug)]
struct ReadyCondition {
    condition: &'static Condition,
    /// Made at the first use: not every text asks for each.
    query: OnceLock<Query>,
    callee: Wanted,
}

impl ReadyCondition {
    fn query(&self, language: &'static Language) -> &Query {
        self.query.get_or_init(|| compiled(language, self.condition.query))
    }
}

/// What a callee must be, with its patterns read.
#[derive(Debug)]
enum Wanted {
    Any,
    Resolved(Shapes),
    Written(Shapes),
    Remote(Option<&'static [RemoteKind]>),
}

impl Wanted {
    fn of(callee: &'static Callee) -> Self {
        match callee {
            Callee::Any => Self::Any,
            Callee::Resolved(patterns) => Self::Resolved(Shapes::of(patterns)),
            Callee::Written(patterns) => Self::Written(Shapes::of(patterns)),
            Callee::Remote(kinds) => Self::Remote(Some(kinds)),
            Callee::AnyRemote => Self::Remote(None),
        }
    }
}

impl Ready {
    fn of(language: &'static Language) -> Self {
        let mut checks = Vec::new();
        let mut texts: Vec<(&str, Vec<usize>)> = Vec::new();
        let mut conditions: Vec<ReadyCondition> = Vec::new();
        for check in checks_of(language).iter().copied().flatten() {
            let mut asked = |condition: &'static Condition| {
                let same = |known: &ReadyCondition| {
                    known.condition.query == condition.query
                        && known.condition.callee == condition.callee
                };
                let number = conditions.iter().position(same).unwrap_or_else(|| {
                    let callee = Wanted::of(&condition.callee);
                    conditions.push(ReadyCondition { condition, query: OnceLock::new(), callee });
                    conditions.len() - 1
                });
                Asked { place: condition.place, number }
            };
            let rule = Rule::named(check.rule)
                .unwrap_or_else(|| panic!("there is no rule {} for {}", check.rule, language.name));
            match texts.iter_mut().find(|(text, _)| *text == check.query) {
                Some((_, owners)) => owners.push(checks.len()),
                None => texts.push((check.query, vec![checks.len()])),
            }
            checks.push(ReadyCheck {
                check,
                rule,
                callee: Wanted::of(&check.callee),
                only: check.only.iter().map(&mut asked).collect(),
                unless: check.unless.iter().map(&mut asked).collect(),
            });
        }
        let mut whole = String::new();
        let mut starts = Vec::new();
        for (text, _) in &texts {
            starts.push(whole.len());
            whole.push_str(text);
            whole.push('\n');
        }
        let query = compiled(language, &whole);
        let owner = |pattern| {
            let start = query.start_byte_for_pattern(pattern);
            let text = starts.partition_point(|first| *first <= start).saturating_sub(1);
            texts.get(text).map_or_else(Vec::new, |(_, owners)| owners.clone())
        };
        let owners = (0..query.pattern_count()).map(owner).collect();
        Self { checks, query, owners, conditions }
    }
}

/// A query of a language. A test compiles each of them.
fn compiled(language: &'static Language, text: &str) -> Query {
    Query::new(&(language.grammar)(), text).unwrap_or_else(|error| {
        let near = text.get(error.offset..).unwrap_or_default();
        let near: String = near.lines().take(3).collect::<Vec<_>>().join("\n");
        panic!("a query of a check for {} is wrong: {error}, at: {near}", language.name)
    })
}

/// The checks of a language, made at the first use.
fn ready(language: &'static Language) -> &'static Ready {
    language.compiled().risks.get_or_init(|| Ready::of(language))
}

/// Makes every query of a language; a wrong one panics.
#[cfg(test)]
pub(super) fn prepare(language: &'static Language) {
    for condition in &ready(language).conditions {
        condition.query(language);
    }
}

/// What is at risk in a text of a language.
pub(super) fn find(text: &str, language: &'static Language, whole: bool) -> Findings {
    let mut read = syntax::read(text, language);
    let own_imports = read.module.imports.len();
    if !whole && own_imports == 0 {
        let usual = usual_imports(language).iter().map(|(local, path)| Import {
            local: (*local).to_owned(),
            path: (*path).to_owned(),
            line: 1,
        });
        read.module.imports.extend(usual);
    }
    let mut found = Vec::new();
    if let Some(tree) = &read.tree {
        let names = Names::of(&read.module, &read.bindings);
        let (module, root) = (&read.module, tree.root_node());
        let ready = ready(language);
        let spots = ready.conditions.iter().map(|_| OnceCell::new()).collect();
        let paths = RefCell::default();
        let reader = Reader { text, module, names: &names, root, whole, ready, spots, paths };
        reader.read(&mut found);
    }
    found.sort_by_key(|finding| (finding.span.start, finding.rule.id, finding.span.end));
    let mut told = HashSet::new();
    found.retain(|finding| told.insert((finding.rule.id, finding.span.start)));
    let all = found.len();
    let lines: Vec<&str> = text.lines().collect();
    found.retain(|finding| !is_ignored(finding, &lines));
    let ignored = all - found.len();
    read.module.imports.truncate(own_imports);
    Findings { module: read.module, found, ignored }
}

/// Whether the text says to leave a place: on its first line, or in a comment on the line before.
fn is_ignored(finding: &Finding, lines: &[&str]) -> bool {
    let line = finding.span.first_line;
    let on = |at: usize| lines.get(at).copied().unwrap_or_default();
    let alone =
        |text: &str| ["#", "//", "/*", "*"].iter().any(|mark| text.trim_start().starts_with(mark));
    let before = line.checked_sub(2).map(on).filter(|text| alone(text));
    [Some(on(line - 1)), before].into_iter().flatten().any(|text| {
        text.split_once("fault-ignore").is_some_and(|(_, rest)| {
            let ids = rest.trim_start_matches(':').split([' ', ',']).filter(|id| !id.is_empty());
            let mut ids = ids.filter(|id| Rule::named(id).is_some()).peekable();
            ids.peek().is_none() || ids.any(|id| id == finding.rule.id)
        })
    })
}

/// A match of a condition.
struct Spot {
    span: Span,
    same: Option<String>,
}

struct Reader<'a> {
    text: &'a str,
    module: &'a Module,
    names: &'a Names<'a>,
    root: Node<'a>,
    /// Whether the text is all of a file; if not, its imports may be missing.
    whole: bool,
    ready: &'static Ready,
    /// The places of each condition, looked for when the first match asks.
    spots: Vec<OnceCell<Vec<Spot>>>,
    paths: RefCell<HashMap<CalledAt, Rc<Called>>>,
}

/// Where something is called: first and last byte, and the function around it.
type CalledAt = (usize, usize, Option<usize>);

/// What is called somewhere: as it stands there, and what that may stand for.
struct Called {
    written: String,
    resolved: Vec<String>,
}

impl Reader<'_> {
    fn read(&self, found: &mut Vec<Finding>) {
        let query = &self.ready.query;
        let number = |name| query.capture_index_for_name(name);
        let (risk, callee, same) = (number("risk"), number("callee"), number("same"));
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(query, self.root, self.text.as_bytes());
        let mut looked_at = 0;
        while let Some(one) = matches.next() {
            looked_at += 1;
            if looked_at > MOST_MATCHES {
                break;
            }
            let Some(node) = captured(one, risk) else { continue };
            let span = span(node);
            let function = self.function_around(span);
            let same = captured(one, same).map(|node| self.text_of(node));
            let here = Here { span, function, same, callee: captured(one, callee) };
            let owners = self.ready.owners.get(one.pattern_index).into_iter().flatten();
            let checks = owners.filter_map(|at| self.ready.checks.get(*at));
            found.extend(checks.filter_map(|ready| self.broken(ready, &here)));
        }
    }

    /// What a check finds in a match.
    fn broken(&self, ready: &ReadyCheck, here: &Here<'_>) -> Option<Finding> {
        let callee = self.called(here.callee, &ready.callee, here.function)?;
        let breaks = ready.only.iter().all(|asked| self.holds(*asked, here))
            && !ready.unless.iter().any(|asked| self.holds(*asked, here));
        let &ReadyCheck { check, rule, .. } = ready;
        let &Here { span, function, .. } = here;
        breaks.then_some(Finding { rule, check, span, function, callee })
    }

    /// What is called, if it is what it must be: nothing where nothing is captured.
    fn called(
        &self,
        callee: Option<Node<'_>>,
        wanted: &Wanted,
        function: Option<usize>,
    ) -> Option<Option<String>> {
        let Some(node) = callee else {
            return matches!(wanted, Wanted::Any).then_some(None);
        };
        let called = self.paths_of(node, function);
        let written = || Some(called.written.clone());
        let patterns = self.module.language.remote_patterns();
        let of_kind = |path: &str, kinds: Option<&[RemoteKind]>| {
            let remote = patterns.matching(path);
            remote.is_some_and(|remote| kinds.is_none_or(|kinds| kinds.contains(&remote.kind)))
        };
        let mut resolved = called.resolved.iter();
        match wanted {
            Wanted::Any => Some(called.resolved.last().cloned().or_else(written)),
            Wanted::Written(shapes) => shapes.take(&called.written).then(written),
            Wanted::Resolved(shapes) => resolved.find(|path| shapes.take(path)).cloned().map(Some),
            Wanted::Remote(kinds) => resolved.find(|path| of_kind(path, *kinds)).cloned().map(Some),
        }
    }

    /// What is called at a node. Many checks ask it of the same ones.
    fn paths_of(&self, node: Node<'_>, function: Option<usize>) -> Rc<Called> {
        let key = (node.start_byte(), node.end_byte(), function);
        if let Some(known) = self.paths.borrow().get(&key) {
            return Rc::clone(known);
        }
        let written = path_of(self.text_of(node));
        let mut resolved = self.names.resolve(&written, function);
        if resolved.is_empty() && !self.whole {
            resolved.push(written.clone());
        }
        let called = Rc::new(Called { written, resolved });
        self.paths.borrow_mut().insert(key, Rc::clone(&called));
        called
    }

    fn holds(&self, asked: Asked, here: &Here<'_>) -> bool {
        let condition = &self.ready.conditions[asked.number];
        let spots = self.spots[asked.number].get_or_init(|| self.spots(condition));
        let function = here.function.map(|at| &self.module.functions[at]);
        let at = here.span;
        // They are in order, so that those that begin too late need no look.
        let up_to = |end: usize| &spots[..spots.partition_point(|spot| spot.span.start < end)];
        let from = |start: usize| &spots[spots.partition_point(|spot| spot.span.start < start)..];
        let near = match asked.place {
            Place::Within | Place::Around | Place::Outside | Place::Before => up_to(at.end),
            Place::After => from(at.end),
            Place::Function | Place::Scope | Place::File => spots,
        };
        near.iter().any(|spot| {
            let it = spot.span;
            let alike = match (&spot.same, here.same) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            };
            // What a function is made of is in its span; code outside of functions is of one piece.
            let along = || match function {
                Some(function) => function.span.contains(it),
                None => self.function_around(it).is_none(),
            };
            alike
                && match asked.place {
                    Place::Within => at.contains(it),
                    Place::Outside => it.contains(at),
                    Place::Around => {
                        it.contains(at)
                            && function.is_none_or(|function| function.span.contains(it))
                    }
                    Place::Function => along(),
                    Place::After => it.start >= at.end && along(),
                    Place::Before => it.end <= at.start && along(),
                    Place::Scope => self.scope_around(at).is_some_and(|scope| scope.contains(it)),
                    Place::File => true,
                }
        })
    }

    fn spots(&self, condition: &ReadyCondition) -> Vec<Spot> {
        let query = condition.query(self.module.language);
        let number = |name| query.capture_index_for_name(name);
        let (it, callee, same) = (number("it"), number("callee"), number("same"));
        let mut spots = Vec::new();
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(query, self.root, self.text.as_bytes());
        while let Some(one) = matches.next() {
            let Some(node) = captured(one, it) else { continue };
            let at = span(node);
            let callee = captured(one, callee);
            if self.called(callee, &condition.callee, self.function_around(at)).is_some() {
                let same = captured(one, same).map(|node| self.text_of(node).to_owned());
                spots.push(Spot { span: at, same });
            }
            if spots.len() == MOST_SPOTS {
                break;
            }
        }
        spots.sort_by_key(|spot: &Spot| spot.span.start);
        spots
    }

    /// The innermost function around a stretch.
    fn function_around(&self, at: Span) -> Option<usize> {
        let functions = &self.module.functions;
        let before = functions.partition_point(|function| function.span.start <= at.start);
        let around = |index: &usize| functions[*index].span.contains(at);
        let mut candidate = before.checked_sub(1);
        while let Some(index) = candidate {
            if around(&index) {
                return Some(index);
            }
            candidate = functions[index].within.or_else(|| {
                // A function beside it that ended before: the one before that may be around.
                index.checked_sub(1)
            });
        }
        None
    }

    /// The innermost type or other scope around a stretch.
    fn scope_around(&self, at: Span) -> Option<Span> {
        let around = self.module.scopes.iter().map(|scope| scope.span);
        around.filter(|scope| scope.contains(at)).min_by_key(|scope| scope.end - scope.start)
    }

    fn text_of(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}

/// A match of a check.
struct Here<'a> {
    span: Span,
    function: Option<usize>,
    same: Option<&'a str>,
    callee: Option<Node<'a>>,
}

/// The first node of a capture.
fn captured<'t>(found: &QueryMatch<'_, 't>, number: Option<u32>) -> Option<Node<'t>> {
    let number = number?;
    found.captures().iter().find(|capture| capture.index == number).map(|capture| capture.node)
}
