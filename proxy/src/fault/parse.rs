//! Reading a fault from what a user wrote, wherever it was written: flags, YAML and MCP arguments come through
//! here, and get the same words back.

use serde_json::{Map, Value};

use super::{
    Direction, Fault, Side,
    catalog::{Entry, Property, ReadError, ValueKind, catalog, find},
};
use crate::schedule::Schedule;

/// Why a text is not a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FaultError {
    /// A stable name for the kind of mistake.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Fault {
    /// Reads a fault from `{"type": "latency", "mean": 300, ...}`. Numbers may also be written as text.
    pub fn from_value(value: &Value) -> Result<Self, FaultError> {
        let map = value.as_object().ok_or_else(|| FaultError {
            code: "invalid_fault",
            message: format!("a fault is an object with a `type`, not `{value}`"),
            hint: format!("write {{\"type\": \"latency\", \"mean\": 300}}; types are {}", kinds()),
        })?;
        let kind = map.get("type").and_then(Value::as_str).ok_or_else(|| FaultError {
            code: "missing_fault_type",
            message: "a fault has no `type`".to_owned(),
            hint: format!("set `type` to one of {}", kinds()),
        })?;
        let entry = find(kind).ok_or_else(|| FaultError {
            code: "unknown_fault",
            message: format!("there is no fault `{kind}`"),
            hint: nearest(kind, catalog().iter().map(|entry| entry.definition.kind)).map_or_else(
                || format!("use one of {}", kinds()),
                |name| format!("did you mean `{name}`?"),
            ),
        })?;
        read(entry, map.clone())
    }
}

fn read(entry: &'static Entry, mut map: Map<String, Value>) -> Result<Fault, FaultError> {
    map.remove("type");
    if let Some(period) = map.remove("sched") {
        map.entry("period").or_insert(period);
    }
    map.retain(|_, value| !value.is_null());
    (entry.definition.modernise)(&mut map);
    let properties = entry.properties();
    for (name, value) in &mut map {
        let property = properties
            .iter()
            .find(|property| property.name == *name)
            .ok_or_else(|| unknown(entry, &properties, name))?;
        coerce(entry, property, value)?;
    }
    let mut take =
        |name: &str| map.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let side = if take("side").as_deref() == Some("client") { Side::Client } else { Side::Server };
    let direction = match take("direction").as_deref() {
        Some("egress") => Direction::Egress,
        Some("both") => Direction::Both,
        _ => Direction::Ingress,
    };
    let period = take("period").map(|text| schedule(entry, &text)).transpose()?;
    let spec = (entry.read)(map).map_err(|error| refuse(entry, &properties, error))?;
    Ok(Fault { entry, spec, side, direction, period })
}

/// Numbers and switches that were written as text, and choices in any case, become what they mean; anything that
/// does not fit is refused.
fn coerce(entry: &Entry, property: &Property, value: &mut Value) -> Result<(), FaultError> {
    let text = match &*value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    let wrong = |expected: String| FaultError {
        code: "invalid_setting",
        message: format!(
            "{} `{}` is `{text}`, which is not {expected}",
            entry.definition.kind, property.name
        ),
        hint: hint(property),
    };
    *value = match &property.value {
        ValueKind::Flag => {
            text.parse::<bool>().map(Value::from).map_err(|_| wrong("true or false".into()))?
        }
        ValueKind::Number => number(&text).ok_or_else(|| wrong("a number".into()))?,
        ValueKind::Integer => {
            text.parse::<u64>().map(Value::from).map_err(|_| wrong("a whole number".into()))?
        }
        ValueKind::Text if value.is_string() => return Ok(()),
        ValueKind::Text => return Err(wrong("a text".into())),
        ValueKind::Choice(words) => words
            .iter()
            .find(|word| word.eq_ignore_ascii_case(&text))
            .map(|word| Value::from(word.as_str()))
            .ok_or_else(|| wrong(format!("one of {}", words.join(", "))))?,
    };
    Ok(())
}

fn number(text: &str) -> Option<Value> {
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from)
}

fn schedule(entry: &Entry, text: &str) -> Result<Schedule, FaultError> {
    text.parse::<Schedule>().map_err(|error| FaultError {
        code: "invalid_schedule",
        message: format!("{} `period`: {error}", entry.definition.kind),
        hint: error.hint().to_owned(),
    })
}

fn unknown(entry: &Entry, properties: &[Property], name: &str) -> FaultError {
    let names = || properties.iter().map(|property| property.name.as_str());
    FaultError {
        code: "unknown_setting",
        message: format!("{} has no setting `{name}`", entry.definition.kind),
        hint: nearest(name, names()).map_or_else(
            || format!("its settings are {}", names().collect::<Vec<_>>().join(", ")),
            |name| format!("did you mean `{name}`?"),
        ),
    }
}

fn refuse(entry: &Entry, properties: &[Property], error: ReadError) -> FaultError {
    let kind = entry.definition.kind;
    let hint_for = |name: &str| {
        properties.iter().find(|property| property.name == name).map(hint).unwrap_or_default()
    };
    match error {
        ReadError::Shape(error) => {
            let name = error.path().to_string();
            FaultError {
                code: "invalid_setting",
                message: format!("{kind} `{name}`: {}", error.inner()),
                hint: hint_for(&name),
            }
        }
        ReadError::Invalid(invalid) => FaultError {
            code: if invalid.missing { "missing_setting" } else { "invalid_setting" },
            message: format!("{kind} `{}` {}", invalid.field, invalid.problem),
            hint: hint_for(invalid.field),
        },
    }
}

/// How to set a setting, in every spelling.
fn hint(property: &Property) -> String {
    format!(
        "set `{}` (`--{}` on the command line): {}",
        property.name, property.flag, property.about
    )
}

fn kinds() -> String {
    catalog().iter().map(|entry| entry.definition.kind).collect::<Vec<_>>().join(", ")
}

fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|(one, _), (two, _)| one.total_cmp(two))
        .map(|(_, candidate)| candidate)
}
