//! `fault agent tool`: the MCP server.
//!
//! Standard output belongs to the protocol, so log lines never go there.

use std::{net::SocketAddr, sync::Arc};

use fault_server::{HttpError, HttpOptions, HttpServer, Options, serve_stdio};
use fault_tools::ToolError;

use crate::{
    Ending,
    args::{AccessArgs, AgentArgs, AgentCommand},
    listen,
    logging::Logs,
    output, platform_review, process, reviews, verify,
};

/// Serves until the client goes away or the server is asked to end.
pub(crate) fn execute(args: AgentArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let AgentArgs { llm, code, command } = args;
    let llm = llm.settings(&code)?;
    let args = match command {
        AgentCommand::Tool(args) => args,
        AgentCommand::CodeReview(args) => {
            return reviews::source(args, code.settings(), llm, logs);
        }
        AgentCommand::ScenarioReview(args) => {
            return reviews::scenario(args, code.settings(), llm, logs);
        }
        AgentCommand::PlatformReview(args) => {
            return platform_review::execute(args, llm, logs);
        }
        AgentCommand::Verify(args) => return verify::execute(args, logs),
    };
    if logs.stdout {
        let message = "`--log-stdout` would write into the protocol on standard output";
        return Err(ToolError::input("stdout_taken", message)
            .hint("use `--log-file FILE`; warnings go to standard error without it"));
    }
    let address = args.http.as_deref().map(address).transpose()?;
    let state = args.limits.state()?.with_llm(llm).with_code(code.settings());
    let state = Arc::new(state);
    let access = args.access;
    logs.start()?;
    process::block_on(async {
        let options = Options { state, stop: process::stop_signal()? };
        match address {
            Some(address) => over_http(address, access, options).await,
            None => serve_stdio(options).await.map_err(|error| {
                ToolError::environment("protocol", error.to_string())
                    .hint("an MCP client starts this command and speaks on its standard input")
            }),
        }
    })?;
    Ok(Ending::Done)
}

fn address(text: &str) -> Result<SocketAddr, ToolError> {
    listen::address("--http", text, SocketAddr::from(([127, 0, 0, 1], 0)))
}

async fn over_http(
    address: SocketAddr,
    access: AccessArgs,
    options: Options,
) -> Result<(), ToolError> {
    let server = HttpServer::bind(address).await.map_err(|error| failed(&error))?;
    output::warn(&format!("Serving MCP at {}\n", server.url()));
    let token = match (access.no_token, access.token) {
        (true, _) => None,
        (false, Some(token)) => Some(token),
        (false, None) => {
            let token = process::secret();
            output::warn(&format!("Clients send the header  Authorization: Bearer {token}\n"));
            Some(token)
        }
    };
    let http = HttpOptions { token, hosts: access.allow_host, origins: access.allow_origin };
    server.serve(http, options).await.map_err(|error| failed(&error))
}

fn failed(error: &HttpError) -> ToolError {
    ToolError::environment("cannot_listen", error.to_string())
        .hint("choose another address with `--http ADDRESS:PORT`; port 0 takes a free one")
}
