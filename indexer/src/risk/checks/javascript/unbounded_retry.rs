//! Attempts that never end.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// What ends the attempts where one failed.
const GIVES_UP: Condition = Condition {
    place: Place::Within,
    query: "(throw_statement) @it (return_statement) @it (break_statement) @it",
    callee: Callee::Any,
};

/// Something that counts, or a moment at which it ends.
const COUNTS: Condition = Condition {
    place: Place::Function,
    query: r#"
        ([(identifier) (property_identifier)] @it
         (#match? @it "(?i)(retr(y|ies)|attempt|tries|tried|max|limit|left|remaining|deadline|abort|signal|elapsed)"))
    "#,
    callee: Callee::Any,
};

const ENDLESS_LOOP: Condition = Condition {
    place: Place::Around,
    query: r#"
        ((while_statement condition: (parenthesized_expression) @endless) @it
         (#match? @endless "^[(]\\s*(true|1)\\s*[)]$"))
        ((for_statement) @it (#match? @it "^for\\s*[(]\\s*;\\s*;\\s*[)]"))
    "#,
    callee: Callee::Any,
};

const BOUNDED_LOOP: Condition = Condition {
    place: Place::Around,
    query: r#"
        ((for_statement) @it (#not-match? @it "^for\\s*[(]\\s*;\\s*;\\s*[)]"))
        (for_in_statement) @it
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-retry",
        query: r#"
            (try_statement
                body: (statement_block [
                    (return_statement (await_expression))
                    ((_ (await_expression)) (break_statement))
                    ((_ (_ (await_expression))) . [(break_statement) (return_statement)])])
                handler: (catch_clause) @risk)
        "#,
        callee: Callee::Any,
        only: &[ENDLESS_LOOP],
        unless: &[GIVES_UP, COUNTS, BOUNDED_LOOP],
        fix: "Count the attempts and throw the last error after a few: `for (let attempt = 0; \
              attempt < 4; attempt++)`, with a growing, random pause.",
        examples: Examples {
            bad: &[
                "async function load(id) {\n  while (true) {\n    try {\n      return await api.load(id);\n    } catch (error) {\n      await sleep(1000);\n    }\n  }\n}\n",
                "async function connect() {\n  for (;;) {\n    try {\n      await client.connect();\n      break;\n    } catch (error) {\n      console.error(error);\n    }\n  }\n}\n",
            ],
            good: &[
                "async function load(id) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await api.load(id);\n    } catch (error) {\n      await sleep(1000 * 2 ** attempt);\n    }\n  }\n  throw new Error(\"no answer\");\n}\n",
                "async function work() {\n  while (true) {\n    try {\n      const job = await queue.next();\n      await run(job);\n    } catch (error) {\n      console.error(error);\n    }\n  }\n}\n",
            ],
        },
    },
    Check {
        rule: "unbounded-retry",
        query: "(call_expression function: [(identifier) @same (member_expression object: (this) property: (_) @same)]) @risk",
        callee: Callee::Any,
        only: &[
            Condition {
                place: Place::Outside,
                query: r#"
                    (function_declaration name: (identifier) @same) @it
                    (variable_declarator name: (identifier) @same value: (arrow_function)) @it
                    (method_definition name: (_) @same) @it
                "#,
                callee: Callee::Any,
            },
            Condition {
                place: Place::Around,
                query: r#"
                    (catch_clause body: (statement_block [
                        (return_statement) @it
                        (expression_statement (await_expression)) @it]))
                "#,
                callee: Callee::Any,
            },
        ],
        unless: &[
            COUNTS,
            Condition {
                place: Place::Within,
                query: "(arguments (binary_expression)) @it (update_expression) @it (object) @it (false) @it (true) @it \
                        ((arguments (identifier) @error) @it (#match? @error \"^(e|ex|err|error)$\"))",
                callee: Callee::Any,
            },
        ],
        fix: "Pass on how many attempts are left, and throw the error when there are none.",
        examples: Examples {
            bad: &[
                "async function load(id) {\n  try {\n    return await api.load(id);\n  } catch (error) {\n    await sleep(1000);\n    return load(id);\n  }\n}\n",
                "class Orders {\n  async load(id) {\n    try {\n      return await this.api.get(id);\n    } catch (error) {\n      return this.load(id);\n    }\n  }\n}\n",
            ],
            good: &[
                "async function load(id, attempts = 3) {\n  try {\n    return await api.load(id);\n  } catch (error) {\n    if (attempts === 0) throw error;\n    return load(id, attempts - 1);\n  }\n}\n",
                "async function load(id) {\n  try {\n    return await api.load(id);\n  } catch (error) {\n    return fallback(id);\n  }\n}\n",
                "function next(problem) {\n  try {\n    return step();\n  } catch (error) {\n    return next(error);\n  }\n}\n",
            ],
        },
    },
    Check {
        rule: "unbounded-retry",
        query: r#"
            ((pair key: (_) @name value: (_) @given) @risk
             (#any-of? @name "retries" "forever" "limit" "maxRetries" "numOfAttempts")
             (#any-of? @given "Infinity" "Number.POSITIVE_INFINITY" "true" "Number.MAX_SAFE_INTEGER"))
        "#,
        callee: Callee::Any,
        only: &[Condition {
            place: Place::Outside,
            query: "(call_expression function: (_) @callee arguments: (arguments) @it)",
            callee: Callee::Resolved(&[
                "p-retry",
                "p-retry.default",
                "async-retry",
                "promise-retry",
                "retry.operation",
                "axios-retry",
                "axios-retry.default",
                "exponential-backoff.backOff",
                "got.extend",
                "ky.create|extend",
            ]),
        }],
        unless: &[],
        fix: "Give a number of `retries`, such as 3, and leave `forever` out.",
        examples: Examples {
            bad: &[
                "import pRetry from \"p-retry\";\n\nexport const load = (id) => pRetry(() => read(id), { retries: Infinity });\n",
                "const retry = require(\"async-retry\");\n\nmodule.exports = (id) => retry(() => read(id), { forever: true });\n",
            ],
            good: &[
                "import pRetry from \"p-retry\";\n\nexport const load = (id) => pRetry(() => read(id), { retries: 3 });\n",
                "const list = { limit: Infinity };\n\nexport const read = () => query(list, { retries: 2 });\n",
            ],
        },
    },
];
