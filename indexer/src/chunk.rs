//! Chunks: the pieces of a file that are indexed and found. They follow its syntax.
//!
//! A function is a chunk, with its decorators and what documents it. A class or the like is one
//! without its functions, and so is what else stands in a file. Only what is larger than
//! [`LARGEST`] is cut, between two of its lines.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
};

use serde::{Deserialize, Serialize};

use crate::{
    module::{Function, Module},
    source::Source,
};

/// The most bytes of a chunk. A function that fits is never cut.
pub const LARGEST: usize = 8 << 10;

/// What a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChunkKind {
    /// A function, or a part of a very long one.
    Function,
    /// A class or the like without its functions.
    Scope,
    /// What stands in a file beside functions and scopes.
    Module,
}

impl ChunkKind {
    /// Every kind.
    const ALL: [Self; 3] = [Self::Function, Self::Scope, Self::Module];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Scope => "scope",
            Self::Module => "module",
        }
    }

    /// The kind of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// What it is.
    pub kind: ChunkKind,
    /// The function's or scope's qualified name; empty for what belongs to none.
    pub name: String,
    /// The name of the language.
    pub language: String,
    /// Its first line, counted from 1.
    pub first_line: usize,
    /// Its last line, counted from 1.
    pub last_line: usize,
    /// Its text.
    pub text: String,
    /// What it calls, each once, as paths of words.
    pub calls: Vec<String>,
    /// The full paths of the imports that it uses; of the module's chunk, all of them.
    pub imports: Vec<String>,
    /// The calls that leave the process, as `kind:path`.
    pub remote_calls: Vec<String>,
}

/// The chunks of a file, in order.
pub fn cut(source: &Source, module: &Module) -> Vec<Chunk> {
    let starts = source.text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let mut cutter = Cutter { source, module, starts, chunks: Vec::new() };
    let mut taken: Vec<Range<usize>> = Vec::new();
    for (index, function) in module.functions.iter().enumerate() {
        // What is only declared stays with its class or file, and what stands in another function
        // is a part of that one.
        if function.body.is_some() && function.within.is_none() {
            let range = with_doc(function);
            taken.push(range.clone());
            cutter.function(index, function, range);
        }
    }
    cutter.scopes(&mut taken);
    cutter.rest(&taken);
    let mut chunks = cutter.chunks;
    chunks.sort_by_key(|chunk| (chunk.first_line, chunk.last_line));
    chunks
}

/// The bytes of a function with those that document it.
fn with_doc(function: &Function) -> Range<usize> {
    let start = function.doc.map_or(function.span.start, |doc| doc.start.min(function.span.start));
    start..function.span.end
}

struct Cutter<'a> {
    source: &'a Source,
    module: &'a Module,
    /// Where the lines begin, the first one aside.
    starts: Vec<usize>,
    chunks: Vec<Chunk>,
}

