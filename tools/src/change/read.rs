//! Reads unified diffs, also those of models: with wrong counts, without line numbers, in Markdown.

use diffy::Patch;

use super::{FileChange, Hunk, Line};
use crate::error::ToolError;

/// The name that stands for no file.
const NOTHING: &str = "/dev/null";

/// The error of a diff that cannot be read.
pub(super) fn bad(message: impl Into<String>) -> ToolError {
    ToolError::input("bad_diff", message).hint(
        "give a unified diff: lines `--- a/FILE` and `+++ b/FILE`, then hunks that begin with \
         `@@ -LINE,COUNT +LINE,COUNT @@`",
    )
}

/// What a diff does, file by file.
pub(super) fn diff(text: &str) -> Result<Vec<FileChange>, ToolError> {
    let mut reader = Reader::of(text);
    let mut changes: Vec<FileChange> = Vec::new();
    while let Some(line) = reader.line() {
        if line.starts_with("diff --git ") {
            changes.push(reader.git_file()?);
        } else if reader.at_names() {
            changes.push(reader.file()?);
        } else if line.starts_with("@@") {
            let number = reader.at + 1;
            let orphan =
                || bad(format!("line {number}: a hunk stands before the name of its file"));
            changes.last_mut().ok_or_else(orphan)?.hunks.push(reader.hunk()?);
        } else {
            reader.at += 1;
        }
    }
    // A header of git that says nothing of a change, such as that of a file of which nothing is left.
    changes.retain(|change| !change.path().is_empty());
    if changes.is_empty() {
        return Err(bad("there is no change in the diff"));
    }
    check(&changes)?;
    Ok(changes)
}

fn check(changes: &[FileChange]) -> Result<(), ToolError> {
    let mut seen: Vec<&str> = Vec::new();
    for change in changes {
        for path in [change.old.as_deref(), change.new.as_deref()].into_iter().flatten() {
            inside(path)?;
        }
        let moves = change.old != change.new || change.executable.is_some();
        if change.hunks.is_empty() && !moves {
            return Err(bad(format!(
                "{}: the diff names the file and changes nothing",
                change.path()
            )));
        }
        if seen.contains(&change.path()) {
            let message = format!("{}: the diff names the file twice", change.path());
            return Err(bad(message).hint("put all hunks of a file below one header"));
        }
        seen.push(change.path());
    }
    Ok(())
}

/// Refuses a path that leads out of the tree, or into what belongs to git.
fn inside(path: &str) -> Result<(), ToolError> {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    let drive = parts.first().is_some_and(|first| first.ends_with(':'));
    let out = parts.iter().any(|part| part.is_empty() || *part == "..") || drive;
    let git = parts.iter().any(|part| part.eq_ignore_ascii_case(".git"));
    if out || git || path.contains('\0') {
        let shown: String = path.chars().filter(|c| !c.is_control()).take(200).collect();
        return Err(ToolError::input("diff_outside_tree", format!("the diff changes \"{shown}\""))
            .hint(
                "name files by their path from the top of the source tree, and none of git's own",
            ));
    }
    Ok(())
}

/// The lines of a diff, and how far they are read.
struct Reader<'a> {
    lines: Vec<&'a str>,
    at: usize,
    /// Whether its own lines end as those of Windows do: then the ends of lines say nothing.
    windows: bool,
}

/// What git says of a file before its hunks.
#[derive(Default)]
struct GitHeader {
    from: Option<String>,
    to: Option<String>,
    executable: Option<bool>,
    made: bool,
    deleted: bool,
}

