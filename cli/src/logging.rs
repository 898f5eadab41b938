//! Where log lines go: a file, standard output, or, with neither, warnings on standard error.

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    sync::Mutex,
};

use fault_tools::ToolError;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::output;

/// What is logged to a file or standard output unless a level is given.
const USUAL: &str = "info";

/// What is logged to standard error unless a level is given.
const QUIET: &str = "warn";

/// The same where a screen tells what failed in the proxy: each kind of failure once.
const BESIDE_SCREEN: &str = "warn,fault_proxy=off";

/// Levels by the name that is documented for them.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Where log lines go and which are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Logs {
    /// The file that lines are added to.
    pub(crate) file: Option<PathBuf>,
    /// Whether lines go to standard output.
    pub(crate) stdout: bool,
    /// Which lines are written, as the user gave it.
    pub(crate) level: Option<String>,
}

type Line = Box<dyn Layer<Registry> + Send + Sync>;

impl Logs {
    /// Starts to log; with no destination given, warnings go to standard error.
    pub(crate) fn start(&self) -> Result<(), ToolError> {
        self.start_with(QUIET)
    }

    /// Starts to log, beside a screen that tells what fails in the proxy.
    pub(crate) fn start_beside_screen(&self) -> Result<(), ToolError> {
        self.start_with(BESIDE_SCREEN)
    }

    fn start_with(&self, quiet: &str) -> Result<(), ToolError> {
        let mut layers = self.layers()?;
        if layers.is_empty() {
            layers.push(self.stderr(quiet)?);
        }
        install(layers);
        Ok(())
    }

    /// Starts to log where it was asked for, and nowhere else.
    pub(crate) fn start_silent(&self) -> Result<(), ToolError> {
        install(self.layers()?);
        Ok(())
    }

    fn layers(&self) -> Result<Vec<Line>, ToolError> {
        let mut layers = Vec::new();
        if let Some(path) = &self.file {
            let writer = Mutex::new(open(path)?);
            layers.push(plain(false).with_writer(writer).with_filter(self.filter(USUAL)?).boxed());
        }
        if self.stdout {
            let ansi = io::stdout().is_terminal();
            layers.push(
                plain(ansi).with_writer(|| output::Out).with_filter(self.filter(USUAL)?).boxed(),
            );
        }
        // A bad filter is an error even where nothing is logged.
        self.filter(USUAL)?;
        Ok(layers)
    }

    fn stderr(&self, quiet: &str) -> Result<Line, ToolError> {
        let ansi = io::stderr().is_terminal();
        Ok(plain(ansi).with_writer(|| output::Err).with_filter(self.filter(quiet)?).boxed())
    }

    fn filter(&self, otherwise: &str) -> Result<EnvFilter, ToolError> {
        filter(self.level.as_deref().unwrap_or(otherwise))
    }
}

fn plain(ansi: bool) -> fmt::Layer<Registry> {
    // A log that cannot be written must not be complained about on a stream that may be closed.
    fmt::layer().with_ansi(ansi).log_internal_errors(false)
}

fn install(layers: Vec<Line>) {
    // There is one set of logs in a process, and this is the only place that starts them.
    let _ = Registry::default().with(layers).try_init();
}

fn open(path: &Path) -> Result<fs_err::File, ToolError> {
    fs_err::OpenOptions::new().append(true).create(true).open(path).map_err(|error| {
        ToolError::environment("log_file", format!("the log file cannot be written: {error}"))
            .hint("give `--log-file` (FAULT_LOG_FILE) a path in a folder that you may write to")
    })
}

/// Reads a filter: a level, or `TARGET=LEVEL` for parts of the program, separated by commas.
fn filter(text: &str) -> Result<EnvFilter, ToolError> {
    let wrong = |part: &str| {
        ToolError::input("invalid_log_level", format!("`{part}` is not a log level")).hint(format!(
            "give `--log-level` (FAULT_LOG_LEVEL) one of {}, or parts such as `info,hyper=debug`",
            LEVELS.join(", ")
        ))
    };
    let mut parts = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (target, level) = part.rsplit_once('=').map_or((None, part), |(t, l)| (Some(t), l));
        let level = level.to_ascii_lowercase();
        let level = if level == "warning" { "warn" } else { &level };
        if !LEVELS.contains(&level) {
            return Err(wrong(part));
        }
        parts.push(target.map_or(level.to_owned(), |target| format!("{target}={level}")));
    }
    EnvFilter::builder().parse(parts.join(",")).map_err(|_| wrong(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_levels_are_read() {
        for (text, written) in [
            ("info", "info"),
            ("warning", "warn"),
            ("DEBUG", "debug"),
            ("info,tower_http=debug", "tower_http=debug,info"),
            ("off", "off"),
        ] {
            assert_eq!(filter(text).unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn what_is_no_level_is_refused_with_the_levels() {
        for text in ["", "loud", "info,hyper=loud", "a=b=c"] {
            let error = filter(text).unwrap_err();
            assert_eq!(error.code, "invalid_log_level", "{text}");
            assert!(error.hint.unwrap().contains("error, warn, info"), "{text}");
        }
    }

    #[test]
    fn a_log_file_that_cannot_be_written_is_refused_by_its_path() {
        let logs = Logs { file: Some("/nonexistent/fault.log".into()), ..Logs::default() };
        let error = logs.layers().err().unwrap();
        assert_eq!(error.code, "log_file");
        assert!(error.message.contains("/nonexistent/fault.log"), "{}", error.message);
    }
}
