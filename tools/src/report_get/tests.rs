//! Reports of real runs, in parts and in every form.

use serde_json::{Value, json};

use crate::{
    Answer, ToolError,
    test_ground::{App, Desk},
};

/// A desk with the results of a test that passed and of one that did not; also the run's id.
async fn ran() -> (Desk, String) {
    let (desk, app) = (Desk::new(), App::start().await);
    let jitter = "    - type: jitter\n      amplitude: 5\n      frequency: 100\n  expect:";
    let passing = app.scenario("/", 5).replace("  expect:", jitter);
    desk.write("a.yaml", &passing);
    desk.write("b.yaml", &app.scenario("/broken", 5));
    let arguments = json!({
        "scenario": ["a.yaml", "b.yaml"], "result": "results.json", "report": "report.yaml",
        "proxy_address": "127.0.0.1:0",
    });
    let answer = desk.call("fault_run_scenario", arguments).await.unwrap();
    let id = answer.structured["run_id"].as_str().unwrap().to_owned();
    (desk, id)
}

async fn report(desk: &Desk, arguments: Value) -> Result<Answer, ToolError> {
    desk.call("fault_get_report", arguments).await
}

async fn text(desk: &Desk, arguments: Value) -> String {
    report(desk, arguments).await.unwrap().text
}

#[tokio::test]
async fn a_report_is_short_unless_more_is_asked_for() {
    let (desk, id) = ran().await;
    let short = report(&desk, json!({ "run_id": id })).await.unwrap();
    assert!(short.text.contains("## Scenario: A slow /broken"), "{}", short.text);
    assert!(!short.text.contains("## Scenario: A slow /  "), "{}", short.text);
    assert_eq!(short.structured["text"].as_str().unwrap().trim_end(), short.text);
    let uri = short.structured["report_resource"].as_str().unwrap();
    assert!(desk.state.read_resource(uri).unwrap().text.len() > short.text.len());
    let all = text(&desk, json!({ "run_id": id, "sections": ["tests"] })).await;
    assert!(all.contains("## Scenario: A slow /  ") && all.contains("A slow /broken"), "{all}");
    let summary = text(&desk, json!({ "run_id": id, "sections": "summary" })).await;
    assert!(!summary.contains("## Scenario"), "{summary}");
    assert!(summary.contains("**Verdict**") && summary.contains("--seed"), "{summary}");
}

#[tokio::test]
async fn results_read_back_from_a_file_say_the_same_even_with_jitter() {
    let (desk, id) = ran().await;
    assert!(desk.read("results.json").contains("\"jitter\""));
    for sections in [json!(["summary", "tests"]), json!(["evidence"]), json!(["plots"])] {
        let kept = text(&desk, json!({ "run_id": id, "sections": sections })).await;
        let read = json!({ "results": "results.json", "sections": sections });
        assert_eq!(text(&desk, read).await, kept);
        let read = json!({ "results": "report.yaml", "sections": sections });
        assert_eq!(text(&desk, read).await, kept);
    }
}

#[tokio::test]
async fn one_test_is_found_by_its_number_its_name_and_its_title() {
    let (desk, id) = ran().await;
    let second = text(&desk, json!({ "run_id": id, "test": 2 })).await;
    assert!(second.contains("/broken") && !second.contains("A slow /  "), "{second}");
    let name = second.lines().find_map(|line| line.strip_prefix("**Test**: ")).unwrap();
    let data = json!({ "run_id": id, "test": 2, "sections": "evidence" });
    let evidence = text(&desk, data).await;
    assert!(evidence.contains("\"eligible\""), "{evidence}");
    let titled = text(&desk, json!({ "run_id": id, "test": "a slow /broken" })).await;
    assert_eq!(titled, second);
    let wrong = json!({ "run_id": id, "test": format!("{}x", name.replace('\\', "")) });
    let error = report(&desk, wrong).await.unwrap_err();
    assert_eq!(error.code, "unknown_test");
    let error = report(&desk, json!({ "run_id": id, "test": "3" })).await.unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("give a number from 1 to 2"));
}

#[tokio::test]
async fn every_form_is_there_as_an_answer_and_as_a_resource() {
    let (desk, id) = ran().await;
    for (format, suffix, start) in [
        ("html", "html", "<!"),
        ("json", "json", "{"),
        ("yaml", "yaml", "start:"),
        ("text", "txt", ""),
        ("junit", "xml", "<?xml"),
    ] {
        let answer = report(&desk, json!({ "run_id": id, "format": format })).await.unwrap();
        assert!(answer.text.to_lowercase().starts_with(start), "{format}: {}", answer.text);
        let uri = format!("fault://reports/{id}.{suffix}");
        assert_eq!(answer.structured["report_resource"], uri);
        assert!(
            desk.state
                .read_resource(&uri)
                .unwrap()
                .text
                .starts_with(answer.structured["text"].as_str().unwrap().get(..20).unwrap())
        );
    }
}

#[tokio::test]
async fn what_is_no_report_is_an_error() {
    let (desk, id) = ran().await;
    desk.write("other.json", r#"{ "start": "now" }"#);
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (arguments, code) in [
        (json!({}), "no_source"),
        (json!({ "run_id": id, "results": "results.json" }), "several_sources"),
        (json!({ "run_id": unknown }), "unknown_report"),
        (json!({ "run_id": "x" }), "invalid_handle"),
        (json!({ "results": "other.json" }), "not_results"),
        (json!({ "results": "result.json" }), "file_not_found"),
        (json!({ "run_id": id, "format": "html", "sections": "summary" }), "sections_of_markdown"),
    ] {
        let error = report(&desk, arguments.clone()).await.unwrap_err();
        assert_eq!(error.code, code, "{arguments}");
    }
    for uri in ["fault://reports/x.md", "file:///etc/passwd", "fault://reports/a"] {
        assert!(desk.state.read_resource(uri).is_err(), "{uri}");
    }
}
