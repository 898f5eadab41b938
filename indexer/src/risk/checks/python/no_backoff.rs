//! Attempts at once, or at fixed times.

use super::common::SPLAT;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Something that is called from afar.
const REMOTE: Condition = Condition {
    place: Place::Within,
    query: "(call function: (_) @callee) @it",
    callee: Callee::AnyRemote,
};

/// A pause, whatever its length.
const PAUSE: Condition = Condition {
    place: Place::Within,
    query: r#"
        (call function: (_) @it (#match? @it "(?i)sleep|wait|delay|backoff|pause"))
    "#,
    callee: Callee::Any,
};

/// A pause of a length that is written out.
const FIXED: Condition = Condition {
    place: Place::Within,
    query: r#"
        (call
          function: (_) @callee
          arguments: (argument_list . [(integer) (float)] .)) @it
    "#,
    callee: Callee::Written(&["**.sleep", "sleep"]),
};

/// A pause of another length.
const COMPUTED: Condition = Condition {
    place: Place::Within,
    query: r#"
        (call
          function: (_) @callee
          arguments: (argument_list . [
            (identifier) (attribute) (call) (binary_operator) (subscript) (conditional_expression)
          ])) @it
    "#,
    callee: Callee::Written(&["**.sleep|wait|wait_for", "sleep"]),
};

/// Loops that are left at success. What loops over a range counts its attempts.
const LOOPS: &str = r#"
    (for_statement
      left: (identifier)
      right: (call function: (identifier) @range)
      body: (block (try_statement
        body: (block [(return_statement) (break_statement)])
        (except_clause)))
      (#eq? @range "range")) @risk
    (while_statement
      body: (block (try_statement
        body: (block [(return_statement) (break_statement)])
        (except_clause)))) @risk
    (while_statement
      body: (block (try_statement
        (except_clause)
        (else_clause body: (block [(return_statement) (break_statement)]))))) @risk
"#;

/// The end of the attempts in each handler of an error, so that there is no other one.
const GIVES_UP: Condition = Condition {
    place: Place::Within,
    query: r#"
        (try_statement
          body: (block)
          .
          (except_clause
            (block [(return_statement) (break_statement) (raise_statement)])) @it
          .)
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-backoff",
        query: LOOPS,
        callee: Callee::Any,
        only: &[REMOTE],
        unless: &[PAUSE, GIVES_UP],
        fix: "Wait between attempts, longer each time and not for all alike: \
              `time.sleep(random.uniform(0, min(10, 2 ** attempt)))`.",
        examples: Examples {
            bad: &[
                "import requests\n\ndef user(id):\n    for attempt in range(3):\n        try:\n            return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        except requests.ConnectionError:\n            continue\n",
                "import requests\n\ndef user(id):\n    tries = 0\n    while tries < 5:\n        try:\n            return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        except requests.ConnectionError:\n            tries += 1\n",
            ],
            good: &[
                "import random\nimport time\nimport requests\n\ndef user(id):\n    for attempt in range(3):\n        try:\n            return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        except requests.ConnectionError:\n            time.sleep(random.uniform(0, 2 ** attempt))\n",
                "import requests\n\ndef user(servers, id):\n    for server in servers:\n        try:\n            return requests.get(f\"{server}/users/{id}\", timeout=5)\n        except requests.ConnectionError:\n            continue\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: LOOPS,
        callee: Callee::Any,
        only: &[REMOTE, FIXED],
        unless: &[COMPUTED, GIVES_UP],
        fix: "Let the pause grow, and not be alike for all: \
              `time.sleep(random.uniform(0, min(10, 2 ** attempt)))`.",
        examples: Examples {
            bad: &[
                "import time\nimport requests\n\ndef user(id):\n    for attempt in range(3):\n        try:\n            return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        except requests.ConnectionError:\n            time.sleep(1)\n",
                "import asyncio\nimport httpx\n\nasync def user(client: httpx.AsyncClient, id):\n    while True:\n        try:\n            return await client.get(f\"/users/{id}\")\n        except httpx.ConnectError:\n            await asyncio.sleep(0.5)\n",
            ],
            good: &[
                "import time\nimport requests\n\ndef user(id):\n    pause = 0.1\n    for attempt in range(3):\n        try:\n            return requests.get(f\"{BASE}/users/{id}\", timeout=5)\n        except requests.ConnectionError:\n            time.sleep(pause)\n            pause *= 2\n",
                "import time\nimport requests\n\ndef watch():\n    while True:\n        show(requests.get(URL, timeout=5))\n        time.sleep(60)\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: r#"
            (call function: (_) @callee arguments: (argument_list) @arguments
              (#match? @callee "(?i)retry(ing)?$")
              (#not-match? @arguments "retry_if_(not_)?result|StillRunning|NotReady|NotDone|Pending")
              (#not-match? @arguments "(?s)wait *=.*(exponential|random|jitter|chain|incrementing|combine)|wait *= *[a-z_.]+[,)\n]|jitter")) @risk
        "#,
        callee: Callee::Resolved(&["tenacity.retry|Retrying|AsyncRetrying"]),
        only: &[],
        unless: &[SPLAT],
        fix: "Give `wait=wait_random_exponential(max=10)`: tenacity tries again at once without \
              `wait`, and all callers together with `wait_fixed`.",
        examples: Examples {
            bad: &[
                "from tenacity import retry, stop_after_attempt\n\n@retry(stop=stop_after_attempt(3))\ndef user(id):\n    return load(id)\n",
                "from tenacity import retry, stop_after_attempt, wait_fixed\n\n@retry(stop=stop_after_attempt(3), wait=wait_fixed(2))\ndef user(id):\n    return load(id)\n",
            ],
            good: &[
                "from tenacity import retry, stop_after_attempt, wait_random_exponential\n\n@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=10))\ndef user(id):\n    return load(id)\n",
                "from tenacity import retry, stop_after_attempt, wait_fixed, wait_random\n\n@retry(stop=stop_after_attempt(3), wait=wait_fixed(2) + wait_random(0, 2))\ndef user(id):\n    return load(id)\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list
                [
                  (integer) @count
                  (keyword_argument name: (identifier) @name value: (integer) @count)
                ]) @arguments
              (#not-match? @arguments "backoff_factor")
              (#not-eq? @count "0")) @risk
        "#,
        callee: Callee::Resolved(&["urllib3.**.Retry", "requests.**.Retry"]),
        only: &[],
        unless: &[SPLAT, BACKOFF_IN_FILE],
        fix: "Give `backoff_factor=0.2, backoff_jitter=0.2`: urllib3 tries again at once without \
              them.",
        examples: Examples {
            bad: &[
                "from urllib3.util.retry import Retry\n\nretry = Retry(total=5, status_forcelist=[502, 503])\n",
                "from requests.adapters import HTTPAdapter\nfrom urllib3.util import Retry\n\nadapter = HTTPAdapter(max_retries=Retry(3))\n",
            ],
            good: &[
                "from urllib3.util.retry import Retry\n\nretry = Retry(total=5, backoff_factor=0.2, status_forcelist=[502, 503])\n",
                "from urllib3.util.retry import Retry\n\nnever = Retry(0)\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: r#"
            (decorator (call function: (_) @callee arguments: (argument_list) @arguments)
              (#not-match? @arguments "wait_(random|exponential|incrementing|func|jitter)|backoff *=|jitter *= *[^N ]")
              (#match? @arguments "tries *=|stop_|wait_fixed|jitter *= *None")) @risk
        "#,
        callee: Callee::Resolved(&[
            "backoff.on_exception",
            "retrying.retry",
            "retry.retry",
            "retry.api.retry",
        ]),
        only: &[],
        unless: &[SPLAT, FULL_JITTER],
        fix: "Let the pause grow, and not be alike for all: `backoff=2, jitter=(0, 1)` for retry, \
              `wait_exponential_multiplier=200` for retrying, no `jitter=None` for backoff.",
        examples: Examples {
            bad: &[
                "from retry import retry\n\n@retry(ConnectionError, tries=5)\ndef user(id):\n    return load(id)\n",
                "from retrying import retry\n\n@retry(stop_max_attempt_number=5, wait_fixed=1000)\ndef user(id):\n    return load(id)\n",
            ],
            good: &[
                "from retry import retry\n\n@retry(ConnectionError, tries=5, delay=1, backoff=2)\ndef user(id):\n    return load(id)\n",
                "import backoff\n\n@backoff.on_exception(backoff.expo, ConnectionError, max_tries=5)\ndef user(id):\n    return load(id)\n",
            ],
        },
    },
];

/// A factor that is set later.
const BACKOFF_IN_FILE: Condition = Condition {
    place: Place::File,
    query: r#"((identifier) @it (#match? @it "(?i)backoff_factor|BACKOFF"))"#,
    callee: Callee::Any,
};

/// The waits of the library backoff are random unless that is taken away.
const FULL_JITTER: Condition = Condition {
    place: Place::Within,
    query: r#"
        (call function: (_) @callee arguments: (argument_list) @arguments
          (#not-match? @arguments "jitter *= *None")) @it
    "#,
    callee: Callee::Resolved(&["backoff.on_exception|on_predicate"]),
};
