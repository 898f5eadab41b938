//! Faults as arguments: read by the engine itself, so that a mistake gets the same words here, on
//! the command line and in a file.

use std::borrow::Cow;

use fault_proxy::Fault;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ToolError;

/// A fault as a caller wrote it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct FaultArgument(Value);

impl JsonSchema for FaultArgument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Fault::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Fault::json_schema(generator)
    }
}

impl FaultArgument {
    /// The fault, with its settings checked.
    pub(crate) fn read(&self) -> Result<Fault, ToolError> {
        Ok(Fault::from_value(&self.0)?)
    }
}

/// Reads a list; an error names the place in the list.
pub(crate) fn read_all(faults: &[FaultArgument]) -> Result<Vec<Fault>, ToolError> {
    faults
        .iter()
        .enumerate()
        .map(|(index, fault)| fault.read().map_err(|error| error.about(format!("faults[{index}]"))))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(faults: Value) -> Result<Vec<Fault>, ToolError> {
        read_all(&serde_json::from_value::<Vec<FaultArgument>>(faults).unwrap())
    }

    #[test]
    fn a_fault_is_read_by_the_engine() {
        let faults = read(json!([{ "type": "latency", "mean": 300 }])).unwrap();
        assert_eq!(faults[0].kind(), "latency");
    }

    #[test]
    fn an_error_keeps_the_words_of_the_engine_and_names_the_place() {
        let wrong = json!({ "type": "latencyy" });
        let error = read(json!([{ "type": "blackhole" }, wrong])).unwrap_err();
        let engine = Fault::from_value(&wrong).unwrap_err();
        assert_eq!(error.message, format!("faults[1]: {}", engine.message));
        assert_eq!((error.code.as_ref(), error.hint), (engine.code, Some(engine.hint)));
    }
}
