//! What scenarios of a caller may do: how much load, whom they call, where they listen.

use std::{collections::BTreeSet, time::Duration};

use fault_proxy::{Mapping, Resolve};
use fault_scenario::{
    file::{Context, Dependency, Listen, Scenario},
    plan::Plan,
};

use crate::{
    error::ToolError,
    mappings,
    scenario_source::Ready,
    state::{Claim, Limits, State},
    target,
    traffic::{check_limits, origin, remote},
};

/// How much longer than its load a test may take: its control comes first.
const CONTROL: Duration = Duration::from_secs(3);

/// Refuses scenarios that ask for more than the state allows; takes their targets for them.
pub(crate) async fn admit(
    ready: &Ready,
    resolve: &[Resolve],
    state: &State,
) -> Result<Vec<Claim>, ToolError> {
    check_loads(&ready.plan, state.limits())?;
    for scenario in ready.documents.iter().map(|document| &document.scenario) {
        check_mappings(scenario, state.limits()).await?;
    }
    for other in resolve {
        let address = other.address;
        target::check_host(&address.ip().to_string(), address.port())
            .await
            .map_err(|error| error.about("resolve"))?;
    }
    let calls = ready.plan.tests().iter().map(|test| test.call());
    let hosts: BTreeSet<(String, u16)> = calls.clone().map(remote).collect();
    for (host, port) in hosts {
        target::check_host(&host, port).await?;
    }
    let origins: BTreeSet<String> = calls.map(origin).collect();
    origins.iter().map(|origin| state.claim(origin)).collect()
}

fn check_loads(plan: &Plan, limits: &Limits) -> Result<(), ToolError> {
    for test in plan.tests() {
        if let Some(load) = test.peak_load() {
            check_limits(&load, limits).map_err(|error| error.about(test.name()))?;
        }
        if test.length() > limits.duration.saturating_add(CONTROL) {
            let (takes, most) = (test.length().as_secs(), limits.duration.as_secs());
            let message = format!("{}: takes at least {takes} s, at most {most} s", test.name());
            return Err(ToolError::input("over_limit", message)
                .hint("ask for less; only the command line of the server can raise its limits"));
        }
    }
    Ok(())
}

/// Mappings open ports, and lead to hosts. Whether they are written well the plan has said already.
async fn check_mappings(scenario: &Scenario, limits: &Limits) -> Result<(), ToolError> {
    let of_items = scenario.items.iter().map(|item| &item.context);
    let of_matrix = scenario.matrix.iter().map(|matrix| &matrix.context);
    for mapping in of_items.chain(of_matrix).flat_map(mapped) {
        let about = |error: ToolError| error.about(&scenario.title);
        mappings::check_listen(mapping.listen, limits).map_err(about)?;
        target::check_host(&mapping.target.host, mapping.target.port).await.map_err(about)?;
    }
    Ok(())
}

fn mapped(context: &Context) -> Vec<Mapping> {
    let written = context.proxy.iter().flat_map(|proxy| proxy.proxies.iter().cloned());
    let made = context.proxies.iter().map(mapping_of);
    written.chain(made).filter_map(|text| text.parse().ok()).collect()
}

fn mapping_of(dependency: &Dependency) -> String {
    let upstream = &dependency.upstream;
    match &dependency.listen {
        Some(Listen::Port(port)) => format!("{port}={upstream}"),
        Some(Listen::Address(address)) => format!("{address}={upstream}"),
        None => format!("0={upstream}"),
    }
}
