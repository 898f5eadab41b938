//! What every connection of a proxy shares.

use std::{
    net::SocketAddr,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::time::Instant;

use crate::{
    clock::Clock,
    dial::{DialError, Dialer},
    event::{EventKind, Events, Hit},
    exchange::Pool,
    fault::{Flow, Side},
    lane::{Budget, Lane, Origin, Pulse},
    mapping::{Target, Transport},
    plan::{Active, Plan, Scope, Watch},
    stream::Stream,
    upstreams::Upstreams,
};

/// What every connection of a proxy shares.
pub(crate) struct Shared {
    pub(crate) plan: Plan,
    pub(crate) events: Events,
    pub(crate) clock: Clock,
    pub(crate) budget: Budget,
    pub(crate) dialer: Dialer,
    /// The hosts that faults act on in forwarded traffic.
    pub(crate) upstreams: RwLock<Upstreams>,
    /// Whether what is drawn for an exchange depends on the trace it is part of.
    pub(crate) keyed_by_trace: bool,
    pub(crate) pool: Arc<Pool>,
    /// The addresses the proxy itself listens on, known once all are bound.
    pub(crate) own: OnceLock<Vec<SocketAddr>>,
    pub(crate) connections: AtomicU64,
}

impl Shared {
    /// The number of a new connection, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The faults as a mapping to this target meets them.
    pub(crate) fn watch_mapped(&self, target: &Target) -> Watch {
        self.plan.watch_within(Scope::new(target, true))
    }

    /// The faults as forwarded traffic to this target meets them.
    pub(crate) fn watch_forwarded(&self, target: &Target) -> Watch {
        let upstreams = self.upstreams.read().unwrap_or_else(PoisonError::into_inner);
        self.plan.watch_within(Scope::new(target, upstreams.matches(target)))
    }

    /// A lane for what goes this way, with the faults that act now, on one leg only if so asked.
    pub(crate) fn lane(
        &self,
        flow: Flow,
        only: Option<Side>,
        active: &Active,
        subject: u64,
        pulse: &Arc<Pulse>,
    ) -> Lane {
        let now = Instant::now();
        let origin = Origin {
            seed: self.plan.seed(),
            subject,
            budget: self.budget.clone(),
            pulse: Arc::clone(pulse),
        };
        let mut lane = Lane::new(flow, only, origin, now);
        lane.replan(active, now);
        lane
    }

    /// Tells that a stream begins.
    pub(crate) fn begin_tunnel(&self, number: u64, target: &Target, active: &Active) {
        if self.events.wanted() {
            let (target, eligible) = (target.to_string(), active.labels());
            self.events.emit(number, EventKind::Tunnel { target, eligible });
        }
    }

    /// Connects a stream to its upstream, unless a fault fails the resolution of its name. An error was reported.
    pub(crate) async fn reach(
        &self,
        target: &Target,
        transport: Transport,
        active: &Active,
        number: u64,
        subject: u64,
    ) -> Result<Stream, DialError> {
        if !target.is_address()
            && let Some(slot) = active.resolution(self.plan.seed(), subject)
        {
            self.events.hits(number, vec![Hit::decided(slot)]);
            return Err(DialError::ResolveFault(target.host.clone()));
        }
        let dialled = self.dialer.dial(target, transport, &[]).await;
        if let Err(error) = &dialled {
            tracing::info!(connection = number, "{error}");
            let code = error.code().to_owned();
            self.events.emit(number, EventKind::Failed { code, message: error.to_string() });
        }
        dialled
    }

    /// Whether traffic to this target would come straight back to the proxy.
    pub(crate) async fn is_self(&self, target: &Target) -> bool {
        let own = self.own.get().map(Vec::as_slice).unwrap_or_default();
        if !own.iter().any(|address| address.port() == self.dialer.port(target)) {
            return false;
        }
        // Few targets share a port with the proxy, so resolving them has no place in every exchange.
        let Ok(addresses) = Box::pin(self.dialer.addresses(target)).await else { return false };
        addresses.iter().any(|address| own.iter().any(|own| reaches(own, address)))
    }
}

/// Whether a connection to `address` arrives at the listener `own`.
fn reaches(own: &SocketAddr, address: &SocketAddr) -> bool {
    let anywhere =
        own.ip().is_unspecified() && (address.ip().is_loopback() || address.ip().is_unspecified());
    own.port() == address.port() && (own.ip() == address.ip() || anywhere)
}
