//! Clients and pools that are made for each request.

use super::surroundings::IN_HANDLER;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// It is made once and kept.
const KEPT: Condition = Condition {
    place: Place::Around,
    query: r#"
        (if_statement condition: (parenthesized_expression (unary_expression))) @it
        (augmented_assignment_expression) @it
        ((binary_expression operator: ["||" "??"]) @it)
        (assignment_expression right: [(new_expression) (call_expression) (await_expression)]) @it
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "client-per-request",
        query: "(new_expression constructor: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "pg.Pool|Client",
            "pg.default.Pool|Client",
            "@prisma/client.PrismaClient",
            "mongodb.MongoClient",
            "ioredis",
            "ioredis.Redis|Cluster|default",
            "sequelize.Sequelize",
            "kafkajs.Kafka",
            "undici.Pool|Agent",
            "http|https.Agent",
            "node.http|https.Agent",
            "openai",
            "openai.OpenAI|default",
            "@anthropic-ai/sdk",
        ]),
        only: &[IN_HANDLER],
        unless: &[KEPT],
        fix: "Make it once, outside of the handler, and use it for each request: it keeps its \
              connections open.",
        examples: Examples {
            bad: &[
                "import { Pool } from \"pg\";\n\napp.get(\"/users\", async (req, res) => {\n  const pool = new Pool({ max: 5, query_timeout: 1000 });\n  res.json((await pool.query(\"select * from users\")).rows);\n});\n",
                "import { PrismaClient } from \"@prisma/client\";\n\nexport default async function handler(req, res) {\n  const prisma = new PrismaClient();\n  res.json(await prisma.user.findMany());\n}\n",
            ],
            good: &[
                "import { Pool } from \"pg\";\n\nconst pool = new Pool({ max: 5, query_timeout: 1000 });\n\napp.get(\"/users\", async (req, res) => {\n  res.json((await pool.query(\"select * from users\")).rows);\n});\n",
                "import { PrismaClient } from \"@prisma/client\";\n\nlet prisma;\n\nexport default async function handler(req, res) {\n  if (!prisma) prisma = new PrismaClient();\n  res.json(await prisma.user.findMany());\n}\n",
            ],
        },
    },
    Check {
        rule: "client-per-request",
        query: r#"
            ((call_expression function: (_) @callee) @risk
             (#match? @callee "(create[A-Za-z]*|connect|extend)$"))
            (call_expression
                function: (_) @callee
                arguments: (arguments
                    . (object (pair key: (_) @name (#eq? @name "client"))) .)) @risk
        "#,
        callee: Callee::Resolved(&[
            "redis.createClient|createCluster",
            "mysql|mysql2|promise-mysql|mariadb.createPool|createConnection",
            "mysql2.promise.createPool|createConnection",
            "mongoose.connect|createConnection",
            "nodemailer.createTransport",
            "axios.create",
            "axios.default.create",
            "knex",
            "amqplib.connect",
            "got.extend",
        ]),
        only: &[IN_HANDLER],
        unless: &[KEPT],
        fix: "Make it once, outside of the handler, and use it for each request: it keeps its \
              connections open.",
        examples: Examples {
            bad: &[
                "const mysql = require(\"mysql2/promise\");\n\napp.get(\"/users\", async (req, res) => {\n  const db = await mysql.createConnection(URL);\n  res.json(await db.query(\"select * from users\"));\n});\n",
                "const { createClient } = require(\"redis\");\n\nmodule.exports = async function (req, res) {\n  const cache = createClient();\n  await cache.connect();\n  res.send(await cache.get(req.path));\n};\n",
            ],
            good: &[
                "const mysql = require(\"mysql2/promise\");\nconst db = mysql.createPool({ uri: URL, connectionLimit: 10 });\n\napp.get(\"/users\", async (req, res) => {\n  res.json(await db.query(\"select * from users\"));\n});\n",
                "const knex = require(\"knex\")({ client: \"pg\", connection: URL, pool: { max: 20 } });\nconst api = require(\"axios\").create({ timeout: 1000 });\n\napp.get(\"/users\", async (req, res) => {\n  res.json([await knex(\"users\"), await api({ url: USERS })]);\n});\n",
                "const mysql = require(\"mysql2/promise\");\n\nexport async function migrate() {\n  const db = await mysql.createConnection(URL);\n  await db.query(\"create table a (b int)\");\n}\n",
            ],
        },
    },
];
