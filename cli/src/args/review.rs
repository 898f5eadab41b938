//! Options of `fault review`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CodeArgs, LlmArgs};

/// What is reviewed, and what of it is told.
#[derive(Debug, Args)]
pub(crate) struct ReviewArgs {
    /// File or folder of source code.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Let rules decide alone; ask no model, whatever is configured.
    #[arg(long = "static")]
    pub(crate) by_rules: bool,
    /// Only files of this language, such as python; of a file, its language.
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,
    /// Only this rule, such as no-timeout; repeatable.
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Vec<String>,
    /// Least severity that is listed [default: low, or that of --fail-on if it is less]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) severity: Option<Level>,
    /// Look at code of tests as well.
    #[arg(long)]
    pub(crate) tests: bool,
    /// Most places [default: 40, fewer if they are long]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<usize>,
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// End with exit code 1 if a place of this severity or a worse one is found.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) fail_on: Option<Level>,
    #[command(flatten)]
    pub(crate) llm: LlmArgs,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
}

/// How bad a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Level {
    Info,
    Low,
    Medium,
    High,
}

impl Level {
    /// Every severity, the worst first.
    pub(crate) const ALL: [Self; 4] = [Self::High, Self::Medium, Self::Low, Self::Info];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
