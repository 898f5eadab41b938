//! A proxy under test, the peers around it, and the wire between them.

mod wire;

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use fault_proxy::{
    Event, EventKind, Exchange, Fault, Proxy, Seed, Settings, Subscription, Upstreams,
};
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

pub(crate) use self::wire::{Message, Wire};

/// How long a test waits for what must come before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a test looks at what must not come.
pub(crate) const GLANCE: Duration = Duration::from_millis(80);

pub(crate) fn fault(value: Value) -> Fault {
    Fault::from_value(&value).unwrap_or_else(|error| panic!("{value}: {error}"))
}

pub(crate) fn faults(values: &[Value]) -> Vec<Fault> {
    values.iter().cloned().map(fault).collect()
}

/// Waits for what must come.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it should have come by now")
}

/// An address of this machine with any free port.
pub(crate) fn any() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A port that nothing listens on.
pub(crate) async fn closed_port() -> SocketAddr {
    let listener = TcpListener::bind(any()).await.expect("a port");
    listener.local_addr().expect("an address")
}

/// What a seed of 7 starts with: nothing.
pub(crate) fn settings() -> Settings {
    Settings::new(Seed(7))
}

/// An upstream that runs a piece of the test for each connection.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Upstream {
    pub(crate) async fn serve<F, Fut>(handler: F) -> Self
    where
        F: Fn(Wire) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self::serve_at(any(), handler).await.expect("a port")
    }

    pub(crate) async fn serve_at<F, Fut>(address: SocketAddr, handler: F) -> io::Result<Self>
    where
        F: Fn(Wire) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        let task = tokio::spawn(async move {
            let mut tasks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tasks.spawn(handler(Wire::new(stream)));
            }
        });
        Ok(Self { address, accepted, task })
    }

    /// An HTTP upstream that answers every request on a connection with the same text.
    pub(crate) async fn answering(answer: &'static str) -> Self {
        Self::serve(move |mut wire| async move {
            while let Some(request) = wire.try_message().await {
                drop(request);
                wire.send(answer).await;
            }
        })
        .await
    }

    /// How many connections it has taken.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How a client comes to its upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// An absolute-form request to the HTTP proxy.
    Forward,
    /// A tunnel through the HTTP proxy.
    Connect,
    /// A port that stands for the upstream.
    Tcp,
    /// A port that stands for the upstream, where the proxy reads HTTP.
    Http,
}

impl Path {
    pub(crate) const ALL: [Self; 4] = [Self::Forward, Self::Connect, Self::Tcp, Self::Http];
    /// Those on which the proxy reads what is said.
    pub(crate) const READ: [Self; 2] = [Self::Forward, Self::Http];
    /// Those on which it only carries bytes.
    pub(crate) const CARRIED: [Self; 2] = [Self::Connect, Self::Tcp];
}

/// A running proxy before an upstream.
pub(crate) struct Rig {
    pub(crate) proxy: Proxy,
    pub(crate) path: Path,
    pub(crate) upstream: SocketAddr,
}

impl Rig {
    pub(crate) async fn start(path: Path, upstream: SocketAddr, values: &[Value]) -> Self {
        Self::with(path, upstream, values, |_| {}).await
    }

    /// The same, with further settings.
    pub(crate) async fn with(
        path: Path,
        upstream: SocketAddr,
        values: &[Value],
        adjust: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut settings = settings();
        settings.faults = faults(values);
        settings.upstreams = Upstreams::all();
        match path {
            Path::Forward | Path::Connect => settings.http = Some(any()),
            Path::Tcp | Path::Http => {
                let protocol = if path == Path::Tcp { "tcp" } else { "http" };
                let mapping = format!("0={protocol}://{upstream}");
                settings.mappings.push(mapping.parse().expect("a mapping"));
            }
        }
        adjust(&mut settings);
        let proxy = Proxy::start(settings).await.expect("a proxy");
        Self { proxy, path, upstream }
    }

    /// Where the proxy listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.proxy.listeners()[0].address
    }

    /// A client's connection to the upstream; a tunnel is asked for, and its acceptance read.
    pub(crate) async fn open(&self) -> Wire {
        let mut wire = Wire::connect(self.address()).await;
        if self.path == Path::Connect {
            let target = self.upstream;
            wire.send(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")).await;
            assert_eq!(wire.head().await.status(), 200);
        }
        wire
    }

    /// A request line and `Host` for a path on the upstream, as this way of coming wants it.
    pub(crate) fn line(&self, method: &str, path: &str) -> String {
        let target = self.upstream;
        let prefix =
            if self.path == Path::Forward { format!("http://{target}") } else { String::new() };
        format!("{method} {prefix}{path} HTTP/1.1\r\nHost: {target}\r\n")
    }

    /// A whole request without a body.
    pub(crate) fn get(&self, path: &str) -> String {
        self.line("GET", path) + "\r\n"
    }

    /// A whole request with a body of known length.
    pub(crate) fn post(&self, path: &str, body: &str) -> String {
        self.line("POST", path) + &format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    pub(crate) fn set(&self, values: &[Value]) {
        self.proxy.set_faults(faults(values)).expect("faults");
    }
}

/// The next event that is looked for.
pub(crate) async fn next<T>(
    events: &mut Subscription,
    mut wanted: impl FnMut(&Event) -> Option<T>,
) -> T {
    within(async {
        loop {
            let event = events.next().await.expect("the proxy runs");
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    })
    .await
}

/// The next exchange that ends.
pub(crate) async fn exchange(events: &mut Subscription) -> Exchange {
    next(events, |event| match &event.kind {
        EventKind::Exchange(exchange) => Some((**exchange).clone()),
        _ => None,
    })
    .await
}

/// The code of the next problem.
pub(crate) async fn failure(events: &mut Subscription) -> String {
    next(events, |event| match &event.kind {
        EventKind::Failed { code, .. } => Some(code.clone()),
        _ => None,
    })
    .await
}

/// Waits until a stream's fault of this kind was told to have held something.
pub(crate) async fn held(events: &mut Subscription, kind: &str) {
    next(events, |event| match &event.kind {
        EventKind::Hits { hits } => {
            hits.iter().any(|hit| hit.fault == kind && hit.count > 0).then_some(())
        }
        _ => None,
    })
    .await;
}

/// Whether a connection is refused or reset, rather than closed in good order.
pub(crate) fn is_reset(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

/// Ends a connection by reset.
#[expect(deprecated, reason = "the blocking it warns of needs a linger above zero")]
pub(crate) fn reset(stream: TcpStream) {
    stream.set_linger(Some(Duration::ZERO)).expect("a socket");
}
