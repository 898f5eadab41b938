//! Which local port stands for which remote: `[ADDRESS:]PORT=[PROTOCOL://]HOST[:PORT]`.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

/// A local port and the remote it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Where the proxy listens. Loopback unless the mapping names an address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What is spoken to the remote.
    pub protocol: Protocol,
    /// Where the traffic goes.
    pub target: Target,
}

/// A remote host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// A name, an IPv4 address or an IPv6 address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// What is spoken to the remote of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The name in a mapping.
    pub name: &'static str,
    /// The port where the mapping names none; a protocol without one wants it written.
    pub port: Option<u16>,
    /// How the remote is spoken to below the protocol.
    pub transport: Transport,
    /// Whether the proxy reads the traffic as HTTP.
    pub http: bool,
}

/// What lies between TCP and the protocol on the way to the remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Nothing.
    Plain,
    /// TLS from the first byte, verified by the host's name.
    Tls,
    /// TLS after PostgreSQL's `SSLRequest`.
    PostgresTls,
}

/// Every protocol a mapping can name.
pub static PROTOCOLS: &[Protocol] = &[
    Protocol { name: "tcp", port: None, transport: Transport::Plain, http: false },
    Protocol { name: "tls", port: Some(443), transport: Transport::Tls, http: false },
    Protocol { name: "http", port: Some(80), transport: Transport::Plain, http: true },
    Protocol { name: "https", port: Some(443), transport: Transport::Tls, http: true },
    Protocol { name: "psql", port: Some(5432), transport: Transport::Plain, http: false },
    Protocol { name: "psqls", port: Some(5432), transport: Transport::PostgresTls, http: false },
    Protocol { name: "redis", port: Some(6379), transport: Transport::Plain, http: false },
    Protocol { name: "rediss", port: Some(6379), transport: Transport::Tls, http: false },
    Protocol { name: "mysql", port: Some(3306), transport: Transport::Plain, http: false },
];

/// Why a mapping cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mapping `{mapping}`: {problem}")]
pub struct MappingError {
    mapping: String,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("there is no `=` between the local port and the remote")]
    NoEquals,
    #[error("`{0}` is not a port from 0 to 65535")]
    Port(String),
    #[error("`{0}` is not an IP address to listen on")]
    Listen(String),
    #[error("`{0}` is not a protocol the proxy knows")]
    Protocol(String),
    #[error("the remote has no host")]
    NoHost,
    #[error("`{0}` is not a host name or address")]
    Host(String),
    #[error("protocol `{0}` has no usual port, and the remote names none")]
    NoPort(&'static str),
    #[error("the remote `{0}` has a path; a mapping goes to a host and port")]
    Path(String),
}

impl MappingError {
    /// What to write instead.
    pub fn hint(&self) -> String {
        match &self.problem {
            Problem::Protocol(_) => {
                let names: Vec<_> = PROTOCOLS.iter().map(|protocol| protocol.name).collect();
                format!("use one of {}", names.join(", "))
            }
            Problem::Listen(name) if PROTOCOLS.iter().any(|protocol| protocol.name == name) => {
                format!("the protocol stands on the right: `PORT={name}://HOST:PORT`")
            }
            _ => "write `[ADDRESS:]PORT=[PROTOCOL://]HOST[:PORT]`, for example `9090=https://example.com` or \
                  `35432=psql://localhost`"
                .to_owned(),
        }
    }
}

impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        parse(text.trim()).map_err(|problem| MappingError { mapping: text.to_owned(), problem })
    }
}

