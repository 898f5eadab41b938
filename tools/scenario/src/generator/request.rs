//! The request of a call, prepared once for all the times that it is sent.

use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version};
use http_body_util::Full;

use super::trace::{self, TraceRun};
use crate::call::{Call, HttpVersion};

/// A request as it goes over a connection.
pub(super) type Prepared = Request<Full<Bytes>>;

/// What is the same in each request of a call.
pub(super) struct Template {
    method: Method,
    uri: Uri,
    version: Version,
    headers: HeaderMap,
    body: Bytes,
    trace: Option<TraceRun>,
}

impl Template {
    pub(super) fn of(call: &Call, trace: Option<TraceRun>) -> Self {
        let mut headers = call.headers().clone();
        let (uri, version) = match call.http_version() {
            HttpVersion::Http1 => (http1(call, &mut headers), Version::HTTP_11),
            HttpVersion::Http2 => (http2(call, &mut headers), Version::HTTP_2),
        };
        Self {
            method: call.method().clone(),
            uri,
            version,
            trace: trace.filter(|_| !headers.contains_key(trace::HEADER)),
            headers,
            body: call.body_bytes().cloned().unwrap_or_default(),
        }
    }

    /// The request of this number.
    pub(super) fn request(&self, number: u64) -> Prepared {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.version_mut() = self.version;
        *request.headers_mut() = self.headers.clone();
        if let Some(trace) = self.trace {
            request.headers_mut().insert(trace::HEADER, trace.header(number));
        }
        request
    }
}

/// The path alone; the host is a header.
fn http1(call: &Call, headers: &mut HeaderMap) -> Uri {
    let url = call.url();
    headers.entry(HOST).or_insert_with(|| {
        HeaderValue::from_str(&host_of(url)).expect("the host of a URL is ASCII without spaces")
    });
    if !call.reuses_connections() {
        headers.entry(CONNECTION).or_insert(HeaderValue::from_static("close"));
    }
    let path = url.path_and_query().cloned();
    path.map_or_else(|| Uri::from_static("/"), Uri::from)
}

/// The whole URL; a `host` header would say the same again, so it takes the place of the URL's host.
fn http2(call: &Call, headers: &mut HeaderMap) -> Uri {
    let host = headers.remove(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    let mut parts = call.url().clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = host.or(parts.authority);
    Uri::from_parts(parts).unwrap_or_else(|_| call.url().clone())
}

/// The host, with its port if that is not the usual one.
fn host_of(url: &Uri) -> String {
    let host = url.host().unwrap_or_default();
    match url.port_u16() {
        None | Some(80) => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(url: &str) -> Call {
        Call::new("POST", url).unwrap().with_body("abc")
    }

    #[test]
    fn http_1_says_the_path_and_the_host_apart() {
        for (url, host, path) in [
            ("http://h/a?b=c", "h", "/a?b=c"),
            ("http://h:80/", "h", "/"),
            ("http://h:81", "h:81", "/"),
            ("http://[::1]:81/a", "[::1]:81", "/a"),
        ] {
            let request = Template::of(&call(url), None).request(1);
            assert_eq!(
                (request.uri().to_string().as_str(), &request.headers()[HOST]),
                (path, &HeaderValue::from_static(host))
            );
            assert!(request.headers().get(CONNECTION).is_none());
        }
    }

    #[test]
    fn http_2_names_the_host_of_the_call_when_it_goes_through_another_address() {
        let call = call("http://example.com/a").with_http_version(HttpVersion::Http2);
        let through = call.through("127.0.0.1:8181".parse().unwrap());
        for call in [call, through] {
            let request = Template::of(&call, None).request(1);
            assert_eq!(request.uri(), "http://example.com/a");
            assert!(request.headers().get(HOST).is_none());
        }
    }

    #[test]
    fn a_connection_that_is_not_reused_is_announced() {
        let request = Template::of(&call("http://h/").reusing_connections(false), None).request(1);
        assert_eq!(request.headers()[CONNECTION], "close");
    }

    #[test]
    fn requests_are_numbered_unless_the_call_has_a_trace_of_its_own() {
        let template = Template::of(&call("http://h/"), Some(TraceRun(7)));
        assert_eq!(template.request(3).headers()[trace::HEADER], TraceRun(7).trace_parent(3));
        let own = call("http://h/").with_header(trace::HEADER, "mine").unwrap();
        let template = Template::of(&own, Some(TraceRun(7)));
        assert_eq!(template.request(3).headers()[trace::HEADER], "mine");
        let none = Template::of(&call("http://h/"), None).request(3);
        assert!(none.headers().get(trace::HEADER).is_none());
    }
}
