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
    let mut required: Option<Vec<Value>> = None;
    for variant in variants {
        for (name, property) in named(variant) {
            let about = text(property, "description");
            let shared = variants.iter().all(|other| {
                named(other).any(|(own, other)| own == name && text(other, "description") == about)
            });
            let property = of_variant(property, tag(variant).filter(|_| !shared));
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
    schema.remove("oneOf");
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), Value::Object(properties));
    schema.insert("required".into(), required.unwrap_or_default().into());
    // What goes with which variant is for its owner to check.
    schema.insert("additionalProperties".into(), true.into());
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
/// fill in for all of them, and with a word on whose it is.
fn of_variant(property: &Value, owner: Option<&str>) -> Value {
    let mut property = property.clone();
    if let Some(schema) = property.as_object_mut() {
        schema.remove("default");
        if let Some(owner) = owner {
            let about = schema.get("description").and_then(Value::as_str).unwrap_or_default();
            schema.insert("description".into(), format!("{owner}: {about}").into());
        }
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
    let about: Vec<&str> =
        [text(known, "description"), text(other, "description")].into_iter().flatten().collect();
    let about = match about[..] {
        [first, second] if first.contains(second) => first.to_owned(),
        _ => about.join(" "),
    };
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
    if !about.is_empty() {
        merged.insert("description".into(), about.into());
    }
    if *known != *other {
        *known = Value::Object(merged);
    }
}
