//! Attempts at what may not be done twice.

use super::surroundings::IN_RETRY_LOOP;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A key by which the other side knows that it has done it, or a call that changes nothing.
const HARMLESS: Condition = Condition {
    place: Place::Within,
    query: r#"
        ([(string) (template_string) (identifier) (property_identifier)] @it
         (#match? @it "(?i)(idempot|request_?id|dedup|graphql|search|query|token|oauth|login|auth|complet|embed|predict|infer|lookup|validate|verify|rpc)"))
    "#,
    callee: Callee::Any,
};

/// A method that is not idempotent.
const CREATES: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((pair key: (_) @name value: (_) @method) @it
         (#eq? @name "method") (#match? @method "(?i)^['\"`](post|patch)"))
    "#,
    callee: Callee::Any,
};

const RETRIED: Condition = Condition {
    place: Place::Outside,
    query: "(call_expression function: (_) @callee arguments: (arguments) @it)",
    callee: Callee::Resolved(&[
        "p-retry",
        "p-retry.default",
        "async-retry",
        "promise-retry",
        "exponential-backoff.backOff",
        "ts-retry-promise.retry",
        "@lifeomic/attempt.retry",
        "cockatiel.retry.execute",
    ]),
};

const POSTS: &[&str] = &[
    "axios.post|patch",
    "axios.default.post|patch",
    "axios.create.post|patch",
    "got.post|patch",
    "got.extend.post|patch",
    "ky.post|patch",
    "superagent.post|patch",
    "stripe.**.create",
    "nodemailer.**.sendMail",
];

/// The attempt may fail and the loop goes on.
const CAUGHT: Condition = Condition {
    place: Place::Around,
    query: "(try_statement body: (_) @it handler: (catch_clause))",
    callee: Callee::Any,
};

const FETCH: &[&str] = &["fetch", "node-fetch|cross-fetch", "undici.fetch|request", "axios"];

const FIX: &str = "Send an `Idempotency-Key` that is the same for each attempt, or try again only \
                   what is idempotent (GET, PUT, DELETE).";

const BAD: &[&str] = &[
    "import pRetry from \"p-retry\";\nimport axios from \"axios\";\n\nexport const pay = (order) => pRetry(() => axios.post(`${BASE}/payments`, order), { retries: 3 });\n",
    "const retry = require(\"async-retry\");\nconst axios = require(\"axios\");\n\nmodule.exports = (order) => retry(async () => {\n  await axios.post(`${BASE}/orders`, order);\n});\n",
];

const GOOD: &[&str] = &[
    "import pRetry from \"p-retry\";\nimport axios from \"axios\";\n\nexport const pay = (order, key) => pRetry(() => axios.post(`${BASE}/payments`, order, { headers: { \"Idempotency-Key\": key } }), { retries: 3 });\n",
    "import pRetry from \"p-retry\";\nimport axios from \"axios\";\n\nexport const user = (id) => pRetry(() => axios.get(`${BASE}/users/${id}`), { retries: 3 });\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "retry-not-idempotent",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(POSTS),
        only: &[RETRIED],
        unless: &[HARMLESS],
        fix: FIX,
        examples: Examples { bad: BAD, good: GOOD },
    },
    Check {
        rule: "retry-not-idempotent",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(FETCH),
        only: &[RETRIED, CREATES],
        unless: &[HARMLESS],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import pRetry from \"p-retry\";\n\nexport const pay = (order) => pRetry(() => fetch(URL, { method: \"POST\", body: order }), { retries: 3 });\n",
                "import retry from \"async-retry\";\nimport fetch from \"node-fetch\";\n\nexport const pay = (order) => retry(async () => {\n  const answer = await fetch(`${BASE}/payments`, { method: \"post\", body: order });\n  return answer.json();\n});\n",
            ],
            good: &[
                "import pRetry from \"p-retry\";\n\nexport const put = (order) => pRetry(() => fetch(URL, { method: \"PUT\", body: order }), { retries: 3 });\n",
                "import pRetry from \"p-retry\";\n\nexport const find = (text) => pRetry(() => fetch(`${BASE}/graphql`, { method: \"POST\", body: text }), { retries: 3 });\n",
            ],
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(POSTS),
        only: &[IN_RETRY_LOOP, CAUGHT],
        unless: &[HARMLESS],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import axios from \"axios\";\n\nexport async function pay(order) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await axios.post(`${BASE}/payments`, order);\n    } catch (error) {\n      await sleep(2 ** attempt * 100 * Math.random());\n    }\n  }\n}\n",
                "const axios = require(\"axios\");\n\nasync function pay(order) {\n  let retries = 3;\n  while (retries > 0) {\n    try {\n      return await axios.post(`${BASE}/payments`, order);\n    } catch (error) {\n      retries -= 1;\n    }\n  }\n}\n",
            ],
            good: &[
                "import axios from \"axios\";\n\nexport async function user(id) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await axios.get(`${BASE}/users/${id}`);\n    } catch (error) {\n      await sleep(2 ** attempt * 100);\n    }\n  }\n}\n",
                "import axios from \"axios\";\n\nexport async function pay(orders) {\n  for (const order of orders) {\n    await axios.post(`${BASE}/payments`, order);\n  }\n}\n",
            ],
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: r#"
            ((pair key: (_) @name value: (arrow_function body: (true))) @risk
             (#any-of? @name "retryCondition"))
        "#,
        callee: Callee::Any,
        only: &[Condition {
            place: Place::Outside,
            query: "(call_expression function: (_) @callee arguments: (arguments) @it)",
            callee: Callee::Resolved(&["axios-retry", "axios-retry.default"]),
        }],
        unless: &[],
        fix: "Leave `retryCondition` out, or give `axiosRetry.isNetworkOrIdempotentRequestError`: \
              only what is idempotent is then tried again.",
        examples: Examples {
            bad: &[
                "import axios from \"axios\";\nimport axiosRetry from \"axios-retry\";\n\naxiosRetry(axios, { retries: 3, retryDelay: axiosRetry.exponentialDelay, retryCondition: () => true });\n",
                "const axiosRetry = require(\"axios-retry\");\n\nmodule.exports = (api) => axiosRetry(api, { retryCondition: (error) => true });\n",
            ],
            good: &[
                "import axios from \"axios\";\nimport axiosRetry from \"axios-retry\";\n\naxiosRetry(axios, { retries: 3, retryDelay: axiosRetry.exponentialDelay });\n",
                "const axiosRetry = require(\"axios-retry\");\n\nmodule.exports = (api) => axiosRetry(api, { retryCondition: (error) => error.config.method === \"get\" });\n",
            ],
        },
    },
];
