//! `fault run`: the proxy, from its start to its end.

use std::time::Duration;

use fault_proxy::{Fault, Proxy, Settings};
use fault_tools::ToolError;
use tokio_util::sync::CancellationToken;

use crate::{
    Ending,
    args::RunArgs,
    logging::Logs,
    output, planned,
    prelude::Prelude,
    process,
    screen::{Mode, Screen},
};

/// Runs the proxy until its time is over or it is asked to end.
pub(crate) fn execute(args: RunArgs, faults: &[Fault], logs: &Logs) -> Result<Ending, ToolError> {
    planned::refuse_run(&args.planned, args.target.as_ref())?;
    let mode = mode(&args);
    let settings = settings(args, faults)?;
    if mode == Mode::Silent { logs.start_silent() } else { logs.start_beside_screen() }?;
    process::block_on(async {
        let stop = process::stop_signal()?;
        carry(settings, mode, &stop).await
    })?;
    Ok(Ending::Done)
}

fn mode(args: &RunArgs) -> Mode {
    match (args.screen.no_ui, args.screen.tail) {
        (true, _) => Mode::Silent,
        (false, true) => Mode::Tail,
        (false, false) => Mode::Summary,
    }
}

fn settings(args: RunArgs, faults: &[Fault]) -> Result<Settings, ToolError> {
    let mut settings = Settings::new(args.proxy.seed()?);
    settings.http = args.proxy.http()?;
    settings.mappings = args.proxy.mappings()?;
    settings.upstreams = args.proxy.upstreams()?;
    settings.duration = args.proxy.duration()?;
    settings.faults = faults.to_vec();
    settings.trust = args.trust.into();
    Ok(settings)
}

async fn carry(settings: Settings, mode: Mode, stop: &CancellationToken) -> Result<(), ToolError> {
    let (upstreams, duration) = (settings.upstreams.clone(), settings.duration);
    let proxy = Proxy::start(settings).await?;
    // From here on, so that what comes while the start is told is not missed; events that nobody looks at are not
    // even made.
    let events = (mode != Mode::Silent).then(|| proxy.subscribe());
    for listener in proxy.listeners() {
        tracing::info!(address = %listener.address, "listening: {}", listener.name);
    }
    let screen = events.map(|events| {
        let faults = proxy.faults();
        let listeners = proxy.listeners();
        let seed = proxy.seed();
        let prelude = Prelude { listeners, upstreams: &upstreams, faults: &faults, seed, duration };
        output::say(&prelude.to_string());
        Screen::open(events, mode, duration)
    });
    tokio::select! {
        () = stop.cancelled() => tracing::info!("asked to end"),
        () = over(duration) => tracing::info!("the duration of the run is over"),
    }
    proxy.stop().await;
    if let Some(screen) = screen {
        screen.close().await;
    }
    Ok(())
}

async fn over(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
