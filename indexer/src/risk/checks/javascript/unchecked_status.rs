//! Answers that are used without a look at their status.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

const FETCH: &[&str] = &[
    "fetch",
    "globalThis|window|self|global.fetch",
    "node-fetch|cross-fetch|isomorphic-fetch|whatwg-fetch",
    "node-fetch|cross-fetch.default|fetch",
    "undici.fetch",
];

/// The answer is read.
const READ: Condition = Condition {
    place: Place::After,
    query: r#"
        ((call_expression function: (member_expression
            object: (identifier) @same property: (property_identifier) @how)) @it
         (#any-of? @how "json" "text" "blob" "arrayBuffer" "formData"))
    "#,
    callee: Callee::Any,
};

/// Its status is looked at, or it goes to something that may do so.
const LOOKED_AT: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((member_expression object: (identifier) @same property: (property_identifier) @what) @it
         (#any-of? @what "ok" "status" "statusText" "statusCode" "headers"))
        ((variable_declarator
            name: (object_pattern) @parts value: (identifier) @same) @it
         (#match? @parts "\\b(ok|status)\\b"))
        (arguments (identifier) @same) @it
        (shorthand_property_identifier) @same @it
        (pair value: (identifier) @same) @it
        (return_statement (identifier) @same) @it
    "#,
    callee: Callee::Any,
};

const FIX: &str = "Look at it before the body: `if (!answer.ok) throw new Error(`${answer.status} \
                   from ${url}`)`; fetch rejects only if there is no answer at all.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unchecked-status",
        query: r#"
            ((call_expression
                function: (member_expression
                    object: (parenthesized_expression (await_expression
                        (call_expression function: (_) @callee)))
                    property: (property_identifier) @how)) @risk
             (#any-of? @how "json" "text" "blob" "arrayBuffer" "formData"))
            ((call_expression
                function: (member_expression
                    object: (call_expression function: (_) @callee)
                    property: (property_identifier) @then)
                arguments: (arguments . (arrow_function
                    body: (call_expression function: (member_expression
                        object: (identifier) property: (property_identifier) @how))))) @risk
             (#eq? @then "then")
             (#any-of? @how "json" "text" "blob" "arrayBuffer" "formData"))
        "#,
        callee: Callee::Resolved(FETCH),
        only: &[],
        unless: &[],
        fix: FIX,
        examples: Examples {
            bad: &[
                "export const user = async (id) => (await fetch(`${BASE}/${id}`)).json();\n",
                "export const user = (id) => fetch(`${BASE}/${id}`).then((answer) => answer.json());\n",
            ],
            good: &[
                "export async function user(id) {\n  const answer = await fetch(`${BASE}/${id}`);\n  if (!answer.ok) throw new Error(answer.statusText);\n  return answer.json();\n}\n",
                "import axios from \"axios\";\n\nexport const user = async (id) => (await axios.get(`${BASE}/${id}`)).data;\n",
            ],
        },
    },
    Check {
        rule: "unchecked-status",
        query: r#"
            (variable_declarator
                name: (identifier) @same
                value: (await_expression (call_expression function: (_) @callee))) @risk
            (assignment_expression
                left: (identifier) @same
                right: (await_expression (call_expression function: (_) @callee))) @risk
        "#,
        callee: Callee::Resolved(FETCH),
        only: &[READ],
        unless: &[LOOKED_AT],
        fix: FIX,
        examples: Examples {
            bad: &[
                "export async function user(id) {\n  const answer = await fetch(`${BASE}/${id}`);\n  return answer.json();\n}\n",
                "import fetch from \"node-fetch\";\n\nexport async function load() {\n  let page;\n  page = await fetch(URL);\n  const text = await page.text();\n  return text;\n}\n",
            ],
            good: &[
                "export async function user(id) {\n  const response = await fetch(`${BASE}/${id}`);\n  await refuse({ response, message: \"no user\" });\n  return response.json();\n}\n",
                "export async function user(id) {\n  const answer = await fetch(`${BASE}/${id}`);\n  check(answer);\n  return answer.json();\n}\n",
                "export async function user(id) {\n  const answer = await fetch(`${BASE}/${id}`);\n  return { status: answer.status, body: await answer.json() };\n}\n",
            ],
        },
    },
    Check {
        rule: "unchecked-status",
        query: r#"
            ((variable_declarator
                name: (object_pattern) @parts
                value: (await_expression (call_expression function: (_) @callee))) @risk
             (#match? @parts "\\bbody\\b")
             (#not-match? @parts "(\\bstatusCode\\b|[.][.][.])"))
        "#,
        callee: Callee::Resolved(&["undici.request"]),
        only: &[],
        unless: &[],
        fix: "Take `statusCode` too, and throw where it is 400 or more: undici's `request` rejects \
              only if there is no answer.",
        examples: Examples {
            bad: &[
                "import { request } from \"undici\";\n\nexport async function user(id) {\n  const { body } = await request(`${BASE}/${id}`);\n  return body.json();\n}\n",
                "const undici = require(\"undici\");\n\nmodule.exports = async (id) => {\n  const { headers, body } = await undici.request(`${BASE}/${id}`);\n  return [headers, await body.text()];\n};\n",
            ],
            good: &[
                "import { request } from \"undici\";\n\nexport async function user(id) {\n  const { statusCode, body } = await request(`${BASE}/${id}`);\n  if (statusCode !== 200) throw new Error(`${statusCode}`);\n  return body.json();\n}\n",
                "const { request } = require(\"./request\");\n\nmodule.exports = async (id) => {\n  const { body } = await request(id);\n  return body;\n};\n",
            ],
        },
    },
];
