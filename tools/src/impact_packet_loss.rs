//! `fault_run_packet_loss_impact_scenario`: what lost packets do.

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

/// Measures the impact of packet loss.
pub(crate) struct PacketLossImpact;

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Input {
    /// The probability from 0 to 1 that a packet is lost, each by itself. If not given, losses
    /// come in bursts, as on a bad radio link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(flatten)]
    placement: Placement,
    #[serde(flatten)]
    traffic: Traffic,
}

impl Tool for PacketLossImpact {
    const DEFINITION: Definition = Definition {
        name: "fault_run_packet_loss_impact_scenario",
        title: "Measure the impact of packet loss",
        description: &[
            "Measures what lost packets do: calls a URL without and then with packet loss, which \
            applications feel as the delay of retransmissions. Use it to see how an application \
            copes with a lossy network.",
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
            "type": "packetloss",
            "probability": input.probability,
        })))?;
        let arguments = traffic::arguments(&input);
        let tool = Self::DEFINITION.name;
        Scenario { tool, fault, traffic: input.traffic, arguments }.run(&context).await
    }
}
