//! Scores with and without a model.

use serde_json::{Value, json};

use crate::{Answer, ToolError, test_ground::Desk};

/// A call without a time-out, with a secret beside it.
const CODE: &str = "import requests\n\ndef fetch(url):\n    token = 'abcdef0123456789'\n    \
                    return requests.get(url, headers={'x': token}).json()\n";

/// The same with a time-out and a look at the status.
const BETTER: &str = "import requests\n\ndef fetch(url):\n    reply = requests.get(url, timeout=3)\n    \
                      reply.raise_for_status()\n    return reply.json()\n";

async fn score(desk: &Desk, tool: &str, snippet: &str) -> Result<Answer, ToolError> {
    desk.call(tool, json!({ "snippet": snippet, "lang": "python" })).await
}

#[tokio::test]
async fn without_a_model_the_score_is_counted_and_the_host_is_told_how_to_do_better() {
    let desk = Desk::new();
    let answer = score(&desk, "fault_score_reliability", CODE).await.unwrap();
    let text: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(text, answer.structured, "the text is all of it");
    let keys: Vec<&String> = text.as_object().unwrap().keys().take(2).collect();
    assert_eq!(keys, ["explanation", "score"]);
    assert_eq!(text["analysis_by"], "host");
    let rules: Vec<&str> = text["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["rule"].as_str().unwrap())
        .collect();
    assert!(rules.contains(&"no-timeout"), "{rules:?}");
    assert!(text["explanation"].as_str().unwrap().contains(" = "), "the formula is there");
    let instructions = text["instructions"].as_str().unwrap();
    assert!(instructions.contains("requests.get(url"), "{instructions}");
    assert!(!instructions.contains("abcdef0123456789"), "{instructions}");
    assert_eq!(text["answer_schema"]["required"], json!(["score", "explanation"]));
    assert!(text["note"].as_str().unwrap().contains("OPENAI_API_KEY"));
    assert!(text.get("model").is_none() && text.get("usage").is_none());

    let better = score(&desk, "fault_score_reliability", BETTER).await.unwrap().structured;
    assert!(better["score"].as_f64().unwrap() > text["score"].as_f64().unwrap());
}

#[tokio::test]
async fn a_model_gives_the_score_and_the_evidence_stays() {
    let given = json!({ "score": 0.25, "explanation": "It \u{1b}[31mhangs\u{1b}[0m.\u{200b}" });
    let desk = Desk::new().with_answers(&[("score-reliability", given)]);
    let answer = score(&desk, "fault_score_reliability", CODE).await.unwrap().structured;
    assert_eq!((&answer["score"], &answer["explanation"]), (&json!(0.25), &json!("It hangs.")));
    assert_eq!((&answer["analysis_by"], &answer["model"]), (&json!("model"), &json!("recorded")));
    assert!(!answer["evidence"].as_array().unwrap().is_empty());
    assert!(answer.get("instructions").is_none());
}

#[tokio::test]
async fn a_score_that_is_none_is_asked_for_again_and_then_refused() {
    let wrong = json!({ "score": 7, "explanation": "good" });
    let right = json!({ "score": 0.7, "explanation": "good" });
    let twice = [("score-performance", wrong.clone()), ("score-performance", right)];
    let desk = Desk::new().with_answers(&twice);
    let answer = score(&desk, "fault_score_performance", CODE).await.unwrap().structured;
    assert_eq!((&answer["score"], &answer["usage"]["repaired"]), (&json!(0.7), &json!(true)));

    for bad in
        [wrong, json!({ "score": 0.5 }), json!({ "score": 0.5, "explanation": " " }), json!("no")]
    {
        let desk = Desk::new().with_answers(&[
            ("score-performance", bad.clone()),
            ("score-performance", bad.clone()),
        ]);
        let error = score(&desk, "fault_score_performance", CODE).await.unwrap_err();
        assert_eq!(error.code, "llm_bad_answer", "{bad}");
        assert!(error.hint.unwrap().contains("--llm-client none"), "{bad}");
    }
}

#[tokio::test]
async fn an_explanation_without_end_is_cut() {
    let given = json!({ "score": 1, "explanation": "x".repeat(500_000) });
    let desk = Desk::new().with_answers(&[("score-performance", given)]);
    let answer = score(&desk, "fault_score_performance", CODE).await.unwrap();
    assert!(answer.text.len() < 20_000, "{}", answer.text.len());
}

#[tokio::test]
async fn code_that_is_none_or_too_much_is_refused() {
    let desk = Desk::new();
    let code = async |snippet: &str, lang: &str| {
        let arguments = json!({ "snippet": snippet, "lang": lang });
        desk.call("fault_score_reliability", arguments).await.unwrap_err().code
    };
    assert_eq!(code(" \n", "python").await, "empty_snippet");
    assert_eq!(code(&"x = 1\n".repeat(20_000), "python").await, "snippet_too_large");
    assert_eq!(code("x = 1", "cobol").await, "language_unknown");
    // Just small enough: the answer is small as well, as it does not repeat the code.
    let answer = score(&desk, "fault_score_reliability", &CODE.repeat(300)).await.unwrap();
    assert!(answer.text.len() < 20_000, "{}", answer.text.len());
    assert!(answer.structured["evidence_left_out"].as_u64().unwrap() > 100);
}

#[tokio::test]
async fn a_language_without_rules_is_told() {
    let desk = Desk::new();
    let arguments = json!({ "snippet": "def a, do: HTTPoison.get(url)", "lang": "elixir" });
    let answer = desk.call("fault_score_reliability", arguments).await.unwrap();
    let note = answer.structured["note"].as_str().unwrap();
    assert!(note.contains("no rules for elixir"), "{note}");
}