impl Cutter<'_> {
    fn function(&mut self, index: usize, function: &Function, range: Range<usize>) {
        let module = self.module;
        let inside = |caller| module.is_within(caller, index);
        self.push(ChunkKind::Function, &function.qualified, &[range], inside);
    }

    /// The scopes without what is taken.
    fn scopes(&mut self, taken: &mut Vec<Range<usize>>) {
        let module = self.module;
        // The innermost first, so that those around them go without them.
        for scope in module.scopes.iter().rev() {
            let start = scope.doc.map_or(scope.span.start, |doc| doc.start.min(scope.span.start));
            let range = start..scope.span.end;
            let pieces = without(range.clone(), taken);
            self.push(ChunkKind::Scope, &scope.qualified, &pieces, |caller| caller.is_none());
            taken.push(range);
        }
    }

    /// What nobody took.
    fn rest(&mut self, taken: &[Range<usize>]) {
        let pieces = without(0..self.source.text.len(), taken);
        self.push(ChunkKind::Module, "", &pieces, |caller| caller.is_none());
    }

    fn push(
        &mut self,
        kind: ChunkKind,
        name: &str,
        pieces: &[Range<usize>],
        makes: impl Fn(Option<usize>) -> bool,
    ) {
        let text = &self.source.text;
        let worthy = pieces.iter().filter(|piece| has_words(&text[(*piece).clone()]));
        let pieces: Vec<Range<usize>> = worthy.map(|piece| trimmed(text, piece)).collect();
        let [Some(first), Some(last)] = [pieces.first(), pieces.last()] else { return };
        let (first_line, last_line) = (self.line_at(first.start), self.line_at(last.end));
        let joined: Vec<&str> = pieces.iter().map(|piece| &text[piece.clone()]).collect();
        let facts = self.facts(kind, first_line..=last_line, makes);
        let mut line = first_line;
        let one = pieces.len() == 1;
        for part in parts(&joined.join("\n")) {
            let inner = part.trim_end_matches('\n').matches('\n').count();
            self.chunks.push(Chunk {
                kind,
                name: name.to_owned(),
                language: self.module.language.name.to_owned(),
                first_line: if one { line } else { first_line },
                last_line: if one { line + inner } else { last_line },
                text: part.trim_end_matches('\n').to_owned(),
                ..facts.clone()
            });
            line += part.matches('\n').count();
        }
    }

    /// The line of a place, counted from 1.
    fn line_at(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) + 1
    }

    /// What a chunk calls and imports.
    fn facts(
        &self,
        kind: ChunkKind,
        lines: std::ops::RangeInclusive<usize>,
        makes: impl Fn(Option<usize>) -> bool,
    ) -> Chunk {
        let here = |line: usize, caller| lines.contains(&line) && makes(caller);
        let module = self.module;
        let mut calls = BTreeSet::new();
        // Calls stand in order of their lines.
        let from = module.calls.partition_point(|call| call.line < *lines.start());
        for call in module.calls[from..].iter().take_while(|call| call.line <= *lines.end()) {
            if here(call.line, call.caller) {
                calls.insert(call.callee.as_str());
            }
        }
        let remote = module.remote_calls.iter().filter(|call| here(call.line, call.caller));
        let remote = remote.map(|call| format!("{}:{}", call.kind.name(), call.path));
        let first_words: HashSet<&str> =
            calls.iter().filter_map(|call| call.split('.').next()).collect();
        let imports = module.imports.iter().filter(|import| match kind {
            ChunkKind::Module => true,
            _ => first_words.contains(import.local.as_str()),
        });
        Chunk {
            kind,
            name: String::new(),
            language: String::new(),
            first_line: 0,
            last_line: 0,
            text: String::new(),
            imports: imports.map(|import| import.path.clone()).collect(),
            remote_calls: remote.collect::<BTreeSet<_>>().into_iter().collect(),
            calls: calls.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// A range without some others.
fn without(range: Range<usize>, taken: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut inner: Vec<&Range<usize>> =
        taken.iter().filter(|taken| taken.start >= range.start && taken.end <= range.end).collect();
    inner.sort_by_key(|taken| taken.start);
    let (mut pieces, mut at) = (Vec::new(), range.start);
    for taken in inner {
        if taken.start > at {
            pieces.push(at..taken.start);
        }
        at = at.max(taken.end);
    }
    if range.end > at {
        pieces.push(at..range.end);
    }
    pieces
}

/// Whether there is more in a text than brackets.
fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// A piece of a text from the beginning of its first line to its last word.
fn trimmed(text: &str, piece: &Range<usize>) -> Range<usize> {
    let inside = &text[piece.clone()];
    let first = piece.start + (inside.len() - inside.trim_start().len());
    let line = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let start = if text[line..first].trim().is_empty() { line } else { first };
    start..piece.start + inside.trim_end().len()
}

/// A text in parts of at most [`LARGEST`] bytes, cut between lines; a line that is longer is cut
/// anywhere.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > LARGEST {
        let mut end = LARGEST;
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        if let Some(newline) = rest[..end].rfind('\n') {
            end = newline + 1;
        }
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{language::Language, syntax};

    fn chunks(text: &str) -> Vec<Chunk> {
        let source = Source { text: text.to_owned(), encoding: "UTF-8" };
        cut(&source, &syntax::parse(text, Language::named("python").unwrap()))
    }

    fn told(chunk: &Chunk) -> String {
        format!("{} {} {}-{}", chunk.kind.name(), chunk.name, chunk.first_line, chunk.last_line)
    }

    const PYTHON: &str = "\
import requests
from urllib.request import urlopen

LIMIT = 3


class Client:
    \"\"\"Talks to it.\"\"\"

    retries = LIMIT

    @traced
    def get(self, url):
        def again():
            return requests.get(url)
        return again()


def main():
    urlopen('http://a')


main()
";

    #[test]
    fn functions_class_heads_and_the_rest_of_a_module_are_chunks() {
        let chunks = chunks(PYTHON);
        let told: Vec<_> = chunks.iter().map(told).collect();
        assert_eq!(
            told,
            [
                "module  1-23",
                "scope Client 7-10",
                "function Client.get 12-16",
                "function main 19-20"
            ]
        );
        assert_eq!(
            chunks[1].text,
            "class Client:\n    \"\"\"Talks to it.\"\"\"\n\n    retries = LIMIT"
        );
        assert!(chunks[2].text.starts_with("    @traced\n    def get"));
        assert!(chunks[0].text.ends_with("main()"));
    }

    #[test]
    fn a_class_of_nothing_but_methods_has_a_head_and_no_blank_pieces() {
        let chunks =
            chunks("class A:\n\n    def b(self): pass\n\n    \n    def c(self): pass\n\n\n");
        let told: Vec<_> = chunks.iter().map(told).collect();
        assert_eq!(told, ["scope A 1-1", "function A.b 3-3", "function A.c 6-6"]);
    }

    #[test]
    fn a_chunk_knows_what_it_calls_and_which_imports_it_uses() {
        let chunks = chunks(PYTHON);
        assert_eq!(chunks[2].calls, ["again", "requests.get"]);
        assert_eq!(chunks[2].imports, ["requests"]);
        assert_eq!(chunks[2].remote_calls, ["http:requests.get"]);
        assert_eq!(chunks[0].imports, ["requests", "urllib.request.urlopen"]);
        assert_eq!(chunks[0].calls, ["main"]);
    }

    #[test]
    fn only_a_function_that_is_too_long_is_cut_and_between_its_lines() {
        let long = format!("def long():\n{}", "    call()\n".repeat(2000));
        let fits = format!("def fits():\n{}", "    call()\n".repeat(700));
        let parts = chunks(&format!("{long}\n\n{fits}"));
        let of = |name: &str| parts.iter().filter(|chunk| chunk.name == name).collect::<Vec<_>>();
        assert_eq!(of("fits").len(), 1);
        assert!(of("long").len() > 1);
        assert!(of("long").iter().all(|part| part.text.len() <= LARGEST));
        let joined: Vec<&str> = of("long").iter().map(|part| part.text.as_str()).collect();
        assert_eq!(joined.join("\n"), long.trim_end());
        for pair in of("long").windows(2) {
            assert_eq!(pair[0].last_line + 1, pair[1].first_line);
        }
    }
}
