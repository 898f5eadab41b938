//! How JavaScript and TypeScript break the rules.

mod blocking_in_async;
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
mod surroundings;
mod swallowed_error;
#[cfg(test)]
mod tests;
mod unbounded_concurrency;
mod unbounded_retry;
mod unchecked_status;
mod user_input_in_url;

use crate::risk::check::Check;

pub(super) static CHECKS: &[&[Check]] = &[
    no_timeout::CHECKS,
    no_retry::CHECKS,
    unbounded_retry::CHECKS,
    retry_not_idempotent::CHECKS,
    no_backoff::CHECKS,
    client_per_request::CHECKS,
    pool_not_configured::CHECKS,
    blocking_in_async::CHECKS,
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
