//! `fault_run_bandwidth_impact_scenario`: what a slow link does.

use fault_proxy::Fault;
use fault_scenario::ImpactResult;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    context::Context,
    error::ToolError,
    impact::{self, Scenario},
    tool::{Definition, Effect, Tool},
    traffic::{self, Placement, Traffic},
};

/// Measures the impact of a slow link.
pub(crate) struct BandwidthImpact;

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Input {
    /// How many units a second get through, above 0.
    rate: f64,
    /// The unit of the rate: bytes as Bps, KBps, MBps, GBps (1 K is 1000), or bits as bit, kbit,
    /// mbit, gbit, in any case; Bps if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(flatten)]
    placement: Placement,
    #[serde(flatten)]
    traffic: Traffic,
}

impl Tool for BandwidthImpact {
    const DEFINITION: Definition = Definition {
        name: "fault_run_bandwidth_impact_scenario",
        title: "Measure the impact of low bandwidth",
        description: &[
            "Measures what a thin link does: calls a URL without and then with a limited bandwidth. \
            Use it to see how an application copes with a slow or crowded link.",
            impact::ABOUT,
        ],
        effect: Effect::Disturbs,
        idempotent: false,
        open_world: true,
    };
    type Input = Input;
    type Output = ImpactResult;

    async fn run(context: Context, input: Input) -> Result<ImpactResult, ToolError> {
        let fault = Fault::from_value(&input.placement.fault(json!({
            "type": "bandwidth",
            "rate": input.rate,
            "unit": input.unit,
        })))?;
        let arguments = traffic::arguments(&input);
        let tool = Self::DEFINITION.name;
        Scenario { tool, fault, traffic: input.traffic, arguments }.run(&context).await
    }
}
