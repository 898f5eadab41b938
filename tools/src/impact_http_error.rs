//! `fault_run_http_error_impact_scenario`: what error answers do.

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
    traffic::{self, Traffic},
};

/// Measures the impact of HTTP errors.
pub(crate) struct HttpErrorImpact;

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Input {
    /// The probability, above 0 and up to 1, that a request is answered with the error; 1 if not
    /// given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    /// The HTTP status of the error, from 200 to 599; 500 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 200, max = 599))]
    status_code: Option<u16>,
    /// The body of the error; empty if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error_body: Option<String>,
    #[serde(flatten)]
    traffic: Traffic,
}

impl Tool for HttpErrorImpact {
    const DEFINITION: Definition = Definition {
        name: "fault_run_http_error_impact_scenario",
        title: "Measure the impact of HTTP errors",
        description: &[
            "Measures what failing answers do: calls a URL without and then with HTTP errors that \
            are answered in place of the remote. Use it to see how an application copes with a \
            broken dependency. A mapping must be http:// or https:// for this fault.",
            impact::ABOUT,
        ],
        effect: Effect::Disturbs,
        idempotent: false,
        open_world: true,
    };
    type Input = Input;
    type Output = ImpactResult;

    async fn run(context: Context, input: Input) -> Result<ImpactResult, ToolError> {
        let fault = Fault::from_value(&json!({
            "type": "httperror",
            "probability": input.probability,
            "status_code": input.status_code,
            "body": input.error_body,
        }))?;
        let arguments = traffic::arguments(&input);
        let tool = Self::DEFINITION.name;
        Scenario { tool, fault, traffic: input.traffic, arguments }.run(&context).await
    }
}
