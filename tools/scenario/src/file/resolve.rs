//! From the names of faults to the faults.

use std::collections::BTreeMap;

use fault_proxy::Fault;
use serde_json::Value;

use super::fault::{FaultEntry, FaultSet};
use super::problem::{FileProblem, Wrong, nearest};

/// The most faults that a name may come to.
const MOST: usize = 1000;

/// The most names that may lead from one to the next.
const DEEPEST: usize = 32;

/// The faults that entries stand for, names replaced by what they name. A fault without a name of its own is called
/// as the name it was used by, if that stands for it alone.
///
/// A problem has no place; its key is the entry, such as `[1]`.
pub fn resolve(
    entries: &[FaultEntry],
    named: &BTreeMap<String, FaultSet>,
) -> Result<Vec<Fault>, Vec<FileProblem>> {
    let mut weights = Weights::new(named);
    let mut faults = Vec::new();
    let mut problems = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let weighed = weights.of_entry(entry, &mut Vec::new());
        if let Err(wrong) = weighed.and_then(|_| flatten(entry, named, &mut faults)) {
            problems.push(wrong.at(&format!("[{index}]"), None, ""));
        }
    }
    if problems.is_empty() { Ok(faults) } else { Err(problems) }
}

/// Adds what an entry stands for to `faults`. It was weighed before, so this ends.
fn flatten(
    entry: &FaultEntry,
    named: &BTreeMap<String, FaultSet>,
    faults: &mut Vec<Fault>,
) -> Result<(), Wrong> {
    let name = match entry {
        FaultEntry::Fault(map) => {
            faults.push(Fault::from_value(&Value::Object(map.clone()))?);
            return Ok(());
        }
        FaultEntry::Named(name) => name.as_str(),
    };
    let before = faults.len();
    for entry in named.get(name).map(FaultSet::entries).unwrap_or_default() {
        flatten(entry, named, faults)?;
    }
    if let [fault] = &mut faults[before..]
        && fault.name().is_none()
    {
        *fault = fault.clone().named(name);
    }
    Ok(())
}

/// How many faults names come to, and over how many names.
pub(super) struct Weights<'a> {
    named: &'a BTreeMap<String, FaultSet>,
    known: BTreeMap<&'a str, Weight>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Weight {
    entries: usize,
    depth: usize,
}

impl<'a> Weights<'a> {
    pub(super) fn new(named: &'a BTreeMap<String, FaultSet>) -> Self {
        Self { named, known: BTreeMap::new() }
    }

    /// The weight of a name, or why it has none.
    pub(super) fn of(&mut self, name: &'a str) -> Result<Weight, Wrong> {
        self.of_name(name, &mut Vec::new())
    }

    fn of_entry(
        &mut self,
        entry: &'a FaultEntry,
        path: &mut Vec<&'a str>,
    ) -> Result<Weight, Wrong> {
        match entry {
            FaultEntry::Fault(_) => Ok(Weight { entries: 1, depth: 0 }),
            FaultEntry::Named(name) => self.of_name(name, path),
        }
    }

    fn of_name(&mut self, name: &'a str, path: &mut Vec<&'a str>) -> Result<Weight, Wrong> {
        if let Some(weight) = self.known.get(name) {
            return Ok(*weight);
        }
        let named = self.named;
        let set =
            named.get(name).ok_or_else(|| unknown_fault(name, named.keys().map(String::as_str)))?;
        let circle = path.contains(&name);
        path.push(name);
        if circle {
            return Err(circular(path));
        }
        let mut weight = Weight { entries: 1, depth: 1 };
        for entry in set.entries() {
            let other = self.of_entry(entry, path)?;
            weight.entries += other.entries;
            weight.depth = weight.depth.max(other.depth + 1);
        }
        if weight.entries > MOST || weight.depth > DEEPEST || path.len() > DEEPEST {
            return Err(too_many(name));
        }
        path.pop();
        self.known.insert(name, weight);
        Ok(weight)
    }
}

/// A name that no fault has.
pub(super) fn unknown_fault<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Wrong {
    let known: Vec<_> = known.collect();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => {
            "define it under `faults` of the scenario, as `NAME: { type: latency, mean: 300 }`"
                .to_owned()
        }
        None => {
            format!("define it under `faults` of the scenario, or use one of {}", known.join(", "))
        }
    };
    let message = format!("there is no fault by the name `{}`", name.escape_debug());
    Wrong { code: "unknown_name", message, hint }
}

fn circular(names: &[&str]) -> Wrong {
    Wrong {
        code: "circular_faults",
        message: format!("names of faults go in a circle: {}", names.join(" -> ")),
        hint: "let one of them stand for a fault".to_owned(),
    }
}

fn too_many(name: &str) -> Wrong {
    Wrong {
        code: "too_many_faults",
        message: format!(
            "`{name}` comes to more than {MOST} faults, or over more than {DEEPEST} names"
        ),
        hint: "use fewer names in names".to_owned(),
    }
}
