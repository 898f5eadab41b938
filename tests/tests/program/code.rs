//! Source code on the command line: indexed, searched, outlined, extracted and asked.

use std::path::{Path, PathBuf};

use fault_tests::fault;
use fault_tests::program::Call;
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

mod model;
mod qdrant;

const ORDERS: &str = "import httpx\n\nclass Orders:\n    @logged\n    def place(self, item):\n        \
                      \"\"\"Places an order.\"\"\"\n        return httpx.post(item)\n";

const AGAIN: &str = "def attempt_repeatedly(call):\n    while True:\n        call()\n";

/// A small project.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a folder") };
        project.write("shop/orders.py", ORDERS);
        project.write("shop/again.py", AGAIN);
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs_err::write(path, text).expect("the folder can be written to");
    }

    /// A call that begins with these words, then names the project, and goes on with others.
    fn call(&self, command: &str, rest: &str) -> Call {
        fault(command).arg(self.path("shop")).words(rest)
    }

    fn search(&self, query: &str) -> Call {
        fault("search").arg(query).arg("--dir").arg(self.path("shop"))
    }

    /// The counts of indexing it.
    async fn indexed(&self, rest: &str) -> Value {
        let outcome = self.call("index", rest).words("--json").outcome().await.done();
        serde_json::from_str(&outcome.stdout).expect("counts")
    }
}

#[tokio::test]
async fn a_folder_is_indexed_and_found_again_and_only_changes_are_read() {
    let project = Project::new();
    let first = project.call("index", "").outcome().await.done();
    assert!(
        first.stdout.starts_with("2 files indexed (10 lines, 2 functions), 0 unchanged"),
        "{first:?}"
    );
    assert!(first.stdout.contains("is searched by words: "), "{first:?}");
    let found = project.search("placing of orders").outcome().await.done().stdout;
    let place = project.path("shop/orders.py");
    assert!(
        found.starts_with(&format!("1. {}:4-7 function Orders.place\n", place.display())),
        "{found}"
    );
    assert!(found.contains("(found by words alone: no embedder is configured)"), "{found}");

    project.write("shop/again.py", "def give_up(): pass\n");
    let counts = project.indexed("--lang python").await;
    assert_eq!((&counts["indexed"], &counts["unchanged"]), (&1.into(), &1.into()), "{counts}");
    assert!(project.search("give up").outcome().await.done().stdout.contains("give_up"));
    let anew = project.indexed("--rebuild").await;
    assert_eq!(anew["indexed"], 2, "{anew}");
}

#[tokio::test]
async fn an_index_is_found_from_the_folder_that_one_works_in() {
    let project = Project::new();
    project.indexed("").await;
    project.write("shop/deep/down/notes.txt", "");
    let here = project.path("shop/deep/down");
    let found = fault("search attempt repeatedly --limit 1").within(&here).outcome().await.done();
    assert!(found.stdout.contains("shop/again.py:1-3 function attempt_repeatedly"), "{found:?}");
    let sql = "SELECT count(*) FROM files";
    let counted = fault("query").arg(sql).words("--json").within(&here).outcome().await.done();
    let counted: Value = serde_json::from_str(&counted.stdout).expect("rows");
    assert_eq!(counted["rows"][0][0], 2);
    let none = fault("search anything").within(project.folder.path()).outcome().await;
    assert!(none.refused("no_index").contains("fault index DIR"));
}

#[tokio::test]
async fn a_function_is_printed_as_it_stands() {
    let project = Project::new();
    let extract = |func: &str| fault("extract").arg(project.path("shop/orders.py")).arg(func);
    let printed = extract("place").outcome().await.done().stdout;
    assert!(printed.starts_with("    @logged\n    def place(self, item):\n"), "{printed}");
    assert!(printed.ends_with("        return httpx.post(item)\n"), "{printed}");
    let found = extract("Orders.place").words("--lang python --json").outcome().await.done();
    let found: Value = serde_json::from_str(&found.stdout).expect("the function");
    assert_eq!((&found["first_line"], &found["last_line"]), (&4.into(), &7.into()));
    let said = extract("Orders.plaice").outcome().await.refused("function_not_found");
    assert!(said.contains("hint: did you mean `Orders.place`?"), "{said}");
}

