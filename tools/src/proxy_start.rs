//! `fault_start_proxy`: a proxy that stays until it is stopped.

use std::{
    fmt::{Display, Formatter},
    net::SocketAddr,
};

use fault_proxy::{Settings, Upstreams, parse_duration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    error::ToolError,
    faults::{self, FaultArgument},
    handle, mappings,
    proxies::ProxyView,
    state::Limits,
    tool::{Definition, Effect, Tool},
};

/// Starts a proxy.
pub(crate) struct StartProxy;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// Local ports and the remotes they stand for, each as `[ADDRESS:]PORT=[PROTOCOL://]HOST[:PORT]`.
    /// Port 0 takes a free one, which is in the answer. Examples: `9090=https://api.example.com`,
    /// `0=psql://localhost`.
    mappings: Vec<String>,
    /// Where to listen as an HTTP proxy (with CONNECT tunnels), for programs that honour
    /// `HTTP_PROXY`, such as `127.0.0.1:3180`. When neither this nor a mapping is given, it is
    /// `127.0.0.1:0`, a free port.
    http: Option<String>,
    /// The hosts that the faults act on in the traffic of the HTTP proxy: a host, `host:port`,
    /// `*.example.com` or a URL. All hosts, if not given.
    upstreams: Vec<String>,
    /// The faults, each an object with a `type` and its settings, such as
    /// `{"type": "latency", "mean": 300}`. None, if not given; they can be changed later.
    faults: Vec<FaultArgument>,
    /// The number that every random decision is drawn from; give the seed of an earlier proxy to
    /// repeat its decisions. A new one, if not given.
    seed: Option<String>,
    /// When the proxy ends by itself, such as `5m`; it is also what percentages in a fault's
    /// `period` refer to. Without it the proxy runs until it is stopped.
    duration: Option<String>,
}

/// The proxy that was started.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    proxy: ProxyView,
}

impl Tool for StartProxy {
    const DEFINITION: Definition = Definition {
        name: "fault_start_proxy",
        title: "Start a fault proxy",
        description: &[
            "Starts a proxy on this machine that carries traffic and injects faults into \
            it until it is stopped. Use it to disturb a program while you edit, test or debug it; \
            for a one-off measurement with a verdict use a fault_run_*_impact_scenario tool. Let \
            the program use the answered address in place of its dependency. Returns at once with \
            the proxy's id, addresses, faults and seed. Next: fault_change_proxy_faults, \
            fault_read_proxy_events, fault_stop_proxy.",
        ],
        effect: Effect::Changes,
        idempotent: false,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let state = context.state();
        state.check_open()?;
        let mut settings = settings(&input, state.limits()).await?;
        settings.trust = state.trust().clone();
        let proxy = state.proxies.start(settings, state.limits().open).await?;
        Ok(Output { proxy })
    }
}

async fn settings(input: &Input, limits: &Limits) -> Result<Settings, ToolError> {
    let mappings = mappings::read_all(&input.mappings, "mappings", limits).await?;
    let http = match &input.http {
        Some(text) => Some(mappings::http_address(text, "http", limits)?),
        None if mappings.is_empty() => Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        None => None,
    };
    let upstreams = if input.upstreams.is_empty() {
        Upstreams::all()
    } else {
        Upstreams::parse(&input.upstreams)
            .map_err(|error| ToolError::from(error).about("upstreams"))?
    };
    let duration = input.duration.as_deref().map(parse_duration).transpose();
    let seed = handle::seed(input.seed.as_deref())?;
    Ok(Settings {
        http,
        mappings,
        upstreams,
        faults: faults::read_all(&input.faults)?,
        duration: duration.map_err(|error| ToolError::from(error).about("duration"))?,
        ..Settings::new(seed)
    })
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "started {}", self.proxy)
    }
}
