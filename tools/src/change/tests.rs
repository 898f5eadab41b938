//! Tests of diffs: what is made applies, and what models write is put right or refused.

use proptest::prelude::*;

use super::*;

const OLD: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

fn one(diff: &str) -> FileChange {
    let mut changes = parse(diff).unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    changes.remove(0)
}

fn applied(old: &str, diff: &str) -> Applied {
    apply_telling(old, &one(diff)).unwrap()
}

fn refused(old: &str, diff: &str) -> ToolError {
    parse(diff).and_then(|changes| apply(old, &changes[0])).unwrap_err()
}

fn text() -> impl Strategy<Value = String> {
    // Few different lines, so that they repeat; some that look like parts of a diff.
    let line = prop::sample::select(vec![
        "",
        "a",
        "b",
        "c",
        "-",
        "--",
        "-- a",
        "++ b",
        "+",
        "@@ -1 +1 @@",
        "\\ No newline",
        " ",
        "diff --git a/x b/x",
        "```",
        "é",
        "a\r",
        "\r",
        "\t",
    ]);
    (prop::collection::vec(line, 0..14), any::<bool>()).prop_map(|(lines, ends)| {
        let end = if ends && !lines.is_empty() { "\n" } else { "" };
        lines.join("\n") + end
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_made_of_two_texts_leads_from_one_to_the_other(old in text(), new in text()) {
        let diff = unified(&old, &new, "src/a.py");
        if old == new {
            prop_assert_eq!(diff, "");
            return Ok(());
        }
        let change = one(&diff);
        prop_assert_eq!(change.path(), "src/a.py");
        let applied = apply_telling(&old, &change).unwrap();
        prop_assert_eq!(applied.text, new);
        prop_assert_eq!(applied.moved, 0);
    }

    #[test]
    fn no_text_makes_the_reader_stumble(diff in ".{0,300}", old in text()) {
        for change in parse(&diff).unwrap_or_default() {
            let _ = apply(&old, &change);
        }
    }

    #[test]
    fn no_broken_diff_makes_the_reader_stumble(
        old in text(), new in text(), other in text(), cut in 0..400usize,
    ) {
        let diff = unified(&old, &new, "a.py");
        let lines: Vec<&str> = diff.lines().collect();
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != cut % lines.len().max(1));
        let broken: String = kept.map(|(_, line)| format!("{line}\n")).collect();
        for change in parse(&broken).unwrap_or_default() {
            let _ = apply(&other, &change);
        }
    }
}

#[test]
fn a_diff_is_in_the_form_of_git() {
    let diff = unified(OLD, &OLD.replace("five\n", "5\n"), "n.txt");
    let expected = "--- a/n.txt\n+++ b/n.txt\n@@ -2,7 +2,7 @@\n two\n three\n four\n-five\n+5\n six\n \
                    seven\n eight\n";
    assert_eq!(diff, expected);
}

#[test]
fn a_hunk_that_counts_wrong_goes_where_its_lines_stand() {
    let diff = "--- a/n\n+++ b/n\n@@ -40,2 +41,9 @@ fn x()\n four\n-five\n+5\n six\n";
    let applied = applied(OLD, diff);
    assert_eq!(applied.text, OLD.replace("five", "5"));
    assert_eq!(applied.moved, 1);
    assert_eq!(applied.notes, ["n: hunk 1 says line 40; its lines stand at line 4"]);
}

#[test]
fn a_hunk_that_is_right_but_for_its_counts_is_not_moved() {
    let diff = "--- a/n\n+++ b/n\n@@ -4,2 +4,9 @@\n four\n-five\n+5\n six\n";
    let applied = applied(OLD, diff);
    assert_eq!((applied.text, applied.moved), (OLD.replace("five", "5"), 0));
    assert_eq!(applied.notes, ["n: the header of hunk 1 counts its lines wrong"]);
}

#[test]
fn a_hunk_without_numbers_goes_where_its_lines_stand() {
    let diff = "--- a/n\n+++ b/n\n@@ ... @@\n four\n-five\n+5\n@@\n-nine\n+9\n ten\n";
    let applied = applied(OLD, diff);
    assert_eq!(applied.text, OLD.replace("five", "5").replace("nine", "9"));
    assert_eq!(applied.moved, 2);
}

#[test]
fn a_hunk_that_fits_twice_is_refused_unless_it_names_the_place() {
    let old = "a\nx\nb\na\nx\nc\n";
    let hunk = |start: &str| format!("--- a/n\n+++ b/n\n@@ -{start},2 +{start},2 @@\n a\n-x\n+y\n");
    assert_eq!(applied(old, &hunk("4")).text, "a\nx\nb\na\ny\nc\n");
    let error = refused(old, &hunk("9"));
    assert_eq!(error.code, "diff_ambiguous");
    assert!(error.message.contains("n: hunk 1 fits at several places: lines 1, 4"), "{error}");
}

#[test]
fn a_diff_that_does_not_apply_names_the_file_the_hunk_and_the_line() {
    let diff = "--- a/n.txt\n+++ b/n.txt\n@@ -3,3 +3,3 @@\n three\n-for\n+4\n five\n";
    let error = refused(OLD, diff);
    assert_eq!(error.code, "diff_does_not_apply");
    let words = "n.txt: hunk 1: line 4 of the file is `four`, the diff has `for`";
    assert!(error.message.contains(words), "{error}");
    assert!(error.hint.is_some());
}

#[test]
fn hunks_of_a_file_do_not_overlap() {
    let diff = "--- a/n\n+++ b/n\n@@ -5,1 +5,1 @@\n-five\n+5\n@@ -5,1 +5,1 @@\n-five\n+V\n";
    assert_eq!(refused(OLD, diff).code, "diff_does_not_apply");
}

#[test]
fn a_diff_in_markdown_with_words_around_it_is_read() {
    let diff = "Here is the fix:\n\n```diff\n--- a/n\n+++ b/n\n@@ -4,3 +4,3 @@\n four\n-five\n+5\n \
                six\n```\nIt adds a 5.\n";
    assert_eq!(applied(OLD, diff).text, OLD.replace("five", "5"));
}

#[test]
fn a_line_of_a_hunk_that_is_no_line_of_a_diff_is_refused() {
    let error = refused(OLD, "--- a/n\n+++ b/n\n@@ -4,3 +4,3 @@\n four\n-five\n+5\nsix\n seven\n");
    assert_eq!(error.code, "bad_diff");
    assert!(error.message.starts_with("line 7: "), "{error}");
}

#[test]
fn empty_lines_of_context_may_have_lost_their_space() {
    let old = "a\n\nb\n\nc\n";
    let diff = "--- a/n\n+++ b/n\n@@ -1,9 +1,9 @@\n a\n\n-b\n+B\n\n\n";
    assert_eq!(applied(old, diff).text, "a\n\nB\n\nc\n");
}

#[test]
fn files_are_made_deleted_and_renamed() {
    let diff = "diff --git a/new.py b/new.py\nnew file mode 100755\nindex 0000000..1111111\n\
                --- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+a\n+b\n\
                diff --git a/old.py b/old.py\ndeleted file mode 100644\n--- a/old.py\n\
                +++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
                diff --git a/was.py b/is.py\nsimilarity index 100%\nrename from was.py\n\
                rename to is.py\n";
    let changes = parse(diff).unwrap();
    let [made, gone, moved] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((made.path(), made.old_path(), made.deletes()), ("new.py", None, false));
    assert_eq!(made.executable, Some(true));
    assert_eq!(apply("", made).unwrap(), "a\nb\n");
    assert_eq!((gone.path(), gone.deletes()), ("old.py", true));
    assert_eq!(apply("x\n", gone).unwrap(), "");
    assert_eq!((moved.path(), moved.old_path()), ("is.py", Some("was.py")));
}

#[test]
fn a_file_keeps_its_ends_of_line() {
    let old = OLD.replace('\n', "\r\n");
    let new = old.replace("five", "5");
    let hunk = "--- a/n\n+++ b/n\n@@ -4,3 +4,3 @@\n four\n-five\n+5\n six\n";
    assert_eq!(applied(&old, hunk).text, new);
    assert_eq!(applied(&old, &hunk.replace('\n', "\r\n")).text, new);
    assert_eq!(applied(OLD, &hunk.replace('\n', "\r\n")).text, OLD.replace("five", "5"));
    assert_eq!(applied(&old, &unified(&old, &new, "n")).text, new);
}

#[test]
fn a_last_line_without_an_end_is_found_without_a_marker() {
    let diff = "--- a/n\n+++ b/n\n@@ -1,2 +1,3 @@\n a\n b\n+c\n";
    assert_eq!(applied("a\nb", diff).text, "a\nb\nc\n");
    let marked = "--- a/n\n+++ b/n\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\
                  \\ No newline at end of file\n";
    assert_eq!(applied("a\nb", marked).text, "a\nc");
}

#[test]
fn no_path_leads_out_of_the_tree() {
    for path in ["../n", "/etc/passwd", "a/../../n", ".git/hooks/x", "a/.GIT/x", "C:/n", "a//n"] {
        let diff = format!("--- {path}\n+++ {path}\n@@ -1 +1 @@\n-a\n+b\n");
        assert_eq!(parse(&diff).unwrap_err().code, "diff_outside_tree", "{path}");
        let made = format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+b\n");
        assert_eq!(parse(&made).unwrap_err().code, "diff_outside_tree", "{path}");
    }
    for kind in ["new file mode 120000", "GIT binary patch", "copy from x"] {
        let diff = format!("diff --git a/n b/n\n{kind}\n");
        assert_eq!(parse(&diff).unwrap_err().code, "bad_diff", "{kind}");
    }
}

#[test]
fn what_is_no_diff_is_refused() {
    for text in ["", "hello", "@@ -1 +1 @@\n-a\n+b\n", "--- a/n\n+++ b/n\n"] {
        assert_eq!(parse(text).unwrap_err().code, "bad_diff", "{text}");
    }
    let twice = "--- a/n\n+++ b/n\n@@ -1 +1 @@\n-a\n+b\n".repeat(2);
    assert!(parse(&twice).unwrap_err().message.contains("twice"));
}

#[test]
fn a_tree_is_read_and_only_its_copy_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let top = fs_err::canonicalize(folder.path()).unwrap();
    fs_err::create_dir(top.join("src")).unwrap();
    fs_err::write(top.join("src/a.py"), "a\n").unwrap();
    fs_err::write(top.join("gone.py"), "x\n").unwrap();
    let diff = unified("a\n", "b\n", "src/a.py")
        + "--- /dev/null\n+++ b/new/n.py\n@@ -0,0 +1 @@\n+n\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
    let edits = tree::edits(&top, &parse(&diff).unwrap()).unwrap();
    assert_eq!(fs_err::read_to_string(top.join("src/a.py")).unwrap(), "a\n");
    edits.iter().for_each(|edit| edit.write(&top).unwrap());
    assert_eq!(fs_err::read_to_string(top.join("src/a.py")).unwrap(), "b\n");
    assert_eq!(fs_err::read_to_string(top.join("new/n.py")).unwrap(), "n\n");
    assert!(!top.join("gone.py").exists());
    let again = tree::edits(&top, &parse(&diff).unwrap()).unwrap_err();
    assert_eq!(again.code, "diff_does_not_apply");
}

#[cfg(unix)]
#[test]
fn no_link_of_a_tree_leads_a_change_out_of_it() {
    let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let top = fs_err::canonicalize(inside.path()).unwrap();
    fs_err::write(outside.path().join("a.py"), "a\n").unwrap();
    std::os::unix::fs::symlink(outside.path(), top.join("link")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("none"), top.join("nowhere")).unwrap();
    let made = |path: &str| format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+n\n");
    let changed = unified("a\n", "b\n", "link/a.py");
    for diff in [changed, made("link/b.py"), made("nowhere")] {
        let error = tree::edits(&top, &parse(&diff).unwrap()).unwrap_err();
        assert_eq!(error.code, "diff_outside_tree", "{diff}");
    }
}
