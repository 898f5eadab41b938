//! Which requests a rule is for.

use std::collections::BTreeMap;
use std::fmt;

use http::{HeaderName, Method};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    glob::Glob,
    refusal::{invalid, never},
};
use crate::fault::{FaultError, verdict::Asked};

/// How much of a request's body is looked at.
pub(crate) const LOOKED_AT: usize = 64 << 10;

/// What must hold for a request; all that is given must.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Match {
    /// The method, or a list of methods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<Methods>,
    /// The path, without its query: `*` stands for anything within a segment, `**` for anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    /// The host of the upstream, with or without its port: `*` stands for anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<String>,
    /// Headers and their values: `*` stands for anything, so that alone it asks for the header to be there.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    /// Parameters of the query and their values, without percent-encoding: `*` stands for anything.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) query: BTreeMap<String, String>,
    /// Text that the body holds. Only its first 64 KiB are looked at, as they are sent; the request waits for them,
    /// but no longer than a second for the next piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
}

/// One method or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a method or a list of methods is needed")]
pub(super) enum Methods {
    /// One method, or several split by commas.
    One(String),
    /// Several methods.
    Several(Vec<String>),
}

impl Methods {
    /// Each in capital letters; one text may hold several, split by commas.
    fn all(&self) -> Vec<String> {
        let texts = match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Several(texts) => texts,
        };
        let each = texts.iter().flat_map(|text| text.split(','));
        each.map(|text| text.trim().to_ascii_uppercase()).collect()
    }
}

/// The same, ready to be asked.
#[derive(Debug)]
pub(super) struct Conditions {
    methods: Option<Vec<Method>>,
    path: Option<Glob>,
    host: Option<Host>,
    headers: Vec<(HeaderName, Glob)>,
    query: Vec<(String, Glob)>,
    pub(super) body: Option<String>,
}

/// Hosts, on one port or on any.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: Glob,
    pub(super) port: Option<u16>,
}

impl Host {
    /// Reads `HOST`, `HOST:PORT`, `[V6]:PORT`.
    pub(super) fn read(text: &str) -> Self {
        let split = text.rsplit_once(':').and_then(|(name, port)| {
            let whole = !name.contains(':') || name.ends_with(']');
            port.parse().ok().filter(|_| whole).map(|port| (name, port))
        });
        let (name, port) = split.map_or((text, None), |(name, port)| (name, Some(port)));
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        Self { name: Glob::text(&bare.to_ascii_lowercase()), port }
    }

    /// Whether there is a host that both mean.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let ports = self.port.zip(other.port).is_none_or(|(one, two)| one == two);
        ports && self.name.meets(&other.name)
    }
}

impl Match {
    /// Whether every request fits.
    pub(super) fn is_everything(&self) -> bool {
        let path = self
            .path
            .as_deref()
            .is_none_or(|path| Glob::path(path).is_everything() || path == "/**");
        let host = self.host.as_deref().is_none_or(|host| Glob::text(host).is_everything());
        let more = !self.headers.is_empty() || !self.query.is_empty() || self.body.is_some();
        self.method.is_none() && path && host && !more
    }

    /// Makes it ready, or says which condition no request can fit.
    pub(super) fn conditions(&self) -> Result<Conditions, FaultError> {
        let host = self.host.as_deref().map(Host::read);
        if self.host.as_ref().is_some_and(|host| host.contains('/')) {
            return Err(never(
                "rule `match.host` holds a `/`, which no host does",
                "write the host alone (`api.example.com`, `*.example.com`, `host:port`), and the path in `match.path`",
            ));
        }
        Ok(Conditions {
            methods: self.method.as_ref().map(methods).transpose()?,
            path: self.path.as_deref().map(path).transpose()?,
            host,
            headers: headers(&self.headers)?,
            query: self
                .query
                .iter()
                .map(|(name, value)| (name.clone(), Glob::text(value)))
                .collect(),
            body: self.body.as_deref().map(body).transpose()?,
        })
    }
}

fn methods(given: &Methods) -> Result<Vec<Method>, FaultError> {
    let hint =
        "set `match.method` to a method (`GET`) or a list of methods, or leave it out to match all";
    let all = given.all();
    if all.is_empty() {
        return Err(never("rule `match.method` names no method", hint));
    }
    let read = |name: &String| {
        Method::from_bytes(name.as_bytes())
            .map_err(|_| invalid("match.method", &format!("is `{name}`, which is no method"), hint))
    };
    let methods: Vec<Method> = all.iter().map(read).collect::<Result<_, _>>()?;
    if methods.iter().all(|method| method == Method::CONNECT) {
        let problem =
            "rule `match.method` asks for CONNECT, which opens a tunnel that is not read as HTTP";
        return Err(never(problem, hint));
    }
    Ok(methods)
}

