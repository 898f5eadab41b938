//! Options of `fault agent verify`.

use std::path::PathBuf;

use clap::Args;
use fault_proxy::Trust;

use super::run::TrustArgs;

/// What follows the options of `fault agent verify --help`.
pub(crate) const VERIFY_EXAMPLES: &str = "\
Examples:
  fault agent verify --diff fix.diff --source-dir . --scenario scenario.yaml -- python3 app.py
  git diff | fault agent verify --diff - --source-dir . --scenario s.yaml \\
    --env STOCK_URL=http://127.0.0.1:9091 --health /health -- ./server --port '{port}'

The command is started as it is written, without a shell, in a copy of the folder: once without the
diff and once with it. It is to listen on the port in PORT, or where {port} stands.
Ends with 0 if the scenarios pass with the diff, with 1 if they do not, and with 2 if the diff does
not apply or the application does not start.";

/// What is verified, and how the application is started.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// File with a unified diff whose paths start at the folder; `-` reads it from standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) diff: PathBuf,
    /// Folder with the source code; it is copied, and stays as it is.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) source_dir: PathBuf,
    /// File or folder of scenarios; repeatable.
    #[arg(long, value_name = "PATH", required = true)]
    pub(crate) scenario: Vec<PathBuf>,
    /// Only tests whose title, `METHOD URL` or operation id holds this word; repeatable.
    #[arg(long, value_name = "WORD")]
    pub(crate) filter: Vec<String>,
    /// Where the scenarios expect the application [default: the address that all calls share]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Variable of the application's environment; it has no others but PATH, HOME, TMPDIR, LANG and
    /// PORT. {port} and {proxy} are replaced; repeatable.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    /// Path that shows that the application is ready, or `tcp` [default: /]
    #[arg(long, value_name = "PATH")]
    pub(crate) health: Option<String>,
    /// How long the application may take to be ready [default: 30s]
    #[arg(long, value_name = "DURATION")]
    pub(crate) ready_within: Option<String>,
    /// Folder below the source code that the application is started in.
    #[arg(long, value_name = "DIR")]
    pub(crate) workdir: Option<String>,
    /// What is not copied: a name such as node_modules, or a path with `*`; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Where the HTTP proxy of the scenarios listens [default: a free port]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) proxy_address: Option<String>,
    /// Seed of both runs' chances, to repeat them.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<String>,
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    trust: TrustArgs,
    /// How the application is started: the program and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) start: Vec<String>,
}

impl VerifyArgs {
    /// Whom proxies trust.
    pub(crate) fn trust(&mut self) -> Trust {
        let none = TrustArgs::default();
        std::mem::replace(&mut self.trust, none).into()
    }
}

#[cfg(test)]
mod tests {
    use crate::args::{self, AgentCommand, Command};

    #[test]
    fn what_comes_after_two_hyphens_is_the_command_of_the_application() {
        let line = "fault agent verify --diff - --scenario s.yaml --env A=b --env C=d=e -- \
                    python3 -u app.py --port {port} --json";
        let words = line.split_whitespace().map(Into::into);
        let Command::Agent(agent) = args::parse(words).unwrap().cli.command else { panic!() };
        let AgentCommand::Verify(args) = agent.command else { panic!() };
        assert_eq!(args.start, ["python3", "-u", "app.py", "--port", "{port}", "--json"]);
        assert_eq!(args.env, ["A=b", "C=d=e"]);
        assert!(!args.json);
    }

    #[test]
    fn a_command_is_needed() {
        let words = "fault agent verify --diff - --scenario s.yaml".split(' ').map(Into::into);
        assert!(args::parse(words).is_err());
    }
}
