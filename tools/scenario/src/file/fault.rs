//! Faults as a scenario file writes them: in full, or by name.

use std::borrow::Cow;

use fault_proxy::Fault;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A fault in a list: an object with a `type`, or the name of one that is defined elsewhere.
///
/// The object is kept as it was written and read by the engine, so that a mistake gets the same words here, on the
/// command line and in a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FaultEntry {
    /// The name of a fault under `faults` of the scenario.
    Named(String),
    /// The fault itself.
    Fault(Map<String, Value>),
}

/// What a name under `faults` stands for: a fault, or several that act together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FaultSet {
    /// One fault, or another name.
    One(FaultEntry),
    /// Several at once.
    Many(Vec<FaultEntry>),
}

impl FaultSet {
    /// The entries, in order.
    pub fn entries(&self) -> &[FaultEntry] {
        match self {
            Self::One(entry) => std::slice::from_ref(entry),
            Self::Many(entries) => entries,
        }
    }
}

impl JsonSchema for FaultEntry {
    fn schema_name() -> Cow<'static, str> {
        "FaultEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let fault = generator.subschema_for::<Fault>();
        json_schema!({
            "description": "A fault, or the name of one under `faults`.",
            "anyOf": [fault, { "type": "string", "minLength": 1 }],
        })
    }
}

impl JsonSchema for FaultSet {
    fn schema_name() -> Cow<'static, str> {
        "FaultSet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let entry = generator.subschema_for::<FaultEntry>();
        json_schema!({
            "description": "A fault, a name, or a list of them that act together.",
            "anyOf": [entry, { "type": "array", "items": entry }],
        })
    }
}
