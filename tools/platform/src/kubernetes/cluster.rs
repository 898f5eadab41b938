//! Resources together: which selects which.

use serde_json::{Map, Value};

use super::manifest::Resource;

/// All resources that are looked at together.
#[derive(Debug)]
pub struct Cluster<'a> {
    resources: &'a [Resource],
}

impl<'a> Cluster<'a> {
    /// These resources.
    pub fn of(resources: &'a [Resource]) -> Self {
        Self { resources }
    }

    /// Every resource.
    pub(super) fn resources(&self) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter()
    }

    /// The resources of a kind.
    pub(super) fn all(&self, kind: &str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    /// The services that lead to the pods of a workload.
    pub(super) fn services(&self, workload: &Resource) -> impl Iterator<Item = &'a Resource> {
        self.all("Service").filter(|service| {
            together(service, workload)
                && selects(service.value.pointer("/spec/selector"), workload)
        })
    }

    /// Whether a budget says how many of the pods of a workload may be missing.
    pub(super) fn has_budget(&self, workload: &Resource) -> bool {
        self.all("PodDisruptionBudget").any(|budget| {
            let selector = budget.value.pointer("/spec/selector/matchLabels");
            together(budget, workload) && selects(selector, workload)
        })
    }

    /// The least number of copies that a scaler keeps of a workload, if there is one.
    pub(super) fn scaled_to(&self, workload: &Resource) -> Option<u64> {
        self.all("HorizontalPodAutoscaler")
            .filter(|scaler| together(scaler, workload))
            .find(|scaler| {
                let target = &scaler.value["spec"]["scaleTargetRef"];
                target["kind"] == workload.kind.as_str() && target["name"] == workload.name.as_str()
            })
            .map(|scaler| scaler.value["spec"]["minReplicas"].as_u64().unwrap_or(1))
    }

    /// How many copies of a workload there are at least.
    pub(super) fn copies(&self, workload: &Resource) -> u64 {
        self.scaled_to(workload).unwrap_or_else(|| workload.replicas())
    }
}

/// Whether two resources are in one namespace; one that says none is wherever the other is.
fn together(one: &Resource, other: &Resource) -> bool {
    one.namespace().zip(other.namespace()).is_none_or(|(one, other)| one == other)
}

/// Whether a selector of labels fits the pods of a workload. One that is empty fits none.
fn selects(selector: Option<&Value>, workload: &Resource) -> bool {
    let labels = workload.pod().and_then(|pod| pod.pointer("/metadata/labels"));
    let (Some(selector), Some(labels)) =
        (selector.and_then(Value::as_object), labels.and_then(Value::as_object))
    else {
        return false;
    };
    let has = |(key, value): (&String, &Value)| Map::get(labels, key) == Some(value);
    !selector.is_empty() && selector.iter().all(has)
}
