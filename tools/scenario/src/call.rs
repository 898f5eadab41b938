//! One HTTP call: checked when it is made, and safe to show.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mask::{self, MASK};
use crate::millis;

/// How long a call waits for its answer when nothing else is said.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why something is not a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The method is not one.
    #[error("`{0}` is not an HTTP method")]
    Method(String),
    /// The URL is not one that can be called. The text is masked.
    #[error("`{url}` is not an http or https URL: {reason}")]
    Url {
        /// The URL, masked.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The header has a name or a value that HTTP does not allow. Its value is not shown.
    #[error("the header `{0}` has a name or a value that HTTP does not allow")]
    Header(String),
    /// The timeout is zero.
    #[error("the timeout of a call is zero")]
    Timeout,
}

impl CallError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Method(_) => "bad_method",
            Self::Url { .. } => "bad_url",
            Self::Header(_) => "bad_header",
            Self::Timeout => "bad_timeout",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Method(_) => "use GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS",
            Self::Url { .. } => "write the whole URL, such as http://localhost:8080/path",
            Self::Header(_) => "header names are letters, digits and hyphens; values are one line",
            Self::Timeout => "give the call at least a millisecond",
        }
    }
}

/// Which version of HTTP a call is sent in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1: one request at a time on each connection.
    #[default]
    Http1,
    /// HTTP/2 in plain text, without asking first whether the server speaks it (prior knowledge, h2c): many
    /// requests at a time share a connection.
    Http2,
}

/// One HTTP call. Its secrets are sent, and never shown: see [`MaskedCall`].
#[derive(Clone)]
pub struct Call {
    method: Method,
    url: Uri,
    shown_url: String,
    headers: HeaderMap,
    body: Option<Bytes>,
    timeout: Duration,
    http_version: HttpVersion,
    reuse_connections: bool,
}

impl Call {
    /// A call without headers or body that waits [`DEFAULT_TIMEOUT`]. A user and password in the URL are sent
    /// as basic authentication.
    pub fn new(method: &str, url: &str) -> Result<Self, CallError> {
        let method = checked_method(method)?;
        let mut headers = HeaderMap::new();
        let shown_url = mask::masked_url(url.trim());
        let url = checked_url(url, &mut headers)?;
        Ok(Self {
            method,
            url,
            shown_url,
            headers,
            body: None,
            timeout: DEFAULT_TIMEOUT,
            http_version: HttpVersion::default(),
            reuse_connections: true,
        })
    }

    /// The call with one more header; a header of that name which was there is replaced.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, CallError> {
        let (name, value) = checked_header(name, value)?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// The call with one more header; headers of that name which were there stay.
    pub fn with_added_header(mut self, name: &str, value: &str) -> Result<Self, CallError> {
        let (name, value) = checked_header(name, value)?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// The call with a body.
    pub fn with_body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(Bytes::from(body.into()));
        self
    }

    /// The call with another timeout.
    pub fn with_timeout(mut self, timeout: Duration) -> Result<Self, CallError> {
        if timeout.is_zero() {
            return Err(CallError::Timeout);
        }
        self.timeout = timeout;
        Ok(self)
    }

    /// The call in another version of HTTP.
    pub fn with_http_version(mut self, version: HttpVersion) -> Self {
        self.http_version = version;
        self
    }

    /// The call with or without connections that serve more than one request. Without, each request opens a
    /// connection of its own and closes it.
    pub fn reusing_connections(mut self, reuse: bool) -> Self {
        self.reuse_connections = reuse;
        self
    }

