//! What becomes of the schemas that types have.

use serde::Deserialize;

use super::*;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Input {
    /// Where to.
    url: String,
    /// How many.
    #[serde(default)]
    count: Option<u32>,
    /// Which leg.
    #[serde(default)]
    side: Option<Side>,
    /// What goes wrong.
    faults: Vec<Fault>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Side {
    /// The near one.
    Client,
    /// The far one.
    Server,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(dead_code, reason = "only the schema is looked at")]
enum Fault {
    Latency {
        /// In milliseconds.
        mean: f64,
    },
    Cut {
        /// In bytes.
        mean: u64,
        /// After how many.
        after: u64,
    },
}

fn schema() -> Value {
    portable(inlined::<Input>())
}

#[test]
fn an_optional_number_is_a_number_that_is_not_required() {
    let schema = schema();
    assert_eq!(
        schema["properties"]["count"],
        json!({ "type": "integer", "minimum": 0, "description": "How many." })
    );
    assert_eq!(schema["required"], json!(["url", "faults"]));
}

#[test]
fn documented_words_become_an_enum_with_their_meaning_in_the_description() {
    assert_eq!(
        schema()["properties"]["side"],
        json!({
            "type": "string",
            "enum": ["client", "server"],
            "description": "Which leg. client: The near one. server: The far one.",
        })
    );
}

#[test]
fn a_union_of_objects_is_one_object() {
    let fault = &schema()["properties"]["faults"]["items"];
    assert_eq!(fault["type"], "object");
    assert_eq!(fault["properties"]["type"]["enum"], json!(["latency", "cut"]));
    assert_eq!(
        fault["properties"]["mean"]["description"],
        "latency: In milliseconds. cut: In bytes."
    );
    assert_eq!(fault["required"], json!(["type", "mean"]));
}

#[test]
fn nothing_is_left_that_a_client_is_known_to_refuse() {
    let text = schema().to_string();
    for word in ["$ref", "$defs", "$schema", "oneOf", "format", "null", "additionalProperties"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn an_outline_leaves_out_what_lies_deeper() {
    let outlined = outlined(inlined::<Input>(), 1);
    let properties = &outlined["properties"];
    assert_eq!(properties["url"]["type"], "string");
    assert_eq!(properties["faults"]["items"]["type"], "object");
    assert_eq!(properties["faults"]["items"].get("properties"), None);
}
