//! `fault_run_jitter_impact_scenario`: what uneven answers do.

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

/// Measures the impact of jitter.
pub(crate) struct JitterImpact;

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Input {
    /// The largest delay in milliseconds; 20 if not given. Each is drawn evenly from 0 to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amplitude: Option<f64>,
    /// How many times a second traffic is disturbed, in hertz; 5 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frequency: Option<f64>,
    #[serde(flatten)]
    placement: Placement,
    #[serde(flatten)]
    traffic: Traffic,
}

impl Tool for JitterImpact {
    const DEFINITION: Definition = Definition {
        name: "fault_run_jitter_impact_scenario",
        title: "Measure the impact of jitter",
        description: &[
            "Measures what uneven answers do: calls a URL without and then with jitter, delays that \
            come and go. Use it to see how an application copes with an unsteady network.",
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
            "type": "jitter",
            "amplitude": input.amplitude,
            "frequency": input.frequency,
        })))?;
        let arguments = traffic::arguments(&input);
        let tool = Self::DEFINITION.name;
        Scenario { tool, fault, traffic: input.traffic, arguments }.run(&context).await
    }
}
