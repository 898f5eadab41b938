//! The catalogue: what is known of each fault, derived from its settings.

use std::{borrow::Cow, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Map, Value};

use super::{CATALOG, Definition, Fault, FaultError, Invalid, NAME, Placed, Settings, Spec};

/// What is known of one fault.
pub struct Entry {
    /// Names and texts.
    pub definition: Definition,
    schema: fn() -> Value,
    pub(super) read: Read,
}

/// Reads and checks the settings of a fault.
type Read = fn(Map<String, Value>) -> Result<Arc<dyn Settings>, ReadError>;

/// Why settings could not be read.
pub(super) enum ReadError {
    Shape(serde_path_to_error::Error<serde_json::Error>),
    Invalid(Invalid),
    Refused(FaultError),
}

/// One setting of a fault, or where or when it acts.
#[derive(Clone, Debug)]
pub struct Property {
    /// The key in YAML and JSON.
    pub name: String,
    /// The flag on the command line, without the dashes; none if the fault is written in one text there.
    pub flag: Option<String>,
    /// The environment variable, where there is a flag.
    pub env: Option<String>,
    /// What the setting is, with its unit and limits.
    pub about: String,
    /// What kind of value it takes.
    pub value: ValueKind,
    /// The value if none is given.
    pub default: Option<Value>,
}

/// What kind of value a setting takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// True or false; a switch on the command line.
    Flag,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// Any text.
    Text,
    /// One of a few words.
    Choice(Vec<String>),
    /// An object with settings of its own, as this JSON Schema says.
    Object(Value),
}

/// Every fault, in the order of the documentation.
pub fn catalog() -> &'static [Entry] {
    CATALOG
}

/// The fault of this `type`; hyphens, underscores and case do not matter.
pub fn find(kind: &str) -> Option<&'static Entry> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let kind = plain(kind);
    CATALOG
        .iter()
        .find(|entry| plain(entry.definition.kind) == kind || plain(entry.definition.flag) == kind)
}

impl Entry {
    pub(super) const fn of<T: Spec>() -> Self {
        Self { definition: T::DEFINITION, schema: settings_schema::<T>, read: read::<T> }
    }

    /// The settings, then where and when the fault acts.
    pub fn properties(&self) -> Vec<Property> {
        let (schema, flags) = ((self.schema)(), self.has_flags());
        let settings = schema.get("properties").and_then(Value::as_object);
        settings
            .into_iter()
            .flatten()
            .map(|(name, schema)| self.property(name, schema))
            .chain(self.placement())
            .map(
                |property| {
                    if flags { property } else { Property { flag: None, env: None, ..property } }
                },
            )
            .collect()
    }

    /// Whether each setting has a flag and a variable. A fault whose settings lie within each other has none; it is
    /// written in one text.
    pub fn has_flags(&self) -> bool {
        let schema = (self.schema)();
        let settings = schema.get("properties").and_then(Value::as_object);
        !settings.into_iter().flatten().any(|(_, s)| matches!(value_kind(s), ValueKind::Object(_)))
    }

    /// The flag that switches the fault on, or takes its text, without the dashes.
    pub fn switch_flag(&self) -> String {
        let flag = self.definition.flag;
        if self.has_flags() { format!("with-{flag}") } else { flag.to_owned() }
    }

    /// The environment variable that switches the fault on, or takes its texts.
    pub fn switch_env(&self) -> String {
        let env = self.definition.env;
        if self.has_flags() { format!("FAULT_WITH_{env}") } else { format!("FAULT_{env}") }
    }

