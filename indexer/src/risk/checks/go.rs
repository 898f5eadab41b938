//! How Go breaks the rules.

use crate::risk::check::{Callee, Check, Condition, Place};

/// Attempts at a call that end when it succeeds: its shapes, each with `@risk` for the loop and
/// `@callee` for the call, given what the loop begins with.
macro_rules! attempts {
    ($head:literal) => {
        concat!(
            // The error is met with another attempt, and success leaves the loop at its end.
            "(for_statement ",
            $head,
            r#" body: (block (statement_list
                [(short_var_declaration right: (expression_list . (call_expression function: (_) @callee)))
                 (assignment_statement right: (expression_list . (call_expression function: (_) @callee)))]
                . (if_statement
                    condition: (binary_expression operator: "!=" right: (nil))
                    consequence: (block (statement_list (continue_statement) .)))
                [(return_statement) (break_statement)] .))) @risk"#,
            // Success leaves the loop at once.
            "(for_statement ",
            $head,
            r#" body: (block (statement_list
                [(short_var_declaration right: (expression_list . (call_expression function: (_) @callee)))
                 (assignment_statement right: (expression_list . (call_expression function: (_) @callee)))]
                . (if_statement
                    condition: [
                        (binary_expression operator: "==" right: (nil))
                        (binary_expression left: (binary_expression operator: "==" right: (nil)) operator: "&&")
                    ]
                    consequence: (block (statement_list [(return_statement) (break_statement)] .)))))) @risk"#,
            "(for_statement ",
            $head,
            r#" body: (block (statement_list (if_statement
                initializer: [
                    (short_var_declaration right: (expression_list . (call_expression function: (_) @callee)))
                    (assignment_statement right: (expression_list . (call_expression function: (_) @callee)))
                ]
                condition: (binary_expression operator: "==" right: (nil))
                consequence: (block (statement_list [(return_statement) (break_statement)] .)))))) @risk"#,
        )
    };
}

/// A function that answers a request of HTTP, as `$it`.
macro_rules! handlers {
    ($types:literal) => {
        concat!(
            "((function_declaration parameters: (parameter_list (parameter_declaration type: (_) @type))) @it ",
            "(#match? @type \"",
            $types,
            "\"))",
            "((method_declaration parameters: (parameter_list (parameter_declaration type: (_) @type))) @it ",
            "(#match? @type \"",
            $types,
            "\"))",
            "((func_literal parameters: (parameter_list (parameter_declaration type: (_) @type))) @it ",
            "(#match? @type \"",
            $types,
            "\"))",
        )
    };
}

mod call_in_loop;
mod client_per_request;
mod no_backoff;
mod no_cancellation;
mod no_circuit_breaker;
mod no_retry;
mod no_rollback;
mod no_timeout;
mod pool_not_configured;
mod retry_not_idempotent;
mod secret_in_url;
mod swallowed_error;
mod unbounded_concurrency;
mod unbounded_retry;
mod unchecked_status;
mod user_input_in_url;

/// The file is a test, or helps tests.
const IN_TESTS: Condition = Condition {
    place: Place::File,
    query: r#"((import_spec path: (_) @it) (#eq? @it "\"testing\""))"#,
    callee: Callee::Any,
};

/// In a function that answers requests.
const IN_HANDLER: Condition = Condition {
    place: Place::Outside,
    query: handlers!(r"^(http\\.ResponseWriter|\\*gin\\.Context|echo\\.Context|\\*fiber\\.Ctx)$"),
    callee: Callee::Any,
};

/// In a function that is told when to stop.
const HAS_CONTEXT: Condition = Condition {
    place: Place::Outside,
    query: handlers!(
        r"^(context\\.Context|http\\.ResponseWriter|\\*gin\\.Context|echo\\.Context|\\*fiber\\.Ctx)$"
    ),
    callee: Callee::Any,
};

/// In the function that a program begins with, where what is made is made once.
const AT_START: Condition = Condition {
    place: Place::Outside,
    query: r#"((function_declaration name: (identifier) @name) @it (#any-of? @name "main" "init"))"#,
    callee: Callee::Any,
};

/// In a function that brings a database to a new shape, which is done once and by nobody's request.
const MIGRATES: Condition = Condition {
    place: Place::Outside,
    query: r#"
        ((function_declaration name: (identifier) @name) @it
            (#match? @name "(?i)migrat|updatefrom|upgrade|schema|setupdb|initdb"))
        ((method_declaration name: (field_identifier) @name) @it
            (#match? @name "(?i)migrat|updatefrom|upgrade|schema|setupdb|initdb"))
    "#,
    callee: Callee::Any,
};

/// A library that tries calls again.
const RETRY_LIBRARIES: &[&str] = &[
    "github.com/avast/retry-go/**.Do|DoWithData",
    "github.com/cenkalti/backoff/**.Retry|RetryNotify|RetryWithData|RetryNotifyWithData",
    "github.com/sethvargo/go-retry/**.Do|Exponential|Constant|Fibonacci",
];

/// The imports of a piece of code that has none of its own: what these names mean nearly always.
pub(super) static USUAL_IMPORTS: &[(&str, &str)] = &[
    ("backoff", "github.com/cenkalti/backoff/v4"),
    ("context", "context"),
    ("errgroup", "golang.org/x/sync/errgroup"),
    ("gin", "github.com/gin-gonic/gin"),
    ("grpc", "google.golang.org/grpc"),
    ("http", "net/http"),
    ("io", "io"),
    ("json", "encoding/json"),
    ("net", "net"),
    ("redis", "github.com/redis/go-redis/v9"),
    ("sql", "database/sql"),
    ("sync", "sync"),
    ("time", "time"),
];

pub(super) static CHECKS: &[&[Check]] = &[
    no_timeout::CHECKS,
    no_retry::CHECKS,
    unbounded_retry::CHECKS,
    retry_not_idempotent::CHECKS,
    no_backoff::CHECKS,
    client_per_request::CHECKS,
    pool_not_configured::CHECKS,
    swallowed_error::CHECKS,
    no_rollback::CHECKS,
    unbounded_concurrency::CHECKS,
    no_cancellation::CHECKS,
    no_circuit_breaker::CHECKS,
    call_in_loop::CHECKS,
    unchecked_status::CHECKS,
    secret_in_url::CHECKS,
    user_input_in_url::CHECKS,
];