    /// The same call, sent in plain HTTP to `address` (a listener of the proxy, for instance). The `host`
    /// header still names the host of the URL, and what is shown of the call stays the same.
    pub fn through(&self, address: SocketAddr) -> Self {
        let mut call = self.clone();
        let host =
            HeaderValue::from_str(self.authority()).expect("an authority is ASCII without spaces");
        call.headers.entry(HOST).or_insert(host);
        let path = self.url.path_and_query().map_or("/", |path| path.as_str());
        call.url = Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(address.to_string())
            .path_and_query(path)
            .build()
            .expect("an address and the path of a URL make a URL");
        call
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The URL. It holds no user or password; its query may hold secrets.
    pub fn url(&self) -> &Uri {
        &self.url
    }

    /// The headers, secrets included.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, if there is one.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// How long the call waits for the end of its answer, from when it is sent.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The version of HTTP that it is sent in.
    pub fn http_version(&self) -> HttpVersion {
        self.http_version
    }

    /// Whether a connection serves more than one request.
    pub fn reuses_connections(&self) -> bool {
        self.reuse_connections
    }

    /// What may be shown of the call.
    pub fn masked(&self) -> MaskedCall {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in self.headers.iter().map(masked_header) {
            let shown = headers.entry(name).or_default();
            let comma = if shown.is_empty() { "" } else { ", " };
            *shown = format!("{shown}{comma}{value}");
        }
        MaskedCall {
            method: self.method.to_string(),
            url: self.shown_url.clone(),
            headers,
            body_bytes: self.body.as_ref().map(|body| body.len() as u64),
            timeout_ms: millis::of(self.timeout),
        }
    }

    pub(crate) fn body_bytes(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    fn authority(&self) -> &str {
        self.url.authority().map_or("", |authority| authority.as_str())
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.masked().fmt(f)
    }
}

/// What may be shown of a call: without its secrets, and without its body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MaskedCall {
    /// The HTTP method.
    pub method: String,
    /// The URL; its user, password and query values are masked.
    pub url: String,
    /// The headers; the values of those that carry secrets are masked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The size of the body in bytes; absent without a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u64>,
    /// How long each call waits for its answer, in milliseconds.
    pub timeout_ms: f64,
}

fn checked_method(text: &str) -> Result<Method, CallError> {
    // A method of a person's own making is legal HTTP, and nearly always a typing mistake.
    const KNOWN: [Method; 8] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
        Method::TRACE,
    ];
    let upper = text.trim().to_ascii_uppercase();
    KNOWN
        .into_iter()
        .find(|method| method.as_str() == upper)
        .ok_or_else(|| CallError::Method(text.to_owned()))
}

fn checked_url(text: &str, headers: &mut HeaderMap) -> Result<Uri, CallError> {
    let text = text.trim();
    let error =
        |reason: &str| CallError::Url { url: mask::masked_url(text), reason: reason.to_owned() };
    let url: Uri =
        text.parse().map_err(|cause: http::uri::InvalidUri| error(&cause.to_string()))?;
    let mut parts = url.into_parts();
    match &parts.scheme {
        Some(scheme) if *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS => {}
        Some(scheme) => return Err(error(&format!("its scheme is `{scheme}`"))),
        None => return Err(error("it does not start with http:// or https://")),
    }
    let Some(authority) = parts.authority.take() else {
        return Err(error("it names no host"));
    };
    let (user, host) = match authority.as_str().rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority.as_str()),
    };
    if host.is_empty() || host.starts_with(':') {
        return Err(error("it names no host"));
    }
    if let Some(user) = user {
        headers.insert(AUTHORIZATION, basic(user));
    }
    parts.authority = Some(host.parse::<Authority>().map_err(|cause| error(&cause.to_string()))?);
    Uri::from_parts(parts).map_err(|cause| error(&cause.to_string()))
}

fn checked_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), CallError> {
    let error = || CallError::Header(name.to_owned());
    let value = HeaderValue::from_str(value).map_err(|_| error())?;
    Ok((HeaderName::from_bytes(name.as_bytes()).map_err(|_| error())?, value))
}

fn masked_header((name, value): (&HeaderName, &HeaderValue)) -> (String, String) {
    let shown = match value.to_str() {
        _ if mask::is_secret(name.as_str()) => MASK,
        Ok(text) => text,
        Err(_) => MASK,
    };
    (name.to_string(), shown.to_owned())
}

