//! Queues that take everything. Those of one function are mostly filled with what is known before,
//! so only those that live longer are told.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

const KEPT: Condition = Condition {
    place: Place::Around,
    query: r#"
        (assignment left: (attribute)) @it
        (module (expression_statement (assignment left: (identifier)) @it))
        (class_definition body: (block (expression_statement (assignment) @it)))
    "#,
    callee: Callee::Any,
};

/// A check of how much waits in it.
const CHECKED: Condition = Condition {
    place: Place::File,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&["**.qsize|full"]),
};

const QUEUES: &[&str] = &[
    "queue.Queue|LifoQueue|PriorityQueue",
    "asyncio.Queue|LifoQueue|PriorityQueue",
    "asyncio.queues.Queue",
    "multiprocessing.Queue|JoinableQueue",
    "janus.Queue",
];

const FIX: &str = "Give it a size, such as `Queue(maxsize=1000)`, and decide what a full queue \
                   means: wait with a time-out, or refuse.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-queue",
        query: r#"(call function: (_) @callee arguments: (argument_list . ")")) @risk"#,
        callee: Callee::Resolved(QUEUES),
        only: &[KEPT],
        unless: &[CHECKED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import asyncio\n\nclass Mailer:\n    def __init__(self):\n        self.waiting = asyncio.Queue()\n\n    def send(self, mail):\n        self.waiting.put_nowait(mail)\n",
                "from queue import Queue\n\nevents = Queue()\n\ndef tell(event):\n    events.put(event)\n",
            ],
            good: &[
                "import asyncio\n\nclass Mailer:\n    def __init__(self):\n        self.waiting = asyncio.Queue(maxsize=1000)\n",
                "from queue import Queue\n\ndef run(jobs):\n    waiting = Queue()\n    for job in jobs:\n        waiting.put(job)\n    work(waiting)\n",
            ],
        },
    },
    Check {
        rule: "unbounded-queue",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list [
                (keyword_argument name: (identifier) @name value: [(integer) (unary_operator)] @size)
                [(integer) (unary_operator)] @size
              ])
              (#any-of? @size "0" "-1")) @risk
        "#,
        callee: Callee::Resolved(QUEUES),
        only: &[KEPT],
        unless: &[CHECKED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import asyncio\n\nclass Mailer:\n    def __init__(self):\n        self.waiting = asyncio.Queue(maxsize=0)\n",
                "import queue\n\nevents = queue.Queue(-1)\n",
            ],
            good: &[
                "import asyncio\n\nclass Mailer:\n    def __init__(self):\n        self.waiting = asyncio.Queue(maxsize=100)\n",
                "import queue\n\nevents = queue.Queue(500)\n",
            ],
        },
    },
];