    /// The names of the settings, without where and when the fault acts.
    pub(super) fn settings(&self) -> Vec<String> {
        let schema = (self.schema)();
        let settings = schema.get("properties").and_then(Value::as_object);
        settings.into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    /// The JSON Schema of the fault, `type` included.
    pub fn schema(&self) -> Value {
        let mut properties = Map::new();
        let kind = self.definition.kind;
        properties.insert(
            "type".into(),
            serde_json::json!({ "type": "string", "enum": [kind], "description": "Which fault it is." }),
        );
        for property in self.properties() {
            properties.insert(property.name.clone(), property.schema());
        }
        properties.extend(common());
        serde_json::json!({
            "type": "object",
            "title": self.definition.title,
            "description": self.definition.about,
            "properties": properties,
            "required": ["type"],
            "additionalProperties": false,
        })
    }

    fn property(&self, name: &str, schema: &Value) -> Property {
        let Definition { flag, env, .. } = self.definition;
        let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
        let spelled = name.replace('_', "-");
        Property {
            name: name.to_owned(),
            flag: text("x-flag").or_else(|| Some(format!("{flag}-{spelled}"))),
            env: text("x-env").or_else(|| Some(format!("FAULT_{env}_{}", name.to_uppercase()))),
            about: text("description").unwrap_or_default().replace('\n', " "),
            value: value_kind(schema),
            default: schema.get("default").filter(|value| !value.is_null()).cloned(),
        }
    }

    /// The settings that every fault of this placement has.
    fn placement(&self) -> Vec<Property> {
        let Definition { flag, env, placed, .. } = self.definition;
        let common = |name: &str, about: &str, value: ValueKind, default: Option<&str>| Property {
            name: name.to_owned(),
            flag: Some(format!("{flag}-{}", if name == "period" { "sched" } else { name })),
            env: Some(format!(
                "FAULT_{env}_{}",
                if name == "period" { "SCHED".into() } else { name.to_uppercase() }
            )),
            about: about.to_owned(),
            value,
            default: default.map(Value::from),
        };
        let words = |words: &[&str]| {
            ValueKind::Choice(words.iter().map(|word| (*word).to_owned()).collect())
        };
        let mut properties = Vec::new();
        if placed == Placed::SideAndDirection {
            properties.push(common(
                "side",
                "The leg it acts on: `client` between client and proxy, `server` between proxy and upstream.",
                words(&["client", "server"]),
                Some("server"),
            ));
        }
        if placed != Placed::Nowhere {
            properties.push(common(
                "direction",
                "Which bytes, seen from the proxy on that leg: `ingress` is what it receives, `egress` what it sends.",
                words(&["ingress", "egress", "both"]),
                Some("ingress"),
            ));
        }
        properties.push(common(
            "period",
            "When it acts: `start:30s,duration:1m`, or shares of the run, `start:5%,duration:30%`; several periods \
             are separated by `;`. Always, if unset.",
            ValueKind::Text,
            None,
        ));
        properties
    }
}

/// The schemas of what every fault can be given where it is written down; flags have no place for them.
fn common() -> [(String, Value); 2] {
    let name = serde_json::json!({
        "type": "string",
        "minLength": 1,
        "maxLength": NAME,
        "description": "What reports call it; its type, if unset.",
    });
    let upstreams = serde_json::json!({
        "anyOf": [
            { "type": "string", "description": "One host, or several split by commas." },
            {
                "type": "array",
                "items": { "type": "string" },
                "minItems": 1,
                "description": "Several hosts.",
            },
        ],
        "description": "The only hosts it acts on: `example.com`, `host:port`, a URL, `*.example.com` or `*`. If unset, \
                        every mapping, and forwarded traffic to the upstreams of the proxy.",
    });
    [("name".into(), name), ("upstreams".into(), upstreams)]
}

impl Property {
    /// The JSON Schema of the setting.
    fn schema(&self) -> Value {
        let mut schema = match &self.value {
            ValueKind::Flag => serde_json::json!({ "type": "boolean" }),
            ValueKind::Number => serde_json::json!({ "type": "number" }),
            ValueKind::Integer => serde_json::json!({ "type": "integer" }),
            ValueKind::Text => serde_json::json!({ "type": "string" }),
            ValueKind::Choice(words) => serde_json::json!({ "type": "string", "enum": words }),
            ValueKind::Object(schema) => schema.clone(),
        };
        schema["description"] = self.about.clone().into();
        if let Some(default) = &self.default {
            schema["default"] = default.clone();
        }
        schema
    }
}

fn settings_schema<T: Spec>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

fn read<T: Spec>(map: Map<String, Value>) -> Result<Arc<dyn Settings>, ReadError> {
    let spec: T = serde_path_to_error::deserialize(Value::Object(map)).map_err(ReadError::Shape)?;
    spec.check().map_err(ReadError::Refused)?;
    // The state machine is built once to see that the settings make sense.
    spec.decider().map_err(ReadError::Invalid)?;
    Ok(Arc::new(spec))
}

/// The kind of value that a property's schema describes; an optional value counts as its kind.
fn value_kind(schema: &Value) -> ValueKind {
    let either = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice);
    if let Some([kind, null]) = either
        && null["type"] == "null"
    {
        return value_kind(kind);
    }
    let words: Vec<String> = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .map(|variants| {
            variants
                .iter()
                .filter_map(|variant| variant.get("const")?.as_str())
                .map(str::to_owned)
                .collect()
        })
        .or_else(|| {
            let words = schema.get("enum")?.as_array()?;
            Some(words.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        })
        .unwrap_or_default();
    if !words.is_empty() {
        return ValueKind::Choice(words);
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None => None,
    };
    match kind {
        Some("boolean") => ValueKind::Flag,
        Some("number") => ValueKind::Number,
        Some("integer") => ValueKind::Integer,
        Some("object") => ValueKind::Object(plain(schema.clone())),
        _ => ValueKind::Text,
    }
}

/// The schema of an object without what only the catalogue reads, and without null: what is unset is left out.
fn plain(mut schema: Value) -> Value {
    let Some(object) = schema.as_object_mut() else { return schema };
    object.retain(|key, value| {
        !key.starts_with("x-") && key != "format" && !(key == "default" && value.is_null())
    });
    if let Some(Value::String(about)) = object.get_mut("description") {
        *about = about.replace('\n', " ");
    }
    if let Some(Value::Array(kinds)) = object.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = &mut kinds[..] {
            let only = only.take();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
    }
    if let Some(Value::Object(nested)) = object.get_mut("properties") {
        nested.values_mut().for_each(|property| *property = plain(property.take()));
    }
    schema
}

impl JsonSchema for Fault {
    fn schema_name() -> Cow<'static, str> {
        "Fault".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let kinds: Vec<Value> = CATALOG.iter().map(Entry::schema).collect();
        json_schema!({
            "description": "A fault: its type, its settings, where and when it acts.",
            "oneOf": kinds,
        })
    }
}
