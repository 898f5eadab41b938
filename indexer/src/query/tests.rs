//! What every kind of index answers, and what none of them does.

use serde_json::json;

use super::*;
use crate::{
    chunk::{Chunk, ChunkKind},
    lexical::Words,
    store::{Change, FileMark, IndexedFile, Store, sqlite::Sqlite},
};

const LIMITS: Limits = Limits { rows: 100, time: Duration::from_secs(60) };

/// An index of two functions, in each kind of file there is.
fn indexes(folder: &Path) -> Vec<Place> {
    let mut places = vec![Place::Sqlite(folder.join("index.db"))];
    fill(&mut Sqlite::open(&folder.join("index.db")).unwrap());
    #[cfg(feature = "duckdb")]
    {
        use crate::store::duckdb::DuckDb;
        fill(&mut DuckDb::open(&folder.join("index.duckdb")).unwrap());
        places.push(Place::DuckDb(folder.join("index.duckdb")));
    }
    places.reverse();
    places
}

fn fill(store: &mut dyn Store) {
    let chunk = |name: &str, calls: &[&str]| Chunk {
        kind: ChunkKind::Function,
        name: name.to_owned(),
        language: "python".to_owned(),
        first_line: 1,
        last_line: 2,
        text: format!("def {name}():\n    pass"),
        calls: calls.iter().map(|call| (*call).to_owned()).collect(),
        imports: vec![],
        remote_calls: vec!["http:httpx.get".to_owned()],
    };
    let chunks = vec![chunk("load", &["httpx.get", "parse"]), chunk("parse", &[])];
    let mut words = Words::default();
    let words = |chunk: Chunk| (chunk.clone(), words.of_chunk("a.py", &chunk));
    let file = IndexedFile {
        path: "a.py".to_owned(),
        mark: FileMark { language: "python".to_owned(), hash: "00".to_owned(), lines: 4 },
        chunks: chunks.into_iter().map(words).collect(),
    };
    store.change(Change::Files { gone: &[], new: &[file] }).unwrap();
    store.change(Change::Embedder("test/2", 2)).unwrap();
    let id = store.select(&crate::store::Select::Bare { limit: 1 }).unwrap()[0].id;
    store.change(Change::Vectors(&[(id, vec![1.0, 0.0])])).unwrap();
}

fn results() -> Table {
    Table {
        name: "results".to_owned(),
        columns: ["path", "fault", "seconds", "passed", "tags"].map(str::to_owned).to_vec(),
        rows: vec![
            vec![json!("a.py"), json!("latency"), json!(0.5), json!(true), json!(["a"])],
            vec![json!("b.py"), json!("it's"), json!(2.0), json!(false), json!(null)],
        ],
    }
}

/// Asks every kind of index.
fn each(check: impl Fn(&Place)) {
    let folder = tempfile::tempdir().unwrap();
    for place in indexes(folder.path()) {
        check(&place);
    }
}

