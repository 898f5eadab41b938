//! What changes something, tried again.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A key by which the other side knows what it has done already.
const HAS_KEY: Condition = Condition {
    place: Place::File,
    query: r#"((string_literal) @it (#match? @it "(?i)idempoten"))"#,
    callee: Callee::Any,
};

const CHANGES: &[&str] = &["reqwest.**.post.**.send", "ureq.**.post.**.call|send|send_*"];

const FIX: &str = "Give each attempt the same `Idempotency-Key`, which the other side must know, \
                   or try again only what did not reach it (`error.is_connect()`).";

const GOOD: &[&str] = &[
    "async fn pay(client: &reqwest::Client, url: &str) -> Option<reqwest::Response> {\n    for attempt in 0..3 {\n        match client.post(url).header(\"Idempotency-Key\", \"7\").send().await {\n            Ok(answer) => return Some(answer),\n            Err(error) => tokio::time::sleep(PAUSE * attempt).await,\n        }\n    }\n    None\n}\n",
    "async fn load(client: &reqwest::Client, url: &str) -> Option<reqwest::Response> {\n    for attempt in 0..3 {\n        match client.get(url).send().await {\n            Ok(answer) => return Some(answer),\n            Err(error) => tokio::time::sleep(PAUSE * attempt).await,\n        }\n    }\n    None\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "retry-not-idempotent",
        query: concat!(
            attempts!("loop_expression", ""),
            attempts!("for_expression value: (range_expression)", ""),
            until_it_works!(""),
        ),
        callee: Callee::Resolved(CHANGES),
        only: &[],
        unless: &[IN_TESTS, HAS_KEY],
        fix: FIX,
        examples: Examples {
            bad: &[
                "async fn pay(client: &reqwest::Client, url: &str) -> Option<reqwest::Response> {\n    for attempt in 0..3 {\n        match client.post(url).send().await {\n            Ok(answer) => return Some(answer),\n            Err(error) => tokio::time::sleep(PAUSE * attempt).await,\n        }\n    }\n    None\n}\n",
                "async fn pay(client: &reqwest::Client, url: &str) {\n    while let Err(error) = client.post(url).body(\"7\").send().await {\n        tokio::time::sleep(PAUSE).await;\n    }\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(CHANGES),
        only: &[Condition {
            place: Place::Outside,
            query: r#"
                ((call_expression function: (field_expression
                    value: [(parenthesized_expression) (closure_expression)]
                    field: (field_identifier) @name)) @it (#eq? @name "retry"))
                ((call_expression function: (_) @name arguments: (arguments (closure_expression))) @it
                    (#match? @name "(^|::)(Retry::(spawn|start)|retry|retry_notify|RetryIf::spawn)$"))
            "#,
            callee: Callee::Any,
        }],
        unless: &[IN_TESTS, HAS_KEY],
        fix: FIX,
        examples: Examples {
            bad: &[
                "use backon::{ExponentialBuilder, Retryable};\n\nasync fn pay(client: &reqwest::Client, url: &str) -> reqwest::Result<reqwest::Response> {\n    (|| client.post(url).send()).retry(ExponentialBuilder::default()).await\n}\n",
                "use tokio_retry::{strategy::ExponentialBackoff, Retry};\n\nasync fn pay(client: &reqwest::Client, url: &str) -> reqwest::Result<reqwest::Response> {\n    Retry::spawn(ExponentialBackoff::from_millis(9), || client.post(url).send()).await\n}\n",
            ],
            good: GOOD,
        },
    },
];
