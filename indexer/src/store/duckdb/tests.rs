//! The file: whose it is, what is not one, and what is damaged.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use super::*;
use crate::{
    chunk::{Chunk, ChunkKind},
    lexical::Words,
    store::{FileMark, IndexedFile, VERSION, conformance, sqlite::Sqlite},
};

#[test]
fn it_keeps_every_promise_of_a_store() {
    conformance::suite(&|| {
        let folder = tempfile::tempdir().unwrap();
        Box::new(move || Box::new(DuckDb::open(&folder.path().join("index.duckdb")).unwrap()))
    });
}

#[test]
fn it_ranks_as_an_index_of_sqlite_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut sqlite = Sqlite::open(&folder.path().join("index.db")).unwrap();
    let mut duck = DuckDb::open(&folder.path().join("index.duckdb")).unwrap();
    let words = ["open", "socket", "retry", "close", "header", "body", "parse", "wait"];
    let mut corpus = files(1);
    for (n, file) in corpus.iter_mut().enumerate() {
        let (chunk, terms) = &mut file.chunks[0];
        let text = (0..=n * 3).map(|at| words[(at * at + n * at / 3) % (1 + n % 8)]);
        chunk.text = text.collect::<Vec<_>>().join("\n");
        *terms = Words::default().of_chunk(&file.path, chunk);
    }
    for store in [&mut sqlite as &mut dyn Store, &mut duck] {
        store.change(Change::Files { gone: &[], new: &corpus }).unwrap();
    }
    for question in ["socket", "retry header", "open the body and wait", "src file", "f7 parse"] {
        let terms = Words::default().of_query(question);
        let what = Select::Words { terms: &terms, limit: 100 };
        let scores = |hits: Vec<Hit>| {
            hits.into_iter().map(|hit| (hit.path, hit.score)).collect::<BTreeMap<_, _>>()
        };
        let (ours, theirs) =
            (scores(duck.select(&what).unwrap()), scores(sqlite.select(&what).unwrap()));
        assert!(!ours.is_empty(), "{question}");
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
        for (path, score) in ours {
            // Ours are rounded.
            assert!((score - theirs[&path]).abs() < 1e-6, "{question}: {path} {score} {theirs:?}");
        }
    }
}

/// Some files, all of one version.
fn files(version: usize) -> Vec<IndexedFile> {
    let file = |n: usize| {
        let path = format!("src/file{n}.py");
        let chunk = Chunk {
            kind: ChunkKind::Function,
            name: format!("f{n}"),
            language: "python".to_owned(),
            first_line: 1,
            last_line: 1,
            text: format!("shared version{version:04}"),
            calls: vec!["a.b".to_owned()],
            imports: vec![],
            remote_calls: vec![],
        };
        let terms = Words::default().of_chunk(&path, &chunk);
        let mark = FileMark { language: "python".to_owned(), hash: version.to_string(), lines: 1 };
        IndexedFile { path, mark, chunks: vec![(chunk, terms)] }
    };
    (0..20).map(file).collect()
}

fn put(store: &mut DuckDb, version: usize) {
    store.change(Change::Files { gone: &[], new: &files(version) }).unwrap();
}

/// An index with something in it.
fn filled(path: &Path) {
    put(&mut DuckDb::open(path).unwrap(), 1);
}

fn code(path: &Path) -> &'static str {
    DuckDb::open(path).expect_err("it is no index").code
}

#[test]
fn what_is_no_index_is_told_apart_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.duckdb");
    assert_eq!(DuckDb::open_existing(&path).unwrap_err().code, "no_index");
    assert!(!path.exists());
    assert_eq!(code(folder.path()), "not_an_index");

    fs_err::write(&path, "a text").unwrap();
    assert_eq!(code(&path), "not_an_index");
    assert_eq!(remove(&path).unwrap_err().code, "not_an_index");
    assert_eq!(fs_err::read_to_string(&path).unwrap(), "a text");

    fs_err::remove_file(&path).unwrap();
    let other = duckdb::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE meta (other INTEGER)").unwrap();
    drop(other);
    assert_eq!(code(&path), "not_an_index");
    assert_eq!(remove(&path).unwrap_err().code, "not_an_index");
}

