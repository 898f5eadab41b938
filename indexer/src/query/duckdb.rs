//! Questions that DuckDB answers.
//!
//! A question goes into the file as a text, to DuckDB's function `query`: it takes one SELECT and
//! nothing else, so a question cannot get out of where it is put.

use std::path::Path;

use duckdb::{
    Connection, Result, appender_params_from_iter,
    types::{Value as Known, ValueRef},
};
use serde_json::Value;

use super::{Answer, Limits, Table, answer, failed, refused, timer, too_long};
use crate::store::{
    StoreError,
    duckdb::{Access, check, message, open},
};

/// Functions that do more than ask. The first two run a text that could hide the others.
const REFUSED: [&str; 6] = [
    "query",
    "json_execute_serialized_sql",
    "enable_logging",
    "disable_logging",
    "checkpoint",
    "force_checkpoint",
];

pub(super) fn run(
    index: &Path,
    tables: &[Table],
    sql: &str,
    limits: Limits,
) -> std::result::Result<Answer, StoreError> {
    if let Some(function) = refused_function(sql) {
        return Err(refused(&format!("it calls {function}()")));
    }
    let handle = open(index, Access::Read)?;
    check(&handle)?;
    let connection = &handle.connection;
    let known = |connection| known(connection).unwrap_or_default();
    add(connection, tables).map_err(|error| failed(&message(&error), &[]))?;
    let interrupt = connection.interrupt_handle();
    let (outcome, interrupted) =
        timer::within(limits.time, || interrupt.interrupt(), || ask(connection, sql, limits.rows));
    outcome.map_err(|error| {
        let said = explain(&error);
        // What is left of a transaction that failed.
        let _ = connection.execute_batch("ROLLBACK");
        if interrupted && said.contains("INTERRUPT") {
            too_long(limits)
        } else if said.starts_with("Permission Error") || said.contains("single SELECT") {
            refused(&said)
        } else {
            failed(&said, &known(connection))
        }
    })
}

/// The function that is called, and may not be. In doubt something is taken for a call: what
/// follows the name may be a comment.
fn refused_function(sql: &str) -> Option<&'static str> {
    let sql = sql.to_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let calls = |name: &&&str| {
        sql.match_indices(**name).any(|(at, name)| {
            let after = &sql[at + name.len()..];
            let rest = after.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
            !sql[..at].ends_with(is_word)
                && ["(", "/*", "--"].iter().any(|opening| rest.starts_with(opening))
        })
    };
    REFUSED.iter().find(calls).copied()
}

/// Adds the tables that are given. They are kept in memory, beside the index.
fn add(connection: &Connection, tables: &[Table]) -> Result<()> {
    for table in tables {
        let column = |(column, name): (usize, &String)| {
            let mut values = table.rows.iter().filter_map(|row| row.get(column));
            format!("{} {}", quoted(name), type_of(&mut values))
        };
        let columns: Vec<String> = table.columns.iter().enumerate().map(column).collect();
        let name = quoted(&table.name);
        let sql = format!("CREATE OR REPLACE TEMP TABLE {name} ({})", columns.join(", "));
        connection.execute_batch(&sql)?;
        let mut appender = connection.appender_to_catalog_and_db(&table.name, "temp", "main")?;
        for row in &table.rows {
            appender.append_row(appender_params_from_iter(row.iter().map(given)))?;
        }
        appender.flush()?;
    }
    Ok(())
}

/// The type of a column that has these values.
fn type_of(values: &mut dyn Iterator<Item = &Value>) -> &'static str {
    let values: Vec<&Value> = values.filter(|value| !value.is_null()).collect();
    let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(|value| is(value));
    if all(Value::is_i64) {
        "BIGINT"
    } else if all(Value::is_number) {
        "DOUBLE"
    } else if all(Value::is_boolean) {
        "BOOLEAN"
    } else {
        "VARCHAR"
    }
}

/// A value of a table that is given.
fn given(value: &Value) -> Known {
    match value {
        Value::Null => Known::Null,
        Value::Bool(yes) => Known::Boolean(*yes),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Known::BigInt(number),
            None => Known::Double(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Known::Text(text.clone()),
        list => Known::Text(list.to_string()),
    }
}

fn ask(connection: &Connection, sql: &str, limit: usize) -> Result<Answer> {
    connection.execute_batch("BEGIN TRANSACTION READ ONLY")?;
    let question = format!("query('{}')", sql.replace('\'', "''"));
    let (columns, values) = columns(connection, &question)?;
    let names: Vec<String> = (0..columns.len()).map(|column| format!("c{column}")).collect();
    let sql = format!(
        "SELECT {} FROM {question} AS question({}) LIMIT {}",
        values.join(", "),
        names.join(", "),
        limit.saturating_add(1)
    );
    let mut statement = connection.prepare(&sql)?;
    let mut found = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let value = |column| row.get_ref(column).map(value);
        rows.push((0..columns.len()).map(value).collect::<Result<Vec<_>>>()?);
    }
    let truncated = rows.len() > limit;
    rows.truncate(limit);
    connection.execute_batch("COMMIT")?;
    Ok(Answer { columns, rows, truncated })
}

/// The names of an answer's columns, and how each is read.
fn columns(connection: &Connection, question: &str) -> Result<(Vec<String>, Vec<String>)> {
    let mut statement = connection.prepare(&format!("DESCRIBE SELECT * FROM {question}"))?;
    let mut found = statement.query([])?;
    let (mut names, mut values) = (Vec::new(), Vec::new());
    while let Some(row) = found.next()? {
        values.push(as_simple(&format!("c{}", names.len()), &row.get::<_, String>(1)?));
        names.push(row.get(0)?);
    }
    Ok((names, values))
}

/// A column as a number, a text, or true or false, whatever its type is.
fn as_simple(column: &str, of_type: &str) -> String {
    match of_type {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT"
        | "UINTEGER" | "UBIGINT" | "HUGEINT" | "FLOAT" | "DOUBLE" | "VARCHAR" => column.to_owned(),
        "BLOB" => format!("octet_length({column}) || ' bytes'"),
        decimal if decimal.starts_with("DECIMAL") => format!("{column}::DOUBLE"),
        vector if vector.starts_with("FLOAT[") => format!("len({column}::FLOAT[]) || ' numbers'"),
        _ => format!("{column}::VARCHAR"),
    }
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Boolean(yes) => yes.into(),
        ValueRef::TinyInt(number) => number.into(),
        ValueRef::SmallInt(number) => number.into(),
        ValueRef::Int(number) => number.into(),
        ValueRef::BigInt(number) => number.into(),
        ValueRef::UTinyInt(number) => number.into(),
        ValueRef::USmallInt(number) => number.into(),
        ValueRef::UInt(number) => number.into(),
        ValueRef::UBigInt(number) => number.into(),
        ValueRef::HugeInt(number) => {
            i64::try_from(number).map_or_else(|_| number.to_string().into(), Value::from)
        }
        ValueRef::Float(number) => answer::real(number.into()),
        ValueRef::Double(number) => answer::real(number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        // All others were made texts.
        _ => Value::Null,
    }
}

/// What is wrong with a question, without the text that it was put into.
fn explain(error: &duckdb::Error) -> String {
    let said = message(error);
    said.split("\n\nLINE ").next().unwrap_or_default().to_owned()
}

/// The tables that can be asked, with their columns.
fn known(connection: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT table_name || ' (' || string_agg(column_name, ', ' ORDER BY column_index)
            || ')'
        FROM duckdb_columns() WHERE NOT internal
        GROUP BY database_name, table_name ORDER BY database_name = 'temp' DESC, table_name";
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
