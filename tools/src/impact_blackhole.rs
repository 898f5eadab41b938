//! `fault_run_blackhole_impact_scenario`: what a dependency that never answers does.

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

/// Measures the impact of silence.
pub(crate) struct BlackholeImpact;

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Input {
    #[serde(flatten)]
    placement: Placement,
    #[serde(flatten)]
    traffic: Traffic,
}

impl Tool for BlackholeImpact {
    const DEFINITION: Definition = Definition {
        name: "fault_run_blackhole_impact_scenario",
        title: "Measure the impact of a blackhole",
        description: &[
            "Measures what silence does: calls a URL without and then with a blackhole, which holds \
            all bytes and closes nothing. Use it to see whether time-outs and fallbacks work.",
            impact::ABOUT,
        ],
        effect: Effect::Disturbs,
        idempotent: false,
        open_world: true,
    };
    type Input = Input;
    type Output = ImpactResult;

    async fn run(context: Context, input: Input) -> Result<ImpactResult, ToolError> {
        let fault = Fault::from_value(&input.placement.fault(json!({ "type": "blackhole" })))?;
        let arguments = traffic::arguments(&input);
        let tool = Self::DEFINITION.name;
        Scenario { tool, fault, traffic: input.traffic, arguments }.run(&context).await
    }
}
