//! Waiting for what must happen, and no longer than it may take on a busy machine.

use std::time::Duration;

/// How long anything may take that should be there in a moment.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(10);

/// The outcome of `work`.
///
/// # Panics
///
/// Panics if it is not there after [`PATIENCE`].
pub async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(outcome) => outcome,
        Err(_) => panic!("waited {PATIENCE:?} in vain: {what}"),
    }
}

/// What `look` finds, as soon as it finds something.
///
/// # Panics
///
/// Panics if it has found nothing after [`PATIENCE`].
pub async fn found<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    soon(what, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
    .await
}
