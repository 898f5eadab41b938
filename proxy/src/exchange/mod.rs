//! HTTP: exchanges read from clients, acted on by faults, and passed to upstreams.
//!
//! Bodies are streamed, never gathered. Faults act on each exchange by itself, on HTTP/1.1 and HTTP/2 alike, so
//! that connections which are kept or shared do not blur what hit whom.

mod answer;
mod body;
mod delay;
mod expect;
mod handle;
mod headers;
mod ongoing;
mod pool;
mod route;
mod rules;
mod shape;
mod trace;
mod tunnel;

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hyper::{
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{net::TcpStream, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    event::{Ending, EventKind},
    lane::Pulse,
    listen::{Tunnel, reach},
    mapping::{Mapping, Transport},
    relay::Ends,
    shared::Shared,
    stream::{Leg, Stream},
};

pub(crate) use self::pool::Pool;

/// How long a client may take for the head of a request, idle time before it included.
const HEAD: Duration = Duration::from_secs(120);

/// What reads HTTP.
pub(crate) enum Front {
    /// An HTTP proxy: absolute-form requests and CONNECT.
    Forward,
    /// A mapping to one upstream.
    Mapping(Mapping),
}

/// Waits for both ends of a tunnel to be free of HTTP; none if one of them is gone.
type Upgrade = Pin<Box<dyn Future<Output = Option<Tunnel>> + Send>>;

/// A client's connection.
struct Connection {
    shared: Arc<Shared>,
    front: Arc<Front>,
    number: u64,
    exchanges: AtomicU64,
    http2: bool,
    leg: Arc<Leg>,
    pulse: Arc<Pulse>,
    /// What goes on once HTTP is over on this connection.
    tunnel: Mutex<Option<Upgrade>>,
}

impl Connection {
    fn next_exchange(&self) -> u64 {
        self.exchanges.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn leave_behind(&self, upgrade: impl Future<Output = Option<Tunnel>> + Send + 'static) {
        *self.tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(upgrade));
    }
}

/// What the first bytes of a connection say.
enum Opening {
    Http1,
    Http2,
    Tls,
    Nothing,
}

/// Serves a client's connection. What it turned into is given back, to go on by itself.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    stream: TcpStream,
    front: Arc<Front>,
    number: u64,
    stop: CancellationToken,
) -> Option<Tunnel> {
    let opening = tokio::select! {
        opening = tokio::time::timeout(HEAD, opening(&stream)) => {
            opening.unwrap_or(Opening::Nothing)
        }
        () = stop.cancelled() => Opening::Nothing,
    };
    match (&opening, &*front) {
        (Opening::Nothing, _) => {
            closed(&shared, number);
            return None;
        }
        (Opening::Tls, Front::Mapping(mapping)) => {
            return Box::pin(pass_tls(shared, stream, mapping, number)).await;
        }
        _ => {}
    }
    let http2 = matches!(opening, Opening::Http2);
    let leg: Arc<Leg> = Arc::default();
    let stream = Stream::tcp(stream).with_leg(Arc::clone(&leg));
    let exchanges = AtomicU64::new(0);
    let connection = Arc::new(Connection {
        shared,
        front,
        number,
        exchanges,
        http2,
        leg,
        pulse: Pulse::new(Instant::now()),
        tunnel: Mutex::new(None),
    });
    // The state of an HTTP connection is large; a task that waits for the first byte does without.
    if http2 {
        Box::pin(serve_http2(&connection, stream, stop)).await;
    } else {
        Box::pin(serve_http1(&connection, stream, stop)).await;
    }
    let upgrade = connection.tunnel.lock().unwrap_or_else(PoisonError::into_inner).take();
    let tunnel = match upgrade {
        Some(upgrade) => upgrade.await,
        None => None,
    };
    if tunnel.is_none() {
        closed(&connection.shared, number);
    }
    tunnel
}

fn closed(shared: &Shared, number: u64) {
    shared
        .events
        .emit(number, EventKind::Closed { received: None, sent: None, how: Ending::Ended });
}

/// Looks at the first bytes without taking them.
async fn opening(stream: &TcpStream) -> Opening {
    let mut first = [0; 3];
    match stream.peek(&mut first).await {
        Ok(0) | Err(_) => Opening::Nothing,
        // The record type of a TLS handshake.
        Ok(_) if first[0] == 0x16 => Opening::Tls,
        // HTTP/2 opens with `PRI * HTTP/2.0` (RFC 9113, 3.4); no method of HTTP/1.1 is called PRI.
        Ok(3) if &first == b"PRI" => Opening::Http2,
        Ok(_) => Opening::Http1,
    }
}

/// A client that speaks TLS to a mapping itself is carried as it is: only it has the keys.
async fn pass_tls(
    shared: Arc<Shared>,
    stream: TcpStream,
    mapping: &Mapping,
    number: u64,
) -> Option<Tunnel> {
    let client = Stream::tcp(stream);
    let watch = shared.watch_mapped(&mapping.target);
    match reach(&shared, &mapping.target, Transport::Plain, &watch, number).await {
        Some(upstream) => {
            let ends =
                Ends { client, upstream, from_client: Bytes::new(), from_upstream: Bytes::new() };
            Some(Tunnel { ends, number, subject: number, watch: Some(watch) })
        }
        None => {
            client.reset();
            closed(&shared, number);
            None
        }
    }
}

async fn serve_http1(connection: &Arc<Connection>, stream: Stream, stop: CancellationToken) {
    let service = service_fn(|request| handle::handle(Arc::clone(connection), request));
    let mut builder = http1::Builder::new();
    builder
        .auto_date_header(false)
        .header_read_timeout(HEAD)
        .preserve_header_case(true)
        .timer(TokioTimer::new());
    let served = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut served = std::pin::pin!(served);
    let result = tokio::select! {
        result = served.as_mut() => result,
        () = stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    tell_end(connection, result.err());
}

async fn serve_http2(connection: &Arc<Connection>, stream: Stream, stop: CancellationToken) {
    let owned = Arc::clone(connection);
    let service = service_fn(move |request| handle::handle(Arc::clone(&owned), request));
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.adaptive_window(true).auto_date_header(false).timer(TokioTimer::new());
    let served = builder.serve_connection(TokioIo::new(stream), service);
    let mut served = std::pin::pin!(served);
    let result = tokio::select! {
        result = served.as_mut() => result,
        () = stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    tell_end(connection, result.err());
}

/// A connection that a client or a fault broke off is no problem of the proxy's; garbage is told.
fn tell_end(connection: &Connection, error: Option<hyper::Error>) {
    let Some(error) = error else { return };
    if error.is_parse() || error.is_timeout() {
        let code = if error.is_timeout() { "slow_client" } else { "invalid_http" };
        let message = format!("the client's request could not be read: {error}");
        tracing::warn!(connection = connection.number, "{message}");
        let kind = EventKind::Failed { code: code.to_owned(), message };
        connection.shared.events.emit(connection.number, kind);
    }
}
