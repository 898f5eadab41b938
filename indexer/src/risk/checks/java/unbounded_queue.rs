//! Queues that take everything.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A bound that is kept beside the queue.
const BOUNDED: Condition = Condition {
    place: Place::File,
    query: r#"
        ((identifier) @it (#any-of? @it "Semaphore" "acquire" "tryAcquire" "remainingCapacity"))
        ((type_identifier) @it (#eq? @it "Semaphore"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "unbounded-queue",
    query: r#"
        ((object_creation_expression type: (_) @callee arguments: (argument_list) @given) @risk
          (#match? @given "^\\(\\s*\\)$"))
    "#,
    callee: Callee::Resolved(&["java.util.concurrent.LinkedBlockingQueue|LinkedBlockingDeque"]),
    only: &[],
    unless: &[BOUNDED],
    fix: "Give it a capacity, `new LinkedBlockingQueue<>(1000)`, and decide what happens when it is \
          full: wait with `put`, or refuse with `offer`.",
    examples: Examples {
        bad: &[
            r#"import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

class Mail {
    private final BlockingQueue<Letter> waiting = new LinkedBlockingQueue<>();

    void send(Letter letter) {
        waiting.add(letter);
    }
}
"#,
            "import java.util.concurrent.*;\n\nclass Pool {\n    Executor executor() {\n        return new ThreadPoolExecutor(4, 16, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<Runnable>());\n    }\n}\n",
        ],
        good: &[
            r#"import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

class Mail {
    private final BlockingQueue<Letter> waiting = new LinkedBlockingQueue<>(1000);

    boolean send(Letter letter) {
        return waiting.offer(letter);
    }
}
"#,
            "import java.util.concurrent.*;\n\nclass Pool {\n    Executor executor() {\n        return new ThreadPoolExecutor(4, 16, 1, TimeUnit.MINUTES, new SynchronousQueue<Runnable>());\n    }\n}\n",
        ],
    },
}];
