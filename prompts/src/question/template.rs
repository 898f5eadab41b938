//! How a question is put together: what is written in its file, and what it is asked about.

use std::sync::LazyLock;

use minijinja::{
    Environment, Error, Output, State, UndefinedBehavior,
    value::{Serde, Value},
};
use serde_json::Value as Json;

use super::data::{data, word};

/// The only template engine; it reads no files.
static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.add_filter("data", |text: &str| Value::from_safe_string(data(text)));
    engine.set_formatter(write);
    engine
});

/// A part of a question, with its arguments.
pub(super) fn render(part: &str, arguments: &Json) -> Result<String, Error> {
    ENGINE.render_str(part, Serde(arguments))
}

/// What did not go through `data` is a word of a sentence, whoever wrote it: on one line, and short.
fn write(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    let text = value.to_string();
    let written = if value.is_safe() { text } else { word(&text) };
    out.write_str(&written).map_err(Error::from)
}
