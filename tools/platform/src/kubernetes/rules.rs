//! The rules for workloads and what leads to them.

use serde_json::Value;

use super::{Cluster, Resource, Rule, Severity};

mod copies;
mod pods;

/// Every rule. The order is the order of the documentation.
pub static RULES: &[Rule] = &[
    copies::SINGLE_COPY,
    copies::NO_BUDGET,
    copies::NOT_SPREAD,
    copies::ALL_AT_ONCE,
    pods::NO_READINESS,
    pods::NO_LIVENESS,
    pods::SAME_PROBE,
    pods::HASTY_LIVENESS,
    pods::NO_LIMITS,
    pods::NO_GRACE,
    pods::MOVING_IMAGE,
    pods::SECRET_IN_PLACE,
    copies::SERVICE_OF_NOTHING,
];

/// What is broken, if it is.
fn when(broken: bool, what: impl FnOnce() -> String) -> Vec<String> {
    if broken { vec![what()] } else { Vec::new() }
}

/// What is broken in each container of a workload that breaks it.
fn in_containers(resource: &Resource, broken: impl Fn(&Value) -> Option<String>) -> Vec<String> {
    let tell = |container: &Value| {
        let name = container["name"].as_str().unwrap_or("(no name)");
        Some(format!("container `{name}` {}", broken(container)?))
    };
    resource.containers().iter().filter_map(tell).collect()
}

/// Whether traffic reaches a workload: a service leads to it, or its containers name ports.
fn is_called(cluster: &Cluster<'_>, resource: &Resource) -> bool {
    resource.serves()
        && (cluster.services(resource).next().is_some()
            || resource.containers().iter().any(|container| container["ports"].is_array()))
}

/// The severity that a rule has, for the lists of the other files.
const HIGH: Severity = Severity::High;
const MEDIUM: Severity = Severity::Medium;
const LOW: Severity = Severity::Low;
