//! Files come, change and go.

use super::{Case, Open, Says, chunk, file, file_of, mark};
use crate::{
    chunk::{Chunk, ChunkKind},
    store::{Change, Manifest, Select},
};

pub(super) const CASES: &[Case] = &[
    ("an empty store answers everything with nothing", empty),
    ("the manifest tells what is there", manifest),
    ("a file without chunks is known", no_chunks),
    ("chunks come back as they went in, in order", round_trip),
    ("paths may have any characters", unicode_paths),
    ("a changed file takes the place of what was there", replaced),
    ("files that are gone go, unknown ones are passed over", gone),
    ("chunks of a changed file have other numbers", other_numbers),
    ("many files fit in one change", many_files),
    ("everything goes, and the store can be used again", clear),
];

fn empty(open: &Open) {
    let mut store = open();
    assert_eq!(store.known(), Manifest::default());
    assert!(store.words("anything at all", 10).is_empty());
    assert!(store.near(&[1.0, 0.0], 10).is_empty());
    assert!(store.bare(10).is_empty());
    assert!(store.file("a.py").is_empty());
    store.change(Change::Files { gone: &[], new: &[] }).unwrap();
    store.change(Change::Vectors(&[])).unwrap();
    store.change(Change::Clear).unwrap();
    assert_eq!(store.known(), Manifest::default());
}

fn manifest(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("f", "def f(): pass"), ("g", "def g(): pass")])]);
    store.put(&[file("b/c.py", &[("h", "def h(): pass")])]);
    let expected = Manifest {
        files: [("a.py".to_owned(), mark("a.py", 2)), ("b/c.py".to_owned(), mark("b/c.py", 1))]
            .into(),
        embedder: None,
        chunks: 3,
        vectors: 0,
    };
    assert_eq!(store.known(), expected);
}

fn no_chunks(open: &Open) {
    let mut store = open();
    store.put(&[file("__init__.py", &[])]);
    assert_eq!(store.known().files["__init__.py"], mark("__init__.py", 0));
    assert!(store.file("__init__.py").is_empty());
}

fn round_trip(open: &Open) {
    let chunks = vec![
        Chunk {
            kind: ChunkKind::Module,
            name: String::new(),
            language: "go".to_owned(),
            first_line: 1,
            last_line: 3,
            text: "\u{feff}// \"quoted\" 'and' \\ \t\r\nimport π \u{1f980}\n".to_owned(),
            calls: vec!["a.b".to_owned(), "\"x\"".to_owned(), "c, d".to_owned()],
            imports: vec!["net/http".to_owned(), "été".to_owned()],
            remote_calls: vec!["http:net/http.Get".to_owned()],
        },
        Chunk { kind: ChunkKind::Scope, first_line: 5, ..chunk("Server", "type Server struct") },
        chunk("Server.handle", ""),
        chunk("aaa", "def aaa(): '''it comes first by name, and last by place'''"),
    ];
    let mut store = open();
    store.put(&[file("before.py", &[("f", "1")]), file_of("a.go", chunks.clone())]);
    let hits = store.file("a.go");
    assert!(hits.iter().all(|hit| hit.path == "a.go"));
    assert_eq!(hits.into_iter().map(|hit| hit.chunk).collect::<Vec<_>>(), chunks);
}

fn unicode_paths(open: &Open) {
    let paths =
        ["src/größe 1.py", "日本/語.py", "it's \"quoted\"; --.py", "a%b_c*.py", "A.py", "a.py"];
    let mut store = open();
    store.put(&paths.map(|path| file(path, &[(path, "def f(): pass")])));
    for path in paths {
        let hits = store.file(path);
        assert_eq!(hits.len(), 1, "{path}");
        assert_eq!((hits[0].path.as_str(), hits[0].chunk.name.as_str()), (path, path));
        assert!(store.known().files.contains_key(path), "{path}");
    }
    store.drop_files(&["a%b_c*.py", "a.py"]);
    assert_eq!(store.known().files.len(), paths.len() - 2);
    assert_eq!(store.file("A.py").len(), 1);
}

fn replaced(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("old", "apple"), ("both", "pear")]), file("b.py", &[("b", "1")])]);
    let mut changed = file("a.py", &[("both", "plum")]);
    changed.mark = mark("another version", 7);
    store.put(&[changed]);
    assert_eq!(store.known().files["a.py"], mark("another version", 7));
    assert_eq!((store.known().files.len(), store.known().chunks), (2, 2));
    assert_eq!(store.file("a.py").len(), 1);
    assert!(store.words("apple", 10).is_empty());
    assert!(store.words("pear", 10).is_empty());
    assert_eq!(store.words("plum", 10), ["both"]);
}

fn gone(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("a", "apple")]), file("b.py", &[("b", "apple")])]);
    store.drop_files(&["a.py", "never.py"]);
    assert_eq!(store.known().files.keys().collect::<Vec<_>>(), ["b.py"]);
    assert_eq!(store.known().chunks, 1);
    assert_eq!(store.words("apple", 10), ["b"]);
    assert!(store.file("a.py").is_empty());
}

fn other_numbers(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("f", "one")]), file("b.py", &[("g", "two")])]);
    let (before, beside) = (store.id("a.py", "f"), store.id("b.py", "g"));
    assert_ne!(before, beside);
    store.put(&[file("a.py", &[("f", "three")])]);
    assert_ne!(store.id("a.py", "f"), before);
    assert_eq!(store.id("b.py", "g"), beside);
}

fn many_files(open: &Open) {
    let path = |n: usize| format!("package{}/module{n}.py", n % 7);
    let new: Vec<_> = (0..600)
        .map(|n| file(&path(n), &[("f", &format!("shared alone{n}")), ("g", "shared")]))
        .collect();
    let mut store = open();
    store.put(&new);
    assert_eq!((store.known().files.len(), store.known().chunks), (600, 1200));
    assert_eq!(store.words("shared", 1000).len(), 1000);
    let gone: Vec<String> = (0..600).filter(|n| n % 2 == 0).map(path).collect();
    store.change(Change::Files { gone: &gone, new: &new[1..2] }).unwrap();
    assert_eq!((store.known().files.len(), store.known().chunks), (300, 600));
    assert_eq!(store.words("shared", 1000).len(), 600);
}

fn clear(open: &Open) {
    let mut store = open();
    store.put(&[file("a.py", &[("f", "apple")])]);
    store.embedder("test/2", 2);
    let before = store.id("a.py", "f");
    store.vectors(&[(before, vec![1.0, 0.0])]);
    store.change(Change::Clear).unwrap();
    assert_eq!(store.known(), Manifest::default());
    assert!(store.words("apple", 10).is_empty());
    assert!(store.near(&[1.0, 0.0], 10).is_empty());
    assert!(store.find(&Select::Bare { limit: 10 }).is_empty());

    store.put(&[file("a.py", &[("g", "pear")])]);
    store.embedder("test/3", 3);
    store.vectors(&[(before, vec![1.0, 0.0, 0.0])]);
    assert_eq!(store.known().vectors, 0, "the number belongs to a chunk that is gone");
    assert_eq!(store.words("pear", 10), ["g"]);
}
