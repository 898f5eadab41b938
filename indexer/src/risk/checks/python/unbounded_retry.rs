//! Attempts that never end.

use super::common::SPLAT;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Something that is called from afar.
const REMOTE: Condition = Condition {
    place: Place::Within,
    query: "(call function: (_) @callee) @it",
    callee: Callee::AnyRemote,
};

/// A bound on the attempts: a count, a deadline, a cancellation, an error that ends them.
const BOUND: Condition = Condition {
    place: Place::Within,
    query: r#"
        (except_clause (block (raise_statement) @it))
        (except_clause (block (return_statement) @it))
        (except_clause (block (break_statement) @it))
        (except_clause (block (_ (block [(raise_statement) (return_statement) (break_statement)]) @it)))
        (augmented_assignment) @it
        (comparison_operator (identifier) @it (#match? @it "(?i)attempt|retr|tries|count|deadline|elapsed"))
        (call function: (_) @it (#match? @it "(?i)exit|abort|stop|monotonic|time\\.time"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-retry",
        query: r#"
            (while_statement
              condition: [(true) (integer)]
              body: (block (try_statement
                body: (block [(return_statement) (break_statement)])
                (except_clause)))) @risk
            (while_statement
              condition: [(true) (integer)]
              body: (block (try_statement
                body: (block)
                (except_clause)
                (else_clause body: (block [(return_statement) (break_statement)]))))) @risk
        "#,
        callee: Callee::Any,
        only: &[REMOTE],
        unless: &[BOUND],
        fix: "Count the attempts and let the last error go out: `for attempt in range(5)`, or \
              `@stamina.retry(on=.., attempts=5, timeout=30)`.",
        examples: Examples {
            bad: &[
                "import time\nimport requests\n\ndef user(id):\n    while True:\n        try:\n            return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        except requests.RequestException:\n            time.sleep(1)\n",
                "import asyncio\nimport httpx\n\nasync def user(client: httpx.AsyncClient, id):\n    while True:\n        try:\n            response = await client.get(f\"/users/{id}\")\n        except httpx.HTTPError:\n            await asyncio.sleep(1)\n        else:\n            return response\n",
            ],
            good: &[
                "import time\nimport requests\n\ndef user(id):\n    attempts = 0\n    while True:\n        try:\n            return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        except requests.RequestException:\n            attempts += 1\n            if attempts == 5:\n                raise\n            time.sleep(2 ** attempts)\n",
                "import time\nimport requests\n\ndef watch():\n    while True:\n        try:\n            show(requests.get(URL, timeout=5))\n        except requests.RequestException:\n            log.exception(\"watch\")\n        time.sleep(60)\n",
            ],
        },
    },
    Check {
        rule: "unbounded-retry",
        query: r#"
            (decorator (call function: (_) @callee arguments: (argument_list) @arguments)
              (#not-match? @arguments "stop")) @risk
            (for_statement
              right: (call function: (_) @callee arguments: (argument_list) @arguments) @risk
              (#not-match? @arguments "stop"))
            (decorator [(identifier) (attribute)] @callee) @risk
        "#,
        callee: Callee::Resolved(&["tenacity.retry|Retrying|AsyncRetrying"]),
        only: &[],
        unless: &[SPLAT],
        fix: "Give `stop=stop_after_attempt(5) | stop_after_delay(30)`: tenacity goes on for ever \
              without it.",
        examples: Examples {
            bad: &[
                "import httpx\nfrom tenacity import retry\n\n@retry\ndef user(id):\n    return httpx.get(f\"{BASE}/users/{id}\")\n",
                "import tenacity\n\n@tenacity.retry(wait=tenacity.wait_exponential(max=10))\ndef user(id):\n    return load(id)\n",
            ],
            good: &[
                "from tenacity import retry, stop_after_attempt, wait_random_exponential\n\n@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=10))\ndef user(id):\n    return load(id)\n",
                "import tenacity\n\nOPTIONS = {\"stop\": tenacity.stop_after_delay(30)}\n\n@tenacity.retry(**OPTIONS)\ndef user(id):\n    return load(id)\n",
            ],
        },
    },
    Check {
        rule: "unbounded-retry",
        query: r#"
            (decorator (call function: (_) @callee arguments: (argument_list) @arguments)
              (#not-match? @arguments "max_tries|max_time|tries *=|stop_")) @risk
            (decorator (identifier) @callee @arguments
              (#eq? @arguments "retry")) @risk
        "#,
        callee: Callee::Resolved(&[
            "backoff.on_exception",
            "retrying.retry",
            "retry.retry",
            "retry.api.retry",
        ]),
        only: &[],
        unless: &[SPLAT],
        fix: "Give a bound: `max_tries=5, max_time=30` for backoff, `stop_max_attempt_number=5` \
              for retrying, `tries=5` for retry. Each of them goes on for ever without it.",
        examples: Examples {
            bad: &[
                "import backoff\nimport requests\n\n@backoff.on_exception(backoff.expo, requests.RequestException)\ndef user(id):\n    return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n",
                "from retrying import retry\n\n@retry(wait_fixed=2000)\ndef user(id):\n    return load(id)\n",
            ],
            good: &[
                "import backoff\nimport requests\n\n@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=5)\ndef user(id):\n    return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n",
                "from retry import retry\n\n@retry(ConnectionError, tries=5, delay=1, backoff=2)\ndef user(id):\n    return load(id)\n",
            ],
        },
    },
];
