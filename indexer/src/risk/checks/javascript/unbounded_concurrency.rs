//! One remote call for each element, all at once.

use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

const CALLS: Condition = Condition {
    place: Place::Within,
    query: "(call_expression function: (_) @callee) @it",
    callee: Callee::Remote(&[
        RemoteKind::Http,
        RemoteKind::Database,
        RemoteKind::Rpc,
        RemoteKind::Llm,
        RemoteKind::Cloud,
    ]),
};

/// Something that bounds it: a limiter, or pieces of a list.
const BOUNDED: Condition = Condition {
    place: Place::Within,
    query: r#"
        ([(identifier) (property_identifier)] @it
         (#match? @it "(?i)(limit|chunk|batch|semaphore|throttl|slice|splice|queue|concurren|acquire|mutex|\\bpage\\b|bottleneck)"))
    "#,
    callee: Callee::Any,
};

const FIX: &str = "Bound how many go at once: `const limit = pLimit(8)` and \
                   `Promise.all(items.map((item) => limit(() => load(item))))`.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-concurrency",
        query: r#"
            ((call_expression
                function: (member_expression) @all
                arguments: (arguments . (call_expression
                    function: (member_expression
                        object: [(identifier) (member_expression) (call_expression) (await_expression)
                            (parenthesized_expression)] @items
                        property: (property_identifier) @map)
                    arguments: (arguments . [(arrow_function) (function_expression)])) .)) @risk
             (#any-of? @all "Promise.all" "Promise.allSettled")
             (#eq? @map "map")
             (#not-match? @items "^[A-Z][A-Z0-9_]*$"))
        "#,
        callee: Callee::Any,
        only: &[CALLS],
        unless: &[BOUNDED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "export const users = (ids) =>\n  Promise.all(ids.map(async (id) => (await fetch(`${BASE}/${id}`)).text()));\n",
                "import axios from \"axios\";\n\nexport async function users(ids) {\n  const all = await Promise.allSettled(ids.filter(Boolean).map((id) => axios.get(`${BASE}/${id}`)));\n  return all;\n}\n",
            ],
            good: &[
                "import pLimit from \"p-limit\";\n\nconst limit = pLimit(8);\nexport const users = (ids) => Promise.all(ids.map((id) => limit(() => fetch(`${BASE}/${id}`))));\n",
                "export const both = () => Promise.all([fetch(A), fetch(B)]);\nexport const fixed = () => Promise.all([\"a\", \"b\"].map((name) => fetch(`${BASE}/${name}`)));\n",
            ],
        },
    },
    Check {
        rule: "unbounded-concurrency",
        query: r#"
            ((call_expression
                function: (member_expression
                    object: [(identifier) (member_expression) (call_expression)] @items
                    property: (property_identifier) @each)
                arguments: (arguments . (arrow_function "async") .)) @risk
             (#eq? @each "forEach")
             (#not-match? @items "^[A-Z][A-Z0-9_]*$"))
        "#,
        callee: Callee::Any,
        only: &[CALLS],
        unless: &[BOUNDED],
        fix: "`forEach` starts all and waits for none: use `for (const item of items) await ..`, \
              or `Promise.all` with `pLimit(8)`.",
        examples: Examples {
            bad: &[
                "export function save(orders) {\n  orders.forEach(async (order) => {\n    await fetch(URL, { method: \"POST\", body: order });\n  });\n}\n",
                "import axios from \"axios\";\n\nexport async function warn(users) {\n  users.forEach(async ({ mail }) => axios.post(URL, { mail }));\n}\n",
            ],
            good: &[
                "export function log(orders) {\n  orders.forEach((order) => console.log(order));\n}\n",
                "export async function save(orders) {\n  for (const order of orders) {\n    await send(order);\n  }\n}\n",
            ],
        },
    },
];
