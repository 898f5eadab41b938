//! Tests of the review of manifests as a tool.

use serde_json::json;

use crate::test_ground::Desk;

const SHOP: &str = "kind: Deployment\nmetadata: { name: shop, namespace: store }\nspec:\n  \
    template:\n    metadata: { labels: { app: shop } }\n    spec:\n      containers:\n      - { \
    name: web, image: shop:latest, ports: [{ containerPort: 80 }] }\n";

#[tokio::test]
async fn a_folder_of_manifests_is_reviewed_and_what_cannot_be_read_is_told() {
    let desk = Desk::new();
    desk.write("k8s/shop.yaml", SHOP);
    desk.write("k8s/chart/templates/a.yaml", "kind: {{ .Values.kind }}\n  - [\n");
    desk.write("k8s/values.yaml", "replicas: 2\n");
    let arguments = json!({ "path": "k8s", "report": "platform-review-report.md" });
    let answer = desk.call("fault_review_platform", arguments.clone()).await.unwrap();
    let found = answer.structured["findings"].as_array().unwrap();
    let rules: Vec<&str> = found.iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"single-copy") && rules.contains(&"moving-image"), "{rules:?}");
    assert_eq!(answer.structured["resources"], 1);
    assert!(answer.text.contains("Deployment/shop (store)"), "{}", answer.text);
    assert!(answer.structured["skipped"][0].as_str().unwrap().contains("template"));
    let report = fs_err::read_to_string(desk.folder.path().join("platform-review-report.md"));
    assert!(report.unwrap().starts_with("# Platform resilience report"));
    // It is known again, and written over.
    desk.call("fault_review_platform", arguments).await.unwrap();
}

#[tokio::test]
async fn the_text_of_manifests_is_taken_as_well_and_a_namespace_limits_them() {
    let desk = Desk::new();
    let arguments = json!({ "manifests": SHOP, "namespace": "store" });
    let answer = desk.call("fault_review_platform", arguments).await.unwrap();
    assert_eq!(answer.structured["workloads"], 1);
    let arguments = json!({ "manifests": SHOP, "namespace": "other" });
    let error = desk.call("fault_review_platform", arguments).await.unwrap_err();
    assert_eq!(error.code, "no_manifests");
}

#[tokio::test]
async fn what_is_wrong_is_told_with_what_to_do() {
    let desk = Desk::new();
    desk.write("bad.yaml", "kind: [\n");
    for (arguments, code) in [
        (json!({}), "no_manifests"),
        (json!({ "path": "bad.yaml" }), "bad_manifest"),
        (json!({ "path": "none.yaml" }), "file_not_found"),
        (json!({ "manifests": "a: 1\n" }), "no_manifests"),
    ] {
        let error = desk.call("fault_review_platform", arguments.clone()).await.unwrap_err();
        assert_eq!(error.code, code, "{arguments}");
        assert!(error.hint.is_some(), "{arguments}");
    }
}

#[tokio::test]
async fn hostile_names_stay_in_their_cells_and_answers_stay_short() {
    let desk = Desk::new();
    let hostile = "\"a|b\\u001b[31m<script>`\"";
    let many: String = (0..400)
        .map(|at| {
            format!("---\n{}", SHOP.replace("name: shop,", &format!("name: {hostile}, x: {at},")))
        })
        .collect();
    let answer = desk.call("fault_review_platform", json!({ "manifests": many })).await.unwrap();
    assert!(!answer.text.contains('\u{1b}') && !answer.text.contains("<script>"));
    assert!(answer.text.contains("a\\|b"), "{}", &answer.text[..2000]);
    assert!(answer.text.len() < 20_000, "{}", answer.text.len());
    assert!(
        answer.structured.to_string().len() < 20_000,
        "{}",
        answer.structured.to_string().len()
    );
    assert!(answer.structured["left_out"].as_u64().unwrap() > 1000);
}
