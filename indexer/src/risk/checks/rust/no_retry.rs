//! Reads over HTTP that are tried once.

use super::{IN_MAIN, IN_TESTS};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-retry",
    query: "(call_expression function: (_) @callee) @risk",
    callee: Callee::Resolved(&[
        "reqwest.get",
        "reqwest.blocking.get",
        "reqwest.Client|ClientBuilder.**.get|head.**.send",
        "reqwest.blocking.Client|ClientBuilder.**.get|head.**.send",
        "ureq.get|head.**.call",
    ]),
    only: &[],
    unless: &[
        IN_TESTS,
        IN_MAIN,
        Condition {
            place: Place::Around,
            query: "(loop_expression) @it (while_expression) @it",
            callee: Callee::Any,
        },
        Condition {
            place: Place::File,
            query: r#"
                ((identifier) @it (#match? @it "[rR]etr(y|ies)|[bB]ackoff|backon"))
                ((field_identifier) @it (#match? @it "[rR]etr(y|ies)|[bB]ackoff"))
                ((type_identifier) @it (#match? @it "Retr(y|ies)|Backoff"))
            "#,
            callee: Callee::Any,
        },
    ],
    fix: "Try again a few times with a growing, random pause: `reqwest-middleware` with \
          `RetryTransientMiddleware` of `reqwest-retry`, or `.retry(ExponentialBuilder::default())` \
          of `backon`.",
    examples: Examples {
        bad: &[
            "async fn load(url: &str) -> reqwest::Result<String> {\n    reqwest::get(url).await?.text().await\n}\n",
            "async fn load(client: &reqwest::Client, url: &str) -> reqwest::Result<reqwest::Response> {\n    client.get(url).header(\"a\", \"b\").send().await\n}\n",
        ],
        good: &[
            "use backon::{ExponentialBuilder, Retryable};\n\nasync fn load(client: &reqwest::Client, url: &str) -> reqwest::Result<reqwest::Response> {\n    (|| client.get(url).send()).retry(ExponentialBuilder::default()).await\n}\n",
            "async fn save(client: &reqwest::Client, url: &str) -> reqwest::Result<reqwest::Response> {\n    client.post(url).send().await\n}\n",
        ],
    },
}];
