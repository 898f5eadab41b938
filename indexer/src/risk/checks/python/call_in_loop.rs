//! One call for each element.

use super::common::{LAMBDA, RETRY_LOOP, TEST};
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

/// A loop over elements, which is none over pages, attempts or servers.
const LOOP: Condition = Condition {
    place: Place::Around,
    query: r#"
        ((for_statement left: (_) @name body: (block) @it)
          (#not-match? @name "(?i)page|attempt|retr|tries|try|chunk|batch|offset|cursor|part|mirror|server|host|^_$"))
    "#,
    callee: Callee::Any,
};

/// Attempts, pages, or a search that ends at the first that fits.
const NOT_FOR_EACH: Condition = Condition {
    place: Place::Around,
    query: r#"
        (for_statement right: (call function: (identifier) @range) (#any-of? @range "range" "count")) @it
        (for_statement body: (block (try_statement body: (block [(return_statement) (break_statement)])))) @it
        (for_statement body: (block (try_statement (else_clause body: (block [(return_statement) (break_statement)]))))) @it
        (for_statement body: (block (try_statement body: (block
          (if_statement consequence: (block [(return_statement) (break_statement)])))))) @it
        (for_statement body: (block (try_statement body: (block
          (with_statement body: (block
            (if_statement consequence: (block [(return_statement) (break_statement)])))))))) @it
        (for_statement body: (block [(return_statement) (break_statement)])) @it
        (for_statement right: (_) @it (#match? @it "(?i)page|chunk|batch|paginat"))
        (while_statement) @it
        (if_statement
          consequence: (block [(return_statement) (break_statement) (raise_statement)]) @it)
        (except_clause) @it
    "#,
    callee: Callee::Any,
};

/// What is started here is waited for elsewhere, with others.
const STARTED: Condition = Condition {
    place: Place::Around,
    query: "(call function: (_) @callee arguments: (_) @it)",
    callee: Callee::Written(&[
        "**.create_task|ensure_future|submit|gather|append|add|add_task|start_soon|to_thread",
        "**.run_in_executor|apply_async|as_completed|wait",
        "gather|create_task|ensure_future",
    ]),
};

/// What came out of a query of Django is mostly no query: `row.settings.get("name")`.
const OF_A_ROW: Condition = Condition {
    place: Place::Within,
    query: r#"(call function: (_) @callee (#not-match? @callee "objects")) @it"#,
    callee: Callee::Resolved(&["**.objects.**"]),
};

const KINDS: &[RemoteKind] = &[
    RemoteKind::Http,
    RemoteKind::Database,
    RemoteKind::Cache,
    RemoteKind::Rpc,
    RemoteKind::Llm,
    RemoteKind::Cloud,
];

/// Calls, but those that end or read on what is open, or that only describe a query.
const CALL: &str = r#"
    (call function: (_) @callee arguments: (argument_list)
      (#not-match? @callee "\\.(fetch.*|rollback|close|connect|begin|connection|acquire|getresponse|send|recv|read|flush|commit|result|filter|exclude|order_by|values|values_list|all)$")) @risk
"#;

const FIX: &str = "Ask once for all of them (`WHERE id = ANY(..)`, `mget`, a pipeline, a batch \
                   endpoint, `selectinload`, `bulk_create`), or a bounded number at the same time.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "call-in-loop",
        query: CALL,
        callee: Callee::Remote(KINDS),
        only: &[LOOP],
        unless: &[NOT_FOR_EACH, STARTED, RETRY_LOOP, LAMBDA, OF_A_ROW, TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import requests\n\ndef users(ids):\n    users = []\n    for id in ids:\n        response = requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        users.append(response.json())\n    return users\n",
                "from sqlalchemy.orm import Session\n\ndef totals(db: Session, users):\n    for user in users:\n        user.total = db.query(Order).filter(Order.user == user.id).count()\n",
            ],
            good: &[
                "from sqlalchemy.orm import Session\n\ndef totals(db: Session, users):\n    ids = [user.id for user in users]\n    return db.query(Order.user, func.count()).filter(Order.user.in_(ids)).group_by(Order.user).all()\n",
                "import time\nimport requests\n\ndef user(id):\n    for attempt in range(3):\n        response = requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        if response.ok:\n            return response\n        time.sleep(2 ** attempt)\n",
                "import redis\n\ncache = redis.Redis(socket_timeout=2)\n\ndef keep(values):\n    pipe = cache.pipeline()\n    for name, value in values.items():\n        pipe.set(name, value)\n    pipe.execute()\n",
                "import requests\n\ndef pages(url):\n    while url:\n        page = requests.get(url, timeout=5).json()\n        yield from page[\"items\"]\n        url = page[\"next\"]\n",
            ],
        },
    },
    Check {
        rule: "call-in-loop",
        query: CALL,
        callee: Callee::Remote(KINDS),
        only: &[COMPREHENSION],
        unless: &[STARTED, IN_ASYNC, LAMBDA, OF_A_ROW, TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import requests\n\ndef users(ids):\n    return [requests.get(f\"{BASE}/users/{id}\", timeout=5).json() for id in ids]\n",
                "import redis\n\ncache = redis.Redis(socket_timeout=2)\n\ndef values(names):\n    return {name: cache.get(name) for name in names}\n",
            ],
            good: &[
                "import redis\n\ncache = redis.Redis(socket_timeout=2)\n\ndef values(names):\n    return dict(zip(names, cache.mget(names)))\n",
                "import requests\n\ndef users():\n    return [user[\"name\"] for user in requests.get(f\"{BASE}/users\", timeout=5).json()]\n",
            ],
        },
    },
];

/// What is done for each element of a comprehension.
const COMPREHENSION: Condition = Condition {
    place: Place::Around,
    query: r#"
        (list_comprehension body: (_) @it)
        (set_comprehension body: (_) @it)
        (dictionary_comprehension body: (_) @it)
    "#,
    callee: Callee::Any,
};

const IN_ASYNC: Condition = Condition {
    place: Place::Around,
    query: r#"(function_definition "async") @it"#,
    callee: Callee::Any,
};
