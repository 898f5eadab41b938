//! Calls that block the event loop.

use super::surroundings::IN_HANDLER;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// The file serves requests.
const SERVES: Condition = Condition {
    place: Place::File,
    query: r#"
        ([(import_statement source: (string (string_fragment) @module))
          (call_expression function: (identifier) @require
            arguments: (arguments . (string (string_fragment) @module)))] @it
         (#any-of? @module "express" "fastify" "koa" "hono" "@hapi/hapi" "@nestjs/common" "restify"))
    "#,
    callee: Callee::Any,
};

const IN_ASYNC: Condition = Condition {
    place: Place::Outside,
    query: r#"
        (arrow_function "async") @it
        (function_expression "async") @it
        (function_declaration "async") @it
        (method_definition "async") @it
    "#,
    callee: Callee::Any,
};

/// What is done once, before the first request.
const AT_START: Condition = Condition {
    place: Place::Outside,
    query: r#"
        ([(function_declaration name: (_) @name) (method_definition name: (_) @name)
          (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)])] @it
         (#match? @name "(?i)^_?(main|init|start|boot|setup|set_?up|run|load|config|register|create|build|listen|connect|onModuleInit|migrate|install)"))
        ((if_statement condition: (parenthesized_expression (unary_expression))) @it)
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "blocking-in-async",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "fs|fs-extra|graceful-fs.readFileSync|writeFileSync|appendFileSync|readdirSync",
            "fs|fs-extra|graceful-fs.copyFileSync|rmSync|cpSync",
            "node.fs.readFileSync|writeFileSync|appendFileSync|readdirSync|copyFileSync|rmSync",
            "child_process.execSync|spawnSync|execFileSync",
            "node.child_process.execSync|spawnSync|execFileSync",
            "crypto.pbkdf2Sync|scryptSync|generateKeyPairSync",
            "node.crypto.pbkdf2Sync|scryptSync|generateKeyPairSync",
            "zlib.*Sync",
            "node.zlib.*Sync",
            "bcrypt|bcryptjs.hashSync|compareSync",
            "sync-request|sync-fetch",
        ]),
        only: &[IN_HANDLER],
        unless: &[AT_START],
        fix: "Await the asynchronous form (`fs.promises.readFile`, `promisify(execFile)`, \
              `bcrypt.hash`), or read it once at the start.",
        examples: Examples {
            bad: &[
                "const fs = require(\"fs\");\n\napp.get(\"/terms\", (req, res) => {\n  res.send(fs.readFileSync(\"terms.html\"));\n});\n",
                "import { execSync } from \"node:child_process\";\n\nexport async function version(req, res) {\n  res.send(execSync(\"git describe\"));\n}\n",
            ],
            good: &[
                "const fs = require(\"fs\");\nconst terms = fs.readFileSync(\"terms.html\");\n\napp.get(\"/terms\", (req, res) => {\n  res.send(terms);\n});\n",
                "import { readFile } from \"node:fs/promises\";\n\nexport async function terms(req, res) {\n  res.send(await readFile(\"terms.html\"));\n}\n",
            ],
        },
    },
    Check {
        rule: "blocking-in-async",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "child_process.execSync|spawnSync|execFileSync",
            "node.child_process.execSync|spawnSync|execFileSync",
            "crypto.pbkdf2Sync|scryptSync",
            "node.crypto.pbkdf2Sync|scryptSync",
            "bcrypt|bcryptjs.hashSync|compareSync",
            "sync-request|sync-fetch",
        ]),
        only: &[IN_ASYNC, SERVES],
        unless: &[AT_START],
        fix: "Await the asynchronous form (`promisify(execFile)`, `promisify(pbkdf2)`, \
              `bcrypt.hash`): this stops all other requests until it is done.",
        examples: Examples {
            bad: &[
                "import express from \"express\";\nimport bcrypt from \"bcrypt\";\n\nasync function check(user, password) {\n  return bcrypt.compareSync(password, user.hash);\n}\n",
                "const fastify = require(\"fastify\");\nconst { execSync } = require(\"child_process\");\n\nconst thumbnail = async (file) => execSync(`convert ${file} small.png`);\n",
            ],
            good: &[
                "import express from \"express\";\nimport bcrypt from \"bcrypt\";\n\nasync function check(user, password) {\n  return await bcrypt.compare(password, user.hash);\n}\n",
                "const { execSync } = require(\"child_process\");\n\nasync function release() {\n  execSync(\"git tag 1.0\");\n}\n",
            ],
        },
    },
    Check {
        rule: "blocking-in-async",
        query: r#"((call_expression function: (_) @name) @risk (#eq? @name "Atomics.wait"))"#,
        callee: Callee::Any,
        only: &[IN_ASYNC],
        unless: &[],
        fix: "Await `Atomics.waitAsync(..).value`, or wait in a worker.",
        examples: Examples {
            bad: &[
                "export async function lock(cells) {\n  Atomics.wait(cells, 0, 1);\n}\n",
                "const take = async (cells) => {\n  while (Atomics.wait(cells, 0, 0) !== \"ok\") log();\n};\n",
            ],
            good: &[
                "export async function lock(cells) {\n  await Atomics.waitAsync(cells, 0, 1).value;\n}\n",
                "export function inWorker(cells) {\n  Atomics.wait(cells, 0, 1);\n}\n",
            ],
        },
    },
];
