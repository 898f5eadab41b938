//! Options of `fault agent platform-review`.

use clap::{Args, Subcommand};

use super::{Anything, reviews::ReviewRole};

/// What is reviewed.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct PlatformReviewArgs {
    #[command(subcommand)]
    pub(crate) platform: Platform,
}

/// The platform.
#[derive(Debug, Subcommand)]
pub(crate) enum Platform {
    /// Review manifests of Kubernetes, or what a cluster runs.
    #[command(after_help = EXAMPLES)]
    Kubernetes(KubernetesArgs),
    #[command(hide = true, disable_help_flag = true)]
    Gcp(Anything),
}

const EXAMPLES: &str = "\
Examples:
  fault agent platform-review kubernetes --manifests k8s/
  helm template shop ./chart | fault agent platform-review kubernetes --manifests -
  fault agent platform-review kubernetes --ns shop

Without --manifests it asks the cluster of kubectl, which must be installed; nothing is changed.";

/// What of Kubernetes is reviewed.
#[derive(Debug, Args)]
pub(crate) struct KubernetesArgs {
    /// Namespace; with --manifests, all of them if not given [default of a cluster: default]
    #[arg(long, env = "FAULT_AGENT_PLATFORM_ADVICE_K8S_NS", value_name = "NAME")]
    pub(crate) ns: Option<String>,
    /// File or folder of manifests, or `-` for standard input; instead of a cluster.
    #[arg(long, value_name = "PATH")]
    pub(crate) manifests: Option<String>,
    /// Who reads the review.
    #[arg(
        long,
        env = "FAULT_AGENT_PLATFORM_ADVICE_ROLE",
        value_enum,
        value_name = "ROLE",
        default_value = "sre"
    )]
    pub(crate) role: ReviewRole,
    /// File for the report.
    #[arg(
        long,
        env = "FAULT_AGENT_PLATFORM_ADVICE_REPORT_FILE",
        value_name = "FILE",
        default_value = "platform-review-report.md"
    )]
    pub(crate) report: String,
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
