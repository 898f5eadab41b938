//! What models answer: one type for each kind of answer, and the schema that a model is shown.
//!
//! Every property is required and every object is closed, as the strictest provider wants it, and
//! what a number may be is said in words and checked by the caller, as the schemas of some providers
//! have no ranges. What is not there is an empty text or an empty list.

mod advice;
mod code;
mod objectives;
mod review;
mod words;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

pub use self::{
    advice::{Advice, AdviceSeverity, AnalysisAnswer},
    code::{ChangesAnswer, NewCodeAnswer, ScoreAnswer},
    objectives::{ObjectiveAnswer, ObjectiveKind, ObjectivesAnswer},
    review::{
        Claim, HypothesisAnswer, Level, PostureAnswer, PriorityAnswer, RecommendationAnswer,
        RecommendationsAnswer, SummaryAnswer,
    },
    words::WordsAnswer,
};

/// What makes a schema.
type Schema = fn() -> Value;

/// The types, by the names that questions call them by.
static TYPES: &[(&str, Schema)] = &[
    ("score", of::<ScoreAnswer>),
    ("new-code", of::<NewCodeAnswer>),
    ("changes", of::<ChangesAnswer>),
    ("objectives", of::<ObjectivesAnswer>),
    ("analysis", of::<AnalysisAnswer>),
    ("review-posture", of::<PostureAnswer>),
    ("review-recommendations", of::<RecommendationsAnswer>),
    ("review-summary", of::<SummaryAnswer>),
    ("words", of::<WordsAnswer>),
];

/// The JSON Schema of an answer, by the name that questions call it by.
pub fn schema(name: &str) -> Option<Value> {
    TYPES.iter().find(|(known, _)| *known == name).map(|(_, schema)| schema())
}

/// The schema of a type, without references.
fn of<T: JsonSchema>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    simplify(&mut schema);
    schema
}

/// Leaves what every provider understands.
fn simplify(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    for keyword in ["$schema", "title", "format", "minimum", "maximum", "default"] {
        // A property may have such a name; a keyword has no schema.
        object.remove(keyword);
    }
    join_constants(object);
    if let Some(about) = object.get_mut("description")
        && let Some(text) = about.as_str()
    {
        *about = text.split_whitespace().collect::<Vec<_>>().join(" ").into();
    }
    if let Some(items) = object.get_mut("items") {
        simplify(items);
    }
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(simplify);
        let names: Vec<&String> = properties.keys().collect();
        let names = json!(names);
        object.insert("required".to_owned(), names);
        object.insert("additionalProperties".to_owned(), json!(false));
    }
}

/// A choice among constants, each with its meaning, becomes a list of them.
fn join_constants(object: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = object.get("oneOf") else { return };
    let constants: Vec<Value> =
        choices.iter().filter_map(|choice| choice.get("const").cloned()).collect();
    let meaning = |choice: &Value| {
        let (constant, about) = (choice.get("const")?.as_str()?, choice.get("description")?);
        Some(format!("{constant}: {}", about.as_str()?))
    };
    let meanings: Vec<String> = choices.iter().filter_map(meaning).collect();
    if constants.len() != choices.len() {
        return;
    }
    let about = object.get("description").and_then(Value::as_str).map(str::to_owned);
    let about: Vec<String> = about.into_iter().chain(meanings).collect();
    object.remove("oneOf");
    object.insert("type".to_owned(), "string".into());
    object.insert("enum".to_owned(), constants.into());
    if !about.is_empty() {
        object.insert("description".to_owned(), about.join(" ").into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::questions;

    /// Keywords that every provider understands.
    const KNOWN: [&str; 7] =
        ["type", "description", "properties", "required", "additionalProperties", "items", "enum"];

    fn walk(schema: &Value, place: &str) {
        let object = schema.as_object().unwrap_or_else(|| panic!("{place}: {schema}"));
        for keyword in object.keys() {
            assert!(KNOWN.contains(&keyword.as_str()), "{place}: {keyword}");
        }
        assert!(object["type"].is_string(), "{place}: {schema}");
        let properties = object.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let place = format!("{place}.{name}");
            assert!(property.get("description").is_some(), "{place} is not described");
            walk(property, &place);
        }
        if let Some(items) = object.get("items") {
            walk(items, &format!("{place}[]"));
        }
        if object["type"] == "object" {
            let names: Vec<&String> = object["properties"].as_object().unwrap().keys().collect();
            assert_eq!(object["required"], json!(names), "{place}");
            assert_eq!(object["additionalProperties"], false, "{place}");
        }
    }

    #[test]
    fn every_schema_is_one_that_each_provider_takes() {
        for (name, schema) in TYPES {
            let schema = schema();
            assert_eq!(schema["type"], "object", "{name}");
            walk(&schema, name);
        }
    }

    #[test]
    fn every_question_has_a_type_of_answer_and_every_type_a_question() {
        for question in questions() {
            assert!(schema(question.answer()).is_some(), "{}", question.name());
        }
        for (name, _) in TYPES {
            assert!(questions().iter().any(|question| question.answer() == *name), "{name}");
        }
        assert!(schema("nothing").is_none());
    }

    #[test]
    fn a_choice_is_a_list_of_words_with_their_meanings() {
        let schema = schema("analysis").unwrap();
        let severity = &schema["properties"]["findings"]["items"]["properties"]["severity"];
        assert_eq!(severity["enum"], json!(["high", "medium", "low"]));
        assert!(severity["description"].as_str().unwrap().contains("high: "));
    }
}
