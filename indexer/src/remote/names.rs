//! What the names of a file stand for: imports, and variables, fields and functions whose value or
//! type is known.

use std::collections::{HashMap, HashSet};

use crate::{
    module::{Function, Import, Module, Scope},
    syntax::path_of,
};

/// A name whose value or type is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The name, such as `client` or `self.client`.
    pub(crate) name: String,
    /// What makes its value, or its type, as a path of words.
    pub(crate) value: String,
    /// What the name is that of.
    pub(crate) of: Named,
    /// The type that it belongs to, where that is not around it.
    pub(crate) owner: Option<String>,
    /// Where it stands, in bytes.
    pub(crate) at: usize,
}

/// What the name of a binding is that of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A variable, a field or a parameter.
    Variable,
    /// A function, and the value is what that gives.
    Function,
    /// A type, and the value is what that extends.
    Type,
}

/// What a name stands for.
#[derive(Clone, Copy)]
struct Bound<'a> {
    /// The function in which it is seen; none for the whole file.
    seen_in: Option<usize>,
    value: &'a str,
    /// The function in which the words of the value have their meaning.
    meant_in: Option<usize>,
}

/// What a name stands for in each function that it is seen in, and where it is bound last.
struct Bindings<'a> {
    by_function: HashMap<Option<usize>, Bound<'a>>,
    last: Bound<'a>,
}

/// How many names are followed to what they stand for before giving up.
const FOLLOWED: usize = 8;

/// The local name of an import of all that a module has.
const WHOLE: &str = "*";

/// The names by which methods call what they belong to.
const OWN: [&str; 4] = ["self", "this", "Self", "cls"];

/// What the names of a module stand for.
pub(crate) struct Names<'a> {
    module: &'a Module,
    imports: HashMap<&'a str, String>,
    /// The modules of which every name is imported.
    whole: Vec<String>,
    bindings: HashMap<String, Bindings<'a>>,
    /// The functions and types of the file, methods with their type: `get`, `Client`, `Client.get`.
    own: HashSet<String>,
}

/// What the beginning of a path stands for.
enum Step {
    /// Something from elsewhere: the path is complete.
    Imported(String),
    /// Something in this file that may stand for something in turn, seen from a function.
    Own(String, Option<usize>),
}

impl<'a> Names<'a> {
    pub(crate) fn of(module: &'a Module, bindings: &'a [Binding]) -> Self {
        let path = |import: &Import| import.path.replace("::", ".");
        let parents = parents(&module.scopes);
        let mut bound: HashMap<String, Bindings<'_>> = HashMap::new();
        for binding in bindings {
            let (name, last) = placed(module, &parents, binding);
            let first = || Bindings { by_function: HashMap::new(), last };
            let bindings = bound.entry(name).or_insert_with(first);
            bindings.by_function.insert(last.seen_in, last);
            bindings.last = last;
        }
        let whole = module.imports.iter().filter(|import| import.local == WHOLE);
        let types = module.scopes.iter().map(|scope| path_of(&scope.name));
        let functions = module.functions.iter().map(|function| own_name(module, function));
        Self {
            module,
            imports: module
                .imports
                .iter()
                .map(|import| (import.local.as_str(), path(import)))
                .collect(),
            whole: whole.map(path).collect(),
            bindings: bound,
            own: types.chain(functions).collect(),
        }
    }

    /// The full paths that what is called may have; none if it is not known what its words stand
    /// for.
    pub(crate) fn resolve(&self, callee: &str, caller: Option<usize>) -> Vec<String> {
        let (mut path, mut from) = (callee.to_owned(), caller);
        let mut followed: Vec<&str> = Vec::new();
        for _ in 0..FOLLOWED {
            match self.follow(&path, from, &mut followed) {
                Some(Step::Imported(path)) => return vec![path],
                Some(Step::Own(next, meant_in)) => (path, from) = (next, meant_in),
                None => break,
            }
        }
        let first = path.split('.').next().unwrap_or_default();
        let globals = self.module.language.globals;
        let global = globals.iter().any(|global| *global == "*" || *global == first);
        if self.own.contains(meant(&path)) {
            return Vec::new();
        }
        let whole = self.whole.iter().map(|module| format!("{module}.{path}"));
        whole.chain(global.then(|| path.clone())).collect()
    }

