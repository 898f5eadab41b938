//! What a document says across its keys: names that exist, names that are there once, something to run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::fault::FaultSet;
use super::problem::{Wrong, nearest};
use super::resolve::{Weights, unknown_fault};
use super::shape::Shape;

/// Checks a document whose shape was checked; parts of another shape are passed over, for they were told about.
pub(super) fn document(document: &Value, shape: &mut Shape<'_>) {
    if !document.is_object() {
        return;
    }
    named_faults(&document["faults"], shape);
    if document.get("matrix").is_none()
        && document.get("items").is_none_or(|items| items == &json!([]))
    {
        let hint = "add one under `items`, with a `call`; or a `matrix`".to_owned();
        let message = "a scenario needs at least one item".to_owned();
        shape.wrong("items", Wrong { code: "missing_key", message, hint });
    }
    for (index, item) in list(&document["items"]).iter().enumerate() {
        context(&item["context"], &format!("items[{index}].context"), shape);
    }
    if document["matrix"].is_object() {
        matrix(&document["matrix"], &document["faults"], shape);
        context(&document["matrix"]["context"], "matrix.context", shape);
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Names of faults do not go in circles.
fn named_faults(faults: &Value, shape: &mut Shape<'_>) {
    let sets = faults.as_object().into_iter().flatten().filter_map(|(name, set)| {
        let set: FaultSet = serde_json::from_value(set.clone()).ok()?;
        Some((name.clone(), set))
    });
    let named: BTreeMap<_, _> = sets.collect();
    let mut weights = Weights::new(&named);
    for name in named.keys() {
        if let Err(wrong) = weights.of(name) {
            shape.wrong(&format!("faults.{name}"), wrong);
        }
    }
}

fn context(context: &Value, path: &str, shape: &mut Shape<'_>) {
    let mut names = BTreeSet::new();
    for (index, dependency) in list(&context["proxies"]).iter().enumerate() {
        let Some(name) = dependency["name"].as_str() else { continue };
        if !names.insert(name) {
            let message = format!("there are two dependencies by the name `{name}`");
            let hint = "give each a name of its own: results are told apart by it".to_owned();
            let wrong = Wrong { code: "duplicate_name", message, hint };
            shape.wrong(&format!("{path}.proxies[{index}].name"), wrong);
        }
    }
    let strategy = &context["strategy"];
    if let (Some(from), Some(to)) = (strategy["from"].as_f64(), strategy["to"].as_f64())
        && from >= to
    {
        let message = format!("`from` is {from}, which is not below `to`, {to}");
        let hint = "a search goes up, from the least value to the largest".to_owned();
        let wrong = Wrong { code: "invalid_value", message, hint };
        shape.wrong(&format!("{path}.strategy.from"), wrong);
    }
}

/// The names in a matrix exist.
fn matrix(matrix: &Value, faults: &Value, shape: &mut Shape<'_>) {
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let (calls, known) = (keys(&matrix["calls"]), keys(faults));
    if matrix["calls"].is_object() && calls.is_empty() {
        let message = "a matrix needs at least one call".to_owned();
        let hint = "name one under `calls`, with a `method` and a `url`".to_owned();
        shape.wrong("matrix.calls", Wrong { code: "missing_key", message, hint });
    }
    let used: Vec<_> = list(&matrix["faults"]).iter().map(Value::as_str).collect();
    for (index, name) in used.iter().enumerate() {
        let path = format!("matrix.faults[{index}]");
        let Some(name) = name else { continue };
        if !known.iter().any(|other| other == name) {
            shape.wrong(&path, unknown_fault(name, known.iter().map(String::as_str)));
        } else if used[..index].contains(&Some(name)) {
            let message = format!("`{name}` stands in the list twice");
            let hint = "name each fault once".to_owned();
            shape.wrong(&path, Wrong { code: "duplicate_name", message, hint });
        }
    }
    let used: Vec<String> = used.into_iter().flatten().map(str::to_owned).collect();
    for (index, other) in list(&matrix["overrides"]).iter().enumerate() {
        for (key, names) in [("call", &calls), ("fault", &used)] {
            let Some(name) = other[key].as_str() else { continue };
            if !names.iter().any(|known| known == name) {
                let wrong = unknown_in_matrix(key, name, names);
                shape.wrong(&format!("matrix.overrides[{index}].{key}"), wrong);
            }
        }
    }
}

fn unknown_in_matrix(key: &str, name: &str, known: &[String]) -> Wrong {
    let hint = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the matrix has {}", known.join(", ")),
    };
    let message = format!("the matrix has no {key} by the name `{name}`");
    Wrong { code: "unknown_name", message, hint }
}
