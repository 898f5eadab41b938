//! Reading a fault from what a user wrote, wherever it was written: flags, YAML and MCP arguments come through
//! here, and get the same words back.

use serde_json::{Map, Value};

use super::{
    Direction, Fault, NAME, Side,
    catalog::{Entry, Property, ReadError, ValueKind, catalog, find},
};
use crate::{
    schedule::Schedule,
    upstreams::{UpstreamError, Upstreams},
};

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
    let name = map.remove("name").map(|value| read_name(entry, &value)).transpose()?;
    let upstreams =
        map.remove("upstreams").map(|value| read_upstreams(entry, &value)).transpose()?;
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
    Ok(Fault { entry, spec, name, upstreams, side, direction, period })
}

/// Numbers and switches that were written as text, and choices in any case, become what they mean; anything that
/// does not fit is refused.
fn coerce(entry: &Entry, property: &Property, value: &mut Value) -> Result<(), FaultError> {
    let text = plain(value).trim().to_owned();
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
        ValueKind::Object(_) if value.is_object() => return Ok(()),
        ValueKind::Object(_) => return Err(wrong("an object".into())),
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

fn read_name(entry: &Entry, value: &Value) -> Result<String, FaultError> {
    let name = value.as_str().map(str::trim).filter(|name| {
        (1..=NAME).contains(&name.chars().count()) && !name.contains(char::is_control)
    });
    name.map(str::to_owned).ok_or_else(|| FaultError {
        code: "invalid_setting",
        message: format!(
            "{} `name` is `{}`, which is not a text of 1 to {NAME} characters on one line",
            entry.definition.kind,
            plain(value)
        ),
        hint: "set `name` to what reports shall call the fault, or leave it out".to_owned(),
    })
}

/// Hosts in one text, split by commas, or in a list of texts.
fn read_upstreams(entry: &Entry, value: &Value) -> Result<Upstreams, FaultError> {
    let wrong = |problem: String, hint: &str| FaultError {
        code: "invalid_setting",
        message: format!("{} `upstreams`{problem}", entry.definition.kind),
        hint: hint.to_owned(),
    };
    let texts: Option<Vec<&str>> = match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(texts) => texts.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let texts = texts.ok_or_else(|| {
        let problem = format!(" is `{}`, which is not a text or a list of texts", plain(value));
        wrong(problem, UpstreamError::HINT)
    })?;
    let upstreams =
        Upstreams::parse(&texts).map_err(|error| wrong(format!(": {error}"), error.hint()))?;
    if upstreams.is_empty() {
        let hint = "name a host, or leave `upstreams` out to let the fault act on all that the proxy's faults act on";
        return Err(wrong(" names no host".to_owned(), hint));
    }
    Ok(upstreams)
}

/// A value as it was written, texts without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn schedule(entry: &Entry, text: &str) -> Result<Schedule, FaultError> {
    text.parse::<Schedule>().map_err(|error| FaultError {
        code: "invalid_schedule",
        message: format!("{} `period`: {error}", entry.definition.kind),
        hint: error.hint().to_owned(),
    })
}

fn unknown(entry: &Entry, properties: &[Property], name: &str) -> FaultError {
    let settings = properties.iter().map(|property| property.name.as_str());
    let names = || settings.clone().chain(["name", "upstreams"]);
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
        // Within an object, what is said of the object helps.
        let name = name.split(['.', '[']).next().unwrap_or(name);
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
        ReadError::Refused(error) => error,
        ReadError::Invalid(invalid) => FaultError {
            code: if invalid.missing { "missing_setting" } else { "invalid_setting" },
            message: format!("{kind} `{}` {}", invalid.field, invalid.problem),
            hint: hint_for(invalid.field),
        },
    }
}

/// How to set a setting, in every spelling.
fn hint(property: &Property) -> String {
    let flag = property.flag.as_ref();
    let flag = flag.map(|flag| format!(" (`--{flag}` on the command line)")).unwrap_or_default();
    format!("set `{}`{flag}: {}", property.name, property.about)
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
