//! Which operations are meant, and what their files are called.

use std::collections::BTreeSet;

use super::operation::Operation;

/// How long the name of a file is at most, without what makes it unique.
const LONGEST: usize = 120;

/// Whether an operation is meant: it is if there is no filter, or if one matches `METHOD /path`, `/path` or its name.
pub(super) fn is_meant(operation: &Operation<'_>, filter: &[String]) -> bool {
    let name = operation.name();
    let id = operation.operation_id.unwrap_or_default();
    filter.is_empty()
        || filter.iter().map(|pattern| with_method_in_capitals(pattern.trim())).any(|pattern| {
            [name.as_str(), operation.path, id].iter().any(|text| matches(&pattern, text))
        })
}

fn with_method_in_capitals(pattern: &str) -> String {
    match pattern.split_once(' ') {
        Some((method, path)) => format!("{} {}", method.to_ascii_uppercase(), path.trim_start()),
        None => pattern.to_owned(),
    }
}

/// Whether the text is of the pattern: `*` stands for any characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    // Where the last star stands, and how far into the text it reaches.
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(char) if *char == '?' || *char == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((place, reached)) = star else { return false };
                star = Some((place, reached + 1));
                (at, read) = (place + 1, reached + 1);
            }
        }
    }
    pattern[at..].iter().all(|char| *char == '*')
}

/// A name for the file of an operation: unlike all before it, on systems that ignore case as well.
pub(super) fn file_stem(method: &str, path: &str, taken: &mut BTreeSet<String>) -> String {
    let words =
        path.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.collect::<Vec<_>>().join("_");
    let words = if words.is_empty() { "root" } else { &words };
    let mut stem = format!("{method}_{words}").to_ascii_lowercase();
    stem.truncate(LONGEST);
    let numbered = (2..).map(|number: usize| format!("{stem}_{number}"));
    let names = std::iter::once(stem.clone()).chain(numbered);
    let free = names.into_iter().find(|name| !taken.contains(name)).expect("numbers never end");
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_unique_safe_and_never_empty() {
        let mut taken = BTreeSet::new();
        for (method, path, expected) in [
            ("GET", "/", "get_root"),
            ("GET", "/users/{user_id}", "get_users_user_id"),
            ("GET", "/users/user-id", "get_users_user_id_2"),
            ("GET", "/Users/user.id/", "get_users_user_id_3"),
            ("POST", "/../../etc/passwd", "post_etc_passwd"),
            ("GET", "/ü", "get_root_2"),
        ] {
            assert_eq!(file_stem(method, path, &mut taken), expected, "{path}");
        }
        let long = format!("/{}", "a".repeat(1000));
        let (first, second) =
            (file_stem("GET", &long, &mut taken), file_stem("GET", &long, &mut taken));
        assert!(first.len() < 200 && first != second);
    }

    #[test]
    fn filters_stand_for_method_and_path_or_for_the_name() {
        for (pattern, text, expected) in [
            ("GET /users", "GET /users", true),
            ("GET /users", "GET /users/1", false),
            ("GET /users*", "GET /users/1", true),
            ("* /users/?", "PUT /users/1", true),
            ("*a*b*", "xaxxbx", true),
            ("*a*b", "xaxxbx", false),
            ("", "", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert!(!matches(&"*a".repeat(50), &"a".repeat(5000).replace("aaaaa", "aaaab")));
    }
}
