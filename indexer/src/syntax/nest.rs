//! What stands in what: qualified names, and who makes which call.

use std::collections::HashSet;

use super::Found;
use crate::{
    module::{Call, Function, FunctionKind, Module, Scope, Span},
    remote::{self, Binding},
};

/// The longest name that is made longer by what it stands in: nobody nests that deep.
const LONGEST: usize = 1000;

/// Puts what was found in its order and place, and gives back the bindings.
pub(super) fn arrange(module: &mut Module, mut found: Found) -> Vec<Binding> {
    found
        .scopes
        .sort_by_key(|scope| (scope.span.start, usize::MAX - scope.span.end, scope.doc.is_none()));
    found.scopes.dedup_by_key(|scope| (scope.span, scope.name.clone()));
    found.functions.sort_by_key(|(function, _)| {
        let Span { start, end, .. } = function.definition;
        (start, usize::MAX - end, function.body.is_none(), !function.is_async)
    });
    found.functions.dedup_by(|a, b| a.0.definition == b.0.definition && a.0.name == b.0.name);
    // A function with a name of its own may be bound to another one, which is what it is known by.
    let mut bodies = HashSet::new();
    found.functions.retain(|(function, _)| function.body.is_none_or(|body| bodies.insert(body)));
    found.calls.sort_by_key(|(span, _)| (span.start, span.end));
    let separator = module.language.separator;
    (module.functions, module.scopes) =
        named(found.functions, found.scopes, &found.modules, separator);
    module.imports = found.imports;
    module.calls = calls(found.calls, &module.functions);
    module.remote_calls = remote::find(module, &found.bindings);
    found.bindings
}

/// What is open at a place, the innermost last.
enum Open {
    Scope(usize),
    Function(usize),
}

/// Gives functions and scopes the names of what they stand in.
fn named(
    functions: Vec<(Function, Option<String>)>,
    mut scopes: Vec<Scope>,
    modules: &HashSet<usize>,
    separator: &str,
) -> (Vec<Function>, Vec<Scope>) {
    let mut named: Vec<Function> = Vec::with_capacity(functions.len());
    let mut open: Vec<(Open, usize)> = Vec::new();
    let mut next_scope = 0;
    for (mut function, receiver) in functions {
        while next_scope < scopes.len()
            && scopes[next_scope].span.start <= function.definition.start
        {
            enter(&mut scopes, next_scope, &mut open, &named, separator);
            next_scope += 1;
        }
        close(&mut open, function.definition.start);
        let name = joined(receiver.as_deref(), &function.name, separator);
        function.qualified = joined(prefix(&open, &named, &scopes), &name, separator);
        function.scope = open.iter().rev().find_map(|(open, _)| match open {
            Open::Scope(scope) => Some(*scope),
            Open::Function(_) => None,
        });
        function.within = open.iter().rev().find_map(|(open, _)| match open {
            Open::Function(function) => Some(*function),
            Open::Scope(_) => None,
        });
        let in_type = match open.last() {
            Some((Open::Scope(scope), _)) => !modules.contains(&scopes[*scope].span.start),
            _ => false,
        };
        let member = receiver.is_some() || in_type;
        if member && function.kind == FunctionKind::Function {
            function.kind = FunctionKind::Method;
        }
        open.push((Open::Function(named.len()), function.definition.end));
        named.push(function);
    }
    for index in next_scope..scopes.len() {
        enter(&mut scopes, index, &mut open, &named, separator);
    }
    (named, scopes)
}

/// Opens the scope of a number, and names it.
fn enter(
    scopes: &mut [Scope],
    index: usize,
    open: &mut Vec<(Open, usize)>,
    functions: &[Function],
    separator: &str,
) {
    close(open, scopes[index].span.start);
    let qualified = joined(prefix(open, functions, scopes), &scopes[index].name, separator);
    scopes[index].qualified = qualified;
    open.push((Open::Scope(index), scopes[index].span.end));
}

fn close(open: &mut Vec<(Open, usize)>, at: usize) {
    while open.last().is_some_and(|(_, end)| *end <= at) {
        open.pop();
    }
}

fn prefix<'a>(
    open: &[(Open, usize)],
    functions: &'a [Function],
    scopes: &'a [Scope],
) -> Option<&'a str> {
    open.last().map(|(open, _)| match open {
        Open::Scope(scope) => scopes[*scope].qualified.as_str(),
        Open::Function(function) => functions[*function].qualified.as_str(),
    })
}

fn joined(prefix: Option<&str>, name: &str, separator: &str) -> String {
    match prefix {
        Some(prefix) if prefix.len() < LONGEST => format!("{prefix}{separator}{name}"),
        _ => name.to_owned(),
    }
}

/// The calls with the innermost function that makes each.
fn calls(found: Vec<(Span, String)>, functions: &[Function]) -> Vec<Call> {
    let mut calls = Vec::with_capacity(found.len());
    let mut open: Vec<usize> = Vec::new();
    let mut next = 0;
    // Functions lie in each other or beside each other, so what has ended can be let go.
    let let_go = |open: &mut Vec<usize>, at: usize| {
        while open.last().is_some_and(|last| functions[*last].definition.end <= at) {
            open.pop();
        }
    };
    for (span, callee) in found {
        while next < functions.len() && functions[next].span.start <= span.start {
            let_go(&mut open, functions[next].span.start);
            open.push(next);
            next += 1;
        }
        let_go(&mut open, span.start);
        calls.push(Call { callee, line: span.first_line, caller: open.last().copied() });
    }
    calls
}
