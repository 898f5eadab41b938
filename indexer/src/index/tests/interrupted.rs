//! Whoever interrupts indexing, and however: the index is good, and the next run completes it.

use std::{
    io::{Read, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use super::*;

/// What a child writes at every step.
const STEP: u8 = b'\x07';

/// How often a child is killed.
const KILLS: usize = 20;

/// So little is written in a change that there are many.
const LITTLE: usize = 100;

fn big_tree() -> Tree {
    let text =
        |n: usize| format!("def f{n}():\n    return g{n}(x)\n\n\nclass C{n}:\n    y = {n}\n");
    let files: Vec<(String, String)> =
        (0..120).map(|n| (format!("p{}/m{n}.py", n % 5), text(n))).collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Tree::of(&files)
}

/// A child process that indexes the tree.
fn child(tree: &Tree) -> (Child, ChildStdout) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["index::tests::interrupted::a_child_indexes", "--exact", "--nocapture"])
        // The harness takes this for the name of one more test, of which there is none.
        .arg(tree.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    (child, out)
}

/// Does nothing unless another test started it with the folder of a tree.
#[test]
fn a_child_indexes() {
    // The first argument is the program.
    let last = std::env::args().skip(1).last();
    let Some(root) = last.filter(|last| Path::new(last).is_absolute()) else { return };
    let root = Path::new(&root);
    let tell = |_| {
        let mut out = std::io::stdout();
        out.write_all(&[STEP]).and_then(|()| out.flush()).unwrap();
    };
    let mut store = Sqlite::open(&root.join(".fault/index.db")).unwrap();
    let options = Options { root: root.to_owned(), languages: Vec::new() };
    run_in_batches(&mut store, &options, &tell, &|| false, LITTLE).unwrap();
}

/// Kills a child after so many steps and a little while; whether it was not done yet.
fn kill_after(steps: usize, spins: u64, tree: &Tree) -> bool {
    let (mut child, mut out) = child(tree);
    let mut seen = 0;
    let mut byte = [0];
    while seen < steps && out.read(&mut byte).unwrap() > 0 {
        seen += usize::from(byte[0] == STEP);
    }
    for spin in 0..spins {
        std::hint::black_box(spin);
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// The index is sound, and all that is in it is as it would be without any interruption.
fn is_good(tree: &Tree, whole: &[(String, String, String)]) {
    let path = tree.path().join(".fault/index.db");
    if !path.exists() {
        return;
    }
    let manifest = tree.store().manifest().unwrap();
    let content = tree.content();
    assert_eq!(content.len(), manifest.chunks);
    let expected = whole.iter().filter(|(path, ..)| manifest.files.contains_key(path));
    assert!(content.iter().eq(expected), "files are there wholly or not at all");
    let connection = rusqlite::Connection::open(path).unwrap();
    let sound: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    connection.execute("INSERT INTO words(words) VALUES ('integrity-check')", []).unwrap();
}

#[test]
fn killing_the_process_at_any_point_leaves_a_good_index_that_the_next_run_completes() {
    let tree = big_tree();
    tree.index();
    let whole = tree.content();
    let (mut killed, mut partial) = (0, 0);
    for kill in 0..KILLS {
        // Some begin with nothing, the others where the one before was killed.
        if kill % 4 == 0 {
            crate::store::sqlite::remove(&tree.path().join(".fault/index.db")).unwrap();
        }
        let steps = (kill * 7) % 20;
        killed += usize::from(kill_after(steps, 1 << (kill % 20), &tree));
        is_good(&tree, &whole);
        partial += usize::from((1..120).contains(&tree.known().len()));
    }
    assert!(killed > KILLS / 2, "{killed} of {KILLS} were killed before they were done");
    assert!(partial > KILLS / 4, "{partial} of {KILLS} were killed between two changes");
    let found = tree.index();
    assert_eq!(found.files, 120);
    assert_eq!(tree.content(), whole);
    is_good(&tree, &whole);
}

#[test]
fn two_processes_may_index_one_tree_at_once() {
    let tree = big_tree();
    tree.index();
    let whole = tree.content();
    crate::store::sqlite::remove(&tree.path().join(".fault/index.db")).unwrap();
    let children: Vec<_> = (0..3).map(|_| child(&tree)).collect();
    for (mut child, mut out) in children {
        out.read_to_end(&mut Vec::new()).unwrap();
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(tree.content(), whole);
    is_good(&tree, &whole);
    assert_eq!(of_files(&tree.index()), counts(120, 0, 120, 0));
}

#[test]
fn what_was_written_before_it_was_cancelled_stays() {
    let tree = big_tree();
    let looked_at = AtomicUsize::new(0);
    let cancelled = || looked_at.fetch_add(1, Ordering::Relaxed) >= 30;
    let found =
        run_in_batches(&mut tree.store(), &tree.options(), &|_| {}, &cancelled, LITTLE).unwrap();
    assert!(found.interrupted);
    assert_eq!(found.indexed, 30);
    assert_eq!(tree.known().len(), found.indexed);
    let rest = tree.index();
    assert_eq!((rest.indexed, rest.unchanged), (120 - found.indexed, found.indexed));
    assert!(!rest.interrupted);
}
