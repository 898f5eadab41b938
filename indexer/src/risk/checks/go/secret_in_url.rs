//! Secrets in the query of a URL.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

const GOOD: &[&str] = &[
    "package a\n\nimport \"net/http\"\n\nfunc sign(req *http.Request, token string) {\n\treq.Header.Set(\"Authorization\", \"Bearer \"+token)\n}\n",
    "package a\n\nimport \"fmt\"\n\nfunc page(base, next string) string {\n\treturn fmt.Sprintf(\"%s/items?page_token=%s\", base, next)\n}\n",
];

const FIX: &str = "Send it in a header, such as `req.Header.Set(\"Authorization\", \"Bearer \
                   \"+token)`.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "secret-in-url",
        query: r#"
            ((call_expression function: (_) @callee arguments: (argument_list
                . [(interpreted_string_literal) (raw_string_literal)] @text)) @risk
                (#match? @callee "^fmt\\.(Sprintf|Appendf)$")
                (#match? @text "(?i)[?&](api_?key|access_?token|auth_?token|token|secret|client_secret|password|passwd|pwd|app_?key|private_token)=%[sqv+]"))
            ((binary_expression left: [
                (interpreted_string_literal) @text
                (binary_expression right: (interpreted_string_literal) @text)
                ] operator: "+" right: [(identifier) (selector_expression) (call_expression)]) @risk
                (#match? @text "(?i)[?&](api_?key|access_?token|auth_?token|token|secret|client_secret|password|passwd|pwd|app_?key|private_token)=[\"`]$"))
        "#,
        callee: Callee::Any,
        only: &[],
        unless: &[IN_TESTS],
        fix: FIX,
        examples: Examples {
            bad: &[
                "package a\n\nimport \"fmt\"\n\nfunc address(base, key string) string {\n\treturn fmt.Sprintf(\"%s/items?api_key=%s\", base, key)\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc load(base, token string) (*http.Response, error) {\n\treturn http.Get(base + \"/items?access_token=\" + token)\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "secret-in-url",
        query: r#"((call_expression
            function: (selector_expression field: (field_identifier) @method)
            arguments: (argument_list . (interpreted_string_literal) @name . [(identifier) (selector_expression) (call_expression)])) @risk
            (#any-of? @method "Set" "Add")
            (#match? @name "(?i)^\"(api_?key|access_?token|auth_?token|secret|client_secret|password|passwd|app_?key|private_token)\"$"))"#,
        callee: Callee::Any,
        only: &[Condition {
            place: Place::Function,
            query: r#"((assignment_statement left: (expression_list (selector_expression
                field: (field_identifier) @it))) (#eq? @it "RawQuery"))"#,
            callee: Callee::Any,
        }],
        unless: &[
            IN_TESTS,
            Condition {
                place: Place::Within,
                query: r#"((call_expression function: (_) @it) (#match? @it "Header\\.(Set|Add)$"))"#,
                callee: Callee::Any,
            },
        ],
        fix: FIX,
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net/http\"\n\nfunc sign(req *http.Request, key string) {\n\tq := req.URL.Query()\n\tq.Set(\"api_key\", key)\n\treq.URL.RawQuery = q.Encode()\n}\n",
                "package a\n\nimport \"net/url\"\n\nfunc address(u *url.URL, token string) string {\n\tvalues := url.Values{}\n\tvalues.Add(\"access_token\", token)\n\tu.RawQuery = values.Encode()\n\treturn u.String()\n}\n",
            ],
            good: GOOD,
        },
    },
];
