//! Connections to upstreams, kept for the next exchange.

use std::{
    collections::HashMap,
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};
use hyper::{
    body::Incoming,
    client::conn::{TrySendError, http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{task::JoinSet, time::Instant};

use super::body::Laned;
use crate::{
    dial::DialError,
    mapping::{Target, Transport},
    shared::Shared,
    stream::Stream,
};

/// How many idle connections are kept to one upstream.
const IDLE: usize = 256;
/// How long an idle connection is kept. Servers that close earlier are noticed.
const LIFETIME: Duration = Duration::from_secs(60);

/// What makes two connections interchangeable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) target: Target,
    pub(crate) tls: bool,
    pub(crate) http2: bool,
}

/// The connections to upstreams.
#[derive(Default)]
pub(crate) struct Pool {
    idle: Mutex<HashMap<Key, Vec<Idle>>>,
    tasks: Mutex<JoinSet<()>>,
}

struct Idle {
    sender: Sender,
    since: Instant,
}

/// A connection that takes requests.
pub(super) enum Sender {
    Http1(Http1),
    Http2(http2::SendRequest<Laned>),
}

/// A connection of HTTP/1.1 and what makes it move.
///
/// It belongs to one exchange at a time, so the exchange's own task drives it: handing each message over to another
/// task and back would cost more than the message.
pub(super) struct Http1 {
    sender: http1::SendRequest<Laned>,
    /// None once the connection is over.
    driver: Option<Driver>,
}

type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A connection in use. It goes back to the pool once its exchange is complete; dropped before, it is closed.
pub(super) struct Lease {
    pool: Arc<Pool>,
    key: Key,
    sender: Sender,
}

/// Why an exchange with an upstream failed.
pub(super) enum SendError {
    Dial(DialError),
    Http(hyper::Error),
}

impl Pool {
    /// Sends a request on an idle connection, or on a new one.
    pub(super) async fn send(
        self: &Arc<Self>,
        shared: &Shared,
        key: &Key,
        mut request: Request<Laned>,
    ) -> Result<(Response<Incoming>, Lease), SendError> {
        loop {
            let (mut sender, reused) = match self.take(key).await {
                Some(sender) => (sender, true),
                None => {
                    // Connecting takes far more room than sending, and is needed far less often.
                    let connected = Box::pin(self.connect(shared, key)).await;
                    (connected.map_err(SendError::Dial)?, false)
                }
            };
            match sender.send(request).await {
                Ok(response) => {
                    let lease = Lease { pool: Arc::clone(self), key: key.clone(), sender };
                    return Ok((response, lease));
                }
                // The upstream had closed the idle connection; the request was not begun.
                Err(mut error) => match error.take_message() {
                    Some(unsent) if reused => request = unsent,
                    _ => return Err(SendError::Http(error.into_error())),
                },
            }
        }
    }

    async fn take(&self, key: &Key) -> Option<Sender> {
        loop {
            let mut sender = self.pop(key)?;
            if poll_fn(|cx| Poll::Ready(sender.is_ready(cx))).await {
                return Some(sender);
            }
        }
    }

    fn pop(&self, key: &Key) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let senders = idle.get_mut(key)?;
        // Connections of HTTP/2 carry many exchanges at once, so theirs stay in the pool.
        if let Some(Idle { sender: Sender::Http2(sender), .. }) = senders.last() {
            if !sender.is_closed() {
                return Some(Sender::Http2(sender.clone()));
            }
            senders.pop();
            return None;
        }
        senders.pop().map(|idle| idle.sender)
    }

    fn put(&self, key: Key, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let since = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let senders = idle.entry(key).or_default();
        // The oldest stand first, and the newest is used first.
        let stale = senders.iter().take_while(|idle| since - idle.since > LIFETIME).count();
        senders.drain(..stale);
        if senders.len() < IDLE {
            senders.push(Idle { sender, since });
        }
    }

    async fn connect(self: &Arc<Self>, shared: &Shared, key: &Key) -> Result<Sender, DialError> {
        let transport = if key.tls { Transport::Tls } else { Transport::Plain };
        let alpn: &[&[u8]] = match (key.tls, key.http2) {
            (false, _) => &[],
            (true, false) => &[b"http/1.1"],
            (true, true) => &[b"h2", b"http/1.1"],
        };
        let stream = shared.dialer.dial(&key.target, transport, alpn).await?;
        let http2 = key.http2 && (!key.tls || stream.speaks_http2());
        let sender =
            self.handshake(stream, http2).await.map_err(|source| DialError::Unreachable {
                target: key.target.clone(),
                source: std::io::Error::other(source),
            })?;
        if let Sender::Http2(sender) = &sender {
            self.put(key.clone(), Sender::Http2(sender.clone()));
        }
        Ok(sender)
    }

    async fn handshake(&self, stream: Stream, http2: bool) -> Result<Sender, hyper::Error> {
        let io = TokioIo::new(stream);
        if http2 {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder.timer(TokioTimer::new()).adaptive_window(true);
            let (sender, connection) = builder.handshake(io).await?;
            self.own(async move {
                // How a connection ended shows in the exchanges on it.
                let _ = connection.await;
            });
            Ok(Sender::Http2(sender))
        } else {
            let mut builder = http1::Builder::new();
            builder.preserve_header_case(true);
            let (sender, connection) = builder.handshake(io).await?;
            let driver: Driver = Box::pin(async move {
                let _ = connection.with_upgrades().await;
            });
            Ok(Sender::Http1(Http1 { sender, driver: Some(driver) }))
        }
    }

    /// Runs a connection for as long as the pool lives.
    fn own(&self, connection: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(connection);
    }
}

