//! What is in a file of source code.

use std::{collections::HashMap, ops::Range};

use crate::{language::Language, remote::RemoteCall};

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// Its first line, counted from 1.
    pub first_line: usize,
    /// Its last line, counted from 1.
    pub last_line: usize,
}

impl Span {
    /// The bytes.
    pub fn bytes(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether another stretch lies within this one.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// What sort of function it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// It stands by itself, or in another function.
    Function,
    /// It belongs to a class, a type or the like.
    Method,
    /// It has no name of its own, and is bound to one.
    Closure,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its own name.
    pub name: String,
    /// Its name with those of what it stands in, such as `Server.handle`.
    pub qualified: String,
    /// What sort of function it is.
    pub kind: FunctionKind,
    /// All of it, with decorators, attributes and annotations.
    pub span: Span,
    /// The definition alone.
    pub definition: Span,
    /// What it does; nothing where it is only declared.
    pub body: Option<Span>,
    /// What documents it.
    pub doc: Option<Span>,
    /// Whether it is asynchronous.
    pub is_async: bool,
    /// The innermost scope that it stands in.
    pub scope: Option<usize>,
    /// The innermost function that it stands in.
    pub within: Option<usize>,
}

/// What gives functions in it a longer name.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// Its own name.
    pub name: String,
    /// Its name with those of what it stands in.
    pub qualified: String,
    /// All of it.
    pub span: Span,
    /// What documents it.
    pub doc: Option<Span>,
}

/// A name that comes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What it is called in this file.
    pub local: String,
    /// What it is, such as `urllib.request.urlopen` or `net/http`.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What is called, as a path of words: `self.client.get`.
    pub callee: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The innermost function that makes it.
    pub caller: Option<usize>,
}

impl Call {
    /// The last word of what is called.
    pub fn name(&self) -> &str {
        self.callee.rsplit('.').next().unwrap_or(&self.callee)
    }
}

/// What is in a file of source code.
#[derive(Debug)]
pub struct Module {
    /// The language.
    pub language: &'static Language,
    /// The functions, in the order in which they begin.
    pub functions: Vec<Function>,
    /// The scopes, in the order in which they begin.
    pub scopes: Vec<Scope>,
    /// The imports, in order.
    pub imports: Vec<Import>,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// The calls that leave the process.
    pub remote_calls: Vec<RemoteCall>,
    /// The number of lines.
    pub lines: usize,
    /// Whether a part of it could not be read as the language.
    pub broken: bool,
}

impl Module {
    /// The name by which each function is told from all others of the file, in their order: its
    /// qualified name, and its line where others have the same.
    pub fn addresses(&self) -> Vec<String> {
        let mut times: HashMap<&str, usize> = HashMap::new();
        for function in &self.functions {
            *times.entry(&function.qualified).or_default() += 1;
        }
        let address = |function: &Function| match times[function.qualified.as_str()] {
            1 => function.qualified.clone(),
            _ => format!("{}@{}", function.qualified, function.definition.first_line),
        };
        self.functions.iter().map(address).collect()
    }

    /// Whether a function is another one, or stands in it at whatever depth.
    pub fn is_within(&self, inner: Option<usize>, outer: usize) -> bool {
        let outer = self.functions[outer].definition;
        inner.is_some_and(|inner| outer.contains(self.functions[inner].definition))
    }
}
