//! What a pod says of its containers: probes, resources, images, how they end.

use serde_json::Value;

use super::{HIGH, MEDIUM, Rule, Severity, in_containers, is_called};

/// How long a pod needs at least to end its calls, in seconds.
const SHORTEST_GRACE: u64 = 10;

/// How the names of variables end whose values are secrets.
const SECRETS: [&str; 7] =
    ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY"];

pub(super) const NO_READINESS: Rule = Rule {
    id: "no-readiness-probe",
    title: "No readiness probe",
    severity: HIGH,
    why: "A pod gets calls as soon as its process has started, and keeps getting them when it \
          cannot answer: each start, and each lost dependency, is met by users.",
    fix: "Ask for something that tells whether the pod can answer now.",
    example: "readinessProbe:\n  httpGet:\n    path: /ready\n    port: 8080\n  periodSeconds: 5\n",
    scenario: "Blackhole the dependency of one copy: calls must go to the others.",
    check: |cluster, it| {
        let called = is_called(cluster, it);
        in_containers(it, |container| {
            let missing = called && container["readinessProbe"].is_null();
            let serves = container["ports"].is_array() || it.containers().len() == 1;
            (missing && serves).then(|| "has no readinessProbe".to_owned())
        })
    },
};

pub(super) const NO_LIVENESS: Rule = Rule {
    id: "no-liveness-probe",
    title: "No liveness probe",
    severity: Severity::Info,
    why: "A process that hangs without ending stays as it is until somebody restarts it.",
    fix: "Ask for something that depends on nothing but the process itself.",
    example: "livenessProbe:\n  httpGet:\n    path: /live\n    port: 8080\n  timeoutSeconds: 5\n",
    scenario: "Stop the process (SIGSTOP): it must be replaced.",
    check: |_, it| {
        in_containers(it, |container| {
            let missing = it.serves() && container["livenessProbe"].is_null();
            missing.then(|| "has no livenessProbe".to_owned())
        })
    },
};

pub(super) const SAME_PROBE: Rule = Rule {
    id: "same-probe",
    title: "Liveness asks what readiness asks",
    severity: HIGH,
    why: "If the answer depends on a database or another service, an outage there restarts every \
          pod, again and again, and the service is slower to come back than what it waits for.",
    fix: "Let liveness ask for the process alone, and readiness for what it needs.",
    example: "livenessProbe:\n  httpGet: { path: /live, port: 8080 }\nreadinessProbe:\n  httpGet: { \
              path: /ready, port: 8080 }\n",
    scenario: "Blackhole the dependency for a minute: pods may become unready, none may restart.",
    check: |_, it| {
        in_containers(it, |container| {
            let (live, ready) = (&container["livenessProbe"], &container["readinessProbe"]);
            let asks = |probe: &Value| {
                ["httpGet", "exec", "grpc"].into_iter().find_map(|way| probe.get(way).cloned())
            };
            let same = asks(live).is_some() && asks(live) == asks(ready);
            same.then(|| "asks the same for liveness and readiness".to_owned())
        })
    },
};

pub(super) const HASTY_LIVENESS: Rule = Rule {
    id: "hasty-liveness",
    title: "Liveness probe that a short delay fails",
    severity: MEDIUM,
    why: "A probe waits one second unless told otherwise. A pod that is slow under load is then \
          restarted, and its load goes to the others, which become slow in turn.",
    fix: "Give the liveness probe time: `timeoutSeconds` of 5 or more, and several failures.",
    example: "livenessProbe:\n  timeoutSeconds: 5\n  failureThreshold: 6\n",
    scenario: "Delay the pod's answers by two seconds for a minute: it must not restart.",
    check: |_, it| {
        in_containers(it, |container| {
            let probe = container.get("livenessProbe").filter(|probe| !probe.is_null())?;
            let wait = probe["timeoutSeconds"].as_u64().unwrap_or(1);
            let over_network = !probe["httpGet"].is_null() || !probe["grpc"].is_null();
            (over_network && wait <= 1).then(|| format!("has {wait} s to answer its livenessProbe"))
        })
    },
};

