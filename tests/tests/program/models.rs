//! Reviews by language models over real HTTP, in the form of each provider, and from a recording.

use fault_tests::fault;
use fault_tests::model::{FORMS, KEY, Model, Script, TOKENS};
use fault_tests::program::Call;
use fault_tests::upstream::{self, Upstream};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What no model wrote but ours.
const CLAIM: &str = "The front page waits for whatever it is told to wait for.";

/// An application, results of a scenario that it fails, and a folder for files.
struct Place {
    folder: TempDir,
    _server: Upstream,
}

impl Place {
    async fn new() -> Self {
        let server = upstream::http().await;
        let folder = tempfile::tempdir().expect("a folder");
        let address = server.address;
        let scenario = format!(
            "title: A slow front page\nitems:\n- call:\n    method: GET\n    url: http://{address}/\n  \
             context:\n    upstreams: [\"http://{address}\"]\n    faults:\n    - type: latency\n      \
             mean: 400\n  expect:\n    status: 200\n    response_time_under: 200\n"
        );
        let place = Self { folder, _server: server };
        fs_err::write(place.folder.path().join("slow.yaml"), scenario).expect("it can be written");
        let run =
            "scenario run --proxy-address 127.0.0.1:0 --scenario slow.yaml --result results.json";
        let outcome = fault(run).within(place.folder.path()).outcome().await;
        assert_eq!(outcome.status.code(), Some(1), "{}", outcome.stderr);
        place
    }

    /// A review of the results with these words.
    fn review(&self, words: &str) -> Call {
        fault("agent scenario-review --results results.json --role sre")
            .words(words)
            .within(self.folder.path())
    }

    fn report(&self) -> String {
        let path = self.folder.path().join("scenario-review-report.md");
        fs_err::read_to_string(path).expect("the report is there")
    }
}

/// What the model says to each question of a review, told by a word of its schema.
fn script() -> Script {
    let claim = json!({ "text": CLAIM, "evidence": ["S1"] });
    let made_up = json!({ "text": "It lost 99 orders.", "evidence": ["S77"] });
    let recommendation = json!({
        "title": "Bound the wait", "priority": "critical", "complexity": "low", "cost": "low",
        "benefit": "Fewer slow pages.", "rationale": "The page waits.", "evidence": ["S1"],
        "diff": "", "verify": "Run the scenario again.", "discussion": [], "risk": "Errors.",
        "shows": "More of 504.", "watch": "The rate of 504.",
    });
    vec![
        (
            "trade_offs",
            json!({ "findings": [claim], "trade_offs": [claim], "next_steps": ["Run it again."] }),
        ),
        ("complexity", json!({ "recommendations": [recommendation] })),
        (
            "hypotheses",
            json!({ "posture": [claim, made_up], "hypotheses": [{
                "title": "No time-out", "symptoms": [claim], "cause": "Nothing ends the wait.",
                "evidence": ["S1"], "next_steps": ["Set one."],
            }] }),
        ),
    ]
}

/// What a report with answers of the script holds.
fn assert_reviewed(report: &str) {
    for heading in ["## Executive Summary", "## SLO Failures Deep Dive", "## Recommendations"] {
        assert!(report.contains(heading), "{heading}: {report}");
    }
    assert!(report.contains(CLAIM) && report.contains("Bound the wait"), "{report}");
    let made_up = report.find("It lost 99 orders.").expect("what has no evidence is told as such");
    assert!(report[..made_up].to_lowercase().ends_with("hypothesis (no evidence): "), "{report}");
}

#[tokio::test]
async fn results_are_reviewed_by_a_model_of_each_provider() {
    let place = Place::new().await;
    for form in FORMS {
        let model = Model::start(form, script()).await;
        let words = format!(
            "--llm-client {} --llm-prompt-reasoning-model a-model --llm-endpoint {}",
            form.client,
            model.endpoint(form)
        );
        let mut call = place.review(&words);
        if let Some(key) = form.key {
            call = call.env(key, KEY);
        }
        call.outcome().await.done();
        let report = place.report();
        assert_reviewed(&report);
        let asked = model.asked();
        assert_eq!(asked.len(), 3, "{}", form.client);
        assert!(!report.contains(KEY) && !Value::from(asked).to_string().contains(KEY));
        let tokens = (3 * TOKENS.0).to_string();
        assert!(report.contains(&tokens), "{}: {tokens} in {report}", form.client);
    }
}

#[tokio::test]
async fn a_recorded_review_is_made_again_without_a_model() {
    let place = Place::new().await;
    let form = FORMS[0];
    let model = Model::start(form, script()).await;
    let words = format!(
        "--llm-client open-ai --llm-endpoint {} --llm-record answers.jsonl",
        model.endpoint(form)
    );
    place.review(&words).env("OPENAI_API_KEY", KEY).outcome().await.done();
    assert_reviewed(&place.report());
    drop(model);
    let recorded = "--llm-client recorded --llm-recorded answers.jsonl";
    place.review(recorded).outcome().await.done();
    assert_reviewed(&place.report());
    // The recording has one answer to each question, and no more.
    let text = fs_err::read_to_string(place.folder.path().join("answers.jsonl"));
    let lines: Vec<String> = text.expect("it is there").lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3);
    fs_err::write(place.folder.path().join("short.jsonl"), &lines[0]).expect("it can be written");
    let outcome = place.review("--llm-client recorded --llm-recorded short.jsonl").outcome().await;
    assert_eq!(outcome.status.code(), Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("llm_not_recorded"), "{}", outcome.stderr);
}

#[tokio::test]
async fn without_a_model_results_are_reviewed_by_rules_and_nobody_is_asked() {
    let place = Place::new().await;
    place.review("").outcome().await.done();
    let report = place.report();
    assert!(report.contains("no model was asked") && !report.contains(CLAIM), "{report}");
    // A key alone is enough for the usual provider, and `none` switches it off.
    let outcome = place.review("--llm-client none").env("OPENAI_API_KEY", KEY).outcome().await;
    outcome.done();
    assert!(place.report().contains("no model was asked"));
}
