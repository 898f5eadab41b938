//! One remote call for each element.

use super::{IN_TESTS, MIGRATES};
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

/// For each element, where the loop does not end with the first that works.
const EACH: Condition = Condition {
    place: Place::Around,
    query: r#"((for_expression value: (_) @over body: (block) @it)
        (#not-match? @over "(?i)\\.\\.|chunks|batch|mirror|endpoint|hosts|attempt|retr|migrations|addrs|urls|backoff")
        (#not-match? @it "\\bbreak\\b|return Ok|return Some|return true"))"#,
    callee: Callee::Any,
};

/// It only makes a future, which runs beside others.
const BESIDE_OTHERS: Condition = Condition {
    place: Place::Around,
    query: r#"
        (for_expression body: (block (expression_statement
            (call_expression arguments: (arguments (async_block) @it)))))
        (for_expression body: (block (expression_statement
            (call_expression arguments: (arguments
                (call_expression arguments: (arguments (async_block) @it)))))))
        (for_expression body: (block (let_declaration value: [
            (async_block) @it
            (call_expression arguments: (arguments (async_block) @it))
        ])))
        (closure_expression) @it
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "call-in-loop",
    query: r#"
        ((call_expression function: (field_expression field: (field_identifier) @name) @callee) @risk
            (#not-match? @name "^(begin|commit|rollback|connect|acquire|prepare|ping|clone|subscribe|watch|recv|next|flush|close|poll|get_conn.*|build)"))
    "#,
    callee: Callee::Remote(&[
        RemoteKind::Http,
        RemoteKind::Database,
        RemoteKind::Cache,
        RemoteKind::Rpc,
        RemoteKind::Llm,
        RemoteKind::Cloud,
    ]),
    only: &[EACH],
    unless: &[IN_TESTS, MIGRATES, BESIDE_OTHERS],
    fix: "Ask once for all of them (`WHERE id = ANY($1)`, `MGET`, a batch), or run a bounded number \
          at once with `buffer_unordered(n)`.",
    examples: Examples {
        bad: &[
            "async fn drop_all(pool: &sqlx::PgPool, ids: &[i64]) -> sqlx::Result<()> {\n    for id in ids {\n        sqlx::query(\"DELETE FROM a WHERE id = $1\").bind(id).execute(pool).await?;\n    }\n    Ok(())\n}\n",
            "async fn names(client: &reqwest::Client, users: Vec<String>) -> reqwest::Result<Vec<String>> {\n    let mut names = Vec::new();\n    for user in users {\n        names.push(client.get(user).send().await?.text().await?);\n    }\n    Ok(names)\n}\n",
        ],
        good: &[
            "async fn drop_all(pool: &sqlx::PgPool, ids: &[i64]) -> sqlx::Result<()> {\n    sqlx::query(\"DELETE FROM a WHERE id = ANY($1)\").bind(ids).execute(pool).await?;\n    Ok(())\n}\n",
            "async fn open(client: &reqwest::Client, url: &str) -> Option<reqwest::Response> {\n    for _ in 0..3 {\n        if let Ok(answer) = client.get(url).send().await {\n            return Some(answer);\n        }\n    }\n    None\n}\n",
        ],
    },
}];
