//! Writing to standard output and standard error: whole lines, beside a live line if there is one,
//! for readers that may have gone away.

use std::{
    io::{self, IsTerminal, Write},
    sync::LazyLock,
};

use indicatif::{MultiProgress, ProgressBar};

/// The live lines at the bottom of the terminal; they are not drawn where nobody looks.
static LIVE: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Whether standard output is a terminal.
static ON_TERMINAL: LazyLock<bool> = LazyLock::new(|| io::stdout().is_terminal());

/// Writes lines to standard output.
///
/// A reader that has gone away (`fault run | head`) is no reason to stop carrying traffic.
pub(crate) fn say(text: &str) {
    let _ = Out.write_all(text.as_bytes());
}

/// Writes lines to standard error, as [`say`] does to standard output.
pub(crate) fn warn(text: &str) {
    let _ = Err.write_all(text.as_bytes());
}

/// Whether somebody sees live lines.
pub(crate) fn watched() -> bool {
    io::stderr().is_terminal()
}

/// Shows a live line on standard error.
pub(crate) fn live(line: ProgressBar) -> ProgressBar {
    LIVE.add(line)
}

/// Standard output.
pub(crate) struct Out;

/// Standard error.
pub(crate) struct Err;

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        beside(*ON_TERMINAL, || {
            let mut out = io::stdout().lock();
            out.write_all(bytes)?;
            out.flush()?;
            Ok(bytes.len())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Err {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        beside(true, || {
            io::stderr().lock().write_all(bytes)?;
            Ok(bytes.len())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes beside the live line if it may share a terminal with it; a full pipe must not keep
/// others from writing.
fn beside<T>(shared: bool, write: impl FnOnce() -> T) -> T {
    if shared { LIVE.suspend(write) } else { write() }
}
