//! The forms that secrets have.

use std::ops::Range;

use super::MARK;

/// How keys of well-known services begin, and how many letters follow at least.
const PREFIXES: [(&str, usize); 16] = [
    ("sk-", 20),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("npm_", 30),
    ("hf_", 30),
    ("eyJ", 60),
];

/// Parts of the names of what holds a secret.
const NAMES: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "private_key",
    "token",
];

/// The shortest text that counts as a secret for the name that it is given.
const SHORTEST: usize = 8;

/// The secrets in a text, in order; none overlaps another.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found =
        [keys(text), tokens(text), in_urls(text), assigned(text), prefixed(text)].concat();
    found.retain(|secret| !text[secret.clone()].starts_with(MARK));
    found.sort_by_key(|secret| (secret.start, std::cmp::Reverse(secret.end)));
    let mut end = 0;
    found.retain(|secret| {
        let free = secret.start >= end;
        end = if free { secret.end } else { end };
        free
    });
    found
}

/// Private keys in PEM, without their first and last line.
fn keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("PRIVATE KEY-----") {
        let start = at + "PRIVATE KEY-----".len();
        if let Some(length) = text[start..].find("-----END")
            && text[..at].rfind("-----BEGIN").is_some_and(|begin| at - begin < 40)
        {
            found.push(start..start + length);
        }
    }
    found
}

/// What proves who asks, in a header.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for scheme in ["Bearer ", "bearer ", "Basic "] {
        for (at, _) in text.match_indices(scheme) {
            let start = at + scheme.len();
            let length = length_of(&text[start..], |byte| is_key(byte) || b"+/=.~".contains(&byte));
            if length >= 16 {
                found.push(start..start + length);
            }
        }
    }
    found
}

/// Passwords in addresses: `scheme://user:password@host`.
fn in_urls(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let authority = length_of(&text[start..], |byte| {
            !byte.is_ascii_whitespace() && !b"/?#\"'`<>\\".contains(&byte)
        });
        let authority = &text[start..start + authority];
        let Some((user, _)) = authority.rsplit_once('@') else { continue };
        let Some((name, password)) = user.split_once(':') else { continue };
        if !password.is_empty() && is_literal(password) {
            let first = start + name.len() + 1;
            found.push(first..first + password.len());
        }
    }
    found
}

/// Texts in quotes that are given to what is called a password, a secret, a token or a key.
fn assigned(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for name in NAMES {
        for (at, _) in lower.match_indices(name) {
            let end = at + name.len();
            // The name ends here: `token_url` holds no token.
            let rest = text[end..].trim_start_matches(['"', '\'', '`', ']', 's', 'S']);
            let rest = rest.trim_start();
            let value = rest.strip_prefix(":=").or(rest.strip_prefix("=>"));
            let value = value.or(rest.strip_prefix([':', '=']));
            let Some(value) = value.map(str::trim_start) else { continue };
            let Some(quote) = value.chars().next().filter(|quote| "\"'`".contains(*quote)) else {
                continue;
            };
            let start = text.len() - value.len() + 1;
            let Some(length) = text[start..].find([quote, '\n']) else { continue };
            let secret = &text[start..start + length];
            let spaced = secret.contains(char::is_whitespace);
            if length >= SHORTEST && !spaced && is_literal(secret) && !secret.contains("://") {
                found.push(start..start + length);
            }
        }
    }
    found
}

/// Keys that show by their first letters whose they are.
fn prefixed(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (prefix, least) in PREFIXES {
        for (at, _) in text.match_indices(prefix) {
            let within = text[..at].bytes().next_back().is_some_and(is_key);
            let jwt = prefix == "eyJ";
            let letters = |byte| is_key(byte) || jwt && byte == b'.';
            let length = length_of(&text[at + prefix.len()..], letters);
            let digits =
                text[at..at + prefix.len() + length].bytes().any(|byte| byte.is_ascii_digit());
            if !within && length >= least && (digits || length >= least + 4) {
                found.push(at..at + prefix.len() + length);
            }
        }
    }
    found
}

/// Whether a text stands for itself, and not for what a program puts into it.
fn is_literal(text: &str) -> bool {
    !text.contains(['{', '}', '$', '%', '<', '>', '(', ')']) && !text.starts_with(MARK)
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// How many bytes at the beginning are of a kind.
fn length_of(text: &str, kind: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| kind(*byte)).count()
}
