//! Sends the calls of a load and measures them.

use std::error::Error;
use std::io;
use std::panic::resume_unwind;
use std::time::Duration;

use async_io::Timer;
use bytes::Bytes;
use http::Request;
use http::uri::Scheme;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::select;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet, yield_now};
use tokio::time::{self, Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::call::Call;
use crate::load::{Arrival, Load, LoadError};
use crate::recording::{ErrorKind, Outcome, Recording, Sample};

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

/// Sends `call` as `load` plans it, and measures each answer.
///
/// Calls are sent when they are due, whether or not earlier ones were answered; each client keeps connections
/// of its own and reuses them. After the last call the run waits for the answers that are still out, each no
/// longer than its timeout. `progress` is told about once a second and at the end.
///
/// When `cancel` is cancelled, nothing more is sent, calls still out are dropped uncounted, and what was
/// measured is given back. Dropping the future ends everything too.
pub async fn run(
    call: &Call,
    load: &Load,
    cancel: &CancellationToken,
    progress: &watch::Sender<Progress>,
) -> Result<Recording, LoadError> {
    load.check()?;
    if call.url().scheme() != Some(&Scheme::HTTP) {
        return Err(LoadError::https(call.url()));
    }
    let mut run = Run::new(call, load, progress);
    let cancelled = cancel.run_until_cancelled(run.send_all(load)).await.is_none();
    Ok(run.finish(cancelled))
}

type HttpClient = Client<HttpConnector, Full<Bytes>>;

/// A run under way.
struct Run<'a> {
    call: &'a Call,
    clients: Vec<HttpClient>,
    start: Instant,
    out: JoinSet<Sample>,
    sent: u64,
    recording: Recording,
    ticks: Interval,
    progress: &'a watch::Sender<Progress>,
}

impl<'a> Run<'a> {
    fn new(call: &'a Call, load: &Load, progress: &'a watch::Sender<Progress>) -> Self {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            call,
            clients: (0..load.clients).map(|_| http_client()).collect(),
            start: Instant::now(),
            out: JoinSet::new(),
            sent: 0,
            recording: Recording::new(load.planned()),
            ticks,
            progress,
        }
    }

    async fn send_all(&mut self, load: &Load) {
        for arrival in load.arrivals() {
            self.wait_until(self.start + arrival.at).await;
            self.send(arrival);
        }
        while !self.out.is_empty() {
            select! {
                Some(done) = self.out.join_next() => self.record(done),
                _ = self.ticks.tick() => self.tell(),
            }
        }
    }

    async fn wait_until(&mut self, due: Instant) {
        if due <= Instant::now() {
            // The calls under way need the processor too, when this loop runs after its time.
            select! {
                biased;
                _ = self.ticks.tick() => self.tell(),
                () = yield_now() => {}
            }
            return;
        }
        // Tokio's own timer is late by a millisecond, which would be counted as latency.
        let mut timer = Timer::at(due.into_std());
        loop {
            select! {
                _ = &mut timer => return,
                Some(done) = self.out.join_next() => self.record(done),
                _ = self.ticks.tick() => self.tell(),
            }
        }
    }

    fn send(&mut self, arrival: Arrival) {
        self.collect();
        if self.out.len() >= MAX_OUTSTANDING {
            return self.recording.skip();
        }
        self.sent += 1;
        let client = self.clients[arrival.client as usize].clone();
        let (request, timeout) = (self.call.request(), self.call.timeout());
        let start = self.start;
        self.out.spawn(async move { exchange(client, request, timeout, start, arrival.at).await });
    }

    fn collect(&mut self) {
        while let Some(done) = self.out.try_join_next() {
            self.record(done);
        }
    }

    fn record(&mut self, done: Result<Sample, JoinError>) {
        match done {
            Ok(sample) => self.recording.record(sample),
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            // Only the end of the runtime cancels a call, and it ends this run as well.
            Err(_) => {}
        }
    }

    fn tell(&self) {
        self.progress.send_replace(Progress {
            elapsed: self.start.elapsed(),
            planned: self.recording.planned(),
            sent: self.sent,
            done: self.recording.requests(),
            errors: self.recording.errors(),
        });
    }

    fn finish(mut self, cancelled: bool) -> Recording {
        self.collect();
        self.recording.finish(self.start.elapsed(), cancelled);
        self.tell();
        self.recording
    }
}

fn http_client() -> HttpClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// Sends one request that was due at `at`, and measures its answer.
async fn exchange(
    client: HttpClient,
    request: Request<Full<Bytes>>,
    timeout: Duration,
    start: Instant,
    at: Duration,
) -> Sample {
    let due = start + at;
    let mut sample = Sample {
        at,
        late: due.elapsed(),
        ttfb: None,
        total: Duration::ZERO,
        bytes: 0,
        outcome: Outcome::Failed(ErrorKind::TimedOut),
    };
    if let Ok(ended) = time::timeout(timeout, receive(client, request, due, &mut sample)).await {
        sample.outcome = ended.map_or_else(Outcome::Failed, Outcome::Answered);
    }
    sample.total = due.elapsed();
    sample
}

async fn receive(
    client: HttpClient,
    request: Request<Full<Bytes>>,
    due: Instant,
    sample: &mut Sample,
) -> Result<u16, ErrorKind> {
    let response = client.request(request).await.map_err(|error| {
        let fallback = if error.is_connect() { ErrorKind::Connect } else { ErrorKind::Other };
        kind_of(&error, fallback)
    })?;
    sample.ttfb = Some(due.elapsed());
    let status = response.status().as_u16();
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| kind_of(&error, ErrorKind::Other))?;
        sample.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
    Ok(status)
}

/// The kind of the innermost cause that has one.
fn kind_of(error: &(dyn Error + 'static), fallback: ErrorKind) -> ErrorKind {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.filter_map(kind_of_cause).last().unwrap_or(fallback)
}

fn kind_of_cause(cause: &(dyn Error + 'static)) -> Option<ErrorKind> {
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return kind_of_io(error);
    }
    let error = cause.downcast_ref::<hyper::Error>()?;
    match () {
        () if error.is_parse() => Some(ErrorKind::NotHttp),
        () if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => {
            Some(ErrorKind::ClosedEarly)
        }
        () => None,
    }
}

fn kind_of_io(error: &io::Error) -> Option<ErrorKind> {
    // Not in `io::ErrorKind`: the system's table of open files is full, or this process's is.
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::AddrNotAvailable, _) | (_, Some(ENFILE | EMFILE)) => Some(ErrorKind::Local),
        (io::ErrorKind::ConnectionRefused, _) => Some(ErrorKind::Refused),
        (
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe,
            _,
        ) => Some(ErrorKind::Reset),
        (io::ErrorKind::UnexpectedEof, _) => Some(ErrorKind::ClosedEarly),
        (io::ErrorKind::TimedOut, _) => Some(ErrorKind::TimedOut),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
