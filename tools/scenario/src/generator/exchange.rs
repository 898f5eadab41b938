//! One request and its answer, measured.

use std::time::Duration;

use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio::time::error::Elapsed;

use super::failure::kind_of;
use super::line;
use super::request::{Prepared, Template};
use super::streams::{self, Drivers};
use super::target::Target;
use super::trace::TraceRun;
use crate::call::{Call, HttpVersion};
use crate::recording::{ErrorKind, Outcome, Sample};

/// A request that is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) at: Duration,
    pub(super) client: u32,
}

/// What a run is told about its requests.
pub(super) enum Report {
    /// One came to an end.
    Done(Sample),
    /// A connection of this client can take the next one.
    Free(u32, mpsc::Sender<Job>),
}

/// What all requests of a run share.
pub(super) struct Shared {
    pub(super) template: Template,
    pub(super) target: Target,
    pub(super) version: HttpVersion,
    pub(super) reuse: bool,
    pub(super) timeout: Duration,
    pub(super) start: Instant,
    pub(super) reports: mpsc::UnboundedSender<Report>,
    pub(super) drivers: Drivers,
}

impl Shared {
    /// What the requests of this call share, and where their reports come out.
    pub(super) fn of(
        call: &Call,
        trace: Option<TraceRun>,
    ) -> (Self, mpsc::UnboundedReceiver<Report>) {
        let (reports, reported) = mpsc::unbounded_channel();
        let shared = Self {
            template: Template::of(call, trace),
            target: Target::of(call.url()),
            version: call.http_version(),
            reuse: call.reuses_connections(),
            timeout: call.timeout(),
            start: Instant::now(),
            reports,
            drivers: Drivers::default(),
        };
        (shared, reported)
    }

    /// When a request is due.
    pub(super) fn due(&self, job: Job) -> Instant {
        self.start + job.at
    }

    /// A request that is sent now, and not answered so far.
    pub(super) fn begin(&self, job: Job) -> Sample {
        Sample {
            number: job.number,
            at: job.at,
            late: self.due(job).elapsed(),
            ttfb: None,
            total: Duration::ZERO,
            bytes: 0,
            outcome: Outcome::Failed(ErrorKind::TimedOut),
        }
    }

    /// The same request once it has come to an end, or its time has.
    pub(super) fn end(
        &self,
        mut sample: Sample,
        ended: Result<Result<u16, ErrorKind>, Elapsed>,
    ) -> Sample {
        if let Ok(ended) = ended {
            sample.outcome = ended.map_or_else(Outcome::Failed, Outcome::Answered);
        }
        sample.total = (self.start + sample.at).elapsed();
        sample
    }

    /// Sends one request over a connection of its own.
    pub(super) async fn alone(&self, job: Job) -> Sample {
        match self.version {
            HttpVersion::Http1 => line::exchange(self, job, &mut None).await,
            HttpVersion::Http2 => streams::exchange(self, job, &streams::Slot::default()).await,
        }
    }

    /// Tells the run. When it has ended nobody listens, and nobody needs to.
    pub(super) fn report(&self, report: Report) {
        let _ = self.reports.send(report);
    }
}

/// Why a request was not answered.
pub(super) enum Unanswered {
    /// The connection ended before anything of the request was sent: here it is again.
    Unsent(Box<Prepared>, ErrorKind),
    /// It failed otherwise.
    Failed(ErrorKind),
}

impl Unanswered {
    pub(super) fn kind(self) -> ErrorKind {
        match self {
            Self::Unsent(_, kind) | Self::Failed(kind) => kind,
        }
    }
}

/// Receives the whole answer, and measures it from when the request was due.
pub(super) async fn receive(
    answer: impl Future<Output = Result<Response<Incoming>, TrySendError<Prepared>>>,
    due: Instant,
    sample: &mut Sample,
) -> Result<u16, Unanswered> {
    let response = answer.await.map_err(|mut error| {
        let kind = kind_of(error.error(), ErrorKind::Other);
        match error.take_message() {
            Some(request) => Unanswered::Unsent(Box::new(request), kind),
            None => Unanswered::Failed(kind),
        }
    })?;
    sample.ttfb = Some(due.elapsed());
    let status = response.status().as_u16();
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Unanswered::Failed(kind_of(&error, ErrorKind::Other)))?;
        sample.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
    Ok(status)
}
