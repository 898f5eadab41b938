//! Listening: takes connections and hands each to what its listener is for.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use socket2::{Domain, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinError, JoinSet},
    time::interval,
};
use tokio_util::sync::CancellationToken;

use crate::{
    event::{Ending, EventKind},
    exchange::{self, Front},
    mapping::{Mapping, Target, Transport},
    plan::Watch,
    proxy::Listener,
    relay::{Ends, Relay},
    shared::Shared,
    stream::Stream,
};

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 4096;
/// How long to wait when the system cannot accept, as when no descriptor is left.
const BREATH: Duration = Duration::from_millis(50);

/// How often connections that ended are swept up.
const SWEEP: Duration = Duration::from_millis(250);

/// The connections of a listener; each may leave a tunnel behind.
type Connections = JoinSet<Option<Tunnel>>;

/// What is left of an HTTP connection once it carries something else.
pub(crate) struct Tunnel {
    pub(crate) ends: Ends,
    /// The connection's number.
    pub(crate) number: u64,
    /// What its draws are keyed by.
    pub(crate) subject: u64,
    /// The faults that act on it; none where none ever do.
    pub(crate) watch: Option<Watch>,
}

impl Tunnel {
    async fn carry(self, shared: Arc<Shared>) -> Option<Self> {
        Relay::run(shared, self.ends, self.number, self.subject, self.watch).await;
        None
    }
}

/// What a listener is for.
pub(crate) enum Role {
    /// Carrying bytes to a remote.
    Carry(Arc<str>, Arc<Mapping>),
    /// Reading HTTP.
    Http(Arc<str>, Arc<Front>),
}

impl Role {
    pub(crate) fn of(listener: &Listener) -> Self {
        let name = Arc::from(listener.name.as_str());
        match &listener.mapping {
            None => Self::Http(name, Arc::new(Front::Forward)),
            Some(mapping) if mapping.protocol.http => {
                Self::Http(name, Arc::new(Front::Mapping(mapping.clone())))
            }
            Some(mapping) => Self::Carry(name, Arc::new(mapping.clone())),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Carry(name, _) | Self::Http(name, _) => name,
        }
    }
}

/// Binds an address with a long queue. A port that was just left can be taken again.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if cfg!(unix) {
        socket.set_reuse_address(true)?;
    }
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts until told to stop, then lets what is under way end.
pub(crate) async fn accept(
    shared: Arc<Shared>,
    socket: TcpListener,
    role: Role,
    stop: CancellationToken,
) {
    let mut connections: Connections = JoinSet::new();
    let reads_http = matches!(role, Role::Http(..));
    let mut sweep = interval(SWEEP);
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            // What an exchange became must go on at once; other ends can wait for the next sweep, so that they
            // do not wake this task one by one.
            Some(ended) = connections.join_next(), if reads_http => {
                go_on(&mut connections, &shared, ended);
                continue;
            }
            _ = sweep.tick(), if !reads_http => {
                while connections.try_join_next().is_some() {}
                continue;
            }
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, client)) => begin(&mut connections, &shared, &role, stream, client, &stop),
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                let message = format!("a connection could not be accepted: {error}");
                tracing::warn!(listener = role.name(), "{message}");
                shared
                    .events
                    .emit(0, EventKind::Failed { code: "accept_failed".to_owned(), message });
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(socket);
    if matches!(role, Role::Carry(..)) {
        // A stream has no end to wait for.
        connections.shutdown().await;
    }
    while connections.join_next().await.is_some() {}
}

/// An exchange that became a tunnel goes on as a task of its own, without what HTTP needed.
fn go_on(
    connections: &mut Connections,
    shared: &Arc<Shared>,
    ended: Result<Option<Tunnel>, JoinError>,
) {
    if let Ok(Some(tunnel)) = ended {
        connections.spawn(tunnel.carry(Arc::clone(shared)));
    }
}

/// Whether a client had gone before it was accepted, which concerns nobody else.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

fn begin(
    connections: &mut Connections,
    shared: &Arc<Shared>,
    role: &Role,
    stream: TcpStream,
    client: SocketAddr,
    stop: &CancellationToken,
) {
    let number = shared.number();
    if shared.events.wanted() {
        shared.events.emit(number, EventKind::Opened { listener: role.name().to_owned(), client });
    }
    let shared = Arc::clone(shared);
    match role {
        Role::Carry(_, mapping) => {
            connections.spawn(carry(shared, stream, Arc::clone(mapping), number));
        }
        Role::Http(_, front) => {
            connections.spawn(exchange::serve(
                shared,
                stream,
                Arc::clone(front),
                number,
                stop.clone(),
            ));
        }
    }
}

/// Carries bytes between a client and a mapping's remote.
async fn carry(
    shared: Arc<Shared>,
    stream: TcpStream,
    mapping: Arc<Mapping>,
    number: u64,
) -> Option<Tunnel> {
    let client = Stream::tcp(stream);
    // Dialling needs much more room than carrying, and only for a moment.
    let watch = shared.watch_mapped(&mapping.target);
    let reached = reach(&shared, &mapping.target, mapping.protocol.transport, &watch, number);
    let Some(upstream) = Box::pin(reached).await else {
        client.reset();
        let how = Ending::Reset;
        shared.events.emit(number, EventKind::Closed { received: None, sent: None, how });
        return None;
    };
    let ends = Ends { client, upstream, from_client: Bytes::new(), from_upstream: Bytes::new() };
    Tunnel { ends, number, subject: number, watch: Some(watch) }.carry(shared).await
}

/// The stream to a mapping's remote; none, once that was reported, if it cannot be reached.
pub(crate) async fn reach(
    shared: &Shared,
    target: &Target,
    transport: Transport,
    watch: &Watch,
    number: u64,
) -> Option<Stream> {
    let active = watch.active();
    shared.begin_tunnel(number, target, &active);
    shared.reach(target, transport, &active, number, number).await.ok()
}
