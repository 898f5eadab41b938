//! Older names and places of keys.

use super::{Shape, join, pair};
use crate::file::locate::{Key, Node};
use crate::file::problem::Wrong;

/// What a strategy was once told apart by.
const CLASSES: [(&str, &str); 2] =
    [("ScenarioRepeatItemCallStrategy", "repeat"), ("ScenarioLoadItemCallStrategy", "load")];

impl Shape<'_> {
    /// Gives the keys of an object the names and places they have today.
    pub(super) fn modernise(&mut self, node: &mut Node, name: &str, path: &str) {
        match name {
            "Scenario" => self.rename(node, "scenarios", "items", path),
            "Slo" => self.rename(node, "type", "slo_type", path),
            "Item" => self.move_objectives(node, path),
            "Strategy" => mode_of_class(node),
            _ => {}
        }
    }

    fn rename(&mut self, node: &mut Node, old: &str, new: &str, path: &str) {
        let both = node.get(new).is_some();
        let Some(pairs) = node.pairs() else { return };
        let Some(index) = pairs.iter().position(|(key, _)| key.name == old) else { return };
        if !both {
            new.clone_into(&mut pairs[index].0.name);
            return;
        }
        let (key, value) = pairs.remove(index);
        if !value.is_null() {
            self.twice(&key, new, path);
        }
    }

    /// The objectives of an item may stand beside its `context`, too.
    fn move_objectives(&mut self, node: &mut Node, path: &str) {
        let both = node.get("context").is_some_and(|context| context.get("slo").is_some());
        let Some(pairs) = node.pairs() else { return };
        let Some(index) = pairs.iter().position(|(key, _)| key.name == "slo") else { return };
        let (key, value) = pairs.remove(index);
        if both {
            return self.twice(&key, "context.slo", path);
        }
        let context = pairs.iter_mut().find(|(key, _)| key.name == "context");
        match context {
            Some((_, context)) if context.is_null() => {
                *context = Node::map(key.place, vec![(key, value)]);
            }
            // What is no map is told about where it stands.
            Some((_, context)) => {
                if let Some(pairs) = context.pairs() {
                    pairs.push((key, value));
                }
            }
            None => {
                let place = key.place;
                pairs.push(pair("context", place, Node::map(place, vec![(key, value)])));
            }
        }
    }

    fn twice(&mut self, old: &Key, new: &str, path: &str) {
        let wrong = Wrong {
            code: "conflicting_keys",
            message: format!("`{}` and `{new}` are the same, and both are given", old.name),
            hint: format!("keep `{new}`"),
        };
        self.wrong_at(&join(path, &old.name), Some(old.place), wrong);
    }
}

fn mode_of_class(node: &mut Node) {
    let has_mode = node.get("mode").is_some_and(|mode| !mode.is_null());
    let Some(pairs) = node.pairs() else { return };
    let class = |value: &Node| CLASSES.iter().find(|(class, _)| value.says(class));
    let found = pairs.iter().enumerate().find_map(|(index, (key, value))| {
        let (_, mode) = class(value).filter(|_| key.name == "type")?;
        Some((index, *mode))
    });
    let Some((index, mode)) = found else { return };
    let (key, _) = pairs.remove(index);
    if !has_mode {
        pairs.retain(|(key, _)| key.name != "mode");
        pairs.push(pair("mode", key.place, Node::text(key.place, mode)));
    }
}
