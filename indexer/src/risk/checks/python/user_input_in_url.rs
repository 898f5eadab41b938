//! User's input in the address of a call.

use super::common::{LAMBDA, ROUTE, TEST};
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

/// A parameter that is text, as far as is known: a number or a UUID can do no harm.
const PARAMETER: Condition = Condition {
    place: Place::Function,
    query: r#"
        (function_definition parameters: (parameters (identifier) @same @it))
        (function_definition parameters: (parameters (default_parameter name: (identifier) @same @it)))
        (function_definition parameters: (parameters
          (typed_parameter . (identifier) @same @it type: (type) @type))
          (#match? @type "^(Optional\\[)?str|^Annotated\\[str"))
        (function_definition parameters: (parameters
          (typed_default_parameter name: (identifier) @same @it type: (type) @type value: (_) @value))
          (#match? @type "^(Optional\\[)?str|^Annotated\\[str")
          (#not-match? @value "Depends|Header|Cookie|pattern|regex"))
    "#,
    callee: Callee::Any,
};

/// Something that looks at it, or makes it harmless.
const LOOKED_AT: Condition = Condition {
    place: Place::Before,
    query: r#"
        (call function: (_) @what arguments: (argument_list (identifier) @same) @it
          (#match? @what "(?i)quote|valid|check|safe|allow|parse|sanit|clean|verify|assert|ensure|escape|int$|match$|lookup|resolve"))
        (comparison_operator (identifier) @same operators: ["in" "not in"] @it)
        (assignment left: (identifier) @same) @it
    "#,
    callee: Callee::Any,
};

/// The route itself takes only numbers or what it lists.
const ROUTE_TAKES_FEW: Condition = Condition {
    place: Place::Function,
    query: r#"((decorator (call arguments: (argument_list . (string) @it))) (#match? @it "<(int|uuid|float|any)[:(]"))"#,
    callee: Callee::Any,
};

const HTTP: Callee = Callee::Remote(&[RemoteKind::Http]);

const FIX: &str = "Take only what is expected (a number, a `UUID`, a list of names), put \
                   `urllib.parse.quote(value, safe=\"\")` into the path, and never let input choose \
                   the host.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "user-input-in-url",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list
                (string (string_content) @before . (interpolation expression: (identifier) @same)))
              (#match? @before "/$|^https?://")
              (#not-match? @before "[?=]")) @risk
            (call
              function: (_) @callee
              arguments: (argument_list . (identifier) @same)) @risk
        "#,
        callee: HTTP,
        only: &[ROUTE, PARAMETER],
        unless: &[LOOKED_AT, ROUTE_TAKES_FEW, TEST, LAMBDA],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/users/{name}\")\ndef user(name: str):\n    return httpx.get(f\"{BASE}/users/{name}\").json()\n",
                "import requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.route(\"/fetch/<path:url>\")\ndef fetch(url):\n    return requests.get(url, timeout=5).text\n",
            ],
            good: &[
                "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/users/{id}\")\ndef user(id: int):\n    return httpx.get(f\"{BASE}/users/{id}\").json()\n",
                "from urllib.parse import quote\nimport httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/users/{name}\")\ndef user(name: str):\n    return httpx.get(f\"{BASE}/users/{quote(name, safe='')}\").json()\n",
                "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/search\")\ndef search(text: str):\n    return httpx.get(f\"{BASE}/search\", params={\"q\": text}).json()\n",
            ],
        },
    },
    Check {
        rule: "user-input-in-url",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list . [
                (string (interpolation expression: (_) @input))
                (call) @input
                (subscript) @input
                (binary_operator right: (_) @input)
              ])
              (#match? @input "^(flask\\.|self\\.)?request\\.(args|form|values|GET|POST|query_params|path_params|json|match_info|query|params|data)\\b")) @risk
        "#,
        callee: HTTP,
        only: &[],
        unless: &[TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n@app.route(\"/fetch\")\ndef fetch():\n    return requests.get(request.args[\"url\"], timeout=5).text\n",
                "import requests\n\ndef avatar(request):\n    return requests.get(f\"{BASE}/avatars/{request.GET.get('name')}\", timeout=5).content\n",
            ],
            good: &[
                "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n@app.route(\"/fetch\")\ndef fetch():\n    return requests.get(PAGES[request.args[\"page\"]], timeout=5).text\n",
                "import requests\n\ndef avatar(request):\n    return requests.get(f\"{BASE}/avatars\", params={\"name\": request.GET.get(\"name\")}, timeout=5).content\n",
            ],
        },
    },
    Check {
        rule: "user-input-in-url",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list . (identifier) @same)) @risk
            (call
              function: (_) @callee
              arguments: (argument_list
                (string (string_content) @before . (interpolation expression: (identifier) @same)))
              (#match? @before "/$|^https?://")
              (#not-match? @before "[?=]")) @risk
        "#,
        callee: HTTP,
        only: &[TAKEN],
        unless: &[LOOKED_AT_AFTER, TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n@app.route(\"/fetch\")\ndef fetch():\n    url = request.args.get(\"url\")\n    return requests.get(url, timeout=5).text\n",
                "import requests\n\ndef avatar(request):\n    name = request.GET[\"name\"]\n    return requests.get(f\"{BASE}/avatars/{name}\", timeout=5).content\n",
            ],
            good: &[
                "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n@app.route(\"/fetch\")\ndef fetch():\n    url = request.args.get(\"url\")\n    check_allowed(url)\n    return requests.get(url, timeout=5).text\n",
                "import requests\n\ndef avatar(request):\n    name = int(request.GET[\"name\"])\n    return requests.get(f\"{BASE}/avatars/{name}\", timeout=5).content\n",
            ],
        },
    },
];

/// A name that holds what a request brought.
const TAKEN: Condition = Condition {
    place: Place::Before,
    query: r#"
        (assignment
          left: (identifier) @same
          right: (_) @it
          (#match? @it "^(flask\\.|self\\.)?request\\.(args|form|values|GET|POST|query_params|path_params|json|match_info|query|params|data)\\b"))
    "#,
    callee: Callee::Any,
};

/// As [`LOOKED_AT`], but where the name was bound is no look at it.
const LOOKED_AT_AFTER: Condition = Condition {
    place: Place::Before,
    query: r#"
        (call function: (_) @what arguments: (argument_list (identifier) @same) @it
          (#match? @what "(?i)quote|valid|check|safe|allow|parse|sanit|clean|verify|assert|ensure|escape|int$|match$|lookup|resolve"))
        (comparison_operator (identifier) @same operators: ["in" "not in"] @it)
    "#,
    callee: Callee::Any,
};
