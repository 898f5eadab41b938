//! A running proxy: its listeners, its plan and its end.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock, PoisonError, RwLock, atomic::AtomicU64},
    time::Duration,
};

use tokio::{net::TcpListener, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    dial::Dialer,
    dice::Seed,
    event::{EventKind, Events, Subscription},
    fault::{Fault, FaultError, Places, admit},
    lane::Budget,
    listen::{self, Role},
    mapping::Mapping,
    plan::Plan,
    resolve::Resolve,
    shared::Shared,
    trust::{Trust, TrustError},
    upstreams::Upstreams,
};

/// How long exchanges under way may take to end when the proxy stops.
const GRACE: Duration = Duration::from_secs(2);

/// What a proxy is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen as an HTTP proxy (forwarding and CONNECT), if at all; port 0 takes a free one.
    pub http: Option<SocketAddr>,
    /// Local ports that stand for remotes.
    pub mappings: Vec<Mapping>,
    /// The hosts that faults act on in forwarded traffic, unless they name hosts of their own.
    pub upstreams: Upstreams,
    /// Other addresses for hosts. Certificates, `Host`, upstreams and events keep the name.
    pub resolve: Vec<Resolve>,
    /// Whether decisions about an exchange depend on the parent in its `traceparent`, if it has one, in place of the
    /// numbers of its connection and of itself. Whoever numbers requests so gets the same decisions however they come.
    pub keyed_by_trace: bool,
    /// The faults.
    pub faults: Vec<Fault>,
    /// What decisions are drawn from.
    pub seed: Seed,
    /// How long the run lasts, as what percentages in schedules are taken of. The proxy does not stop by itself.
    pub duration: Option<Duration>,
    /// Whom to trust when an upstream is spoken to over TLS.
    pub trust: Trust,
    /// Which timers are used.
    pub clock: Clock,
}

impl Settings {
    /// A proxy that does nothing yet, with this seed.
    pub fn new(seed: Seed) -> Self {
        Self {
            http: None,
            mappings: Vec::new(),
            upstreams: Upstreams::default(),
            resolve: Vec::new(),
            keyed_by_trace: false,
            faults: Vec::new(),
            seed,
            duration: None,
            trust: Trust::default(),
            clock: Clock::default(),
        }
    }
}

/// Where a proxy listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// `http proxy`, or the mapping.
    pub name: String,
    /// The address, with the real port.
    pub address: SocketAddr,
    /// The mapping, if it is one.
    pub mapping: Option<Mapping>,
}

/// Why a proxy could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is nothing to listen on.
    #[error("the proxy has nothing to listen on")]
    Nothing,
    /// An address could not be listened on.
    #[error("cannot listen on {address} for {name}: {problem}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What was to listen there.
        name: String,
        /// What is in the way.
        problem: String,
        /// What the system said.
        source: io::Error,
    },
    /// A mapping leads back to a port of the proxy.
    #[error("mapping {0} leads back to the proxy itself")]
    Loop(Mapping),
    /// A fault cannot be used as it is.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// The trusted certificates cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl StartError {
    /// A stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing_to_listen_on",
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "address_in_use"
            }
            Self::Listen { .. } => "cannot_listen",
            Self::Loop(_) => "proxy_loop",
            Self::Fault(error) => error.code,
            Self::Trust(_) => "invalid_certificates",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Nothing => "keep the HTTP proxy on, or add a mapping with `--proxy PORT=HOST:PORT`".to_owned(),
            Self::Listen { name, .. } if name == HTTP_PROXY => {
                "choose another address with `--proxy-address ADDRESS:PORT`, or turn the HTTP proxy off with \
                 `--disable-http-proxy`"
                    .to_owned()
            }
            Self::Listen { .. } => "choose another local port in the mapping (`--proxy PORT=HOST:PORT`)".to_owned(),
            Self::Loop(_) => "give the mapping another local port or another remote".to_owned(),
            Self::Fault(error) => error.hint.clone(),
            Self::Trust(_) => "give a file that holds certificates in PEM (`-----BEGIN CERTIFICATE-----`)".to_owned(),
        }
    }
}

/// The name of the listener that forwards HTTP.
const HTTP_PROXY: &str = "http proxy";

/// A running proxy. Dropping it ends every task and closes every port at once.
pub struct Proxy {
    shared: Arc<Shared>,
    listeners: Vec<Listener>,
    stop: CancellationToken,
    /// The listeners, each with its connections.
    listening: JoinSet<()>,
    /// What goes on beside them.
    beside: JoinSet<()>,
}

