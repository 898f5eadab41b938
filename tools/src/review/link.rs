//! Which function answers an endpoint, and what it reaches: only where that is sure.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::{
    figures::Endpoint,
    routes::{self, Handler, Route},
    source::SourceTree,
};

/// How far calls are followed.
const DEEPEST: usize = 5;

/// The most functions that are followed for an endpoint.
const MOST: usize = 200;

/// A function of a tree: its file, and its number there.
pub(crate) type FunctionAt = (String, usize);

/// What answers an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The file, from the top of the tree.
    pub(crate) file: String,
    /// The first line, counted from 1.
    pub(crate) first_line: usize,
    /// The last line.
    pub(crate) last_line: usize,
    /// The function; nothing for one without a name.
    pub(crate) function: Option<usize>,
    /// What it is called.
    pub(crate) name: String,
    /// How it is known, in words.
    pub(crate) how: String,
    /// The functions that it reaches by calls, itself among them, each with its distance.
    pub(crate) reach: BTreeMap<FunctionAt, usize>,
    /// The same: distance, file, first and last line.
    pub(crate) reached: Vec<(usize, String, usize, usize)>,
}

/// What is known of who answers an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Linked {
    /// It is this one.
    Surely(Box<Link>),
    /// It could be any of these.
    Several(Vec<String>),
    /// Nothing in the tree says that it is.
    Unknown,
}

impl Linked {
    /// What answers it, if that is sure.
    pub(crate) fn link(&self) -> Option<&Link> {
        match self {
            Self::Surely(link) => Some(link),
            _ => None,
        }
    }
}

/// A way to answer an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    file: String,
    first_line: usize,
    last_line: usize,
    function: Option<usize>,
    name: String,
}

/// Who answers each endpoint.
pub(crate) fn all(endpoints: &[Endpoint], tree: &SourceTree) -> Vec<Linked> {
    let linker = Linker::of(tree);
    endpoints.iter().map(|endpoint| linker.link(endpoint)).collect()
}

struct Linker<'a> {
    tree: &'a SourceTree,
    /// Where functions of each name are.
    named: HashMap<&'a str, Vec<(&'a str, usize)>>,
}

impl<'a> Linker<'a> {
    fn of(tree: &'a SourceTree) -> Self {
        let mut named: HashMap<&str, Vec<(&str, usize)>> = HashMap::new();
        for (path, file) in &tree.files {
            for (at, function) in file.module.functions.iter().enumerate() {
                named.entry(&function.name).or_default().push((path, at));
            }
        }
        Self { tree, named }
    }

    fn link(&self, endpoint: &Endpoint) -> Linked {
        let ways: [(&str, Vec<Candidate>); 4] = [
            ("by its operation id", self.by_operation(endpoint)),
            ("by its route", self.by_route(endpoint, false)),
            ("by the name of its operation", self.by_name(endpoint)),
            ("by the end of its route", self.by_route(endpoint, true)),
        ];
        for (how, mut candidates) in ways {
            candidates.sort();
            candidates.dedup();
            match candidates.len() {
                0 => {}
                1 => return self.surely(candidates.swap_remove(0), how),
                _ => {
                    let told =
                        |one: &Candidate| format!("{} ({}:{})", one.name, one.file, one.first_line);
                    return Linked::Several(candidates.iter().map(told).collect());
                }
            }
        }
        Linked::Unknown
    }

    fn surely(&self, found: Candidate, how: &str) -> Linked {
        let reach = self.reach(&found);
        let place = |((file, at), distance): (&FunctionAt, &usize)| {
            let span = self.tree.files[file].module.functions[*at].span;
            (*distance, file.clone(), span.first_line, span.last_line)
        };
        let reached = reach.iter().map(place).collect();
        let Candidate { file, first_line, last_line, function, name } = found;
        let how = how.to_owned();
        Linked::Surely(Box::new(Link {
            file,
            first_line,
            last_line,
            function,
            name,
            how,
            reach,
            reached,
        }))
    }

    /// Those whose route says just this operation, or from whose route FastAPI makes it.
    fn by_operation(&self, endpoint: &Endpoint) -> Vec<Candidate> {
        let Some(wanted) = endpoint.operation_id.as_deref() else { return Vec::new() };
        let says = |route: &Route, name: &str| {
            route.operation_id.as_deref() == Some(wanted)
                || route.methods.iter().any(|method| made_of(name, &route.route, method) == wanted)
        };
        self.candidates(|route, candidate| says(route, &candidate.name))
    }

    /// The functions that are called as the operation is.
    fn by_name(&self, endpoint: &Endpoint) -> Vec<Candidate> {
        let Some(wanted) = endpoint.operation_id.as_deref() else { return Vec::new() };
        let wanted = bare(wanted);
        let same = self.named.iter().filter(|(name, _)| bare(name) == wanted);
        same.flat_map(|(_, places)| places).map(|(file, at)| self.function(file, *at)).collect()
    }

    /// Those whose route is the path of the endpoint, or its end where something stands before it.
    /// Of several, those that say the most of it in words.
    fn by_route(&self, endpoint: &Endpoint, by_end: bool) -> Vec<Candidate> {
        let path = routes::segments(&endpoint.path);
        let mut best = 0;
        let mut found = Vec::new();
        for (route, candidate) in self.routed() {
            let for_it = route.methods.is_empty() || route.methods.contains(&endpoint.method);
            let Some(words) = fits(&routes::segments(&route.route), &path, by_end) else {
                continue;
            };
            if !for_it || words < best {
                continue;
            }
            if words > best {
                found.clear();
                best = words;
            }
            found.push(candidate);
        }
        found
    }

