//! Reads that are not tried again. Whatever in the file speaks of retries keeps the checks quiet,
//! as who retries may be far from what is retried.

use super::common::{HANDLER, HTTP_READS, RETRIES_IN_FILE, RETRY_LOOP, TEST};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A loop that asks again in any case.
const POLLED: Condition = Condition {
    place: Place::Around,
    query: "(while_statement body: (block) @it)",
    callee: Callee::Any,
};

/// Another attempt, another server, or another element after a failure.
const NEXT_ONE: Condition = Condition {
    place: Place::Around,
    query: "(for_statement body: (block (try_statement) @it))",
    callee: Callee::Any,
};

/// Something that is sent, so that it is no read.
const SENT: Condition = Condition {
    place: Place::Within,
    query: r#"
        (keyword_argument name: (identifier) @it (#any-of? @it "data" "method"))
        (call function: (_) arguments: (argument_list . (_) . [(identifier) (call) (attribute)] @it))
    "#,
    callee: Callee::Any,
};

/// A read of the database before it in the function: one is told for all.
const READ_BEFORE: Condition = Condition {
    place: Place::Before,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Resolved(SESSION),
};

const SESSION: &[&str] = &[
    "sqlalchemy.**.*Session|*sessionmaker|scoped_session.execute|scalar|scalars|get|commit",
    "sqlalchemy.**.*Session|*sessionmaker|scoped_session.query.**.all|first|one|one_or_none|count",
    "sqlmodel.**.*Session.exec|execute|scalar|scalars|get|commit",
    "flask_sqlalchemy.SQLAlchemy.session.execute|scalar|scalars|get|commit",
    "flask_sqlalchemy.SQLAlchemy.session.query.**.all|first|one|one_or_none|count",
    "asyncpg.**.fetch|fetchrow|fetchval|execute",
    "psycopg|psycopg2|pymysql|MySQLdb.**.execute",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-retry",
        query: r#"(call function: (_) @callee arguments: (argument_list)) @risk"#,
        callee: HTTP_READS,
        only: &[],
        unless: &[RETRIES_IN_FILE, RETRY_LOOP, POLLED, NEXT_ONE, SENT, TEST],
        fix: "Retry reads a few times with a growing, random pause: `@stamina.retry(on=.., \
              attempts=3)`, or `tenacity.retry(stop=stop_after_attempt(3), \
              wait=wait_random_exponential(max=2))`; for requests also an `HTTPAdapter` with \
              `Retry(total=3, backoff_factor=0.2)`.",
        examples: Examples {
            bad: &[
                "import httpx\n\ndef index():\n    return httpx.get(f\"{UPSTREAM}/todos/1\").json()\n",
                "import aiohttp\n\nasync def user(session: aiohttp.ClientSession, id):\n    async with session.get(f\"{BASE}/users/{id}\") as response:\n        return await response.json()\n",
            ],
            good: &[
                "import httpx\nimport stamina\n\n@stamina.retry(on=httpx.HTTPError, attempts=3)\ndef index():\n    return httpx.get(f\"{UPSTREAM}/todos/1\").json()\n",
                "import requests\nfrom requests.adapters import HTTPAdapter\nfrom urllib3.util import Retry\n\ns = requests.Session()\ns.mount(\"https://\", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.2)))\n\ndef user(id):\n    return s.get(f\"{BASE}/users/{id}\", timeout=5)\n",
                "import time\nimport requests\n\ndef user(id):\n    for attempt in range(3):\n        try:\n            return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        except requests.ConnectionError:\n            time.sleep(2 ** attempt)\n",
                "import httpx\n\nclient = httpx.Client(transport=httpx.HTTPTransport(retries=3))\n\ndef user(id):\n    return client.get(f\"{BASE}/users/{id}\")\n",
            ],
        },
    },
    Check {
        rule: "no-retry",
        query: r#"(call function: (_) @callee arguments: (argument_list)) @risk"#,
        callee: Callee::Resolved(SESSION),
        only: &[HANDLER],
        unless: &[RETRIES_IN_FILE, RETRY_LOOP, POLLED, TEST, READ_BEFORE],
        fix: "Do the whole unit of work again when the connection was lost \
              (`sqlalchemy.exc.OperationalError`), such as with `@stamina.retry(on=OperationalError, \
              attempts=3)` around it, and give the engine `pool_pre_ping=True`.",
        examples: Examples {
            bad: &[
                "from fastapi import Depends, FastAPI\nfrom sqlalchemy.orm import Session\n\napp = FastAPI()\n\n@app.get(\"/users/{id}\")\ndef user(id: int, db: Session = Depends(get_db)):\n    return db.query(User).filter(User.id == id).first()\n",
                "from fastapi import FastAPI\nimport asyncpg\n\napp = FastAPI()\n\n@app.get(\"/users\")\nasync def users(db: asyncpg.Pool):\n    return await db.fetch(\"SELECT * FROM users\")\n",
            ],
            good: &[
                "import stamina\nfrom fastapi import Depends, FastAPI\nfrom sqlalchemy.exc import OperationalError\nfrom sqlalchemy.orm import Session\n\napp = FastAPI()\n\n@app.get(\"/users/{id}\")\n@stamina.retry(on=OperationalError, attempts=3)\ndef user(id: int, db: Session = Depends(get_db)):\n    return db.query(User).filter(User.id == id).first()\n",
                "from sqlalchemy.orm import Session\n\ndef users(db: Session):\n    return db.query(User).all()\n",
            ],
        },
    },
];
