//! An outline in words.

use std::fmt::{Display, Formatter, Result};

use fault_indexer::{
    FunctionKind,
    outline::{FileOutline, FunctionOutline, RemoteOutline},
    project::{CallOutline, FunctionCalls, Place, TreeOutline},
};

use super::Output;

/// How many functions that a call may mean are told.
const MEANT: usize = 3;

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(file) = &self.file {
            write_file(f, file)?;
        }
        if let Some(tree) = &self.tree {
            write_tree(f, tree)?;
        }
        for (index, function) in self.functions.iter().flatten().enumerate() {
            f.write_str(if index == 0 { "" } else { "\n" })?;
            write_calls(f, function)?;
        }
        match self.left_out {
            0 => Ok(()),
            more => writeln!(
                f,
                "({more} entries are left out: raise `limit`, or name a folder or a file below)"
            ),
        }
    }
}

fn write_file(f: &mut Formatter<'_>, file: &FileOutline) -> Result {
    let FileOutline { path, language, lines, function_count, .. } = file;
    let functions = counted(*function_count, "function");
    writeln!(f, "{path}: {language}, {}, {functions}", counted(*lines, "line"))?;
    if file.broken {
        writeln!(f, "a part of it could not be parsed; it may hold more than this")?;
    }
    if !file.imports.is_empty() {
        writeln!(f, "imports {}", file.imports.join(", "))?;
    }
    let scopes = file.scopes.iter().map(|scope| {
        let line = format!("{}-{}  scope {}\n", scope.first_line, scope.last_line, scope.name);
        (scope.first_line, line)
    });
    let functions = file.functions.iter().map(|it| (it.first_line, function_lines(it)));
    let mut parts: Vec<(usize, String)> = scopes.chain(functions).collect();
    parts.sort_by_key(|(line, _)| *line);
    parts.iter().try_for_each(|(_, text)| f.write_str(text))?;
    file.remote_calls.iter().try_for_each(|call| writeln!(f, "{}", remote(call)))
}

fn function_lines(function: &FunctionOutline) -> String {
    let FunctionOutline { first_line, last_line, .. } = function;
    let mut text = format!("{first_line}-{last_line}  {}\n", titled(function));
    for call in &function.remote_calls {
        text += &format!("    {}\n", remote(call));
    }
    text
}

fn titled(function: &FunctionOutline) -> String {
    let kind = match function.kind {
        FunctionKind::Function => "function",
        FunctionKind::Method => "method",
        FunctionKind::Closure => "closure",
    };
    let sort = if function.is_async { "async " } else { "" };
    format!("{sort}{kind} {}", function.name)
}

/// A call that leaves the process.
fn remote(call: &RemoteOutline) -> String {
    let RemoteOutline { kind, library, call, line } = call;
    format!("line {line}: {} call {call} ({library})", kind.name())
}

fn write_tree(f: &mut Formatter<'_>, tree: &TreeOutline) -> Result {
    if tree.languages.is_empty() {
        return writeln!(f, "there is no source code");
    }
    for (language, count) in &tree.languages {
        let (files, lines) = (counted(count.files, "file"), counted(count.lines, "line"));
        writeln!(f, "{language}: {files}, {lines}, {}", counted(count.functions, "function"))?;
    }
    // What somebody looks for first comes first.
    writeln!(f)?;
    write_list(f, "calls that leave the process", &tree.remote_calls, |place| {
        let function = place.function.as_deref().map(|name| format!(" in {name}"));
        format!("{}{} {}", place.path, function.unwrap_or_default(), remote(&place.call))
    })?;
    writeln!(f)?;
    write_list(f, "files (lines, functions, calls that leave the process)", &tree.files, |file| {
        format!("{} ({}, {}, {})", file.path, file.lines, file.functions, file.remote_calls)
    })
}

fn write_calls(f: &mut Formatter<'_>, calls: &FunctionCalls) -> Result {
    let FunctionCalls { path, function, calls, callers } = calls;
    let FunctionOutline { first_line, last_line, remote_calls, .. } = function;
    writeln!(f, "{} in {path}:{first_line}-{last_line}", titled(function))?;
    write_list(f, "called by name from", callers, place)?;
    write_list(f, "calls", calls, call)?;
    write_list(f, "calls that leave the process", remote_calls, remote)
}

fn write_list<T>(
    f: &mut Formatter<'_>,
    title: &str,
    list: &[T],
    line: impl Fn(&T) -> String,
) -> Result {
    if list.is_empty() {
        return writeln!(f, "{title}: none");
    }
    writeln!(f, "{title}")?;
    list.iter().try_for_each(|entry| writeln!(f, "  {}", line(entry)))
}

fn place(place: &Place) -> String {
    let function = place.function.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    format!("{}:{}{function}", place.path, place.line)
}

fn call(call: &CallOutline) -> String {
    let CallOutline { call, line, defined } = call;
    let mut meant: Vec<String> = defined.iter().take(MEANT).map(place).collect();
    if defined.len() > MEANT {
        meant.push(format!("{} more", defined.len() - MEANT));
    }
    match meant.as_slice() {
        [] => format!("line {line}: {call}"),
        meant => format!("line {line}: {call} -> {}", meant.join(", ")),
    }
}

/// A number of things.
fn counted(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}
