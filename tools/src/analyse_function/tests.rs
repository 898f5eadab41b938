//! Analyses with and without a model.

use serde_json::{Value, json};

use crate::{
    Answer, ToolError,
    test_ground::{
        Desk,
        model::{Model, Reply},
    },
};

const FILE: &str = "import requests\n\n\ndef quiet():\n    return 1\n\n\ndef fetch(url):\n    \
                    return requests.get(url).json()\n";

const TOOL: &str = "fault_function_reliability_deep_analysis";

async fn analyse(desk: &Desk, concerns: Value) -> Result<Answer, ToolError> {
    desk.write("app.py", FILE);
    let arguments =
        json!({ "file": "app.py", "lang": "python", "func": "fetch", "concerns": concerns });
    desk.call(TOOL, arguments).await
}

fn analysis(first_line: usize, why: &str) -> Value {
    json!({ "summary": "It waits for ever.", "findings": [{
        "title": "No time-out", "severity": "high", "first_line": first_line,
        "last_line": first_line, "dimension": "availability", "why": why,
        "recommendation": "Give `timeout=3`.",
    }] })
}

#[tokio::test]
async fn each_concern_is_asked_for_and_told_as_a_table() {
    let replies = [analysis(9, "a | b\n\u{1b}[1mc"), analysis(8, "x"), analysis(9, "y")];
    let model = Model::start(replies.iter().map(Reply::json)).await;
    let desk = Desk::new().with_llm(model.settings());
    let answer = analyse(&desk, json!([])).await.unwrap();
    let text: Value = serde_json::from_str(&answer.text).unwrap();
    let keys: Vec<&String> = text.as_object().unwrap().keys().take(2).collect();
    assert_eq!(keys, ["evaluations", "prompts"]);
    let evaluations = text["evaluations"].as_array().unwrap();
    assert_eq!(evaluations.len(), 3);
    let first = evaluations[0].as_str().unwrap();
    assert!(first.starts_with("**performance**: It waits for ever.\n\n| weakness |"), "{first}");
    let row = "| No time-out | high | 9-9 | availability | a \\| b c | Give `timeout=3`. |\n";
    assert!(first.ends_with(row), "{first}");
    assert_eq!(text["prompts"].as_array().unwrap().len(), 3);
    assert_eq!(text["usage"]["calls"], 3);
    let asked = model.asked();
    for (asked, concern) in asked.iter().zip(["performance", "reliability", "threat"]) {
        assert!(asked.contains(&format!("of the concern {concern}?")), "{asked}");
        assert!(asked.contains("    9 |     return requests.get(url).json()"), "{asked}");
    }
    assert!(asked[1].contains("no-timeout") && !asked[2].contains("no-timeout"));
}

#[tokio::test]
async fn advice_on_lines_that_are_not_there_is_refused() {
    let model =
        Model::start([analysis(4, "not here"), analysis(9, "here")].iter().map(Reply::json)).await;
    let desk = Desk::new().with_llm(model.settings());
    let answer = analyse(&desk, json!(["reliability", "reliability"])).await.unwrap().structured;
    assert_eq!(answer["usage"]["repaired"], true);
    assert_eq!(answer["evaluations"].as_array().unwrap().len(), 1, "each concern once");
    assert!(model.asked()[1].contains("the function has lines 8-9"), "{:?}", model.asked());
}

#[tokio::test]
async fn without_a_model_the_tables_have_what_is_known() {
    let desk = Desk::new();
    let answer = analyse(&desk, json!(["reliability", "threat"])).await.unwrap();
    let found = &answer.structured;
    let evaluations = found["evaluations"].as_array().unwrap();
    assert!(evaluations[0].as_str().unwrap().contains("| no-timeout |"), "{}", evaluations[0]);
    assert_eq!(evaluations[1], "**threat**: Static analysis found nothing.\n\n");
    let prompts = found["prompts"].as_array().unwrap();
    assert!(prompts[0].as_str().unwrap().contains("requests.get(url)"));
    assert_eq!((prompts.len(), &found["analysis_by"]), (2, &json!("host")));
    assert!(found["instructions"].as_str().unwrap().contains("each of `prompts`"));
    assert!(answer.text.len() < 20_000, "{}", answer.text.len());
    assert_eq!(analyse(&desk, json!(["beauty"])).await.unwrap_err().code, "invalid_arguments");
}
