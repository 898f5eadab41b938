//! The proxy for what the application calls. It stays for the whole run.

use std::collections::BTreeMap;
use std::time::Duration;

use fault_proxy::{Fault, FaultError, Listener, Mapping, Proxy, Settings, StartError, Upstreams};

use super::{RunError, RunSettings};
use crate::plan::{Plan, Test};
use crate::result::ListenerAddress;

/// The proxy for what the application calls, if any test offers one.
pub(super) struct Stage {
    proxy: Option<Proxy>,
    mappings: Vec<Mapping>,
    /// Why the HTTP proxy is not offered, if no test needs it and its port is taken.
    missing: Option<String>,
    http: bool,
}

impl Stage {
    /// A stage without a proxy.
    pub(super) fn closed() -> Self {
        Self { proxy: None, mappings: Vec::new(), missing: None, http: false }
    }

    /// Offers what the tests of a plan need. Nothing is disturbed yet.
    pub(super) async fn open(plan: &Plan, settings: &RunSettings) -> Result<Self, RunError> {
        let mut stage = Self { http: plan.tests.iter().any(|test| test.forward), ..Self::closed() };
        let mut union: BTreeMap<_, Mapping> = BTreeMap::new();
        for mapping in plan.tests.iter().flat_map(|test| &test.mappings) {
            union.entry(mapping.listen).or_insert_with(|| mapping.clone());
        }
        let mappings: Vec<Mapping> = union.into_values().collect();
        match stage.start(mappings.clone(), settings).await {
            Err(RunError::Start(StartError::Listen { name, address, problem, .. }))
                if stage.http
                    && name == "http proxy"
                    && !plan.tests.iter().any(Test::needs_forward) =>
            {
                stage.missing =
                    Some(format!("the HTTP proxy is not offered on {address}: {problem}"));
                stage.http = false;
                stage.start(mappings, settings).await?;
            }
            started => started?,
        }
        Ok(stage)
    }

    async fn start(
        &mut self,
        mappings: Vec<Mapping>,
        settings: &RunSettings,
    ) -> Result<(), RunError> {
        if let Some(before) = self.proxy.take() {
            before.stop().await;
        }
        if self.http || !mappings.is_empty() {
            self.proxy = Some(
                Proxy::start(Settings {
                    http: self.http.then_some(settings.proxy_address),
                    mappings: mappings.clone(),
                    resolve: settings.resolve.clone(),
                    trust: settings.trust.clone(),
                    ..Settings::new(settings.seed)
                })
                .await?,
            );
        }
        self.mappings = mappings;
        Ok(())
    }

    /// Sees to it that the mappings of a test are there. Where two tests give one port to two remotes, the proxy
    /// starts anew.
    pub(super) async fn prepare(
        &mut self,
        test: &Test,
        settings: &RunSettings,
    ) -> Result<(), RunError> {
        if test.mappings.iter().all(|mapping| self.mappings.contains(mapping)) {
            return Ok(());
        }
        let ports: Vec<_> = test.mappings.iter().map(|mapping| mapping.listen).collect();
        let mut mappings = self.mappings.clone();
        mappings.retain(|mapping| !ports.contains(&mapping.listen));
        mappings.extend(test.mappings.iter().cloned());
        self.start(mappings, settings).await
    }

    /// Where the proxy listens.
    pub(super) fn listeners(&self) -> Vec<ListenerAddress> {
        let listeners = self.proxy.iter().flat_map(Proxy::listeners);
        let address = |listener: &Listener| ListenerAddress {
            name: listener.name.clone(),
            address: listener.address.to_string(),
        };
        listeners.map(address).collect()
    }

    /// Why the HTTP proxy is not offered, if it is not.
    pub(super) fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    /// The proxy, if there is one.
    pub(super) fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    /// Whether there is a proxy.
    pub(super) fn is_open(&self) -> bool {
        self.proxy.is_some()
    }

    /// Names the hosts that faults act on in forwarded traffic.
    pub(super) fn set_upstreams(&self, upstreams: Upstreams) {
        if let Some(proxy) = &self.proxy {
            proxy.set_upstreams(upstreams);
        }
    }

    /// Begins a phase with these faults, which say themselves where they act.
    pub(super) fn begin(
        &self,
        faults: Vec<Fault>,
        total: Option<Duration>,
    ) -> Result<(), FaultError> {
        self.proxy.as_ref().map_or(Ok(()), |proxy| proxy.begin(faults, total))
    }

    /// Takes everything down.
    pub(super) async fn close(self) {
        if let Some(proxy) = self.proxy {
            proxy.stop().await;
        }
    }
}