impl Sender {
    async fn send(
        &mut self,
        request: Request<Laned>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Laned>>> {
        match self {
            Self::Http1(connection) => connection.send(request).await,
            Self::Http2(sender) => sender.try_send_request(request).await,
        }
    }

    /// Whether the connection can take a request now. An upstream that closed it meanwhile is noticed here.
    fn is_ready(&mut self, cx: &mut Context<'_>) -> bool {
        match self {
            Self::Http1(connection) => {
                connection.drive(cx);
                connection.sender.is_ready()
            }
            Self::Http2(sender) => sender.is_ready(),
        }
    }

    fn is_closed(&self) -> bool {
        match self {
            Self::Http1(connection) => connection.driver.is_none() || connection.sender.is_closed(),
            Self::Http2(sender) => sender.is_closed(),
        }
    }
}

impl Http1 {
    async fn send(
        &mut self,
        request: Request<Laned>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Laned>>> {
        let mut sent = pin!(self.sender.try_send_request(request));
        let driver = &mut self.driver;
        poll_fn(|cx| {
            drive(driver, cx);
            sent.as_mut().poll(cx)
        })
        .await
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        drive(&mut self.driver, cx);
    }
}

fn drive(driver: &mut Option<Driver>, cx: &mut Context<'_>) {
    if driver.as_mut().is_some_and(|driver| driver.as_mut().poll(cx).is_ready()) {
        *driver = None;
    }
}

impl Lease {
    /// Whether the upstream speaks HTTP/2.
    pub(super) fn is_http2(&self) -> bool {
        matches!(self.sender, Sender::Http2(_))
    }

    /// Makes the connection move.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        if let Sender::Http1(connection) = &mut self.sender {
            connection.drive(cx);
        }
    }

    /// Lets the connection end, so that what it was upgraded to can begin.
    pub(super) async fn end(self) {
        if let Sender::Http1(Http1 { driver: Some(driver), .. }) = self.sender {
            driver.await;
        }
    }

    /// Keeps the connection for the next exchange.
    pub(super) fn give_back(self) {
        if matches!(self.sender, Sender::Http1(_)) {
            self.pool.put(self.key, self.sender);
        }
    }
}
