//! The `fault` command. Here the outside comes in (arguments, environment, signals, the terminal)
//! and exit codes go out; what the program can do is in the other rooms.

mod agent;
mod args;
mod code;
mod completions;
mod demo;
mod demo_command;
mod errors;
mod listen;
mod logging;
mod output;
mod planned;
mod platform_review;
mod prelude;
mod process;
mod review;
mod reviews;
mod run;
mod scenario;
mod screen;
mod summary;
mod tail;
mod tool;
mod tour;
mod verify;

use std::process::ExitCode;

use crate::{
    args::{Cli, Command, DemoCommand, Invocation},
    errors::Failure,
};

/// How a command ended that did what it was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// All is well.
    Done,
    /// It ran, and the system under test fell short.
    FellShort,
}

fn main() -> ExitCode {
    errors::exit_code(|| {
        let invocation = args::parse(std::env::args_os())?;
        process::prepare();
        dispatch(invocation)
    })
}

fn dispatch(Invocation { cli, faults }: Invocation) -> Result<Ending, Failure> {
    let Cli { globals, command } = cli;
    planned::refuse_globals(&globals)?;
    let logs = globals.logs();
    let ending = match command {
        Command::Run(args) => run::execute(args, &faults, &logs)?,
        Command::Scenario(args) => scenario::execute(args, &logs)?,
        Command::Demo(DemoCommand::Run(args)) => demo_command::execute(args, &logs)?,
        Command::Demo(DemoCommand::Tour(args)) => tour::execute(&args, &logs)?,
        Command::Tool(args) => tool::execute(args, &logs)?,
        Command::Agent(args) => agent::execute(args, &logs)?,
        Command::Index(args) => code::index(args, &logs)?,
        Command::Search(args) => code::search(args, &logs)?,
        Command::Outline(args) => code::outline(args, &logs)?,
        Command::Extract(args) => code::extract(args, &logs)?,
        Command::Query(args) => code::query(args, &logs)?,
        Command::Review(args) => review::execute(args, &logs)?,
        Command::Completions { shell } => completions::print(shell),
        Command::Inject(_) => return Err(planned::command("inject").into()),
    };
    Ok(ending)
}
