//! One task for each element.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// For each element of what has any number of them.
const EACH: Condition = Condition {
    place: Place::Around,
    query: r#"((for_expression value: (_) @over body: (block) @it)
        (#not-match? @over "\\.\\.|chunks|take\\(|^\\[|^&\\[|workers|windows\\("))"#,
    callee: Callee::Any,
};

/// What bounds how many run at once.
const BOUNDED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((call_expression function: (field_expression field: (field_identifier) @it))
            (#any-of? @it "acquire" "acquire_owned" "try_acquire" "try_acquire_owned" "acquire_many" "buffer_unordered" "buffered" "for_each_concurrent" "try_for_each_concurrent" "chunks" "take" "join_next" "try_buffer_unordered"))
        ((identifier) @it (#match? @it "(?i)semaphore|max_concurren|concurrency|permit"))
    "#,
    callee: Callee::Any,
};

const REMOTE: Condition = Condition {
    place: Place::Within,
    query: "(call_expression function: (_) @callee) @it",
    callee: Callee::AnyRemote,
};

/// What each does goes to something else, as far as its name tells.
const CALLS: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((call_expression function: [
            (field_expression field: (field_identifier) @name)
            (identifier) @name
            (scoped_identifier name: (identifier) @name)
        ]) @it
            (#match? @name "^(send|execute|fetch|query|request|download|upload|post|call|connect|lookup|publish|delete|drop|ping|check|scan|crawl|sync|invoke|verify|dereference|([a-z]+_)?request)(_|$)"))
    "#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "use std::sync::Arc;\nuse tokio::sync::Semaphore;\n\nasync fn load(client: reqwest::Client, urls: Vec<String>, places: Arc<Semaphore>) {\n    for url in urls {\n        let (client, place) = (client.clone(), places.clone().acquire_owned().await);\n        tokio::spawn(async move {\n            let answer = client.get(url).send().await;\n            drop((answer, place));\n        });\n    }\n}\n",
    "use futures::{StreamExt, stream};\n\nasync fn load(client: &reqwest::Client, urls: Vec<String>) -> Vec<reqwest::Result<reqwest::Response>> {\n    stream::iter(urls).map(|url| client.get(url).send()).buffer_unordered(8).collect().await\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-concurrency",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "tokio.spawn",
            "tokio.task.spawn",
            "tokio.task.JoinSet.spawn",
            "async_std.task.spawn",
            "smol.spawn",
        ]),
        only: &[EACH, REMOTE],
        unless: &[IN_TESTS, BOUNDED],
        fix: "Take a place of a `tokio::sync::Semaphore` before each `spawn`, or use \
              `stream::iter(..).map(..).buffer_unordered(n)`.",
        examples: Examples {
            bad: &[
                "async fn load(client: reqwest::Client, urls: Vec<String>) {\n    for url in urls {\n        let own = client.clone();\n        tokio::spawn(async move {\n            let answer = own.get(url).send().await;\n            show(answer);\n        });\n    }\n}\n",
                "use tokio::task::JoinSet;\n\nasync fn drop_all(pool: sqlx::PgPool, ids: Vec<i64>) {\n    let mut tasks = JoinSet::new();\n    for id in ids {\n        let pool = pool.clone();\n        tasks.spawn(async move { sqlx::query(\"DELETE FROM a WHERE id = $1\").bind(id).execute(&pool).await });\n    }\n    tasks.join_all().await;\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "unbounded-concurrency",
        query: r#"((call_expression function: (_) @callee arguments: (arguments
                . (call_expression function: (field_expression
                    value: (_) @over field: (field_identifier) @map)))) @risk
            (#eq? @map "map")
            (#not-match? @over "take\\(|^\\(?\\[|\\.\\.|chunks|workers"))"#,
        callee: Callee::Resolved(&[
            "futures|futures_util.**.join_all|try_join_all",
            "tokio.**.join_all",
        ]),
        only: &[CALLS],
        unless: &[
            IN_TESTS,
            BOUNDED,
            Condition {
                place: Place::Outside,
                query: r#"((for_expression value: (_) @over) @it (#match? @over "chunks"))"#,
                callee: Callee::Any,
            },
        ],
        fix: "Use `stream::iter(..).map(..).buffer_unordered(n).collect()`: `join_all` starts all \
              of them at once.",
        examples: Examples {
            bad: &[
                "use futures::future::join_all;\n\nasync fn load(client: &reqwest::Client, urls: &[String]) {\n    join_all(urls.iter().map(|url| client.get(url).send())).await;\n}\n",
                "async fn load(pool: &sqlx::PgPool, ids: Vec<i64>) -> sqlx::Result<()> {\n    futures::future::try_join_all(ids.into_iter().map(|id| drop_it(pool, id))).await?;\n    Ok(())\n}\n",
            ],
            good: GOOD,
        },
    },
];