/// Basic authentication (RFC 7617) for the `user:password` of a URL.
fn basic(user: &str) -> HeaderValue {
    let text = format!("Basic {}", base64(&percent_decoded(user)));
    let mut value = HeaderValue::from_str(&text).expect("base64 is ASCII");
    value.set_sensitive(true);
    value
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], escaped) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            text.push(if digit <= chunk.len() { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_cannot_be_called_is_refused_with_a_code_and_a_hint() {
        for url in
            ["", "localhost", "/path", "ftp://host/", "http://", "http:// host/", "http://:80/"]
        {
            let error = Call::new("GET", url).unwrap_err();
            assert_eq!(
                (error.code(), error.hint().is_empty()),
                ("bad_url", false),
                "{url}: {error}"
            );
        }
        assert!(Call::new("get", " http://localhost:8080/a?b ").is_ok());
    }

    #[test]
    fn a_method_that_http_does_not_define_is_refused() {
        assert_eq!(Call::new("GETT", "http://h/").unwrap_err().code(), "bad_method");
        assert_eq!(Call::new("post", "http://h/").unwrap().method(), Method::POST);
    }

    #[test]
    fn headers_and_timeouts_are_checked() {
        let call = || Call::new("GET", "http://h/").unwrap();
        assert_eq!(call().with_header("a b", "c").unwrap_err().code(), "bad_header");
        assert_eq!(call().with_header("a", "b\nc").unwrap_err().code(), "bad_header");
        assert_eq!(call().with_timeout(Duration::ZERO).unwrap_err().code(), "bad_timeout");
        let call =
            call().with_header("x-a", "b").unwrap().with_timeout(Duration::from_millis(1)).unwrap();
        assert_eq!(
            (&call.headers()["x-a"], call.timeout()),
            (&"b".parse().unwrap(), Duration::from_millis(1))
        );
    }

    #[test]
    fn a_header_replaces_those_of_its_name_and_an_added_one_does_not() {
        let call = Call::new("GET", "http://h/")
            .and_then(|call| call.with_header("x-a", "1"))
            .and_then(|call| call.with_header("x-a", "2"))
            .and_then(|call| call.with_added_header("x-a", "3"))
            .unwrap();
        let values: Vec<_> = call.headers().get_all("x-a").iter().collect();
        assert_eq!(values, ["2", "3"]);
        assert_eq!(call.masked().headers["x-a"], "2, 3");
        assert_eq!(call.with_added_header("x-a", "b\nc").unwrap_err().code(), "bad_header");
    }

    #[test]
    fn a_call_is_http_1_on_connections_that_are_reused_unless_told_otherwise() {
        let call = Call::new("GET", "http://h/").unwrap();
        assert_eq!((call.http_version(), call.reuses_connections()), (HttpVersion::Http1, true));
        let call = call.with_http_version(HttpVersion::Http2).reusing_connections(false);
        let through = call.through("127.0.0.1:8181".parse().unwrap());
        for call in [call, through] {
            assert_eq!(
                (call.http_version(), call.reuses_connections()),
                (HttpVersion::Http2, false)
            );
        }
    }

    #[test]
    fn nothing_secret_is_shown_of_a_call_or_its_errors() {
        let call = Call::new("POST", "http://ann:hunter2@h/p?key=hunter2")
            .and_then(|call| call.with_header("X-Api-Key", "hunter2"))
            .and_then(|call| call.with_header("X-Plain", "seen"))
            .unwrap()
            .with_body("hunter2");
        let error = Call::new("GET", "ftp://ann:hunter2@h/?k=hunter2").unwrap_err();
        let shown = format!("{call:?} {error} {error:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("seen"), "{shown}");
        assert_eq!(call.body(), Some("hunter2".as_bytes()));
    }

    #[test]
    fn the_user_of_a_url_is_sent_as_basic_authentication() {
        let call = Call::new("GET", "http://Aladdin:open%20sesame@h/").unwrap();
        assert_eq!(call.headers()[AUTHORIZATION], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(call.url(), "http://h/");
        assert!(Call::new("GET", "http://h/").unwrap().headers().is_empty());
    }

    #[test]
    fn a_call_through_an_address_keeps_its_path_and_its_host() {
        let call = Call::new("GET", "https://example.com/a?b=c").unwrap();
        let through = call.through("127.0.0.1:8181".parse().unwrap());
        assert_eq!(through.url(), "http://127.0.0.1:8181/a?b=c");
        assert_eq!(through.headers()[HOST], "example.com");
        assert_eq!(through.masked().url, "https://example.com/a?b=xxxxxx");
        assert_eq!(call.url(), "https://example.com/a?b=c");
    }
}
