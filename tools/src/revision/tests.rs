//! New code, as models write it.

use fault_indexer::Language;
use fault_prompts::Secrets;

use super::*;

const OLD: &str = "def fetch(url):\n    # get it\n    return requests.get(url)\n";
const NEW: &str = "def fetch(url):\n    # get it\n    return requests.get(url, timeout=3)\n";

fn revised_of(old: &str, answered: &str, secrets: &Secrets) -> Result<Revision, String> {
    let language = Language::named("python").unwrap();
    let original = Original { code: old, language, name: "snippet.py", secrets };
    let revision = original.revised(answered)?;
    if !revision.diff.is_empty() {
        let changes = change::parse(&block(&revision.diff)).unwrap();
        assert_eq!(changes.len(), 1, "it touches one file");
        assert_eq!(changes[0].path(), "snippet.py");
        assert_eq!(change::apply(old, &changes[0]).unwrap(), revision.new, "it applies");
    }
    Ok(revision)
}

fn revised(old: &str, answered: &str) -> Result<Revision, String> {
    revised_of(old, answered, &Secrets::default())
}

#[test]
fn new_code_is_compared_with_the_old() {
    let revision = revised(OLD, NEW).unwrap();
    assert_eq!(revision.new, NEW);
    assert!(revision.diff.contains("-    return requests.get(url)\n"), "{}", revision.diff);
    assert_eq!(revised(OLD, OLD).unwrap().diff, "");
}

#[test]
fn a_fence_blank_lines_and_a_lost_indentation_are_put_right() {
    for answered in [
        format!("```python\n{NEW}```"),
        format!("\n\n{NEW}\n\n"),
        NEW.trim_end().to_owned(),
        NEW.replace('\n', "\r\n"),
    ] {
        assert_eq!(revised(OLD, &answered).unwrap().new, NEW, "{answered:?}");
    }
    let indent = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    assert_eq!(revised(&indent(OLD), NEW).unwrap().new, indent(NEW));
    assert_eq!(revised(&indent(OLD), &indent(NEW)).unwrap().new, indent(NEW));
}

#[test]
fn lines_that_a_model_does_not_see_as_they_are_stay_as_they_are() {
    let old = "a = '\u{200b}x'  \r\ndef b():\r\n    return 1\r\n";
    let revision = revised(old, "a = 'x'\ndef b():\n    return 2\n").unwrap();
    assert_eq!(revision.new, "a = '\u{200b}x'  \r\ndef b():\r\n    return 2\r\n");
    let bare = revised("x = 1", "x = 2\n").unwrap();
    assert_eq!(bare.new, "x = 2", "the end stays without a line's end");
}

#[test]
fn secrets_come_back_where_they_were() {
    let old = "password = 'correct-horse'\nconnect(password)\n";
    let mut secrets = Secrets::default();
    let seen = secrets.hide(old);
    assert!(!seen.contains("horse"));
    let answered = seen.replace("connect(password)", "connect(password, timeout=3)");
    let new = revised_of(old, &answered, &secrets).unwrap().new;
    assert_eq!(new, "password = 'correct-horse'\nconnect(password, timeout=3)\n");
}

#[test]
fn what_is_no_new_code_is_refused() {
    for (answered, why) in [
        ("", "empty"),
        ("--- a/etc/passwd\n+++ b/etc/passwd\n@@ -1 +1 @@\n-x\n+y\n", "is a diff"),
        ("```diff\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-x\n+y\n```", "is a diff"),
        ("diff --git a/x b/x\n", "is a diff"),
        ("def fetch(url:\n    return (\n", "parsed"),
        ("def fetch(url):\n    # ... existing code ...\n    pass\n", "leaves code out"),
        ("def fetch(url):\n    ...  # rest of the code unchanged\n", "leaves code out"),
        (&"x = 1\n".repeat(10_000), "bytes"),
    ] {
        let error = revised(OLD, answered).unwrap_err();
        assert!(error.contains(why), "{answered:.60}: {error}");
    }
    // What was there before is no reason to refuse.
    let old = "# ... the rest of the protocol is in RFC 1 ...\nx = 1\n";
    assert!(revised(old, &old.replace("x = 1", "x = 2")).is_ok());
    assert!(revised("def a(:\n", "def a(:  \n    pass\n").is_ok(), "the old code was broken too");
}

#[test]
fn signs_that_terminals_obey_do_not_get_in() {
    let answered = NEW.replace("# get it", "# get \u{1b}[2Jit\u{202e}");
    let revision = revised(OLD, &answered).unwrap();
    assert_eq!(revision.new, NEW);
}

#[test]
fn a_block_ends_where_the_diff_does() {
    let diff = change::unified("a\n", "```\nb\n", "x.md");
    let block = block(&diff);
    assert!(block.starts_with("````diff\n") && block.ends_with("\n````"), "{block}");
}
