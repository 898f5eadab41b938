//! What fits a question: by words always, by meaning too where there are vectors, fused by rank.
//!
//! Two lists that score differently are fused by reciprocal rank: a chunk gets `1 / (5 + rank)` from
//! the list by words, and 0.6 of that from the one by meaning (after Cormack, Clarke and Büttcher,
//! SIGIR 2009, who added 60: with two good lists, the first places should count for more).

mod weight;

use std::{cmp::Ordering, collections::HashMap};

use crate::{
    chunk::ChunkKind,
    embed::{EmbedError, Embedder, Purpose},
    lexical::Words,
    store::{Hit, Select, Store, StoreError},
};
use weight::weighed;

pub use weight::is_of_tests;

/// What is added to each rank before it is turned over.
const RANK_OFFSET: f64 = 5.0;

/// How much a place among those found by meaning counts, beside one among those found by words.
const MEANING: f64 = 0.6;

/// How many chunks of each list are fused, at least.
const DEPTH: usize = 100;

/// The most chunks of an answer.
pub const MOST: usize = 100;

/// How chunks were found.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By words.
    Words,
    /// By words and by meaning.
    Hybrid,
}

/// What fits a question.
#[derive(Debug)]
pub struct Answer {
    /// How it was looked for.
    pub mode: Mode,
    /// Why it was not looked for by meaning.
    pub note: Option<String>,
    /// What was found, the best first.
    pub found: Vec<Found>,
}

/// A chunk that fits a question.
#[derive(Debug)]
pub struct Found {
    /// The chunk.
    pub hit: Hit,
    /// Its place among those found by words, from 1.
    pub by_words: Option<usize>,
    /// Its place among those found by meaning, from 1.
    pub by_meaning: Option<usize>,
    /// The words of the question that it has.
    pub shared: Vec<String>,
    /// Those of them that its name has.
    pub in_name: Vec<String>,
}

/// Why nothing can be found.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The question has no words.
    #[error("the query \"{0}\" has no words")]
    Empty(String),
}

/// Finds the chunks that fit a question.
///
/// Without an embedder, or where it fails or its vectors are not there, words alone decide, and the
/// answer says so.
pub fn search(
    store: &mut dyn Store,
    embedder: Option<&dyn Embedder>,
    query: &str,
    limit: usize,
) -> Result<Answer, SearchError> {
    let mut words = Words::default();
    let terms = words.of_question(query);
    if terms.is_empty() {
        return Err(SearchError::Empty(query.to_owned()));
    }
    let limit = limit.clamp(1, MOST);
    let depth = DEPTH.max(limit * 2);
    let by_words = store.select(&Select::Words { terms: &terms, limit: depth })?;
    let by_words = weighed(by_words, &terms, &mut words);
    let (by_meaning, note) = match near(store, embedder, query, depth)? {
        Near::There(hits) => (Some(hits), None),
        Near::Not(note) => (None, Some(note)),
    };
    let mode = if by_meaning.is_some() { Mode::Hybrid } else { Mode::Words };
    let mut found = fuse(by_words, by_meaning.unwrap_or_default());
    found.truncate(limit);
    let spelled = spelled(query, &terms, &mut words);
    for one in &mut found {
        explain(one, &spelled, &mut words);
    }
    Ok(Answer { mode, note, found })
}

enum Near {
    There(Vec<Hit>),
    Not(String),
}

fn near(
    store: &mut dyn Store,
    embedder: Option<&dyn Embedder>,
    query: &str,
    limit: usize,
) -> Result<Near, StoreError> {
    let Some(embedder) = embedder else {
        return Ok(Near::Not("found by words alone: no embedder is configured".to_owned()));
    };
    let manifest = store.manifest()?;
    if manifest.embedder.as_deref() != Some(embedder.name()) || manifest.vectors == 0 {
        let there = manifest.embedder.unwrap_or_else(|| "no embedder".to_owned());
        let note = format!(
            "found by words alone: the index has vectors of {there} and not of {}; index again",
            embedder.name()
        );
        return Ok(Near::Not(note));
    }
    Ok(match vector(embedder, query) {
        Ok(vector) => Near::There(store.select(&Select::Near { vector: &vector, limit })?),
        Err(error) => Near::Not(format!("found by words alone: {error}")),
    })
}

fn vector(embedder: &dyn Embedder, query: &str) -> Result<Vec<f32>, EmbedError> {
    let vectors = embedder.embed(&[query], Purpose::Query)?;
    vectors.into_iter().next().ok_or_else(|| EmbedError {
        code: "llm_bad_answer",
        message: format!("{} gave no vector", embedder.name()),
        hint: "try again, or search without it".to_owned(),
    })
}

