//! Work that goes on when nobody waits for it any more, or that cannot be ended.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// The one who cancels may leave the error of what was cancelled.
const CANCELS: Condition = Condition {
    place: Place::Function,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&["**.cancel|aclose|shutdown", "**.*_cancel|cancel_*"]),
};

const IN_ASYNC: Condition = Condition {
    place: Place::Around,
    query: r#"(function_definition "async") @it"#,
    callee: Callee::Any,
};

/// Something that is awaited, where a cancellation arrives.
const AWAITS: Condition =
    Condition { place: Place::Within, query: "(await) @it", callee: Callee::Any };

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-cancellation",
        query: "(expression_statement (call function: (_) @callee arguments: (argument_list)) @risk)",
        callee: Callee::Resolved(&[
            "asyncio.create_task|ensure_future",
            "asyncio.get_event_loop|get_running_loop.create_task",
        ]),
        only: &[],
        unless: &[],
        fix: "Keep the task (`tasks.add(task)`, `task.add_done_callback(tasks.discard)`) so that it \
              can be cancelled and its error is heard, or use `asyncio.TaskGroup`: the loop alone \
              may even drop it half-way.",
        examples: Examples {
            bad: &[
                "import asyncio\n\nasync def order(order):\n    await save(order)\n    asyncio.create_task(mail(order))\n",
                "import asyncio\n\ndef order(order):\n    asyncio.ensure_future(mail(order))\n",
            ],
            good: &[
                "import asyncio\n\ntasks = set()\n\nasync def order(order):\n    task = asyncio.create_task(mail(order))\n    tasks.add(task)\n    task.add_done_callback(tasks.discard)\n",
                "import asyncio\n\nasync def order(order):\n    async with asyncio.TaskGroup() as group:\n        group.create_task(mail(order))\n        group.create_task(save(order))\n",
            ],
        },
    },
    Check {
        rule: "no-cancellation",
        query: r#"
            (while_statement
              body: (block (try_statement
                body: (block)
                (except_clause
                  value: (_) @type
                  (block . [(pass_statement) (continue_statement)] .)) @risk))
              (#match? @type "CancelledError|BaseException"))
            (while_statement
              body: (block (try_statement
                body: (block)
                (except_clause
                  !value
                  (block . [(pass_statement) (continue_statement)] .)) @risk)))
        "#,
        callee: Callee::Any,
        only: &[IN_ASYNC, TRY_AWAITS],
        unless: &[CANCELS],
        fix: "Let `asyncio.CancelledError` go out of the loop: catch `Exception`, which it is not, \
              and raise it again where it must be caught.",
        examples: Examples {
            bad: &[
                "import asyncio\n\nasync def work(queue):\n    while True:\n        try:\n            await handle(await queue.get())\n        except asyncio.CancelledError:\n            continue\n",
                "async def work(queue):\n    while True:\n        try:\n            await handle(await queue.get())\n        except:\n            pass\n",
            ],
            good: &[
                "import asyncio\n\nasync def work(queue):\n    while True:\n        try:\n            await handle(await queue.get())\n        except asyncio.CancelledError:\n            raise\n        except Exception:\n            log.exception(\"work\")\n",
                "import asyncio\n\nasync def stop(task):\n    task.cancel()\n    try:\n        await task\n    except asyncio.CancelledError:\n        pass\n",
            ],
        },
    },
    Check {
        rule: "no-cancellation",
        query: "(await (call function: (_) @callee arguments: (argument_list . (call)))) @risk",
        callee: Callee::Resolved(&["asyncio.shield"]),
        only: &[IN_ASYNC, REMOTE, AWAITS],
        unless: &[],
        fix: "Let a read be cancelled with who waits for it; shield only what must be finished once \
              it was begun, with a time-out of its own.",
        examples: Examples {
            bad: &[
                "import asyncio\nimport httpx\n\nasync def user(client: httpx.AsyncClient, id):\n    return await asyncio.shield(client.get(f\"/users/{id}\"))\n",
                "import asyncio\nimport asyncpg\n\nasync def users(pool: asyncpg.Pool):\n    return await asyncio.shield(pool.fetch(\"SELECT * FROM users\"))\n",
            ],
            good: &[
                "import httpx\n\nasync def user(client: httpx.AsyncClient, id):\n    return await client.get(f\"/users/{id}\")\n",
                "import asyncio\n\nasync def save(state):\n    await asyncio.shield(write(state))\n",
            ],
        },
    },
];

/// Something in the `try` before it that is awaited.
const TRY_AWAITS: Condition =
    Condition { place: Place::Before, query: "(await) @it", callee: Callee::Any };

const REMOTE: Condition = Condition {
    place: Place::Within,
    query: r#"(call function: (_) @callee) @it"#,
    callee: Callee::AnyRemote,
};