impl<'a> Reader<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
        let header = |line: &&&str| line.starts_with("@@") || line.starts_with("+++ ");
        let windows = lines.iter().find(header).is_some_and(|line| line.ends_with('\r'));
        Self { lines, at: 0, windows }
    }

    fn line(&self) -> Option<&'a str> {
        self.line_at(self.at)
    }

    fn line_at(&self, at: usize) -> Option<&'a str> {
        let line = *self.lines.get(at)?;
        Some(if self.windows { line.strip_suffix('\r').unwrap_or(line) } else { line })
    }

    /// Whether the two lines with the names of a file are next.
    fn at_names(&self) -> bool {
        self.names_at(self.at)
    }

    fn names_at(&self, at: usize) -> bool {
        let begins =
            |at: usize, with: &str| self.line_at(at).is_some_and(|line| line.starts_with(with));
        begins(at, "--- ") && begins(at + 1, "+++ ")
    }

    /// Reads the two lines with the names of a file.
    fn file(&mut self) -> Result<FileChange, ToolError> {
        let (first, second) = (self.line().unwrap_or_default(), self.line_at(self.at + 1));
        let header = format!("{first}\n{}\n", second.unwrap_or_default());
        let names = Patch::from_str(&header)
            .map_err(|error| bad(format!("line {}: {error}", self.at + 1)))?;
        let name = |name: Option<&str>| {
            name.map(str::trim_end).filter(|name| *name != NOTHING).map(str::to_owned)
        };
        let (old, new) = stripped(name(names.original()), name(names.modified()));
        if old.is_none() && new.is_none() {
            return Err(bad(format!("line {}: neither file has a name", self.at + 1)));
        }
        self.at += 2;
        Ok(FileChange { old, new, executable: None, hunks: Vec::new() })
    }

    /// Reads what git says of a file, up to its hunks.
    fn git_file(&mut self) -> Result<FileChange, ToolError> {
        let first = self.line().unwrap_or_default();
        self.at += 1;
        let header = self.git_header()?;
        let mut change = match self.at_names() {
            true => self.file()?,
            false => without_hunks(first, &header)?,
        };
        change.executable = header.executable.filter(|_| change.new.is_some());
        Ok(change)
    }

    fn git_header(&mut self) -> Result<GitHeader, ToolError> {
        let mut header = GitHeader::default();
        while let Some(line) = self.line() {
            let number = self.at + 1;
            let ends = line.starts_with("diff --git ") || line.starts_with("@@");
            if ends || self.at_names() {
                break;
            }
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["rename", "from", ..] => {
                    header.from = Some(line["rename from ".len()..].to_owned());
                }
                ["rename", "to", ..] => header.to = Some(line["rename to ".len()..].to_owned()),
                ["new", "mode", mode] => header.executable = Some(executable(mode, number)?),
                ["new", "file", "mode", mode] => {
                    (header.made, header.executable) = (true, Some(executable(mode, number)?));
                }
                ["deleted", "file", "mode", _] => header.deleted = true,
                ["GIT", "binary", "patch"] | ["Binary", "files", ..] => {
                    return Err(bad(format!("line {number}: a file that is no text is changed")));
                }
                ["copy", "from", ..] => {
                    return Err(bad(format!("line {number}: a file is copied"))
                        .hint("make the diff without copies: `git diff --no-renames`"));
                }
                _ => {}
            }
            self.at += 1;
        }
        Ok(header)
    }

    fn hunk(&mut self) -> Result<Hunk, ToolError> {
        let header = self.line().unwrap_or_default();
        let numbers = numbers(header);
        let first = self.at + 1;
        let counted = numbers.and_then(|numbers| self.counted(first, numbers.counts));
        let recounted = counted.is_none();
        let (lines, next) = match counted {
            Some(counted) => counted,
            None => self.scanned(first)?,
        };
        if lines.is_empty() {
            return Err(bad(format!("line {first}: a hunk without lines")));
        }
        self.at = next;
        Ok(Hunk { start: numbers.map(|numbers| numbers.start), lines, recounted })
    }

    /// The lines of a hunk as its header counts them; none if they are more or less.
    fn counted(&self, first: usize, (old, new): (usize, usize)) -> Option<(Vec<Line>, usize)> {
        let (mut lines, mut at) = (Vec::new(), first);
        let (mut olds, mut news) = (0, 0);
        while olds < old
            || news < new
            || self.line_at(at).is_some_and(|line| line.starts_with('\\'))
        {
            if !self.take(at, &mut lines)? {
                at += 1;
                continue;
            }
            let line = lines.last()?;
            olds += usize::from(line.is_old());
            news += usize::from(line.is_new());
            at += 1;
        }
        let next = self.line_at(at).unwrap_or_default();
        let signature = next.trim_end() == "--";
        let more = next.starts_with([' ', '+', '-']) && !self.names_at(at) && !signature;
        (olds == old && news == new && !more).then_some((lines, at))
    }

    /// The lines of a hunk, as far as they look like some.
    fn scanned(&self, first: usize) -> Result<(Vec<Line>, usize), ToolError> {
        let (mut lines, mut at) = (Vec::new(), first);
        while let Some(line) = self.line_at(at) {
            if line.starts_with("@@") || line.starts_with("diff --git ") || self.names_at(at) {
                break;
            }
            if self.take(at, &mut lines).is_none() {
                if line.starts_with("```") || line.starts_with("~~~") {
                    break;
                }
                let message = format!(
                    "line {}: it is neither context (a space), nor added (+), nor removed (-)",
                    at + 1
                );
                return Err(bad(message));
            }
            at += 1;
        }
        // Empty lines at the end stand between hunks, and belong to none.
        let empty = |line: &Line| matches!(line, Line::Same(text) if text.trim().is_empty());
        let blank = |at: usize| self.line_at(at).is_some_and(str::is_empty);
        let mut end = at;
        while end > first && blank(end - 1) && lines.last().is_some_and(empty) {
            lines.pop();
            end -= 1;
        }
        Ok((lines, at))
    }

    /// Takes a line of a hunk; true if it was one of the file, none if it is none of a hunk.
    fn take(&self, at: usize, lines: &mut Vec<Line>) -> Option<bool> {
        let line = self.line_at(at)?;
        if line.starts_with('\\') {
            let last = lines.pop()?;
            let text = last.text().strip_suffix('\n').unwrap_or(last.text()).to_owned();
            lines.push(match last {
                Line::Same(_) => Line::Same(text),
                Line::Gone(_) => Line::Gone(text),
                Line::Added(_) => Line::Added(text),
            });
            return Some(false);
        }
        let text = |rest: &str| format!("{rest}\n");
        lines.push(match line.chars().next() {
            None => Line::Same(text("")),
            Some('\r') if line.len() == 1 => Line::Same(text(line)),
            Some(' ') => Line::Same(text(&line[1..])),
            Some('-') => Line::Gone(text(&line[1..])),
            Some('+') => Line::Added(text(&line[1..])),
            Some(_) => return None,
        });
        Some(true)
    }
}

