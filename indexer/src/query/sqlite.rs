//! Questions that SQLite answers.

use std::path::Path;

use rusqlite::{
    Connection, Error, ErrorCode, OpenFlags, Result, Statement,
    hooks::{AuthAction, AuthContext, Authorization},
    params_from_iter,
    types::{ToSqlOutput, Value as Owned, ValueRef},
};
use serde_json::Value;

use super::{Answer, Limits, Table, answer, failed, refused, timer, too_long};
use crate::store::StoreError;

/// The settings that may be read. The full text index looks at the first one by itself.
const PRAGMAS: [&str; 6] =
    ["data_version", "table_list", "table_info", "table_xinfo", "index_list", "index_info"];

pub(super) fn run(
    index: Option<&Path>,
    tables: &[Table],
    sql: &str,
    limits: Limits,
) -> std::result::Result<Answer, StoreError> {
    let mut connection = match index {
        Some(path) => open(path)?,
        None => Connection::open_in_memory().map_err(|error| failed(&error.to_string(), &[]))?,
    };
    let prepared = add(&connection, tables).and_then(|()| guard(&mut connection));
    prepared.map_err(|error| failed(&error.to_string(), &[]))?;
    let interrupt = connection.get_interrupt_handle();
    let (outcome, interrupted) =
        timer::within(limits.time, || interrupt.interrupt(), || ask(&connection, sql, limits.rows));
    outcome.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) if interrupted => too_long(limits),
        Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => {
            refused(&error.to_string())
        }
        _ => failed(&explain(&error), &known(&connection).unwrap_or_default()),
    })
}

/// Opens an index so that it can only be read.
fn open(path: &Path) -> std::result::Result<Connection, StoreError> {
    let error = |code, what: &str, hint: &str| StoreError {
        code,
        message: format!("the index {} {what}", path.display()),
        hint: hint.to_owned(),
    };
    if !path.exists() {
        return Err(error("no_index", "is not there", "`fault index DIR` makes one"));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE name IN ('meta', 'files', 'chunks')";
        let count: u32 = connection.query_row(sql, [], |row| row.get(0))?;
        Ok((connection, count == 3))
    });
    let other = "name another file with --index";
    match opened {
        Ok((connection, true)) => Ok(connection),
        Ok((_, false)) => Err(error("not_an_index", "is a database of something else", other)),
        Err(cause) => Err(match cause.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => error("not_an_index", "is no index", other),
            Some(ErrorCode::DatabaseCorrupt) => error(
                "index_damaged",
                &format!("is damaged: {cause}"),
                "`fault index DIR --rebuild` writes it anew",
            ),
            _ => error(
                "index_unusable",
                &format!("cannot be used: {cause}"),
                "see to it that the file and its folder may be read",
            ),
        }),
    }
}

/// Adds the tables that are given. They are kept in memory, beside the index.
fn add(connection: &Connection, tables: &[Table]) -> Result<()> {
    connection.execute_batch("PRAGMA temp_store = MEMORY; BEGIN;")?;
    for table in tables {
        let name = quoted(&table.name);
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
        let sql = format!("CREATE TEMP TABLE {name} ({})", columns.join(", "));
        connection.execute_batch(&sql)?;
        let marks = vec!["?"; table.columns.len()].join(", ");
        let sql = format!("INSERT INTO temp.{name} VALUES ({marks})");
        let mut insert = connection.prepare(&sql)?;
        for row in &table.rows {
            insert.execute(params_from_iter(row.iter().map(given)))?;
        }
    }
    connection.execute_batch("COMMIT")
}

/// A value of a table that is given.
fn given(value: &Value) -> ToSqlOutput<'_> {
    ToSqlOutput::Owned(match value {
        Value::Null => Owned::Null,
        Value::Bool(yes) => Owned::Integer((*yes).into()),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Owned::Integer(number),
            None => Owned::Real(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => return ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        list => Owned::Text(list.to_string()),
    })
}

/// From now on nothing can be done but to read what is there.
fn guard(connection: &mut Connection) -> Result<()> {
    connection.execute_batch("PRAGMA query_only = ON")?;
    connection.authorizer(Some(authorize))
}

fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Recursive | AuthAction::Read { .. } => {
            Authorization::Allow
        }
        AuthAction::Function { function_name } if function_name != "load_extension" => {
            Authorization::Allow
        }
        AuthAction::Pragma { pragma_name, .. } if PRAGMAS.contains(&pragma_name) => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

fn ask(connection: &Connection, sql: &str, limit: usize) -> Result<Answer> {
    let mut statement = connection.prepare(sql)?;
    if statement.column_count() == 0 {
        return Err(Error::InvalidQuery);
    }
    let columns = statement.column_names().map(str::to_owned).collect();
    let (rows, truncated) = rows(&mut statement, limit)?;
    Ok(Answer { columns, rows, truncated })
}

/// The first rows, and whether there are more.
fn rows(statement: &mut Statement<'_>, limit: usize) -> Result<(Vec<Vec<Value>>, bool)> {
    let columns = statement.column_count();
    let mut found = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        if rows.len() == limit {
            return Ok((rows, true));
        }
        rows.push(
            (0..columns).map(|column| row.get_ref(column).map(value)).collect::<Result<_>>()?,
        );
    }
    Ok((rows, false))
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => answer::real(number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => answer::bytes(bytes.len()),
    }
}

/// What is wrong with a question.
fn explain(error: &Error) -> String {
    match error {
        Error::InvalidQuery => "it asks for nothing".to_owned(),
        Error::MultipleStatement => "it is more than one statement".to_owned(),
        Error::SqlInputError { msg, sql, offset, .. } => {
            let at = usize::try_from(*offset).ok().and_then(|offset| sql.get(offset..));
            let line = at.and_then(|rest| rest.lines().next()).unwrap_or_default();
            if line.is_empty() { msg.clone() } else { format!("{msg}, at `{line}`") }
        }
        error => error.to_string(),
    }
}

/// The tables and views that can be asked, with their columns.
fn known(connection: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT one.name || ' (' || group_concat(field.name, ', ') || ')'
        FROM pragma_table_list AS one, pragma_table_info(one.name, one.schema) AS field
        WHERE one.type <> 'shadow' AND one.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        GROUP BY one.schema, one.name ORDER BY one.schema DESC, one.name";
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
