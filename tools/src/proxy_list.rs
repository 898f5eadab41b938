//! `fault_list_proxies`: the proxies that are open.

use std::fmt::{Display, Formatter};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    error::ToolError,
    proxies::ProxyView,
    tool::{Definition, Effect, Tool},
};

/// Lists the open proxies.
pub(crate) struct ListProxies;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {}

/// The open proxies.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The proxies that were started and not stopped.
    proxies: Vec<ProxyView>,
}

impl Tool for ListProxies {
    const DEFINITION: Definition = Definition {
        name: "fault_list_proxies",
        title: "List fault proxies",
        description: &[
            "Lists the proxies that were started with fault_start_proxy and not stopped \
            yet, with their ids, addresses and faults. Use it when an id is lost, or to see what \
            is disturbed at the moment. Answers at once and changes nothing.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, _input: Input) -> Result<Output, ToolError> {
        Ok(Output { proxies: context.state().proxies.list() })
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if self.proxies.is_empty() {
            return f.write_str("no proxy is open");
        }
        for (index, proxy) in self.proxies.iter().enumerate() {
            write!(f, "{}{proxy}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}
