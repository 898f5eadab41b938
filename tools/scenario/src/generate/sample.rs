//! A value that fits a schema, as small as the schema allows.
//!
//! Documents come from anywhere: a schema may contain itself, branch without end or be wrong. So a reference that is
//! being followed already is not followed again, depth and number of values are limited, and what does not work is
//! left out where the schema lets it be left out.

use serde_json::{Map, Value};

use super::document::{Document, plain};

mod leaf;
mod pattern;
mod view;

use view::{Choice, View};

/// How deep a made value may be.
const DEPTH: usize = 24;

/// How many schemas are looked at for one value.
const STEPS: usize = 20_000;

/// How many items a list gets at most, whatever its schema asks for.
const ITEMS: u64 = 100;

/// Why there is no value for a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Misfit {
    /// The schema contains itself, or is too deep or too large.
    Endless,
    /// Nothing fits the schema.
    Never,
}

type Made = Result<Value, Misfit>;

/// Makes one value.
#[derive(Debug)]
pub(super) struct Sampler<'a> {
    document: &'a Document,
    /// The references that are being followed.
    open: Vec<&'a str>,
    steps: usize,
    /// Whether what must be there and cannot becomes `null`, instead of making its object a misfit.
    lenient: bool,
    /// Whether a part was made up, neither an example nor a default nor one of a few choices.
    pub(super) invented: bool,
    /// References that lead nowhere or out of the document.
    pub(super) broken: Vec<&'a str>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let (open, broken) = (Vec::new(), Vec::new());
        Self { document, open, steps: STEPS, lenient: false, invented: false, broken }
    }

    /// Whether the schema was too large to be looked at in full.
    pub(super) fn exhausted(&self) -> bool {
        self.steps == 0
    }

    /// A value for the schema; `None` if nothing fits it.
    pub(super) fn value(&mut self, schema: &'a Value) -> Option<Value> {
        self.of_all(&[schema]).or_else(|_| self.leniently(|sampler| sampler.of_all(&[schema]))).ok()
    }

    fn leniently<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.lenient, true);
        let made = make(self);
        self.lenient = before;
        made
    }

    /// A value that fits several schemas at once.
    fn of_all(&mut self, schemas: &[&'a Value]) -> Made {
        let open = self.open.len();
        let made = self.view(View::default(), schemas).and_then(|view| self.of_view(view));
        self.open.truncate(open);
        made
    }

    /// The view with more schemas in it; the references that it followed stay open.
    fn view(&mut self, mut view: View<'a>, schemas: &[&'a Value]) -> Result<View<'a>, Misfit> {
        for schema in schemas {
            view.add(schema, self)?;
        }
        Ok(view)
    }

    fn step(&mut self) -> Result<(), Misfit> {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 { Err(Misfit::Endless) } else { Ok(()) }
    }

    fn of_view(&mut self, mut view: View<'a>) -> Made {
        self.step()?;
        if view.depth > DEPTH {
            return Err(Misfit::Endless);
        }
        if let Some(value) = leaf::given(&view) {
            return Ok(value);
        }
        match view.choices.pop() {
            Some(choice) => self.of_choice(&view, choice),
            None => self.of_type(&view),
        }
    }

    /// The first branch that works; in need, the first that nearly does.
    fn of_choice(&mut self, view: &View<'a>, choice: Choice<'a>) -> Made {
        let lenient = std::mem::replace(&mut self.lenient, false);
        let mut made = self.first_branch(view, choice);
        self.lenient = lenient;
        if made.is_err() && lenient {
            made = self.first_branch(view, choice);
        }
        made
    }

    fn first_branch(&mut self, view: &View<'a>, choice: Choice<'a>) -> Made {
        let mut misfit = Misfit::Never;
        for branch in choice.branches() {
            let open = self.open.len();
            let invented = self.invented;
            let made = self.view(view.clone(), &[branch]).and_then(|whole| self.of_view(whole));
            self.open.truncate(open);
            match made {
                Ok(mut value) => {
                    choice.discriminate(branch, &mut value);
                    return Ok(value);
                }
                Err(why) => misfit = if why == Misfit::Endless { why } else { misfit },
            }
            self.invented = invented;
        }
        Err(misfit)
    }

    fn of_type(&mut self, view: &View<'a>) -> Made {
        match view.kind() {
            "object" => self.object(view),
            "array" => self.array(view),
            "null" => Ok(Value::Null),
            kind => {
                self.invented = true;
                Ok(leaf::made(kind, view))
            }
        }
    }

    fn object(&mut self, view: &View<'a>) -> Made {
        let mut object = Map::new();
        let least = view.number("minProperties").unwrap_or(0.0) as usize;
        for (name, schemas) in &view.properties {
            let required = view.required.contains(name);
            let wanted = required || self.has_example(schemas) || object.len() < least;
            if !wanted || self.is(schemas, "readOnly") {
                continue;
            }
            match self.inside(view, schemas) {
                Ok(value) => {
                    object.insert((*name).to_owned(), value);
                }
                Err(_) if required && self.lenient => {
                    object.insert((*name).to_owned(), Value::Null);
                }
                Err(why) if required => return Err(why),
                Err(_) => {}
            }
        }
        let undescribed = |name: &&str| view.properties.iter().all(|(known, _)| known != name);
        let names = view.required.iter().copied().filter(undescribed).map(str::to_owned);
        let spare = (1..=ITEMS as usize).map(|at| format!("key{at}"));
        for (at, name) in names.chain(spare).enumerate() {
            let required = at < view.required.iter().filter(|name| undescribed(name)).count();
            if !required && object.len() >= least {
                break;
            }
            let value = self.additional(view)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }

    /// The value of a property that no schema describes by name.
    fn additional(&mut self, view: &View<'a>) -> Made {
        match view.get("additionalProperties").filter(|schema| schema.is_object()) {
            Some(schema) => self.inside(view, &[schema]),
            None => {
                self.invented = true;
                Ok(Value::from("value"))
            }
        }
    }

    fn array(&mut self, view: &View<'a>) -> Made {
        let least = view.number("minItems").map_or(0, |least| (least as u64).min(ITEMS));
        let most = view.number("maxItems").map_or(ITEMS, |most| most as u64);
        let mut items = Vec::new();
        for schema in view.get("prefixItems").and_then(Value::as_array).into_iter().flatten() {
            items.push(self.inside(view, &[schema])?);
        }
        let unique = view.is("uniqueItems");
        let wanted = least.max(1).min(most);
        while (items.len() as u64) < wanted {
            let Some(schema) = view.get("items").filter(|schema| !schema.is_boolean()) else {
                break;
            };
            match self.inside(view, &[schema]) {
                Ok(item) if unique => match leaf::distinct(item, schema, &items) {
                    Some(item) => items.push(item),
                    None => break,
                },
                Ok(item) => items.push(item),
                Err(why) if least > 0 && !self.lenient => return Err(why),
                Err(_) => break,
            }
        }
        Ok(Value::Array(items))
    }

    /// A value one level further down.
    fn inside(&mut self, outer: &View<'a>, schemas: &[&'a Value]) -> Made {
        let open = self.open.len();
        let view = View::at(outer.depth + 1);
        let made = self.view(view, schemas).and_then(|view| self.of_view(view));
        self.open.truncate(open);
        made
    }

    fn has_example(&self, schemas: &[&'a Value]) -> bool {
        let deprecated = self.is(schemas, "deprecated");
        !deprecated
            && self
                .resolved(schemas)
                .any(|schema| schema.get("example").is_some() || schema.get("examples").is_some())
    }

    fn is(&self, schemas: &[&'a Value], keyword: &str) -> bool {
        self.resolved(schemas).any(|schema| schema.get(keyword) == Some(&Value::Bool(true)))
    }

    fn resolved(&self, schemas: &[&'a Value]) -> impl Iterator<Item = &'a Value> {
        let document = self.document;
        schemas.iter().flat_map(move |schema| [Some(*schema), document.resolve(schema)]).flatten()
    }
}

/// The example that stands beside a schema: the `example`, or the first of the `examples`.
pub(super) fn example<'a>(document: &'a Document, spec: &'a Value) -> Option<&'a Value> {
    let first = || {
        let examples = spec.get("examples")?.as_object()?;
        examples.values().find_map(|example| document.resolve(example)?.get("value"))
    };
    spec.get("example").or_else(first)
}

/// Whether a value has no text that could stand in a URL or a header.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(map) => map.is_empty(),
        value => plain(value).is_empty(),
    }
}

#[cfg(test)]
mod tests;
