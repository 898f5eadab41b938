//! What indexing has done, in words.

use serde_json::Value;

/// What indexing has done.
pub(super) fn of_index(answer: &Value) -> String {
    let number = |key: &str| number(answer, key);
    let mut text = format!(
        "{} indexed ({} lines, {} functions), {} unchanged, {} removed\n",
        files(number("indexed")),
        number("lines"),
        number("functions"),
        number("unchanged"),
        number("removed"),
    );
    for (reason, count) in answer.get("skipped").and_then(Value::as_object).into_iter().flatten() {
        text += &format!("left out as {reason}: {count}\n");
    }
    for problem in answer.get("unreadable").and_then(Value::as_array).into_iter().flatten() {
        text += &format!("not read: {}\n", problem.as_str().unwrap_or_default());
    }
    text + &there(answer)
}

/// What copying an index has done.
pub(super) fn of_copy(answer: &Value) -> String {
    let (all, chunks) = (files(number(answer, "files")), number(answer, "chunks"));
    format!("{all} looked at, {chunks} chunks written\n{}", there(answer))
}

/// What there is now.
fn there(answer: &Value) -> String {
    let told = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default();
    let way = match told("search") {
        "hybrid" => "by words and by meaning",
        _ => "by words",
    };
    format!(
        "the index has {} in {} chunks, and is searched {way}: {}\n",
        files(number(answer, "files_in_index")),
        number(answer, "chunks_in_index"),
        told("index"),
    )
}

fn number(answer: &Value, key: &str) -> u64 {
    answer.get(key).and_then(Value::as_u64).unwrap_or_default()
}

fn files(count: u64) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_count_is_told() {
        let answer = json!({
            "indexed": 1, "lines": 20, "functions": 3, "unchanged": 4, "removed": 5,
            "skipped": { "generated": 2 }, "unreadable": ["a.py: permission denied"],
            "files_in_index": 5, "chunks_in_index": 9, "search": "words", "index": "i.db",
        });
        let expected = "1 file indexed (20 lines, 3 functions), 4 unchanged, 5 removed\n\
                        left out as generated: 2\nnot read: a.py: permission denied\n\
                        the index has 5 files in 9 chunks, and is searched by words: i.db\n";
        assert_eq!(of_index(&answer), expected);
    }
}
