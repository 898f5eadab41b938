//! `fault_stop_run`: the early end of a started run.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    context::Context,
    error::ToolError,
    run_get::Output,
    tool::{Definition, Effect, Tool},
};

/// Stops a run.
pub(crate) struct StopRun;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The id that fault_start_impact_scenario or fault_run_scenario answered.
    run_id: String,
}

impl Tool for StopRun {
    const DEFINITION: Definition = Definition {
        name: "fault_stop_run",
        title: "Stop a run",
        description: &["Stops a run that was started with fault_start_impact_scenario, or with \
            fault_run_scenario and `wait: false`: its calls end, its faults and its proxy are gone \
            when this answers. A run that has ended already keeps its result, which is then \
            answered. What scenarios had found so far is in fault_get_report."],
        effect: Effect::Changes,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let news = context.state().runs.stop(&input.run_id).await?;
        Ok(Output::new(input.run_id, news))
    }
}
