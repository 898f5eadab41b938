//! The outline of a file: its functions, what they call, and which calls leave the process.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    module::{Function, FunctionKind, Module},
    remote::{RemoteCall, RemoteKind},
};

/// The outline of a file.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FileOutline {
    /// The path of the file.
    pub path: String,
    /// The name of the language.
    pub language: String,
    /// How many lines it has.
    pub lines: usize,
    /// Whether a part of it could not be read as the language; it may hold more than is listed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub broken: bool,
    /// What it imports, as full paths.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<String>,
    /// The classes and the like in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<ScopeOutline>,
    /// How many functions are in it.
    pub function_count: usize,
    /// The functions in it.
    pub functions: Vec<FunctionOutline>,
    /// The calls outside of functions that leave the process.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remote_calls: Vec<RemoteOutline>,
}

/// A class or the like in an outline.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ScopeOutline {
    /// The qualified name.
    pub name: String,
    /// The first line.
    pub first_line: usize,
    /// The last line.
    pub last_line: usize,
}

/// A function in an outline.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FunctionOutline {
    /// The name by which it can be extracted.
    pub name: String,
    /// What sort of function it is.
    pub kind: FunctionKind,
    /// The first line, with decorators.
    pub first_line: usize,
    /// The last line.
    pub last_line: usize,
    /// Whether it is asynchronous.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_async: bool,
    /// Its calls that leave the process.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remote_calls: Vec<RemoteOutline>,
}

/// A call that leaves the process, in an outline.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RemoteOutline {
    /// What it reaches.
    pub kind: RemoteKind,
    /// The library that makes it.
    pub library: String,
    /// What is called.
    pub call: String,
    /// The line.
    pub line: usize,
}

impl From<&RemoteCall> for RemoteOutline {
    fn from(call: &RemoteCall) -> Self {
        Self {
            kind: call.kind,
            library: call.library.to_owned(),
            call: call.path.clone(),
            line: call.line,
        }
    }
}

/// The outline of a file at a path.
pub fn of_file(path: &str, module: &Module) -> FileOutline {
    let mut imports: Vec<String> =
        module.imports.iter().map(|import| import.path.clone()).collect();
    imports.dedup();
    let scope = |scope: &crate::Scope| ScopeOutline {
        name: scope.qualified.clone(),
        first_line: scope.span.first_line,
        last_line: scope.span.last_line,
    };
    FileOutline {
        path: path.to_owned(),
        language: module.language.name.to_owned(),
        lines: module.lines,
        broken: module.broken,
        imports,
        scopes: module.scopes.iter().map(scope).collect(),
        function_count: module.functions.len(),
        functions: of_functions(module),
        remote_calls: remote_calls(module, None),
    }
}

/// The outlines of all functions of a file, in order.
pub fn of_functions(module: &Module) -> Vec<FunctionOutline> {
    let functions = module.functions.iter().zip(module.addresses()).enumerate();
    functions.map(|(index, (function, name))| of_function(module, index, function, name)).collect()
}

fn of_function(
    module: &Module,
    index: usize,
    function: &Function,
    name: String,
) -> FunctionOutline {
    FunctionOutline {
        name,
        kind: function.kind,
        first_line: function.span.first_line,
        last_line: function.span.last_line,
        is_async: function.is_async,
        remote_calls: remote_calls(module, Some(index)),
    }
}

fn remote_calls(module: &Module, caller: Option<usize>) -> Vec<RemoteOutline> {
    let made_here = |call: &&RemoteCall| call.caller == caller;
    module.remote_calls.iter().filter(made_here).map(Into::into).collect()
}
