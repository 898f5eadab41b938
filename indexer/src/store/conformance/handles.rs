//! A store is opened again, and several times at once.

use super::{Case, Open, Says, file};

pub(super) const CASES: &[Case] = &[
    ("what was written is there when the store is opened again", reopened),
    ("one handle sees what another one writes", seen),
    ("two handles that write at once both get their way", at_once),
];

fn reopened(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("f", "apple"), ("g", "pear")])]);
    store.embedder("test/2", 2);
    let id = store.id("a.py", "f");
    store.vectors(&[(id, vec![1.0, 0.0])]);
    let before = store.known();
    drop(store);

    let mut store = open();
    assert_eq!(store.known(), before);
    assert_eq!(store.id("a.py", "f"), id);
    assert_eq!(store.words("apple", 10), ["f"]);
    assert_eq!(store.near(&[1.0, 0.0], 10), ["f"]);
    assert_eq!(store.bare(10), ["g"]);
    assert_eq!(store.file("a.py").len(), 2);
}

fn seen(open: &Open) {
    let (mut one, mut other) = (open(), open());
    one.put(&[file("a.py", &[("f", "apple"), ("g", "pear")])]);
    assert_eq!(other.words("apple", 10), ["f"]);
    other.embedder("test/2", 2);
    let id = one.id("a.py", "f");
    other.vectors(&[(id, vec![1.0, 0.0])]);
    assert_eq!(one.near(&[1.0, 0.0], 10), ["f"]);
    let id = one.id("a.py", "g");
    other.vectors(&[(id, vec![1.0, 0.0])]);
    assert_eq!(one.near(&[1.0, 0.0], 10).len(), 2);
    other.put(&[file("a.py", &[("h", "plum")])]);
    assert_eq!(one.near(&[1.0, 0.0], 10).len(), 0);
    assert_eq!(one.words("plum", 10), ["h"]);
    assert_eq!(one.known(), other.known());
}

fn at_once(open: &Open) {
    const ROUNDS: usize = 20;
    std::thread::scope(|threads| {
        for writer in 0..2 {
            threads.spawn(move || {
                let mut store = open();
                for round in 0..ROUNDS {
                    let own = file(&format!("{writer}/{round}.py"), &[("own", "apple")]);
                    store.put(&[own, file("shared.py", &[("shared", "pear")])]);
                    assert_eq!(store.file("shared.py").len(), 1);
                }
            });
        }
    });
    let mut store = open();
    let known = store.known();
    assert_eq!((known.files.len(), known.chunks), (2 * ROUNDS + 1, 2 * ROUNDS + 1));
    assert_eq!(store.words("apple", 1000).len(), 2 * ROUNDS);
    assert_eq!(store.words("pear", 1000), ["shared"]);
}
