//! Channels that hold any number of messages.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Messages are taken one after the other: it is a queue, and not the way of one answer.
const IS_QUEUE: Condition = Condition {
    place: Place::File,
    query: r#"
        ((while_expression condition: (let_condition value: (_) @from)) @it
            (#match? @from "\\.(recv|next|recv_async|recv_blocking)\\("))
        ((for_expression value: (_) @from) @it (#match? @from "(?i)(rx|recv|receiver)"))
        ((loop_expression body: (block) @body) @it (#match? @body "\\.(recv|recv_async)\\("))
    "#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "use tokio::sync::mpsc;\n\nfn queue() -> (mpsc::Sender<u8>, mpsc::Receiver<u8>) {\n    mpsc::channel(64)\n}\n",
    "fn stop() {\n    let (stop, stopped) = tokio::sync::mpsc::unbounded_channel::<()>();\n    drop((stop, stopped));\n}\n",
    "use std::sync::mpsc;\n\nfn one() -> Option<u8> {\n    let (tx, rx) = mpsc::channel();\n    std::thread::spawn(move || tx.send(1));\n    rx.recv().ok()\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-queue",
        query: r#"((let_declaration
            pattern: (tuple_pattern . (_) @sender)
            value: (call_expression function: (_) @callee)) @risk
            (#not-match? @sender "(?i)(shutdown|quit|exit|stop|cancel|done|signal|close|notify|abort|kill|ready|oneshot)"))"#,
        callee: Callee::Resolved(&[
            "tokio.sync.mpsc.unbounded_channel",
            "crossbeam.channel.unbounded",
            "crossbeam_channel.unbounded",
            "async_channel.unbounded",
            "flume.unbounded",
            "kanal.unbounded|unbounded_async",
            "futures|futures_channel|futures_util.**.mpsc.unbounded",
        ]),
        only: &[],
        unless: &[
            IN_TESTS,
            Condition {
                place: Place::Within,
                query: r#"((type_arguments) @it (#match? @it "^<\\s*\\(\\)"))"#,
                callee: Callee::Any,
            },
        ],
        fix: "Make it bounded (`mpsc::channel(n)`), and choose what happens when it is full: \
              wait with `send`, or refuse with `try_send`.",
        examples: Examples {
            bad: &[
                "fn open() {\n    let (jobs, waiting) = tokio::sync::mpsc::unbounded_channel::<u8>();\n    start(jobs, waiting);\n}\n",
                "use flume::unbounded;\n\nfn open() {\n    let (tx, rx) = unbounded();\n    start(tx, rx);\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "unbounded-queue",
        query: r#"((let_declaration
            pattern: (tuple_pattern . (_) @sender)
            value: (call_expression function: (_) @callee)) @risk
            (#not-match? @sender "(?i)(shutdown|quit|exit|stop|cancel|done|signal|close|notify|abort|kill|ready|oneshot)"))"#,
        callee: Callee::Resolved(&["std.sync.mpsc.channel"]),
        only: &[IS_QUEUE],
        unless: &[
            IN_TESTS,
            Condition {
                place: Place::Within,
                query: r#"((type_arguments) @it (#match? @it "^<\\s*\\(\\)"))"#,
                callee: Callee::Any,
            },
        ],
        fix: "Use `mpsc::sync_channel(n)`: senders then wait while the receiver is behind.",
        examples: Examples {
            bad: &[
                "use std::sync::mpsc;\n\nfn open() {\n    let (tx, rx) = mpsc::channel::<u8>();\n    std::thread::spawn(move || {\n        for job in rx {\n            work(job);\n        }\n    });\n    start(tx);\n}\n",
                "use std::sync::mpsc::channel;\n\nfn open() {\n    let (tx, rx) = channel();\n    start(tx);\n    while let Ok(job) = rx.recv() {\n        work(job);\n    }\n}\n",
            ],
            good: GOOD,
        },
    },
];
