//! Several schemas seen as one: references followed, `allOf` merged.

use serde_json::{Map, Value};

use super::{Misfit, Sampler};
use crate::generate::document::reference;

/// How deep `allOf` and references may be nested within one view.
const NESTED: usize = 64;

/// Schemas that hold for the same value.
#[derive(Debug, Clone, Default)]
pub(super) struct View<'a> {
    /// How deep the value is.
    pub(super) depth: usize,
    /// The schemas, those that were referred to and merged after those that did.
    schemas: Vec<&'a Map<String, Value>>,
    pub(super) properties: Vec<(&'a str, Vec<&'a Value>)>,
    pub(super) required: Vec<&'a str>,
    /// What is still to be chosen.
    pub(super) choices: Vec<Choice<'a>>,
}

/// An `oneOf` or `anyOf`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice<'a> {
    branches: &'a [Value],
    discriminator: Option<&'a Value>,
}

impl<'a> View<'a> {
    /// No schemas yet, for a value that is so deep.
    pub(super) fn at(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    /// Adds a schema, with everything that it refers to and merges.
    pub(super) fn add(
        &mut self,
        schema: &'a Value,
        sampler: &mut Sampler<'a>,
    ) -> Result<(), Misfit> {
        self.add_nested(schema, sampler, 0)
    }

    fn add_nested(
        &mut self,
        schema: &'a Value,
        sampler: &mut Sampler<'a>,
        nested: usize,
    ) -> Result<(), Misfit> {
        sampler.step()?;
        if nested > NESTED {
            return Err(Misfit::Endless);
        }
        let schema = match schema {
            Value::Object(schema) => schema,
            Value::Bool(false) => return Err(Misfit::Never),
            _ => return Ok(()),
        };
        self.add_own(schema);
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            self.follow(reference, sampler, nested)?;
        }
        for part in list(schema, "allOf") {
            self.add_nested(part, sampler, nested + 1)?;
        }
        for keyword in ["anyOf", "oneOf"] {
            let branches = list(schema, keyword);
            if !branches.is_empty() {
                self.choices.push(Choice { branches, discriminator: schema.get("discriminator") });
            }
        }
        Ok(())
    }

    fn follow(
        &mut self,
        reference: &'a str,
        sampler: &mut Sampler<'a>,
        nested: usize,
    ) -> Result<(), Misfit> {
        if sampler.open.contains(&reference) {
            return Err(Misfit::Endless);
        }
        let document = sampler.document;
        match document.find(reference) {
            Some(schema) => {
                sampler.open.push(reference);
                self.add_nested(schema, sampler, nested + 1)
            }
            None => {
                sampler.broken.push(reference);
                Ok(())
            }
        }
    }

    fn add_own(&mut self, schema: &'a Map<String, Value>) {
        self.schemas.push(schema);
        for (name, property) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            match self.properties.iter_mut().find(|(known, _)| known == name) {
                Some((_, schemas)) => schemas.push(property),
                None => self.properties.push((name, vec![property])),
            }
        }
        for name in list(schema, "required").iter().filter_map(Value::as_str) {
            if !self.required.contains(&name) {
                self.required.push(name);
            }
        }
    }

    /// The keyword in the first schema that has it.
    pub(super) fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.all(keyword).next()
    }

    /// The keyword in every schema that has it.
    pub(super) fn all(&self, keyword: &str) -> impl Iterator<Item = &'a Value> {
        self.schemas.iter().filter_map(move |schema| schema.get(keyword))
    }

    pub(super) fn is(&self, keyword: &str) -> bool {
        self.get(keyword) == Some(&Value::Bool(true))
    }

    pub(super) fn number(&self, keyword: &str) -> Option<f64> {
        self.get(keyword).and_then(Value::as_f64)
    }

    pub(super) fn text(&self, keyword: &str) -> Option<&'a str> {
        self.get(keyword).and_then(Value::as_str)
    }

    /// The types that are allowed by name; none if nothing is said.
    pub(super) fn kinds(&self) -> Vec<&'a str> {
        match self.get("type") {
            Some(Value::String(kind)) => vec![kind],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The type that a made value has: the first that is not `null`, or what the keywords are about.
    pub(super) fn kind(&self) -> &'a str {
        let kinds = self.kinds();
        let named = kinds.iter().find(|kind| **kind != "null").or(kinds.first());
        named.copied().unwrap_or_else(|| self.implied())
    }

    fn implied(&self) -> &'static str {
        let has = |keywords: &[&str]| keywords.iter().any(|keyword| self.get(keyword).is_some());
        match () {
            () if has(&["properties", "required", "additionalProperties", "minProperties"]) => {
                "object"
            }
            () if has(&["items", "prefixItems", "minItems"]) => "array",
            () if has(&["minimum", "maximum", "exclusiveMinimum", "multipleOf"]) => "number",
            () => "string",
        }
    }
}

impl<'a> Choice<'a> {
    /// The branches, those that are only `null` last.
    pub(super) fn branches(self) -> impl Iterator<Item = &'a Value> {
        let null = |branch: &&Value| branch.get("type").is_some_and(|kind| kind == "null");
        let others = self.branches.iter().filter(move |branch| !null(branch));
        others.chain(self.branches.iter().filter(null))
    }

    /// Lets the property that tells the branches apart name this one, if the branch does not say its value.
    pub(super) fn discriminate(self, branch: &Value, value: &mut Value) {
        let name = self.discriminator.and_then(|told| told.get("propertyName")?.as_str());
        let (Some(name), Some(reference), Some(object)) =
            (name, reference(branch), value.as_object_mut())
        else {
            return;
        };
        let mapping = self.discriminator.and_then(|told| told.get("mapping")?.as_object());
        let last = reference.rsplit('/').next().unwrap_or(reference);
        let named = |target: &Value| target == reference || target == last;
        let mapped = mapping.and_then(|mapping| mapping.iter().find(|(_, target)| named(target)));
        let made_up = object.get(name).is_none_or(|value| value == "value");
        if made_up {
            object.insert(name.to_owned(), mapped.map_or(last, |(key, _)| key).into());
        }
    }
}

fn list<'a>(schema: &'a Map<String, Value>, keyword: &str) -> &'a [Value] {
    schema.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
