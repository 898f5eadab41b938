//! A JSON Schema as a provider takes it.
//!
//! Each provider takes a part of JSON Schema, and some refuse the rest. What is left out here is
//! written into the description, which the model reads; the typed answer is checked afterwards.

use serde_json::{Map, Value, json};

use crate::access::Provider;

/// What every provider takes.
const COMMON: [&str; 10] = [
    "type",
    "title",
    "description",
    "enum",
    "const",
    "items",
    "properties",
    "required",
    "additionalProperties",
    "anyOf",
];

/// What Gemini takes besides. (Vertex AI and its clients name the same.)
const GEMINI: [&str; 5] = ["format", "minItems", "maxItems", "minimum", "maximum"];

/// How deep a schema may refer to itself before it is cut.
const DEEPEST: usize = 24;

/// The schema as the provider takes it.
pub(super) fn portable(schema: &Value, provider: Provider) -> Value {
    let definitions = schema.get("$defs").or(schema.get("definitions")).cloned();
    let writer = Writer { provider, definitions: definitions.unwrap_or(Value::Null) };
    writer.schema(schema, 0)
}

/// Whether every object of a schema is closed and needs all of its properties: OpenAI keeps to
/// such a schema strictly, and refuses to with any other.
pub(super) fn is_closed(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => {
            let object = fields.get("properties").and_then(Value::as_object);
            let closed = |properties: &Map<String, Value>| {
                let required = fields.get("required").and_then(Value::as_array);
                fields.get("additionalProperties") == Some(&Value::Bool(false))
                    && properties.keys().all(|name| {
                        required.is_some_and(|required| required.iter().any(|it| it == name))
                    })
            };
            let is_object = fields.get("type").is_some_and(|kind| kind == "object");
            object.map_or(!is_object, closed) && fields.values().all(is_closed)
        }
        Value::Array(parts) => parts.iter().all(is_closed),
        _ => true,
    }
}

/// A question's name where a schema has to have one.
pub(super) fn name(question: &str) -> String {
    let sound = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    question.chars().map(|letter| if sound(letter) { letter } else { '_' }).take(64).collect()
}

/// The words that ask for the form of an answer where the provider does not see to it, or where
/// the model is kept to it without being told.
pub(super) fn in_words(schema: &Value) -> String {
    format!(
        "\n\nAnswer with one JSON value and nothing else: no fences, and no words around it. \
         It fits this JSON Schema:\n{schema}"
    )
}

struct Writer {
    provider: Provider,
    definitions: Value,
}

impl Writer {
    fn schema(&self, schema: &Value, depth: usize) -> Value {
        let Some(fields) = schema.as_object() else { return json!({}) };
        if depth > DEEPEST {
            return json!({"type": "object", "additionalProperties": false, "properties": {}});
        }
        if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
            return self.referred(name, fields, depth);
        }
        let mut written = Map::new();
        let mut unsaid = Vec::new();
        for (name, value) in fields {
            let value = match name.as_str() {
                "$schema" | "$id" | "$defs" | "definitions" | "title" | "default" | "examples" => {
                    continue;
                }
                "properties" => self.properties(value, depth),
                "items" => self.schema(value, depth + 1),
                "additionalProperties" if value.is_object() => self.schema(value, depth + 1),
                "anyOf" | "oneOf" | "allOf" => self.variants(value, depth),
                _ => value.clone(),
            };
            match name.as_str() {
                "oneOf" => written.insert("anyOf".to_owned(), value),
                "allOf" => merged(&mut written, value),
                // Gemini knows lists of values only.
                "const" if self.provider == Provider::Gemini => {
                    written.insert("enum".to_owned(), json!([value]))
                }
                name if self.takes(name) => written.insert(name.to_owned(), value),
                name => {
                    unsaid.push(format!("{name}: {value}"));
                    None
                }
            };
        }
        if written.contains_key("properties") && !written.contains_key("additionalProperties") {
            written.insert("additionalProperties".to_owned(), false.into());
        }
        if !unsaid.is_empty() {
            describe(&mut written, &unsaid.join(", "));
        }
        Value::Object(written)
    }

    /// What is referred to, and what is said of it in this place.
    fn referred(&self, name: &str, fields: &Map<String, Value>, depth: usize) -> Value {
        let last = name.rsplit('/').next().unwrap_or(name);
        let target = self.definitions.get(last).cloned().unwrap_or_else(|| json!({}));
        let mut written = self.schema(&target, depth + 1);
        if let (Some(said), Some(written)) = (fields.get("description"), written.as_object_mut()) {
            written.insert("description".to_owned(), said.clone());
        }
        written
    }

    fn properties(&self, properties: &Value, depth: usize) -> Value {
        let properties = properties.as_object().into_iter().flatten();
        let written = properties.map(|(name, value)| (name.clone(), self.schema(value, depth + 1)));
        Value::Object(written.collect())
    }

    fn variants(&self, variants: &Value, depth: usize) -> Value {
        let variants = variants.as_array().into_iter().flatten();
        variants.map(|variant| self.schema(variant, depth + 1)).collect()
    }

    fn takes(&self, name: &str) -> bool {
        COMMON.contains(&name) || self.provider == Provider::Gemini && GEMINI.contains(&name)
    }
}

