//! Talks to a Qdrant: in time, or with an error that says what to do.

use std::{fmt, future::Future};

use qdrant_client::{Qdrant, QdrantError};
use tokio::{runtime::Handle, time};

use super::{Settings, address};
use crate::store::StoreError;

// The codes of gRPC that mean more than that something went wrong.
const CANCELLED: i32 = 1;
const DEADLINE_EXCEEDED: i32 = 4;
const NOT_FOUND: i32 = 5;
const PERMISSION_DENIED: i32 = 7;
const UNIMPLEMENTED: i32 = 12;
const INTERNAL: i32 = 13;
const UNAVAILABLE: i32 = 14;
const UNAUTHENTICATED: i32 = 16;

/// A way to a collection.
pub(super) struct Link {
    pub(super) client: Qdrant,
    pub(super) collection: String,
    settings: Settings,
    handle: Handle,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client would show the key.
        self.settings.fmt(f)
    }
}

impl Link {
    pub(super) fn new(handle: Handle, settings: Settings) -> Result<Self, StoreError> {
        let shown = address::shown(&settings.url);
        let wrong_url = || StoreError {
            code: "store_error",
            message: format!("{shown} is not the address of a Qdrant"),
            hint: "give a URL like http://localhost:6334, with the port of gRPC".to_owned(),
        };
        let url = address::called(&settings.url).ok_or_else(wrong_url)?;
        if settings.key.as_ref().is_some_and(|key| !key.bytes().all(|b| b.is_ascii_graphic())) {
            return Err(StoreError {
                code: "store_refused",
                message: "the key of Qdrant has characters that no key has".to_owned(),
                hint: "look for spaces, quotes or line ends around the key".to_owned(),
            });
        }
        let client = Qdrant::from_url(&url)
            .api_key(settings.key.clone())
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout)
            // The check would print to standard output, and wait without end.
            .skip_compatibility_check();
        let client = {
            // Whatever the client starts for itself belongs to the runtime.
            let _entered = handle.enter();
            client.build().map_err(|_| wrong_url())?
        };
        Ok(Self { client, collection: settings.collection.clone(), settings, handle })
    }

    /// Waits for an answer, but not too long.
    pub(super) fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, QdrantError>>,
    ) -> Result<T, StoreError> {
        self.answer(answer)?.map_err(|error| self.explain(&error))
    }

    /// As [`wait`](Self::wait) does, for what may not be there.
    pub(super) fn wait_for_any<T>(
        &self,
        answer: impl Future<Output = Result<T, QdrantError>>,
    ) -> Result<Option<T>, StoreError> {
        match self.answer(answer)? {
            Ok(found) => Ok(Some(found)),
            Err(error) if code(&error) == Some(NOT_FOUND) => Ok(None),
            Err(error) => Err(self.explain(&error)),
        }
    }

    /// Something is wrong with the collection.
    pub(super) fn error(&self, what: &str, hint: &str) -> StoreError {
        StoreError {
            code: "store_error",
            message: format!("the collection {} of Qdrant {what}", self.collection),
            hint: hint.to_owned(),
        }
    }

    fn answer<T>(
        &self,
        answer: impl Future<Output = Result<T, QdrantError>>,
    ) -> Result<Result<T, QdrantError>, StoreError> {
        // The client has a time-out too, but begins anew after it, and does not count everything.
        let timeout = self.settings.timeout;
        let in_time = self.handle.block_on(async { time::timeout(timeout, answer).await });
        in_time.map_err(|_| self.unreachable(&format!("gives no answer within {timeout:?}")))
    }

    fn explain(&self, error: &QdrantError) -> StoreError {
        let said = match error {
            QdrantError::ResponseError { status }
            | QdrantError::ResourceExhaustedError { status, .. } => status.message().to_owned(),
            other => other.to_string(),
        };
        match code(error) {
            // What the client calls a question whose connection ended before the answer.
            Some(CANCELLED) if said.contains("operation was canceled") => {
                self.unreachable("ends connections without an answer, or speaks no gRPC")
            }
            Some(CANCELLED | DEADLINE_EXCEEDED) => self.unreachable("gives no answer in time"),
            Some(INTERNAL) if said.starts_with("Failed to connect") => self.unreachable(why(&said)),
            Some(_) if said.contains("h2 protocol error") => self.unreachable("speaks no gRPC"),
            Some(UNAVAILABLE) => self.unreachable("cannot be reached"),
            Some(UNAUTHENTICATED | PERMISSION_DENIED) => self.refused(&said),
            Some(UNIMPLEMENTED) => {
                self.error("is in one that is too old", "use Qdrant 1.18 or a newer one")
            }
            _ => self.error(
                &format!("cannot be used: {}", self.without_key(&said)),
                "look at the log of Qdrant; if it persists, `fault index DIR --rebuild`",
            ),
        }
    }

    fn unreachable(&self, why: &str) -> StoreError {
        StoreError {
            code: "store_unreachable",
            message: format!("Qdrant at {} {why}", address::shown(&self.settings.url)),
            hint: "see whether it runs, and whether the URL has its port of gRPC: mostly 6334, \
                   where HTTP has 6333"
                .to_owned(),
        }
    }

    fn refused(&self, said: &str) -> StoreError {
        let url = address::shown(&self.settings.url);
        let hint = match self.settings.key {
            Some(_) => "give a key that may read and write this collection",
            None => "give the key that it wants",
        };
        StoreError {
            code: "store_refused",
            message: format!("Qdrant at {url} lets nobody in: {}", self.without_key(said)),
            hint: hint.to_owned(),
        }
    }

    fn without_key(&self, said: &str) -> String {
        match self.settings.key.as_deref() {
            Some(key) if !key.is_empty() => said.replace(key, "***"),
            _ => said.to_owned(),
        }
    }
}

fn code(error: &QdrantError) -> Option<i32> {
    match error {
        QdrantError::ResponseError { status }
        | QdrantError::ResourceExhaustedError { status, .. } => Some(status.code().into()),
        _ => None,
    }
}

/// Why there is no connection, from what the client says for those who made it.
fn why(said: &str) -> &'static str {
    let reasons = [
        ("ConnectionRefused", "cannot be reached: nobody listens there"),
        ("dns error", "cannot be reached: nobody knows its name"),
        ("lookup", "cannot be reached: nobody knows its name"),
        ("InvalidCertificate", "cannot be reached: its certificate is not trusted"),
        ("InvalidMessage", "cannot be reached: it does not speak TLS"),
        ("TimedOut", "gives no answer in time"),
        ("Elapsed", "gives no answer in time"),
    ];
    let known = reasons.into_iter().find(|(word, _)| said.contains(word));
    known.map_or("cannot be reached", |(_, reason)| reason)
}
