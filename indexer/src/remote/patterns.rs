//! The calls that leave the process, as patterns of words.

use std::collections::HashMap;

use super::Remote;

/// The patterns of a language, ready for use.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    /// By their first word.
    begun: HashMap<&'static str, Vec<Pattern>>,
    /// Those that begin with any word.
    open: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    words: Vec<&'static str>,
    /// Whether what fits is no call that leaves the process.
    refuses: bool,
    remote: &'static Remote,
}

impl Patterns {
    /// The patterns of these libraries.
    pub(crate) fn of(remotes: &'static [Remote]) -> Self {
        let mut patterns = Self::default();
        for remote in remotes {
            for call in remote.calls {
                let refuses = call.starts_with('!');
                let words = words_of(call.trim_start_matches('!'));
                let pattern = Pattern { words, refuses, remote };
                let first = pattern.words.first().copied().unwrap_or_default();
                if first.contains('*') {
                    patterns.open.push(pattern);
                    continue;
                }
                for word in first.split('|') {
                    patterns.begun.entry(word).or_default().push(pattern.clone());
                }
            }
        }
        patterns
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.begun.is_empty() && self.open.is_empty()
    }

    /// The library whose calls a path is one of.
    pub(crate) fn matching(&self, path: &str) -> Option<&'static Remote> {
        let words = words_of(path);
        // A module beside this one may have the name of a library.
        let own = path.starts_with('.');
        let begun = self.begun.get(words.first()?).filter(|_| !own).into_iter().flatten();
        let fitting: Vec<&Pattern> =
            begun.chain(&self.open).filter(|pattern| fits(&pattern.words, &words)).collect();
        let refused = |remote: &Remote| {
            fitting.iter().any(|pattern| pattern.refuses && std::ptr::eq(pattern.remote, remote))
        };
        let takes = |pattern: &&&Pattern| !pattern.refuses && !refused(pattern.remote);
        fitting.iter().find(takes).map(|pattern| pattern.remote)
    }
}

/// Patterns of paths that are told of no library.
#[derive(Debug)]
pub(crate) struct Shapes(Vec<(Vec<&'static str>, bool)>);

impl Shapes {
    /// The patterns as [`Remote::calls`] writes them.
    pub(crate) fn of(patterns: &'static [&'static str]) -> Self {
        let shape = |pattern: &&'static str| {
            (words_of(pattern.trim_start_matches('!')), pattern.starts_with('!'))
        };
        Self(patterns.iter().map(shape).collect())
    }

    /// Whether a path fits one of them, and none that refuses it.
    pub(crate) fn take(&self, path: &str) -> bool {
        let words = words_of(path);
        // A module beside this one may have the name of a library.
        let own = path.starts_with('.');
        let open = |shape: &[&str]| shape.first().is_some_and(|first| first.contains('*'));
        let any = |refusing: bool| {
            self.0.iter().any(|(shape, refuses)| {
                *refuses == refusing && (!own || open(shape)) && fits(shape, &words)
            })
        };
        any(false) && !any(true)
    }
}

fn words_of(path: &str) -> Vec<&str> {
    path.split(['.', '/', ':']).filter(|word| !word.is_empty()).collect()
}

/// Whether words fit a pattern of words.
fn fits(pattern: &[&str], words: &[&str]) -> bool {
    match (pattern, words) {
        ([], []) => true,
        ([], _) => false,
        (["**", rest @ ..], _) => (0..=words.len()).any(|skip| fits(rest, &words[skip..])),
        (_, []) => false,
        ([first, rest @ ..], [word, words @ ..]) => fits_word(first, word) && fits(rest, words),
    }
}

fn fits_word(pattern: &str, word: &str) -> bool {
    pattern.split('|').any(|one| match (one.strip_prefix('*'), one.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(end), _) => word.ends_with(end),
        (_, Some(start)) => word.starts_with(start),
        (None, None) => one == word,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::RemoteKind;

    #[test]
    fn a_pattern_fits_whole_words_beginnings_ends_and_any_number() {
        for (pattern, path, fit) in [
            ("requests.get", "requests.get", true),
            ("requests.get", "requests.get.json", false),
            ("requests.get|post", "requests.post", true),
            ("requests.get|post", "requests.put", false),
            ("requests.*", "requests.get", true),
            ("httpx.*Client.get", "httpx.AsyncClient.get", true),
            ("net/http.Get*", "net/http.GetX", true),
            ("reqwest.**.send", "reqwest.Client.get.send", true),
            ("reqwest.**.send", "reqwest.send", true),
            ("reqwest.**.send", "reqwest.Client.get", false),
        ] {
            assert_eq!(fits(&words_of(pattern), &words_of(path)), fit, "{pattern} {path}");
        }
    }

    #[test]
    fn the_first_library_that_takes_a_path_and_does_not_refuse_it_is_the_one() {
        static REMOTES: &[Remote] = &[
            Remote { kind: RemoteKind::Cloud, library: "a", calls: &["a|b.*", "!*.get_paginator"] },
            Remote { kind: RemoteKind::Http, library: "any", calls: &["**.get_paginator.go"] },
        ];
        let patterns = Patterns::of(REMOTES);
        let library = |path| patterns.matching(path).map(|remote| remote.library);
        assert_eq!(library("a.get"), Some("a"));
        assert_eq!(library("b/get"), Some("a"));
        assert_eq!(library("a.get_paginator"), None);
        assert_eq!(library("a.get_paginator.go"), Some("any"));
        assert_eq!(library(""), None);
    }
}
