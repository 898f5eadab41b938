//! Attempts without a growing or random pause.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Something that waits, in the loop.
const WAITS: Condition = Condition {
    place: Place::Within,
    query: r#"
        ([(identifier) (property_identifier)] @it
         (#match? @it "(?i)(sleep|delay|wait|backoff|set_?timeout|set_?immediate|pause|throttle|timer)"))
    "#,
    callee: Callee::Any,
};

/// A call that may reach something else, by its name.
const CALLS: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((await_expression (call_expression function: [
            (identifier) @name
            (member_expression property: (property_identifier) @name)
            (member_expression object: (identifier) @name)]) @it)
         (#match? @name "(?i)(fetch|request|download|upload|connect|^send|axios|http|^got$|invoke|publish|^api$|client$|^post$)"))
    "#,
    callee: Callee::Any,
};

/// It is about who comes first, or about a name that is taken.
const CONFLICT: Condition = Condition {
    place: Place::Within,
    query: r#"
        ([(identifier) (property_identifier) (string_fragment) (number)] @it
         (#match? @it "(?i)(conflict|409|exist|unique|duplicate|taken|collision|deadlock|port$)"))
    "#,
    callee: Callee::Any,
};

/// A loop of attempts that goes on after a failure.
const ATTEMPTS: Condition = Condition {
    place: Place::Around,
    query: r#"
        ((for_statement
            initializer: (_) @count
            body: (statement_block (try_statement handler: (catch_clause) @it)))
         (#match? @count "(?i)(retr(y|ies)|attempt|\\btries|(max|num|_)_?tries)"))
        ((while_statement
            condition: (_) @count
            body: (statement_block (try_statement handler: (catch_clause) @it)))
         (#match? @count "(?i)(retr(y|ies)|attempt|\\btries|(max|num|_)_?tries)"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-backoff",
        query: r#"
            ((for_statement
                initializer: (_) @count
                condition: (_) @condition
                body: (statement_block (try_statement handler: (catch_clause)))) @risk
             (#match? @count "(?i)(retr(y|ies)|attempt|\\btries|(max|num|_)_?tries)")
             (#not-match? @condition "[.]length"))
            ((while_statement
                condition: (_) @count
                body: (statement_block (try_statement handler: (catch_clause)))) @risk
             (#match? @count "(?i)(retr(y|ies)|attempt|\\btries|(max|num|_)_?tries)"))
        "#,
        callee: Callee::Any,
        only: &[CALLS],
        unless: &[WAITS, CONFLICT],
        fix: "Wait before the next attempt, longer each time and by chance: `await sleep(100 * 2 \
              ** attempt * Math.random())`.",
        examples: Examples {
            bad: &[
                "async function load(id) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await fetch(`${BASE}/${id}`);\n    } catch (error) {\n      console.error(error);\n    }\n  }\n}\n",
                "async function load(id) {\n  let retries = 3;\n  while (retries > 0) {\n    try {\n      return await fetch(`${BASE}/${id}`);\n    } catch (error) {\n      retries -= 1;\n    }\n  }\n}\n",
            ],
            good: &[
                "async function load(id) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await fetch(`${BASE}/${id}`);\n    } catch (error) {\n      await sleep(100 * 2 ** attempt * Math.random());\n    }\n  }\n}\n",
                "async function all(ids) {\n  for (let i = 0; i < ids.length; i++) {\n    try {\n      await fetch(ids[i]);\n    } catch (error) {\n      console.error(error);\n    }\n  }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: r#"
            (await_expression (call_expression
                function: (_) @name arguments: (arguments . (number) .)
                (#match? @name "(?i)(sleep|delay|wait|pause|setTimeout)$")) @risk)
            ((call_expression
                function: (identifier) @name arguments: (arguments . (_) . (number) .)) @risk
                (#eq? @name "setTimeout"))
        "#,
        callee: Callee::Any,
        only: &[ATTEMPTS],
        unless: &[Condition { place: Place::Function, ..CONFLICT }],
        fix: "Let the pause grow and vary: `await sleep(100 * 2 ** attempt * Math.random())`.",
        examples: Examples {
            bad: &[
                "async function load(id) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await api.load(id);\n    } catch (error) {\n      await sleep(1000);\n    }\n  }\n}\n",
                "async function load(id) {\n  let tries = 0;\n  while (tries < 5) {\n    try {\n      return await api.load(id);\n    } catch (error) {\n      tries += 1;\n      await new Promise((done) => setTimeout(done, 500));\n    }\n  }\n}\n",
            ],
            good: &[
                "async function load(id) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await api.load(id);\n    } catch (error) {\n      await sleep(100 * 2 ** attempt * Math.random());\n    }\n  }\n}\n",
                "async function until(done) {\n  while (!(await done())) {\n    await sleep(1000);\n  }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: "(call_expression function: (_) @callee arguments: (arguments . (_) . (object) .)) @risk",
        callee: Callee::Resolved(&["axios-retry", "axios-retry.default"]),
        only: &[],
        unless: &[Condition {
            place: Place::Within,
            query: r#"
                ([(pair key: (_) @name) (shorthand_property_identifier) @name
                  (method_definition name: (_) @name)] @it
                 (#eq? @name "retryDelay"))
                (spread_element) @it
            "#,
            callee: Callee::Any,
        }],
        fix: "Give `retryDelay: axiosRetry.exponentialDelay`: axios-retry does not wait by default.",
        examples: Examples {
            bad: &[
                "import axios from \"axios\";\nimport axiosRetry from \"axios-retry\";\n\naxiosRetry(axios, { retries: 3 });\n",
                "const axiosRetry = require(\"axios-retry\").default;\n\nmodule.exports = (api) => axiosRetry(api, { retries: 5, shouldResetTimeout: true });\n",
            ],
            good: &[
                "import axios from \"axios\";\nimport axiosRetry from \"axios-retry\";\n\naxiosRetry(axios, { retries: 3, retryDelay: axiosRetry.exponentialDelay });\n",
                "const axiosRetry = require(\"axios-retry\").default;\n\nmodule.exports = (api, options) => axiosRetry(api, { retries: 5, ...options });\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: r#"((pair key: (_) @name value: (number) @given) @risk (#eq? @name "factor") (#eq? @given "1"))"#,
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
            ]),
        }],
        unless: &[],
        fix: "Leave `factor` at 2, and give `randomize: true`.",
        examples: Examples {
            bad: &[
                "import pRetry from \"p-retry\";\n\nexport const load = (id) => pRetry(() => read(id), { retries: 3, factor: 1 });\n",
                "const retry = require(\"async-retry\");\n\nmodule.exports = (id) => retry(() => read(id), { factor: 1 });\n",
            ],
            good: &[
                "import pRetry from \"p-retry\";\n\nexport const load = (id) => pRetry(() => read(id), { retries: 3, randomize: true });\n",
                "export const scale = (value) => resize(value, { factor: 1 });\n",
            ],
        },
    },
];
