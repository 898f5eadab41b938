//! How a failure reaches the user: one shape, printed in one place, and the exit code it gives.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | it ran, and the system under test fell short |
//! | 2 | bad input or environment |
//! | 70 | a defect of this program |

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};

use fault_tools::{ErrorKind, ToolError};

use crate::{Ending, output};

const FELL_SHORT: u8 = 1;
const BAD_INPUT: u8 = 2;
const DEFECT: u8 = 70;

/// Why the program ends without having done its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something failed.
    Error(ToolError),
    /// The command line asks for help or the version, or is answered by the help.
    Help(clap::Error),
}

impl From<ToolError> for Failure {
    fn from(error: ToolError) -> Self {
        Self::Error(error)
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        use clap::error::ErrorKind::{
            DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion,
        };
        match error.kind() {
            DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => {
                Self::Help(error)
            }
            _ => Self::Error(usage(&error)),
        }
    }
}

/// Runs the program and says how it ended. A panic anywhere in it is a defect.
pub(crate) fn exit_code(program: impl FnOnce() -> Result<Ending, Failure>) -> ExitCode {
    static PANICKED: AtomicBool = AtomicBool::new(false);
    panic::set_hook(Box::new(|panic| {
        PANICKED.store(true, Ordering::Relaxed);
        output::warn(&panic_text(panic));
    }));
    let code = match panic::catch_unwind(AssertUnwindSafe(program)) {
        Ok(Ok(Ending::Done)) => 0,
        Ok(Ok(Ending::FellShort)) => FELL_SHORT,
        Ok(Err(Failure::Error(error))) => report(&error),
        Ok(Err(Failure::Help(help))) => {
            let _ = help.print();
            if help.use_stderr() { BAD_INPUT } else { 0 }
        }
        Err(_) => DEFECT,
    };
    // A task that panicked took one connection with it; the run as a whole is not to be trusted.
    ExitCode::from(if PANICKED.load(Ordering::Relaxed) { DEFECT } else { code })
}

/// The one place that prints an error.
fn report(error: &ToolError) -> u8 {
    output::warn(&text(error));
    if error.kind == ErrorKind::Internal { DEFECT } else { BAD_INPUT }
}

fn text(error: &ToolError) -> String {
    let hint = error.hint.as_ref().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
    format!("error: {} [{}]\n{hint}", error.message, error.code)
}

fn panic_text(panic: &PanicHookInfo<'_>) -> String {
    let reason = panic.payload_as_str().unwrap_or("no reason given");
    let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
    let error = ToolError::internal(format!("fault stopped unexpectedly{place}: {reason}"))
        .hint("this is a defect of fault; please report it (RUST_BACKTRACE=1 says more)");
    let backtrace = Backtrace::capture();
    match backtrace.status() {
        BacktraceStatus::Captured => format!("{}{backtrace}\n", text(&error)),
        _ => text(&error),
    }
}

/// What clap found wrong with the command line, in our shape.
fn usage(error: &clap::Error) -> ToolError {
    let rendered = error.render().to_string();
    let rendered = rendered.strip_prefix("error: ").unwrap_or(&rendered);
    let mut message = Vec::new();
    let mut hint = Vec::new();
    for line in rendered.lines().map(str::trim) {
        if let Some(tip) = line.strip_prefix("tip: ") {
            hint.push(tip.to_owned());
        } else if line.starts_with("Usage:") {
            // A tip is nearer than the whole usage.
            if hint.is_empty() {
                hint.push(line.replacen("Usage:", "usage:", 1));
            }
        } else if hint.is_empty() && !line.is_empty() && !line.starts_with("For more information") {
            message.push(line);
        }
    }
    hint.push("`--help` says more".to_owned());
    ToolError::input("invalid_usage", message.join(" ")).hint(hint.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    fn check(line: &str, message: &str, hint: &str) {
        let words = std::iter::once("fault").chain(line.split_whitespace()).map(Into::into);
        let Err(Failure::Error(error)) = args::parse(words) else { panic!("{line} was accepted") };
        let text = text(&error);
        assert!(text.starts_with(&format!("error: {message} [invalid_usage]\nhint: ")), "{text}");
        assert!(text.contains(hint), "{text}");
        assert!(text.ends_with('\n'));
    }

    #[test]
    fn a_misspelt_flag_is_named_with_the_nearest_one() {
        check("run --with-latncy", "unexpected argument '--with-latncy' found", "'--with-latency'");
    }

    #[test]
    fn a_misspelt_command_is_named_with_the_nearest_one() {
        check("rum", "unrecognized subcommand 'rum'", "'run'");
    }

    #[test]
    fn a_missing_value_is_named_with_the_usage() {
        check(
            "run --duration",
            "a value is required for '--duration <DURATION>' but none was supplied",
            "`--help` says more",
        );
    }

    #[test]
    fn whose_move_it_is_decides_the_exit_code() {
        for (error, code) in [
            (ToolError::input("a", "a"), BAD_INPUT),
            (ToolError::environment("b", "b"), BAD_INPUT),
            (ToolError::cancelled(), BAD_INPUT),
            (ToolError::internal("c"), DEFECT),
        ] {
            assert_eq!(report(&error), code, "{error}");
        }
    }

    #[test]
    fn help_and_version_are_no_errors() {
        for line in ["--help", "--version", "run --help"] {
            let words = std::iter::once("fault").chain(line.split(' ')).map(Into::into);
            assert!(matches!(args::parse(words), Err(Failure::Help(_))), "{line}");
        }
    }
}
