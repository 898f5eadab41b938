//! Errors of remote calls that nobody hears of.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

const CALLS: Condition = Condition {
    place: Place::Within,
    query: "(call_expression function: (_) @callee) @it",
    callee: Callee::AnyRemote,
};

/// What ends or clears up: its errors matter to nobody.
const CLEARS_UP: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((call_expression function: [
            (member_expression property: (property_identifier) @name) (identifier) @name]) @it
         (#match? @name "(?i)(close|quit|disconnect|destroy|rollback|abort|terminate|unsubscribe|release|unlink|cleanup|shutdown|stop|logout|sendBeacon|ping|unlock|kill|cancel|track|beacon|prefetch)"))
        ((string) @it (#match? @it "(?i)^['\"](rollback|end)"))
    "#,
    callee: Callee::Any,
};

/// The callback reads its error.
const READ: Condition = Condition {
    place: Place::Within,
    query: r#"
        (if_statement condition: (parenthesized_expression (identifier) @same)) @it
        (arguments (identifier) @same) @it
        (binary_expression (identifier) @same) @it
        (unary_expression (identifier) @same) @it
        (member_expression object: (identifier) @same) @it
        (return_statement (identifier) @same) @it
        (throw_statement (identifier) @same) @it
        (ternary_expression (identifier) @same) @it
        (shorthand_property_identifier) @same @it
        (pair value: (identifier) @same) @it
        (template_substitution (identifier) @same) @it
        (assignment_expression (identifier) @same) @it
        (array (identifier) @same) @it
        (variable_declarator value: (identifier) @same) @it
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "swallowed-error",
        query: r#"
            (try_statement handler: (catch_clause body: (statement_block . "{" . "}"))) @risk
        "#,
        callee: Callee::Any,
        only: &[CALLS],
        unless: &[CLEARS_UP],
        fix: "Log the error and answer with an error or a stated fallback; where it truly does \
              not matter, say why in a comment.",
        examples: Examples {
            bad: &[
                "export async function save(order) {\n  try {\n    await fetch(URL, { method: \"POST\", body: order });\n  } catch (error) {}\n}\n",
                "import axios from \"axios\";\n\nexport async function load(id) {\n  let user;\n  try {\n    user = (await axios.get(`${BASE}/${id}`)).data;\n  } catch {\n  }\n  return user;\n}\n",
            ],
            good: &[
                "export async function save(order) {\n  try {\n    await fetch(URL, { method: \"POST\", body: order });\n  } catch (error) {\n    log.warn(error);\n    throw error;\n  }\n}\n",
                "export async function warm() {\n  try {\n    await fetch(URL);\n  } catch {\n    // It is only to fill the cache: the next call tells.\n  }\n}\n",
            ],
        },
    },
    Check {
        rule: "swallowed-error",
        query: r#"
            ((call_expression
                function: (member_expression property: (property_identifier) @name)
                arguments: (arguments . (arrow_function body: (statement_block . "{" . "}")) .)) @risk
             (#eq? @name "catch"))
            ((call_expression
                function: (member_expression property: (property_identifier) @name)
                arguments: (arguments . (function_expression body: (statement_block . "{" . "}")) .)) @risk
             (#eq? @name "catch"))
        "#,
        callee: Callee::Any,
        only: &[CALLS],
        unless: &[CLEARS_UP],
        fix: "Log the error in `catch`, and let the caller know: `.catch((error) => { \
              log.warn(error); throw error; })`.",
        examples: Examples {
            bad: &[
                "export function save(order) {\n  fetch(URL, { method: \"POST\", body: order }).catch(() => {});\n}\n",
                "import axios from \"axios\";\n\nexport const load = (id) => axios.get(`${BASE}/${id}`).then((answer) => answer.data).catch(function (error) {});\n",
            ],
            good: &[
                "export function save(order) {\n  return fetch(URL, { method: \"POST\", body: order }).catch((error) => log.warn(error));\n}\n",
                "import { Client } from \"pg\";\n\nconst client = new Client(CONFIG);\nexport const undo = () => client.query(\"ROLLBACK\").catch(() => {});\n",
            ],
        },
    },
    Check {
        rule: "swallowed-error",
        query: r#"
            ((call_expression
                function: (_) @callee
                arguments: (arguments [
                    (arrow_function parameters: (formal_parameters . (_) @same (_)))
                    (function_expression parameters: (formal_parameters . (_) @same (_)))] @risk .))
             (#any-of? @same "err" "error" "e" "er"))
        "#,
        callee: Callee::AnyRemote,
        only: &[],
        unless: &[READ],
        fix: "Look at the error first: `if (err) return done(err);`.",
        examples: Examples {
            bad: &[
                "const { Client } = require(\"pg\");\nconst client = new Client(CONFIG);\n\nfunction users(done) {\n  client.query(\"select * from users\", (err, result) => {\n    done(result.rows);\n  });\n}\n",
                "const request = require(\"request\");\n\nmodule.exports = (done) => request(URL, { timeout: 1000 }, function (error, answer, body) {\n  done(JSON.parse(body));\n});\n",
            ],
            good: &[
                "const { Client } = require(\"pg\");\nconst client = new Client(CONFIG);\n\nfunction users(done) {\n  client.query(\"select * from users\", (err, result) => {\n    if (err) return done(err);\n    done(null, result.rows);\n  });\n}\n",
                "const request = require(\"request\");\n\nmodule.exports = (done) => request(URL, { timeout: 1000 }, function (error, answer, body) {\n  done(error, body);\n});\n",
            ],
        },
    },
];
