//! Words as the numbers of a sparse vector.
//!
//! Half of BM25 is here: how much of a chunk a word is. The other half, how rare the word is, Qdrant
//! puts in when it searches (its modifier `idf`), since that changes with every chunk.

use std::collections::BTreeMap;

use crate::lexical::{Terms, WEIGHTS};

/// How soon a word that occurs again stops counting for more.
const SATURATION: f64 = 1.2;

/// How much longer chunks count for less.
const LENGTH: f64 = 0.75;

/// The number of words that a chunk has on average.
///
/// The true average changes with every chunk, and each change would make all weights that are
/// stored wrong. It only says which length counts as neither short nor long, so it need not be
/// right: in the Python and Rust that was looked at it is between 90 and 190.
const AVERAGE: f64 = 120.0;

/// The words of a chunk: their numbers, and their weights in the same order.
pub(super) fn of_chunk(terms: &Terms) -> (Vec<u32>, Vec<f32>) {
    let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
    let mut length = 0.0;
    for (field, weight) in [&terms.name, &terms.head, &terms.body].into_iter().zip(WEIGHTS) {
        for word in field.split(' ').filter(|word| !word.is_empty()) {
            *counts.entry(number(word)).or_default() += weight;
            length += 1.0;
        }
    }
    let norm = SATURATION * (1.0 - LENGTH + LENGTH * length / AVERAGE);
    let weight = |count: f64| (count * (SATURATION + 1.0) / (count + norm)) as f32;
    counts.into_iter().map(|(word, count)| (word, weight(count))).unzip()
}

/// The words of a question: each counts once.
pub(super) fn of_query(terms: &[String]) -> (Vec<u32>, Vec<f32>) {
    let words: BTreeMap<u32, f32> = terms.iter().map(|word| (number(word), 1.0)).collect();
    words.into_iter().unzip()
}

/// The number of a word. Two words of one project may get the same one, but that is rare (about one
/// pair among 100,000 words) and makes a hit too many, never one too few.
fn number(word: &str) -> u32 {
    let hash = blake3::hash(word.as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(terms: &Terms, word: &str) -> f32 {
        let (words, weights) = of_chunk(terms);
        let at = words.iter().position(|known| *known == number(word)).expect("it is there");
        weights[at]
    }

    fn terms(name: &str, head: &str, body: &str) -> Terms {
        Terms { name: name.to_owned(), head: head.to_owned(), body: body.to_owned() }
    }

    #[test]
    fn a_word_weighs_more_the_further_ahead_it_stands() {
        let terms = terms("ahead", "amid", "astern ahead");
        assert!(weight(&terms, "ahead") > weight(&terms, "amid"));
        assert!(weight(&terms, "amid") > weight(&terms, "astern"));
    }

    #[test]
    fn repeating_a_word_helps_less_each_time_and_length_counts_against_it() {
        let times = |n: usize| weight(&terms("", "", &"w ".repeat(n)), "w");
        assert!(times(2) > times(1));
        assert!(times(3) - times(2) < times(2) - times(1));
        let long = terms("", "", &format!("w {}", "other ".repeat(200)));
        assert!(weight(&long, "w") < times(1));
    }

    #[test]
    fn a_word_of_a_question_counts_once_and_no_words_are_no_weights() {
        let (words, weights) = of_query(&["a".to_owned(), "b".to_owned(), "a".to_owned()]);
        assert_eq!((words.len(), weights), (2, vec![1.0, 1.0]));
        assert_eq!(of_chunk(&Terms::default()), (Vec::new(), Vec::new()));
    }
}