/// What the header of a hunk says.
#[derive(Clone, Copy)]
struct Numbers {
    start: usize,
    counts: (usize, usize),
}

/// Reads `@@ -1,2 +3,4 @@`; none if it has other words in place of numbers.
fn numbers(header: &str) -> Option<Numbers> {
    let (ranges, _) = header.strip_prefix("@@ ")?.split_once(" @@")?;
    let (old, new) = ranges.trim().split_once(' ')?;
    let range = |text: &str| -> Option<(usize, usize)> {
        match text.split_once(',') {
            Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
            None => Some((text.parse().ok()?, 1)),
        }
    };
    let (start, olds) = range(old.strip_prefix('-')?)?;
    let (_, news) = range(new.trim().strip_prefix('+')?)?;
    Some(Numbers { start, counts: (olds, news) })
}

/// Names without the `a/` and `b/` that git puts before them.
fn stripped(old: Option<String>, new: Option<String>) -> (Option<String>, Option<String>) {
    let begins = |name: &Option<String>, with: &str| {
        name.as_deref().is_none_or(|name| name.starts_with(with))
    };
    let both = begins(&old, "a/") && begins(&new, "b/");
    let strip = |name: String| if both { name[2..].to_owned() } else { name };
    let plain = |name: String| name.strip_prefix("./").map_or(name.clone(), str::to_owned);
    (old.map(strip).map(plain), new.map(strip).map(plain))
}

fn without_hunks(first: &str, header: &GitHeader) -> Result<FileChange, ToolError> {
    let change = |old: Option<String>, new: Option<String>| FileChange {
        old,
        new,
        executable: None,
        hunks: Vec::new(),
    };
    if let (Some(from), Some(to)) = (&header.from, &header.to) {
        return Ok(change(Some(from.clone()), Some(to.clone())));
    }
    // `diff --git a/NAME b/NAME`: both names are the same, so that each is half of it.
    let names = first["diff --git ".len()..].trim_end();
    let half = names.len() / 2;
    let name = names.get(2..half).filter(|name| names == format!("a/{name} b/{name}"));
    let unreadable = || bad(format!("the names of \"{first}\" cannot be told apart"));
    let name = name.ok_or_else(unreadable)?.to_owned();
    Ok(match (header.made, header.deleted) {
        (true, _) => change(None, Some(name)),
        (_, true) => change(Some(name), None),
        _ => change(Some(name.clone()), Some(name)),
    })
}

fn executable(mode: &str, number: usize) -> Result<bool, ToolError> {
    match mode {
        "100644" => Ok(false),
        "100755" => Ok(true),
        _ => Err(bad(format!("line {number}: a link or a module of git is changed"))
            .hint("only files can be changed")),
    }
}
