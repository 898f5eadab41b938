//! What a chunk found by words is worth beyond what they tell: by its name, and by where it is.

use crate::{chunk::ChunkKind, lexical::Words, store::Hit};

/// How much more a chunk found by words is worth for its own name, and for the names around it.
const NAMED: [f64; 2] = [1.0, 0.3];

/// How much a chunk of a test is worth where the question does not speak of tests.
const TEST: f64 = 0.7;

/// What was found by words, with regard to what store and formula do not know: names and tests.
pub(super) fn weighed(mut hits: Vec<Hit>, terms: &[String], words: &mut Words) -> Vec<Hit> {
    for hit in &mut hits {
        hit.score *= weight(hit, terms, words);
    }
    // A stable sort, so that the store decides between equals.
    hits.sort_by(|one, other| other.score.total_cmp(&one.score));
    hits
}

/// Of two functions that share as much with a question, the one whose name says nothing else is the
/// likelier answer, and the one that is no test.
fn weight(hit: &Hit, terms: &[String], words: &mut Words) -> f64 {
    let name = &hit.chunk.name;
    let (scope, name) = name.split_at(name.rfind(['.', ':', '#']).map_or(0, |at| at + 1));
    let own = words.of_query(name);
    let asked = own.iter().filter(|word| terms.contains(word)).count() as f64;
    let own = match hit.chunk.kind {
        // One more, so that a name of one word that is in the question does not win by that alone.
        ChunkKind::Function => asked / (own.len() + 1) as f64,
        // A class whose name is one word of a long question is no answer; a question that is
        // nothing but its name asks for it.
        _ => asked / own.len().max(1) as f64 * (asked / terms.len() as f64),
    };
    let scope = words.of_query(scope);
    let around = scope.iter().filter(|word| terms.contains(word)).count() as f64;
    let around = around / scope.len().max(1) as f64;
    let test = is_of_tests(&hit.path) && !terms.iter().any(|term| term == "test");
    (1.0 + NAMED[0] * own + NAMED[1] * around) * if test { TEST } else { 1.0 }
}

/// Whether a file holds tests, as its path tells.
pub fn is_of_tests(path: &str) -> bool {
    path.split('/').any(|part| {
        let stem = part.split('.').next().unwrap_or(part);
        ["test", "tests", "testing", "__tests__"].contains(&stem)
            || stem.starts_with("test_")
            || stem.ends_with("_test")
            || part.contains(".test.")
            || part.contains(".spec.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chunk::Chunk, search::tests::hit};

    #[test]
    fn a_name_that_says_nothing_else_comes_before_one_that_does() {
        let mut words = Words::default();
        let terms = words.of_question("how to read a frame");
        let hits = vec![hit(1, "Frame.read_all_later"), hit(2, "Pages.read_frame")];
        let ids: Vec<u64> = weighed(hits, &terms, &mut words).iter().map(|hit| hit.id).collect();
        assert_eq!(ids, [2, 1]);
    }

    #[test]
    fn a_class_wins_by_its_name_only_if_that_is_the_question() {
        let mut words = Words::default();
        let class = Hit {
            chunk: Chunk { kind: ChunkKind::Scope, ..hit(1, "Pool").chunk },
            ..hit(1, "Pool")
        };
        let function = hit(2, "take");
        let mut first = |question: &str| {
            let terms = words.of_question(question);
            let hits = vec![class.clone(), function.clone()];
            weighed(hits, &terms, &mut words)[0].id
        };
        assert_eq!(first("pool"), 1);
        assert_eq!(first("take a connection out of the pool"), 2);
    }

    #[test]
    fn tests_come_later_unless_they_are_asked_for() {
        let mut words = Words::default();
        let test = Hit { path: "tests/test_a.py".to_owned(), ..hit(1, "read") };
        let mut first = |question: &str| {
            let terms = words.of_question(question);
            weighed(vec![test.clone(), hit(2, "read")], &terms, &mut words)[0].id
        };
        assert_eq!(first("read a frame"), 2);
        assert_eq!(first("test of reading a frame"), 1);
        assert!(is_of_tests("web/a.test.ts"));
        assert!(!is_of_tests("src/latest/contest.rs"));
    }
}
