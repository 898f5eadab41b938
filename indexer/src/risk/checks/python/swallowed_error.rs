//! Errors of calls that nobody hears of. A comment beside what drops the error tells that it is
//! meant, and keeps the check quiet.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Something that is called from afar.
const REMOTE: Condition = Condition {
    place: Place::Within,
    query: "(call function: (_) @callee) @it",
    callee: Callee::AnyRemote,
};

/// The end of something, of which a failure harms nobody.
const CLEANING: Condition = Condition {
    place: Place::Within,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&[
        "**.close|aclose|quit|rollback|release|disconnect|logout|terminate|unlink|remove|kill",
        "**.delete|delete_*|stop|cancel|shutdown|unsubscribe|cleanup|drop*|ack|nack|flush",
    ]),
};

/// A comment that tells why.
const MEANT: Condition = Condition {
    place: Place::Within,
    query: "(except_clause (comment) @it) (except_clause (block (comment) @it)) (block (comment) @it .)",
    callee: Callee::Any,
};

/// An attempt of several.
const TRIED_AGAIN: Condition = Condition {
    place: Place::Around,
    query: r#"
        (while_statement) @it
        (for_statement
          left: (identifier) @name
          right: (call function: (identifier) @range)
          (#eq? @range "range")) @it
        (for_statement body: (block (try_statement body: (block [(return_statement) (break_statement)])))) @it
    "#,
    callee: Callee::Any,
};

/// A question whether something is there, which `False` answers.
const ASKED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((function_definition name: (identifier) @it)
          (#match? @it "^_*(is|has|can|check|ping|test|detect|probe|verify|validate|discover|available|health|exists|wait|try|maybe|safe)_|_(available|exists|alive|ready|healthy|reachable)$|^test"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "swallowed-error",
        query: r#"
            (try_statement
              body: (block)
              (except_clause
                !value
                (block . [
                  (pass_statement)
                  (continue_statement)
                  (return_statement . "return" .)
                  (return_statement [(none) (list) (dictionary)] @nothing)
                  (expression_statement (ellipsis))
                ] .))) @risk
            (try_statement
              body: (block)
              (except_clause
                value: [(identifier) (attribute) (tuple)] @type
                (block . [
                  (pass_statement)
                  (continue_statement)
                  (return_statement . "return" .)
                  (return_statement [(none) (list) (dictionary)] @nothing)
                  (expression_statement (ellipsis))
                ] .))
              (#match? @type "^(Base)?Exception$|(Request|HTTP|Http|Connect|Connection|Client|Transport|URL|OS|IO|Timeout|Network|Socket|Redis|SQLAlchemy|Operational|Database|Api|API|Boto|Botocore)[A-Za-z]*(Exception|Error)|RequestException")) @risk
        "#,
        callee: Callee::Any,
        only: &[REMOTE],
        unless: &[CLEANING, MEANT, TRIED_AGAIN, ASKED],
        fix: "Log it with its cause (`log.warning(\"..\", exc_info=True)`) and give a stated \
              fallback, or let it go on to who can answer for it.",
        examples: Examples {
            bad: &[
                "import requests\n\ndef price(id):\n    try:\n        return requests.get(f\"{BASE}/prices/{id}\", timeout=5).json()\n    except Exception:\n        return None\n",
                "import httpx\n\ndef tell(event):\n    try:\n        httpx.post(HOOK, json=event)\n    except httpx.HTTPError:\n        pass\n",
            ],
            good: &[
                "import requests\n\ndef price(id):\n    try:\n        return requests.get(f\"{BASE}/prices/{id}\", timeout=5).json()\n    except requests.RequestException:\n        log.warning(\"no price for %s\", id, exc_info=True)\n        return None\n",
                "import httpx\n\ndef tell(event):\n    try:\n        httpx.post(HOOK, json=event)\n    except httpx.HTTPError:\n        # Telling is a courtesy: the work is done.\n        pass\n",
                "import requests\n\ndef is_up():\n    try:\n        return requests.get(f\"{BASE}/health\", timeout=1).ok\n    except requests.RequestException:\n        return False\n",
            ],
        },
    },
    Check {
        rule: "swallowed-error",
        query: r#"
            (with_statement
              (with_clause (with_item value:
                (call function: (_) @callee arguments: (argument_list (_) @type))))
              (#match? @type "^(Base)?Exception$|RequestException|HTTPError|ConnectionError|OSError|ClientError")) @risk
        "#,
        callee: Callee::Resolved(&["contextlib.suppress"]),
        only: &[REMOTE],
        unless: &[CLEANING, ASKED],
        fix: "Catch it, log it with its cause, and give a stated fallback.",
        examples: Examples {
            bad: &[
                "import contextlib\nimport requests\n\ndef tell(event):\n    with contextlib.suppress(Exception):\n        requests.post(HOOK, json=event, timeout=5)\n",
                "from contextlib import suppress\nimport httpx\n\ndef tell(event):\n    with suppress(httpx.HTTPError):\n        httpx.post(HOOK, json=event)\n",
            ],
            good: &[
                "import contextlib\nimport requests\n\ndef end(session: requests.Session):\n    with contextlib.suppress(Exception):\n        session.delete(f\"{BASE}/session\")\n        session.close()\n",
                "import contextlib\n\ndef forget(path):\n    with contextlib.suppress(OSError):\n        path.unlink()\n",
            ],
        },
    },
];
