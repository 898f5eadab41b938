//! Other addresses for names: `HOST:PORT=ADDRESS[:PORT]`. The connection goes to the address; all else keeps the
//! name.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use crate::mapping::Target;

/// Where connections to a host and port really go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    /// The host and port as mappings and requests name them.
    pub target: Target,
    /// Where connections to it go.
    pub address: SocketAddr,
}

/// Why a text names no other address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("address for a name `{text}`: {problem}")]
pub struct ResolveError {
    text: String,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("there is no `=` between the name and the address")]
    NoEquals,
    #[error("`{0}` is not a host with a port")]
    Target(String),
    #[error("`{0}` is not an IP address, with a port or without")]
    Address(String),
}

impl ResolveError {
    /// A stable name of the problem.
    pub fn code(&self) -> &'static str {
        "invalid_resolve"
    }

    /// What to write instead.
    pub fn hint(&self) -> &'static str {
        "write `HOST:PORT=ADDRESS[:PORT]`, for example `example.com:443=127.0.0.1:8443`"
    }
}

impl FromStr for Resolve {
    type Err = ResolveError;

    fn from_str(text: &str) -> Result<Self, ResolveError> {
        parse(text).map_err(|problem| ResolveError { text: text.to_owned(), problem })
    }
}

fn parse(text: &str) -> Result<Resolve, Problem> {
    let (name, address) = text.split_once('=').ok_or(Problem::NoEquals)?;
    let (name, address) = (name.trim(), address.trim());
    let target = Target::parse(name, None).filter(|target| target.port > 0);
    let target = target.ok_or_else(|| Problem::Target(name.to_owned()))?;
    let address =
        parse_address(address, target.port).ok_or_else(|| Problem::Address(address.to_owned()))?;
    Ok(Resolve { target, address })
}

/// An address with its port, or with this one.
fn parse_address(text: &str, port: u16) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    match bare.parse::<IpAddr>() {
        Ok(address) => Some(SocketAddr::new(address, port)),
        Err(_) => text.parse().ok().filter(|address: &SocketAddr| address.port() > 0),
    }
}

impl fmt::Display for Resolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.target, self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, written: &str) {
        let resolve: Resolve = text.parse().expect(text);
        assert_eq!(resolve.to_string(), written, "{text}");
        assert_eq!(resolve.to_string().parse(), Ok(resolve), "{text} reads back");
    }

    #[test]
    fn a_name_is_given_an_address_and_keeps_its_port_unless_another_is_written() {
        check("postman-echo.com:443=127.0.0.1:8443", "postman-echo.com:443=127.0.0.1:8443");
        check(" Example.COM:80 = 10.0.0.1 ", "example.com:80=10.0.0.1:80");
        check("example.com:443=[::1]:8443", "example.com:443=[::1]:8443");
        check("example.com:443=[::1]", "example.com:443=[::1]:443");
        check("example.com:443=::1", "example.com:443=[::1]:443");
        check("[2001:db8::1]:80=127.0.0.1", "[2001:db8::1]:80=127.0.0.1:80");
    }

    #[test]
    fn each_mistake_is_named() {
        for (text, problem) in [
            ("example.com:443", "there is no `=`"),
            ("example.com=127.0.0.1", "`example.com` is not a host with a port"),
            ("a b:1=127.0.0.1", "`a b:1` is not a host"),
            ("example.com:0=127.0.0.1", "`example.com:0` is not a host"),
            ("example.com:443=localhost", "`localhost` is not an IP address"),
            ("example.com:443=127.0.0.1:0", "`127.0.0.1:0` is not an IP address"),
            ("example.com:443=", "`` is not an IP address"),
        ] {
            let error = text.parse::<Resolve>().expect_err(text);
            assert!(error.to_string().contains(problem), "{text}: {error}");
            assert_eq!(error.code(), "invalid_resolve");
            assert!(error.hint().contains("HOST:PORT=ADDRESS"));
        }
    }
}
