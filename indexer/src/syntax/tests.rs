//! Texts that nobody would write: none of them panics, and what is told of them lies within them.

use proptest::prelude::*;

use super::*;
use crate::{LANGUAGES, chunk, extract, source::Source};

/// What programs are made of, in any language.
const PIECES: [&str; 48] = [
    "class A:\n",
    "  def b(): pass\n\n",
    "impl A { fn b() {} }\n",
    "class A { b() {} }\n",
    "def ",
    "class ",
    "fn ",
    "func ",
    "function ",
    "async ",
    "impl ",
    "module ",
    "defmodule ",
    "do ",
    "end\n",
    "a",
    "B",
    "é",
    "日本",
    " ",
    "\n",
    "\r\n",
    "\t",
    "    ",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    ":",
    ";",
    ",",
    ".",
    "::",
    "=>",
    "->",
    "= ",
    "\"",
    "'",
    "`",
    "#",
    "//",
    "/* ",
    "@",
    "import x\n",
];

fn check(text: &str, language: &'static Language) {
    let module = parse(text, language);
    let source = Source { text: text.to_owned(), encoding: "UTF-8" };
    let lines = text.lines().count().max(1);
    for (at, function) in module.functions.iter().enumerate() {
        assert!(text.get(function.span.bytes()).is_some(), "{function:?}");
        assert!(function.span.contains(function.definition), "{function:?}");
        assert!(function.span.last_line <= lines, "{function:?}");
        assert!(function.within.is_none_or(|outer| outer < at), "{function:?}");
        let whole = extract::full(&source, function);
        assert!(whole.ends_with(extract::body(&source, function).trim_start()), "{whole}");
        extract::doc(&source, function);
    }
    for chunk in chunk::cut(&source, &module) {
        assert!(chunk.text.len() <= chunk::LARGEST && !chunk.text.trim().is_empty(), "{chunk:?}");
        assert!(chunk.first_line <= chunk.last_line && chunk.last_line <= lines, "{chunk:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read_in_any_language(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..80),
        language in prop::sample::select(LANGUAGES),
    ) {
        check(&pieces.concat(), language);
    }

    #[test]
    fn any_characters_are_read_in_any_language(
        text in "\\PC{0,200}",
        language in prop::sample::select(LANGUAGES),
    ) {
        check(&text, language);
    }
}

#[test]
fn what_is_nested_without_end_is_read() {
    for language in LANGUAGES {
        for piece in ["(", "[", "{", "a(", "def a(): ", "x = [", "\"", "'", "<"] {
            check(&piece.repeat(2_000), language);
        }
    }
}
