//! Bodies that are read whatever the status.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// The body of an answer whose status was not asked for on the way to it.
const BODY: Callee = Callee::Resolved(&[
    "reqwest|reqwest_middleware.**.send|execute.json|text|bytes|text_with_charset",
    "reqwest.get|blocking.**.get.json|text|bytes",
    "reqwest.get.json|text|bytes|text_with_charset",
]);

/// The status is looked at.
const LOOKED_AT: Condition = Condition {
    place: Place::Function,
    query: r#"((call_expression function: (field_expression field: (field_identifier) @it))
        (#any-of? @it "status" "error_for_status" "error_for_status_ref"))"#,
    callee: Callee::Any,
};

const FIX: &str = "Put `.error_for_status()?` before the body is read: reqwest takes an answer of \
                   503 for a success.";

const GOOD: &[&str] = &[
    "async fn load(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {\n    client.get(url).send().await?.error_for_status()?.text().await\n}\n",
    "async fn load(client: &reqwest::Client, url: &str) -> Result<String, Error> {\n    let answer = client.get(url).send().await?;\n    if !answer.status().is_success() {\n        return Err(Error::Status(answer.status()));\n    }\n    Ok(answer.text().await?)\n}\n",
    "async fn load(client: &reqwest::Client, url: &str) -> Result<String, Error> {\n    let answer = client.get(url).send().await?;\n    check(&answer)?;\n    Ok(answer.text().await?)\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unchecked-status",
        query: r#"((call_expression function: (field_expression
                value: [(try_expression) (await_expression) (call_expression)]
                field: (field_identifier) @name) @callee) @risk
            (#any-of? @name "json" "text" "bytes" "text_with_charset"))"#,
        callee: BODY,
        only: &[],
        unless: &[IN_TESTS, LOOKED_AT],
        fix: FIX,
        examples: Examples {
            bad: &[
                "async fn load(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {\n    client.get(url).send().await?.text().await\n}\n",
                "async fn load(url: &str) -> reqwest::Result<User> {\n    reqwest::get(url).await?.json().await\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "unchecked-status",
        query: r#"((call_expression function: (field_expression
                value: (identifier) @same
                field: (field_identifier) @name) @callee) @risk
            (#any-of? @name "json" "text" "bytes" "text_with_charset"))"#,
        callee: BODY,
        only: &[],
        unless: &[
            IN_TESTS,
            LOOKED_AT,
            Condition {
                place: Place::Before,
                query: r#"(call_expression arguments: (arguments [
                    (identifier) @same
                    (reference_expression value: (identifier) @same)
                ])) @it"#,
                callee: Callee::Any,
            },
        ],
        fix: FIX,
        examples: Examples {
            bad: &[
                "async fn load(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {\n    let answer = client.get(url).send().await?;\n    answer.text().await\n}\n",
                "async fn load(url: &str) -> reqwest::Result<User> {\n    let answer = reqwest::get(url).await?;\n    let user = answer.json().await?;\n    Ok(user)\n}\n",
            ],
            good: GOOD,
        },
    },
];
