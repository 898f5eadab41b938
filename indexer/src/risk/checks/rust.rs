//! How Rust breaks the rules.
//!
//! What stands in the brackets of a macro is no code to the parser: what is called in
//! `tokio::select!` or `assert!` is not seen.

use crate::risk::check::{Callee, Check, Condition, Place};

/// Attempts at a call that end when it succeeds, given what the loop is: `@risk` for the loop,
/// `@callee` for the call, and what must be so of `@body`, the text of the loop.
macro_rules! attempts {
    ($loop:literal, $so:literal) => {
        concat!(
            "((",
            $loop,
            r#" body: (block (expression_statement (match_expression
                value: [
                    (call_expression function: (_) @callee)
                    (await_expression (call_expression function: (_) @callee))
                ]
                body: (match_block
                    (match_arm
                        pattern: (match_pattern (tuple_struct_pattern type: (identifier) @ok))
                        value: [
                            (return_expression)
                            (break_expression)
                            (block (expression_statement [(return_expression) (break_expression)]) .)
                        ])
                    (match_arm pattern: (match_pattern) @err value: (_) @again))))) @body) @risk
                (#eq? @ok "Ok") (#match? @err "^Err")
                (#not-match? @again "^\\{?\\s*(return|break)|bail!|panic!|unreachable!") "#,
            $so,
            ")((",
            $loop,
            r#" body: (block (expression_statement (if_expression
                condition: (let_condition
                    pattern: (tuple_struct_pattern type: (identifier) @ok)
                    value: [
                        (call_expression function: (_) @callee)
                        (await_expression (call_expression function: (_) @callee))
                    ])
                consequence: (block
                    (expression_statement [(return_expression) (break_expression)]) .)
                !alternative))) @body) @risk
                (#eq? @ok "Ok") "#,
            $so,
            ")",
        )
    };
}

/// Attempts as long as there is an error.
macro_rules! until_it_works {
    ($so:literal) => {
        concat!(
            r#"((while_expression
                condition: (let_condition
                    pattern: (tuple_struct_pattern type: (identifier) @err)
                    value: [
                        (call_expression function: (_) @callee)
                        (await_expression (call_expression function: (_) @callee))
                    ])
                body: (block) @body) @risk
                (#eq? @err "Err") "#,
            $so,
            ")",
        )
    };
}

mod blocking_in_async;
mod call_in_loop;
mod client_per_request;
mod no_backoff;
mod no_circuit_breaker;
mod no_retry;
mod no_rollback;
mod no_timeout;
mod retry_not_idempotent;
mod secret_in_url;
mod swallowed_error;
mod unbounded_concurrency;
mod unbounded_queue;
mod unbounded_retry;
mod unchecked_status;
mod user_input_in_url;

/// In a test: a function that is marked as one, or a module for tests alone.
const IN_TESTS: Condition = Condition {
    place: Place::Outside,
    query: r#"
        (((attribute_item) @mark . (attribute_item)* . (mod_item) @it)
            (#match? @mark "cfg\\(.*test"))
        (((attribute_item) @mark . (attribute_item)* . (function_item) @it)
            (#match? @mark "^#\\[([a-z_]+::)*(test|rstest|test_case|bench)\\b|cfg\\(.*test"))
        ((source_file (inner_attribute_item) @mark) @it (#match? @mark "cfg\\(.*test"))
        ((function_item name: (identifier) @name) @it (#match? @name "^(test_|bench_)"))
    "#,
    callee: Callee::Any,
};

/// In a function that brings a database to a new shape, which is done once and by nobody's request.
const MIGRATES: Condition = Condition {
    place: Place::Outside,
    query: r#"((function_item name: (identifier) @name) @it
        (#match? @name "migrat|upgrade|schema|seed|^m[0-9]+"))"#,
    callee: Callee::Any,
};

/// In the function that a program begins with.
const IN_MAIN: Condition = Condition {
    place: Place::Outside,
    query: r#"((function_item name: (identifier) @name) @it (#eq? @name "main"))"#,
    callee: Callee::Any,
};

/// In a function that answers requests, by what it takes out of them.
const IN_HANDLER: Condition = Condition {
    place: Place::Outside,
    query: r#"((function_item
            (function_modifiers "async")
            parameters: (parameters (parameter type: (_) @type))) @it
        (#match? @type "^((axum::)?(extract::)?(State|Path|Query|Json|Form|Extension)<|(actix_web::)?web::(Data|Path|Query|Json|Form)<|(actix_web::)?HttpRequest$|&(rocket::)?State<)"))"#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[&[Check]] = &[
    no_timeout::CHECKS,
    no_retry::CHECKS,
    unbounded_retry::CHECKS,
    retry_not_idempotent::CHECKS,
    no_backoff::CHECKS,
    client_per_request::CHECKS,
    blocking_in_async::CHECKS,
    swallowed_error::CHECKS,
    no_rollback::CHECKS,
    unbounded_concurrency::CHECKS,
    unbounded_queue::CHECKS,
    no_circuit_breaker::CHECKS,
    call_in_loop::CHECKS,
    unchecked_status::CHECKS,
    secret_in_url::CHECKS,
    user_input_in_url::CHECKS,
];
