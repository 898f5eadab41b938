//! Options of `fault scenario` and of what it can do.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};
use fault_scenario::run::PROXY_ADDRESS;
use fault_tools::ToolError;

use super::run::TrustArgs;
use crate::listen;

/// What can be done with scenarios.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct ScenarioArgs {
    #[command(flatten)]
    pub(crate) proxy: ScenarioProxyArgs,
    #[command(subcommand)]
    pub(crate) command: ScenarioCommand,
}

/// What can be done with scenarios.
#[derive(Debug, Subcommand)]
pub(crate) enum ScenarioCommand {
    /// Run scenarios, and judge what they find.
    ///
    /// Each test calls a URL, with faults between the application and what it calls in turn, and is
    /// passed, failed or inconclusive: the faults never acted, say, or it fails without them too.
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunScenarioArgs),
    /// Write scenarios for each endpoint of an OpenAPI document.
    #[command(after_help = GENERATE_EXAMPLES)]
    Generate(GenerateArgs),
    /// Write a first scenario for a URL.
    #[command(after_help = NEW_EXAMPLES)]
    New(NewArgs),
    /// See whether scenarios can be run, without running them.
    #[command(visible_alias = "validate", after_help = CHECK_EXAMPLES)]
    Check(FileArgs),
}

const RUN_EXAMPLES: &str = "\
Examples:
  fault scenario run --scenario scenario.yaml
  fault scenario run --scenario scenarios/ --report report.html --report junit.xml
  fault scenario run --scenario scenario.yaml --filter '*latency*' --seed 7
  fault scenario run --scenario scenario.yaml --dry-run

The application under test calls its upstreams through the proxy: start it with
HTTP_PROXY=http://127.0.0.1:3180 and HTTPS_PROXY=http://127.0.0.1:3180.

Ends with 0 if every test passed, with 1 if one failed or was inconclusive, and with 2 if a file
cannot be read; then nothing is run.";

const GENERATE_EXAMPLES: &str = "\
Examples:
  fault scenario generate --scenario scenario.yaml --spec-file openapi.yaml
  fault scenario generate --scenario scenarios/ --spec-url http://localhost:9090/openapi.json
  fault scenario generate --scenario scenario.yaml --spec-file openapi.yaml --filter '/users*'

A folder (a name that ends in `/`, or one that is there) gets one file for each endpoint.";

const NEW_EXAMPLES: &str = "\
Examples:
  fault scenario new http://localhost:7070/ping
  fault scenario new http://localhost:8080/orders --method POST --scenario scenario.yaml";

const CHECK_EXAMPLES: &str = "\
Examples:
  fault scenario check --scenario scenario.yaml
  fault scenario check --scenario scenarios/ --filter '*latency*'

Ends with 0 if all can be run, and with 2 if not; each problem is named with its file and line.";

/// The documented options of the proxy that scenarios share.
#[derive(Debug, Args)]
#[command(next_help_heading = "Proxy")]
pub(crate) struct ScenarioProxyArgs {
    /// Address of the HTTP proxy while scenarios run; port 0 takes a free one
    /// [default: 127.0.0.1:3180]
    #[arg(long, env = "FAULT_SCENARIO_PROXY_ADDR", value_name = "ADDRESS")]
    proxy_address: Option<String>,
    #[arg(long, env = "FAULT_PROXY_ADDRESS", hide = true)]
    usual_proxy_address: Option<String>,
    #[arg(long, env = "FAULT_HTTP_PROXY_ADDRESS", hide = true)]
    http_proxy_address: Option<String>,
    // What follows is documented here, and belongs into the file: it differs from test to test.
    #[arg(long, hide = true)]
    disable_http_proxy: bool,
    #[arg(long, hide = true, value_name = "MAPPING")]
    proxy: Vec<String>,
    #[arg(short, long, hide = true, value_name = "HOST")]
    upstream: Vec<String>,
    #[arg(long, hide = true, value_name = "DURATION", allow_hyphen_values = true)]
    duration: Option<String>,
    #[arg(short = 'g', long, env = "FAULT_GRPC_PLUGINS", hide = true)]
    pub(crate) grpc_plugin: Vec<String>,
}

/// Which scenarios are run and how, and where goes what they find.
#[derive(Debug, Args)]
pub(crate) struct RunScenarioArgs {
    #[command(flatten)]
    pub(crate) files: FileArgs,
    /// Where the report is written; repeatable. The suffix decides the form: .md, .html, .json,
    /// .yaml, .txt, or .xml for JUnit.
    #[arg(
        short,
        long,
        env = "FAULT_SCENARIO_REPORT_PATH",
        value_name = "PATH",
        default_value = "report.md"
    )]
    pub(crate) report: Vec<PathBuf>,
    /// Where all that was measured is written, call by call, as .json or .yaml.
    #[arg(
        long,
        env = "FAULT_SCENARIO_RESULTS_PATH",
        value_name = "PATH",
        default_value = "results.json"
    )]
    pub(crate) result: PathBuf,
    /// Number that every chance is drawn from; the same seed repeats a run. By chance if unset, and
    /// shown.
    #[arg(long, env = "FAULT_SEED", value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) seed: Option<String>,
    /// How many tests run at the same time at most; those that share a target or the HTTP proxy
    /// never do.
    #[arg(long, value_name = "NUMBER", default_value = "1", allow_hyphen_values = true)]
    pub(crate) jobs: String,
    /// Say what would be run, and send nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// End with 0 also when a test failed or was inconclusive, for callers that read the results.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Show no progress, only the summary.
    #[arg(long)]
    pub(crate) no_ui: bool,
    /// File that a summary in Markdown is added to; GitHub sets the variable in each job.
    #[arg(long, env = "GITHUB_STEP_SUMMARY", value_name = "PATH")]
    pub(crate) job_summary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) way: WayArgs,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
}

