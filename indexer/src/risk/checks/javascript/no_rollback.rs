//! Transactions that nobody rolls back.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Something that undoes, or a form that does so itself.
const UNDONE: Condition = Condition {
    place: Place::Function,
    query: r#"
        ([(string_fragment) (identifier) (property_identifier) (shorthand_property_identifier_pattern)] @it
         (#match? @it "(?i)(rollback|abortTransaction|withTransaction|transactionRun|\\bundo\\b)"))
    "#,
    callee: Callee::Any,
};

/// The statement that ends it well stands in the same function.
const COMMITS: Condition = Condition {
    place: Place::Function,
    query: r#"((string_fragment) @it (#match? @it "(?i)^\\s*(commit|end)\\b"))"#,
    callee: Callee::Any,
};

const COMMITTED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((call_expression function: (member_expression
            object: (_) @same property: (property_identifier) @name)) @it
         (#any-of? @name "commit" "commitTransaction"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-rollback",
        query: r#"
            ((call_expression
                function: (member_expression property: (property_identifier) @name)
                arguments: (arguments . [(string) (template_string)] @statement)) @risk
             (#any-of? @name "query" "execute" "raw" "exec" "run")
             (#match? @statement "(?i)^['\"`]\\s*(begin|start transaction)\\b"))
        "#,
        callee: Callee::Any,
        only: &[COMMITS],
        unless: &[UNDONE],
        fix: "Put the statements in `try`, and call `ROLLBACK` in `catch` before you throw on; \
              give the client back in `finally`.",
        examples: Examples {
            bad: &[
                "export async function move(client, from, to) {\n  await client.query(\"BEGIN\");\n  await client.query(\"update a set b = b - 1 where id = $1\", [from]);\n  await client.query(\"COMMIT\");\n}\n",
                "async function save(db, row) {\n  try {\n    await db.query(\"START TRANSACTION\");\n    await db.query(\"insert into a values (?)\", [row]);\n    await db.query(\"COMMIT\");\n  } catch (error) {\n    console.error(error);\n  }\n}\n",
            ],
            good: &[
                "export async function move(client, from) {\n  try {\n    await client.query(\"BEGIN\");\n    await client.query(\"update a set b = 1 where id = $1\", [from]);\n    await client.query(\"COMMIT\");\n  } catch (error) {\n    await client.query(\"ROLLBACK\");\n    throw error;\n  }\n}\n",
                "export const begin = (client) => client.query(\"BEGIN\");\nexport const commit = (client) => client.query(\"COMMIT\");\n",
            ],
        },
    },
    Check {
        rule: "no-rollback",
        query: r#"
            ((variable_declarator
                name: (identifier) @same
                value: (await_expression (call_expression
                    function: (member_expression property: (property_identifier) @name)
                    arguments: [(arguments . "(" . ")") (arguments . (object) .)]))) @risk
             (#any-of? @name "transaction" "startTransaction" "startUnmanagedTransaction"))
            ((call_expression
                function: (member_expression
                    object: (_) @same property: (property_identifier) @name)) @risk
             (#any-of? @name "beginTransaction" "startTransaction"))
        "#,
        callee: Callee::Any,
        only: &[COMMITTED],
        unless: &[UNDONE],
        fix: "Call `rollback()` in `catch`, or use the form with a callback, which does so: \
              `sequelize.transaction(async (t) => { .. })`.",
        examples: Examples {
            bad: &[
                "export async function save(sequelize, row) {\n  const t = await sequelize.transaction();\n  await Order.create(row, { transaction: t });\n  await t.commit();\n}\n",
                "async function save(connection, row) {\n  await connection.beginTransaction();\n  await connection.query(\"insert into a values (?)\", [row]);\n  await connection.commit();\n}\n",
            ],
            good: &[
                "export async function save(sequelize, row) {\n  const t = await sequelize.transaction();\n  try {\n    await Order.create(row, { transaction: t });\n    await t.commit();\n  } catch (error) {\n    await t.rollback();\n    throw error;\n  }\n}\n",
                "export const save = (sequelize, row) =>\n  sequelize.transaction(async (t) => {\n    await Order.create(row, { transaction: t });\n  });\n",
            ],
        },
    },
];
