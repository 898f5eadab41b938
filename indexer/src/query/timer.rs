//! Work that is interrupted when it takes too long.

use std::{sync::mpsc, thread, time::Duration};

/// How long is waited before it is interrupted once more: between two steps of some work there may
/// be nothing to interrupt.
const AGAIN: Duration = Duration::from_millis(10);

/// Does some work, and interrupts it after this time. Says also whether it was interrupted.
pub(super) fn within<T>(
    time: Duration,
    interrupt: impl Fn() + Send,
    work: impl FnOnce() -> T,
) -> (T, bool) {
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let timer = scope.spawn(move || {
            let mut wait = time;
            let mut interrupted = false;
            while is_done.recv_timeout(wait) == Err(mpsc::RecvTimeoutError::Timeout) {
                interrupt();
                interrupted = true;
                wait = AGAIN;
            }
            interrupted
        });
        let outcome = work();
        drop(done);
        (outcome, timer.join().unwrap_or_default())
    })
}
