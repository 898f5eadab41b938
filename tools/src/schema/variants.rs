//! Unions of objects, as one object that every client understands.

use serde_json::{Map, Value, json};

use super::text;

type Object = Map<String, Value>;

/// A union of objects becomes one object with the properties of all of them.
pub(super) fn merge(schema: &mut Object) {
    let Some(Value::Array(variants)) = schema.get("oneOf") else {
        return;
    };
    if !variants.iter().all(|variant| variant.get("type") == Some(&json!("object"))) {
        let variants = schema.remove("oneOf").unwrap_or_default();
        schema.insert("anyOf".into(), variants);
        return;
    }
    let mut properties = Object::new();
    let mut words = Words::default();
    let mut required: Option<Vec<Value>> = None;
    for variant in variants {
        for (name, property) in named(variant) {
            let about = text(property, "description").unwrap_or_default();
            words.add(name, about, tag(variant));
            let property = of_variant(property);
            match properties.get_mut(name) {
                Some(known) => merge_property(known, &property),
                None => drop(properties.insert(name.clone(), property)),
            }
        }
        let wanted = variant.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        match &mut required {
            Some(common) => common.retain(|name| wanted.contains(name)),
            None => required = Some(wanted),
        }
    }
    words.put_into(&mut properties, variants.len());
    schema.remove("oneOf");
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), Value::Object(properties));
    schema.insert("required".into(), required.unwrap_or_default().into());
    // What goes with which variant is for its owner to check.
    schema.insert("additionalProperties".into(), true.into());
}

/// What the variants say of their properties, each text once.
#[derive(Default)]
struct Words<'a>(Vec<(&'a str, Vec<Text<'a>>)>);

/// A text, and the variants that say it, if they can be told.
type Text<'a> = (&'a str, Vec<Option<&'a str>>);

impl<'a> Words<'a> {
    fn add(&mut self, property: &'a str, about: &'a str, owner: Option<&'a str>) {
        let at = self.0.iter().position(|(name, _)| *name == property).unwrap_or_else(|| {
            self.0.push((property, Vec::new()));
            self.0.len() - 1
        });
        let texts = &mut self.0[at].1;
        match texts.iter_mut().find(|(text, _)| *text == about) {
            Some((_, owners)) => owners.push(owner),
            None => texts.push((about, vec![owner])),
        }
    }

    /// Writes each text with those whose it is, unless it is that of all variants.
    fn put_into(self, properties: &mut Object, variants: usize) {
        for (name, texts) in self.0 {
            let told = |(about, owners): &(&str, Vec<Option<&str>>)| {
                let names: Vec<&str> = owners.iter().copied().flatten().collect();
                match owners.len() < variants && !names.is_empty() && !about.is_empty() {
                    true => format!("{}: {about}", names.join(", ")),
                    false => (*about).to_owned(),
                }
            };
            // What all say of the word that tells them apart is said by its values.
            let all: Vec<String> =
                texts.iter().map(told).filter(|about| !about.is_empty()).collect();
            if let (false, Some(schema)) =
                (all.is_empty(), properties.get_mut(name).and_then(Value::as_object_mut))
            {
                schema.insert("description".into(), all.join(" ").into());
            }
        }
    }
}

fn named(variant: &Value) -> impl Iterator<Item = (&String, &Value)> {
    variant.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// The value by which a variant is told from the others.
fn tag(variant: &Value) -> Option<&str> {
    named(variant).find_map(|(_, property)| {
        let only =
            property.get("enum").and_then(Value::as_array).filter(|values| values.len() == 1);
        property.get("const").or_else(|| only?.first())?.as_str()
    })
}

/// A property as it stands among those of other variants: without its default, which hosts would
/// fill in for all of them.
fn of_variant(property: &Value) -> Value {
    let mut property = property.clone();
    if let Some(schema) = property.as_object_mut() {
        schema.remove("default");
        schema.remove("description");
    }
    property
}

/// What two variants say of a property of the same name, in one schema.
fn merge_property(known: &mut Value, other: &Value) {
    let constants = |schema: &Value| -> Vec<Value> {
        let listed = schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
        schema.get("const").cloned().into_iter().chain(listed).collect()
    };
    let mut values = constants(known);
    for value in constants(other) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    let same_type = known.get("type") == other.get("type");
    let mut merged = Object::new();
    if same_type && let Some(name) = known.get("type") {
        merged.insert("type".into(), name.clone());
        if let Some(items) = known.get("items") {
            merged.insert("items".into(), items.clone());
        }
    }
    if !values.is_empty() {
        merged.insert("enum".into(), values.into());
    }
    if *known != *other {
        *known = Value::Object(merged);
    }
}
