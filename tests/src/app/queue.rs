//! An application with one worker and a queue before it.
//!
//! With the bug it never gets back on its feet: it queues whatever comes, asks for the same work again
//! when it has waited for too long, and does work that nobody waits for any more. A slow dependency
//! fills the queue; once it is full the application does old work only, however fast its dependency is.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::StatusCode;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::{ask, serve};
use crate::upstream::Upstream;

/// How long a piece of work takes by itself. It limits the worker to some 70 a second.
const WORK: Duration = Duration::from_millis(12);

/// How long a request waits for its work before it asks for it again.
const PATIENCE: Duration = Duration::from_millis(250);

/// How often a request asks for its work.
const ATTEMPTS: usize = 5;

/// How much may wait in the queue that is limited.
const ROOM: usize = 8;

/// Whoever waits for a piece of work.
type Waiting = oneshot::Sender<()>;

/// An application whose queue has no end: it stays full after its cause has gone.
pub async fn queues_everything(dependency: SocketAddr) -> Upstream {
    let (queue, mut work) = mpsc::unbounded_channel::<Waiting>();
    tokio::spawn(async move {
        while let Some(waiting) = work.recv().await {
            done(dependency).await;
            // Whether anybody has waited for it is nothing to this worker.
            let _ = waiting.send(());
        }
    });
    serve(move |_| {
        let queue = queue.clone();
        async move {
            for _ in 0..ATTEMPTS {
                let (waiting, done) = oneshot::channel();
                if queue.send(waiting).is_ok()
                    && matches!(timeout(PATIENCE, done).await, Ok(Ok(())))
                {
                    return StatusCode::OK;
                }
            }
            StatusCode::GATEWAY_TIMEOUT
        }
    })
    .await
}

/// The same application with a short queue: it refuses what does not fit, asks for nothing twice, and
/// leaves work undone that nobody waits for.
pub async fn sheds_load(dependency: SocketAddr) -> Upstream {
    let (queue, mut work) = mpsc::channel::<Waiting>(ROOM);
    tokio::spawn(async move {
        while let Some(waiting) = work.recv().await {
            if !waiting.is_closed() {
                done(dependency).await;
                let _ = waiting.send(());
            }
        }
    });
    serve(move |_| {
        let queue = queue.clone();
        async move {
            let (waiting, done) = oneshot::channel();
            if queue.try_send(waiting).is_err() {
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            match timeout(PATIENCE, done).await {
                Ok(Ok(())) => StatusCode::OK,
                _ => StatusCode::GATEWAY_TIMEOUT,
            }
        }
    })
    .await
}

/// One piece of work.
async fn done(dependency: SocketAddr) {
    ask(dependency, &None).await;
    sleep(WORK).await;
}
