//! URLs of Qdrant: what is called, and what may be shown.

/// The port on which Qdrant speaks gRPC.
const PORT: u16 = 6334;

/// What to call: scheme, host and port and nothing else of a URL; nothing if it is no URL that can
/// be called.
pub(super) fn called(url: &str) -> Option<String> {
    let (scheme, host) = parts(url)?;
    let known = ["http", "https"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))?;
    // An address of version 6 has colons of its own, in brackets.
    let after_address = host.rsplit(']').next().unwrap_or(host);
    match after_address.split_once(':') {
        Some((_, port)) => port.parse::<u16>().ok().map(|_| format!("{known}://{host}")),
        None => Some(format!("{known}://{host}:{PORT}")),
    }
}

/// A URL without what may be secret in it.
pub(super) fn shown(url: &str) -> String {
    match parts(url) {
        Some((scheme, host)) => format!("{scheme}://{host}"),
        None => "(not a URL)".to_owned(),
    }
}

/// The scheme of a URL, and its host with its port.
fn parts(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!scheme.is_empty() && !host.is_empty()).then_some((scheme, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_is_scheme_host_and_port() {
        let called = |url| called(url).unwrap_or_default();
        assert_eq!(called("http://localhost:6334"), "http://localhost:6334");
        assert_eq!(called(" HTTPS://a:b@q.example/x?key=1#y "), "https://q.example:6334");
        assert_eq!(called("http://[::1]"), "http://[::1]:6334");
        assert_eq!(called("http://[::1]:7000/"), "http://[::1]:7000");
    }

    #[test]
    fn what_cannot_be_called_is_no_address() {
        for url in
            ["", "localhost:6334", "ftp://localhost", "http://", "http://h:port", "http://h:70000"]
        {
            assert_eq!(called(url), None, "{url}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(shown("https://user:pa@ss@h:1/p?api_key=secret"), "https://h:1");
        assert_eq!(shown("user:secret@host"), "(not a URL)");
    }
}
