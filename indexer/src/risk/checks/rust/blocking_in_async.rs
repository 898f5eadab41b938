//! Calls that block a thread in asynchronous code.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

const ASYNC: Condition = Condition {
    place: Place::Around,
    query: r#"
        (function_item (function_modifiers "async")) @it
        (async_block) @it
    "#,
    callee: Callee::Any,
};

/// Handed to a thread that may block, or to what is called who knows where.
const ELSEWHERE: Condition = Condition {
    place: Place::Around,
    query: r#"
        (closure_expression) @it
        ((call_expression function: (_) @name) @it
            (#match? @name "(spawn_blocking|block_in_place|unblock|asyncify|thread::spawn)$"))
    "#,
    callee: Callee::Any,
};

/// What is awaited does not block, whatever its name: `fs` may be that of tokio in some builds.
const AWAITED: Condition = Condition {
    place: Place::Within,
    query: "(await_expression (call_expression) @it)",
    callee: Callee::Any,
};

/// Where the program starts, and nothing waits yet.
const AT_START: Condition = Condition {
    place: Place::Outside,
    query: r#"((function_item name: (identifier) @name) @it
        (#match? @name "^(main|new|init.*|setup.*|load_.*|from_file|seed.*|.*_seed_.*|build.*|start|serve|run|.*config.*|.*_cmd)$"))"#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "use std::time::Duration;\n\nasync fn pause() {\n    tokio::time::sleep(Duration::from_secs(1)).await;\n}\n",
    "async fn read(path: String) -> Option<String> {\n    tokio::task::spawn_blocking(move || std::fs::read_to_string(path).ok()).await.ok()?\n}\n",
    "fn pause() {\n    std::thread::sleep(std::time::Duration::from_secs(1));\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "blocking-in-async",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "std.thread.sleep",
            "std.net.TcpStream.connect|connect_timeout",
            "std.process.Command.**.output|status",
            "reqwest.blocking.**.send|get",
            "ureq.**.call|send|send_json|send_form|send_string",
            "futures|futures_executor|futures_lite|pollster.**.block_on",
            "postgres.Client.**.query|query_one|execute|connect",
        ]),
        only: &[ASYNC],
        unless: &[IN_TESTS, ELSEWHERE, AWAITED],
        fix: "Use what is asynchronous (`tokio::time::sleep`, `tokio::process`, \
              `reqwest::Client`), or move it into `tokio::task::spawn_blocking`.",
        examples: Examples {
            bad: &[
                "use std::{thread, time::Duration};\n\nasync fn pause() {\n    thread::sleep(Duration::from_secs(1));\n}\n",
                "fn start(url: String) {\n    tokio::spawn(async move {\n        let answer = reqwest::blocking::get(url);\n        drop(answer);\n    });\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "blocking-in-async",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["std.fs.read|read_to_string|write|copy|remove_dir_all"]),
        only: &[ASYNC],
        unless: &[IN_TESTS, ELSEWHERE, AWAITED, AT_START],
        fix: "Use `tokio::fs`, or move it into `tokio::task::spawn_blocking`: a slow disk stops \
              every task of the thread.",
        examples: Examples {
            bad: &[
                "async fn page(path: &str) -> std::io::Result<String> {\n    std::fs::read_to_string(path)\n}\n",
                "use std::fs;\n\nasync fn save(path: &str, data: &[u8]) -> std::io::Result<()> {\n    fs::write(path, data)\n}\n",
            ],
            good: GOOD,
        },
    },
];