#[test]
fn an_index_of_another_version_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.duckdb");
    for (version, expected) in [(VERSION + 1, "index_newer"), (VERSION - 1, "index_older")] {
        filled(&path);
        let handle = open(&path, Access::Write).unwrap();
        handle.change(|on| schema::set(on, "version", &version.to_string())).unwrap();
        drop(handle);
        assert_eq!(code(&path), expected);
        assert_eq!(DuckDb::open_existing(&path).unwrap_err().code, expected);
        remove(&path).unwrap();
        assert!(!path.exists());
    }
    remove(&path).unwrap();
}

#[test]
fn a_damaged_index_is_said_to_be_and_can_be_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.duckdb");
    filled(&path);
    let good = fs_err::read(&path).unwrap();
    for (at, what) in [(64, "header"), (3 * 4096 + 64, "first block")] {
        let mut bad = good.clone();
        bad[at..at + 64].fill(0xa5);
        fs_err::write(&path, bad).unwrap();
        assert_eq!(code(&path), "index_damaged", "{what}");
    }
    fs_err::write(&path, &good[..good.len() / 2]).unwrap();
    assert_eq!(code(&path), "index_damaged", "cut off");
    remove(&path).unwrap();
    filled(&path);
    assert_eq!(DuckDb::open(&path).unwrap().manifest().unwrap().chunks, 20);
}

#[test]
fn a_file_that_was_begun_and_never_finished_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.duckdb");
    filled(&path);
    let good = fs_err::read(&path).unwrap();
    for length in [0, 4096, 8192, 12000] {
        fs_err::write(&path, &good[..length]).unwrap();
        filled(&path);
        assert_eq!(DuckDb::open(&path).unwrap().manifest().unwrap().files.len(), 20, "{length}");
    }
}

#[test]
fn the_folder_is_made_and_its_own_one_kept_out_of_version_control() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/.fault/index.duckdb");
    filled(&path);
    let ignored = fs_err::read_to_string(folder.path().join("a/.fault/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
}

#[test]
fn an_index_that_is_open_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.duckdb");
    let mut store = DuckDb::open(&path).unwrap();
    assert_eq!(remove(&path).unwrap_err().code, "index_busy");
    put(&mut store, 1);
    drop(store);
    assert_eq!(DuckDb::open(&path).unwrap().manifest().unwrap().chunks, 20);
}

#[test]
fn vectors_of_another_embedder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.duckdb");
    let (mut one, mut other) = (DuckDb::open(&path).unwrap(), DuckDb::open(&path).unwrap());
    put(&mut one, 1);
    one.change(Change::Embedder("one/2", 2)).unwrap();
    other.change(Change::Embedder("other/3", 3)).unwrap();
    let id = one.select(&Select::Bare { limit: 1 }).unwrap()[0].id;
    let error = one.change(Change::Vectors(&[(id, vec![1.0, 0.0])])).unwrap_err();
    assert_eq!(error.code, "embedder_changed");
    assert_eq!(one.manifest().unwrap().vectors, 0);
}

#[test]
fn a_change_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = DuckDb::open(&folder.path().join("index.duckdb")).unwrap();
    put(&mut store, 1);
    store.change(Change::Embedder("one/2", 2)).unwrap();
    let ids = store.select(&Select::Bare { limit: 2 }).unwrap();
    let vectors = [(ids[0].id, vec![1.0, 0.0]), (ids[1].id, vec![1.0, 0.0, 0.0])];
    let error = store.change(Change::Vectors(&vectors)).unwrap_err();
    assert!(error.message.contains("size of the array"), "{error}");
    assert_eq!(store.manifest().unwrap().vectors, 0);
    store.change(Change::Vectors(&vectors[..1])).unwrap();
    assert_eq!(store.manifest().unwrap().vectors, 1);
}

