//! Manifests of Kubernetes: what they run, and which failures that does not bear.
//!
//! [`read`] takes the documents of a file, [`review`] looks at all of them together: a workload with
//! the services, budgets and scalers that select it. Rules are a list each of its own file:
//! [`rules::RULES`].

mod cluster;
mod manifest;
pub mod rules;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;

pub use self::{
    cluster::Cluster,
    manifest::{ManifestError, Resource, read},
};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It makes a failure worse.
    Low,
    /// A failure that is common is met by users.
    Medium,
    /// One failure stops the service.
    High,
}

impl Severity {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What is at risk in a manifest.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name, such as `no-readiness-probe`.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Why it matters.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// A part of a manifest that does it.
    pub example: &'static str,
    /// How to see it.
    pub scenario: &'static str,
    /// What of a resource breaks it, in words; nothing of one that does not.
    pub(crate) check: fn(&Cluster<'_>, &Resource) -> Vec<String>,
}

/// A resource that breaks a rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The resource, such as `Deployment/shop`.
    pub resource: String,
    /// Its namespace, if it says one.
    pub namespace: Option<String>,
    /// The file that it is from.
    pub file: String,
    /// What of it breaks the rule.
    pub what: String,
}

/// What breaks which rule, the worst first.
pub fn review(resources: &[Resource]) -> Vec<Finding> {
    let cluster = Cluster::of(resources);
    let mut found = Vec::new();
    for rule in rules::RULES {
        for resource in resources {
            let broken = (rule.check)(&cluster, resource);
            found.extend(broken.into_iter().map(|what| Finding {
                rule,
                resource: resource.address(),
                namespace: resource.namespace().map(str::to_owned),
                file: resource.file.clone(),
                what,
            }));
        }
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.rule.severity));
    found
}
