//! Whether a document has the shape of a scenario: lenient in form, exact in errors.
//!
//! The schema says what is wanted. Whatever has one obvious meaning is taken for it, such as `"500"` for a number;
//! of the rest all is told that is wrong, each with its key and the nearest that is known.

use serde_json::{Map, Value};

use super::locate::{Content, Key, Node, Place, Places};
use super::problem::{FileProblem, Wrong, nearest};
use super::schema::{self, SCHEMA};

mod faults;
mod older;
mod scalar;
mod words;

use words::misfit;

/// A document while it is read.
pub(super) struct Shape<'a> {
    text: &'a str,
    source: &'a str,
    /// The names under `faults` of the scenario.
    names: Vec<String>,
    places: Places,
    problems: Vec<FileProblem>,
}

impl<'a> Shape<'a> {
    /// For a document of this file.
    pub(super) fn new(text: &'a str, source: &'a str) -> Self {
        let (names, places, problems) = (Vec::new(), Places::default(), Vec::new());
        Self { text, source, names, places, problems }
    }

    /// The document as the types want it. Where something is wrong there is `null`.
    pub(super) fn document(&mut self, node: &mut Node) -> Value {
        self.places.note("", node.place);
        if let Some(Content::Map(pairs)) = node.get("faults").map(|node| &node.content) {
            self.names = pairs.iter().map(|(key, _)| key.name.clone()).collect();
        }
        self.object(node, "Scenario", &SCHEMA, "")
    }

    /// Where everything stands, and what is wrong.
    pub(super) fn finish(self) -> (Places, Vec<FileProblem>) {
        (self.places, self.problems)
    }

    /// Keeps a problem with a key, at its place or the nearest around it.
    pub(super) fn wrong(&mut self, path: &str, wrong: Wrong) -> Value {
        self.wrong_at(path, self.places.at(path), wrong)
    }

    fn wrong_at(&mut self, path: &str, place: Option<Place>, wrong: Wrong) -> Value {
        self.problems.push(wrong.at(path, place, self.source));
        Value::Null
    }

    /// Reads a value by the schema of its key.
    fn fit(&mut self, node: &mut Node, wanted: &Value, path: &str) -> Value {
        let (name, definition) = schema::resolved(wanted);
        let name = name.unwrap_or_default();
        match name {
            "Fault" => return self.fault(node, path),
            "FaultEntry" => return self.fault_entry(node, path),
            "FaultSet" => return self.fault_set(node, path),
            "Strategy" => return self.strategy(node, definition, path),
            "Listen" => return self.listen(node, wanted, path),
            _ => {}
        }
        match schema::kind(definition) {
            "object" if schema::properties(definition).is_some() => {
                self.object(node, name, definition, path)
            }
            "object" => self.map(node, wanted, definition, path),
            "array" => self.list(node, wanted, definition, path),
            _ => {
                let read = scalar::read(node, definition, self.text);
                read.unwrap_or_else(|| self.misfit(node, wanted, definition, path))
            }
        }
    }

    fn misfit(&mut self, node: &Node, wanted: &Value, definition: &Value, path: &str) -> Value {
        self.wrong(path, misfit(node, wanted, definition, path, self.text))
    }

    /// An object with keys of its own.
    fn object(&mut self, node: &mut Node, name: &str, definition: &Value, path: &str) -> Value {
        self.modernise(node, name, path);
        let Some(properties) = schema::properties(definition) else { return Value::Null };
        if node.pairs().is_none() {
            return self.misfit(node, definition, definition, path);
        }
        let mut object = Map::new();
        for (key, value) in node.pairs().into_iter().flatten() {
            let path = join(path, &key.name);
            let required = schema::is_required(definition, &key.name);
            let Some(wanted) = properties.get(&key.name) else {
                let wrong = words::unknown(&key.name, name, properties);
                self.wrong_at(&path, Some(key.place), wrong);
                continue;
            };
            self.places.note(&path, key.place);
            // What is empty and optional was not given.
            if value.is_null() && !required {
                continue;
            }
            object.insert(key.name.clone(), self.fit(value, wanted, &path));
        }
        for (key, wanted) in properties {
            if schema::is_required(definition, key) && !object.contains_key(key) {
                let path = join(path, key);
                self.wrong(&path, words::missing(key, wanted));
            }
        }
        Value::Object(object)
    }