#[test]
fn another_process_waits_until_the_index_is_free_and_is_told_if_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.duckdb");
    filled(&path);
    let mut holder = Other::start("hold", &path);
    for access in [Access::Read, Access::Write, Access::Make] {
        let error = instance::open_patiently(&path, access, 1).unwrap_err();
        assert_eq!(error.code, "index_busy", "{error}");
        assert!(!error.hint.is_empty());
    }
    assert_eq!(remove_at_once(&path), "index_busy");
    let waiting = std::thread::spawn({
        let path = path.clone();
        move || DuckDb::open(&path).and_then(|mut store| store.manifest())
    });
    holder.kill();
    assert_eq!(waiting.join().unwrap().unwrap().chunks, 20);
}

/// What is said to an attempt to remove an index that another process has.
fn remove_at_once(path: &Path) -> &'static str {
    instance::open_patiently(path, Access::Write, 2).unwrap_err().code
}

#[test]
fn an_index_whose_writer_is_killed_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.duckdb");
    let mut last = 0;
    for rounds in 1..=5 {
        let mut writer = Other::start("write", &path);
        for _ in 0..rounds {
            writer.next_line();
        }
        writer.kill();

        // What the writer left is also found by one that only reads, and so cannot put it in order.
        let read = open(&path, Access::Read).unwrap().read(read::manifest).unwrap();
        let mut store = DuckDb::open(&path).unwrap();
        let manifest = store.manifest().unwrap();
        assert_eq!(read, manifest);
        let version = manifest.files["src/file0.py"].hash.clone();
        assert!(manifest.files.values().all(|mark| mark.hash == version), "{manifest:?}");
        assert_eq!((manifest.files.len(), manifest.chunks), (20, 20));
        let terms = Words::default().of_query(&format!("version{version:0>4}"));
        let hits = store.select(&Select::Words { terms: &terms[1..], limit: 100 }).unwrap();
        assert_eq!(hits.len(), 20, "{terms:?}");
        assert!(hits.iter().all(|hit| hit.chunk.calls == ["a.b"]));
        let version: usize = version.parse().unwrap();
        assert!(version >= last + rounds, "what was said to be written is there");
        last = version;
    }
}

/// This program once more, as another process that has an index.
struct Other {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

const JOB: &str = "FAULT_TEST_DUCKDB_JOB";
const INDEX: &str = "FAULT_TEST_DUCKDB_INDEX";

impl Other {
    /// Starts it, and waits until it has the index.
    fn start(job: &str, path: &Path) -> Self {
        let (_, module) = module_path!().split_once("::").unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::as_another_process"), "--nocapture"])
            .envs([(JOB, job.as_ref()), (INDEX, path.as_os_str())])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut other = Self { child, lines };
        while other.next_line() != "ready" {}
        other
    }

    fn next_line(&mut self) -> String {
        self.lines.next().expect("it still runs").unwrap()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the other process does; started as a test by itself, it does nothing.
#[test]
#[expect(clippy::disallowed_methods, reason = "it is told by its environment what to do")]
fn as_another_process() {
    let (Ok(job), Some(path)) = (std::env::var(JOB), std::env::var_os(INDEX)) else { return };
    let mut store = DuckDb::open(Path::new(&path)).unwrap();
    eprintln!("ready");
    if job == "hold" {
        // Nothing is ever said: it ends with the one that started it.
        let _ = std::io::stdin().read_line(&mut String::new());
        return;
    }
    let known = store.manifest().unwrap();
    let last = known.files.values().next().map_or(0, |mark| mark.hash.parse().unwrap());
    for version in last + 1.. {
        put(&mut store, version);
        eprintln!("{version}");
    }
}