pub(super) const NO_LIMITS: Rule = Rule {
    id: "no-resources",
    title: "No request for resources, or no limit of memory",
    severity: MEDIUM,
    why: "The scheduler does not know what the pod needs. It is the first to be evicted where \
          memory runs out, and may starve its neighbours.",
    fix: "Request what it needs, and limit its memory.",
    example: "resources:\n  requests: { cpu: 250m, memory: 256Mi }\n  limits: { memory: 256Mi }\n",
    scenario: "Slow the dependency down under load, so that requests pile up: memory must stay \
               below the limit.",
    check: |_, it| {
        in_containers(it, |container| {
            let resources = &container["resources"];
            // What is limited is requested as much.
            let limited = !resources["limits"]["memory"].is_null();
            let asks = !resources["requests"].is_null() || limited;
            let missing = match (asks, limited) {
                (true, true) => return None,
                (true, false) => "no limit of memory",
                (false, _) => "neither requests nor a limit of memory",
            };
            it.serves().then(|| format!("has {missing}"))
        })
    },
};

pub(super) const NO_GRACE: Rule = Rule {
    id: "no-grace",
    title: "Too little time to end calls",
    severity: MEDIUM,
    why: "A pod that ends gets calls for a moment more, until all proxies know. What it has not \
          answered when its time is up is lost.",
    fix: "Leave the default of 30 s or more, and wait a few seconds in a preStop hook before the \
          process is told to end.",
    example: "spec:\n  terminationGracePeriodSeconds: 30\n  containers:\n  - lifecycle:\n      \
              preStop:\n        sleep: { seconds: 5 }\n",
    scenario: "Roll a new version out while calls take a second: none may be cut off.",
    check: |cluster, it| {
        let grace = it.pod().and_then(|pod| pod.pointer("/spec/terminationGracePeriodSeconds"));
        let short = grace
            .and_then(Value::as_u64)
            .filter(|grace| *grace < SHORTEST_GRACE && is_called(cluster, it));
        short.map(|grace| format!("terminationGracePeriodSeconds is {grace}")).into_iter().collect()
    },
};

pub(super) const MOVING_IMAGE: Rule = Rule {
    id: "moving-image",
    title: "Image that may change",
    severity: MEDIUM,
    why: "The same manifest runs another program tomorrow, and copies of one workload may differ: \
          what was tested is not what runs, and going back is not possible.",
    fix: "Name a version or a digest.",
    example: "image: registry.example/shop@sha256:<digest>\n",
    scenario: "Restart one pod: it must run the same program as the others.",
    check: |_, it| {
        in_containers(it, |container| {
            let image = container["image"].as_str()?;
            let name = image.rsplit('/').next().unwrap_or(image);
            let fixed = image.contains('@') || name.contains(':') && !name.ends_with(":latest");
            (!fixed).then(|| format!("runs `{image}`"))
        })
    },
};

pub(super) const SECRET_IN_PLACE: Rule = Rule {
    id: "secret-in-place",
    title: "Secret written into the manifest",
    severity: HIGH,
    why: "Whoever reads the repository or the object reads the secret, and changing it needs a new \
          version of the manifest.",
    fix: "Keep it in a Secret, and name that.",
    example: "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: { name: db, key: password }\n",
    scenario: "None: this is no failure of the network.",
    check: |_, it| {
        in_containers(it, |container| {
            let names: Vec<&str> = container["env"]
                .as_array()?
                .iter()
                .filter(|variable| {
                    variable["value"].as_str().is_some_and(|value| !value.is_empty())
                })
                .filter_map(|variable| variable["name"].as_str())
                .filter(|name| SECRETS.iter().any(|word| name.to_uppercase().ends_with(word)))
                .collect();
            (!names.is_empty()).then(|| format!("has the value of {} in it", names.join(", ")))
        })
    },
};
