//! The command line: its commands, their options and the variables that stand for them.
//!
//! A variable that is set to nothing counts as not set.

mod code;
mod faults;
mod globals;
mod limits;
mod llm;
mod platform;
mod review;
mod reviews;
mod run;
mod scenario;
mod switch;
mod verify;

#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::{
    ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand,
    builder::{OsStr, Resettable},
};
use clap_complete::Shell;

pub(crate) use self::{
    code::{CodeArgs, CommonArgs, ExtractArgs, IndexArgs, OutlineArgs, QueryArgs, SearchArgs},
    globals::Globals,
    limits::{LimitArgs, search_path},
    llm::LlmArgs,
    platform::{KubernetesArgs, Platform, PlatformReviewArgs},
    review::{Level, ReviewArgs},
    reviews::{CodeReviewArgs, SCENARIO_REVIEW, ScenarioReviewArgs},
    run::{PlannedArgs, PlannedTarget, RunArgs, seed},
    scenario::{
        FileArgs, GenerateArgs, NewArgs, RunScenarioArgs, ScenarioArgs, ScenarioCommand,
        ScenarioProxyArgs,
    },
    verify::VerifyArgs,
};
use crate::errors::Failure;

/// Injects network faults between programs, and measures what they do.
#[derive(Debug, Parser)]
#[command(
    name = "fault",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Try `fault demo tour` first: it needs nothing else, and takes half a minute."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the proxy, with the faults that are switched on.
    ///
    /// Traffic comes in through the HTTP proxy (set HTTP_PROXY and HTTPS_PROXY in the client) or
    /// through local ports that stand for remotes (`--proxy`), and meets the faults on its way.
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Run scenarios from files, and judge what they find; make such files.
    Scenario(ScenarioArgs),
    /// Try things out on a small application.
    #[command(subcommand)]
    Demo(DemoCommand),
    /// Call a tool, the very one that an agent calls over MCP; without a name, list them.
    Tool(ToolArgs),
    /// Serve agents.
    Agent(AgentArgs),
    /// Make a folder of source code searchable.
    #[command(after_help = INDEX_EXAMPLES)]
    Index(IndexArgs),
    /// Find code by what it is called and does.
    #[command(after_help = SEARCH_EXAMPLES)]
    Search(SearchArgs),
    /// Tell what is in a file or folder, what leaves the process, or who calls a function.
    #[command(after_help = OUTLINE_EXAMPLES)]
    Outline(OutlineArgs),
    /// Print a function of a file.
    #[command(after_help = EXTRACT_EXAMPLES)]
    Extract(ExtractArgs),
    /// Ask an index, and the results of scenarios, in SQL.
    #[command(after_help = QUERY_EXAMPLES)]
    Query(QueryArgs),
    /// Find what a fault will break in source code: calls without time-outs, endless retries, ...
    #[command(after_help = REVIEW_EXAMPLES)]
    Review(ReviewArgs),
    /// Print the completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    #[command(hide = true, disable_help_flag = true)]
    Inject(Anything),
}

const RUN_EXAMPLES: &str = "\
Examples:
  fault run --upstream http://localhost:7070 --with-latency --latency-mean 300
  fault run --proxy 35432=psql://localhost --with-blackhole --blackhole-sched start:30s,duration:1m
  fault run --proxy 34000=https://api.example.com --with-http-response --duration 5m

A fault acts on traffic of the HTTP proxy only for the hosts of `--upstream`, and on every mapping.";

const INDEX_EXAMPLES: &str = "\
Examples:
  fault index
  fault index services/orders --lang python
  fault index . --embed ollama --llm-embed-model nomic-embed-text
  fault index . --to qdrant --qdrant-url http://localhost:6334

Only what has changed is read again. What .gitignore names is left out.";

const SEARCH_EXAMPLES: &str = "\
Examples:
  fault search retry after a timeout
  fault search parse_duration --limit 3 --json";

const OUTLINE_EXAMPLES: &str = "\
Examples:
  fault outline src/
  fault outline src/orders.py
  fault outline src/orders.py --func Orders.place";

const EXTRACT_EXAMPLES: &str = "\
Examples:
  fault extract src/orders.py Orders.place
  fault extract src/orders.py place@42 --json";

const QUERY_EXAMPLES: &str = "\
Examples:
  fault query 'SELECT path, count(*) FROM remote_calls JOIN chunks ON chunks.id = chunk GROUP BY 1'
  fault query 'SELECT name, verdict FROM tests' --results results.json";

const REVIEW_EXAMPLES: &str = "\
Examples:
  fault review
  fault review services/orders --rule no-timeout --rule no-retry
  fault review src --static --fail-on high

A comment `fault-ignore: RULE` on the line or the line before leaves a place out.";

const SCENARIO_REVIEW_EXAMPLES: &str = "\
Examples:
  fault agent scenario-review --results results.json
  fault agent scenario-review --results results.json --source-dir webapp --role sre
  fault agent --llm-client none scenario-review --report review.md

Without a model the review follows from figures, and from what is at risk in the code.";

const CODE_REVIEW_EXAMPLES: &str = "\
Examples:
  fault agent code-review --results results.json --source-dir webapp
  fault agent code-review --source-dir webapp --source-lang python --operation read_user

No source file is changed; `fault agent verify` tries a change in a copy.";

/// What can be done with the demo application.
#[derive(Debug, Subcommand)]
pub(crate) enum DemoCommand {
    /// Run the demo application.
    Run(DemoRunArgs),
    /// See faults at work in half a minute: the application, three of them, and what they do to it.
    ///
    /// Needs no network and no other program.
    Tour(TourArgs),
}

