//! HTTP/1 connections: a task for each, which serves one request at a time.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::{self, Instant};

use super::exchange::{Job, Report, Shared, Unanswered, receive};
use super::failure::kind_of;
use super::request::Prepared;
use super::target::Target;
use crate::recording::{ErrorKind, Sample};

/// Serves a request over a connection of its own, and then those that are handed to it, until the connection
/// ends.
pub(super) async fn serve(shared: Arc<Shared>, first: Job) {
    let mut next = Some(first);
    while let Some(job) = next.take() {
        next = serve_one(&shared, job).await;
    }
}

/// The same for one connection. A request that was handed over when the connection had just ended is given back.
async fn serve_one(shared: &Arc<Shared>, first: Job) -> Option<Job> {
    let (free, mut jobs) = mpsc::channel(1);
    let mut line = None;
    let mut job = first;
    loop {
        let sample = exchange(shared, job, &mut line).await;
        shared.report(Report::Done(sample));
        let line = line.as_mut().filter(|_| shared.reuse)?;
        if !line.becomes_ready().await {
            return None;
        }
        shared.report(Report::Free(job.client, free.clone()));
        job = select! {
            biased;
            () = line.ends() => {
                jobs.close();
                return jobs.try_recv().ok();
            }
            job = jobs.recv() => job?,
        };
    }
}

/// Sends a request over the connection, or over a new one if there is none. If all goes well the connection is
/// left there for the next.
pub(super) async fn exchange(shared: &Shared, job: Job, line: &mut Option<Line>) -> Sample {
    let mut sample = shared.begin(job);
    let ended = time::timeout(shared.timeout, answer(shared, job, line, &mut sample)).await;
    if !matches!(ended, Ok(Ok(_))) {
        *line = None;
    }
    shared.end(sample, ended)
}

async fn answer(
    shared: &Shared,
    job: Job,
    line: &mut Option<Line>,
    sample: &mut Sample,
) -> Result<u16, ErrorKind> {
    let mut request = shared.template.request(job.number);
    if let Some(line) = line {
        match line.exchange(request, shared.due(job), sample).await {
            // The server closed the connection while it was idle.
            Err(Unanswered::Unsent(unsent, _)) => request = *unsent,
            ended => return ended.map_err(Unanswered::kind),
        }
    }
    let line = line.insert(Line::open(&shared.target).await?);
    line.exchange(request, shared.due(job), sample).await.map_err(Unanswered::kind)
}

/// An HTTP/1 connection, which only moves while one of its methods is awaited.
pub(super) struct Line {
    sender: SendRequest<Full<Bytes>>,
    connection: Connection<TokioIo<TcpStream>, Full<Bytes>>,
    ended: bool,
}

impl Line {
    async fn open(target: &Target) -> Result<Self, ErrorKind> {
        let connected = target.connect().await;
        let stream = connected.map_err(|error| kind_of(&error, ErrorKind::Connect))?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| kind_of(&error, ErrorKind::Other))?;
        Ok(Self { sender, connection, ended: false })
    }

    async fn exchange(
        &mut self,
        request: Prepared,
        due: Instant,
        sample: &mut Sample,
    ) -> Result<u16, Unanswered> {
        let Self { sender, connection, ended } = self;
        let mut exchange = pin!(receive(sender.try_send_request(request), due, sample));
        poll_fn(|cx| {
            if !*ended {
                *ended = Pin::new(&mut *connection).poll(cx).is_ready();
            }
            exchange.as_mut().poll(cx)
        })
        .await
    }

    /// Whether another request can be sent, once that is known.
    async fn becomes_ready(&mut self) -> bool {
        poll_fn(|cx| {
            if self.ended || Pin::new(&mut self.connection).poll(cx).is_ready() {
                self.ended = true;
                return Poll::Ready(false);
            }
            self.sender.poll_ready(cx).map(|ready| ready.is_ok())
        })
        .await
    }

    /// Waits until the server ends the connection.
    async fn ends(&mut self) {
        if !self.ended {
            // Whether it ended well or badly, no request was under way.
            let _ = (&mut self.connection).await;
            self.ended = true;
        }
    }
}
