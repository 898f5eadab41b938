//! The proxies that callers have started and not stopped yet.

use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use fault_proxy::{Fault, Listener, Proxy, Seed, Settings, Subscription};
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    error::ToolError,
    event_log::{Counters, EventLog, Page},
    handle::Handle,
};

/// The open proxies.
#[derive(Debug, Default)]
pub(crate) struct Proxies {
    open: Arc<Mutex<Open>>,
}

type Open = BTreeMap<Handle, Running>;

struct Running {
    /// None when its time was over.
    proxy: Option<Proxy>,
    listeners: Vec<ListenerView>,
    seed: Seed,
    log: Arc<Mutex<EventLog>>,
    listening: AbortOnDropHandle<()>,
    _expiry: Option<AbortOnDropHandle<()>>,
}

/// How long the proxies may take to close in good order when the program ends.
const SWIFTLY: Duration = Duration::from_millis(200);

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// A proxy, as callers see it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct ProxyView {
    /// The id that the other proxy tools take.
    pub(crate) proxy_id: String,
    /// Whether it still carries traffic; it ends by itself when its duration is over.
    pub(crate) running: bool,
    /// Where it listens.
    pub(crate) listeners: Vec<ListenerView>,
    /// The faults, acting now or waiting for their period.
    #[schemars(with = "Vec<Map<String, Value>>")]
    pub(crate) faults: Vec<Fault>,
    /// Give it back to repeat the same decisions.
    pub(crate) seed: String,
}

/// Where a proxy listens.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct ListenerView {
    /// The mapping, or that it is an HTTP proxy.
    pub(crate) name: String,
    /// The address and port that clients use.
    #[schemars(with = "String")]
    pub(crate) address: SocketAddr,
}

impl Proxies {
    /// Starts a proxy and keeps it until it is stopped; refuses more than `most`.
    pub(crate) async fn start(
        &self,
        settings: Settings,
        most: usize,
    ) -> Result<ProxyView, ToolError> {
        self.check_room(most)?;
        let (seed, duration) = (settings.seed, settings.duration);
        let proxy = Proxy::start(settings).await?;
        let log = Arc::new(Mutex::new(EventLog::default()));
        let listening = tokio::spawn(listen(proxy.subscribe(), Arc::clone(&log)));
        let handle = Handle::new();
        let running = Running {
            listeners: proxy.listeners().iter().map(ListenerView::of).collect(),
            proxy: Some(proxy),
            seed,
            log,
            listening: AbortOnDropHandle::new(listening),
            _expiry: duration.map(|after| {
                let open = Arc::downgrade(&self.open);
                AbortOnDropHandle::new(tokio::spawn(expire(open, handle, after)))
            }),
        };
        let view = running.view(handle);
        self.lock().insert(handle, running);
        Ok(view)
    }

    pub(crate) fn list(&self) -> Vec<ProxyView> {
        self.lock().iter().map(|(handle, running)| running.view(*handle)).collect()
    }

    /// Replaces the faults of a proxy, on open connections too.
    pub(crate) fn set_faults(&self, id: &str, faults: Vec<Fault>) -> Result<ProxyView, ToolError> {
        self.with(id, |handle, running| {
            let Some(proxy) = &running.proxy else {
                return Err(ToolError::environment("proxy_ended", "the proxy's time is over")
                    .hint("start another one with fault_start_proxy"));
            };
            proxy.set_faults(faults)?;
            Ok(running.view(handle))
        })?
    }

    pub(crate) fn read(
        &self,
        id: &str,
        cursor: u64,
        limit: usize,
    ) -> Result<(Page, Counters, bool), ToolError> {
        self.with(id, |_, running| {
            let log = running.log();
            (log.page(cursor, limit), log.counters().clone(), running.proxy.is_some())
        })
    }

    /// Stops a proxy and answers with what it has seen.
    pub(crate) async fn stop(&self, id: &str) -> Result<Counters, ToolError> {
        let handle = Handle::parse(id, "proxy")?;
        let running = self.lock().remove(&handle).ok_or_else(|| self.unknown(id))?;
        Ok(running.stop().await)
    }

    pub(crate) async fn stop_all(&self) {
        let all = std::mem::take(&mut *self.lock());
        let stopping = join_all(all.into_values().map(Running::stop));
        // What takes longer is dropped, which closes it all the same.
        let _ = tokio::time::timeout(SWIFTLY, stopping).await;
    }

    fn check_room(&self, most: usize) -> Result<(), ToolError> {
        if self.lock().len() < most {
            return Ok(());
        }
        Err(ToolError::environment("too_many_proxies", format!("{most} proxies are open already"))
            .hint("stop one with fault_stop_proxy; fault_list_proxies shows them"))
    }

    fn with<T>(&self, id: &str, act: impl FnOnce(Handle, &Running) -> T) -> Result<T, ToolError> {
        let handle = Handle::parse(id, "proxy")?;
        let open = self.lock();
        if let Some(running) = open.get(&handle) {
            return Ok(act(handle, running));
        }
        drop(open);
        Err(self.unknown(id))
    }

    fn unknown(&self, id: &str) -> ToolError {
        let ids: Vec<String> = self.lock().keys().map(Handle::to_string).collect();
        let error = ToolError::input("unknown_proxy", format!("no open proxy has the id {id}"));
        if ids.is_empty() {
            error.hint("no proxy is open; start one with fault_start_proxy")
        } else {
            error.hint(format!("open proxies: {}", ids.join(", ")))
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn log(&self) -> MutexGuard<'_, EventLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn view(&self, handle: Handle) -> ProxyView {
        ProxyView {
            proxy_id: handle.to_string(),
            running: self.proxy.is_some(),
            listeners: self.listeners.clone(),
            faults: self.proxy.as_ref().map(Proxy::faults).unwrap_or_default(),
            seed: self.seed.to_string(),
        }
    }

    async fn stop(self) -> Counters {
        let Self { proxy, log, listening, .. } = self;
        if let Some(proxy) = proxy {
            proxy.stop().await;
        }
        // The stream has ended with the proxy, so the log is complete when its reader is done.
        let _ = listening.await;
        let log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.counters().clone()
    }
}

/// Ends a proxy when its time is over. What it has seen can still be read.
async fn expire(open: Weak<Mutex<Open>>, handle: Handle, after: Duration) {
    tokio::time::sleep(after).await;
    let proxy = open.upgrade().and_then(|open| {
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get_mut(&handle)?.proxy.take()
    });
    if let Some(proxy) = proxy {
        proxy.stop().await;
    }
}

impl ListenerView {
    pub(crate) fn of(listener: &Listener) -> Self {
        Self { name: listener.name.clone(), address: listener.address }
    }
}

async fn listen(mut events: Subscription, log: Arc<Mutex<EventLog>>) {
    while let Some(event) = events.next().await {
        let lost = events.dropped();
        log.lock().unwrap_or_else(PoisonError::into_inner).push(event, lost);
    }
    log.lock().unwrap_or_else(PoisonError::into_inner).end();
}

impl Display for ProxyView {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let state = if self.running { "running" } else { "ended" };
        write!(f, "proxy {} ({state}, seed {})", self.proxy_id, self.seed)?;
        for listener in &self.listeners {
            write!(f, "\n- listens on {}: {}", listener.address, listener.name)?;
        }
        if self.faults.is_empty() {
            f.write_str("\n- no faults: traffic passes unaltered")?;
        }
        for fault in &self.faults {
            write!(f, "\n- {fault}")?;
        }
        Ok(())
    }
}
