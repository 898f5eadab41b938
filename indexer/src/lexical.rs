//! Words of code and of questions about it: identifiers split by case and underscore, in their stems.

mod abbreviation;

use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};

use crate::chunk::{Chunk, ChunkKind};

/// How much a word weighs by where it stands: name, head, body.
///
/// They are small beside the saturation of BM25, so that a word that a body repeats goes on counting
/// for more. The retrieval benchmark chose them, on other projects than those it reports.
pub const WEIGHTS: [f64; 3] = [3.0, 0.5, 0.3];

/// The longest word that is kept; longer ones are data.
const LONGEST: usize = 40;

/// How many stems are kept at most: a tree whose words are data has no end of them.
const KEPT: usize = 100_000;

/// Words of questions that say nothing about code, or stand in all of it.
const EMPTY: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "been", "being", "but", "by", "can", "could", "did",
    "do", "does", "for", "had", "have", "he", "her", "his", "how", "i", "if", "in", "is", "it",
    "its", "may", "might", "must", "of", "on", "or", "our", "she", "should", "so", "such", "than",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "was", "we",
    "were", "what", "when", "where", "which", "while", "who", "whom", "whose", "will", "with",
    "would", "you", "your",
];

/// The words of a chunk, each field a text of words with a space between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Those of its name.
    pub name: String,
    /// Those of its file's path and of its first line.
    pub head: String,
    /// Those of its text.
    pub body: String,
}

/// Makes words. It keeps what it has made, since code repeats itself.
pub struct Words {
    stemmer: Stemmer,
    stems: HashMap<String, String>,
}

impl Default for Words {
    fn default() -> Self {
        Self { stemmer: Stemmer::create(Algorithm::English), stems: HashMap::new() }
    }
}

impl Words {
    /// The words of a chunk in a file of this path.
    pub fn of_chunk(&mut self, path: &str, chunk: &Chunk) -> Terms {
        let head = chunk.text.lines().next().unwrap_or_default();
        let head = if chunk.kind == ChunkKind::Module { "" } else { head };
        Terms {
            name: self.join(&chunk.name),
            head: format!("{} {}", self.join(path), self.join(head)).trim().to_owned(),
            body: self.join(&chunk.text),
        }
    }

    /// The words of a name or of a few words, each once.
    pub fn of_query(&mut self, query: &str) -> Vec<String> {
        self.once(split(query))
    }

    /// The words of a question, each once, without those that say nothing unless there are no others.
    pub fn of_question(&mut self, question: &str) -> Vec<String> {
        let says = |word: &&str| !EMPTY.contains(&word.to_lowercase().as_str());
        let terms = self.once(split(question).filter(says));
        if terms.is_empty() { self.of_query(question) } else { terms }
    }

    fn once<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut terms: Vec<String> = Vec::new();
        for word in words {
            let mut term = String::new();
            self.push_stem(word, &mut term);
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        terms
    }

    fn join(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for word in split(text) {
            if !out.is_empty() {
                out.push(' ');
            }
            self.push_stem(word, &mut out);
        }
        out
    }

    fn push_stem(&mut self, word: &str, out: &mut String) {
        if let Some(stem) = self.stems.get(word) {
            out.push_str(stem);
            return;
        }
        let lower = word.to_lowercase();
        let whole = abbreviation::meaning(&lower).unwrap_or(&lower);
        let stem = self.stemmer.stem(whole).into_owned();
        out.push_str(&stem);
        if self.stems.len() >= KEPT {
            self.stems.clear();
        }
        self.stems.insert(word.to_owned(), stem);
    }
}

/// The words of a text: runs of letters or of digits, cut where the case changes.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .flat_map(humps)
        .filter(|word| word.len() <= LONGEST && (word.len() > 1 || !word.is_ascii()))
}

/// Cuts `readHTTPHeader2` into `read`, `HTTP`, `Header`, `2`.
fn humps(run: &str) -> impl Iterator<Item = &str> {
    let mut rest = run;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, after) = rest.split_at(hump(rest));
        rest = after;
        Some(word)
    })
}

/// Where the first word of a run ends.
fn hump(run: &str) -> usize {
    let mut chars = run.char_indices().peekable();
    let (_, mut before) = chars.next().unwrap_or_default();
    while let Some((at, c)) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
        let turns = before.is_numeric() != c.is_numeric()
            || before.is_lowercase() && c.is_uppercase()
            || before.is_uppercase() && c.is_uppercase() && next_is_lower;
        if turns {
            return at;
        }
        before = c;
    }
    run.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_cut_by_case_underscore_and_digits() {
        let words: Vec<_> = split("readHTTPHeader2(max_size) SHOUT été").collect();
        assert_eq!(words, ["read", "HTTP", "Header", "max", "size", "SHOUT", "été"]);
    }

    #[test]
    fn words_of_one_stem_are_one_term() {
        let mut words = Words::default();
        assert_eq!(words.of_query("Connections connected, connecting"), ["connect"]);
    }

    #[test]
    fn an_abbreviation_and_what_it_stands_for_are_one_term() {
        let mut words = Words::default();
        assert_eq!(words.of_query("parseReqMsgs"), words.of_query("parse request messages"));
    }

    #[test]
    fn a_question_is_its_words_that_say_something_if_there_are_any() {
        let mut words = Words::default();
        assert_eq!(words.of_question("Where is the socket closed?"), ["socket", "close"]);
        assert_eq!(words.of_question("if while"), ["if", "while"]);
        assert!(words.of_question("?!").is_empty());
    }

    #[test]
    fn empty_words_stand_in_order_and_once() {
        assert!(EMPTY.is_sorted_by(|one, next| one < next));
    }
}
