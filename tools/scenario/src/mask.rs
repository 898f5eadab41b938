//! Hides what is secret in texts that are shown: header values, and parts of URLs.

/// What stands in the place of a secret.
pub const MASK: &str = "xxxxxx";

/// Pieces of header names whose values are secrets.
const SECRET_NAMES: [&str; 12] = [
    "api-key",
    "api_key",
    "apikey",
    "auth",
    "cookie",
    "credential",
    "jwt",
    "passw",
    "secret",
    "session",
    "signature",
    "token",
];

/// Whether the value of the header `name` is a secret, whatever its case.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|piece| name.contains(piece))
}

/// The URL without its secrets: user and password, each value of the query, and the fragment are masked.
/// The text need not be a valid URL.
pub fn masked_url(url: &str) -> String {
    let (url, fragment) = split(url, '#');
    let (url, query) = split(url, '?');
    let mut masked = masked_authority(url);
    if let Some(query) = query {
        masked.push('?');
        let pairs: Vec<String> = query.split('&').map(masked_pair).collect();
        masked.push_str(&pairs.join("&"));
    }
    if fragment.is_some() {
        masked.push('#');
        masked.push_str(MASK);
    }
    masked
}

fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn masked_authority(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}{MASK}@{host}{path}"),
        None => format!("{scheme}{rest}"),
    }
}

fn masked_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}"),
        None if pair.is_empty() => String::new(),
        None => MASK.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_passwords_query_values_and_fragments_are_masked() {
        for (url, expected) in [
            ("http://host:80/a?x=1&y=2", "http://host:80/a?x=xxxxxx&y=xxxxxx"),
            ("https://ann:pw@host/a@b", "https://xxxxxx@host/a@b"),
            ("http://a:p@ss@host/", "http://xxxxxx@host/"),
            ("http://host/?bare", "http://host/?xxxxxx"),
            ("http://host/?", "http://host/?"),
            ("http://host/#part", "http://host/#xxxxxx"),
            ("ann:pw@host", "xxxxxx@host"),
            ("http://host/plain", "http://host/plain"),
        ] {
            assert_eq!(masked_url(url), expected);
        }
    }

    #[test]
    fn headers_that_carry_credentials_are_secret_and_others_are_not() {
        for name in ["Authorization", "proxy-authorization", "Cookie", "X-Api-Key", "x-auth-token"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["accept", "content-type", "x-whatever", "host"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
