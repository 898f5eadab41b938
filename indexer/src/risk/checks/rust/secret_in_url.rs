//! Secrets in the query of a URL.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Examples};

const GOOD: &[&str] = &[
    "fn sign(request: reqwest::RequestBuilder, token: &str) -> reqwest::RequestBuilder {\n    request.bearer_auth(token)\n}\n",
    "fn page(base: &str, next: &str) -> String {\n    format!(\"{base}/items?page_token={next}\")\n}\n",
];

const FIX: &str = "Send it in a header, such as `.bearer_auth(token)`.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "secret-in-url",
        query: r#"((macro_invocation macro: (identifier) @macro (token_tree . (string_literal) @text)) @risk
            (#eq? @macro "format")
            (#match? @text "(?i)[?&](api_?key|access_?token|auth_?token|token|secret|client_secret|password|passwd|pwd|app_?key|private_token)=\\{"))"#,
        callee: Callee::Any,
        only: &[],
        unless: &[IN_TESTS],
        fix: FIX,
        examples: Examples {
            bad: &[
                "fn address(base: &str, key: &str) -> String {\n    format!(\"{base}/items?api_key={key}\")\n}\n",
                "fn address(token: &str) -> String {\n    format!(\"https://a.b/c?d=1&access_token={}\", token)\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "secret-in-url",
        query: r#"
            ((call_expression
                function: (field_expression field: (field_identifier) @method)
                arguments: (arguments (reference_expression value: (array_expression
                    (tuple_expression . (string_literal) @name . (_)))))) @risk
                (#eq? @method "query")
                (#match? @name "(?i)^\"(api_?key|access_?token|auth_?token|secret|client_secret|password|passwd|app_?key|private_token|token)\"$"))
            ((call_expression
                function: (field_expression value: (_) @pairs field: (field_identifier) @method)
                arguments: (arguments . (string_literal) @name . (_))) @risk
                (#eq? @method "append_pair")
                (#match? @pairs "query_pairs_mut\\(\\)")
                (#match? @name "(?i)^\"(api_?key|access_?token|auth_?token|secret|client_secret|password|passwd|app_?key|private_token|token)\"$"))
        "#,
        callee: Callee::Any,
        only: &[],
        unless: &[IN_TESTS],
        fix: FIX,
        examples: Examples {
            bad: &[
                "fn sign(request: reqwest::RequestBuilder, key: &str) -> reqwest::RequestBuilder {\n    request.query(&[(\"page\", \"1\"), (\"api_key\", key)])\n}\n",
                "fn sign(address: &mut url::Url, token: &str) {\n    address.query_pairs_mut().append_pair(\"access_token\", token);\n}\n",
            ],
            good: GOOD,
        },
    },
];
