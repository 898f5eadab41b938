//! Reviews of the code behind an operation.

use serde_json::{Value, json};

use crate::{
    Answer, ToolError,
    review::test_ground::{GOOD, desk, recommendation, section},
    test_ground::Desk,
};

async fn review(desk: &Desk, more: Value) -> Result<(Answer, String), ToolError> {
    let mut arguments = json!({
        "results": "results.json", "source_dir": "shop", "operation": "POST /checkout",
        "report": "code.md",
    });
    for (key, value) in more.as_object().unwrap() {
        arguments[key] = value.clone();
    }
    let answer = desk.call("fault_review_code", arguments).await?;
    Ok((answer, desk.read("code.md")))
}

#[tokio::test]
async fn without_a_model_each_change_has_its_place_its_reason_and_how_to_verify_it() {
    let (answer, report) = review(&desk(None), json!({})).await.unwrap();
    assert!(report.starts_with("# fault code review\n"), "{report}");
    assert!(report.contains("Answered by: `checkout` (`app.py:9`)"), "{report}");
    assert!(report.contains("Analysis by: rules (no model was asked)"), "{report}");
    let changes = section(&report, "Changes");
    assert!(changes.contains("### 1. Give every remote call a time-out"), "{changes}");
    for part in [
        "`app.py:7`",
        "**Rationale:**",
        "**Verify:** Let the dependency fall silent",
        "fault agent verify --source-dir shop",
    ] {
        assert!(changes.contains(part), "{part}: {changes}");
    }
    let tests = section(&report, "What the Tests Show");
    assert!(tests.contains("| S1 |") && !tests.contains("| S2 |"), "{tests}");
    assert!(!report.contains("hunter2"), "{report}");
    assert_eq!(answer.structured["analysis_by"], "host");
    assert!(answer.text.len() <= 20_000, "{}", answer.text.len());
    assert_eq!(answer.structured["tasks"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn places_that_the_operation_does_not_pass_are_left_out() {
    let (_, report) = review(&desk(None), json!({ "operation": "/basket" })).await.unwrap();
    assert!(report.contains("Answered by: `basket`"), "{report}");
    assert!(!section(&report, "The Code Behind It").contains("app.py:7 "), "{report}");
    assert!(section(&report, "Changes").contains("Nothing to change."), "{report}");
}

#[tokio::test]
async fn a_change_of_a_model_is_shown_as_what_applies_or_as_a_sketch() {
    let answer = json!({ "recommendations": [
        recommendation("Bound the call", &["S1"], GOOD),
        recommendation("Elsewhere", &["S1"], &GOOD.replace("app.py", "other.py")),
    ] });
    let desk = desk(Some(&[("review-code", answer)]));
    let (answer, report) = review(&desk, json!({})).await.unwrap();
    let changes = section(&report, "Changes");
    let (good, sketch) = changes.split_once("### 2. Elsewhere").unwrap();
    assert!(good.contains("This diff applies") && good.contains("fault agent verify"), "{good}");
    assert!(sketch.contains("**A sketch**") && !sketch.contains("fault agent verify"), "{sketch}");
    assert_eq!(answer.structured["analysis_by"], "model");
    assert_eq!(desk.read("shop/app.py"), crate::review::test_ground::APP);
}

#[tokio::test]
async fn a_model_that_fails_leaves_a_report_from_rules() {
    let desk = desk(Some(&[]));
    let error = review(&desk, json!({})).await.unwrap_err();
    assert!(error.message.contains("code.md is written"), "{error}");
    assert!(desk.read("code.md").contains("rules (the model did not answer)"));
}

#[tokio::test]
async fn code_is_reviewed_without_results_too() {
    let desk = desk(None);
    for (arguments, answered) in [
        (json!({ "source_dir": "shop", "report": "code.md" }), false),
        (json!({ "source_dir": "shop", "report": "code.md", "operation": "POST /checkout" }), true),
    ] {
        desk.call("fault_review_code", arguments).await.unwrap();
        let report = desk.read("code.md");
        assert!(report.contains("No results were given"), "{report}");
        assert_eq!(report.contains("Answered by: `checkout`"), answered, "{report}");
        let changes = section(&report, "Changes");
        assert!(changes.contains("No test of this run shows it"), "{changes}");
        assert!(changes.contains("`app.py:7`"), "{changes}");
    }
}

#[tokio::test]
async fn what_cannot_be_reviewed_is_refused_with_what_to_do() {
    let desk = desk(None);
    let with = |more: Value| {
        let mut arguments = json!({ "results": "results.json", "source_dir": "shop" });
        more.as_object().unwrap().iter().for_each(|(key, value)| arguments[key] = value.clone());
        arguments
    };
    for (arguments, code) in [
        (with(json!({})), "operation_needed"),
        (with(json!({ "operation": "GET /checkout" })), "unknown_operation"),
        (json!({ "results": "results.json", "operation": "/basket" }), "no_source"),
        (with(json!({ "operation": "/basket", "report": "a.txt" })), "unknown_report_format"),
        (
            with(json!({ "operation": "/basket", "scenario_review_report": "no.md" })),
            "file_not_found",
        ),
        (with(json!({ "operation": "/basket", "source_dir": "/etc" })), "outside_roots"),
    ] {
        let error = desk.call("fault_review_code", arguments.clone()).await.unwrap_err();
        assert_eq!(error.code, code, "{arguments}");
        assert!(error.hint.is_some(), "{arguments}");
    }
}
