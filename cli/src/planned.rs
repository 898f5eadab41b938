//! What is documented and not built yet. It is refused in clear words, never ignored.

use fault_tools::ToolError;

use crate::args::{Globals, PlannedArgs, PlannedTarget};

fn planned(subject: &str, hint: &str) -> ToolError {
    ToolError::input("planned", format!("{subject} is not built yet")).hint(hint)
}

/// A command that is not built yet.
pub(crate) fn command(name: &str) -> ToolError {
    let hint = match name {
        "inject" => "run the proxy beside the service: `fault run --proxy PORT=HOST:PORT ...`",
        "agent platform-review gcp" => {
            "`fault agent platform-review kubernetes --manifests PATH` reviews manifests"
        }
        _ => "`fault tool` lists what there is",
    };
    planned(&format!("`fault {name}`"), hint)
}

/// Refuses global options that are not built yet.
pub(crate) fn refuse_globals(globals: &Globals) -> Result<(), ToolError> {
    if globals.with_otel {
        let hint = "leave it out (also as FAULT_WITH_OTEL); `--log-file` keeps a record";
        return Err(planned("`--with-otel`", hint));
    }
    Ok(())
}

/// Refuses what `fault run` does not do yet.
pub(crate) fn refuse_run(
    args: &PlannedArgs,
    target: Option<&PlannedTarget>,
) -> Result<(), ToolError> {
    const MAPPING: &str = "point the client at a mapping instead: `fault run --proxy";
    if let Some(target) = target {
        return Err(match target {
            PlannedTarget::Llm(_) => planned(
                "`fault run llm`",
                &format!("{MAPPING} 34000=https://api.openai.com --with-latency ...`"),
            ),
            PlannedTarget::Dns(_) => planned(
                "`fault run dns`",
                "`fault run --with-dns --upstream HOST` fails the proxy's own resolution",
            ),
            PlannedTarget::Db(_) => planned(
                "`fault run db`",
                &format!("{MAPPING} 35432=psql://localhost --with-latency ...`"),
            ),
        });
    }
    if let Some(flag) = args.stealth_flag() {
        return Err(planned(&format!("`{flag}`"), &format!("{MAPPING} PORT=HOST:PORT ...`")));
    }
    refuse_plugins(&args.grpc_plugin)
}

/// Refuses plugins.
pub(crate) fn refuse_plugins(plugins: &[String]) -> Result<(), ToolError> {
    if plugins.is_empty() {
        return Ok(());
    }
    let hint = "leave it out (also as FAULT_GRPC_PLUGINS); the built-in faults need no plugin";
    Err(planned("`--grpc-plugin`", hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{self, Command};

    fn refusal(line: &str) -> ToolError {
        let words = std::iter::once("fault").chain(line.split(' ')).map(Into::into);
        let cli = args::parse(words).unwrap().cli;
        let refused = refuse_globals(&cli.globals).and_then(|()| match &cli.command {
            Command::Run(args) => refuse_run(&args.planned, args.target.as_ref()),
            Command::Scenario(args) => refuse_plugins(&args.proxy.grpc_plugin),
            other => panic!("{other:?}"),
        });
        refused.expect_err(line)
    }

    #[test]
    fn what_is_not_built_yet_is_refused_by_its_name_with_what_to_do_instead() {
        for (line, name) in [
            ("run --with-otel", "--with-otel"),
            ("run llm openai --case slow-stream", "fault run llm"),
            ("run dns", "fault run dns"),
            ("run db pg", "fault run db"),
            ("run --stealth --capture-process curl", "--stealth"),
            ("run --capture-process curl", "--capture-process"),
            ("run -g http://127.0.0.1:50051", "--grpc-plugin"),
            ("scenario -g http://127.0.0.1:50051 run -s a.yaml", "--grpc-plugin"),
        ] {
            let error = refusal(line);
            assert_eq!(error.code, "planned", "{line}");
            assert_eq!(error.message, format!("`{name}` is not built yet"));
            assert!(error.hint.is_some(), "{line}");
        }
    }
}
