//! What statements of a review may refer to: the tests as S1, S2, ... and places of the code as C1,
//! C2, ...

use std::collections::BTreeMap;

use fault_indexer::risk::Severity;

use super::{
    figures::{Figures, Test},
    link::{self, Linked},
    source::SourceTree,
};
use crate::risks::Risk;

/// The most places that are named.
const MOST: usize = 60;

/// All that statements may refer to.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    /// The tests.
    pub(crate) figures: Figures<'a>,
    /// The source code, if there is any.
    pub(crate) tree: Option<&'a SourceTree>,
    /// Who answers each endpoint.
    pub(crate) linked: Vec<Linked>,
    /// The places of the code.
    pub(crate) places: Vec<Place>,
    /// How many more places are at risk.
    pub(crate) left_out: usize,
}

/// A place of the code.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// Its number, from 1.
    pub(crate) number: usize,
    /// The file, from the top of the tree.
    pub(crate) file: String,
    /// Its first line.
    pub(crate) first_line: usize,
    /// Its last line.
    pub(crate) last_line: usize,
    /// The function that it stands in.
    pub(crate) function: Option<String>,
    /// The line of code.
    pub(crate) code: String,
    /// What is at risk there; nothing for what answers an endpoint.
    pub(crate) risk: Option<Risk>,
    /// The numbers of the endpoints, from 0, on whose path it lies.
    pub(crate) endpoints: Vec<usize>,
}

impl Place {
    /// The name by which statements refer to it.
    pub(crate) fn id(&self) -> String {
        format!("C{}", self.number)
    }

    /// `file:line`.
    pub(crate) fn at(&self) -> String {
        format!("{}:{}", self.file, self.first_line)
    }
}

impl<'a> Evidence<'a> {
    /// What there is, of all endpoints or of one.
    pub(crate) fn of(figures: Figures<'a>, tree: Option<&'a SourceTree>) -> Self {
        let linked = match tree {
            Some(tree) => link::all(&figures.endpoints, tree),
            None => vec![Linked::Unknown; figures.endpoints.len()],
        };
        let mut evidence = Self { figures, tree, linked, places: Vec::new(), left_out: 0 };
        evidence.gather();
        evidence
    }

    fn gather(&mut self) {
        let mut places = self.handlers();
        let mut risks = self.risks();
        risks.sort_by_key(|place| self.weight(place));
        places.extend(risks);
        self.left_out = places.len().saturating_sub(MOST);
        places.truncate(MOST);
        places.iter_mut().zip(1..).for_each(|(place, number)| place.number = number);
        self.places = places;
    }

    /// What answers the endpoints.
    fn handlers(&self) -> Vec<Place> {
        let Some(tree) = self.tree else { return Vec::new() };
        let mut handlers: Vec<Place> = Vec::new();
        for (endpoint, linked) in self.linked.iter().enumerate() {
            let Some(link) = linked.link() else { continue };
            let is_same =
                |place: &&mut Place| place.file == link.file && place.first_line == link.first_line;
            if let Some(known) = handlers.iter_mut().find(is_same) {
                known.endpoints.push(endpoint);
                continue;
            }
            let text = tree.files[&link.file].lines(link.first_line, link.first_line);
            handlers.push(Place {
                number: 0,
                file: link.file.clone(),
                first_line: link.first_line,
                last_line: link.last_line,
                function: Some(link.name.clone()),
                code: text.trim().chars().filter(|c| !c.is_control()).take(160).collect(),
                risk: None,
                endpoints: vec![endpoint],
            });
        }
        handlers
    }

    /// What is at risk, each with the endpoints on whose path it lies.
    fn risks(&self) -> Vec<Place> {
        let Some(tree) = self.tree else { return Vec::new() };
        let paths = self.paths();
        let mut places = Vec::new();
        for (file, found) in &tree.files {
            for (function, risk) in &found.risks {
                let on_path = |endpoint: &usize| {
                    paths[endpoint].contains_key(&(file.as_str(), *function))
                        || self.is_in_handler(*endpoint, file, risk.first_line)
                };
                places.push(Place {
                    number: 0,
                    file: file.clone(),
                    first_line: risk.first_line,
                    last_line: risk.last_line,
                    function: risk.function.clone(),
                    code: risk.code.clone(),
                    risk: Some(risk.clone()),
                    endpoints: paths.keys().filter(|endpoint| on_path(endpoint)).copied().collect(),
                });
            }
        }
        places
    }

    /// The functions that each endpoint reaches, and beside them what stands outside of functions in
    /// their files.
    fn paths(&self) -> BTreeMap<usize, BTreeMap<(&str, Option<usize>), ()>> {
        let links = self.linked.iter().enumerate();
        let links = links.filter_map(|(endpoint, linked)| Some((endpoint, linked.link()?)));
        links
            .map(|(endpoint, link)| {
                let reached = link.reach.keys().flat_map(|(file, at)| {
                    [((file.as_str(), Some(*at)), ()), ((file.as_str(), None), ())]
                });
                let own = [((link.file.as_str(), None), ())];
                (endpoint, reached.chain(own).collect())
            })
            .collect()
    }

    fn is_in_handler(&self, endpoint: usize, file: &str, line: usize) -> bool {
        self.linked.get(endpoint).and_then(Linked::link).is_some_and(|link| {
            link.file == file && (link.first_line..=link.last_line).contains(&line)
        })
    }

    /// What comes first: what a failed test is about, then what an endpoint is, then the worst.
    fn weight(&self, place: &Place) -> (bool, bool, std::cmp::Reverse<Severity>, String, usize) {
        let failed = self.supporting(place).is_empty();
        let severity = place.risk.as_ref().map_or(Severity::Info, |risk| risk.severity);
        let worst = std::cmp::Reverse(severity);
        (failed, place.endpoints.is_empty(), worst, place.file.clone(), place.first_line)
    }

    /// The same, without the places that no endpoint passes, if it is known which one answers each.
    pub(crate) fn on_paths(mut self) -> Self {
        if self.linked.iter().all(|linked| linked.link().is_some()) && !self.linked.is_empty() {
            let before = self.places.len();
            self.places.retain(|place| !place.endpoints.is_empty());
            self.places.iter_mut().zip(1..).for_each(|(place, number)| place.number = number);
            self.left_out += before - self.places.len();
        }
        self
    }

    /// The failed tests that a place bears on: those of its endpoints, under a fault of the kind
    /// that shows what is at risk there.
    pub(crate) fn supporting(&self, place: &Place) -> Vec<Test<'a>> {
        let Some(fault) = place.risk.as_ref().and_then(|risk| risk.fault.as_deref()) else {
            return Vec::new();
        };
        let bears = |test: &Test<'_>| {
            place.endpoints.contains(&test.endpoint)
                && test.kinds().iter().any(|kind| same_kind(kind, fault))
        };
        self.figures.failed().filter(bears).collect()
    }

    /// Whether an id is that of a test or a place.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.figures.tests.iter().any(|test| test.id() == id)
            || self.places.iter().any(|place| place.id() == id)
    }
}

/// Whether two names of kinds of faults mean the same: `http-error` and `httperror`.
pub(crate) fn same_kind(one: &str, other: &str) -> bool {
    let letters = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    letters(one) == letters(other)
}
