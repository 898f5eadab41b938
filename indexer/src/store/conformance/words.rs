//! Chunks are found by words.

use super::{Case, Open, Says, chunk, file, file_of};
use crate::{
    chunk::{Chunk, ChunkKind},
    store::Select,
};

pub(super) const CASES: &[Case] = &[
    ("a word finds the chunks that have it", found),
    ("a word in the name comes before one in the head, and that before the body", fields),
    ("a chunk with more of the words comes first", more_words),
    ("a rare word weighs more than a common one", rare),
    ("a word counts for more in a short chunk", short),
    ("unknown words find nothing, and do not hide known ones", unknown),
    ("no words find nothing", no_words),
    ("no more than asked for are found", limits),
    ("words are no operators", operators),
    ("words may have any letters", letters),
    ("the words of a path find its chunks", path_words),
];

fn found(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("f", "open the socket"), ("g", "close the file")])]);
    let terms = ["socket".to_owned()];
    let hits = store.find(&Select::Words { terms: &terms, limit: 10 });
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].path, "a.py");
    assert_eq!(hits[0].chunk, chunk("f", "open the socket"));
    assert_eq!(hits[0].id, store.id("a.py", "f"));
    assert!(hits[0].score > 0.0);
    assert!(hits[0].score.is_finite());
}

/// Other chunks, so that the words of a test are rare.
fn padding() -> crate::store::IndexedFile {
    let names: Vec<String> = (0..40).map(|n| format!("padding{n}")).collect();
    let functions: Vec<_> = names.iter().map(|name| (name.as_str(), "first\nnothing")).collect();
    file("padding.py", &functions)
}

fn fields(open: &Open) {
    let named = Chunk { kind: ChunkKind::Function, ..chunk("retry", "one two\nthree") };
    let headed = Chunk { kind: ChunkKind::Function, ..chunk("bravo", "retry two\nthree") };
    let bodied = Chunk { kind: ChunkKind::Function, ..chunk("charlie", "one two\nretry") };
    let mut store = open();
    store.put(&[file_of("a.py", vec![bodied, headed, named]), padding()]);
    assert_eq!(store.words("retry", 10), ["retry", "bravo", "charlie"]);
    assert_eq!(store.words("retries", 10), ["retry", "bravo", "charlie"]);
}

fn more_words(open: &Open) {
    let mut store = open();
    store.put(&[
        file("a.py", &[("one", "x\nsocket alpha"), ("two", "x\nsocket timeout")]),
        padding(),
    ]);
    assert_eq!(store.words("socket timeout", 10), ["two", "one"]);
}

fn rare(open: &Open) {
    let common: Vec<String> = (0..20).map(|n| format!("common{n}")).collect();
    let mut functions: Vec<_> = common.iter().map(|name| (name.as_str(), "x\nfrequent")).collect();
    functions.push(("seldom", "x\nzebra"));
    let mut store = open();
    store.put(&[padding(), file("a.py", &functions)]);
    let found = store.words("frequent zebra", 50);
    assert_eq!(found.len(), 21);
    assert_eq!(found[0], "seldom");
}

fn short(open: &Open) {
    let long = format!("x\nzebra {}", "and much more of this text ".repeat(40));
    let mut store = open();
    store.put(&[file("a.py", &[("long", &long), ("short", "x\nzebra")]), padding()]);
    assert_eq!(store.words("zebra", 10), ["short", "long"]);
}

fn unknown(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("f", "socket")])]);
    assert!(store.words("xylophone", 10).is_empty());
    assert_eq!(store.words("xylophone socket", 10), ["f"]);
    assert!(store.words("sock", 10).is_empty(), "a part of a word is another word");
}

fn no_words(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("f", "socket")])]);
    assert!(store.find(&Select::Words { terms: &[], limit: 10 }).is_empty());
}

fn limits(open: &Open) {
    let names: Vec<String> = (0..30).map(|n| format!("f{n}")).collect();
    let functions: Vec<_> = names.iter().map(|name| (name.as_str(), "socket")).collect();
    let mut store = open();
    store.put(&[file("a.py", &functions)]);
    assert_eq!(store.words("socket", 7).len(), 7);
    assert_eq!(store.words("socket", 30).len(), 30);
    assert_eq!(store.words("socket", 1000).len(), 30);
    assert!(store.words("socket", 0).is_empty());
}

fn operators(open: &Open) {
    let words = ["and", "or", "not", "near", "name", "body", "head", "null", "select"];
    let mut store = open();
    store.put(&words.map(|word| {
        let mut file = file(&format!("{word}1.py"), &[(word, "")]);
        word.clone_into(&mut file.chunks[0].1.name);
        file
    }));
    for word in words {
        for terms in [vec![word.to_owned()], vec![word.to_owned(), "xylophone".to_owned()]] {
            let hits = store.find(&Select::Words { terms: &terms, limit: 10 });
            assert_eq!(hits.len(), 1, "{terms:?}");
            assert_eq!(hits[0].chunk.name, word);
        }
    }
}

fn letters(open: &Open) {
    let words = ["größe", "été", "данные", "数据", "naïve7"];
    let mut store = open();
    store.put(&words.map(|word| file("a.py", &[(word, word)])).map(|mut file| {
        file.path = format!("{}.py", file.chunks[0].0.name);
        file
    }));
    for word in words {
        assert!(store.words(word, 10).contains(&word.to_owned()), "{word}");
    }
    assert_eq!(store.words("GRÖSSE größe", 10), ["größe"]);
}

fn path_words(open: &Open) {
    let mut store = open();
    store.put(&[file("billing/invoice.py", &[("f", "x")]), file("other.py", &[("g", "x")])]);
    assert_eq!(store.words("invoices", 10), ["f"]);
}
