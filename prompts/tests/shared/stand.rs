//! A server of a test: what it is told to do, who has called it, and who has hung up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What the server and the test know of each other.
pub(crate) struct Shared<R, C> {
    /// What is done next, in order.
    pub(crate) replies: Mutex<VecDeque<R>>,
    /// The calls so far.
    pub(crate) calls: Mutex<Vec<C>>,
    /// Told at each call.
    pub(crate) called: Notify,
    gone: Notify,
}

/// A running server.
pub(crate) struct Stand<R, C> {
    address: String,
    shared: Arc<Shared<R, C>>,
    task: JoinHandle<()>,
}

impl<R, C: Clone> Stand<R, C> {
    /// Starts a server that does this first.
    pub(crate) async fn serving(
        replies: Vec<R>,
        app: impl FnOnce(Arc<Shared<R, C>>) -> Router,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            replies: Mutex::new(replies.into()),
            calls: Mutex::default(),
            called: Notify::new(),
            gone: Notify::new(),
        });
        let app = app(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("a server") });
        Self { address, shared, task }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn calls(&self) -> Vec<C> {
        self.shared.calls.lock().expect("no test panics with it").clone()
    }

    /// Waits until somebody has called.
    pub(crate) async fn called(&self) {
        self.shared.called.notified().await;
    }

    /// Waits until the caller of a call that hangs has hung up.
    pub(crate) async fn caller_gone(&self) {
        self.shared.gone.notified().await;
    }

    pub(crate) async fn stop(self) {
        self.task.abort();
        // Its end is that it was aborted.
        let _ = self.task.await;
    }
}

/// Tells that a call has been given up, when it is dropped.
pub(crate) struct Waiting<R, C>(pub(crate) Arc<Shared<R, C>>);

impl<R, C> Drop for Waiting<R, C> {
    fn drop(&mut self) {
        self.0.gone.notify_one();
    }
}
