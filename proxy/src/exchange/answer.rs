//! Answers that the proxy gives by itself: those of faults, and those that say why there is no other.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use crate::{dial::DialError, fault::Answer};

/// Why the proxy answers for the upstream (RFC 9209).
const PROXY_STATUS: HeaderName = HeaderName::from_static("proxy-status");

/// An answer whose body is at hand.
pub(super) type Own = Response<Bytes>;

/// What an HTTP response fault says.
pub(super) fn of_fault(answer: &Answer) -> Own {
    let (body, media) = match &answer.body {
        Some((body, media)) => (Bytes::copy_from_slice(body.as_bytes()), Some(*media)),
        None => (Bytes::new(), None),
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    if let Some(media) = media {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    }
    let mark = HeaderValue::from_static("fault; details=\"injected by an httperror fault\"");
    response.headers_mut().insert(PROXY_STATUS, mark);
    response
}

/// Says why the upstream could not be reached.
pub(super) fn unreachable(error: &DialError) -> Own {
    let status = match error {
        DialError::TimedOut(_) => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_GATEWAY,
    };
    problem(status, error.code(), &error.to_string())
}

/// Says what is wrong, in a line of text and in `Proxy-Status`.
pub(super) fn problem(status: StatusCode, code: &str, message: &str) -> Own {
    let mut response = Response::new(Bytes::from(format!("fault: {message}\n")));
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    if let Ok(value) = HeaderValue::from_str(&format!("fault; error={code}")) {
        response.headers_mut().insert(PROXY_STATUS, value);
    }
    response
}
