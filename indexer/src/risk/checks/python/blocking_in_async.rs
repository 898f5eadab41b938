//! Calls that block the thread of an event loop.

use super::common::{LAMBDA, SYNC_SESSION};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// The innermost function is asynchronous.
const IN_ASYNC: Condition = Condition {
    place: Place::Around,
    query: r#"(function_definition "async" body: (block) @it)"#,
    callee: Callee::Any,
};

/// What is awaited gives the loop its turn.
const AWAITED: Condition = Condition {
    place: Place::Around,
    query: r#"
        (await (call) @it)
        (await (call (argument_list (call) @it)))
    "#,
    callee: Callee::Any,
};

/// Work for a thread or a process of its own.
const ELSEWHERE: Condition = Condition {
    place: Place::Around,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&[
        "**.run_in_executor|to_thread|run_in_threadpool|run_sync|run_in_thread|submit",
        "to_thread|run_in_threadpool|sync_to_async|run_sync",
    ]),
};

/// A call of the database before it in the function: one is told for all.
const BEFORE: Condition = Condition {
    place: Place::Before,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Resolved(SYNC_SESSION),
};

const CALL: &str = "(call function: (_) @callee arguments: (argument_list)) @risk";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "blocking-in-async",
        query: CALL,
        callee: Callee::Resolved(&[
            "requests.get|post|put|patch|delete|head|options|request",
            "requests.**.Session|session.get|post|put|patch|delete|head|options|request|send",
            "httpx.get|post|put|patch|delete|head|options|request",
            "httpx.Client.get|post|put|patch|delete|head|options|request|send",
            "urllib.request.urlopen|urlretrieve",
            "urllib3.**.PoolManager.request|urlopen",
            "http.client.HTTPConnection|HTTPSConnection.request|getresponse",
            "smtplib.SMTP|SMTP_SSL",
            "smtplib.SMTP|SMTP_SSL.send_message|sendmail|login",
            "socket.create_connection|gethostbyname|getaddrinfo",
        ]),
        only: &[IN_ASYNC],
        unless: &[AWAITED, ELSEWHERE, LAMBDA],
        fix: "Await an asynchronous client: `httpx.AsyncClient`, `aiohttp.ClientSession`, \
              `aiosmtplib`; or `await asyncio.to_thread(requests.get, url)`; or make a handler of \
              FastAPI a plain `def`, which runs in a thread.",
        examples: Examples {
            bad: &[
                "import requests\n\nasync def user(id):\n    return requests.get(f\"{BASE}/users/{id}\", timeout=5).json()\n",
                "import httpx\n\nclient = httpx.Client()\n\nasync def user(id):\n    return client.get(f\"{BASE}/users/{id}\").json()\n",
            ],
            good: &[
                "import asyncio\nimport requests\n\nasync def user(id):\n    return await asyncio.to_thread(requests.get, f\"{BASE}/users/{id}\", timeout=5)\n",
                "import asyncio\nimport requests\n\nasync def user(id):\n    def load():\n        return requests.get(f\"{BASE}/users/{id}\", timeout=5).json()\n    return await asyncio.get_running_loop().run_in_executor(None, load)\n",
                "import httpx\n\nasync def user(client: httpx.AsyncClient, id):\n    return (await client.get(f\"{BASE}/users/{id}\")).json()\n",
            ],
        },
    },
    Check {
        rule: "blocking-in-async",
        query: CALL,
        callee: Callee::Resolved(&[
            "time.sleep",
            "subprocess.run|call|check_call|check_output|getoutput|getstatusoutput",
            "os.system",
        ]),
        only: &[IN_ASYNC],
        unless: &[AWAITED, ELSEWHERE, LAMBDA],
        fix: "`await asyncio.sleep(..)`, and `await asyncio.create_subprocess_exec(..)` or \
              `await asyncio.to_thread(subprocess.run, ..)`.",
        examples: Examples {
            bad: &[
                "import time\n\nasync def wait():\n    time.sleep(1)\n",
                "import subprocess\n\nasync def version():\n    return subprocess.check_output([\"git\", \"describe\"])\n",
            ],
            good: &[
                "import asyncio\n\nasync def wait():\n    await asyncio.sleep(1)\n",
                "import asyncio\nimport subprocess\n\nasync def version():\n    return await asyncio.to_thread(lambda: subprocess.check_output([\"git\", \"describe\"]))\n",
            ],
        },
    },
    Check {
        rule: "blocking-in-async",
        query: CALL,
        callee: Callee::Resolved(SYNC_SESSION),
        only: &[IN_ASYNC],
        unless: &[AWAITED, ELSEWHERE, LAMBDA, BEFORE],
        fix: "Make the function a plain `def`, which FastAPI runs in a thread, or use \
              `AsyncSession` with an asynchronous driver and await its calls.",
        examples: Examples {
            bad: &[
                "from sqlalchemy.orm import Session\n\nasync def user(id, db: Session):\n    return db.query(User).filter(User.id == id).first()\n",
                "from sqlmodel import Session, select\n\nasync def users(session: Session):\n    return session.exec(select(User))\n",
            ],
            good: &[
                "from sqlalchemy.orm import Session\n\ndef user(id, db: Session):\n    return db.query(User).filter(User.id == id).first()\n",
                "from sqlalchemy import select\nfrom sqlalchemy.ext.asyncio import AsyncSession\n\nasync def users(db: AsyncSession):\n    return (await db.execute(select(User))).all()\n",
            ],
        },
    },
    Check {
        rule: "blocking-in-async",
        query: CALL,
        callee: Callee::Resolved(&[
            "psycopg|psycopg2|pymysql|MySQLdb|pyodbc.connect",
            "psycopg|psycopg2|pymysql|MySQLdb|pyodbc.connect.**.execute*|fetch*|commit",
            "redis|valkey.Redis|StrictRedis|Valkey|from_url.get|set|setex|delete|incr|hget|hset",
            "redis|valkey.Redis|StrictRedis|Valkey|from_url.lpush|rpush|publish|expire|exists",
            "redis|valkey.Redis|StrictRedis|Valkey|from_url.hgetall|mget|ping|keys",
            "pymongo.MongoClient.**.find_one*|insert_*|update_*|delete_*|replace_one|aggregate",
            "pymongo.MongoClient.**.count_documents",
            "boto3.client.*",
            "boto3.**.Session.client.*",
            "!boto3.**.client.get_paginator|get_waiter|close|generate_presigned_url",
        ]),
        only: &[IN_ASYNC],
        unless: &[AWAITED, ELSEWHERE, LAMBDA],
        fix: "Await the asynchronous client: `redis.asyncio`, `asyncpg` or `psycopg.AsyncConnection`, \
              `pymongo.AsyncMongoClient`, `aioboto3`; or `await asyncio.to_thread(..)`.",
        examples: Examples {
            bad: &[
                "import redis\n\ncache = redis.Redis(host=\"cache\", socket_timeout=2)\n\nasync def hits():\n    return cache.incr(\"hits\")\n",
                "import boto3\n\ns3 = boto3.client(\"s3\")\n\nasync def put(name, body):\n    s3.put_object(Bucket=BUCKET, Key=name, Body=body)\n",
            ],
            good: &[
                "import redis.asyncio as redis\n\ncache = redis.Redis(host=\"cache\", socket_timeout=2)\n\nasync def hits():\n    return await cache.incr(\"hits\")\n",
                "import asyncio\nimport boto3\n\ns3 = boto3.client(\"s3\")\n\nasync def put(name, body):\n    await asyncio.to_thread(s3.put_object, Bucket=BUCKET, Key=name, Body=body)\n",
            ],
        },
    },
];