/// Puts the parts of `allOf` into the schema itself.
fn merged(written: &mut Map<String, Value>, parts: Value) -> Option<Value> {
    let parts = parts.as_array().into_iter().flatten().filter_map(Value::as_object);
    for (name, value) in parts.flatten() {
        written.entry(name.clone()).or_insert_with(|| value.clone());
    }
    None
}

fn describe(written: &mut Map<String, Value>, more: &str) {
    let said = written.get("description").and_then(Value::as_str).unwrap_or_default();
    let said = format!("{said} ({more})").trim().to_owned();
    written.insert("description".to_owned(), said.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Scores",
            "type": "object",
            "properties": {
                "score": {"type": "integer", "format": "uint32", "minimum": 0, "maximum": 100},
                "kind": {"oneOf": [{"const": "good"}, {"const": "bad"}]},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}, "maxItems": 3},
                "first": {"$ref": "#/$defs/Part", "description": "The first."},
                "note": {"type": ["string", "null"], "default": null},
            },
            "required": ["score", "kind", "parts", "first", "note"],
            "$defs": {"Part": {"type": "object", "description": "A part.",
                "properties": {"name": {"type": "string"}}, "required": ["name"]}},
        })
    }

    #[test]
    fn references_are_written_out_and_what_is_refused_is_said_in_words() {
        let part = json!({"type": "object", "description": "A part.",
            "properties": {"name": {"type": "string"}}, "required": ["name"],
            "additionalProperties": false});
        let mut first = part.clone();
        first["description"] = "The first.".into();
        let written = portable(&sample(), Provider::Anthropic);
        let expected = json!({
            "type": "object",
            "properties": {
                "score": {"type": "integer",
                    "description": "(format: \"uint32\", minimum: 0, maximum: 100)"},
                "kind": {"anyOf": [{"const": "good"}, {"const": "bad"}]},
                "parts": {"type": "array", "items": part, "description": "(maxItems: 3)"},
                "first": first,
                "note": {"type": ["string", "null"]},
            },
            "required": ["score", "kind", "parts", "first", "note"],
            "additionalProperties": false,
        });
        assert_eq!(written, expected);
        assert!(is_closed(&written));

        let gemini = portable(&sample(), Provider::Gemini);
        assert_eq!(gemini["properties"]["parts"]["maxItems"], 3);
        assert_eq!(gemini["properties"]["kind"]["anyOf"][0], json!({"enum": ["good"]}));
    }

    #[test]
    fn a_schema_that_leaves_something_open_is_not_kept_to_strictly() {
        let open = [
            json!({"type": "object"}),
            json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}),
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false}),
            json!({"anyOf": [{"type": "object"}]}),
        ];
        assert!(open.iter().all(|schema| !is_closed(schema)));
        assert!(is_closed(&json!({"type": "array", "items": {"type": "string"}})));
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let tree = json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {
            "type": "object", "properties": {"next": {"$ref": "#/$defs/Tree"}}}}});
        assert!(portable(&tree, Provider::OpenAi).to_string().len() < 10_000);
        assert_eq!(name("suggest slo/é"), "suggest_slo__");
    }
}