    /// An object whose keys are names.
    fn map(&mut self, node: &mut Node, wanted: &Value, definition: &Value, path: &str) -> Value {
        let each = &definition["additionalProperties"];
        if node.pairs().is_none() {
            return self.misfit(node, wanted, definition, path);
        }
        let mut object = Map::new();
        for (key, value) in node.pairs().into_iter().flatten() {
            if key.name.trim().is_empty() {
                self.wrong_at(path, Some(key.place), words::nameless());
                continue;
            }
            let path = join(path, &key.name);
            self.places.note(&path, key.place);
            object.insert(key.name.clone(), self.fit(value, each, &path));
        }
        Value::Object(object)
    }

    fn list(&mut self, node: &mut Node, wanted: &Value, definition: &Value, path: &str) -> Value {
        let each = &definition["items"];
        if let Content::Text(text) = &node.content
            && schema::kind(each) == "string"
        {
            return Value::from(vec![text.as_str()]);
        }
        let least = definition["minItems"].as_u64().unwrap_or_default();
        let Content::List(nodes) = &mut node.content else {
            return self.misfit(node, wanted, definition, path);
        };
        if (nodes.len() as u64) < least {
            return self.misfit(node, wanted, definition, path);
        }
        let mut list = Vec::new();
        for (index, node) in nodes.iter_mut().enumerate() {
            let path = format!("{path}[{index}]");
            self.places.note(&path, node.place);
            list.push(self.fit(node, each, &path));
        }
        list.into()
    }

    /// One of several objects, told apart by their `mode`.
    fn strategy(&mut self, node: &mut Node, definition: &Value, path: &str) -> Value {
        self.modernise(node, "Strategy", path);
        let modes = definition["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
        let known = || modes.iter().filter_map(|mode| mode["properties"]["mode"]["const"].as_str());
        if node.pairs().is_none() {
            let first = modes.first().unwrap_or(&Value::Null);
            return self.misfit(node, definition, first, path);
        }
        let given = node.get("mode").filter(|mode| !mode.is_null());
        let key = join(path, "mode");
        let Some(given) = given else {
            let list = known().collect::<Vec<_>>().join(", ");
            let message = "`mode` is missing".to_owned();
            let hint = format!("set `mode` to one of {list}");
            return self.wrong(&key, Wrong { code: "missing_key", message, hint });
        };
        let place = given.place;
        let said = words::shown(given, self.text);
        let Some(mode) = known().find(|mode| mode.eq_ignore_ascii_case(&said)) else {
            let hint = nearest(&said, known()).map_or_else(
                || words::EACH_MODE.to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let list = known().collect::<Vec<_>>().join(", ");
            let message = format!("`mode` must be one of {list}, not `{said}`");
            return self.wrong_at(
                &key,
                Some(place),
                Wrong { code: "invalid_value", message, hint },
            );
        };
        for (key, value) in node.pairs().into_iter().flatten() {
            if key.name == "mode" {
                *value = Node::text(value.place, mode);
            }
        }
        let chosen = modes.iter().find(|other| other["properties"]["mode"]["const"] == mode);
        self.object(node, mode, chosen.unwrap_or(&Value::Null), path)
    }

    /// A port, or an address with one.
    fn listen(&mut self, node: &Node, wanted: &Value, path: &str) -> Value {
        let port = match &node.content {
            Content::Number(number) => number.as_u64(),
            Content::Text(text) => match text.trim().parse() {
                Ok(port) => Some(port),
                Err(_) if !text.trim().is_empty() => return text.trim().into(),
                Err(_) => None,
            },
            _ => None,
        };
        match port.filter(|port| (1..=65_535).contains(port)) {
            Some(port) => port.into(),
            None => self.wrong(path, words::not_a_port(node, wanted, self.text)),
        }
    }
}

/// The path of a key.
fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A pair with a key that stands where another stood.
fn pair(name: &str, place: Place, value: Node) -> (Key, Node) {
    (Key { name: name.to_owned(), place }, value)
}