/// Both lists as one, the best first. Of a function in several parts only the best is kept.
fn fuse(by_words: Vec<Hit>, by_meaning: Vec<Hit>) -> Vec<Found> {
    let mut found: HashMap<u64, (f64, Found)> = HashMap::new();
    let lists = [(by_words, 1.0, true), (by_meaning, MEANING, false)];
    for (hits, share, words) in lists {
        for (index, hit) in hits.into_iter().enumerate() {
            let rank = index + 1;
            let (score, one) = found.entry(hit.id).or_insert_with(|| (0.0, Found::of(hit)));
            *score += share / (RANK_OFFSET + rank as f64);
            *if words { &mut one.by_words } else { &mut one.by_meaning } = Some(rank);
        }
    }
    let mut all: Vec<(f64, Found)> = found.into_values().collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.tie().cmp(&b.1.tie())));
    let mut kept: Vec<Found> = Vec::with_capacity(all.len());
    for (score, mut one) in all {
        if !kept.iter().any(|other| same_place(other, &one)) {
            one.hit.score = score;
            kept.push(one);
        }
    }
    kept
}

/// Whether two chunks are parts of one function, scope or module.
fn same_place(a: &Found, b: &Found) -> bool {
    let (one, other) = (&a.hit.chunk, &b.hit.chunk);
    // Functions of one name, such as overloads, are not parts of each other: parts follow closely.
    let apart = match one.first_line.cmp(&other.first_line) {
        Ordering::Less => other.first_line.saturating_sub(one.last_line),
        _ => one.first_line.saturating_sub(other.last_line),
    };
    a.hit.path == b.hit.path
        && one.kind == other.kind
        && one.name == other.name
        && (apart <= 1
            && one.kind == ChunkKind::Function
            && is_part(one.text.len(), other.text.len())
            || one.kind != ChunkKind::Function)
}

/// Whether texts of these lengths can be parts of one that was too long.
fn is_part(one: usize, other: usize) -> bool {
    one + other > crate::chunk::LARGEST
}

impl Found {
    fn of(hit: Hit) -> Self {
        Self { hit, by_words: None, by_meaning: None, shared: Vec::new(), in_name: Vec::new() }
    }

    /// What decides between equals: who was found by words comes first.
    fn tie(&self) -> (usize, &str, usize) {
        let by_words = self.by_words.unwrap_or(usize::MAX);
        (by_words, &self.hit.path, self.hit.chunk.first_line)
    }
}

/// The terms of a question, each with the word that it comes from as it is spelled there.
fn spelled(query: &str, terms: &[String], words: &mut Words) -> Vec<(String, String)> {
    let spelled: Vec<(Vec<String>, &str)> = query
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .map(|word| (words.of_query(word), word))
        .collect();
    let word = |term: &String| {
        let found = spelled.iter().find(|(terms, _)| terms.contains(term));
        found.map_or(term.clone(), |(_, word)| (*word).to_owned())
    };
    terms.iter().map(|term| (term.clone(), word(term))).collect()
}

/// Says which words of the question a chunk has.
fn explain(found: &mut Found, spelled: &[(String, String)], words: &mut Words) {
    let of_chunk = words.of_chunk(&found.hit.path, &found.hit.chunk);
    let has = |field: &str, term: &str| field.split(' ').any(|word| word == term);
    for (term, word) in spelled {
        if has(&of_chunk.name, term) && !found.in_name.contains(word) {
            found.in_name.push(word.clone());
        }
        let fields = [&of_chunk.name, &of_chunk.head, &of_chunk.body];
        if fields.into_iter().any(|field| has(field, term)) && !found.shared.contains(word) {
            found.shared.push(word.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::Chunk;

    pub(super) fn hit(id: u64, name: &str) -> Hit {
        let chunk = Chunk {
            kind: ChunkKind::Function,
            name: name.to_owned(),
            language: "python".to_owned(),
            first_line: id as usize * 10,
            last_line: id as usize * 10 + 5,
            text: format!("def {name}(): pass"),
            calls: Vec::new(),
            imports: Vec::new(),
            remote_calls: Vec::new(),
        };
        Hit { id, score: 1.0, path: "a.py".to_owned(), chunk, vector: None }
    }

    #[test]
    fn what_both_lists_have_comes_before_what_one_has() {
        let fused = fuse(vec![hit(1, "a"), hit(2, "b")], vec![hit(3, "c"), hit(2, "b")]);
        let ids: Vec<u64> = fused.iter().map(|found| found.hit.id).collect();
        assert_eq!(ids, [2, 1, 3]);
        assert_eq!((fused[0].by_words, fused[0].by_meaning), (Some(2), Some(2)));
    }

    #[test]
    fn an_answer_says_which_words_a_chunk_shares_and_which_are_in_its_name() {
        let mut words = Words::default();
        let query = "reading of passes";
        let terms = words.of_question(query);
        let mut found = Found::of(hit(1, "read_all"));
        explain(&mut found, &spelled(query, &terms, &mut words), &mut words);
        assert_eq!(found.in_name, ["reading"]);
        assert_eq!(found.shared, ["reading", "passes"]);
    }
}
