//! Answers that are used without a look at their status.

use super::common::{HTTP_CALLS, TEST};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A session or a client that looks at each status itself.
const CHECKED_FOR_ALL: Condition = Condition {
    place: Place::File,
    query: r#"
        (keyword_argument name: (identifier) @it (#any-of? @it "raise_for_status" "event_hooks"))
        ((attribute attribute: (identifier) @it) (#any-of? @it "hooks" "event_hooks"))
    "#,
    callee: Callee::Any,
};

/// A look at the status of the answer.
const CHECKED: Condition = Condition {
    place: Place::Function,
    query: r#"
        (attribute object: (identifier) @same attribute: (identifier) @it
          (#match? @it "^(status_code|status|ok|raise_for_status|is_success|is_error|reason|is_client_error|is_server_error|is_redirect)$"))
    "#,
    callee: Callee::Any,
};

/// Someone else who looks at it, or a look at the whole of it.
const GIVEN_ON: Condition = Condition {
    place: Place::Function,
    query: r#"
        (argument_list (identifier) @same @it)
        (argument_list (keyword_argument value: (identifier) @same @it))
        (return_statement (identifier) @same @it)
        (if_statement condition: (identifier) @same @it)
        (if_statement condition: (not_operator (identifier) @same @it))
        (assert_statement (identifier) @same @it)
        (conditional_expression (identifier) @same @it)
    "#,
    callee: Callee::Any,
};

const FIX: &str = "Call `response.raise_for_status()` before its body is read, or look at its \
                   status and answer for it.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unchecked-status",
        query: r#"
            (attribute
              object: [
                (call function: (_) @callee)
                (parenthesized_expression (await (call function: (_) @callee)))
                (await (call function: (_) @callee))
              ]
              attribute: (identifier) @part
              (#any-of? @part "json" "text" "content")) @risk
        "#,
        callee: HTTP_CALLS,
        only: &[],
        unless: &[CHECKED_FOR_ALL, TEST],
        fix: "Keep the response, call `raise_for_status()` on it, and only then read its body: \
              `response = client.get(..); response.raise_for_status(); response.json()`.",
        examples: Examples {
            bad: &[
                "import httpx\n\ndef index():\n    return httpx.get(f\"{UPSTREAM}/todos/1\").json()\n",
                "import requests\n\ndef page(url):\n    return requests.get(url, timeout=5).text\n",
            ],
            good: &[
                "import httpx\n\ndef index():\n    return httpx.get(f\"{UPSTREAM}/todos/1\").raise_for_status().json()\n",
                "import requests\n\ndef page(url):\n    response = requests.get(url, timeout=5)\n    response.raise_for_status()\n    return response.text\n",
            ],
        },
    },
    Check {
        rule: "unchecked-status",
        query: r#"
            (assignment
              left: (identifier) @same
              right: [
                (call function: (_) @callee)
                (await (call function: (_) @callee))
              ]) @risk
        "#,
        callee: HTTP_CALLS,
        only: &[READ],
        unless: &[CHECKED, GIVEN_ON, CHECKED_FOR_ALL, TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import requests\n\ndef user(id):\n    response = requests.get(f\"{BASE}/users/{id}\", timeout=5)\n    return response.json()[\"name\"]\n",
                "import httpx\n\nasync def user(client: httpx.AsyncClient, id):\n    response = await client.get(f\"/users/{id}\")\n    return response.json()\n",
            ],
            good: &[
                "import requests\n\ndef user(id):\n    response = requests.get(f\"{BASE}/users/{id}\", timeout=5)\n    if response.status_code == 404:\n        return None\n    return response.json()\n",
                "import requests\n\ndef user(id):\n    response = requests.get(f\"{BASE}/users/{id}\", timeout=5)\n    check(response)\n    return response.json()\n",
            ],
        },
    },
    Check {
        rule: "unchecked-status",
        query: r#"
            (with_item value: (as_pattern
              (call function: (_) @callee)
              alias: (as_pattern_target (identifier) @same))) @risk
            (with_item value: (as_pattern
              (await (call function: (_) @callee))
              alias: (as_pattern_target (identifier) @same))) @risk
        "#,
        callee: HTTP_CALLS,
        only: &[READ],
        unless: &[CHECKED, GIVEN_ON, CHECKED_FOR_ALL, TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import aiohttp\n\nasync def user(session: aiohttp.ClientSession, id):\n    async with session.get(f\"{BASE}/users/{id}\") as response:\n        return await response.json()\n",
                "import requests\n\ndef page(url):\n    with requests.get(url, timeout=5) as response:\n        return response.text\n",
            ],
            good: &[
                "import aiohttp\n\nasync def user(session: aiohttp.ClientSession, id):\n    async with session.get(f\"{BASE}/users/{id}\") as response:\n        response.raise_for_status()\n        return await response.json()\n",
                "import aiohttp\n\nasync def user(id):\n    async with aiohttp.ClientSession(raise_for_status=True) as session:\n        async with session.get(f\"{BASE}/users/{id}\") as response:\n            return await response.json()\n",
            ],
        },
    },
];

/// The body of the answer, which is read.
const READ: Condition = Condition {
    place: Place::After,
    query: r#"
        (attribute object: (identifier) @same attribute: (identifier) @it
          (#any-of? @it "json" "text" "content" "read" "iter_content" "iter_lines"))
    "#,
    callee: Callee::Any,
};
