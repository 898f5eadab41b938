//! Chunks are found by vectors.

use super::{Case, Open, Says, file};
use crate::store::Select;

pub(super) const CASES: &[Case] = &[
    ("every chunk is bare until it has a vector", bare),
    ("the nearest vectors come first, with their cosine", near),
    ("a later vector takes the place of the one before", later),
    ("another embedder makes every chunk bare, the same one does not", another_embedder),
    ("vectors of chunks that are gone are passed over", vanished),
    ("vectors of a changed file go", changed),
    ("the chunks of a file come with their vectors", with_vectors),
    ("the nearest of many are found", many),
];

const FILE: &str = "a.py";

fn three(store: &mut Box<dyn crate::store::Store>) -> [u64; 3] {
    store.put(&[file(FILE, &[("a", "1"), ("b", "2"), ("c", "3")])]);
    store.embedder("test/2", 2);
    ["a", "b", "c"].map(|name| store.id(FILE, name))
}

fn bare(open: &Open) {
    let mut store = open();
    let [a, _, c] = three(&mut store);
    assert_eq!(store.bare(10), ["a", "b", "c"]);
    assert_eq!(store.bare(2).len(), 2);
    assert!(store.bare(0).is_empty());
    store.vectors(&[(a, vec![1.0, 0.0]), (c, vec![0.0, 1.0])]);
    let hits = store.find(&Select::Bare { limit: 10 });
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].path.as_str(), hits[0].chunk.text.as_str()), (FILE, "2"));
    let known = store.known();
    assert_eq!((known.chunks, known.vectors), (3, 2));
    assert_eq!(known.embedder.as_deref(), Some("test/2"));
    store.vectors(&[(hits[0].id, vec![0.0, 1.0])]);
    assert!(store.bare(10).is_empty());
}

fn near(open: &Open) {
    let mut store = open();
    let [a, b, c] = three(&mut store);
    store.vectors(&[(a, vec![1.0, 0.0]), (b, vec![0.6, 0.8]), (c, vec![-1.0, 0.0])]);
    assert_eq!(store.near(&[1.0, 0.0], 10), ["a", "b", "c"]);
    assert_eq!(store.near(&[0.0, 1.0], 1), ["b"]);
    assert!(store.near(&[0.0, 1.0], 0).is_empty());
    let hits = store.find(&Select::Near { vector: &[1.0, 0.0], limit: 3 });
    for (hit, cosine) in hits.iter().zip([1.0, 0.6, -1.0]) {
        assert!((hit.score - cosine).abs() < 0.01, "{hit:?}");
    }
    assert_eq!((hits[1].id, hits[1].path.as_str(), hits[1].chunk.text.as_str()), (b, FILE, "2"));
}

fn later(open: &Open) {
    let mut store = open();
    let [a, b, _] = three(&mut store);
    store.vectors(&[(a, vec![1.0, 0.0]), (b, vec![0.6, 0.8])]);
    assert_eq!(store.near(&[1.0, 0.0], 1), ["a"]);
    store.vectors(&[(a, vec![-1.0, 0.0])]);
    assert_eq!(store.near(&[1.0, 0.0], 10), ["b", "a"]);
    assert_eq!(store.known().vectors, 2);
}

fn another_embedder(open: &Open) {
    let mut store = open();
    let [a, b, c] = three(&mut store);
    store.vectors(&[(a, vec![1.0, 0.0]), (b, vec![0.6, 0.8])]);
    store.embedder("test/2", 2);
    assert_eq!(store.known().vectors, 2);
    assert_eq!(store.near(&[1.0, 0.0], 1), ["a"]);

    store.embedder("other/3", 3);
    let known = store.known();
    assert_eq!((known.vectors, known.embedder.as_deref()), (0, Some("other/3")));
    assert_eq!(store.bare(10), ["a", "b", "c"]);
    assert!(store.near(&[1.0, 0.0, 0.0], 10).is_empty());
    store.vectors(&[(c, vec![0.0, 0.0, 1.0])]);
    assert_eq!(store.near(&[1.0, 0.0, 0.0], 10), ["c"]);
    assert_eq!(store.words("1", 10).len(), 0, "one digit is no word");
}

fn vanished(open: &Open) {
    let mut store = open();
    let [a, b, _] = three(&mut store);
    store.put(&[file(FILE, &[("d", "4")]), file("b.py", &[("e", "5")])]);
    let e = store.id("b.py", "e");
    store.vectors(&[(a, vec![1.0, 0.0]), (e, vec![0.0, 1.0]), (b, vec![1.0, 0.0])]);
    assert_eq!(store.known().vectors, 1);
    assert_eq!(store.near(&[1.0, 0.0], 10), ["e"]);
    assert_eq!(store.bare(10), ["d"]);
}

fn changed(open: &Open) {
    let mut store = open();
    let [a, b, c] = three(&mut store);
    store.put(&[file("b.py", &[("e", "5")])]);
    let e = store.id("b.py", "e");
    store.vectors(&[a, b, c, e].map(|id| (id, vec![1.0, 0.0])));
    assert_eq!(store.near(&[1.0, 0.0], 10).len(), 4);
    store.put(&[file(FILE, &[("a", "1")])]);
    assert_eq!(store.known().vectors, 1);
    assert_eq!(store.bare(10), ["a"]);
    assert_eq!(store.near(&[1.0, 0.0], 10), ["e"]);
    store.drop_files(&["b.py"]);
    assert_eq!(store.known().vectors, 0);
    assert!(store.near(&[1.0, 0.0], 10).is_empty());
}

fn with_vectors(open: &Open) {
    let mut store = open();
    let [a, _, c] = three(&mut store);
    assert!(store.file(FILE).iter().all(|hit| hit.vector.is_none()));
    store.vectors(&[(a, vec![1.0, 0.0]), (c, vec![0.6, 0.8])]);
    let vectors: Vec<_> = store.file(FILE).into_iter().map(|hit| hit.vector).collect();
    let close = |found: &Option<Vec<f32>>, expected: [f32; 2]| {
        let pairs = found.iter().flatten().zip(expected);
        found.as_ref().is_some_and(|found| found.len() == 2)
            && pairs.into_iter().all(|(found, expected)| (found - expected).abs() < 0.001)
    };
    assert!(close(&vectors[0], [1.0, 0.0]), "{vectors:?}");
    assert_eq!(vectors[1], None);
    assert!(close(&vectors[2], [0.6, 0.8]), "{vectors:?}");
}

/// A vector in the plane of the first and the `n`th direction.
fn leaning(n: usize) -> Vec<f32> {
    let mut vector = vec![0.0; 48];
    let lean = n as f32 / 400.0;
    vector[0] = (1.0 - lean * lean).sqrt();
    vector[1 + n % 47] = lean;
    vector
}

fn many(open: &Open) {
    let names: Vec<String> = (0..300).map(|n| format!("f{n}")).collect();
    let functions: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let mut store = open();
    store.put(&[file(FILE, &functions)]);
    store.embedder("test/48", 48);
    // The far ones first, so that the order is not that of coming.
    let hits = store.file(FILE);
    let vectors: Vec<_> =
        hits.iter().enumerate().rev().map(|(n, hit)| (hit.id, leaning(n))).collect();
    for part in vectors.chunks(64) {
        store.vectors(part);
    }
    assert_eq!(store.near(&leaning(0), 5), ["f0", "f1", "f2", "f3", "f4"]);
    assert_eq!(store.near(&leaning(299), 1), ["f299"]);
    assert_eq!(store.near(&leaning(0), 1000).len(), 300);
}
