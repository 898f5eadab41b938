//! The languages: a file each in this folder (grammar, query, remote calls), and one line in
//! [`LANGUAGES`].
//!
//! The query of a language says what its functions, scopes, calls, imports and bindings look like.
//! It is written in the query language of tree-sitter, with these captures:
//!
//! | capture | what it is |
//! |---|---|
//! | `@function` | a definition of a function or method |
//! | `@closure` | a function without a name of its own, bound to one |
//! | `@function.name` `@function.body` | its parts |
//! | `@function.value` | the function itself, whose field `body` and word `async` are told |
//! | `@function.receiver` | the type that a method belongs to, where it stands in its head |
//! | `@function.doc` | what documents it, where that stands inside of it |
//! | `@function.async` | what makes it asynchronous |
//! | `@scope` `@scope.name` | what gives functions in it a longer name: a class, a module, ... |
//! | `@scope.doc` | what documents it, where that stands inside of it |
//! | `@scope.module` | marks one that is no type: functions in it are no methods |
//! | `@embedded` | tokens in brackets that may be code, and are read as a text of their own |
//! | `@call` `@call.callee` | a call, and what is called |
//! | `@import` | an import; the node goes to `imports` if the language has that |
//! | `@import.module` `@import.name` `@import.alias` | its parts |
//! | `@binding.name` | a variable, field or parameter whose value or type is known |
//! | `@binding.returned` | instead of it, the name of a function, and what follows is what it gives |
//! | `@binding.extended` | instead of it, the name of a type, and what follows is what it extends |
//! | `@binding.owner` | the type that it belongs to, where it does not stand in that |
//! | `@binding.value` | what is called to make its value |
//! | `@binding.part` | which part of that value it is, where it is not all of it |
//! | `@binding.type` | its type |
//!
//! The local name `*` of an import stands for every name of its module. A binding in a scope, beside
//! functions, is a member of it; so is one of `self.` and a word.

mod elixir;
mod go;
mod java;
mod javascript;
mod python;
mod rust;
mod typescript;

use std::sync::OnceLock;

use tree_sitter::Node;

use crate::{module::Import, remote::Remote, syntax::Grammar};

/// Every language. The order is the order of the documentation.
pub static LANGUAGES: &[&Language] = &[
    &python::PYTHON,
    &rust::RUST,
    &go::GO,
    &javascript::JAVASCRIPT,
    &typescript::TYPESCRIPT,
    &typescript::TSX,
    &java::JAVA,
    &elixir::ELIXIR,
];

/// Tells the name and the body of a function.
pub(crate) type Parts = for<'t> fn(Node<'t>, &str) -> Option<(Node<'t>, Option<Node<'t>>)>;

/// A programming language.
#[derive(Debug)]
pub struct Language {
    /// The name that flags and arguments use, such as `python`.
    pub name: &'static str,
    /// The name that people use.
    pub title: &'static str,
    /// Other names that are taken.
    pub aliases: &'static [&'static str],
    /// Suffixes of its files, without the dot.
    pub suffixes: &'static [&'static str],
    /// Programs in the first line of a script that tell it.
    pub programs: &'static [&'static str],
    /// The language of which this is a dialect: whoever asks for that one gets this one too.
    pub dialect_of: Option<&'static str>,
    /// What stands between the parts of a qualified name.
    pub(crate) separator: &'static str,
    pub(crate) grammar: fn() -> tree_sitter::Language,
    pub(crate) query: &'static str,
    /// Kinds of nodes around a definition that belong to it, such as an export.
    pub(crate) wrappers: &'static [&'static str],
    /// Kinds of nodes before a definition that belong to it, such as attributes; behind a space,
    /// what their text begins with where only some of a kind do.
    pub(crate) leading: &'static [&'static str],
    /// Kinds of nodes that are comments.
    pub(crate) comments: &'static [&'static str],
    /// Whether the text of a comment right before a definition documents it.
    pub(crate) documents: fn(&str) -> bool,
    /// The local name of a module that is imported without another one.
    pub(crate) module_name: fn(&str) -> &str,
    /// Tells the name and the body of a function where captures cannot.
    pub(crate) parts: Option<Parts>,
    /// Reads imports that captures cannot tell, such as nested ones.
    pub(crate) imports: Option<fn(Node<'_>, &str) -> Vec<Import>>,
    /// First words of paths that need no import; `*` for all.
    pub(crate) globals: &'static [&'static str],
    /// The calls that leave the process.
    pub(crate) remotes: &'static [Remote],
    pub(crate) compiled: OnceLock<Grammar>,
}

impl Language {
    /// The language that a name, an alias or a suffix stands for.
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.trim().trim_start_matches('.').to_ascii_lowercase();
        LANGUAGES.iter().copied().find(|language| {
            language.name == name
                || language.aliases.contains(&name.as_str())
                || language.suffixes.contains(&name.as_str())
        })
    }

    /// The language of a file, told by its suffix or by its first line.
    pub fn of_file(path: &std::path::Path, first_line: &str) -> Option<&'static Self> {
        match path.extension().and_then(std::ffi::OsStr::to_str) {
            Some(suffix) => Self::of_suffix(suffix),
            None => Self::of_script(first_line),
        }
    }

    pub(crate) fn of_suffix(suffix: &str) -> Option<&'static Self> {
        let suffix = suffix.to_ascii_lowercase();
        LANGUAGES.iter().copied().find(|language| language.suffixes.contains(&suffix.as_str()))
    }

    /// The language of a script, by the program that its first line names.
    fn of_script(first_line: &str) -> Option<&'static Self> {
        let words = first_line.strip_prefix("#!")?.split_whitespace();
        let program = words
            .map(|word| word.rsplit('/').next().unwrap_or(word))
            .find(|word| *word != "env" && !word.starts_with('-'))?;
        let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        LANGUAGES.iter().copied().find(|language| language.programs.contains(&program))
    }

    /// Whether this is the language that was asked for, or a dialect of it.
    pub fn is_or_dialect_of(&self, wanted: &Self) -> bool {
        self.name == wanted.name || self.dialect_of == Some(wanted.name)
    }
}

/// The last part of a path of words.
pub(crate) fn last_part(path: &str) -> &str {
    path.rsplit(['/', '.', ':']).find(|part| !part.is_empty()).unwrap_or(path)
}

/// The first part of a path of words.
pub(crate) fn first_part(path: &str) -> &str {
    path.split(['/', '.', ':']).find(|part| !part.is_empty()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_query_fits_its_grammar() {
        for language in LANGUAGES {
            language.compiled();
        }
    }

    #[test]
    fn every_name_alias_and_suffix_stands_for_one_language() {
        let mut taken = std::collections::BTreeMap::new();
        for language in LANGUAGES {
            for word in language.aliases.iter().chain(language.suffixes).chain([&language.name]) {
                let before = taken.insert(*word, language.name);
                assert!(before.is_none_or(|name| name == language.name), "{word}");
            }
        }
    }

    #[test]
    fn a_language_is_told_by_suffix_or_first_line() {
        let of = |path: &str, line: &str| {
            Language::of_file(Path::new(path), line).map(|language| language.name)
        };
        assert_eq!(of("a/b.PY", ""), Some("python"));
        assert_eq!(of("tool", "#!/usr/bin/env python3.11 -u"), Some("python"));
        assert_eq!(of("tool", "#!/usr/bin/env -S python3"), Some("python"));
        assert_eq!(of("tool", "#!/bin/sh"), None);
        assert_eq!(of("notes.txt", "#!/usr/bin/python3"), None);
    }
}
