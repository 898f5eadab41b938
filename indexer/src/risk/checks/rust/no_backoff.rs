//! Attempts without a growing or random pause.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Examples};

const GOOD: &[&str] = &[
    "async fn open(url: &str) -> Option<sqlx::PgPool> {\n    for attempt in 0..5 {\n        match sqlx::PgPool::connect(url).await {\n            Ok(pool) => return Some(pool),\n            Err(error) => tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await,\n        }\n    }\n    None\n}\n",
    "async fn each(client: &reqwest::Client, urls: &[&str]) -> usize {\n    let mut found = 0;\n    for url in urls {\n        match client.get(*url).send().await {\n            Ok(_) => found += 1,\n            Err(_) => continue,\n        }\n    }\n    found\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-backoff",
        query: concat!(
            attempts!(
                "loop_expression",
                r#"(#not-match? @body "sleep|delay|interval|tick|backoff|\\bwait|yield_now|recv|timeout|select!|changed\\(")"#
            ),
            attempts!(
                "for_expression value: (range_expression)",
                r#"(#not-match? @body "sleep|delay|interval|tick|backoff|\\bwait|yield_now|recv|timeout|select!|changed\\(")"#
            ),
            until_it_works!(
                r#"(#not-match? @body "sleep|delay|interval|tick|backoff|\\bwait|yield_now|recv|timeout|select!|return|break|changed\\(|bail!|panic!")"#
            ),
        ),
        callee: Callee::AnyRemote,
        only: &[],
        unless: &[IN_TESTS],
        fix: "Pause before the next attempt, longer each time and by a random part: \
              `.retry(ExponentialBuilder::default().with_jitter())` of `backon`.",
        examples: Examples {
            bad: &[
                "async fn open(url: &str) -> Option<sqlx::PgPool> {\n    for _ in 0..5 {\n        match sqlx::PgPool::connect(url).await {\n            Ok(pool) => return Some(pool),\n            Err(error) => log(error),\n        }\n    }\n    None\n}\n",
                "use std::net::TcpStream;\n\nfn open(address: &str) -> TcpStream {\n    loop {\n        if let Ok(stream) = TcpStream::connect(address) {\n            return stream;\n        }\n    }\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "no-backoff",
        query: concat!(
            attempts!(
                "loop_expression",
                r#"(#match? @body "sleep\\(\\s*((std|tokio)::time::)?Duration::from_(secs|millis)\\(\\s*[0-9_]+\\s*\\)\\s*\\)") (#not-match? @body "backoff|jitter|rand|pow\\(")"#
            ),
            attempts!(
                "for_expression value: (range_expression)",
                r#"(#match? @body "sleep\\(\\s*((std|tokio)::time::)?Duration::from_(secs|millis)\\(\\s*[0-9_]+\\s*\\)\\s*\\)") (#not-match? @body "backoff|jitter|rand|pow\\(")"#
            ),
            until_it_works!(
                r#"(#match? @body "sleep\\(\\s*((std|tokio)::time::)?Duration::from_(secs|millis)\\(\\s*[0-9_]+\\s*\\)\\s*\\)") (#not-match? @body "backoff|jitter|rand|pow\\(")"#
            ),
        ),
        callee: Callee::AnyRemote,
        only: &[],
        unless: &[IN_TESTS],
        fix: "Let the pause grow, and add a random part: \
              `.retry(ExponentialBuilder::default().with_jitter())` of `backon`.",
        examples: Examples {
            bad: &[
                "use std::time::Duration;\n\nasync fn open(url: &str) -> Option<sqlx::PgPool> {\n    for _ in 0..5 {\n        match sqlx::PgPool::connect(url).await {\n            Ok(pool) => return Some(pool),\n            Err(error) => tokio::time::sleep(Duration::from_secs(1)).await,\n        }\n    }\n    None\n}\n",
                "use std::{net::TcpStream, thread, time::Duration};\n\nfn wait(address: &str) {\n    while let Err(_) = TcpStream::connect(address) {\n        thread::sleep(Duration::from_millis(500));\n    }\n}\n",
            ],
            good: GOOD,
        },
    },
];
