//! The file: what is not one, what is damaged, and what stays out of the way.

use super::*;
use crate::{chunk::ChunkKind, store::conformance};

#[test]
fn it_keeps_every_promise_of_a_store() {
    conformance::suite(&|| {
        let folder = tempfile::tempdir().unwrap();
        Box::new(move || Box::new(Sqlite::open(&folder.path().join("index.db")).unwrap()))
    });
}

fn code(result: Result<Sqlite, StoreError>) -> (&'static str, String) {
    let error = result.err().expect("this cannot be opened");
    assert!(!error.hint.is_empty());
    (error.code, error.message)
}

/// An index with a file of many functions in it.
fn filled(path: &Path) {
    use crate::{
        chunk::Chunk,
        lexical::Terms,
        store::{FileMark, IndexedFile},
    };
    let chunk = |n: usize| Chunk {
        kind: ChunkKind::Function,
        name: format!("f{n}"),
        language: "python".to_owned(),
        first_line: n,
        last_line: n,
        text: format!("def f{n}(): requests.get(url)"),
        calls: vec!["requests.get".to_owned(), "a \"quoted\" one".to_owned()],
        imports: vec!["requests".to_owned()],
        remote_calls: vec!["http:requests.get".to_owned()],
    };
    let terms = |n: usize| Terms { body: format!("word{n} shared"), ..Terms::default() };
    let file = IndexedFile {
        path: "a.py".to_owned(),
        mark: FileMark { language: "python".to_owned(), hash: "h".to_owned(), lines: 2000 },
        chunks: (0..2000).map(|n| (chunk(n), terms(n))).collect(),
    };
    let mut store = Sqlite::open(path).unwrap();
    store.change(Change::Files { gone: &[], new: &[file] }).unwrap();
}

#[test]
fn an_index_that_is_not_there_is_only_made_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("project/.fault/index.db");
    let (code, message) = code(Sqlite::open_existing(&path));
    assert_eq!(code, "no_index");
    assert!(message.contains("index.db"));
    assert!(!folder.path().join("project").exists());
}

#[test]
fn a_folder_of_its_own_is_kept_out_of_version_control() {
    let folder = tempfile::tempdir().unwrap();
    Sqlite::open(&folder.path().join(".fault/index.db")).unwrap();
    let ignored = fs_err::read_to_string(folder.path().join(".fault/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");

    Sqlite::open(&folder.path().join("other/index.db")).unwrap();
    assert!(!folder.path().join("other/.gitignore").exists());
}

#[test]
fn nothing_but_the_index_is_left_after_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    filled(&folder.path().join("index.db"));
    let left = fs_err::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["index.db"]);
}

#[test]
fn a_file_that_is_no_index_is_refused_and_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs_err::write(&text, "some notes, and not a database at all\n".repeat(100)).unwrap();
    let empty = folder.path().join("empty.db");
    fs_err::write(&empty, "").unwrap();
    let foreign = folder.path().join("foreign.db");
    let connection = Connection::open(&foreign).unwrap();
    connection.execute_batch("CREATE TABLE files (path); PRAGMA user_version = 1").unwrap();
    for path in [&text, &empty, &foreign, &folder.path().to_owned()] {
        assert_eq!(code(Sqlite::open(path)).0, "not_an_index", "{}", path.display());
        assert_eq!(remove(path).unwrap_err().code, "not_an_index");
        assert!(path.exists());
    }
}

#[test]
fn an_index_of_another_version_is_refused_until_it_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    for (version, expected) in
        [(crate::store::VERSION + 1, "index_newer"), (crate::store::VERSION - 1, "index_older")]
    {
        filled(&path);
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
        drop(connection);
        assert_eq!(code(Sqlite::open(&path)).0, expected);
        assert_eq!(code(Sqlite::open_existing(&path)).0, expected);
        remove(&path).unwrap();
        let mut store = Sqlite::open(&path).unwrap();
        assert_eq!(store.manifest().unwrap(), Manifest::default());
        drop(store);
        remove(&path).unwrap();
    }
    remove(&path).unwrap();
}

/// Everything that can be asked of an index.
fn ask_everything(path: &Path) -> Result<(), StoreError> {
    let mut store = Sqlite::open(path)?;
    store.manifest()?;
    let terms: Vec<String> = ["shared".to_owned()].to_vec();
    store.select(&Select::Words { terms: &terms, limit: 5000 })?;
    store.select(&Select::Bare { limit: 5000 })?;
    store.select(&Select::File { path: "a.py" })?;
    Ok(())
}

