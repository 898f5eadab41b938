//! One task for each element.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Something that bounds what runs at once.
const BOUNDED: Condition = Condition {
    place: Place::File,
    query: r#"((identifier) @it (#match? @it "(?i)semaphore|limiter|throttl|max_concurren|concurrency|chunked|batched|in_batches"))"#,
    callee: Callee::Any,
};

/// Something that is called from afar.
const REMOTE: Condition = Condition {
    place: Place::File,
    query: "(call function: (_) @callee) @it",
    callee: Callee::AnyRemote,
};

/// Elements that are few, as they are written out.
const FEW: Condition = Condition {
    place: Place::Within,
    query: r#"
        (for_in_clause right: [(tuple) (list)]) @it
        (for_in_clause right: (call
          function: (identifier) @range
          arguments: (argument_list . (integer) .)) (#eq? @range "range")) @it
        (for_in_clause right: (_) @it (#match? @it "(?i)batch|chunk|worker|self\\._?tasks"))
    "#,
    callee: Callee::Any,
};

/// A batch of a larger whole, or few elements.
const BATCHED: Condition = Condition {
    place: Place::Around,
    query: r#"
        (for_statement right: [(tuple) (list)]) @it
        (for_statement right: (call
          function: (identifier) @range) (#eq? @range "range")) @it
        (for_statement left: (identifier) @it (#match? @it "(?i)batch|chunk|worker"))
        (for_statement right: (_) @it (#match? @it "(?i)batch|chunk|worker"))
    "#,
    callee: Callee::Any,
};

const FIX: &str = "Bound it: `async with semaphore:` in the task, with one \
                   `semaphore = asyncio.Semaphore(10)` for all, or a fixed number of workers that \
                   read a bounded queue.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-concurrency",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list (list_splat [
                (list_comprehension body: (call))
                (generator_expression body: (call))
                (parenthesized_expression (generator_expression body: (call)))
              ]))) @risk
        "#,
        callee: Callee::Resolved(&["asyncio.gather"]),
        only: &[REMOTE],
        unless: &[BOUNDED, FEW, BATCHED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import asyncio\nimport httpx\n\nasync def users(client: httpx.AsyncClient, ids):\n    return await asyncio.gather(*[client.get(f\"/users/{id}\") for id in ids])\n",
                "import asyncio\nimport aiohttp\n\nasync def load(session: aiohttp.ClientSession, url):\n    async with session.get(url) as response:\n        return await response.read()\n\nasync def pages(session, urls):\n    return await asyncio.gather(*(load(session, url) for url in urls))\n",
            ],
            good: &[
                "import asyncio\nimport httpx\n\nbound = asyncio.Semaphore(10)\n\nasync def user(client: httpx.AsyncClient, id):\n    async with bound:\n        return await client.get(f\"/users/{id}\")\n\nasync def users(client, ids):\n    return await asyncio.gather(*[user(client, id) for id in ids])\n",
                "import asyncio\nimport httpx\n\nasync def both(client: httpx.AsyncClient):\n    return await asyncio.gather(*[client.get(path) for path in (\"/users\", \"/orders\")])\n",
            ],
        },
    },
    Check {
        rule: "unbounded-concurrency",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list . (list_splat (identifier) @same))) @risk
        "#,
        callee: Callee::Resolved(&["asyncio.gather"]),
        only: &[REMOTE, COLLECTED],
        unless: &[BOUNDED, COLLECTED_FEW, BATCHED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import asyncio\nimport httpx\n\nasync def users(client: httpx.AsyncClient, ids):\n    tasks = [client.get(f\"/users/{id}\") for id in ids]\n    return await asyncio.gather(*tasks)\n",
                "import asyncio\nimport httpx\n\nasync def users(client: httpx.AsyncClient, ids):\n    tasks = [asyncio.create_task(client.get(f\"/users/{id}\")) for id in ids]\n    return await asyncio.gather(*tasks, return_exceptions=True)\n",
            ],
            good: &[
                "import asyncio\nimport httpx\n\nasync def users(client: httpx.AsyncClient, batches):\n    for batch in batches:\n        tasks = [client.get(f\"/users/{id}\") for id in batch]\n        await asyncio.gather(*tasks)\n",
                "import asyncio\nimport httpx\n\nasync def work(client: httpx.AsyncClient, queue):\n    while True:\n        await client.get(await queue.get())\n\nasync def main(client, queue):\n    workers = [work(client, queue) for _ in range(8)]\n    await asyncio.gather(*workers)\n",
            ],
        },
    },
    Check {
        rule: "unbounded-concurrency",
        query: "(call function: (_) @callee arguments: (argument_list (call))) @risk",
        callee: Callee::Resolved(&[
            "asyncio.create_task|ensure_future",
            "asyncio.get_event_loop|get_running_loop.create_task",
        ]),
        only: &[REMOTE, IN_FOR],
        unless: &[BOUNDED, BATCHED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import asyncio\nimport httpx\n\nasync def tell(client: httpx.AsyncClient, users):\n    tasks = set()\n    for user in users:\n        tasks.add(asyncio.create_task(client.post(f\"/users/{user}/news\")))\n    await asyncio.wait(tasks)\n",
                "import asyncio\nimport httpx\n\nasync def load(url):\n    async with httpx.AsyncClient() as client:\n        return await client.get(url)\n\nasync def pages(urls):\n    tasks = []\n    for url in urls:\n        task = asyncio.create_task(load(url))\n        tasks.append(task)\n    return await asyncio.gather(*tasks)\n",
            ],
            good: &[
                "import asyncio\nimport httpx\n\nasync def tell(client: httpx.AsyncClient, users):\n    for user in users:\n        await client.post(f\"/users/{user}/news\")\n",
                "import asyncio\nimport httpx\n\nasync def work(client: httpx.AsyncClient, queue):\n    while True:\n        await client.get(await queue.get())\n\nasync def start(client, queue):\n    tasks = []\n    for _ in range(8):\n        tasks.append(asyncio.create_task(work(client, queue)))\n    await asyncio.wait(tasks)\n",
            ],
        },
    },
];

/// A list with one call for each element.
const COLLECTED: Condition = Condition {
    place: Place::Function,
    query: "(assignment left: (identifier) @same right: (list_comprehension body: (call)) @it)",
    callee: Callee::Any,
};

/// Such a list of few elements.
const COLLECTED_FEW: Condition = Condition {
    place: Place::Function,
    query: r#"
        (assignment left: (identifier) @same right: (list_comprehension
          (for_in_clause right: [(tuple) (list)] @it)))
        (assignment left: (identifier) @same right: (list_comprehension
          (for_in_clause right: (call function: (identifier) @it))) (#eq? @it "range"))
        (assignment left: (identifier) @same right: (list_comprehension
          (for_in_clause right: (_) @it)) (#match? @it "(?i)batch|chunk|worker"))
    "#,
    callee: Callee::Any,
};

const IN_FOR: Condition = Condition {
    place: Place::Around,
    query: "(for_statement body: (block) @it)",
    callee: Callee::Any,
};
