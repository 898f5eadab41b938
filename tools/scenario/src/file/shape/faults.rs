//! Faults in a document: they are read by the engine, so that a mistake gets its words.

use fault_proxy::{Fault, fault};
use serde_json::{Map, Value};

use super::{Shape, join, words};
use crate::file::locate::{Content, Node};
use crate::file::problem::Wrong;
use crate::file::resolve::unknown_fault;

impl Shape<'_> {
    /// One fault or name, or a list of them.
    pub(super) fn fault_set(&mut self, node: &mut Node, path: &str) -> Value {
        let Content::List(nodes) = &mut node.content else { return self.fault_entry(node, path) };
        let mut list = Vec::new();
        for (index, node) in nodes.iter_mut().enumerate() {
            let path = format!("{path}[{index}]");
            self.note(&path, node);
            list.push(self.fault_entry(node, &path));
        }
        list.into()
    }

    /// A fault, or the name of one.
    pub(super) fn fault_entry(&mut self, node: &mut Node, path: &str) -> Value {
        let name = match &node.content {
            Content::Map(_) => return self.fault(node, path),
            Content::Text(name) => name.clone(),
            Content::Number(_) | Content::Bool(_) => words::shown(node, self.text),
            _ => return self.wrong(path, no_fault(&words::shown(node, self.text))),
        };
        if !self.names.contains(&name) {
            let wrong = unknown_fault(&name, self.names.iter().map(String::as_str));
            return self.wrong(path, wrong);
        }
        name.into()
    }

    /// A fault in full.
    pub(super) fn fault(&mut self, node: &mut Node, path: &str) -> Value {
        tag(node);
        let value = self.plain(node, path);
        if let Err(error) = Fault::from_value(&value) {
            let key = blamed(&value, &error.message)
                .map_or_else(|| path.to_owned(), |key| join(path, key));
            return self.wrong(&key, error.into());
        }
        value
    }

    /// A value as it is, with the places of its parts.
    fn plain(&mut self, node: &Node, path: &str) -> Value {
        match &node.content {
            Content::Null => Value::Null,
            Content::Bool(value) => (*value).into(),
            Content::Number(number) => number.clone().into(),
            Content::Text(text) => text.as_str().into(),
            Content::List(nodes) => {
                let each = nodes.iter().enumerate();
                each.map(|(index, node)| {
                    let path = format!("{path}[{index}]");
                    self.note(&path, node);
                    self.plain(node, &path)
                })
                .collect()
            }
            Content::Map(pairs) => {
                let mut object = Map::new();
                for (key, value) in pairs {
                    let path = join(path, &key.name);
                    self.places.note(&path, key.place);
                    object.insert(key.name.clone(), self.plain(value, &path));
                }
                object.into()
            }
        }
    }

    fn note(&mut self, path: &str, node: &Node) {
        self.places.note(path, node.place);
    }
}

/// Turns the form of the published schema into that of the published examples: `{Latency: {..}}` has its type
/// around it, and `global_` is `global`.
fn tag(node: &mut Node) {
    let place = node.place;
    let Some(pairs) = node.pairs() else { return };
    if pairs.iter().all(|(key, _)| key.name != "type") {
        let given: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_null()).collect();
        let [(key, inner)] = given[..] else { return };
        let Some(entry) = fault::find(&key.name) else { return };
        let Content::Map(settings) = &inner.content else { return };
        let kind = super::pair("type", key.place, Node::text(place, entry.definition.kind));
        *pairs = std::iter::once(kind).chain(settings.iter().cloned()).collect();
    }
    let modern = pairs.iter().any(|(key, _)| key.name == "global");
    for (key, _) in pairs.iter_mut().filter(|(key, _)| key.name == "global_" && !modern) {
        key.name.pop();
    }
}

/// The key that an error of the engine is about: the first in backticks that the fault has, as a key or as a value.
fn blamed<'a>(fault: &'a Value, message: &str) -> Option<&'a str> {
    let keys = || fault.as_object().into_iter().flatten();
    let is = |word: &str, key: &str, value: &Value| key == word || value.as_str() == Some(word);
    let mut quoted = message.split('`').skip(1).step_by(2);
    quoted.find_map(|word| keys().find(|(key, value)| is(word, key, value))).map(|(key, _)| &**key)
}

fn no_fault(shown: &str) -> Wrong {
    Wrong {
        code: "invalid_fault",
        message: format!("a fault is a mapping with a `type`, or the name of one, not {shown}"),
        hint: "write `- type: latency` and its settings below, indented".to_owned(),
    }
}
