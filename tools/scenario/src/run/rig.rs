//! What one test is run with: the way its own calls take, and what is seen of all traffic.

use std::time::Duration;

use fault_proxy::{Fault, FaultError, Mapping, Proxy, Seed, Settings, Upstreams};

use super::stage::Stage;
use super::witness::{Place, Witness};
use super::{RunError, RunSettings};
use crate::call::Call;
use crate::plan::Test;

/// What one test is run with. Dropping it takes the way of its calls down.
pub(super) struct Rig<'a> {
    test: &'a Test,
    stage: Option<&'a Stage>,
    /// The way of the test's own calls, if they cross a proxy.
    entrance: Option<Proxy>,
    pub(super) call: Call,
    pub(super) witness: Witness,
}

impl<'a> Rig<'a> {
    /// Sets a test up. Nothing is disturbed yet.
    pub(super) async fn set_up(
        test: &'a Test,
        stage: Option<&'a Stage>,
        settings: &RunSettings,
    ) -> Result<Self, RunError> {
        let witness = Witness::new();
        let https = test.call.url().scheme_str() == Some("https");
        // The generator speaks plain HTTP, and knows nothing of other addresses for names: both are the proxy's.
        let crosses = test.own || https || !settings.resolve.is_empty();
        let entrance = if crosses { Some(entrance(test, settings).await?) } else { None };
        let address = entrance.as_ref().and_then(|proxy| proxy.listeners().first());
        let call = address.map_or_else(|| test.call.clone(), |it| test.call.through(it.address));
        if let Some(proxy) = entrance.as_ref().filter(|_| test.own) {
            witness.follow(Place::Entrance, proxy.subscribe(), || proxy.now_ms());
        }
        if let Some(proxy) = stage.and_then(Stage::proxy) {
            witness.follow(Place::Stage, proxy.subscribe(), || proxy.now_ms());
        }
        Ok(Self { test, stage, entrance, call, witness })
    }

    /// Begins a phase with these faults.
    pub(super) fn begin(&self, faults: &[Fault], total: Option<Duration>) -> Result<(), RunError> {
        let scoped = self.test.scoped(faults);
        let mut refused = vec![None; scoped.len()];
        let mut places = 0;
        if let Some(proxy) = self.entrance.as_ref().filter(|_| self.test.own) {
            offer(&scoped, &mut refused, |faults| proxy.begin(faults, total))?;
            places += 1;
        }
        if let Some(stage) = self.stage.filter(|stage| stage.is_open()) {
            let upstreams =
                if faults.is_empty() { Upstreams::default() } else { self.test.reach() };
            stage.set_upstreams(upstreams);
            offer(&scoped, &mut refused, |faults| stage.begin(faults, total))?;
            places += 1;
        }
        // A fault that one of the proxies has no use for may be meant for the other.
        let lost = refused.into_iter().flatten().find(|(times, _)| *times == places);
        lost.map_or(Ok(()), |(_, error)| Err(error.into()))
    }

    /// Lifts every fault, and takes down what is there for this test alone.
    pub(super) async fn close(self) -> Result<Witness, RunError> {
        self.begin(&[], None)?;
        let Self { entrance, witness, .. } = self;
        if let Some(proxy) = entrance {
            proxy.stop().await;
        }
        witness.settle().await;
        Ok(witness)
    }
}

/// Gives a proxy the faults that it can make use of, and notes why it cannot with the others.
fn offer(
    faults: &[Fault],
    refused: &mut [Option<(usize, FaultError)>],
    begin: impl Fn(Vec<Fault>) -> Result<(), FaultError>,
) -> Result<(), RunError> {
    let Err(error) = begin(faults.to_vec()) else { return Ok(()) };
    let mut useful = Vec::new();
    for (fault, refused) in faults.iter().zip(refused) {
        match begin(vec![fault.clone()]) {
            Ok(()) => useful.push(fault.clone()),
            Err(error) => {
                *refused = Some((refused.as_ref().map_or(1, |(times, _)| times + 1), error));
            }
        }
    }
    if useful.len() == faults.len() {
        return Err(error.into());
    }
    Ok(begin(useful)?)
}

async fn entrance(test: &Test, settings: &RunSettings) -> Result<Proxy, RunError> {
    let url = test.call.url();
    let scheme = url.scheme_str().unwrap_or("http");
    let authority = url.authority().map(ToString::to_string).unwrap_or_default();
    let mapping: Mapping = format!("0={scheme}://{authority}")
        .parse()
        .expect("the URL of a call was checked, and makes a mapping");
    let proxy = Proxy::start(Settings {
        mappings: vec![mapping],
        resolve: settings.resolve.clone(),
        trust: settings.trust.clone(),
        keyed_by_trace: true,
        ..Settings::new(Seed(settings.seed.0 ^ test.key))
    });
    Ok(proxy.await?)
}
