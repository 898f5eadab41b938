//! Answers that the proxy gives by itself: those of faults, and those that say why there is no other.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use crate::{
    dial::DialError,
    fault::{Answer, Reply},
};

/// Why the proxy answers for the upstream (RFC 9209).
const PROXY_STATUS: HeaderName = HeaderName::from_static("proxy-status");

/// An answer whose body is at hand.
pub(super) type Own = Response<Bytes>;

/// What an HTTP response fault says.
pub(super) fn of_fault(answer: &Answer) -> Own {
    let (body, media) = match answer.body.as_ref().filter(|_| has_body(answer.status)) {
        Some((body, media)) => (Bytes::copy_from_slice(body.as_bytes()), Some(*media)),
        None => (Bytes::new(), None),
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    if let Some(media) = media {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    }
    let mark = HeaderValue::from_static("fault; details=\"injected by an httperror fault\"");
    response.headers_mut().insert(PROXY_STATUS, mark);
    response
}

/// What a rule says.
pub(super) fn of_rule(reply: &Reply) -> Own {
    let mut response = Response::new(reply.body.clone());
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers.clone();
    let mark = HeaderValue::from_static("fault; details=\"injected by a rule\"");
    response.headers_mut().entry(PROXY_STATUS).or_insert(mark);
    response
}

/// Whether answers of this status have a body, and so a length (RFC 9110, 8.6).
pub(super) fn has_body(status: StatusCode) -> bool {
    !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

impl From<Refusal> for Box<Own> {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.answer())
    }
}

/// Why a request goes nowhere.
pub(super) struct Refusal {
    status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    /// The client asks for something that makes no sense.
    pub(super) fn request(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "http_request_error",
            message: message.into(),
        }
    }

    /// The client asks for something that is not done.
    pub(super) fn not_implemented(message: &str) -> Self {
        let status = StatusCode::NOT_IMPLEMENTED;
        Self { status, code: "http_request_error", message: message.to_owned() }
    }

    /// The request would come straight back.
    pub(super) fn looped() -> Self {
        let message = "the request leads back to the proxy itself".to_owned();
        Self { status: StatusCode::LOOP_DETECTED, code: "proxy_loop_detected", message }
    }

    /// The upstream could not be reached.
    pub(super) fn unreachable(error: &DialError) -> Self {
        let status = match error {
            DialError::TimedOut(_) => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        };
        Self { status, code: error.code(), message: error.to_string() }
    }

    /// The upstream ended the connection before it had answered.
    pub(super) fn broken(error: &hyper::Error) -> Self {
        let message = format!("the upstream broke off before it answered: {error}");
        Self { status: StatusCode::BAD_GATEWAY, code: "http_response_incomplete", message }
    }

    /// Says so, in a line of text and in `Proxy-Status`.
    pub(super) fn answer(&self) -> Own {
        let mut response = Response::new(Bytes::from(format!("fault: {}\n", self.message)));
        *response.status_mut() = self.status;
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, text);
        if let Ok(value) = HeaderValue::from_str(&format!("fault; error={}", self.code)) {
            response.headers_mut().insert(PROXY_STATUS, value);
        }
        response
    }
}
