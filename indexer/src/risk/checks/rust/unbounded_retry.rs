//! Attempts without an end.

use super::IN_TESTS;
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Examples},
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "unbounded-retry",
    query: concat!(
        attempts!(
            "loop_expression",
            r#"(#not-match? @body "\\+=|-=|attempt|retries|tries|elapsed|deadline|select!|timeout|cancel|shutdown|next_backoff|closed|return Err")"#
        ),
        until_it_works!(
            r#"(#not-match? @body "\\+=|-=|attempt|retries|tries|elapsed|deadline|select!|timeout|cancel|shutdown|next_backoff|closed|return|break|\\?;|bail!|panic!")"#
        ),
    ),
    callee: Callee::Remote(&[
        RemoteKind::Http,
        RemoteKind::Database,
        RemoteKind::Cache,
        RemoteKind::Broker,
        RemoteKind::Rpc,
        RemoteKind::Llm,
        RemoteKind::Cloud,
        RemoteKind::Socket,
    ]),
    only: &[],
    unless: &[IN_TESTS],
    fix: "Count the attempts and give up after a few: `for attempt in 0..5 { .. }`, or \
          `.retry(ExponentialBuilder::default().with_max_times(5))` of `backon`.",
    examples: Examples {
        bad: &[
            "async fn open(url: &str) -> sqlx::PgPool {\n    loop {\n        match sqlx::PgPool::connect(url).await {\n            Ok(pool) => return pool,\n            Err(error) => tokio::time::sleep(PAUSE).await,\n        }\n    }\n}\n",
            "use tokio::net::TcpStream;\n\nasync fn wait(address: &str) {\n    while let Err(_) = TcpStream::connect(address).await {\n        tokio::time::sleep(PAUSE).await;\n    }\n}\n",
        ],
        good: &[
            "async fn open(url: &str) -> Option<sqlx::PgPool> {\n    for attempt in 0..5 {\n        match sqlx::PgPool::connect(url).await {\n            Ok(pool) => return Some(pool),\n            Err(error) => tokio::time::sleep(PAUSE * attempt).await,\n        }\n    }\n    None\n}\n",
            "async fn open(url: &str) -> sqlx::Result<sqlx::PgPool> {\n    let mut left = 5;\n    loop {\n        match sqlx::PgPool::connect(url).await {\n            Ok(pool) => return Ok(pool),\n            Err(error) if left == 0 => return Err(error),\n            Err(error) => left -= 1,\n        }\n    }\n}\n",
        ],
    },
}];
