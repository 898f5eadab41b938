//! How many copies there are, where they run, and how they are replaced.

use serde_json::Value;

use super::{HIGH, LOW, MEDIUM, Rule, when};

pub(super) const SINGLE_COPY: Rule = Rule {
    id: "single-copy",
    title: "One copy only",
    severity: HIGH,
    why: "While its one pod is moved, restarted or cut off, the service is down: each drained node \
          and each failed probe is an outage.",
    fix: "Ask for at least two copies, and check that the application bears it (sessions, locks, \
          files).",
    example: "spec:\n  replicas: 2\n",
    scenario: "Delete the pod under load: no call may fail for longer than a retry takes.",
    check: |cluster, it| {
        when(it.serves() && cluster.copies(it) == 1, || {
            let from =
                if cluster.scaled_to(it).is_some() { "its scaler keeps" } else { "it asks for" };
            format!("{from} 1 copy")
        })
    },
};

pub(super) const NO_BUDGET: Rule = Rule {
    id: "no-disruption-budget",
    title: "No disruption budget",
    severity: MEDIUM,
    why: "Without a PodDisruptionBudget an upgrade of nodes may take all copies down at once.",
    fix: "Say how many copies may be missing at a time.",
    example: "apiVersion: policy/v1\nkind: PodDisruptionBudget\nspec:\n  maxUnavailable: 1\n  \
              selector:\n    matchLabels:\n      app: shop\n",
    scenario: "Drain a node under load: some copies must stay ready all the time.",
    check: |cluster, it| {
        when(it.serves() && cluster.copies(it) > 1 && !cluster.has_budget(it), || {
            format!("no PodDisruptionBudget selects its {} copies", cluster.copies(it))
        })
    },
};

pub(super) const NOT_SPREAD: Rule = Rule {
    id: "not-spread",
    title: "Copies that may share one node",
    severity: LOW,
    why: "The scheduler may put all copies on one node or in one zone, and they fail together.",
    fix: "Spread the copies over nodes or zones.",
    example: "spec:\n  topologySpreadConstraints:\n  - maxSkew: 1\n    topologyKey: \
              topology.kubernetes.io/zone\n    whenUnsatisfiable: ScheduleAnyway\n    \
              labelSelector:\n      matchLabels:\n        app: shop\n",
    scenario: "Take one node or zone away: the copies that are left must carry the load.",
    check: |cluster, it| {
        let pod = it.pod().and_then(|pod| pod.get("spec"));
        let spread = |pod: &Value| {
            !pod["topologySpreadConstraints"].is_null()
                || !pod["affinity"]["podAntiAffinity"].is_null()
        };
        when(it.serves() && cluster.copies(it) > 1 && !pod.is_some_and(spread), || {
            "neither topologySpreadConstraints nor podAntiAffinity keeps its copies apart"
                .to_owned()
        })
    },
};

pub(super) const ALL_AT_ONCE: Rule = Rule {
    id: "all-at-once",
    title: "All copies replaced at once",
    severity: HIGH,
    why: "Each new version begins with an outage: the old copies go before a new one is ready.",
    fix: "Replace copies one after the other.",
    example: "spec:\n  strategy:\n    type: RollingUpdate\n    rollingUpdate:\n      \
              maxUnavailable: 0\n      maxSurge: 1\n",
    scenario: "Roll a new version out under load: no call may fail.",
    check: |_, it| {
        let strategy = &it.value["spec"]["strategy"];
        let most = &strategy["rollingUpdate"]["maxUnavailable"];
        let all = most == "100%" || most.as_u64().is_some_and(|most| most >= it.replicas());
        when(it.serves() && (strategy["type"] == "Recreate" || all), || {
            match strategy["type"].as_str() {
                Some("Recreate") => "its strategy is Recreate".to_owned(),
                _ => format!("maxUnavailable is {most}, and it asks for {} copies", it.replicas()),
            }
        })
    },
};

pub(super) const SERVICE_OF_NOTHING: Rule = Rule {
    id: "service-of-nothing",
    title: "Service that leads nowhere",
    severity: MEDIUM,
    why: "Its selector fits no workload that was read, so that every call to it fails at once.",
    fix: "Make the selector fit the labels of the pods; or read all manifests together.",
    example: "spec:\n  selector:\n    app: shop\n",
    scenario: "Call the service: it must answer.",
    check: |cluster, it| {
        let selector = it.value.pointer("/spec/selector").and_then(Value::as_object);
        let has = selector.is_some_and(|selector| !selector.is_empty());
        let mut workloads = cluster.resources().filter(|other| other.pod().is_some()).peekable();
        let known = workloads.peek().is_some();
        let reached =
            workloads.any(|other| cluster.services(other).any(|service| std::ptr::eq(service, it)));
        when(it.kind == "Service" && has && known && !reached, || {
            "its selector fits no pod of these manifests".to_owned()
        })
    },
};