#[test]
fn damage_is_told_whatever_part_of_the_file_it_hits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    filled(&path);
    let good = fs_err::read(&path).unwrap();
    ask_everything(&path).unwrap();
    assert!(good.len() > 20 * 8192, "there are many pages: {}", good.len());

    fs_err::write(&path, &good[..good.len() / 2]).unwrap();
    assert_eq!(ask_everything(&path).unwrap_err().code, "index_damaged");

    let mut told = 0;
    for page in 1..good.len() / 8192 {
        let mut bad = good.clone();
        bad[page * 8192..][..8192].fill(0xa5);
        fs_err::write(&path, bad).unwrap();
        match ask_everything(&path) {
            // Not every page is asked for, such as free ones.
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error.code, "index_damaged", "page {page}: {error}");
                assert!(error.hint.contains("--rebuild"));
                told += 1;
            }
        }
    }
    assert!(told > good.len() / 8192 / 2, "{told}");

    remove(&path).unwrap();
    ask_everything(&path).unwrap();
}

#[test]
fn garbage_in_a_folder_of_its_own_may_be_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".fault/index.db");
    filled(&path);
    fs_err::write(&path, "garbage ".repeat(1000)).unwrap();
    assert_eq!(code(Sqlite::open(&path)).0, "not_an_index");
    remove(&path).unwrap();
    Sqlite::open(&path).unwrap();
}

#[test]
fn anybody_can_read_it_with_sql() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    filled(&path);
    let connection = Connection::open(&path).unwrap();
    let one = |sql: &str| {
        connection.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap()
    };
    let text = |text: &str| rusqlite::types::Value::Text(text.to_owned());
    let joined =
        "SELECT files.language || ' ' || chunks.kind || ' ' || chunks.name || ' ' || callee
        FROM files JOIN chunks USING (path) JOIN calls ON calls.chunk = chunks.id
        WHERE path = 'a.py' AND first_line = 7 AND callee LIKE '%quoted%'";
    assert_eq!(one(joined), text("python function f7 a \"quoted\" one"));
    assert_eq!(one("SELECT kind || ' ' || path FROM remote_calls"), text("http requests.get"));
    assert_eq!(one("SELECT path FROM imports LIMIT 1"), text("requests"));
    assert_eq!(one("SELECT count(*) FROM calls"), rusqlite::types::Value::Integer(4000));
}

#[test]
fn vectors_of_an_embedder_that_another_process_replaced_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    filled(&path);
    let (mut one, mut other) = (Sqlite::open(&path).unwrap(), Sqlite::open(&path).unwrap());
    one.change(Change::Embedder("one/2", 2)).unwrap();
    let id = one.select(&Select::Bare { limit: 1 }).unwrap()[0].id;
    other.change(Change::Embedder("other/2", 2)).unwrap();
    let error = one.change(Change::Vectors(&[(id, vec![1.0, 0.0])])).unwrap_err();
    assert_eq!(error.code, "embedder_changed");
    other.change(Change::Vectors(&[(id, vec![1.0, 0.0])])).unwrap();
}

#[test]
fn many_may_make_the_same_index_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let path = folder.path().join(format!("{round}/.fault/index.db"));
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| ask_everything(&path).unwrap());
            }
        });
    }
}

/// An index with one word in every chunk, and one in few.
fn of_many(path: &Path, chunks: usize) {
    use crate::{
        chunk::Chunk,
        lexical::Terms,
        store::{FileMark, IndexedFile},
    };
    let chunk = |n: usize| Chunk {
        kind: ChunkKind::Function,
        name: n.to_string(),
        language: "python".to_owned(),
        first_line: n,
        last_line: n,
        text: String::new(),
        calls: Vec::new(),
        imports: Vec::new(),
        remote_calls: Vec::new(),
    };
    let terms = |n: usize| Terms {
        name: if n == chunks - 1 { "everywhere".to_owned() } else { String::new() },
        body: if n % 100 == 7 { "everywhere seldom" } else { "everywhere" }.to_owned(),
        ..Terms::default()
    };
    let file = IndexedFile {
        path: "a.py".to_owned(),
        mark: FileMark { language: "python".to_owned(), hash: "h".to_owned(), lines: chunks },
        chunks: (0..chunks).map(|n| (chunk(n), terms(n))).collect(),
    };
    let mut store = Sqlite::open(path).unwrap();
    store.change(Change::Files { gone: &[], new: &[file] }).unwrap();
}

#[test]
fn words_of_too_many_chunks_to_rank_are_left_out_or_looked_for_in_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    let chunks = read::RANKED + 1000;
    of_many(&path, chunks);
    let mut store = Sqlite::open(&path).unwrap();
    let mut found = |terms: &[&str]| -> Vec<String> {
        let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
        let hits = store.select(&Select::Words { terms: &terms, limit: chunks }).unwrap();
        hits.into_iter().map(|hit| hit.chunk.name).collect()
    };
    assert_eq!(found(&["everywhere", "seldom"]).len(), chunks / 100);
    assert_eq!(found(&["everywhere", "unknown"]), [(chunks - 1).to_string()]);
}
