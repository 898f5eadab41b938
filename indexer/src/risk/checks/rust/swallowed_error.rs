//! Errors of remote calls that nobody looks at.

use super::IN_TESTS;
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

const KINDS: Callee = Callee::Remote(&[
    RemoteKind::Http,
    RemoteKind::Database,
    RemoteKind::Cache,
    RemoteKind::Broker,
    RemoteKind::Rpc,
    RemoteKind::Llm,
    RemoteKind::Cloud,
]);

/// It is told before it is dropped.
const TOLD: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((field_identifier) @it (#match? @it "^(inspect_err|map_err|or_else|log_err|report|trace_err)$"))
        (macro_invocation) @it
    "#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "async fn save(pool: &sqlx::PgPool) -> sqlx::Result<()> {\n    sqlx::query(\"DELETE FROM a\").execute(pool).await?;\n    Ok(())\n}\n",
    "async fn ping(client: &reqwest::Client, url: &str) {\n    if let Err(error) = client.get(url).send().await {\n        tracing::warn!(%error, \"no answer\");\n    }\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "swallowed-error",
        query: r#"
            ((let_declaration pattern: "_" value: [
                (call_expression function: (field_expression field: (field_identifier) @name) @callee)
                (await_expression
                    (call_expression function: (field_expression field: (field_identifier) @name) @callee))
            ]) @risk
                (#not-match? @name "^(rollback|close|shutdown|flush|abort|ping|ack|nack|unsubscribe|subscribe)")
                (#not-match? @callee "(?i)pipe(line)?\\b|pool\\.get$"))
            ((expression_statement (call_expression function: (field_expression
                value: [
                    (call_expression function: (field_expression field: (field_identifier) @name) @callee)
                    (await_expression
                        (call_expression function: (field_expression field: (field_identifier) @name) @callee))
                ]
                field: (field_identifier) @drop))) @risk
                (#eq? @drop "ok")
                (#not-match? @name "^(rollback|close|shutdown|flush|abort|ping|ack|nack|unsubscribe|subscribe)")
                (#not-match? @callee "(?i)pipe(line)?\\b|pool\\.get$"))
        "#,
        callee: KINDS,
        only: &[],
        unless: &[IN_TESTS, TOLD],
        fix: "Give the error on with `?`, or log it: `if let Err(error) = .. { warn!(%error) }`.",
        examples: Examples {
            bad: &[
                "async fn save(pool: &sqlx::PgPool) {\n    let _ = sqlx::query(\"DELETE FROM a\").execute(pool).await;\n}\n",
                "async fn ping(client: &reqwest::Client, url: &str) {\n    client.get(url).send().await.ok();\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "swallowed-error",
        query: r#"
            ((expression_statement (if_expression
                condition: (let_condition
                    pattern: (tuple_struct_pattern type: (identifier) @err)
                    value: [
                        (call_expression function: (_) @callee)
                        (await_expression (call_expression function: (_) @callee))
                    ])
                consequence: (block) @block
                !alternative)) @risk
                (#eq? @err "Err") (#match? @block "^\\{\\s*\\}$"))
            ((match_expression
                value: [
                    (call_expression function: (_) @callee)
                    (await_expression (call_expression function: (_) @callee))
                ]
                body: (match_block (match_arm pattern: (match_pattern) @err value: (_) @block))) @risk
                (#match? @err "^Err\\(") (#match? @block "^(\\{\\s*\\}|\\(\\))$"))
        "#,
        callee: KINDS,
        only: &[],
        unless: &[IN_TESTS],
        fix: "Log the error at least: an empty block hides that the dependency failed.",
        examples: Examples {
            bad: &[
                "async fn save(pool: &sqlx::PgPool) {\n    if let Err(_) = sqlx::query(\"DELETE FROM a\").execute(pool).await {}\n}\n",
                "async fn ping(client: &reqwest::Client, url: &str) {\n    match client.get(url).send().await {\n        Ok(answer) => show(answer),\n        Err(_) => {}\n    }\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "swallowed-error",
        query: r#"((call_expression function: (field_expression
                value: [
                    (call_expression function: (_) @callee)
                    (await_expression (call_expression function: (_) @callee))
                ]
                field: (field_identifier) @name)) @risk
            (#any-of? @name "unwrap_or_default" "unwrap_or"))"#,
        callee: KINDS,
        only: &[],
        unless: &[IN_TESTS, TOLD],
        fix: "Give the error on with `?`, or log it before a default takes its place: nothing \
              found and no answer are not the same.",
        examples: Examples {
            bad: &[
                "async fn users(pool: &sqlx::PgPool) -> Vec<Row> {\n    sqlx::query(\"SELECT 1\").fetch_all(pool).await.unwrap_or_default()\n}\n",
                "async fn count(con: &mut redis::aio::MultiplexedConnection) -> u64 {\n    redis::cmd(\"GET\").arg(\"n\").query_async(con).await.unwrap_or(0)\n}\n",
            ],
            good: GOOD,
        },
    },
];
