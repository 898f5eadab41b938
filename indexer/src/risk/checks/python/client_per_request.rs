//! Clients that are made for each request.

use super::common::{HANDLER, LAMBDA, TEST};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A function that runs once, or that gives what it makes to others.
const ONCE: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((function_definition name: (identifier) @it)
          (#match? @it "^_*(main|run|run_.*|start.*|setup.*|init.*|__.*|lifespan|cli|create_.*|make_.*|build_.*|get_.*(client|session|engine|pool|redis).*|new_.*|connect.*|open.*|test.*|serve.*|worker.*|on_.*|async_setup.*|validate.*|login.*|download.*)$|main$"))
        (yield) @it
    "#,
    callee: Callee::Any,
};

/// Something that is done for each element with the one client.
const LOOPED: Condition = Condition {
    place: Place::Within,
    query: "[(for_statement) (while_statement) (list_comprehension) (generator_expression)] @it",
    callee: Callee::Any,
};

/// A client that is kept for later calls.
const KEPT: Condition = Condition {
    place: Place::Around,
    query: r#"
        (assignment left: [(attribute) (subscript)]) @it
        (return_statement) @it
        (assignment left: (identifier) @it (#match? @it "^_?[A-Z]"))
    "#,
    callee: Callee::Any,
};

/// A function that keeps one client in a name of the file.
const GLOBAL: Condition =
    Condition { place: Place::Function, query: "(global_statement) @it", callee: Callee::Any };

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "client-per-request",
        query: "(call function: (_) @callee arguments: (argument_list)) @risk",
        callee: Callee::Resolved(&[
            "requests.get|post|put|patch|delete|head|options|request",
            "httpx.get|post|put|patch|delete|head|options|request",
            "aiohttp.request",
        ]),
        only: &[HANDLER],
        unless: &[TEST, LAMBDA],
        fix: "Make one client for the application, such as `client = httpx.Client()` in its \
              lifespan or one `requests.Session()`, and call `client.get(..)`: calls of the module \
              open a connection each time.",
        examples: Examples {
            bad: &[
                "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/\")\ndef index():\n    return httpx.get(f\"{UPSTREAM}/todos/1\").json()\n",
                "import requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.route(\"/users/<int:id>\")\ndef user(id):\n    return requests.get(f\"{BASE}/users/{id}\", timeout=5).json()\n",
            ],
            good: &[
                "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\nclient = httpx.Client(base_url=UPSTREAM)\n\n@app.get(\"/\")\ndef index():\n    return client.get(\"/todos/1\").json()\n",
                "import requests\n\ndef version():\n    return requests.get(f\"{BASE}/version\", timeout=5).json()\n",
            ],
        },
    },
    Check {
        rule: "client-per-request",
        query: "(call function: (_) @callee arguments: (argument_list)) @risk",
        callee: Callee::Resolved(MADE),
        only: &[HANDLER],
        unless: &[TEST, ONCE, GLOBAL, KEPT],
        fix: "Make it once when the application starts (FastAPI: its lifespan and `app.state`), \
              close it when it ends, and give it to the handlers.",
        examples: Examples {
            bad: &[
                "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/\")\nasync def index():\n    async with httpx.AsyncClient() as client:\n        return (await client.get(UPSTREAM)).json()\n",
                "import redis\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.route(\"/hits\")\ndef hits():\n    cache = redis.Redis(host=\"cache\", socket_timeout=2)\n    return str(cache.incr(\"hits\"))\n",
            ],
            good: &[
                "import contextlib\nimport httpx\nfrom fastapi import FastAPI, Request\n\n@contextlib.asynccontextmanager\nasync def lifespan(app):\n    async with httpx.AsyncClient() as client:\n        app.state.client = client\n        yield\n\napp = FastAPI(lifespan=lifespan)\n\n@app.get(\"/\")\nasync def index(request: Request):\n    return (await request.app.state.client.get(UPSTREAM)).json()\n",
                "import redis\nfrom flask import Flask\n\napp = Flask(__name__)\ncache = redis.Redis(host=\"cache\", socket_timeout=2)\n\n@app.route(\"/hits\")\ndef hits():\n    return str(cache.incr(\"hits\"))\n",
            ],
        },
    },
    Check {
        rule: "client-per-request",
        query: r#"
            (with_statement
              (with_clause (with_item (as_pattern (call function: (_) @callee)) .))
              body: (block . (_) . (_)? . (_)? .)) @risk
        "#,
        callee: Callee::Resolved(&["httpx.*Client", "aiohttp.**.ClientSession"]),
        only: &[IN_ASYNC, CALLED],
        unless: &[HANDLER, TEST, ONCE, LOOPED, CONCURRENT, POLLED],
        fix: "Make one client when the program starts, keep it, and use it for all calls: each new \
              one opens new connections.",
        examples: Examples {
            bad: &[
                "import httpx\n\nasync def user(id):\n    async with httpx.AsyncClient() as client:\n        response = await client.get(f\"{BASE}/users/{id}\")\n        return response.json()\n",
                "import aiohttp\n\nclass Shop:\n    async def order(self, order):\n        async with aiohttp.ClientSession() as session:\n            await session.post(f\"{BASE}/orders\", json=order)\n",
            ],
            good: &[
                "import httpx\n\nclient = httpx.AsyncClient(base_url=BASE)\n\nasync def user(id):\n    response = await client.get(f\"/users/{id}\")\n    return response.json()\n",
                "import aiohttp\n\nasync def users(ids):\n    async with aiohttp.ClientSession() as session:\n        for id in ids:\n            await session.get(f\"{BASE}/users/{id}\")\n",
                "import asyncio\nimport httpx\n\nasync def main():\n    async with httpx.AsyncClient() as client:\n        print((await client.get(BASE)).text)\n\nasyncio.run(main())\n",
            ],
        },
    },
];

const MADE: &[&str] = &[
    "httpx.*Client",
    "aiohttp.**.ClientSession",
    "requests.**.Session|session",
    "redis|valkey.**.*Redis|*Valkey|from_url",
    "sqlalchemy|sqlmodel.**.create_engine|create_async_engine",
    "pymongo.*MongoClient",
    "motor.motor_asyncio.AsyncIOMotorClient",
    "psycopg|psycopg2|asyncpg|pymysql|MySQLdb.connect",
    "openai.*OpenAI",
    "anthropic.*Anthropic",
    "boto3.client|resource",
    "elasticsearch.*Elasticsearch",
    "grpc.**.insecure_channel|secure_channel",
];

/// An asynchronous function, of which many run in a program that lives.
const IN_ASYNC: Condition = Condition {
    place: Place::Around,
    query: r#"(function_definition "async") @it"#,
    callee: Callee::Any,
};

/// A call by it.
const CALLED: Condition = Condition {
    place: Place::Within,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Resolved(&[
        "httpx.*Client.get|post|put|patch|delete|head|request",
        "aiohttp.**.ClientSession.get|post|put|patch|delete|head|request",
    ]),
};

/// A wait for something that comes up, mostly on this machine.
const POLLED: Condition =
    Condition { place: Place::Around, query: "(while_statement) @it", callee: Callee::Any };

/// Many calls by one client.
const CONCURRENT: Condition = Condition {
    place: Place::Within,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&["**.gather|create_task|TaskGroup|as_completed"]),
};