    fn candidates(&self, wanted: impl Fn(&Route, &Candidate) -> bool) -> Vec<Candidate> {
        let routed = self.routed().into_iter().filter(|(route, one)| wanted(route, one));
        routed.map(|(_, candidate)| candidate).collect()
    }

    /// Every route with who answers it.
    fn routed(&self) -> Vec<(&'a Route, Candidate)> {
        let mut routed = Vec::new();
        for (path, file) in &self.tree.files {
            for route in &file.routes {
                routed.extend(self.answering(path, route).map(|candidate| (route, candidate)));
            }
        }
        routed
    }

    fn answering(&self, path: &str, route: &Route) -> Option<Candidate> {
        match &route.handler {
            Handler::Function(at) => Some(self.function(path, *at)),
            Handler::Named(name) => {
                let places = self.named.get(name.as_str())?;
                let here = places.iter().find(|(file, _)| *file == path);
                let only = (places.len() == 1).then(|| &places[0]);
                here.or(only).map(|(file, at)| self.function(file, *at))
            }
            Handler::Lines(first, last) => Some(Candidate {
                file: path.to_owned(),
                first_line: *first,
                last_line: *last,
                function: None,
                name: format!("the function at {path}:{first}"),
            }),
        }
    }

    fn function(&self, file: &str, at: usize) -> Candidate {
        let function = &self.tree.files[file].module.functions[at];
        Candidate {
            file: file.to_owned(),
            first_line: function.span.first_line,
            last_line: function.span.last_line,
            function: Some(at),
            name: function.name.clone(),
        }
    }

    /// What is reached by calls whose name means one function only: of the same file, or of all.
    fn reach(&self, from: &Candidate) -> BTreeMap<FunctionAt, usize> {
        let mut reach: BTreeMap<FunctionAt, usize> = BTreeMap::new();
        let mut next: VecDeque<(FunctionAt, usize)> = VecDeque::new();
        match from.function {
            Some(at) => next.push_back(((from.file.clone(), at), 0)),
            None => {
                let names = self.calls_between(from);
                next.extend(self.meant(&from.file, names).map(|function| (function, 1)));
            }
        }
        while let Some((function, distance)) = next.pop_front() {
            if reach.contains_key(&function) || distance > DEEPEST || reach.len() >= MOST {
                continue;
            }
            let names = self.called_by(&function);
            next.extend(self.meant(&function.0, names).map(|called| (called, distance + 1)));
            reach.insert(function, distance);
        }
        reach
    }

    fn calls_between(&self, place: &Candidate) -> BTreeSet<&'a str> {
        let calls = &self.tree.files[&place.file].module.calls;
        let within =
            calls.iter().filter(|call| (place.first_line..=place.last_line).contains(&call.line));
        within.map(|call| call.name()).collect()
    }

    /// The names that a function calls, and those that its parameters depend on.
    fn called_by(&self, (path, at): &FunctionAt) -> BTreeSet<&'a str> {
        let file = &self.tree.files[path];
        let module = &file.module;
        let calls = module.calls.iter().filter(|call| module.is_within(call.caller, *at));
        let mut names: BTreeSet<&str> = calls.map(|call| call.name()).collect();
        let function = &module.functions[*at];
        let end = function.body.map_or(function.span.end, |body| body.start);
        let head = file.text.get(function.span.start..end).unwrap_or_default();
        let depends = head.split("Depends(").skip(1);
        names.extend(depends.filter_map(|rest| {
            rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).find(|word| !word.is_empty())
        }));
        names
    }

    fn meant<'b>(
        &'b self,
        path: &'b str,
        names: BTreeSet<&'b str>,
    ) -> impl Iterator<Item = FunctionAt> + 'b {
        names.into_iter().filter_map(move |name| {
            let places = self.named.get(name)?;
            let mut here = places.iter().filter(|(file, _)| *file == path);
            let one = match (here.next(), here.next()) {
                (Some(one), None) => one,
                (None, _) if places.len() == 1 => &places[0],
                _ => return None,
            };
            Some((one.0.to_owned(), one.1))
        })
    }
}

/// How many words a route shares with a path, if it fits; by its end, it must share one.
fn fits(route: &[Option<&str>], path: &[Option<&str>], by_end: bool) -> Option<usize> {
    let skipped = path.len().checked_sub(route.len())?;
    if !by_end && skipped > 0 {
        return None;
    }
    let pairs = route.iter().zip(&path[skipped..]);
    let fit = pairs.clone().all(|(route, path)| match (route, path) {
        (Some(route), Some(path)) => route == path,
        _ => true,
    });
    let words = pairs.filter(|(route, path)| route.is_some() && route == path).count();
    (fit && (!by_end || words > 0)).then_some(words)
}

/// The operation id that FastAPI makes of a function's name, its route and its method.
fn made_of(name: &str, route: &str, method: &str) -> String {
    let text = format!("{name}{route}");
    let plain = text.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' });
    format!("{}_{}", plain.collect::<String>(), method.to_ascii_lowercase())
}

/// A name without what tells its style: `readUser` and `read_user` are the same.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
