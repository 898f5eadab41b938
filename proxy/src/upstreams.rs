//! Which hosts the faults act on: `--upstream` where the proxy sees many, and `upstreams` of a fault.

use std::fmt;

use crate::mapping::Target;

/// The hosts that faults act on: those of a proxy in forwarded HTTP and CONNECT traffic, which passes unaltered
/// without any; those of a fault wherever their traffic comes through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upstreams {
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    host: HostPattern,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// `*.example.com`: every host below the domain; the text keeps its leading dot.
    Below(String),
    Exactly(String),
}

/// A text that names no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("upstream `{0}` is not a host")]
pub struct UpstreamError(String);

impl UpstreamError {
    pub(crate) const HINT: &str =
        "write a host (`example.com`), `host:port`, a URL, `*.example.com`, or `*` for all";

    /// What to write instead.
    pub fn hint(&self) -> &'static str {
        Self::HINT
    }
}

impl Upstreams {
    /// Every host.
    pub fn all() -> Self {
        Self { patterns: vec![Pattern { host: HostPattern::Any, port: None }] }
    }

    /// Reads hosts, `host:port`, URLs, `*.example.com` and `*`; one text may hold several, split by commas.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, UpstreamError> {
        let patterns = texts
            .iter()
            .flat_map(|text| text.as_ref().split(','))
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(parse_pattern)
            .collect::<Result<_, _>>()?;
        Ok(Self { patterns })
    }

    /// Whether no host is named, so that forwarded traffic passes unaltered.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether faults act on traffic to this host.
    pub fn matches(&self, target: &Target) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(target))
    }
}

impl Pattern {
    fn matches(&self, target: &Target) -> bool {
        let host = match &self.host {
            HostPattern::Any => true,
            HostPattern::Below(suffix) => {
                target.host.len() > suffix.len()
                    && target.host.to_ascii_lowercase().ends_with(suffix)
            }
            HostPattern::Exactly(host) => target.host.eq_ignore_ascii_case(host),
        };
        host && self.port.is_none_or(|port| port == target.port)
    }
}

fn parse_pattern(text: &str) -> Result<Pattern, UpstreamError> {
    let error = || UpstreamError(text.to_owned());
    let (scheme_port, rest) = match text.split_once("://") {
        Some(("http", rest)) => (Some(80), rest),
        Some(("https", rest)) => (Some(443), rest),
        Some((_, rest)) => (None, rest),
        None => (None, text),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let (wildcard, name) = match authority.strip_prefix("*.") {
        Some(name) => (true, name),
        None => (false, authority),
    };
    if let Some(port) = name.strip_prefix('*').filter(|_| !wildcard) {
        let port = match port.strip_prefix(':') {
            Some(port) => Some(port.parse().map_err(|_| error())?),
            None if port.is_empty() => scheme_port,
            None => return Err(error()),
        };
        return Ok(Pattern { host: HostPattern::Any, port });
    }
    // Port 0 stands for "no port written": a target never has it.
    let target = Target::parse(name, Some(scheme_port.unwrap_or(0))).ok_or_else(error)?;
    let host = if wildcard {
        HostPattern::Below(format!(".{}", target.host))
    } else {
        HostPattern::Exactly(target.host)
    };
    Ok(Pattern { host, port: (target.port != 0).then_some(target.port) })
}

impl fmt::Display for Upstreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, pattern) in self.patterns.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            match &pattern.host {
                HostPattern::Any => f.write_str("*")?,
                HostPattern::Below(suffix) => write!(f, "*{suffix}")?,
                HostPattern::Exactly(host) if host.contains(':') => write!(f, "[{host}]")?,
                HostPattern::Exactly(host) => f.write_str(host)?,
            }
            if let Some(port) = pattern.port {
                write!(f, ":{port}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, target: &str, expected: bool) {
        let upstreams = Upstreams::parse(&[pattern]).expect(pattern);
        let target = Target::parse(target, None).expect(target);
        assert_eq!(upstreams.matches(&target), expected, "{pattern} on {target}");
    }

    #[test]
    fn a_bare_host_matches_every_port_of_it() {
        check("example.com", "example.com:80", true);
        check("example.com", "EXAMPLE.com:443", true);
        check("example.com", "www.example.com:80", false);
    }

    #[test]
    fn a_port_or_a_url_narrows_to_that_port() {
        check("localhost:7070", "localhost:7070", true);
        check("localhost:7070", "localhost:7071", false);
        check("http://localhost:7070/path?x", "localhost:7070", true);
        check("https://example.com", "example.com:443", true);
        check("https://example.com", "example.com:80", false);
        check("[::1]:80", "[::1]:80", true);
    }

    #[test]
    fn a_star_matches_all_and_a_wildcard_what_is_below() {
        check("*", "anything:1", true);
        check("*:443", "anything:443", true);
        check("*:443", "anything:80", false);
        check("*.example.com", "a.b.example.com:80", true);
        check("*.example.com", "example.com:80", false);
    }

    #[test]
    fn nothing_matches_nothing() {
        let none = Upstreams::default();
        assert!(none.is_empty());
        assert!(!none.matches(&Target { host: "a".into(), port: 1 }));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["a b", "host:port", "http://", "*x", "[::1"] {
            assert!(Upstreams::parse(&[text]).is_err(), "{text}");
        }
    }
}