fn path(text: &str) -> Result<Glob, FaultError> {
    if text.contains(['?', '#']) {
        return Err(never(
            format!("rule `match.path` is `{text}`, and a path ends before `?` and `#`"),
            "write the path alone, and the parameters in `match.query`",
        ));
    }
    if !text.starts_with(['/', '*']) {
        return Err(never(
            format!("rule `match.path` is `{text}`, and every path begins with `/`"),
            format!("write `/{text}`, or `**/{text}` for that end of any path"),
        ));
    }
    Ok(Glob::path(text))
}

fn headers(given: &BTreeMap<String, String>) -> Result<Vec<(HeaderName, Glob)>, FaultError> {
    let read = |(name, value): (&String, &String)| {
        let found = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            let problem = format!("names `{name}`, which is no name of a header");
            invalid("match.headers", &problem, "write the name as it is sent: `x-tenant: acme`")
        });
        found.map(|name| (name, Glob::text(value)))
    };
    given.iter().map(read).collect()
}

fn body(text: &str) -> Result<String, FaultError> {
    let hint = "set `match.body` to a text that the beginning of the body holds, or leave it out";
    if text.is_empty() {
        return Err(invalid("match.body", "is empty, and every body holds that", hint));
    }
    if text.len() > LOOKED_AT {
        return Err(never("rule `match.body` is longer than the 64 KiB that are looked at", hint));
    }
    Ok(text.to_owned())
}

impl Conditions {
    /// Whether the request fits, but for its body.
    pub(super) fn fit(&self, asked: &Asked<'_>) -> bool {
        let fits = |glob: &Option<Glob>, text: &str| {
            glob.as_ref().is_none_or(|glob| glob.matches(text.as_bytes()))
        };
        self.methods.as_ref().is_none_or(|methods| methods.contains(asked.method))
            && fits(&self.path, asked.uri.path())
            && self.host.as_ref().is_none_or(|host| {
                host.port.is_none_or(|port| port == asked.target.port)
                    && host.name.matches(asked.target.host.as_bytes())
            })
            && self.headers.iter().all(|(name, glob)| header_fits(asked, name, glob))
            && self.query.iter().all(|(name, glob)| query_fits(asked, name, glob))
    }
}

/// The value of one such header fits. What HTTP/2 sends in place of `Host` counts as that.
fn header_fits(asked: &Asked<'_>, name: &HeaderName, glob: &Glob) -> bool {
    let mut values = asked.headers.get_all(name).iter().peekable();
    if values.peek().is_none() && name == http::header::HOST {
        return asked.uri.authority().is_some_and(|host| glob.matches(host.as_str().as_bytes()));
    }
    values.any(|value| glob.matches(value.as_bytes()))
}

fn query_fits(asked: &Asked<'_>, name: &str, glob: &Glob) -> bool {
    let query = asked.uri.query().unwrap_or_default();
    query.split('&').filter(|pair| !pair.is_empty()).any(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        decoded(key) == name.as_bytes() && glob.matches(&decoded(value))
    })
}

/// A part of a query without its encoding: `+` is a space, `%` and two hexadecimal digits are a byte.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let encoded = digits
            .filter(|digits| *byte == b'%' && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        plain.push(match (encoded, byte) {
            (Some(encoded), _) => encoded,
            (None, b'+') => b' ',
            (None, byte) => *byte,
        });
        at += if encoded.is_some() { 3 } else { 1 };
    }
    plain
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.method.as_ref().map(|methods| methods.all().join(" or "));
        let what: Vec<&str> = methods.as_deref().into_iter().chain(self.path.as_deref()).collect();
        f.write_str(if what.is_empty() { "every request" } else { "" })?;
        f.write_str(&what.join(" "))?;
        if let Some(host) = &self.host {
            write!(f, " to {host}")?;
        }
        let named = |(name, value): (&String, &String)| format!("{name}: {value}");
        let mut with: Vec<String> = self.headers.iter().map(named).collect();
        with.extend(self.query.iter().map(|(name, value)| format!("{name}={value}")));
        with.extend(self.body.as_ref().map(|body| format!("a body with `{body}`")));
        if !with.is_empty() {
            write!(f, " with {}", with.join(" and "))?;
        }
        Ok(())
    }
}