fn parse(text: &str) -> Result<Mapping, Problem> {
    let (left, right) = text.split_once('=').ok_or(Problem::NoEquals)?;
    let listen = parse_listen(left.trim())?;
    let (protocol, rest) = match right.trim().split_once("://") {
        Some((name, rest)) => (protocol(name)?, rest),
        None => (PROTOCOLS[0], right.trim()),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains('/') {
        return Err(Problem::Path(rest.to_owned()));
    }
    let (host, port) = split_host_port(authority)?;
    let host = check_host(host)?;
    let port = match port {
        Some(port) => port,
        None => protocol.port.ok_or(Problem::NoPort(protocol.name))?,
    };
    Ok(Mapping { listen, protocol, target: Target { host, port } })
}

fn parse_listen(left: &str) -> Result<SocketAddr, Problem> {
    let (address, port) = match left.rsplit_once(':') {
        Some((address, port)) => (parse_address(address)?, port),
        None => (IpAddr::V4(Ipv4Addr::LOCALHOST), left),
    };
    Ok(SocketAddr::new(address, parse_port(port)?))
}

fn parse_address(text: &str) -> Result<IpAddr, Problem> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    match bare {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        "*" => Ok(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        _ => bare.parse().map_err(|_| Problem::Listen(text.to_owned())),
    }
}

fn parse_port(text: &str) -> Result<u16, Problem> {
    text.trim().parse().map_err(|_| Problem::Port(text.to_owned()))
}

fn protocol(name: &str) -> Result<Protocol, Problem> {
    PROTOCOLS
        .iter()
        .find(|protocol| protocol.name.eq_ignore_ascii_case(name.trim()))
        .copied()
        .ok_or_else(|| Problem::Protocol(name.to_owned()))
}

/// Splits `host`, `host:port`, `[v6]`, `[v6]:port` and a bare IPv6 address.
fn split_host_port(authority: &str) -> Result<(&str, Option<u16>), Problem> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, tail) =
            rest.split_once(']').ok_or_else(|| Problem::Host(authority.to_owned()))?;
        return match tail.strip_prefix(':') {
            Some(port) => Ok((host, Some(parse_port(port)?))),
            None if tail.is_empty() => Ok((host, None)),
            None => Err(Problem::Host(authority.to_owned())),
        };
    }
    if authority.parse::<Ipv6Addr>().is_ok() {
        return Ok((authority, None));
    }
    match authority.split_once(':') {
        Some((host, port)) => Ok((host, Some(parse_port(port)?))),
        None => Ok((authority, None)),
    }
}

fn check_host(host: &str) -> Result<String, Problem> {
    if host.is_empty() {
        return Err(Problem::NoHost);
    }
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if host.parse::<IpAddr>().is_ok() || host.chars().all(allowed) {
        Ok(host.to_ascii_lowercase())
    } else {
        Err(Problem::Host(host.to_owned()))
    }
}

impl Target {
    /// Whether the host is an address, which needs no resolution.
    pub fn is_address(&self) -> bool {
        self.host.parse::<IpAddr>().is_ok()
    }

    /// Reads `host:port`, with `default` where no port is written.
    pub fn parse(authority: &str, default: Option<u16>) -> Option<Self> {
        let (host, port) = split_host_port(authority).ok()?;
        Some(Self { host: check_host(host).ok()?, port: port.or(default)? })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}://{}", self.listen, self.protocol.name, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, written: &str) {
        let mapping: Mapping = text.parse().expect(text);
        assert_eq!(mapping.to_string(), written, "{text}");
        assert_eq!(mapping.to_string().parse::<Mapping>(), Ok(mapping), "{text} reads back");
    }

    #[test]
    fn the_documented_mappings_are_read() {
        check("9098=https://www.google.com:443", "127.0.0.1:9098=https://www.google.com:443");
        check("9090=https://www.google.com", "127.0.0.1:9090=https://www.google.com:443");
        check("35432=localhost:5432", "127.0.0.1:35432=tcp://localhost:5432");
        check(
            "35432=psql://my-db.default.svc:5432",
            "127.0.0.1:35432=psql://my-db.default.svc:5432",
        );
    }

    #[test]
    fn addresses_stand_on_both_sides() {
        check("0.0.0.0:80=10.0.0.1:8080", "0.0.0.0:80=tcp://10.0.0.1:8080");
        check("[::1]:80=[::1]:8080", "[::1]:80=tcp://[::1]:8080");
        check("80=http://[2001:db8::1]", "127.0.0.1:80=http://[2001:db8::1]:80");
        check("0=redis://::1", "127.0.0.1:0=redis://[::1]:6379");
        check("80=https://example.com/", "127.0.0.1:80=https://example.com:443");
    }

    #[test]
    fn each_mistake_is_named() {
        for (text, problem) in [
            ("9090", "there is no `=`"),
            ("x=localhost:1", "is not a port"),
            ("70000=localhost:1", "is not a port"),
            ("psql:1=localhost:1", "is not an IP address"),
            ("1=nope://localhost", "is not a protocol"),
            ("1=localhost", "names none"),
            ("1=", "no host"),
            ("1=http://a/b", "has a path"),
            ("1=http://a b", "not a host name"),
            ("1=[::1:80", "not a host name"),
        ] {
            let error = text.parse::<Mapping>().expect_err(text);
            assert!(error.to_string().contains(problem), "{text}: {error}");
            assert!(!error.hint().is_empty());
        }
    }

    #[test]
    fn a_protocol_on_the_left_is_sent_to_the_right() {
        let error =
            "psql:35432=127.0.0.1:7272".parse::<Mapping>().expect_err("a protocol on the left");
        assert!(error.hint().contains("PORT=psql://HOST:PORT"), "{}", error.hint());
    }
}