impl Proxy {
    /// Starts to listen. The HTTP proxy's port is bound before any other.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let start = Instant::now();
        settings.trust.read()?;
        let plan = Plan::new(settings.seed, start, settings.duration);
        let mappings = settings.mappings.iter().collect();
        let (http, upstreams) = (settings.http.is_some(), &settings.upstreams);
        plan.set(admit(settings.faults, &Places { http, mappings, upstreams })?)?;
        let shared = Arc::new(Shared {
            plan,
            events: Events::new(start),
            clock: settings.clock,
            budget: Budget::default(),
            dialer: Dialer::new(settings.trust, settings.resolve),
            upstreams: RwLock::new(settings.upstreams),
            keyed_by_trace: settings.keyed_by_trace,
            pool: Arc::default(),
            own: OnceLock::new(),
            connections: AtomicU64::new(0),
        });
        let mut bound = Vec::new();
        if let Some(address) = settings.http {
            bound.push(bind(address, HTTP_PROXY, None).await?);
        }
        for mapping in settings.mappings {
            let name = mapping.to_string();
            bound.push(bind(mapping.listen, &name, Some(mapping)).await?);
        }
        Self::serve(shared, bound).await
    }

    async fn serve(
        shared: Arc<Shared>,
        bound: Vec<(TcpListener, Listener)>,
    ) -> Result<Self, StartError> {
        if bound.is_empty() {
            return Err(StartError::Nothing);
        }
        let listeners: Vec<Listener> = bound.iter().map(|(_, listener)| listener.clone()).collect();
        shared.own.get_or_init(|| listeners.iter().map(|listener| listener.address).collect());
        for mapping in listeners.iter().filter_map(|listener| listener.mapping.as_ref()) {
            if shared.is_self(&mapping.target).await {
                return Err(StartError::Loop(mapping.clone()));
            }
        }
        let stop = CancellationToken::new();
        let (mut listening, mut beside) = (JoinSet::new(), JoinSet::new());
        for (socket, listener) in bound {
            let role = Role::of(&listener);
            listening.spawn(listen::accept(Arc::clone(&shared), socket, role, stop.clone()));
        }
        beside.spawn(follow(Arc::clone(&shared)));
        beside.spawn(tell_changes(Arc::clone(&shared), stop.clone()));
        Ok(Self { shared, listeners, stop, listening, beside })
    }

    /// Where the proxy listens.
    pub fn listeners(&self) -> &[Listener] {
        &self.listeners
    }

    /// What decisions are drawn from.
    pub fn seed(&self) -> Seed {
        self.shared.plan.seed()
    }

    /// The faults, acting now or not.
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.plan.faults()
    }

    /// Replaces the faults, on open connections too. Periods count from the start of the proxy.
    pub fn set_faults(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        self.shared.plan.set(self.admit(faults)?)
    }

    /// Refuses what can never act here.
    fn admit(&self, faults: Vec<Fault>) -> Result<Vec<Fault>, FaultError> {
        let http = self.listeners.iter().any(|listener| listener.mapping.is_none());
        let mappings = self.listeners.iter().filter_map(|listener| listener.mapping.as_ref());
        let upstreams = self.shared.upstreams.read().unwrap_or_else(PoisonError::into_inner);
        admit(faults, &Places { http, mappings: mappings.collect(), upstreams: &upstreams })
    }

    /// Begins a phase: the same, but periods count from now, and percentages are of `total`. A fault that was there
    /// before goes on, at the times that its period names now. Connections and exchanges go on being numbered, so
    /// that what is decided about them depends on the seed, the faults and their number only.
    pub fn begin(&self, faults: Vec<Fault>, total: Option<Duration>) -> Result<(), FaultError> {
        self.shared.plan.begin(self.admit(faults)?, total)
    }

    /// Replaces the hosts that faults act on in forwarded traffic, for exchanges and tunnels that begin from now on.
    pub fn set_upstreams(&self, upstreams: Upstreams) {
        *self.shared.upstreams.write().unwrap_or_else(PoisonError::into_inner) = upstreams;
    }

    /// Milliseconds since the proxy started, as events count them.
    pub fn now_ms(&self) -> f64 {
        self.shared.events.now_ms()
    }

    /// What happens from now on.
    pub fn subscribe(&self) -> Subscription {
        self.shared.events.subscribe()
    }

    /// Stops to listen, lets exchanges under way end for a moment, and ends every task.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // Nothing is held back any longer, so that what is under way can end.
        let _ = self.shared.plan.set(Vec::new());
        let drained = async { while self.listening.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, drained).await;
        self.listening.shutdown().await;
        self.beside.shutdown().await;
        self.shared.events.close();
    }
}

async fn bind(
    address: SocketAddr,
    name: &str,
    mapping: Option<Mapping>,
) -> Result<(TcpListener, Listener), StartError> {
    let error = |source: io::Error| StartError::Listen {
        address,
        name: name.to_owned(),
        problem: match source.kind() {
            io::ErrorKind::AddrInUse => "the address is already in use".to_owned(),
            _ => source.to_string(),
        },
        source,
    };
    let socket = listen::bind(address).map_err(error)?;
    let address = socket.local_addr().map_err(error)?;
    Ok((socket, Listener { name: name.to_owned(), address, mapping }))
}

/// Switches faults on and off as their schedules say.
async fn follow(shared: Arc<Shared>) {
    shared.plan.follow(shared.clock).await;
}

/// Tells which faults act, whenever that changes; that the end lifts them goes without saying.
async fn tell_changes(shared: Arc<Shared>, stop: CancellationToken) {
    let mut watch = shared.plan.watch();
    loop {
        let now = watch.update();
        let active = now.slots().iter().map(|slot| slot.fault.to_string()).collect();
        shared.events.emit(0, EventKind::Faults { active });
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            changed = watch.changed() => {
                if !changed {
                    return;
                }
            }
        }
    }
}
