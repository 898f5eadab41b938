//! What the callers of tools may ask for at most. Only the command line can raise it.

use std::{env, ffi::OsString, path::PathBuf};

use clap::Args;
use fault_proxy::parse_duration;
use fault_tools::{Limits, State, ToolError};

use super::run::TrustArgs;

/// What the callers of tools may ask for at most, and whom their proxies trust.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Longest run of a scenario [default: 10m]
    #[arg(long, value_name = "DURATION")]
    max_duration: Option<String>,
    /// Most requests a second of a scenario, all its clients together [default: 1000]
    #[arg(long, value_name = "NUMBER")]
    max_rps: Option<u32>,
    /// Most clients of a scenario [default: 256]
    #[arg(long, value_name = "NUMBER")]
    max_clients: Option<u32>,
    /// Let proxies listen on every address of this machine, not only for programs on it.
    #[arg(long)]
    listen_anywhere: bool,
    /// Let callers start programs with the rights of this one, to verify changes of code.
    #[arg(long)]
    allow_exec: bool,
    /// Folder whose files callers may name, beside those of the working directory; repeatable.
    #[arg(long, value_name = "DIR")]
    root: Vec<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
}

impl LimitArgs {
    /// What the tools share, under these limits.
    pub(crate) fn state(self) -> Result<State, ToolError> {
        let usual = Limits::default();
        let duration = self.max_duration.as_deref().map(parse_duration).transpose();
        let limits = Limits {
            duration: duration
                .map_err(|error| ToolError::from(error).about("--max-duration"))?
                .unwrap_or(usual.duration),
            rate: self.max_rps.unwrap_or(usual.rate),
            clients: self.max_clients.unwrap_or(usual.clients),
            listen_anywhere: self.listen_anywhere,
            allow_exec: self.allow_exec,
            ..usual
        };
        let state = State::new(limits, self.trust.into()).with_path(search_path());
        Ok(state.with_roots(roots(self.root)?))
    }
}

/// Where programs are looked for.
pub(crate) fn search_path() -> Option<OsString> {
    #[expect(clippy::disallowed_methods, reason = "this is the door of the environment")]
    env::var_os("PATH")
}

/// The working directory and the folders beside it.
fn roots(more: Vec<PathBuf>) -> Result<Vec<PathBuf>, ToolError> {
    if let Some(wrong) = more.iter().find(|root| !root.is_dir()) {
        let message = format!("--root: there is no folder {}", wrong.display());
        return Err(ToolError::input("root_not_found", message)
            .hint("name a folder that is there, such as `--root /srv/scenarios`"));
    }
    // Relative roots stay what they are now, wherever the program goes later.
    let here = env::current_dir().map_err(|error| {
        ToolError::environment("root_not_found", format!("the working directory is gone: {error}"))
            .hint("start the program in a folder that is there")
    })?;
    let more = more.into_iter().map(|root| here.join(root));
    Ok(std::iter::once(here.clone()).chain(more).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{self, Command};

    fn limits(line: &str) -> Limits {
        let words = std::iter::once("fault").chain(line.split(' ')).map(Into::into);
        match args::parse(words).unwrap().cli.command {
            Command::Tool(args) => *args.limits.state().unwrap().limits(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn limits_are_the_usual_ones_unless_they_are_raised() {
        assert_eq!(limits("tool"), Limits::default());
        let raised = limits("tool --max-rps 5000 --max-duration 1h --listen-anywhere");
        assert_eq!((raised.rate, raised.duration.as_secs()), (5000, 3600));
        assert_eq!((raised.clients, raised.listen_anywhere), (256, true));
        assert!(!raised.allow_exec && limits("tool --allow-exec").allow_exec);
    }

    #[test]
    fn a_root_must_be_a_folder() {
        let root = |path: &str| roots(vec![path.into()]);
        assert_eq!(root("/no/such/folder").unwrap_err().code, "root_not_found");
        let roots = root("/").unwrap();
        assert_eq!(roots, [env::current_dir().unwrap(), "/".into()]);
    }

    #[test]
    fn the_documented_defaults_are_the_real_ones() {
        let usual = Limits::default();
        assert_eq!((usual.duration.as_secs(), usual.rate, usual.clients), (600, 1000, 256));
    }
}
