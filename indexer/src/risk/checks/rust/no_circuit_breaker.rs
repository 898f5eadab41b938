//! Handlers that call other services with nothing that fails fast.

use super::{IN_HANDLER, IN_TESTS};
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-circuit-breaker",
    query: "(call_expression function: (_) @callee) @risk",
    callee: Callee::Remote(&[RemoteKind::Http, RemoteKind::Rpc, RemoteKind::Llm]),
    only: &[IN_HANDLER],
    unless: &[
        IN_TESTS,
        Condition {
            place: Place::File,
            query: r#"
                ((identifier) @it (#match? @it "(?i)breaker|failsafe|recloser"))
                ((type_identifier) @it (#match? @it "(?i)breaker"))
                ((field_identifier) @it (#match? @it "(?i)breaker"))
            "#,
            callee: Callee::Any,
        },
    ],
    fix: "Call through a breaker that handlers share, such as that of `failsafe` or `recloser`, \
          and answer at once while it is open.",
    examples: Examples {
        bad: &[
            "use axum::extract::State;\n\nasync fn home(State(client): State<reqwest::Client>) -> String {\n    let answer = client.get(BASE).send().await;\n    format!(\"{answer:?}\")\n}\n",
            "use actix_web::web;\n\nasync fn home(client: web::Data<reqwest::Client>) -> String {\n    match client.get(BASE).send().await {\n        Ok(answer) => answer.text().await.unwrap_or_default(),\n        Err(error) => error.to_string(),\n    }\n}\n",
        ],
        good: &[
            "use axum::extract::State;\nuse failsafe::{CircuitBreaker, futures::CircuitBreaker as _};\n\nasync fn home(State(app): State<App>) -> bool {\n    app.breaker.call(app.client.get(BASE).send()).await.is_ok()\n}\n",
            "async fn load(client: &reqwest::Client) -> reqwest::Result<reqwest::Response> {\n    client.get(BASE).send().await\n}\n",
        ],
    },
}];
