//! `fault_change_proxy_faults`: other faults for an open proxy.

use std::fmt::{Display, Formatter};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    error::ToolError,
    faults::{self, FaultArgument},
    proxies::ProxyView,
    tool::{Definition, Effect, Tool},
};

/// Replaces the faults of a proxy.
pub(crate) struct ChangeProxyFaults;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The id that fault_start_proxy answered.
    proxy_id: String,
    /// The faults from now on, each an object with a `type` and its settings, such as
    /// `{"type": "latency", "mean": 300}`. They replace the present ones; an empty list removes
    /// them all. fault_start_proxy describes the settings.
    #[schemars(extend("x-told-elsewhere" = "fault_start_proxy"))]
    faults: Vec<FaultArgument>,
}

/// The proxy with its new faults.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    proxy: ProxyView,
}

impl Tool for ChangeProxyFaults {
    const DEFINITION: Definition = Definition {
        name: "fault_change_proxy_faults",
        title: "Change the faults of a proxy",
        description: &["Replaces the faults of an open proxy, on open connections too, without \
            losing a byte. An empty list lets traffic pass unaltered and keeps the proxy open, \
            which is how to compare before and after. Answers at once with the proxy's faults."],
        effect: Effect::Changes,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let faults = faults::read_all(&input.faults)?;
        let proxy = context.state().proxies.set_faults(&input.proxy_id, faults)?;
        Ok(Output { proxy })
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "changed {}", self.proxy)
    }
}
