//! What the tests of both reviews stand on: results with one of everything, a small service, and
//! answers that were recorded.

use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{LlmClient, LlmSettings, State, test_ground::Desk};

/// Results of nine tests: S1 and S8 failed, S3 is inconclusive.
pub(crate) const RESULTS: &str = include_str!(
    "../../scenario/src/report/tests/snapshots/fault_scenario__report__tests__scenarios__example.snap.json"
);

/// A service that answers two of the endpoints, and asks another one without a time-out.
pub(crate) const APP: &str = "\
import requests
from fastapi import FastAPI

app = FastAPI()

def pay(order):
    return requests.post(\"http://ann:hunter2@payments/pay?key=hunter2\", json=order)

@app.post(\"/checkout\")
def checkout(order: dict):
    return pay(order).json()

@app.post(\"/basket\")
def basket():
    return {}
";

/// A change of that service which applies.
pub(crate) const GOOD: &str = "\
--- a/app.py
+++ b/app.py
@@ -6,2 +6,2 @@
 def pay(order):
-    return requests.post(\"http://ann:hunter2@payments/pay?key=hunter2\", json=order)
+    return requests.post(URL, json=order, timeout=(2, 5))
";

/// A folder with the results and the service; with a model that gives these answers, if any.
pub(crate) fn desk(answers: Option<&[(&str, Value)]>) -> Desk {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let mut state = State::default().with_roots(vec![folder.path().to_owned()]);
    if let Some(answers) = answers {
        let line = |(question, answer): &(&str, Value)| {
            json!({ "question": question, "answer": answer }).to_string()
        };
        let file = folder.path().join("answers.jsonl");
        fs_err::write(&file, answers.iter().map(line).collect::<Vec<_>>().join("\n")).unwrap();
        state = state.with_llm(LlmSettings {
            client: LlmClient::Recorded,
            explicit: true,
            recorded: Some(file),
            ..LlmSettings::default()
        });
    }
    let desk = Desk { folder, state: Arc::new(state) };
    desk.write("results.json", RESULTS);
    desk.write("shop/app.py", APP);
    desk
}

/// A recommendation of a model with this evidence and this diff.
pub(crate) fn recommendation(title: &str, evidence: &[&str], diff: &str) -> Value {
    json!({
        "title": title, "priority": "critical", "complexity": "low", "cost": "low",
        "benefit": "Checkout ends in time", "rationale": "The call has no time-out.",
        "evidence": evidence, "diff": diff, "verify": "A blackhole must end in 5 s.",
        "discussion": ["Choose the numbers from the p99."], "risk": "Slow calls are cut off.",
        "shows": "Errors after 5 s.", "watch": "Time-outs."
    })
}

/// The answers of a model that keeps to the evidence.
pub(crate) fn honest() -> Vec<(&'static str, Value)> {
    vec![
        (
            "review-posture",
            json!({
                "posture": [
                    { "text": "Checkout does not bear a slow payment service.", "evidence": ["S1", "C1"] },
                ],
                "hypotheses": [{
                    "title": "No time-out", "cause": "The call waits for ever.", "evidence": ["C1"],
                    "symptoms": [{ "text": "The p95 was 588 ms.", "evidence": ["S1"] }],
                    "next_steps": ["Set a time-out."]
                }]
            }),
        ),
        (
            "review-recommendations",
            json!({
                "recommendations": [recommendation("Bound the call", &["S1", "C3"], GOOD)]
            }),
        ),
        (
            "review-summary",
            json!({
                "findings": [{ "text": "Checkout waits too long.", "evidence": ["S1"] }],
                "trade_offs": [{ "text": "Slow payments fail.", "evidence": ["S1"] }],
                "next_steps": ["Run it again."]
            }),
        ),
    ]
}

/// The part of a report below a heading of the second level.
pub(crate) fn section<'a>(report: &'a str, title: &str) -> &'a str {
    let start =
        report.find(&format!("\n## {title}\n")).unwrap_or_else(|| panic!("{title}: {report}"));
    let rest = &report[start + 4..];
    rest.find("\n## ").map_or(rest, |end| &rest[..end])
}

/// The cells of each row of the tables in a text.
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter(|line| line.starts_with("| ") || line.starts_with("|---"));
    let cells = |line: &str| {
        let inner = line.trim_matches('|').replace("\\|", "\u{1}");
        inner.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
    };
    lines.filter(|line| !line.starts_with("|---")).map(cells).collect()
}
