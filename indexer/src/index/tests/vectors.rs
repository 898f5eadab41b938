//! Chunks get their vectors.

use super::*;
use crate::embed::{Embedder, Purpose};

/// Its vectors are of length 2, and it fails after so many texts.
struct Counting {
    name: &'static str,
    most: usize,
    texts: Mutex<Vec<String>>,
}

impl Counting {
    fn new(name: &'static str, most: usize) -> Self {
        Self { name, most, texts: Mutex::default() }
    }

    fn seen(&self) -> usize {
        self.texts.lock().unwrap().len()
    }
}

impl Embedder for Counting {
    fn name(&self) -> &str {
        self.name
    }

    fn dimension(&self) -> usize {
        2
    }

    fn embed(&self, texts: &[&str], purpose: Purpose) -> Result<Vec<Vec<f32>>, EmbedError> {
        assert_eq!(purpose, Purpose::Document);
        let mut seen = self.texts.lock().unwrap();
        if seen.len() + texts.len() > self.most {
            let (message, hint) = ("out of order".to_owned(), "repair it".to_owned());
            return Err(EmbedError { code: "embedding_unavailable", message, hint });
        }
        seen.extend(texts.iter().map(|text| (*text).to_owned()));
        Ok(texts.iter().map(|_| vec![1.0, 0.0]).collect())
    }
}

/// A tree with so many chunks in its index.
fn tree_of(chunks: usize) -> Tree {
    let functions: String = (0..chunks).map(|n| format!("def f{n}():\n    pass\n\n")).collect();
    let tree = Tree::of(&[("a.py", &functions)]);
    assert_eq!(tree.index().chunks, chunks);
    tree
}

fn embedded(tree: &Tree, embedder: &Counting) -> Result<EmbedCounts, IndexError> {
    embed(&mut tree.store(), embedder, &|_| {}, &|| false)
}

#[test]
fn every_chunk_gets_its_vector_once() {
    let tree = tree_of(300);
    let embedder = Counting::new("test/2", usize::MAX);
    assert_eq!(
        embedded(&tree, &embedder).unwrap(),
        EmbedCounts { chunks: 300, interrupted: false }
    );
    assert_eq!(tree.store().manifest().unwrap().vectors, 300);
    assert_eq!(embedded(&tree, &embedder).unwrap().chunks, 0);
    assert_eq!(embedder.seen(), 300);

    tree.write("b.py", ONE);
    tree.index();
    assert_eq!(embedded(&tree, &embedder).unwrap().chunks, 1);
    let texts = embedder.texts.lock().unwrap();
    assert_eq!(texts.last().unwrap(), &format!("b.py\none\n{}", ONE.trim_end()));
}

#[test]
fn it_goes_on_where_it_failed() {
    let tree = tree_of(300);
    let error = embedded(&tree, &Counting::new("test/2", 100)).unwrap_err();
    assert_eq!((error.code(), error.hint()), ("embedding_unavailable", "repair it"));
    assert_eq!(tree.store().manifest().unwrap().vectors, 64);
    let embedder = Counting::new("test/2", usize::MAX);
    assert_eq!(embedded(&tree, &embedder).unwrap().chunks, 236);
}

#[test]
fn another_embedder_starts_anew() {
    let tree = tree_of(70);
    embedded(&tree, &Counting::new("test/2", usize::MAX)).unwrap();
    let other = Counting::new("other/2", usize::MAX);
    assert_eq!(embedded(&tree, &other).unwrap().chunks, 70);
    assert_eq!(tree.store().manifest().unwrap().embedder.as_deref(), Some("other/2"));
}

#[test]
fn it_can_be_cancelled_and_tells_how_far_it_is() {
    let tree = tree_of(300);
    let steps = Mutex::new(Vec::new());
    let on = |step| steps.lock().unwrap().push(step);
    let cancelled = || steps.lock().unwrap().len() == 2;
    let embedder = Counting::new("test/2", usize::MAX);
    let found = embed(&mut tree.store(), &embedder, &on, &cancelled).unwrap();
    assert_eq!(found, EmbedCounts { chunks: 128, interrupted: true });
    let step = |done| Step::Vectors { done, of: 300 };
    assert_eq!(*steps.lock().unwrap(), [step(64), step(128)]);
    assert_eq!(tree.store().manifest().unwrap().vectors, 128);
}

/// Its vectors are too short.
struct Short;

impl Embedder for Short {
    fn name(&self) -> &str {
        "short/2"
    }

    fn dimension(&self) -> usize {
        2
    }

    fn embed(&self, texts: &[&str], _: Purpose) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(texts.iter().map(|_| vec![1.0]).collect())
    }
}

#[test]
fn vectors_of_another_length_are_refused() {
    let tree = tree_of(3);
    let error = embed(&mut tree.store(), &Short, &|_| {}, &|| false).unwrap_err();
    assert_eq!(error.code(), "embedding_mismatch");
    assert_eq!(tree.store().manifest().unwrap().vectors, 0);
}
