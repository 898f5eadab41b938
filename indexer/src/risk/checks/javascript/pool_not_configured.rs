//! Pools whose limits nobody chose.

use super::surroundings::SPREAD;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A limit, under any of its names.
const CHOSEN: Condition = Condition {
    place: Place::Within,
    query: r#"
        ([(pair key: (_) @name) (shorthand_property_identifier) @name] @it
         (#match? @name "(?i)^['\"]?(max|pool|poolsize|maxpoolsize|connectionlimit|maxsockets|maxtotalsockets|maxconnections|connections)['\"]?$"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "pool-not-configured",
        query: r#"
            ((new_expression constructor: (_) @callee arguments: (arguments) @given) @risk
             (#match? @given "^[(]\\s*([)]|[{])"))
            (new_expression constructor: (_) @callee !arguments) @risk
        "#,
        callee: Callee::Resolved(&["pg.Pool", "pg.default.Pool", "pg-pool"]),
        only: &[],
        unless: &[CHOSEN, SPREAD],
        fix: "Give `max` for what the database and the service bear (pg has 10), and \
              `connectionTimeoutMillis`, so that nobody waits for a connection for ever.",
        examples: Examples {
            bad: &[
                "import { Pool } from \"pg\";\n\nexport const pool = new Pool({ connectionString: URL });\n",
                "const { Pool } = require(\"pg\");\n\nmodule.exports = new Pool();\n",
            ],
            good: &[
                "import { Pool } from \"pg\";\n\nexport const pool = new Pool({ connectionString: URL, max: 20, connectionTimeoutMillis: 2000 });\n",
                "const { Pool } = require(\"pg\");\n\nmodule.exports = (config) => new Pool(config);\n",
            ],
        },
    },
    Check {
        rule: "pool-not-configured",
        query: "(call_expression function: (_) @callee arguments: (arguments . (object) .)) @risk",
        callee: Callee::Resolved(&[
            "mysql|mysql2|promise-mysql|mariadb.createPool",
            "mysql2.promise.createPool",
            "knex",
            "knex.knex",
        ]),
        only: &[Condition {
            place: Place::Within,
            query: r#"
                ([(pair key: (_) @name) (shorthand_property_identifier) @name] @it
                 (#any-of? @name "client" "host" "uri" "user" "database" "socketPath"))
            "#,
            callee: Callee::Any,
        }],
        unless: &[
            CHOSEN,
            SPREAD,
            Condition {
                place: Place::Within,
                query: r#"((string) @it (#match? @it "(?i)sqlite"))"#,
                callee: Callee::Any,
            },
        ],
        fix: "Give `connectionLimit` and `queueLimit` (mysql2), or `pool: { min, max }` (knex): \
              the default is 10 connections, and no limit to who waits for one.",
        examples: Examples {
            bad: &[
                "const mysql = require(\"mysql2\");\n\nmodule.exports = mysql.createPool({ host: HOST, user: USER });\n",
                "import knex from \"knex\";\n\nexport const db = knex({ client: \"pg\", connection: URL });\n",
            ],
            good: &[
                "const mysql = require(\"mysql2\");\n\nmodule.exports = mysql.createPool({ host: HOST, user: USER, connectionLimit: 20, queueLimit: 100 });\n",
                "import knex from \"knex\";\n\nexport const db = knex({ client: \"pg\", connection: URL, pool: { min: 0, max: 20 } });\n",
            ],
        },
    },
    Check {
        rule: "pool-not-configured",
        query: "(new_expression constructor: (_) @callee arguments: (arguments . (object) @given .)) @risk",
        callee: Callee::Resolved(&["http|https.Agent", "node.http|https.Agent"]),
        only: &[Condition {
            place: Place::Within,
            query: r#"((pair key: (_) @name value: (true)) @it (#eq? @name "keepAlive"))"#,
            callee: Callee::Any,
        }],
        unless: &[CHOSEN, SPREAD],
        fix: "Give `maxSockets`, such as 50: an agent opens any number of connections to a slow \
              host by default.",
        examples: Examples {
            bad: &[
                "const https = require(\"https\");\n\nmodule.exports = new https.Agent({ keepAlive: true });\n",
                "import { Agent } from \"node:http\";\n\nexport const agent = new Agent({ keepAlive: true, timeout: 5000 });\n",
            ],
            good: &[
                "const https = require(\"https\");\n\nmodule.exports = new https.Agent({ keepAlive: true, maxSockets: 50 });\n",
                "const https = require(\"https\");\n\nmodule.exports = new https.Agent({ rejectUnauthorized: false });\n",
            ],
        },
    },
];