/// Where the demo application listens and what it calls.
#[derive(Debug, Args)]
pub(crate) struct DemoRunArgs {
    /// The same as --address.
    #[arg(id = "demo-address", value_name = "ADDRESS")]
    pub(crate) place: Option<String>,
    /// The same as --port.
    #[arg(id = "demo-port", value_name = "PORT")]
    pub(crate) place_port: Option<String>,
    /// Address to listen on.
    #[arg(long, env = "FAULT_DEMO_ADDR", value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) address: String,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, env = "FAULT_DEMO_PORT", value_name = "PORT", default_value = "7070")]
    pub(crate) port: String,
    /// URL that /ping and /multi call, so that they work without the Internet.
    #[arg(long, env = "FAULT_DEMO_REMOTE", value_name = "URL")]
    pub(crate) remote: Option<String>,
    /// HTTP proxy that the application's own calls go through.
    #[arg(long, env = "HTTP_PROXY", value_name = "URL")]
    pub(crate) http_proxy: Option<String>,
    /// The same as --http-proxy, if that is not given.
    #[arg(long, env = "HTTPS_PROXY", value_name = "URL")]
    pub(crate) https_proxy: Option<String>,
    #[arg(long, env = "http_proxy", hide = true)]
    pub(crate) lower_http_proxy: Option<String>,
    #[arg(long, env = "https_proxy", hide = true)]
    pub(crate) lower_https_proxy: Option<String>,
}

/// How the tour is run.
#[derive(Debug, Args)]
pub(crate) struct TourArgs {
    /// Seed of the tour's chances, to repeat one.
    #[arg(long, env = "FAULT_SEED", value_name = "NUMBER")]
    pub(crate) seed: Option<String>,
}

/// A call of a tool.
#[derive(Debug, Args)]
pub(crate) struct ToolArgs {
    /// Name of the tool; without it, all are listed.
    pub(crate) name: Option<String>,
    /// Arguments: a JSON object, `-` to read one from standard input, or any number of KEY=VALUE.
    pub(crate) arguments: Vec<String>,
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Say what the tool does and which arguments it takes, instead of calling it.
    #[arg(long)]
    pub(crate) describe: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) llm: LlmArgs,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
}

/// How agents are served.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct AgentArgs {
    #[command(flatten)]
    pub(crate) llm: LlmArgs,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(subcommand)]
    pub(crate) command: AgentCommand,
}

/// How agents are served.
#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Serve the tools over the Model Context Protocol (MCP), on standard input and output.
    Tool(AgentToolArgs),
    /// Propose changes to the code behind an operation of a service.
    #[command(after_help = CODE_REVIEW_EXAMPLES)]
    CodeReview(CodeReviewArgs),
    /// Review what a run of scenarios found: why it fell short, and what to change first.
    #[command(after_help = SCENARIO_REVIEW_EXAMPLES)]
    ScenarioReview(ScenarioReviewArgs),
    /// Review what a platform is told to run: which failures it does not bear.
    PlatformReview(PlatformReviewArgs),
    /// Verify that a diff fixes what a scenario shows: run the application without it and with it.
    #[command(after_help = verify::VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
}

/// How the tools are served.
#[derive(Debug, Args)]
pub(crate) struct AgentToolArgs {
    /// Serve streamable HTTP on this address instead; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) http: Option<String>,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// Who may talk to the server over HTTP.
#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// Secret that each HTTP request carries as `Authorization: Bearer SECRET`; one is made up and
    /// shown if unset.
    #[arg(long, env = "FAULT_MCP_TOKEN", value_name = "SECRET", requires = "http")]
    pub(crate) token: Option<String>,
    /// Ask HTTP clients for no secret, whatever else is set.
    #[arg(long, requires = "http")]
    pub(crate) no_token: bool,
    /// Further name that HTTP clients may call this server by; repeatable.
    #[arg(long, value_name = "HOST", requires = "http")]
    pub(crate) allow_host: Vec<String>,
    /// Further page that may talk to this server, such as `https://app.example.com:443`; repeatable.
    #[arg(long, value_name = "ORIGIN", requires = "http")]
    pub(crate) allow_origin: Vec<String>,
}

/// What follows a command that is not built yet.
#[derive(Debug, Args)]
pub(crate) struct Anything {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub(crate) rest: Vec<String>,
}

/// A command line that was understood.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// What is to be done.
    pub(crate) cli: Cli,
    /// The faults that are switched on, for `fault run`.
    pub(crate) faults: Vec<fault_proxy::Fault>,
}

/// The whole command line, with the flags of every fault.
pub(crate) fn command() -> clap::Command {
    Cli::command().mut_subcommand("run", faults::augment)
}

/// Reads a command line.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Invocation, Failure> {
    let matches = settled(command()).try_get_matches_from(words)?;
    let cli = Cli::from_arg_matches(&matches)?;
    let faults = match (&cli.command, matches.subcommand_matches("run")) {
        // What is not built yet is refused before what is wrong with the rest.
        (Command::Run(args), Some(run)) if !args.is_planned() => switched_on(run)?,
        _ => Vec::new(),
    };
    Ok(Invocation { cli, faults })
}

fn switched_on(run: &ArgMatches) -> Result<Vec<fault_proxy::Fault>, Failure> {
    Ok(faults::read(run)?)
}

/// Leaves out the variables that are set to nothing, in this command and below.
fn settled(command: clap::Command) -> clap::Command {
    command.mut_args(without_empty_variable).mut_subcommands(settled)
}

fn without_empty_variable(arg: clap::Arg) -> clap::Arg {
    #[expect(clippy::disallowed_methods, reason = "this is the door of the environment")]
    let empty = |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|text| text.is_empty());
    let arg = arg.hide_env_values(true);
    if arg.get_env().is_some_and(empty) { arg.env(Resettable::<OsStr>::Reset) } else { arg }
}
