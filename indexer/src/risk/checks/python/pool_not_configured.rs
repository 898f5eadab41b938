//! Pools of connections whose limits nobody chose.

use super::common::SPLAT;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// An engine that ends with the function, so that nobody else uses its pool.
const DISPOSED: Condition = Condition {
    place: Place::Function,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&["**.dispose"]),
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "pool-not-configured",
        query: r#"
            (call function: (_) @callee arguments: (argument_list) @arguments
              (#not-match? @arguments "pool_size|max_overflow|poolclass|pool *=|creator|strategy|:memory:|['\"]sqlite://['\"]")) @risk
        "#,
        callee: Callee::Resolved(&["sqlalchemy|sqlmodel.**.create_engine|create_async_engine"]),
        only: &[],
        unless: &[SPLAT, DISPOSED],
        fix: "Choose them: `create_engine(url, pool_size=10, max_overflow=5, pool_timeout=3, \
              pool_pre_ping=True, pool_recycle=1800)`. Without them it is 5 and 10 more, and \
              30 seconds to wait for one.",
        examples: Examples {
            bad: &[
                "from sqlalchemy import create_engine\n\nengine = create_engine(\"postgresql://db/shop\")\n",
                "from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine(URL, echo=False, pool_pre_ping=True)\n",
            ],
            good: &[
                "from sqlalchemy import create_engine\n\nengine = create_engine(URL, pool_size=10, max_overflow=5, pool_timeout=3)\n",
                "from sqlalchemy import create_engine\nfrom sqlalchemy.pool import NullPool\n\nengine = create_engine(URL, poolclass=NullPool)\n",
            ],
        },
    },
    Check {
        rule: "pool-not-configured",
        query: r#"
            (call function: (_) @callee arguments: (argument_list) @arguments
              (#not-match? @arguments "max_size|maxsize|max_connections|maxconn")) @risk
        "#,
        callee: Callee::Resolved(&[
            "asyncpg.create_pool",
            "aiomysql|asyncmy|aiopg.create_pool",
            "psycopg_pool.ConnectionPool|AsyncConnectionPool",
            "redis|valkey.ConnectionPool",
            "redis|valkey.asyncio|connection.**.ConnectionPool",
            "redis|valkey.**.ConnectionPool.from_url",
            "!**.*BlockingConnectionPool.**",
        ]),
        only: &[],
        unless: &[SPLAT],
        fix: "Choose the limit: `max_size=20` for asyncpg (10 without it) and psycopg_pool (4), \
              `max_connections=50` for a pool of Redis (no limit without it).",
        examples: Examples {
            bad: &[
                "import asyncpg\n\nasync def pool():\n    return await asyncpg.create_pool(DSN, command_timeout=5)\n",
                "import redis\n\npool = redis.ConnectionPool(host=\"cache\", socket_timeout=2)\n",
            ],
            good: &[
                "import asyncpg\n\nasync def pool():\n    return await asyncpg.create_pool(DSN, min_size=2, max_size=20, command_timeout=5)\n",
                "import redis\n\npool = redis.ConnectionPool(host=\"cache\", socket_timeout=2, max_connections=50)\n",
            ],
        },
    },
    Check {
        rule: "pool-not-configured",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list
                (keyword_argument name: (identifier) @name value: [(none) (integer)] @value))
              (#any-of? @name "limit" "max_connections")
              (#any-of? @value "None" "0")) @risk
        "#,
        callee: Callee::Resolved(&["httpx.Limits", "aiohttp.**.TCPConnector"]),
        only: &[],
        unless: &[],
        fix: "Keep a limit, such as `limit=100` (aiohttp) or `max_connections=100` (httpx), and \
              one for each host.",
        examples: Examples {
            bad: &[
                "import aiohttp\n\nasync def session():\n    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))\n",
                "import httpx\n\nclient = httpx.AsyncClient(limits=httpx.Limits(max_connections=None))\n",
            ],
            good: &[
                "import aiohttp\n\nasync def session():\n    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50, limit_per_host=10))\n",
                "import httpx\n\nclient = httpx.AsyncClient(limits=httpx.Limits(max_connections=50))\n",
            ],
        },
    },
];
