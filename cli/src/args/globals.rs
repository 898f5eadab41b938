//! Options of every command, before and after its name.

use clap::Args;

use super::switch::Switch;
use crate::logging::Logs;

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Add log lines to this file.
    #[arg(long, global = true, env = "FAULT_LOG_FILE", value_name = "FILE")]
    log_file: Option<String>,
    /// Write log lines to standard output.
    #[arg(
        long,
        global = true,
        env = "FAULT_WITH_STDOUT_LOGGING",
        value_parser = Switch,
    )]
    log_stdout: bool,
    /// Which log lines are written: error, warn, info, debug, trace, off, or parts such as
    /// `info,hyper=debug`. Without a level, `info` to a file or standard output; without either of
    /// those, warnings to standard error.
    #[arg(long, global = true, env = "FAULT_LOG_LEVEL", value_name = "LEVEL")]
    log_level: Option<String>,
    #[arg(
        long,
        global = true,
        env = "FAULT_WITH_OTEL",
        hide = true,
        value_parser = Switch,
    )]
    pub(crate) with_otel: bool,
}

impl Globals {
    /// Where log lines go.
    pub(crate) fn logs(&self) -> Logs {
        Logs {
            file: self.log_file.as_ref().map(Into::into),
            stdout: self.log_stdout,
            level: self.log_level.clone(),
        }
    }
}
