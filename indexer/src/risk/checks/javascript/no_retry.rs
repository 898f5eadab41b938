//! Remote reads that are tried once.

use super::surroundings::{IN_RETRY_LOOP, SPEAKS_OF_RETRY};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A method or a body: it is no read.
const CHANGES: Condition = Condition {
    place: Place::Within,
    query: r#"
        ([(pair key: (_) @name) (shorthand_property_identifier) @name] @it
         (#any-of? @name "method" "body"))
        (spread_element) @it
    "#,
    callee: Callee::Any,
};

/// A handler that decides what a failure means.
const TRIED: Condition = Condition {
    place: Place::Outside,
    query: "(while_statement) @it (do_statement) @it (for_statement) @it",
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-retry",
        query: r#"
            (await_expression (call_expression
                function: (_) @callee
                arguments: [
                    (arguments . [(string) (template_string)] .)
                    (arguments . (_) . (object) .)]) @risk)
        "#,
        callee: Callee::Resolved(&[
            "fetch",
            "globalThis|global.fetch",
            "node-fetch|cross-fetch",
            "node-fetch|cross-fetch.default|fetch",
            "undici.fetch",
        ]),
        only: &[],
        unless: &[CHANGES, SPEAKS_OF_RETRY, IN_RETRY_LOOP, TRIED],
        fix: "Read by a function that tries again a few times, such as `pRetry(() => read(), { \
              retries: 2, randomize: true })`, or use `got` or `ky`, which do so for reads.",
        examples: Examples {
            bad: &[
                "export async function user(id) {\n  const answer = await fetch(`${BASE}/users/${id}`);\n  return answer.ok ? answer.json() : undefined;\n}\n",
                "import fetch from \"node-fetch\";\n\nexport const load = async () => {\n  const answer = await fetch(URL, { headers: { Accept: \"application/json\" } });\n  return answer.text();\n};\n",
            ],
            good: &[
                "import pRetry from \"p-retry\";\n\nexport const user = (id) => pRetry(async () => {\n  const answer = await fetch(`${BASE}/users/${id}`);\n  return answer.json();\n}, { retries: 2 });\n",
                "export async function pay(order) {\n  return await fetch(`${BASE}/payments`, { method: \"POST\", body: order });\n}\n",
            ],
        },
    },
    Check {
        rule: "no-retry",
        query: "(await_expression (call_expression function: (_) @callee arguments: (arguments)) @risk)",
        callee: Callee::Resolved(&[
            "axios.get|head",
            "axios.default.get|head",
            "axios.create.get|head",
        ]),
        only: &[],
        unless: &[SPEAKS_OF_RETRY, IN_RETRY_LOOP, TRIED],
        fix: "Add `axiosRetry(axios, { retries: 2, retryDelay: axiosRetry.exponentialDelay })`: \
              axios tries once.",
        examples: Examples {
            bad: &[
                "import axios from \"axios\";\n\nexport async function user(id) {\n  return (await axios.get(`${BASE}/users/${id}`)).data;\n}\n",
                "const axios = require(\"axios\");\nconst api = axios.create({ baseURL: BASE, timeout: 2000 });\n\nasync function user(id) {\n  const { data } = await api.get(`/users/${id}`);\n  return data;\n}\n",
            ],
            good: &[
                "import axios from \"axios\";\nimport axiosRetry from \"axios-retry\";\n\naxiosRetry(axios, { retries: 2 });\n\nexport async function user(id) {\n  return (await axios.get(`${BASE}/users/${id}`)).data;\n}\n",
                "import axios from \"axios\";\n\nexport async function pay(order) {\n  return (await axios.post(`${BASE}/payments`, order)).data;\n}\n",
            ],
        },
    },
];
