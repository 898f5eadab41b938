//! Where a request goes.

use http::{
    HeaderValue, Request, Uri, header,
    uri::{Authority, PathAndQuery, Scheme},
};

use super::{Connection, Front, answer::Refusal, pool::Key};
use crate::{
    mapping::{Target, Transport},
    plan::Watch,
};

/// Where a request goes.
pub(super) struct Route {
    pub(super) key: Key,
    /// The faults that act on it.
    pub(super) watch: Watch,
}

/// Finds out where a request goes; the refusal says why it goes nowhere.
pub(super) fn find<T>(connection: &Connection, request: &Request<T>) -> Result<Route, Refusal> {
    match &*connection.front {
        Front::Mapping(mapping) => Ok(Route {
            key: Key {
                target: mapping.target.clone(),
                tls: mapping.protocol.transport == Transport::Tls,
                http2: connection.http2,
            },
            watch: connection.shared.watch_mapped(&mapping.target),
        }),
        Front::Forward => forward(connection, request.uri()),
    }
}

fn forward(connection: &Connection, uri: &Uri) -> Result<Route, Refusal> {
    let (Some(authority), Some(scheme)) = (uri.authority(), uri.scheme()) else {
        let message = "this is an HTTP proxy: configure it as one (`HTTP_PROXY`, `curl -x`), or map a port to an \
                       upstream (`--proxy PORT=http://HOST`)";
        return Err(Refusal::request(message));
    };
    let tls = *scheme == Scheme::HTTPS;
    if !tls && *scheme != Scheme::HTTP {
        let message = format!("scheme `{scheme}` is not supported, only http and https are");
        return Err(Refusal::request(message));
    }
    let target = target(authority, if tls { 443 } else { 80 })?;
    let watch = connection.shared.watch_forwarded(&target);
    Ok(Route { key: Key { target, tls, http2: connection.http2 }, watch })
}

/// The host and port that a request names.
pub(super) fn target(authority: &Authority, default: u16) -> Result<Target, Refusal> {
    Target::parse(without_user(authority), Some(default))
        .ok_or_else(|| Refusal::request(format!("`{}` is not a host", without_user(authority))))
}

fn without_user(authority: &Authority) -> &str {
    authority.as_str().rsplit('@').next().unwrap_or_default()
}

/// Gives a request the form in which an upstream is asked directly.
pub(super) fn address<T>(request: &mut Request<T>, key: &Key, front: &Front) {
    let host = match (front, request.uri().authority()) {
        (Front::Forward, Some(authority)) => HeaderValue::from_str(without_user(authority)).ok(),
        _ => host(key),
    };
    let path =
        request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    *request.uri_mut() =
        if key.http2 { absolute(key, host.as_ref(), path) } else { Uri::from(path) };
    *request.version_mut() = if key.http2 { http::Version::HTTP_2 } else { http::Version::HTTP_11 };
    if let Some(host) = host.filter(|_| !key.http2) {
        request.headers_mut().insert(header::HOST, host);
    }
}

/// The `Host` of an upstream: the port is left out where it is the scheme's own.
fn host(key: &Key) -> Option<HeaderValue> {
    let Target { host, port } = &key.target;
    let usual = if key.tls { 443 } else { 80 };
    let written = match (host.contains(':'), *port == usual) {
        (true, true) => format!("[{host}]"),
        (false, true) => host.clone(),
        (_, false) => key.target.to_string(),
    };
    HeaderValue::try_from(written).ok()
}

/// HTTP/2 has scheme and authority beside the path.
fn absolute(key: &Key, host: Option<&HeaderValue>, path: PathAndQuery) -> Uri {
    let scheme = if key.tls { Scheme::HTTPS } else { Scheme::HTTP };
    let authority = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    Uri::builder()
        .scheme(scheme)
        .authority(authority)
        .path_and_query(path.clone())
        .build()
        .unwrap_or_else(|_| Uri::from(path))
}
