//! `fault_run_latency_impact_scenario`: what late answers do.

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

/// Measures the impact of latency.
pub(crate) struct LatencyImpact;

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Input {
    /// The mean delay in milliseconds, above 0.
    latency: f64,
    /// The standard deviation of the delay in milliseconds; 0 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deviation: Option<f64>,
    /// Whether a delay is drawn for each read and write, instead of once for each exchange or
    /// connection; false if not given. Either way everything that crosses is delayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    per_read_write_op: Option<bool>,
    #[serde(flatten)]
    placement: Placement,
    #[serde(flatten)]
    traffic: Traffic,
}

impl Tool for LatencyImpact {
    const DEFINITION: Definition = Definition {
        name: "fault_run_latency_impact_scenario",
        title: "Measure the impact of latency",
        description: &[
            "Measures what late answers do: calls a URL without and then with latency between the \
            proxy and its remote. Use it to see how an application copes with a slow dependency.",
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
            "type": "latency",
            "mean": input.latency,
            "stddev": input.deviation,
            "per_read_write": input.per_read_write_op,
        })))?;
        let arguments = traffic::arguments(&input);
        let tool = Self::DEFINITION.name;
        Scenario { tool, fault, traffic: input.traffic, arguments }.run(&context).await
    }
}
