//! Clients that are made for one call.

use super::{IN_MAIN, IN_TESTS};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Where a client is made once: by its name, by being kept, or in what a start of a program does.
const MADE_ONCE: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((shorthand_field_initializer (identifier) @it) (#match? @it "client|http"))
        ((field_initializer field: (field_identifier) @it) (#match? @it "client|http"))
        ((call_expression function: (_) @it) (#match? @it "(get_or_init|get_or_try_init|or_insert_with|Lazy(Lock|Cell)?::new|OnceCell::const_new)$"))
    "#,
    callee: Callee::Any,
};

/// In a function that is called once, as its name says.
const AT_START: Condition = Condition {
    place: Place::Outside,
    query: r#"
        ((function_item name: (identifier) @name) @it
            (#match? @name "^(new|init|setup|build|create|connect|start|run|run_.*|from_.*|.*install.*|.*upgrade.*|.*_cmd|exec|execute)$"))
        (static_item) @it
        (const_item) @it
    "#,
    callee: Callee::Any,
};

/// It is used and dropped in the same function.
const SENDS: Condition = Condition {
    place: Place::After,
    query: r#"((call_expression function: (field_expression field: (field_identifier) @it))
        (#any-of? @it "send" "execute"))"#,
    callee: Callee::Any,
};

const ASYNC: Condition = Condition {
    place: Place::Around,
    query: r#"(function_item (function_modifiers "async")) @it"#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "struct Api { client: reqwest::Client }\n\nimpl Api {\n    async fn load(&self, url: &str) -> reqwest::Result<reqwest::Response> {\n        self.client.get(url).send().await\n    }\n}\n",
    "struct Api { client: reqwest::Client }\n\nasync fn open(url: &str) -> reqwest::Result<Api> {\n    let client = reqwest::Client::new();\n    client.get(url).send().await?;\n    Ok(Api { client })\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "client-per-request",
        query: r#"((call_expression function: [
                (scoped_identifier name: (identifier) @name) @callee
                (field_expression field: (field_identifier) @name) @callee
            ]) @risk
            (#any-of? @name "new" "default" "build"))"#,
        callee: Callee::Resolved(&[
            "reqwest.Client",
            "reqwest.Client.default",
            "reqwest.Client.builder.**.build",
            "reqwest.ClientBuilder.**.build",
        ]),
        only: &[ASYNC, SENDS],
        unless: &[IN_TESTS, IN_MAIN, MADE_ONCE, AT_START],
        fix: "Make one `Client` at the start, keep it in the state, and clone it where it is \
              needed: clones share its connections.",
        examples: Examples {
            bad: &[
                "async fn load(url: &str) -> reqwest::Result<reqwest::Response> {\n    let client = reqwest::Client::new();\n    client.get(url).send().await\n}\n",
                "use reqwest::Client;\n\nasync fn load(url: &str) -> reqwest::Result<reqwest::Response> {\n    let client = Client::builder().user_agent(\"a\").build()?;\n    let answer = client.get(url).send().await?;\n    Ok(answer)\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "client-per-request",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["reqwest.get"]),
        only: &[],
        unless: &[IN_TESTS, IN_MAIN, AT_START],
        fix: "Make one `reqwest::Client` at the start and use its `get`: `reqwest::get` makes a \
              client, and so a new connection, for each call.",
        examples: Examples {
            bad: &[
                "async fn load(url: &str) -> reqwest::Result<String> {\n    reqwest::get(url).await?.text().await\n}\n",
                "async fn all(urls: &[&str]) -> reqwest::Result<()> {\n    for url in urls {\n        reqwest::get(*url).await?;\n    }\n    Ok(())\n}\n",
            ],
            good: GOOD,
        },
    },
];
