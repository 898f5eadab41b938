//! What the program arranges with the system: signals, limits, the runtime, chance.

use std::{io, time::Duration};

use fault_tools::ToolError;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long blocked reads and writes may keep the program from ending.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Prepares the process before anything listens.
pub(crate) fn prepare() {
    // Another provider can only be there if it was set a moment ago, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    raise_open_files();
}

/// Takes as many open files as the system lets us have: each connection needs two.
#[cfg(unix)]
fn raise_open_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // A system that refuses leaves the limit as it was, which is only a smaller one.
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(not(unix))]
fn raise_open_files() {}

/// Runs `work` to its end; whatever it leaves behind ends with it.
pub(crate) fn block_on<T>(
    work: impl Future<Output = Result<T, ToolError>>,
) -> Result<T, ToolError> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_timeout(LAST_WORDS);
    outcome
}

fn runtime() -> Result<Runtime, ToolError> {
    Builder::new_multi_thread().enable_all().build().map_err(|error| system(&error))
}

/// Cancelled when the user or the system asks the program to end. To be called in the runtime.
pub(crate) fn stop_signal() -> Result<CancellationToken, ToolError> {
    let stop = CancellationToken::new();
    let asked = asked_to_end().map_err(|error| system(&error))?;
    let token = stop.clone();
    tokio::spawn(async move {
        asked.await;
        token.cancel();
    });
    Ok(stop)
}

/// Resolves at SIGINT or SIGTERM. The handlers are there when this returns, not when it is polled.
#[cfg(unix)]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn system(error: &io::Error) -> ToolError {
    ToolError::environment("system", format!("the system refused what the program needs: {error}"))
        .hint("see whether the limits of this user on processes and open files are very low")
}

/// A secret that cannot be guessed.
pub(crate) fn secret() -> String {
    Uuid::new_v4().simple().to_string()
}

/// A number by chance, small enough that any program that reads it as a float keeps it whole.
pub(crate) fn chance() -> u64 {
    let bits = Uuid::new_v4().as_u128();
    ((bits ^ (bits >> 64)) as u64) >> 11
}