fn ask(place: &Place, sql: &str) -> Answer {
    run(place, &[results()], sql, LIMITS).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn refusal(place: &Place, sql: &str) -> StoreError {
    match run(place, &[results()], sql, LIMITS) {
        Ok(answer) => panic!("{sql} on {place:?} was answered: {answer}"),
        Err(error) => error,
    }
}

#[test]
fn every_documented_table_can_be_asked() {
    each(|place| {
        for (sql, expected) in [
            (
                "SELECT path, language, hash, lines, chunks FROM files",
                json!([["a.py", "python", "00", 4, 2]]),
            ),
            (
                "SELECT name, kind, path, first_line, last_line FROM chunks ORDER BY id DESC",
                json!([["parse", "function", "a.py", 1, 2], ["load", "function", "a.py", 1, 2]]),
            ),
            (
                "SELECT name, callee FROM calls JOIN chunks ON id = chunk ORDER BY callee",
                json!([["load", "httpx.get"], ["load", "parse"]]),
            ),
            ("SELECT DISTINCT kind, path FROM remote_calls", json!([["http", "httpx.get"]])),
            ("SELECT count(*) FROM imports", json!([[0]])),
        ] {
            let answer = ask(place, sql);
            assert_eq!((json!(answer.rows), answer.truncated), (expected, false), "{sql}");
        }
    });
}

#[test]
fn tables_that_are_given_can_be_joined_with_those_of_the_index() {
    each(|place| {
        let sql = "SELECT fault, seconds, name FROM results JOIN chunks USING (path)
            WHERE passed ORDER BY name -- the last word";
        let answer = ask(place, sql);
        assert_eq!(answer.columns, ["fault", "seconds", "name"]);
        assert_eq!(
            json!(answer.rows),
            json!([["latency", 0.5, "load"], ["latency", 0.5, "parse"]])
        );
        let sql = "SELECT fault, seconds * 2, tags FROM results WHERE NOT passed;";
        assert_eq!(json!(ask(place, sql).rows), json!([["it's", 4.0, null]]));
    });
}

#[test]
fn tables_that_are_given_need_no_index() {
    let answer = ask(&Place::None, "SELECT fault, passed, tags FROM results ORDER BY seconds");
    assert_eq!(json!(answer.rows), json!([["latency", 1, "[\"a\"]"], ["it's", 0, null]]));
}

#[test]
fn values_are_numbers_texts_nulls_and_the_size_of_bytes() {
    each(|place| {
        let sql = "SELECT 1, 1.5, 'a''b', NULL, 1 + 1 AS two, vector FROM vectors";
        let row = json!(ask(place, sql).rows[0]);
        let vector = if matches!(place, Place::Sqlite(_)) { "8 bytes" } else { "2 numbers" };
        assert_eq!(row, json!([1, 1.5, "a'b", null, 2, vector]));
        assert_eq!(
            json!(ask(place, "SELECT sum(lines), avg(lines) FROM files").rows),
            json!([[4, 4.0]])
        );
    });
}

#[test]
fn no_more_rows_than_asked_for_are_answered_and_that_is_said() {
    each(|place| {
        let limited = |rows| {
            let limits = Limits { rows, ..LIMITS };
            run(place, &[], "SELECT name FROM chunks ORDER BY name", limits).unwrap()
        };
        assert_eq!((limited(1).rows, limited(1).truncated), (vec![vec![json!("load")]], true));
        assert_eq!((limited(2).rows.len(), limited(2).truncated), (2, false));
        assert_eq!((limited(0).rows.len(), limited(0).truncated), (0, true));
    });
}

#[test]
fn nothing_but_asking_is_done() {
    let beside = tempfile::tempdir().unwrap();
    let other = beside.path().join("other");
    fs_err::write(&other, "secret\n").unwrap();
    let other = other.display();
    each(|place| {
        for sql in [
            "DELETE FROM files".to_owned(),
            "INSERT INTO files (path) VALUES ('x')".to_owned(),
            "UPDATE results SET fault = 'x'".to_owned(),
            "DROP TABLE files".to_owned(),
            "CREATE TABLE t (a)".to_owned(),
            "CREATE TEMP TABLE t (a INTEGER)".to_owned(),
            "PRAGMA query_only = OFF".to_owned(),
            "PRAGMA journal_mode = DELETE".to_owned(),
            "VACUUM".to_owned(),
            "BEGIN".to_owned(),
            "COMMIT".to_owned(),
            format!("ATTACH '{other}-new' AS x"),
            "ATTACH ':memory:' AS x".to_owned(),
            format!("VACUUM INTO '{other}-new'"),
            "SELECT load_extension('x')".to_owned(),
            "LOAD x".to_owned(),
            "SET threads = 1".to_owned(),
            format!("COPY files TO '{other}-new'"),
            format!("SELECT * FROM read_text('{other}')"),
            format!("SELECT * FROM '{other}.csv'"),
            format!("SELECT readfile('{other}')"),
            "SELECT 1); DELETE FROM files; SELECT (1".to_owned(),
            "SELECT 1') ; DELETE FROM files; SELECT * FROM query('SELECT 1".to_owned(),
            "SELECT 1; SELECT 2".to_owned(),
            format!("SELECT * FROM enable_logging(storage='file', storage_path='{other}-new')"),
            "SELECT * FROM \"query\" /* x */ ('FROM enable_' || 'logging()')".to_owned(),
        ] {
            let error = refusal(place, &sql);
            assert!(["query_refused", "query_failed"].contains(&error.code), "{sql}: {error:?}");
            assert!(!format!("{error:?}").contains("secret"), "{sql}: {error:?}");
        }
        assert_eq!(json!(ask(place, "SELECT count(*) FROM files").rows), json!([[1]]));
        assert_eq!(fs_err::read_dir(beside.path()).unwrap().count(), 1);
    });
}

#[test]
fn a_change_is_refused_as_such() {
    each(|place| {
        let error = refusal(place, "DELETE FROM files");
        assert_eq!(error.code, "query_refused", "{error}");
    });
}

#[test]
fn an_error_says_what_is_wrong_and_which_tables_there_are() {
    each(|place| {
        let error = refusal(place, "SELECT * FROM chunk_s");
        assert_eq!(error.code, "query_failed");
        assert!(error.message.contains("chunk_s"), "{error}");
        for table in ["results (path, fault", "chunks (id, path, ", "calls (chunk, callee)"] {
            assert!(error.hint.contains(table), "{}", error.hint);
        }
        for sql in ["", "SELEC 1", "SELECT 1 +", "SELECT '", "-- nothing", ";", "SELECT \0"] {
            assert!(refusal(place, sql).code.starts_with("query_"), "{sql}");
        }
    });
}

#[test]
fn an_endless_query_is_broken_off() {
    each(|place| {
        let limits = Limits { rows: 10, time: Duration::from_millis(50) };
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT count(*) FROM n";
        let error = run(place, &[], endless, limits).unwrap_err();
        assert_eq!(error.code, "query_too_long", "{error}");
        assert_eq!(json!(ask(place, "SELECT count(*) FROM files").rows), json!([[1]]));
    });
}

#[test]
fn a_file_that_is_no_index_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let endings: &[&str] = if cfg!(feature = "duckdb") { &["db", "duckdb"] } else { &["db"] };
    for ending in endings {
        let path = folder.path().join("index").with_extension(ending);
        let place = Place::of(&path).unwrap();
        assert_eq!(refusal(&place, "SELECT 1").code, "no_index");
        assert!(!path.exists());
        fs_err::write(&path, "a text that is long enough to be taken for one".repeat(900)).unwrap();
        assert_eq!(refusal(&place, "SELECT 1").code, "not_an_index");
    }
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    assert_eq!(refusal(&Place::of(&other).unwrap(), "SELECT 1").code, "not_an_index");
}

