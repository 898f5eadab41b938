//! Suggestions with and without a model.

use serde_json::{Value, json};

use crate::{
    Answer, ToolError, change,
    test_ground::{
        Desk,
        model::{Model, Reply},
    },
};

const OLD: &str = "def fetch(url):\n    return requests.get(url)\n";
const NEW: &str = "def fetch(url):\n    return requests.get(url, timeout=3)\n";

const TOOL: &str = "fault_suggest_better_function_reliability";

async fn suggest(desk: &Desk, more: Value) -> Result<Answer, ToolError> {
    let mut arguments = json!({ "snippet": OLD, "lang": "python" });
    let more = more.as_object().unwrap().clone();
    arguments.as_object_mut().unwrap().extend(more);
    desk.call(TOOL, arguments).await
}

fn new_code(code: &str) -> Value {
    json!({ "explanation": "A call that hangs ends after 3 s.", "new_code": code })
}

#[tokio::test]
async fn the_text_is_a_diff_that_applies_to_the_snippet() {
    let desk = Desk::new().with_answers(&[("suggest-reliability", new_code(NEW))]);
    let answer = suggest(&desk, json!({})).await.unwrap();
    assert!(answer.text.starts_with("```diff\n--- a/snippet.py\n"), "{}", answer.text);
    let changes = change::parse(&answer.text).unwrap();
    assert_eq!(change::apply(OLD, &changes[0]).unwrap(), NEW);
    let found = &answer.structured;
    assert_eq!(found["rules_mended"], json!(["no-timeout"]));
    assert_eq!(found["rules_broken"], json!([]));
    assert_eq!((&found["analysis_by"], &found["target_score"]), (&json!("model"), &json!(0.9)));
    for fact in ["ends after 3 s", "does not break any more: no-timeout", "recorded"] {
        assert!(answer.text.contains(fact), "{fact}: {}", answer.text);
    }
}

#[tokio::test]
async fn code_that_changes_nothing_or_cannot_be_parsed_is_asked_for_again_and_then_refused() {
    for bad in [OLD, "def fetch(url:\n", "--- a/x\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n"] {
        let model = Model::start([Reply::json(&new_code(bad)), Reply::json(&new_code(NEW))]).await;
        let desk = Desk::new().with_llm(model.settings());
        let answer = suggest(&desk, json!({})).await.unwrap();
        assert_eq!(answer.structured["usage"]["repaired"], true, "{bad}");

        let model = Model::start(vec![Reply::json(&new_code(bad)); 2]).await;
        let desk = Desk::new().with_llm(model.settings());
        assert_eq!(suggest(&desk, json!({})).await.unwrap_err().code, "llm_bad_answer", "{bad}");
    }
}

#[tokio::test]
async fn without_a_model_the_host_is_told_what_to_write() {
    let answer = suggest(&Desk::new(), json!({ "score": "0.3", "target_score": "0.8" })).await;
    let answer = answer.unwrap();
    let found = &answer.structured;
    assert!(found.get("diff").is_none());
    assert_eq!((&found["score"], &found["target_score"]), (&json!(0.3), &json!(0.8)));
    assert_eq!(found["analysis_by"], "host");
    assert_eq!(found["answer_schema"]["required"], json!(["explanation", "new_code"]));
    let instructions = found["instructions"].as_str().unwrap();
    assert!(instructions.contains("is 0.3 of 1. The goal is 0.8."), "{instructions}");
    for fact in ["There is no diff yet", "no-timeout", instructions, "OPENAI_API_KEY"] {
        assert!(answer.text.contains(fact), "{fact}");
    }
}

#[tokio::test]
async fn a_goal_is_above_what_is() {
    let desk = Desk::new();
    for (given, wrong) in [
        (json!({ "score": 0.8, "target_score": 0.8 }), "not above"),
        (json!({ "score": 1 }), "not above"),
        (json!({ "score": 7 }), "from 0 to 1"),
        (json!({ "target_score": -1 }), "from 0 to 1"),
    ] {
        let error = suggest(&desk, given.clone()).await.unwrap_err();
        assert_eq!(error.code, "invalid_arguments", "{given}");
        assert!(error.message.contains(wrong), "{given}: {error}");
    }
    let usual = async |given: Value| {
        let found = suggest(&desk, given).await.unwrap().structured;
        found["target_score"].as_f64().unwrap()
    };
    assert_eq!(usual(json!({ "score": 0.2 })).await, 0.9);
    assert_eq!(usual(json!({ "score": 0.96 })).await, 0.98);
    let sound = json!({ "snippet": "def a():\n    return 1\n" });
    assert_eq!(usual(sound).await, 1.0, "nothing was found, and it may still be made better");
}
