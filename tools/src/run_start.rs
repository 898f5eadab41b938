//! `fault_start_impact_scenario`: an impact scenario that does not hold up its caller.

use std::fmt::{Display, Formatter};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    error::ToolError,
    faults::FaultArgument,
    impact::Scenario,
    tool::{Definition, Effect, Tool},
    traffic::{self, Traffic},
};

/// Starts an impact scenario.
pub(crate) struct StartImpactScenario;

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Input {
    /// The fault: an object with a `type` and its settings, such as
    /// `{"type": "latency", "mean": 300}`. A `period` counts from when the calls with the fault start.
    /// fault_start_proxy describes the settings.
    #[schemars(extend("x-told-elsewhere" = "fault_start_proxy"))]
    fault: FaultArgument,
    #[serde(flatten)]
    traffic: Traffic,
}

/// The run that was started.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The id that fault_get_run and fault_stop_run take.
    run_id: String,
}

impl Tool for StartImpactScenario {
    const DEFINITION: Definition = Definition {
        name: "fault_start_impact_scenario",
        title: "Start an impact scenario",
        description: &[
            "Starts an impact scenario and answers at once with a run_id, for hosts that \
            give up on calls after 30 or 60 seconds. It does what the fault_run_*_impact_scenario \
            tools do, for any fault: calls a URL without and then with the fault, and judges the \
            difference. Ask fault_get_run for the result; fault_stop_run ends the run early. \
            Results are kept while the server runs; with many runs, ended ones are forgotten.",
        ],
        effect: Effect::Disturbs,
        idempotent: false,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let fault = input.fault.read().map_err(|error| error.about("fault"))?;
        let arguments = traffic::arguments(&input);
        let tool = Self::DEFINITION.name;
        let scenario = Scenario { tool, fault, traffic: input.traffic, arguments };
        let ready = scenario.ready(&context).await?;
        let handle = context.state().runs.start(context.state(), ready)?;
        Ok(Output { run_id: handle.to_string() })
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let id = &self.run_id;
        write!(f, "started run {id}\nnext: fault_get_run {{\"run_id\": \"{id}\", \"wait_s\": 20}}")
    }
}
