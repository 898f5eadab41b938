//! Calls that leave the process: to services, databases, caches, brokers.
//!
//! What a call reaches is told by what its words stand for in the file: imports, and variables whose
//! value or type is known. The calls of a language are data in its file.

use serde::{Deserialize, Serialize};

use crate::module::Module;

mod names;
mod patterns;

pub(crate) use names::{Binding, Named, Names};
pub(crate) use patterns::{Patterns, Shapes};

/// What is called from afar.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RemoteKind {
    /// An HTTP service.
    Http,
    /// A database.
    Database,
    /// A cache.
    Cache,
    /// A broker of messages.
    Broker,
    /// A remote procedure.
    Rpc,
    /// A language model.
    Llm,
    /// A cloud's own service.
    Cloud,
    /// A bare connection.
    Socket,
}

impl RemoteKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Database => "database",
            Self::Cache => "cache",
            Self::Broker => "broker",
            Self::Rpc => "rpc",
            Self::Llm => "llm",
            Self::Cloud => "cloud",
            Self::Socket => "socket",
        }
    }
}

/// Calls of a library that leave the process.
#[derive(Debug)]
pub(crate) struct Remote {
    /// What they reach.
    pub(crate) kind: RemoteKind,
    /// The library, by the name that people use.
    pub(crate) library: &'static str,
    /// What is called, as full paths such as `requests.get|post`. `|` stands between alternatives
    /// of a word; a word may be `*`, or begin or end with one; a word `**` stands for any number of
    /// words. What begins with `!` is no such call, whatever the others say.
    pub(crate) calls: &'static [&'static str],
}

/// A call that leaves the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteCall {
    /// What it reaches.
    pub kind: RemoteKind,
    /// The library, by the name that people use.
    pub library: &'static str,
    /// What is called, as its words were resolved: `httpx.AsyncClient.get`.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The innermost function that makes it.
    pub caller: Option<usize>,
}

/// The calls of a module that leave the process.
pub(crate) fn find(module: &Module, bindings: &[Binding]) -> Vec<RemoteCall> {
    let patterns = module.language.remote_patterns();
    if patterns.is_empty() {
        return Vec::new();
    }
    let names = Names::of(module, bindings);
    let mut remote: Vec<RemoteCall> = Vec::new();
    for call in &module.calls {
        let paths = names.resolve(&call.callee, call.caller).into_iter();
        let mut known = paths.filter_map(|path| Some((patterns.matching(&path)?, path)));
        let Some((known, path)) = known.next() else { continue };
        let (kind, library) = (known.kind, known.library);
        // What is imported from beside the file begins with dots, which tell nothing here.
        let path = path.trim_start_matches('.').to_owned();
        let found = RemoteCall { kind, library, path, line: call.line, caller: call.caller };
        // Of a chain only the longest path is one call.
        match remote
            .last_mut()
            .filter(|last| last.caller == found.caller && last.line == found.line)
        {
            Some(last) if begins(&last.path, &found.path) => {}
            Some(last) if begins(&found.path, &last.path) => *last = found,
            _ => remote.push(found),
        }
    }
    remote
}

/// Whether a path begins with all words of another one.
fn begins(path: &str, with: &str) -> bool {
    path.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