    /// The path with its first words replaced by what they stand for.
    fn follow<'b>(
        &'b self,
        path: &str,
        from: Option<usize>,
        followed: &mut Vec<&'b str>,
    ) -> Option<Step> {
        let second = path.find('.').map(|dot| dot + 1);
        let second = second.map(|at| path[at..].find('.').map_or(path.len(), |dot| at + dot));
        let first = path.find('.').unwrap_or(path.len());
        // `Server.client` before `Server`.
        for end in second.into_iter().chain([first]) {
            let (name, rest) = path.split_at(end);
            if let Some(bound) = self.bound(name, from)
                && !followed.iter().any(|before| std::ptr::eq(*before, bound.value))
            {
                followed.push(bound.value);
                return Some(Step::Own(format!("{}{rest}", bound.value), bound.meant_in));
            }
            if let Some(import) = self.imports.get(name) {
                return Some(Step::Imported(format!("{import}{rest}")));
            }
            // A method of this file is not that of a type that its own one extends.
            if name.contains('.') && self.own.contains(name) {
                return None;
            }
            if OWN.contains(&name) {
                return Some(Step::Own(format!("{}{rest}", self.own_type(from)?), from));
            }
        }
        None
    }

    /// What a name is bound to, seen from a function: in it, in those around it, in its type, or in
    /// the file.
    fn bound(&self, name: &str, from: Option<usize>) -> Option<Bound<'_>> {
        let Some(bindings) = self.bindings.get(name) else {
            return self.own_member(name, from);
        };
        let mut seen_from = from;
        loop {
            if let Some(bound) = bindings.by_function.get(&seen_from) {
                return Some(*bound);
            }
            match seen_from {
                Some(function) => seen_from = self.module.functions[function].within,
                // A member is bound in one method and used in another.
                None if name.contains('.') || name.starts_with('@') => {
                    return Some(bindings.last);
                }
                None => return self.own_member(name, from),
            }
        }
    }

    /// What a member of a function's own type is bound to.
    fn own_member(&self, name: &str, function: Option<usize>) -> Option<Bound<'_>> {
        let member = format!("{}.{name}", self.own_type(function)?);
        Some(self.bindings.get(&member)?.last)
    }

    /// The type that a function belongs to.
    fn own_type(&self, function: Option<usize>) -> Option<String> {
        let scope = self.module.functions[function?].scope?;
        Some(path_of(&self.module.scopes[scope].name))
    }
}

/// What a path is of: its first word, or all those of a module such as `Shop.Orders`, which may well
/// stand in a file beside a module `Shop`.
fn meant(path: &str) -> &str {
    let is_module = |word: &str| word.starts_with(|c: char| c.is_uppercase());
    let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
    let mut words = ends.zip(path.split('.'));
    let Some((first, word)) = words.next() else { return path };
    let modules = words.take_while(|(_, next)| is_module(word) && is_module(next));
    &path[..modules.last().map_or(first, |(end, _)| end)]
}

/// The full name of a binding, and what it is.
fn placed<'a>(
    module: &Module,
    parents: &[Option<usize>],
    binding: &'a Binding,
) -> (String, Bound<'a>) {
    let meant_in = innermost(&module.functions, binding.at);
    let seen_in = match binding.of {
        Named::Variable => meant_in,
        Named::Function => meant_in.and_then(|function| module.functions[function].within),
        Named::Type => None,
    };
    let bound = Bound { seen_in, value: &binding.value, meant_in };
    let member = |owner: &str| {
        let name = binding.name.split_once('.').filter(|(first, _)| OWN.contains(first));
        let name = name.map_or(binding.name.as_str(), |(_, rest)| rest);
        (format!("{owner}.{name}"), Bound { seen_in: None, ..bound })
    };
    if let Some(owner) = &binding.owner {
        return member(owner);
    }
    let scope = match binding.of {
        Named::Type => None,
        _ => around(&module.scopes, parents, binding.at).map(|scope| &module.scopes[scope]),
    };
    let Some(scope) = scope else { return (binding.name.clone(), bound) };
    let own = binding.name.split('.').next().is_some_and(|first| OWN.contains(&first));
    let local = seen_in.is_some_and(|at| module.functions[at].definition.start > scope.span.start);
    if own || !local && !binding.name.starts_with('@') {
        return member(&path_of(&scope.name));
    }
    (binding.name.clone(), bound)
}

/// The name of a function, with that of its type before it.
fn own_name(module: &Module, function: &Function) -> String {
    let plain = function.qualified.replace(module.language.separator, ".");
    let owned = plain.rsplitn(3, '.').take(2).count() == 2 && function.within.is_none();
    match plain.rmatch_indices('.').nth(1) {
        Some((at, _)) if owned => plain[at + 1..].to_owned(),
        _ if owned => plain,
        _ => function.name.clone(),
    }
}

/// The scope in which each scope stands.
fn parents(scopes: &[Scope]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(scopes.len());
    for (index, scope) in scopes.iter().enumerate() {
        while open.last().is_some_and(|last| scopes[*last].span.end <= scope.span.start) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(index);
    }
    parents
}

/// The innermost scope around a place.
fn around(scopes: &[Scope], parents: &[Option<usize>], at: usize) -> Option<usize> {
    let before = scopes.partition_point(|scope| scope.span.start <= at);
    let mut candidate = before.checked_sub(1);
    while let Some(index) = candidate {
        if at < scopes[index].span.end {
            return Some(index);
        }
        candidate = parents[index];
    }
    None
}

/// The innermost function around a place.
fn innermost(functions: &[Function], at: usize) -> Option<usize> {
    let before = functions.partition_point(|function| function.definition.start <= at);
    let mut candidate = before.checked_sub(1);
    while let Some(index) = candidate {
        if at < functions[index].definition.end {
            return Some(index);
        }
        candidate = functions[index].within;
    }
    None
}
