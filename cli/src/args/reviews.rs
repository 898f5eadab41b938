//! Options of `fault agent scenario-review` and `fault agent code-review`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where reviews of results are written, and read again, if nothing else is said.
pub(crate) const SCENARIO_REVIEW: &str = "scenario-review-report.md";

/// What results are reviewed.
#[derive(Debug, Args)]
pub(crate) struct ScenarioReviewArgs {
    /// Results of `fault scenario run`.
    #[arg(
        long,
        env = "FAULT_SCENARIO_RESULTS_PATH",
        value_name = "FILE",
        default_value = "results.json"
    )]
    pub(crate) results: PathBuf,
    /// Who reads the review.
    #[arg(
        long,
        env = "FAULT_AGENT_ADVICE_ROLE",
        value_enum,
        value_name = "ROLE",
        default_value = "developer"
    )]
    pub(crate) role: ReviewRole,
    /// File that the review is written to; its name ends in .md.
    #[arg(
        long,
        env = "FAULT_AGENT_SCENARIO_REVIEW_REPORT_FILE",
        value_name = "FILE",
        default_value = SCENARIO_REVIEW
    )]
    pub(crate) report: PathBuf,
    /// Folder with the source code of the service [default: the one that was indexed, if any]
    #[arg(long, env = "FAULT_AGENT_CODE_REVIEW_SOURCE_DIR", value_name = "DIR")]
    pub(crate) source_dir: Option<PathBuf>,
    /// Only source code of this language, such as python [default: all]
    #[arg(long, env = "FAULT_AGENT_CODE_REVIEW_SOURCE_LANGUAGE", value_name = "LANGUAGE")]
    pub(crate) source_lang: Option<String>,
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Who reads a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewRole {
    /// Somebody who writes the service.
    Developer,
    /// Somebody who runs it.
    Sre,
}

impl ReviewRole {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Sre => "sre",
        }
    }
}

/// What code is reviewed.
#[derive(Debug, Args)]
pub(crate) struct CodeReviewArgs {
    /// Results of `fault scenario run`, which show what the code does under faults.
    #[arg(
        long,
        env = "FAULT_SCENARIO_RESULTS_PATH",
        value_name = "FILE",
        default_value = "results.json"
    )]
    pub(crate) results: PathBuf,
    /// Folder with the source code of the service [default: the one that was indexed]
    #[arg(long, env = "FAULT_AGENT_CODE_REVIEW_SOURCE_DIR", value_name = "DIR")]
    pub(crate) source_dir: Option<PathBuf>,
    /// Only source code of this language, such as python [default: all]
    #[arg(long, env = "FAULT_AGENT_CODE_REVIEW_SOURCE_LANGUAGE", value_name = "LANGUAGE")]
    pub(crate) source_lang: Option<String>,
    /// Operation to review: its operationId, or METHOD and path in one word [default: asked for on a
    /// terminal, if there are several]
    #[arg(long, value_name = "OPERATION")]
    pub(crate) operation: Option<String>,
    /// Review of `fault agent scenario-review` to take in [default: scenario-review-report.md, if it
    /// is there]
    #[arg(
        long,
        alias = "advices-report",
        env = "FAULT_AGENT_SCENARIO_REVIEW_REPORT_FILE",
        value_name = "FILE"
    )]
    pub(crate) scenario_review_report: Option<PathBuf>,
    /// File that the review is written to; its name ends in .md.
    #[arg(
        long,
        env = "FAULT_AGENT_CODE_REVIEW_REPORT_FILE",
        value_name = "FILE",
        default_value = "code-review-report.md"
    )]
    pub(crate) report: PathBuf,
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
