//! Tests of the review of manifests.

use super::*;

/// A workload that breaks no rule, with its service and budget.
const GOOD: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: store }
spec:
  replicas: 3
  selector: { matchLabels: { app: shop } }
  strategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 0 } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      terminationGracePeriodSeconds: 30
      topologySpreadConstraints:
      - { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway }
      containers:
      - name: web
        image: registry.example/shop:1.4.2
        ports: [{ containerPort: 8080 }]
        readinessProbe: { httpGet: { path: /ready, port: 8080 } }
        livenessProbe: { httpGet: { path: /live, port: 8080 }, timeoutSeconds: 5 }
        resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 64Mi } }
        env:
        - { name: DB_PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }
---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: store }
spec: { selector: { app: shop }, ports: [{ port: 80 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: shop, namespace: store }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: shop } } }
";

fn broken(text: &str) -> Vec<&'static str> {
    let found = review(&read("app.yaml", text).unwrap());
    found.iter().map(|finding| finding.rule.id).collect()
}

#[test]
fn a_sound_workload_breaks_no_rule_and_each_change_for_the_worse_breaks_its_own() {
    assert_eq!(broken(GOOD), Vec::<&str>::new());
    for (was, is, rules) in [
        ("replicas: 3", "replicas: 1", &["single-copy"][..]),
        ("kind: PodDisruptionBudget", "kind: Other", &["no-disruption-budget"]),
        ("topologySpreadConstraints", "other", &["not-spread"]),
        ("maxUnavailable: 0", "maxUnavailable: 100%", &["all-at-once"]),
        (
            "type: RollingUpdate, rollingUpdate: { maxUnavailable: 0 }",
            "type: Recreate",
            &["all-at-once"],
        ),
        ("readinessProbe", "other", &["no-readiness-probe"]),
        ("livenessProbe", "other", &["no-liveness-probe"]),
        ("path: /live", "path: /ready", &["same-probe"]),
        (", timeoutSeconds: 5", "", &["hasty-liveness"]),
        ("limits: { memory: 64Mi }", "limits: {}", &["no-resources"]),
        ("Seconds: 30", "Seconds: 2", &["no-grace"]),
        ("shop:1.4.2", "shop:latest", &["moving-image"]),
        ("shop:1.4.2", "shop", &["moving-image"]),
        (
            "valueFrom: { secretKeyRef: { name: db, key: password } }",
            "value: hunter2",
            &["secret-in-place"],
        ),
        (
            "selector: { app: shop }, ports",
            "selector: { app: shp }, ports",
            &["service-of-nothing"],
        ),
    ] {
        assert!(GOOD.contains(was), "{was}");
        assert_eq!(broken(&GOOD.replacen(was, is, 1)), rules, "{was} -> {is}");
    }
}

#[test]
fn every_rule_is_broken_by_some_change_above_and_says_what_to_do() {
    for rule in rules::RULES {
        assert!(
            rule.why.len() > 40 && rule.fix.len() > 15 && rule.scenario.len() > 20,
            "{}",
            rule.id
        );
        let example: Result<Vec<serde_json::Value>, _> = serde_saphyr::from_multiple(rule.example);
        assert!(example.is_ok(), "{}: {example:?}", rule.id);
    }
    let ids: std::collections::BTreeSet<_> = rules::RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules::RULES.len());
}

#[test]
fn a_scaler_says_how_many_copies_there_are() {
    let scaler = "---\nkind: HorizontalPodAutoscaler\nmetadata: { name: a }\nspec: { minReplicas: 2, \
                  scaleTargetRef: { kind: Deployment, name: shop } }\n";
    let one = GOOD.replacen("replicas: 3", "replicas: 1", 1);
    assert_eq!(broken(&format!("{one}{scaler}")), Vec::<&str>::new());
    let least = scaler.replace("minReplicas: 2", "minReplicas: 1");
    assert_eq!(broken(&format!("{GOOD}{least}")), ["single-copy"]);
}

#[test]
fn lists_and_json_are_read_and_what_is_no_manifest_is_left_out() {
    let json = r#"{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"a"}},{"kind":"Pod"}]}"#;
    let read_json = read("a.json", json).unwrap();
    let found: Vec<String> = read_json.iter().map(Resource::address).collect();
    assert_eq!(found, ["Pod/a", "Pod/(no name)"]);
    assert!(read("values.yaml", "replicas: 3\nimage: shop\n").unwrap().is_empty());
    assert!(read("empty.yaml", "").unwrap().is_empty());
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_a_template_as_such() {
    let error = read("a.yaml", "kind: Pod\n  name: [").unwrap_err();
    assert!(matches!(error, ManifestError::Unreadable { .. }), "{error}");
    let error =
        read("b.yaml", "kind: {{ .Values.kind }}\nmetadata:\n  - {{ x }}: [\n").unwrap_err();
    assert_eq!(error, ManifestError::Template { file: "b.yaml".to_owned() });
}
