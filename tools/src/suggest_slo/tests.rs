//! Objectives with and without a model.

use serde_json::{Value, json};

use crate::{Answer, ToolError, test_ground::Desk};

const CODE: &str =
    "import requests\n\ndef index():\n    return requests.get('http://a/b').json()\n";

const TOOL: &str = "fault_suggest_service_level_objectives_slo";

async fn suggest(desk: &Desk) -> Result<Answer, ToolError> {
    desk.call(TOOL, json!({ "snippet": CODE, "lang": "python" })).await
}

async fn answered(slo: Value) -> Result<Value, ToolError> {
    let answer = json!({ "slos": [slo] });
    let desk =
        Desk::new().with_answers(&[("suggest-slo", answer.clone()), ("suggest-slo", answer)]);
    Ok(suggest(&desk).await?.structured["slos"][0].clone())
}

fn slo(kind: &str, objective: f64, threshold: f64, unit: &str, window: &str) -> Value {
    json!({
        "type": kind, "title": "An objective", "objective": objective, "explanation": "So it is.",
        "threshold": threshold, "unit": unit, "window": window, "handler": "/todos/{id}",
    })
}

#[tokio::test]
async fn without_a_model_there_are_objectives_by_rule() {
    let answer = suggest(&Desk::new()).await.unwrap();
    let text: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(text, answer.structured["slos"], "the text is the array");
    let kinds: Vec<&Value> = text.as_array().unwrap().iter().map(|slo| &slo["type"]).collect();
    assert_eq!(kinds, ["latency", "availability", "error"]);
    for slo in text.as_array().unwrap() {
        let keys: Vec<&String> = slo.as_object().unwrap().keys().collect();
        let documented =
            ["type", "title", "objective", "explanation", "threshold", "unit", "window", "sli"];
        assert_eq!(keys[..8], documented);
        assert_eq!(slo["analysis_by"], "host");
        let query = slo["sli"]["prometheus"].as_str().unwrap();
        assert!(query.contains("{handler=\"index\"") && query.contains("[5m]"), "{query}");
    }
    assert!(text[0]["explanation"].as_str().unwrap().contains("has no time-out"), "{text}");
    assert_eq!(text[1]["objective"], 99.5, "one remote call");
    assert!(answer.structured["instructions"].as_str().unwrap().contains("requests.get"));
}

#[tokio::test]
async fn a_latency_is_a_quantile_and_windows_of_cloud_run() {
    let found = answered(slo("latency", 95.0, 300.0, "ms", "5m")).await.unwrap();
    assert_eq!(
        found["sli"]["prometheus"],
        "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket\
         {handler=\"/todos/{id}\"}[5m])))"
    );
    let measure = json!({ "latency": { "threshold": "0.3s" } });
    assert_eq!(
        found["sli"]["gcp/cloudrun"],
        json!({
            "displayName": "An objective - 5m", "goal": 0.95, "rollingPeriod": "2419200s",
            "serviceLevelIndicator": { "windowsBased": {
                "windowPeriod": "300s",
                "goodTotalRatioThreshold": { "basicSliPerformance": measure, "threshold": 0.95 },
            } },
        })
    );
    assert_eq!(found["window"], "300s");
    assert_eq!(found["analysis_by"], "model");
}

#[tokio::test]
async fn a_share_of_requests_is_counted() {
    let found = answered(slo("availability", 99.9, 99.9, "%", "90s")).await.unwrap();
    assert_eq!(
        found["sli"]["prometheus"],
        "100 * sum(rate(http_requests_total{handler=\"/todos/{id}\",status!~\"5..\"}[90s])) \
         / sum(rate(http_requests_total{handler=\"/todos/{id}\"}[90s]))"
    );
    let windows = &found["sli"]["gcp/cloudrun"]["serviceLevelIndicator"]["windowsBased"];
    assert_eq!(windows["windowPeriod"], "120s", "Cloud Run counts in minutes");
    let found = answered(slo("error", 99.0, 1.0, "%", "7d")).await.unwrap();
    assert!(found["sli"]["prometheus"].as_str().unwrap().contains("status=~\"5..\"}[7d]"));
    let cloud_run = &found["sli"]["gcp/cloudrun"];
    assert_eq!(cloud_run["rollingPeriod"], "604800s");
    assert_eq!(cloud_run["serviceLevelIndicator"], json!({ "basicSli": { "availability": {} } }));
}

#[tokio::test]
async fn objectives_that_make_no_sense_are_refused() {
    let with = |name: &str, value: Value| {
        let mut slo = slo("latency", 95.0, 0.3, "s", "300s");
        slo[name] = value;
        slo
    };
    assert!(answered(with("title", "Fine".into())).await.is_ok());
    for wrong in [
        with("objective", 100.0.into()),
        with("objective", (-1.0).into()),
        with("threshold", 0.into()),
        with("unit", "furlong".into()),
        with("window", "1s".into()),
        with("window", "99999999999999999999d".into()),
        with("title", "\u{200b}".into()),
        with("handler", "a\"} or vector(1) or {b=\"".into()),
        with("type", "beauty".into()),
    ] {
        assert_eq!(answered(wrong.clone()).await.unwrap_err().code, "llm_bad_answer", "{wrong}");
    }
}
