//! Databases and caches without a time-out, by what each driver does without one.

use super::common::SPLAT;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A time-out of statements or connections that some text of the file sets.
const SET_IN_TEXT: Condition = Condition {
    place: Place::File,
    query: r#"((string_content) @it (#match? @it "(statement|connect|read|command|socket)_timeout"))"#,
    callee: Callee::Any,
};

/// Something around it that ends it.
const WAITED_FOR: Condition = Condition {
    place: Place::File,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Resolved(&["asyncio.wait_for|timeout", "anyio.fail_after|move_on_after"]),
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-timeout",
        query: r#"
            (call function: (_) @callee arguments: (argument_list) @arguments
              (#not-match? @arguments "(connect|statement|command|read|login|query|lock|socket)_?[tT]imeout|['\" ?&]timeout|:memory:|['\"]sqlite://['\"]|(connect_args|creator) *= *[a-zA-Z_]")) @risk
        "#,
        callee: Callee::Resolved(&["sqlalchemy|sqlmodel.**.create_engine|create_async_engine"]),
        only: &[],
        unless: &[SPLAT, SET_IN_TEXT],
        fix: "Give the driver its time-outs, for PostgreSQL `connect_args={\"connect_timeout\": 3, \
              \"options\": \"-c statement_timeout=5000\"}` (asyncpg: `{\"timeout\": 3, \
              \"command_timeout\": 5}`, SQLite: `{\"timeout\": 3}`), and `pool_timeout=3`.",
        examples: Examples {
            bad: &[
                "from sqlalchemy import create_engine\n\nengine = create_engine(\"sqlite:///./shop.db\")\n",
                "import os\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine(os.environ[\"DATABASE_URL\"], pool_timeout=3)\n",
            ],
            good: &[
                "from sqlalchemy import create_engine\n\nengine = create_engine(URL, connect_args={\"connect_timeout\": 3, \"options\": \"-c statement_timeout=5000\"})\n",
                "from sqlalchemy import create_engine\n\nengine = create_engine(\"sqlite:///:memory:\")\n",
                "from sqlalchemy import create_engine\n\ndef engine(url, **options):\n    return create_engine(url, **options)\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call function: (_) @callee
              arguments: (argument_list [
                (string)
                (keyword_argument name: (identifier) @name)
              ]) @arguments
              (#any-of? @name "host" "dbname" "database" "user")
              (#not-match? @arguments "connect_timeout")) @risk
        "#,
        callee: Callee::Resolved(&[
            "psycopg|psycopg2|psycopg2cffi.connect",
            "psycopg.*Connection.connect",
        ]),
        only: &[],
        unless: &[SPLAT, SET_IN_TEXT, WAITED_FOR],
        fix: "Give `connect_timeout=3`, and `options=\"-c statement_timeout=5000\"` for what runs: \
              libpq waits for ever without them.",
        examples: Examples {
            bad: &[
                "import psycopg\n\ndef connect():\n    return psycopg.connect(\"host=db dbname=shop\")\n",
                "import psycopg2\n\nconn = psycopg2.connect(host=HOST, dbname=\"shop\", password=PASSWORD)\n",
            ],
            good: &[
                "import psycopg\n\ndef connect():\n    return psycopg.connect(\"host=db dbname=shop connect_timeout=3\")\n",
                "import psycopg2\n\ndef connect(dsn):\n    return psycopg2.connect(dsn)\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call function: (_) @callee arguments: (argument_list) @arguments
              (#not-match? @arguments "command_timeout")) @risk
        "#,
        callee: Callee::Resolved(&["asyncpg.connect|create_pool"]),
        only: &[],
        unless: &[SPLAT, WAITED_FOR, GIVEN_TO_STATEMENTS],
        fix: "Give `command_timeout=5`: asyncpg connects within a minute, but lets a statement \
              run for ever.",
        examples: Examples {
            bad: &[
                "import asyncpg\n\nasync def pool():\n    return await asyncpg.create_pool(DSN, max_size=20)\n",
                "import asyncpg\n\nasync def users():\n    conn = await asyncpg.connect(DSN)\n    return await conn.fetch(\"SELECT * FROM users\")\n",
            ],
            good: &[
                "import asyncpg\n\nasync def pool():\n    return await asyncpg.create_pool(DSN, max_size=20, command_timeout=5)\n",
                "import asyncpg\n\nasync def users():\n    conn = await asyncpg.connect(DSN)\n    return await conn.fetch(\"SELECT * FROM users\", timeout=5)\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call function: (_) @callee
              arguments: (argument_list (keyword_argument)) @arguments
              (#not-match? @arguments "read_timeout|read_default_file")) @risk
        "#,
        callee: Callee::Resolved(&[
            "pymysql|MySQLdb.connect|Connect|Connection",
            "pymysql.connections.Connection",
        ]),
        only: &[],
        unless: &[SPLAT],
        fix: "Give `read_timeout=5, write_timeout=5`: the driver connects within ten seconds, but \
              waits for answers for ever.",
        examples: Examples {
            bad: &[
                "import pymysql\n\nconn = pymysql.connect(host=\"db\", user=USER, password=PASSWORD)\n",
                "import MySQLdb\n\ndef connect():\n    return MySQLdb.connect(host=\"db\", db=\"shop\", connect_timeout=3)\n",
            ],
            good: &[
                "import pymysql\n\nconn = pymysql.connect(host=\"db\", user=USER, read_timeout=5, write_timeout=5)\n",
                "import pymysql\n\ndef connect(**options):\n    return pymysql.connect(**options)\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call function: (_) @callee arguments: (argument_list) @arguments
              (#not-match? @arguments "socket_timeout *= *[^N ]|connection_pool|unix_socket_path|timeout=[0-9]")) @risk
        "#,
        callee: Callee::Resolved(&[
            "redis|valkey.Redis|StrictRedis|Valkey|RedisCluster|from_url",
            "redis|valkey.asyncio|cluster|client.**.Redis|StrictRedis|Valkey|RedisCluster|from_url",
            "redis|valkey.Redis|StrictRedis|Valkey|RedisCluster.from_url",
            "redis|valkey.**.ConnectionPool|BlockingConnectionPool",
            "redis|valkey.**.ConnectionPool|BlockingConnectionPool.from_url",
        ]),
        only: &[],
        unless: &[SPLAT, WAITED_FOR],
        fix: "Give `socket_timeout=2, socket_connect_timeout=1`: redis-py before 8 waits for ever \
              without them, and so does `socket_timeout=None` in each version.",
        examples: Examples {
            bad: &[
                "import redis\n\ncache = redis.Redis(host=\"cache\", port=6379)\n",
                "import redis.asyncio as redis\n\ncache = redis.from_url(URL, decode_responses=True)\n",
            ],
            good: &[
                "import redis\n\ncache = redis.Redis(host=\"cache\", socket_timeout=2, socket_connect_timeout=1)\n",
                "import redis\n\npool = redis.ConnectionPool(host=\"cache\", socket_timeout=2)\ncache = redis.Redis(connection_pool=pool)\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call function: (_) @callee arguments: (argument_list) @arguments
              (#not-match? @arguments "(?i)(socket)?timeoutMS")) @risk
        "#,
        callee: Callee::Resolved(&[
            "pymongo.MongoClient|AsyncMongoClient",
            "pymongo.mongo_client.MongoClient",
            "motor.motor_asyncio.AsyncIOMotorClient",
        ]),
        only: &[],
        unless: &[SPLAT, WAITED_FOR],
        fix: "Give `timeoutMS=5000`: a server is chosen within 30 seconds, but the answer of one \
              that fell silent is waited for without end.",
        examples: Examples {
            bad: &[
                "from pymongo import MongoClient\n\nclient = MongoClient(\"mongodb://db:27017\")\n",
                "from motor.motor_asyncio import AsyncIOMotorClient\n\nclient = AsyncIOMotorClient(URL, maxPoolSize=50)\n",
            ],
            good: &[
                "from pymongo import MongoClient\n\nclient = MongoClient(\"mongodb://db:27017\", timeoutMS=5000)\n",
                "from pymongo import MongoClient\n\nclient = MongoClient(URL, socketTimeoutMS=5000)\n",
            ],
        },
    },
];

/// A time-out of each statement.
const GIVEN_TO_STATEMENTS: Condition = Condition {
    place: Place::File,
    query: r#"
        (call
          function: (attribute attribute: (identifier) @method)
          arguments: (argument_list (keyword_argument name: (identifier) @it))
          (#match? @method "^(fetch|execute)")
          (#eq? @it "timeout"))
    "#,
    callee: Callee::Any,
};
