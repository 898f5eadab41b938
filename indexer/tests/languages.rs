//! What is found in code of every language: functions with their names and lines, what documents
//! them, and calls that leave the process.

#[path = "languages/elixir.rs"]
mod elixir;
#[path = "languages/go.rs"]
mod go;
#[path = "languages/java.rs"]
mod java;
#[path = "languages/javascript.rs"]
mod javascript;
#[path = "languages/python.rs"]
mod python;
#[path = "languages/python_calls.rs"]
mod python_calls;
#[path = "languages/rust.rs"]
mod rust;
#[path = "languages/typescript.rs"]
mod typescript;

use fault_indexer::{Function, FunctionKind, Language, Module, parse};

fn module(language: &str, source: &str) -> Module {
    parse(source, Language::named(language).expect("a known language"))
}

/// The functions of a text are these, a line each: `async method Server.handle 3-9`. The lines are
/// those of the definition; decorators begin it with `(2)` before them, and what is only declared
/// ends with `;`.
#[track_caller]
fn check(language: &str, source: &str, expected: &[&str]) {
    let module = module(language, source);
    let found: Vec<String> = module.functions.iter().map(line).collect();
    assert_eq!(found, expected, "\n{source}");
}

fn line(function: &Function) -> String {
    let kind = match function.kind {
        FunctionKind::Function => "function",
        FunctionKind::Method => "method",
        FunctionKind::Closure => "closure",
    };
    let before = if function.is_async { "async " } else { "" };
    let definition = function.definition;
    let whole = match function.span.first_line {
        first if first == definition.first_line => String::new(),
        first => format!("({first})"),
    };
    let (first, last) = (definition.first_line, definition.last_line);
    let end = if function.body.is_none() { ";" } else { "" };
    format!("{before}{kind} {} {whole}{first}-{last}{end}", function.qualified)
}

/// What documents the functions of a text, a line each: `name: text`.
#[track_caller]
fn documented(language: &str, source: &str, expected: &[&str]) {
    let found: Vec<String> = module(language, source)
        .functions
        .iter()
        .filter_map(|function| {
            let doc = source[function.doc?.bytes()].lines().map(str::trim);
            Some(format!("{}: {}", function.qualified, doc.collect::<Vec<_>>().join(" ")))
        })
        .collect();
    assert_eq!(found, expected, "\n{source}");
}

/// The calls of a text that leave the process are these, a line each:
/// `3 http requests.get in fetch`.
#[track_caller]
fn remote(language: &str, source: &str, expected: &[&str]) {
    let module = module(language, source);
    let found: Vec<String> = module
        .remote_calls
        .iter()
        .map(|call| {
            let caller = call.caller.map_or("the file", |at| &module.functions[at].qualified);
            format!("{} {} {} in {caller}", call.line, call.kind.name(), call.path)
        })
        .collect();
    assert_eq!(found, expected, "\n{source}");
}

/// The imports of a text are these, a line each: `local = path`.
#[track_caller]
fn imports(language: &str, source: &str, expected: &[&str]) {
    let module = module(language, source);
    let found: Vec<String> =
        module.imports.iter().map(|import| format!("{} = {}", import.local, import.path)).collect();
    assert_eq!(found, expected, "\n{source}");
}
