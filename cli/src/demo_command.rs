//! `fault demo run`: the demo application, from its start to its end.

use std::{net::SocketAddr, sync::Arc};

use fault_tools::ToolError;
use rustls::{ClientConfig, RootCertStore};

use crate::{
    Ending,
    args::DemoRunArgs,
    demo::{self, DEFAULT_REMOTE, DemoError, Settings},
    listen,
    logging::Logs,
    output, prelude, process,
};

/// Runs the application until it is asked to end.
pub(crate) fn execute(args: DemoRunArgs, logs: &Logs) -> Result<Ending, ToolError> {
    let address = address(&args)?;
    let http_proxy = http_proxy(&args, address)?;
    logs.start()?;
    let settings = Settings { address, remote: args.remote, http_proxy, tls: Some(tls()) };
    let text = welcome(&settings);
    process::block_on(async {
        let log = |line: String| output::say(&format!("{line}\n"));
        let demo = demo::serve(settings, log, process::stop_signal()?).await.map_err(failed)?;
        let url = format!("http://{}", prelude::reachable(demo.address()));
        output::say(&text.replace(URL, &url));
        demo.stopped().await.map_err(|error| ToolError::internal(error.to_string()))
    })?;
    Ok(Ending::Done)
}

/// Where to listen: what stands by itself wins over flags and variables.
fn address(args: &DemoRunArgs) -> Result<SocketAddr, ToolError> {
    let ip = listen::ip("--address", args.place.as_ref().unwrap_or(&args.address))?;
    let port = args.place_port.as_ref().unwrap_or(&args.port);
    let port = port.trim().parse().map_err(|_| {
        ToolError::input("invalid_port", format!("`{port}` is not a port"))
            .hint("give `--port` (FAULT_DEMO_PORT) a number from 0 to 65535; 0 takes a free one")
    })?;
    Ok(SocketAddr::new(ip, port))
}

/// The proxy for the application's own calls.
fn http_proxy(args: &DemoRunArgs, own: SocketAddr) -> Result<Option<String>, ToolError> {
    let given =
        [&args.http_proxy, &args.lower_http_proxy, &args.https_proxy, &args.lower_https_proxy];
    let Some(proxy) = given.into_iter().flatten().next() else {
        return Ok(None);
    };
    let place = proxy.trim_start_matches("http://").trim_end_matches('/');
    let place = place.replace("localhost:", "127.0.0.1:");
    if place.parse() == Ok(prelude::reachable(own)) {
        let message = format!("proxy '{proxy}' is the demo application itself");
        return Err(ToolError::input("proxy_loop", message)
            .hint("give HTTP_PROXY the address of the proxy, such as http://127.0.0.1:3180"));
    }
    Ok(Some(proxy.clone()))
}

/// Trust in the certificate authorities of the system.
fn tls() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    // Without certificates the application still serves what needs none.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// The failure of the application's start, in the shape of all failures.
pub(crate) fn failed(error: DemoError) -> ToolError {
    ToolError::environment(error.code(), error.to_string()).hint(error.hint())
}

/// Stands for the application's URL, which is known once it listens.
const URL: &str = "{url}";

/// What is offered, and how it is called.
fn welcome(settings: &Settings) -> String {
    let remote = settings.remote.as_deref().unwrap_or(DEFAULT_REMOTE);
    let way = match &settings.http_proxy {
        Some(proxy) => format!("go through the proxy {proxy}"),
        None => "go straight to it; HTTP_PROXY puts a proxy between".to_owned(),
    };
    format!(
        "The demo application listens on {URL}\n\n\
         GET  /             says hello         curl {URL}/\n\
         GET  /ping         calls its remote   curl {URL}/ping\n\
         GET  /ping/myself  calls its own /    curl {URL}/ping/myself\n\
         GET  /multi        calls two at once  curl {URL}/multi\n\
         POST /uppercase    shouts back        curl {URL}/uppercase --json '{{\"content\": \"hello\"}}'\n\n\
         The remote is {remote}; --remote URL sets another one.\n\
         Calls {way}.\n\
         Ends with Ctrl-C.\n\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{self, Command, DemoCommand};

    fn read(line: &str) -> DemoRunArgs {
        let words = std::iter::once("fault").chain(line.split(' ')).map(Into::into);
        match args::parse(words).unwrap().cli.command {
            Command::Demo(DemoCommand::Run(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn address_and_port_stand_by_themselves_or_behind_flags() {
        for (line, wanted) in [
            ("demo run", "127.0.0.1:7070"),
            ("demo run 0.0.0.0 7071", "0.0.0.0:7071"),
            ("demo run --address ::1 --port 0", "[::1]:0"),
            ("demo run 127.0.0.2 --port 7072", "127.0.0.2:7072"),
        ] {
            assert_eq!(address(&read(line)).unwrap().to_string(), wanted, "{line}");
        }
        assert_eq!(address(&read("demo run here")).unwrap_err().code, "invalid_address");
        assert_eq!(address(&read("demo run --port x")).unwrap_err().code, "invalid_port");
    }

    #[test]
    fn a_proxy_that_is_the_application_itself_is_refused() {
        let own = "0.0.0.0:7070".parse().unwrap();
        for (proxy, refused) in [
            ("http://127.0.0.1:7070", true),
            ("localhost:7070/", true),
            ("http://127.0.0.1:3180", false),
        ] {
            let args = read(&format!("demo run --http-proxy {proxy}"));
            assert_eq!(http_proxy(&args, own).is_err(), refused, "{proxy}");
        }
    }
}
