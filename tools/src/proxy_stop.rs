//! `fault_stop_proxy`: the end of a proxy.

use std::fmt::{Display, Formatter};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    error::ToolError,
    event_log::Counters,
    tool::{Definition, Effect, Tool},
};

/// Stops a proxy.
pub(crate) struct StopProxy;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The id that fault_start_proxy answered.
    proxy_id: String,
}

/// What the proxy has seen until its end.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The id; it names nothing any more.
    proxy_id: String,
    /// What had happened when the proxy was stopped.
    counters: Counters,
}

impl Tool for StopProxy {
    const DEFINITION: Definition = Definition {
        name: "fault_stop_proxy",
        title: "Stop a fault proxy",
        description: &[
            "Stops a proxy: its faults end, its connections close and its ports are free \
            again when this answers. Give the program its real dependency back first. Returns \
            what the proxy has seen in all. Proxies also end with the server.",
        ],
        effect: Effect::Changes,
        idempotent: false,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let counters = context.state().proxies.stop(&input.proxy_id).await?;
        Ok(Output { proxy_id: input.proxy_id, counters })
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "stopped proxy {}\n{}", self.proxy_id, self.counters)
    }
}
