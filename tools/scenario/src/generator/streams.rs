//! HTTP/2 connections: a few for each client, each with many requests at a time.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http2::{self, SendRequest};
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tokio::time;

use super::exchange::{Job, Report, Shared, Unanswered, receive};
use super::failure::kind_of;
use crate::recording::{ErrorKind, Sample};

/// How many connections a client opens at most.
const CONNECTIONS: usize = 4;

/// How many requests wait on a connection before the client opens another. Servers commonly allow a hundred.
const ENOUGH: usize = 64;

/// The connections of a client.
#[derive(Default)]
pub(super) struct Streams(Vec<Arc<Slot>>);

/// A place for one connection, which is opened when it is first needed or has ended.
#[derive(Default)]
pub(super) struct Slot(tokio::sync::Mutex<Option<SendRequest<Full<Bytes>>>>);

impl Streams {
    /// The connection for the next request.
    pub(super) fn next(&mut self) -> Arc<Slot> {
        // Each request that waits on a connection holds it.
        let waiting = |slot: &&Arc<Slot>| Arc::strong_count(slot) - 1;
        if let Some(slot) = self.0.iter().find(|slot| waiting(slot) < ENOUGH) {
            return Arc::clone(slot);
        }
        if self.0.len() < CONNECTIONS {
            self.0.push(Arc::default());
            return Arc::clone(&self.0[self.0.len() - 1]);
        }
        self.0.iter().min_by_key(waiting).map(Arc::clone).unwrap_or_default()
    }
}

/// Serves one request over this connection.
pub(super) async fn serve(shared: Arc<Shared>, job: Job, slot: Arc<Slot>) {
    let sample = exchange(&shared, job, &slot).await;
    drop(slot);
    shared.report(Report::Done(sample));
}

/// Sends a request over this connection.
pub(super) async fn exchange(shared: &Shared, job: Job, slot: &Slot) -> Sample {
    let mut sample = shared.begin(job);
    let ended = time::timeout(shared.timeout, answer(shared, job, slot, &mut sample)).await;
    shared.end(sample, ended)
}

async fn answer(
    shared: &Shared,
    job: Job,
    slot: &Slot,
    sample: &mut Sample,
) -> Result<u16, ErrorKind> {
    let mut request = shared.template.request(job.number);
    for _ in 0..2 {
        let (mut sender, is_new) = slot.sender(shared).await?;
        let ended = receive(sender.try_send_request(request), shared.due(job), sample).await;
        match ended {
            // The server closed the connection while it was idle.
            Err(Unanswered::Unsent(unsent, _)) if !is_new => request = *unsent,
            ended => return ended.map_err(Unanswered::kind),
        }
    }
    Err(ErrorKind::ClosedEarly)
}

impl Slot {
    /// What sends over the connection, and whether the connection is new.
    async fn sender(&self, shared: &Shared) -> Result<(SendRequest<Full<Bytes>>, bool), ErrorKind> {
        let mut sender = self.0.lock().await;
        if let Some(sender) = sender.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok((sender.clone(), false));
        }
        let connected = shared.target.connect().await;
        let stream = connected.map_err(|error| kind_of(&error, ErrorKind::Connect))?;
        let executor = shared.drivers.executor();
        let (new, connection) = http2::handshake(executor.clone(), TokioIo::new(stream))
            .await
            .map_err(|error| kind_of(&error, ErrorKind::Other))?;
        executor.execute(async {
            // Its requests are told what ended it.
            let _ = connection.await;
        });
        Ok((sender.insert(new).clone(), true))
    }
}

/// The tasks that move connections. They end when this is dropped.
#[derive(Default)]
pub(super) struct Drivers(Arc<Mutex<JoinSet<()>>>);

/// Starts such tasks, for as long as there is an owner for them.
#[derive(Clone)]
struct Spawner(Weak<Mutex<JoinSet<()>>>);

impl Drivers {
    fn executor(&self) -> Spawner {
        Spawner(Arc::downgrade(&self.0))
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Spawner {
    fn execute(&self, task: F) {
        if let Some(tasks) = self.0.upgrade() {
            let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
    }
}
