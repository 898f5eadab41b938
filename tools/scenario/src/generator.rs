//! Sends the calls of a load and measures them.

use std::time::Duration;

use http::uri::Scheme;
use tokio::sync::watch;
use tokio::time;
use tokio_util::sync::CancellationToken;

use crate::call::Call;
use crate::load::{Load, LoadError};
use crate::recording::{Recording, Sample};

mod dispatch;
mod exchange;
mod failure;
mod line;
mod request;
mod streams;
mod target;
mod trace;

pub use trace::{TraceRun, number_of};

use dispatch::Dispatch;
use exchange::{Job, Shared};

/// How many calls may wait for their answers at a time. A call that is due beyond that is not sent, and
/// counted as such.
pub const MAX_OUTSTANDING: usize = 4096;

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// How long it has run.
    pub elapsed: Duration,
    /// How many calls it plans.
    pub planned: u64,
    /// How many were sent.
    pub sent: u64,
    /// How many came to an end.
    pub done: u64,
    /// How many of those did not succeed.
    pub errors: u64,
}

/// A run of calls that has not begun.
pub struct Run<'a> {
    /// What is sent.
    pub call: &'a Call,
    /// When.
    pub load: &'a Load,
    /// Numbers each request in a `traceparent` header, unless the call has one of its own.
    pub trace: Option<TraceRun>,
    /// When it is cancelled, nothing more is sent, calls still out are dropped uncounted, and what was measured
    /// is given back.
    pub cancel: &'a CancellationToken,
    /// Told about once a second, and at the end.
    pub progress: &'a watch::Sender<Progress>,
    /// Sees each request that came to an end, in the order of the recording.
    pub observer: Option<&'a mut (dyn FnMut(&Sample) + Send)>,
}

impl Run<'_> {
    /// Sends the call as the load plans it, and measures each answer.
    ///
    /// Calls are sent when they are due, whether or not earlier ones were answered: each client keeps
    /// connections of its own, reuses those that are idle, and opens another when all are busy. After the last
    /// call the run waits for the answers that are still out, each no longer than its timeout. Dropping the
    /// future ends everything.
    pub async fn measure(self) -> Result<Recording, LoadError> {
        self.load.check()?;
        check_plain(self.call)?;
        let (cancel, load) = (self.cancel, self.load);
        let mut dispatch = Dispatch::new(self);
        let cancelled = cancel.run_until_cancelled(dispatch.send_all(load)).await.is_none();
        Ok(dispatch.finish(cancelled))
    }
}

/// One call and what was measured of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneCall {
    /// The call. Its times are counted from its start, which is when its host is looked up.
    pub sample: Sample,
    /// How long it took to look up the host; absent if the URL holds an address.
    pub dns: Option<Duration>,
    /// Whether the host has an address.
    pub resolved: bool,
}

/// Sends the call once, over a connection of its own, as the request of this number.
///
/// The timeout of the call is for all of it: looking up the host, connecting, and the whole answer.
pub async fn call_once(
    call: &Call,
    trace: Option<TraceRun>,
    number: u64,
) -> Result<OneCall, LoadError> {
    check_plain(call)?;
    let (mut shared, _reports) = Shared::of(call, trace);
    let job = Job { number, at: Duration::ZERO, client: 0 };
    let is_name = !shared.target.is_resolved();
    let begun = shared.begin(job);
    let found = time::timeout(shared.timeout, shared.target.lookup()).await;
    let took = shared.start.elapsed();
    let resolved = matches!(found, Ok(Ok(())));
    shared.timeout = shared.timeout.saturating_sub(took);
    let sample = match found {
        Ok(Ok(())) => shared.alone(job).await,
        Ok(Err(kind)) => shared.end(begun, Ok(Err(kind))),
        Err(elapsed) => shared.end(begun, Err(elapsed)),
    };
    let sample = Sample { late: Duration::ZERO, ..sample };
    Ok(OneCall { sample, dns: is_name.then_some(took), resolved })
}

fn check_plain(call: &Call) -> Result<(), LoadError> {
    match call.url().scheme() {
        Some(scheme) if *scheme == Scheme::HTTP => Ok(()),
        _ => Err(LoadError::https(call.url())),
    }
}

#[cfg(test)]
mod tests;