#[tokio::test]
async fn an_outline_tells_what_leaves_the_process_and_who_calls() {
    let project = Project::new();
    let tree = project.call("outline", "").outcome().await.done().stdout;
    assert!(tree.starts_with("python: 2 files, 10 lines, 2 functions\n"), "{tree}");
    assert!(
        tree.contains("orders.py in Orders.place line 7: http call httpx.post (httpx)"),
        "{tree}"
    );
    project.write("shop/main.py", "def main(orders):\n    orders.place(1)\n");
    let calls = project.call("outline", "--func place --limit 5").outcome().await.done().stdout;
    assert!(calls.contains("called by name from\n") && calls.contains("main.py:2 main"), "{calls}");
    let json = project.call("outline", "--json --lang python").outcome().await.done().stdout;
    let json: Value = serde_json::from_str(&json).expect("an outline");
    assert_eq!(json["tree"]["files"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn an_index_is_asked_in_sql_and_is_only_read() {
    let project = Project::new();
    project.indexed("").await;
    let query = |sql: &str| fault("query").arg(sql).arg("--dir").arg(project.path("shop"));
    let told = query("SELECT kind, path FROM remote_calls").outcome().await.done().stdout;
    assert!(
        told.contains("http") && told.contains("httpx.post") && told.contains("1 row"),
        "{told}"
    );
    for (sql, code) in
        [("DELETE FROM files", "query_refused"), ("SELECT nothing FROM nowhere", "query_failed")]
    {
        query(sql).outcome().await.refused(code);
    }
    let unknown = query("SELECT 1").arg("--results").arg(project.path("shop/again.py"));
    unknown.outcome().await.refused("not_results");
}

#[tokio::test]
async fn the_index_is_where_the_command_line_says() {
    let project = Project::new();
    let file = project.path("elsewhere/code.db");
    let index = project.call("index", "--qdrant-url http://127.0.0.1:1").arg("--index").arg(&file);
    index.outcome().await.done();
    assert!(file.is_file() && !project.path("shop/.fault").exists());
    let found = fault("search repeatedly").arg("--index").arg(&file).outcome().await.done();
    assert!(found.stdout.contains("attempt_repeatedly"), "{found:?}");
    let named = project.call("index", "").arg("--index").arg(project.path("elsewhere/code.duckdb"));
    let named = named.outcome().await;
    // The usual program has no DuckDB in it.
    assert!(named.status.success() || named.stderr.contains(" [not_built]\n"), "{named:?}");
    let nowhere = project.call("index", "--to qdrant").outcome().await.refused("no_qdrant");
    assert!(nowhere.contains("QDRANT_URL"), "{nowhere}");
}

#[tokio::test]
async fn processes_that_index_one_folder_at_once_do_not_harm_each_other() {
    let project = Project::new();
    for number in 0..50 {
        let text = format!("def function_{number}():\n    return {number}\n").repeat(20);
        project.write(&format!("shop/module_{number}.py"), &text);
    }
    let (one, two, three) =
        tokio::join!(project.indexed(""), project.indexed(""), project.indexed(""));
    for counts in [one, two, three] {
        assert_eq!(counts["files_in_index"], 52, "{counts}");
    }
    let found = project.search("attempt repeatedly").outcome().await.done().stdout;
    assert!(found.contains(" function attempt_repeatedly\n"), "{found}");
}

#[tokio::test]
async fn an_index_is_good_after_its_process_was_killed_at_any_time() {
    let project = Project::new();
    // More than is written at a time.
    let body = "    name = 'a value that is long enough'\n".repeat(30);
    for number in 0..130 {
        let text = format!("def function_{number}(name):\n{body}    return name\n\n").repeat(30);
        project.write(&format!("shop/module_{number}.py"), &text);
    }
    let index = project.path("shop/.fault/index.db");
    for _ in 0..4 {
        // Each is killed when it has written something; one that is quicker than that has ended.
        let before = size(&index);
        let running = project.call("index", "").start();
        let moved = |pid| has_ended(pid).or((size(&index) != before).then_some(()));
        running.observed("the index grows, or the end", moved).await;
        running.signal(Signal::KILL);
        running.ended().await;
        if index.is_file() {
            let sql = "SELECT count(*) FROM chunks";
            let query = fault("query").arg(sql).arg("--dir").arg(project.path("shop"));
            query.outcome().await.done();
        }
    }
    let counts = project.indexed("").await;
    assert_eq!(counts["files_in_index"], 132, "{counts}");
    assert_eq!(counts["chunks_in_index"], 130 * 30 + 4, "{counts}");
    assert!(
        project.search("attempt repeatedly").outcome().await.done().stdout.contains("again.py")
    );
}

/// How large an index is, with what belongs to it.
fn size(index: &Path) -> u64 {
    let beside = index.with_file_name("index.db-wal");
    [index, &beside].iter().filter_map(|path| fs_err::metadata(path).ok()).map(|it| it.len()).sum()
}

/// Whether a process has ended, though nobody has waited for it.
fn has_ended(pid: u32) -> Option<()> {
    let stat = fs_err::read_to_string(format!("/proc/{pid}/stat")).ok();
    stat.is_none_or(|stat| stat.contains(") Z ")).then_some(())
}
