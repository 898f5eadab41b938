//! What a user sends, as a part of the address of a call.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// The value is what a user sent.
const FROM_USER: Condition = Condition {
    place: Place::Before,
    query: r#"
        ((short_var_declaration
            left: (expression_list . (identifier) @same)
            right: (expression_list . (call_expression function: (_) @source))) @it
            (#match? @source "(\\.URL\\.Query\\(\\)\\.Get|\\.(FormValue|PostFormValue|PathValue)|^chi\\.URLParam|^c\\.(Param|Query|PostForm|QueryParam|Params|FormValue))$"))
        ((short_var_declaration
            left: (expression_list . (identifier) @same)
            right: (expression_list . (index_expression operand: (_) @source))) @it
            (#match? @source "^(mux\\.Vars\\(.*\\)|vars|params)$"))
    "#,
    callee: Callee::Any,
};

/// What checks it, or allows it.
const CHECKED: Condition = Condition {
    place: Place::Before,
    query: r#"
        ((call_expression function: (_) @name arguments: (argument_list (identifier) @same)) @it
            (#match? @name "(?i)(escape|valid|allow|check|verify|parse|atoi|match|sanitize|clean|isin|contains)"))
        ((index_expression index: (identifier) @same) @it)
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "user-input-in-url",
        query: r#"
            ((binary_expression left: [
                (interpreted_string_literal) @text
                (binary_expression left: (interpreted_string_literal) @text)
                (binary_expression left: (binary_expression left: (interpreted_string_literal) @text))
                ] operator: "+" right: (identifier) @same) @risk
                (#match? @text "^\"https?://"))
            ((call_expression function: (_) @printer arguments: (argument_list
                . (interpreted_string_literal) @text (identifier) @same)) @risk
                (#eq? @printer "fmt.Sprintf")
                (#match? @text "^\"https?://"))
        "#,
        callee: Callee::Any,
        only: &[FROM_USER],
        unless: &[IN_TESTS, CHECKED],
        fix: "Check it first, and escape it: `url.PathEscape(id)` in a path, `url.Values` in a \
              query; let only known hosts be called.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net/http\"\n\nfunc user(w http.ResponseWriter, r *http.Request) {\n\tid := r.URL.Query().Get(\"id\")\n\tresp, err := http.Get(\"http://users/\" + id)\n\tif err == nil {\n\t\tresp.Write(w)\n\t}\n}\n",
                "package a\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n\n\t\"github.com/gin-gonic/gin\"\n)\n\nfunc user(c *gin.Context) {\n\tid := c.Param(\"id\")\n\taddress := fmt.Sprintf(\"http://users/%s/name\", id)\n\t_, err := http.Get(address)\n\tc.Error(err)\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"net/http\"\n\t\"net/url\"\n)\n\nfunc user(w http.ResponseWriter, r *http.Request) {\n\tid := r.URL.Query().Get(\"id\")\n\tresp, err := http.Get(\"http://users/\" + url.PathEscape(id))\n\tif err == nil {\n\t\tresp.Write(w)\n\t}\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc user(id string) (*http.Response, error) {\n\treturn http.Get(\"http://users/\" + id)\n}\n",
            ],
        },
    },
    Check {
        rule: "user-input-in-url",
        query: r#"
            (call_expression function: (_) @callee arguments: (argument_list (identifier) @same)) @risk
            (call_expression function: (_) @callee arguments: (argument_list
                (binary_expression right: (identifier) @same))) @risk
        "#,
        callee: Callee::Resolved(&[
            "net/http.Get|Post|Head|PostForm|NewRequest|NewRequestWithContext",
            "net/http.**.*Client.Get|Post|Head|PostForm",
        ]),
        only: &[FROM_USER],
        unless: &[IN_TESTS, CHECKED],
        fix: "Let the user choose only among known hosts and paths: parse the address with \
              `url.Parse`, check its host against a list, and escape what goes into a path.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net/http\"\n\nfunc proxy(w http.ResponseWriter, r *http.Request) {\n\ttarget := r.FormValue(\"url\")\n\tresp, err := http.Get(target)\n\tif err == nil {\n\t\tresp.Write(w)\n\t}\n}\n",
                "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/gorilla/mux\"\n)\n\nfunc user(w http.ResponseWriter, r *http.Request) {\n\tid := mux.Vars(r)[\"id\"]\n\treq, err := http.NewRequestWithContext(r.Context(), \"GET\", base+id, nil)\n\tif err == nil {\n\t\tclient.Do(req)\n\t}\n}\n",
            ],
            good: &[
                "package a\n\nimport \"net/http\"\n\nfunc proxy(w http.ResponseWriter, r *http.Request) {\n\tname := r.FormValue(\"to\")\n\tresp, err := http.Get(known[name])\n\tif err == nil {\n\t\tresp.Write(w)\n\t}\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc load(target string) (*http.Response, error) {\n\treturn http.Get(target)\n}\n",
            ],
        },
    },
];