/// The scenarios that are meant.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// File of scenarios, or folder of such files; repeatable.
    #[arg(short, long, env = "FAULT_SCENARIO_PATH", value_name = "PATH", required = true)]
    pub(crate) scenario: Vec<PathBuf>,
    /// Only tests whose title, `METHOD URL`, operation id or name in a matrix holds this word, or
    /// fits this pattern with `*`; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) filter: Vec<String>,
}

/// The way of the calls.
#[derive(Debug, Args)]
#[command(next_help_heading = "Proxy")]
pub(crate) struct WayArgs {
    /// Address of the HTTP proxy; port 0 takes a free one. The same option of `fault scenario`, and
    /// its variables, count where this is not given [default: 127.0.0.1:3180]
    #[arg(long, value_name = "ADDRESS")]
    proxy_address: Option<String>,
    /// Take another address for a host, as `HOST:PORT=ADDRESS` or `HOST:PORT=ADDRESS:PORT`;
    /// repeatable.
    #[arg(long, value_name = "HOST:PORT=ADDRESS")]
    pub(crate) resolve: Vec<String>,
}

/// What scenarios are made of, and where they go.
#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// File that the scenarios are written to, or folder for one file for each endpoint; without
    /// it, they are printed.
    #[arg(short, long, env = "FAULT_SCENARIO_PATH", value_name = "PATH")]
    pub(crate) scenario: Option<PathBuf>,
    /// File with the OpenAPI document (3.0 or 3.1, JSON or YAML).
    #[arg(long, env = "FAULT_SCENARIO_OPENAPI_V3_SPEC_FILE", value_name = "PATH")]
    pub(crate) spec_file: Option<PathBuf>,
    /// URL of the OpenAPI document.
    #[arg(long, env = "FAULT_SCENARIO_OPENAPI_V3_SPEC_URL", value_name = "URL")]
    pub(crate) spec_url: Option<String>,
    /// Where the application is, in place of the server that the document names.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Only operations whose `METHOD /path`, path or operation id fits this pattern, with `*` for
    /// anything, such as `GET /users*`; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) filter: Vec<String>,
    /// Only these templates; repeatable, or separated by commas.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) templates: Vec<String>,
    /// File with a template of your own: a scenario whose call is replaced; repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) template_file: Vec<PathBuf>,
    /// Write over files that are there.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// List the templates that come with the program.
    #[arg(long)]
    pub(crate) list_templates: bool,
}

/// The call of a first scenario.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// URL that is called.
    pub(crate) url: String,
    /// Method of the call.
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    pub(crate) method: String,
    // Without the variable: it names the scenarios that are there already.
    /// File that the scenario is written to; without it, it is printed.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) scenario: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

impl ScenarioProxyArgs {
    /// Refuses what is said in the file, for each test by itself.
    pub(crate) fn refuse_what_is_in_the_file(&self) -> Result<(), ToolError> {
        let misplaced = [
            (
                "--disable-http-proxy",
                self.disable_http_proxy,
                "`context.proxy.disable_http_proxies: true`",
            ),
            ("--proxy", !self.proxy.is_empty(), "`context.proxy.proxies: [MAPPING]`"),
            ("--upstream", !self.upstream.is_empty(), "`context.upstreams: [HOST]`"),
            ("--duration", self.duration.is_some(), "`context.strategy.duration: DURATION`"),
        ];
        let Some((flag, _, key)) = misplaced.into_iter().find(|(_, given, _)| *given) else {
            return Ok(());
        };
        let message = format!("`{flag}` is not an option of scenarios: each test has its own");
        Err(ToolError::input("said_in_the_file", message).hint(format!(
            "write {key} into the item of the scenario file, and leave `{flag}` out"
        )))
    }

    /// Where the HTTP proxy listens, if that was said; `closer` is what the command itself was
    /// given.
    pub(crate) fn address(&self, closer: &WayArgs) -> Result<Option<SocketAddr>, ToolError> {
        let given = [
            &closer.proxy_address,
            &self.proxy_address,
            &self.usual_proxy_address,
            &self.http_proxy_address,
        ];
        let given = given.into_iter().flatten().next();
        let read = |text: &String| listen::address("--proxy-address", text, PROXY_ADDRESS);
        given.map(read).transpose()
    }
}
