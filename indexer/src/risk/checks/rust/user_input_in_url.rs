//! What a user sends, as a part of the address of a call.

use super::IN_TESTS;
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

/// The function calls over HTTP.
const CALLS: Condition = Condition {
    place: Place::After,
    query: "(call_expression function: (_) @callee) @it",
    callee: Callee::Remote(&[RemoteKind::Http]),
};

/// The value is what a user sent.
const FROM_USER: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((parameter
            pattern: (tuple_struct_pattern type: (_) @extractor (identifier) @same)
            type: (_) @type) @it
            (#match? @extractor "(Path|Query|Json|Form)$")
            (#not-match? @type "Uuid|[iu](8|16|32|64)>"))
        ((let_declaration pattern: (identifier) @same value: (call_expression function: (_) @source)) @it
            (#match? @source "^(path|query|params|form|info)\\.into_inner$"))
    "#,
    callee: Callee::Any,
};

/// What checks it, or makes it fit.
const CHECKED: Condition = Condition {
    place: Place::Before,
    query: r#"
        ((call_expression function: (_) @name arguments: (arguments [
            (identifier) @same
            (reference_expression value: (identifier) @same)
            (reference_expression value: (field_expression value: (identifier) @same))
            ])) @it
            (#match? @name "(?i)(encode|escape|valid|allow|check|verify|parse|sanitize)"))
        ((call_expression function: (field_expression value: (identifier) @same field: (field_identifier) @name)) @it
            (#match? @name "(?i)(encode|escape|valid|allow|check|verify|parse|contains|chars)"))
    "#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "use axum::extract::Path;\n\nasync fn user(Path(id): Path<u64>) -> reqwest::Result<reqwest::Response> {\n    let address = format!(\"http://users/{}\", id);\n    reqwest::get(address).await\n}\n",
    "async fn user(id: &str) -> reqwest::Result<reqwest::Response> {\n    let address = format!(\"http://users/{}\", id);\n    reqwest::get(address).await\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "user-input-in-url",
        query: r#"((macro_invocation macro: (identifier) @macro
            (token_tree . (string_literal) @text (identifier) @same)) @risk
            (#eq? @macro "format")
            (#match? @text "^\"(https?://|\\{[a-zA-Z_.]*\\}/)"))"#,
        callee: Callee::Any,
        only: &[FROM_USER, CALLS],
        unless: &[IN_TESTS, CHECKED],
        fix: "Build the address with `Url::path_segments_mut().push(..)` or `.query(..)`, which \
              escape, and let only known hosts be called.",
        examples: Examples {
            bad: &[
                "use axum::extract::Path;\n\nasync fn user(Path(id): Path<String>) -> reqwest::Result<reqwest::Response> {\n    let address = format!(\"http://users/{}\", id);\n    reqwest::get(address).await\n}\n",
                "use axum::extract::{Query, State};\n\nasync fn user(State(client): State<reqwest::Client>, Query(q): Query<Search>) -> reqwest::Result<reqwest::Response> {\n    let address = format!(\"{}/users/{}\", BASE, q.name);\n    client.get(address).send().await\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "user-input-in-url",
        query: r#"
            (call_expression function: (_) @callee arguments: (arguments . [
                (identifier) @same
                (reference_expression value: (identifier) @same)
                (field_expression value: (identifier) @same)
                (reference_expression value: (field_expression value: (identifier) @same))
            ])) @risk
        "#,
        callee: Callee::Resolved(&[
            "reqwest.get",
            "reqwest.**.Client.get|post|put|head|delete",
            "reqwest.Client.get|post|put|head|delete",
        ]),
        only: &[FROM_USER],
        unless: &[IN_TESTS, CHECKED],
        fix: "Let the user choose only among known hosts: parse the address with `Url::parse`, \
              and check its scheme and host against a list.",
        examples: Examples {
            bad: &[
                "use axum::extract::{Query, State};\n\nasync fn proxy(State(client): State<reqwest::Client>, Query(q): Query<Target>) -> reqwest::Result<reqwest::Response> {\n    client.get(&q.url).send().await\n}\n",
                "use axum::Json;\n\nasync fn proxy(Json(body): Json<Target>) -> reqwest::Result<reqwest::Response> {\n    reqwest::get(body.url).await\n}\n",
            ],
            good: GOOD,
        },
    },
];
