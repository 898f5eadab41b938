//! Retries of calls that change something.

use super::common::{HTTP_WRITES, RETRY_DECORATOR, RETRY_LOOP};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A key by which the other side knows a call that it has done already.
const KEY: Condition = Condition {
    place: Place::Function,
    query: r#"
        ([(identifier) (string_content)] @it (#match? @it "(?i)idempoten|request.?id|dedup"))
    "#,
    callee: Callee::Any,
};

/// A function that only asks, with a body because the question is long.
const ASKS: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((function_definition name: (identifier) @it)
          (#match? @it "(?i)embed|search|query|predict|generat|token|encode|complet|classif|infer|rerank|login|auth|translat|fetch|^_?get"))
    "#,
    callee: Callee::Any,
};

const FIX: &str = "Make the key of the work outside of the attempts and send it with each: \
                   `headers={\"Idempotency-Key\": key}`; or retry only what was surely not done, \
                   such as a refused connection.";

/// Posts, but not those that only ask: for tokens, searches, queries.
const POST: &str = r#"
    (call function: (_) @callee arguments: (argument_list) @arguments
      (#not-match? @arguments "(?i)token|oauth|login|auth/|search|query|graphql|webhook|completions|embed|generate|predict")) @risk
"#;

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "retry-not-idempotent",
        query: POST,
        callee: HTTP_WRITES,
        only: &[RETRY_DECORATOR],
        unless: &[KEY, ASKS],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import requests\nfrom tenacity import retry, stop_after_attempt\n\n@retry(stop=stop_after_attempt(3))\ndef pay(order):\n    return requests.post(f\"{BASE}/payments\", json=order, timeout=5)\n",
                "import backoff\nimport httpx\n\n@backoff.on_exception(backoff.expo, httpx.HTTPError, max_tries=3)\nasync def pay(client: httpx.AsyncClient, order):\n    return await client.post(\"/payments\", json=order)\n",
            ],
            good: &[
                "import requests\nfrom tenacity import retry, stop_after_attempt\n\n@retry(stop=stop_after_attempt(3))\ndef pay(order, key):\n    return requests.post(f\"{BASE}/payments\", json=order, headers={\"Idempotency-Key\": key}, timeout=5)\n",
                "import requests\nfrom tenacity import retry, stop_after_attempt\n\n@retry(stop=stop_after_attempt(3))\ndef user(id):\n    return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n",
            ],
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: POST,
        callee: HTTP_WRITES,
        only: &[RETRY_LOOP],
        unless: &[KEY, ASKS],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import time\nimport requests\n\ndef pay(order):\n    for attempt in range(3):\n        try:\n            return requests.post(f\"{BASE}/payments\", json=order, timeout=5)\n        except requests.RequestException:\n            time.sleep(2 ** attempt)\n    raise Unpaid(order)\n",
                "import requests\n\ndef pay(order):\n    tries = 0\n    while tries < 3:\n        try:\n            response = requests.post(f\"{BASE}/payments\", json=order, timeout=5)\n            break\n        except requests.RequestException:\n            tries += 1\n    return response\n",
            ],
            good: &[
                "import time\nimport uuid\nimport requests\n\ndef pay(order):\n    key = str(uuid.uuid4())\n    for attempt in range(3):\n        try:\n            return requests.post(f\"{BASE}/payments\", json=order, headers={\"Idempotency-Key\": key}, timeout=5)\n        except requests.RequestException:\n            time.sleep(2 ** attempt)\n",
                "import requests\n\ndef pay(orders):\n    for order in orders:\n        requests.post(f\"{BASE}/payments\", json=order, timeout=5).raise_for_status()\n",
            ],
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list
                (keyword_argument name: (identifier) @name value: (_) @value))
              (#any-of? @name "allowed_methods" "method_whitelist")
              (#match? @value "POST|PATCH|^None$|^False$")) @risk
        "#,
        callee: Callee::Resolved(&["urllib3.**.Retry", "requests.**.Retry"]),
        only: &[],
        unless: &[KEY],
        fix: "Leave POST and PATCH out of `allowed_methods`, or send an idempotency key with each \
              of them.",
        examples: Examples {
            bad: &[
                "from urllib3.util.retry import Retry\n\nretry = Retry(total=3, backoff_factor=1, allowed_methods=[\"GET\", \"POST\"])\n",
                "from urllib3.util import Retry\n\nretry = Retry(total=3, backoff_factor=1, allowed_methods=None)\n",
            ],
            good: &[
                "from urllib3.util.retry import Retry\n\nretry = Retry(total=3, backoff_factor=1)\n",
                "from urllib3.util import Retry\n\nretry = Retry(total=3, backoff_factor=1, allowed_methods=[\"GET\", \"HEAD\"])\n",
            ],
        },
    },
];
