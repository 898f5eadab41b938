//! The reference of the scenario file, from its schema.

use serde_json::Value;

use super::{MADE, head, row, schema as words};

/// The objects, in the order of the page, and what each is called there.
const OBJECTS: [(&str, &str); 18] = [
    ("", "The scenario"),
    ("Item", "An item"),
    ("CallSpec", "A call"),
    ("Meta", "The origin of a call"),
    ("Context", "A context"),
    ("Strategy", "A strategy"),
    ("Slo", "An objective"),
    ("Recovery", "The recovery"),
    ("ProxySpec", "The proxy"),
    ("Dependency", "A dependency"),
    ("RunsOn", "A platform"),
    ("Expect", "An expectation"),
    ("Matrix", "A matrix"),
    ("Override", "An override"),
    ("Config", "The configuration"),
    ("HttpConfig", "The configuration of HTTP"),
    ("Paths", "The values of placeholders"),
    ("Fault", "A fault"),
];

/// Types that need no heading of their own, in words.
const WORDS: [(&str, &str); 5] = [
    ("FaultEntry", "[fault](faults.md) or name of one"),
    ("FaultSet", "[fault](faults.md), name of one, or list of them"),
    ("HttpVersionName", "`1.1`, `2`"),
    ("Listen", "whole number or text"),
    ("SloType", "`latency`, `error`"),
];

/// The page.
pub(super) fn page(schema: &Value) -> String {
    let mut page = format!(
        "{MADE}# Scenario files: reference\n\n\
         A scenario file is YAML, or JSON, with one scenario or several documents with one each, \
         separated by `---`.\n\
         What can be said in it is told by example in [Scenario files](../scenario-files.md).\n\
         The same as a JSON Schema: [scenario.schema.json](../schemas/scenario.schema.json). An \
         editor checks a file against it that begins with this line:\n\n\
         ```yaml\n# yaml-language-server: $schema=PATH/scenario.schema.json\n```\n\n\
         A key that is not on this page is an error. An optional key that is empty or `null` counts \
         as not given.\n\
         Numbers may stand in quotes, texts without them where YAML takes them for numbers.\n\
         A duration is text such as `500ms`, `10s` or `2m 30s`, or a number of seconds.\n"
    );
    for (name, title) in OBJECTS {
        match name {
            "" => page.push_str(&section(title, schema)),
            "Strategy" => page.push_str(&strategies(title, &schema["$defs"][name])),
            "Fault" => page.push_str(&faults(title, &schema["$defs"][name])),
            _ => page.push_str(&section(title, &schema["$defs"][name])),
        }
    }
    page
}

/// The types that the page does not tell of.
pub(super) fn untold(schema: &Value) -> Vec<String> {
    let told = |name: &String| OBJECTS.iter().chain(&WORDS).any(|(other, _)| other == name);
    let definitions = schema["$defs"].as_object().into_iter().flatten();
    definitions.map(|(name, _)| name.clone()).filter(|name| !told(name)).collect()
}

fn section(title: &str, object: &Value) -> String {
    format!("\n## {title}\n\n{}\n\n{}", words::about(object), table(object))
}

fn strategies(title: &str, strategy: &Value) -> String {
    let mut text = format!("\n## {title}\n\n{} Its `mode` says which:\n", words::about(strategy));
    for object in strategy["oneOf"].as_array().into_iter().flatten() {
        let mode = object["properties"]["mode"]["const"].as_str().unwrap_or_default();
        let about = words::about(object);
        text.push_str(&format!("\n### mode: {mode}\n\n{about}\n\n{}", table(object)));
    }
    text
}

fn faults(title: &str, fault: &Value) -> String {
    let kinds = fault["oneOf"].as_array().into_iter().flatten();
    let kinds: Vec<_> = kinds
        .filter_map(|kind| kind["properties"]["type"]["enum"][0].as_str())
        .map(|kind| format!("`{kind}`"))
        .collect();
    format!(
        "\n## {title}\n\n{} Its `type` is one of {}; the settings of each are told in \
         [Faults](faults.md).\n\n\
         Where faults are listed, the name of one under `faults` of the scenario may stand instead. \
         A name may stand for several faults, and for other names.\n",
        words::about(fault),
        kinds.join(", "),
    )
}

fn table(object: &Value) -> String {
    let properties = object["properties"].as_object().into_iter().flatten();
    let rows = properties.map(|(name, schema)| {
        let (about, absent) = told_default(&words::about(schema));
        let absent = match absent {
            _ if words::is_required(object, name) => "required".to_owned(),
            Some(absent) => absent,
            None => default(schema),
        };
        row(&[&format!("`{name}`"), &kind(schema), &absent, &about])
    });
    let rows: String = rows.collect();
    format!("{}{rows}", head(&["key", "value", "if not given", "meaning"]))
}

/// The meaning, and what it says of the key's absence.
fn told_default(about: &str) -> (String, Option<String>) {
    let Some((before, after)) = about.split_once(" if not given") else {
        return (about.to_owned(), None);
    };
    let Some((meaning, absent)) = before.rsplit_once("; ") else {
        return (about.to_owned(), None);
    };
    (format!("{meaning}{after}"), Some(absent.to_owned()))
}

fn default(schema: &Value) -> String {
    match schema.get("default") {
        None | Some(Value::Null | Value::Object(_)) => "-".to_owned(),
        Some(Value::Array(list)) if list.is_empty() => "none".to_owned(),
        Some(value) => format!("`{value}`"),
    }
}

/// What kind of value a key takes, with a link to what is told of it.
fn kind(schema: &Value) -> String {
    if let Some(name) = definition(schema) {
        let heading = OBJECTS.iter().find(|(other, _)| *other == name);
        let words = WORDS.iter().find(|(other, _)| *other == name);
        return match (words, heading) {
            (Some((_, words)), _) => (*words).to_owned(),
            (None, Some((_, title))) => {
                let words = title.split_once(' ').map_or(*title, |(_, words)| words);
                format!("[{}](#{})", words.to_lowercase(), title.to_lowercase().replace(' ', "-"))
            }
            (None, None) => name.to_owned(),
        };
    }
    match schema["$ref"].as_str() {
        Some("#/properties/items") => return format!("list of {}", kind(&reference("Item"))),
        Some("#/$defs/Context/properties/slo") => {
            return format!("list of {}", kind(&reference("Slo")));
        }
        _ => {}
    }
    if let Some(only) = schema["const"].as_str() {
        return format!("`{only}`");
    }
    if schema["items"].is_object() {
        return format!("list of {}", kind(&schema["items"]));
    }
    let types: Vec<_> = schema["type"].as_array().into_iter().flatten().collect();
    let is_one_of = |name: &str| types.iter().any(|other| *other == name);
    if schema["additionalProperties"].is_object() {
        return format!("mapping of names to {}", kind(&schema["additionalProperties"]));
    }
    match (is_one_of("string"), is_one_of("number"), is_one_of("boolean")) {
        (true, true, false) => "duration".to_owned(),
        (true, true, true) => "text".to_owned(),
        _ => words::kind(schema),
    }
}

fn reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/$defs/{name}") })
}

/// The name of the type that a schema refers to, `null` aside.
fn definition(schema: &Value) -> Option<&str> {
    let other = schema["anyOf"].as_array().into_iter().flatten();
    let reference =
        std::iter::once(schema).chain(other).find_map(|schema| schema["$ref"].as_str())?;
    let name = reference.strip_prefix("#/$defs/")?;
    (!name.contains('/')).then_some(name)
}
