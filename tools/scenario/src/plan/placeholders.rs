//! Placeholders in URLs, such as `{user_id}`.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What may not stand in a path or a query as it is. Slashes and the rest of a path's punctuation may: a value can
/// be several segments.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// A URL with its placeholders filled in.
pub(super) struct Filled {
    pub(super) url: String,
    /// Each placeholder and its value, in order.
    pub(super) used: Vec<(String, String)>,
    /// Placeholders without a value.
    pub(super) missing: Vec<String>,
}

/// Fills in the values of placeholders.
pub(super) fn fill(url: &str, values: Option<&BTreeMap<String, String>>) -> Filled {
    let mut filled = Filled { url: String::new(), used: Vec::new(), missing: Vec::new() };
    let mut rest = url;
    while let Some((before, name, after)) = next(rest) {
        filled.url.push_str(before);
        match values.and_then(|values| values.get(name)).filter(|value| !value.is_empty()) {
            Some(value) => {
                filled.url.extend(utf8_percent_encode(value, UNSAFE));
                filled.used.push((name.to_owned(), value.clone()));
            }
            None => filled.missing.push(name.to_owned()),
        }
        rest = after;
    }
    filled.url.push_str(rest);
    filled
}

/// What comes before the next placeholder, its name, and what comes after it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    let mut from = 0;
    loop {
        let open = from + text[from..].find('{')?;
        let close = open + text[open..].find('}')?;
        let name = &text[open + 1..close];
        if is_name(name) {
            return Some((&text[..open], name, &text[close + 1..]));
        }
        from = open + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(url: &str) -> Filled {
        let values = [("id", "7"), ("name", "a b/c"), ("empty", "")];
        fill(url, Some(&values.map(|(name, value)| (name.to_owned(), value.to_owned())).into()))
    }

    #[test]
    fn each_placeholder_gets_its_value() {
        let it = filled("http://h/u/{id}/x/{name}?q={id}");
        assert_eq!(it.url, "http://h/u/7/x/a%20b/c?q=7");
        assert_eq!(it.used.len(), 3);
        assert!(it.missing.is_empty());
    }

    #[test]
    fn a_placeholder_without_a_value_is_named() {
        assert_eq!(filled("http://h/{who}/{empty}").missing, ["who", "empty"]);
        assert_eq!(fill("http://h/{id}", None).missing, ["id"]);
    }

    #[test]
    fn braces_that_hold_no_name_stay() {
        let it = filled("http://h/?q={\"a\":1}&x={}&id={id}");
        assert_eq!(it.url, "http://h/?q={\"a\":1}&x={}&id=7");
    }
}
