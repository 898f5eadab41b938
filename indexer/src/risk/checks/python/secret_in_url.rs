//! Secrets in URLs.

use super::common::TEST;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A link that a user gets, which must hold what it is for.
const LINK: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((function_definition name: (identifier) @it)
          (#match? @it "(?i)reset|confirm|verif|invite|unsubscribe|activat|magic|email|mail|share"))
    "#,
    callee: Callee::Any,
};

/// The body of a request, which is no URL.
const BODY: Condition = Condition {
    place: Place::Around,
    query: r#"
        (keyword_argument name: (identifier) @name value: (_) @it
          (#any-of? @name "data" "json" "content" "body"))
        (assignment left: (identifier) @name right: (_) @it (#match? @name "(?i)data|body|payload"))
    "#,
    callee: Callee::Any,
};

const FIX: &str = "Send it in a header, such as `headers={\"Authorization\": f\"Bearer {token}\"}`; \
                   if the service takes it nowhere else, keep the URL out of logs and errors.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "secret-in-url",
        query: r#"
            (string (string_content) @before . (interpolation) @value
              (#match? @before "(?i)[?&](api_?key|access_?token|auth_?token|token|secret|client_?secret|password|passwd|pwd|subscription-key|private_?token)=$")
              (#not-match? @value "(?i)page|next|continu|csrf|cursor|sync")) @risk
            (string (string_content) @before . (interpolation) @value . (string_content) @after
              (#match? @before "(?i)^https?://([a-z0-9_.%-]+:)?$")
              (#match? @value "(?i)token|password|passwd|secret|api_?key|pat\\b|auth")
              (#match? @after "^@")) @risk
            (string
              (string_content) @start . (interpolation) . (string_content) @colon . (interpolation) .
              (string_content) @after
              (#match? @start "(?i)^https?://$")
              (#eq? @colon ":")
              (#match? @after "^@")) @risk
        "#,
        callee: Callee::Any,
        only: &[],
        unless: &[LINK, BODY, TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "def weather(city):\n    return get(f\"https://api.example/weather?q={city}&api_key={KEY}\")\n",
                "def clone(repo, token):\n    run([\"git\", \"clone\", f\"https://{token}@git.example/{repo}\"])\n",
            ],
            good: &[
                "def weather(city):\n    return get(f\"https://api.example/weather?q={city}\", headers={\"X-Api-Key\": KEY})\n",
                "def page(cursor):\n    return get(f\"https://api.example/users?page_token={cursor}&tokens=no\")\n",
            ],
        },
    },
    Check {
        rule: "secret-in-url",
        query: r#"
            (call
              function: (attribute object: (string (string_content) @text) attribute: (identifier) @format)
              (#eq? @format "format")
              (#match? @text "(?i)[?&](api_?key|access_?token|auth_?token|token|secret|client_?secret|password|passwd|private_?token)=\\{[a-z0-9_.]*\\}")) @risk
            (binary_operator
              left: (string (string_content) @text)
              operator: "%"
              (#match? @text "(?i)[?&](api_?key|access_?token|auth_?token|token|secret|client_?secret|password|passwd|private_?token)=%[s(]")) @risk
            (binary_operator
              left: (_) @left
              operator: "+"
              right: [(identifier) (attribute) (call) (subscript)]
              (#match? @left "(?i)[?&](api_?key|access_?token|auth_?token|token|secret|client_?secret|password|passwd|private_?token)=['\"]$")) @risk
        "#,
        callee: Callee::Any,
        only: &[],
        unless: &[LINK, BODY, TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "URL = \"https://api.example/weather?q={}&api_key={}\".format(CITY, KEY)\n",
                "def weather(city):\n    return get(BASE + \"/weather?q=\" + city + \"&token=\" + TOKEN)\n",
            ],
            good: &[
                "URL = \"https://api.example/weather?q={}&page={}\".format(CITY, PAGE)\n",
                "def weather(city):\n    return get(BASE + \"/weather?q=\" + city, headers={\"Authorization\": TOKEN})\n",
            ],
        },
    },
    Check {
        rule: "secret-in-url",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list
                (keyword_argument
                  name: (identifier) @params
                  value: (dictionary (pair key: (string) @key value: (_) @value))))
              (#eq? @params "params")
              (#match? @key "(?i)^['\"](x-)?(api_?key|access_?token|auth_?token|client_?secret|secret|password|private_?token|token)['\"]$")
              (#not-match? @value "(?i)page|next|continu|cursor|^None$")) @risk
        "#,
        callee: super::common::HTTP_CALLS,
        only: &[],
        unless: &[TEST],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import requests\n\ndef weather(city):\n    return requests.get(f\"{BASE}/weather\", params={\"q\": city, \"api_key\": KEY}, timeout=5)\n",
                "import httpx\n\nasync def me(client: httpx.AsyncClient, token):\n    return await client.get(\"/me\", params={\"access_token\": token})\n",
            ],
            good: &[
                "import requests\n\ndef weather(city):\n    return requests.get(f\"{BASE}/weather\", params={\"q\": city}, headers={\"X-Api-Key\": KEY}, timeout=5)\n",
                "import requests\n\ndef sign_in(name, password):\n    return requests.post(f\"{BASE}/session\", data={\"name\": name, \"password\": password}, timeout=5)\n",
            ],
        },
    },
];
