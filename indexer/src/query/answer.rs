//! What a question is answered with, as data and as text.

use std::{borrow::Cow, fmt};

use serde_json::Value;

/// The most characters of a value in a text; data has them all.
const WIDEST: usize = 80;

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Answer {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a value for every column: numbers, texts, true or false, or null. Of
    /// bytes there is only how many they are.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than these.
    pub truncated: bool,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<Vec<Cow<'_, str>>> =
            self.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let widths: Vec<usize> = self.widths(&rows);
        let names: Vec<Cow<'_, str>> = self.columns.iter().map(|name| shorten(name)).collect();
        let rules: Vec<Cow<'_, str>> =
            widths.iter().map(|width| Cow::Owned("-".repeat(*width))).collect();
        let numeric: Vec<bool> = (0..names.len()).map(|column| self.is_numeric(column)).collect();
        for row in [&names, &rules].into_iter().chain(&rows) {
            let mut line = String::new();
            for ((cell, width), right) in row.iter().zip(&widths).zip(&numeric) {
                let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
                let (before, after) =
                    if *right { (gap, String::new()) } else { (String::new(), gap) };
                line.push_str(&format!("{before}{cell}{after}  "));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        match (rows.len(), self.truncated) {
            (1, false) => write!(f, "1 row"),
            (count, false) => write!(f, "{count} rows"),
            (count, true) => write!(f, "{count} rows, and there are more"),
        }
    }
}

impl Answer {
    fn widths(&self, rows: &[Vec<Cow<'_, str>>]) -> Vec<usize> {
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([shorten(&self.columns[column]).chars().count()]).max().unwrap_or_default()
        };
        (0..self.columns.len()).map(width).collect()
    }

    fn is_numeric(&self, column: usize) -> bool {
        let mut values = self.rows.iter().map(|row| &row[column]).filter(|value| !value.is_null());
        values.clone().next().is_some() && values.all(Value::is_number)
    }
}

fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => shorten(text),
        value => Cow::Owned(value.to_string()),
    }
}

/// A text on one line, and not too wide.
fn shorten(text: &str) -> Cow<'_, str> {
    if text.len() <= WIDEST && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut short = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == WIDEST {
            short.push('…');
            break;
        }
        if c.is_control() { short.extend(c.escape_default()) } else { short.push(c) }
    }
    Cow::Owned(short)
}

/// How bytes are shown.
pub(super) fn bytes(count: usize) -> Value {
    Value::String(format!("{count} bytes"))
}

/// A number with a point; what is none in JSON is a text.
pub(super) fn real(number: f64) -> Value {
    serde_json::Number::from_f64(number)
        .map_or_else(|| Value::String(number.to_string()), Value::Number)
}