#[cfg(not(feature = "duckdb"))]
#[test]
fn without_duckdb_its_files_are_named_as_what_was_not_built() {
    let error = Place::of(Path::new("index.duckdb")).unwrap_err();
    assert_eq!(error.code, "not_built");
    assert!(error.hint.contains("--features duckdb"));
}

#[test]
fn an_index_is_asked_while_it_is_open_for_writing() {
    let folder = tempfile::tempdir().unwrap();
    for place in indexes(folder.path()) {
        let _store: Box<dyn Store> = match &place {
            Place::Sqlite(path) => Box::new(Sqlite::open(path).unwrap()),
            #[cfg(feature = "duckdb")]
            Place::DuckDb(path) => Box::new(crate::store::duckdb::DuckDb::open(path).unwrap()),
            Place::None => continue,
        };
        assert_eq!(json!(ask(&place, "SELECT count(*) FROM files").rows), json!([[1]]));
        assert_eq!(refusal(&place, "DELETE FROM files").code, "query_refused");
    }
}

#[test]
fn an_answer_is_an_aligned_table() {
    let answer = Answer {
        columns: vec!["name".to_owned(), "n".to_owned()],
        rows: vec![
            vec![json!("größe"), json!(7)],
            vec![json!("a\nb"), json!(null)],
            vec![json!("x".repeat(90)), json!(1000)],
        ],
        truncated: true,
    };
    let wide = "x".repeat(80);
    let expected = format!(
        "name{0}     n\n{1}  ----\ngröße{0}    7\na\\nb{0}  null\n{wide}…  1000\n3 rows, and there are more",
        " ".repeat(77),
        "-".repeat(81),
    );
    assert_eq!(answer.to_string().replace(' ', ""), expected.replace(' ', ""));
    let lines: Vec<String> = answer.to_string().lines().map(str::to_owned).collect();
    assert!(lines[..5].iter().all(|line| line.chars().count() == 87), "{answer}");
    let empty = Answer { columns: vec!["a".to_owned()], rows: vec![], truncated: false };
    assert_eq!(empty.to_string(), "a\n-\n0 rows");
}
