//! Finds where the hunks of a diff stand in a file.

use std::fmt::Write as _;

use super::{FileChange, Hunk, Line};
use crate::error::ToolError;

/// How much of a line is shown.
const SHOWN: usize = 120;

/// A diff whose hunks are where they say.
pub(super) struct Placed {
    /// As `diffy` reads it.
    pub(super) patch: String,
    pub(super) notes: Vec<String>,
    pub(super) moved: usize,
}

/// Puts each hunk where its lines stand.
pub(super) fn all(old: &str, change: &FileChange) -> Result<Placed, ToolError> {
    let lines: Vec<&str> = old.split_inclusive('\n').collect();
    let mut placed = Placed { patch: "--- old\n+++ new\n".to_owned(), notes: Vec::new(), moved: 0 };
    let (mut free, mut shift) = (0, 0_isize);
    for (index, hunk) in change.hunks.iter().enumerate() {
        let place = Place { change, number: index + 1, hunk, lines: &lines, free };
        let found = place.find()?;
        placed.tell(&place, found);
        let fitted = fitted(hunk, &lines[found..]);
        write_hunk(&mut placed.patch, &fitted, found, shift);
        let count = |of: fn(&Line) -> bool| fitted.iter().filter(|line| of(line)).count();
        let (olds, news) = (count(Line::is_old), count(Line::is_new));
        free = found + olds;
        shift += news.cast_signed() - olds.cast_signed();
    }
    Ok(placed)
}

impl Placed {
    fn tell(&mut self, place: &Place<'_>, found: usize) {
        let (path, number) = (place.change.path(), place.number);
        if place.stated().is_none_or(|stated| stated != found) {
            self.moved += 1;
            let said = match place.hunk.start {
                Some(start) => format!("line {start}"),
                None => "no line".to_owned(),
            };
            self.notes.push(format!(
                "{path}: hunk {number} says {said}; its lines stand at line {}",
                found + 1
            ));
        } else if place.hunk.recounted {
            self.notes.push(format!("{path}: the header of hunk {number} counts its lines wrong"));
        }
    }
}

/// What is looked for, and where.
struct Place<'a> {
    change: &'a FileChange,
    number: usize,
    hunk: &'a Hunk,
    lines: &'a [&'a str],
    /// The first line that no hunk before has taken.
    free: usize,
}

impl Place<'_> {
    fn old(&self) -> impl Iterator<Item = &str> + Clone {
        self.hunk.lines.iter().filter(|line| line.is_old()).map(Line::text)
    }

    /// Where the diff says that it stands, counted from 0. Without old lines it names the line before.
    fn stated(&self) -> Option<usize> {
        let start = self.hunk.start?;
        let bare = self.old().next().is_none();
        Some(if bare { start } else { start.saturating_sub(1) })
    }

    fn find(&self) -> Result<usize, ToolError> {
        if self.old().next().is_none() {
            let fits = |at: &usize| (self.free..=self.lines.len()).contains(at);
            // A file of which nothing is there has one place only.
            let only = (self.lines.is_empty()).then_some(0);
            return self.stated().filter(fits).or(only).ok_or_else(|| {
                self.refused("it has no line of the file, and does not stand inside of it")
            });
        }
        for equal in [exactly as fn(&str, &str) -> bool, but_for_its_end] {
            let at = |at: usize| self.matches(at, equal);
            if let Some(stated) = self.stated().filter(|stated| *stated >= self.free && at(*stated))
            {
                return Ok(stated);
            }
            let found: Vec<usize> =
                (self.free..self.lines.len()).filter(|from| at(*from)).collect();
            match found[..] {
                [] => {}
                [one] => return Ok(one),
                _ => return Err(self.ambiguous(&found)),
            }
        }
        Err(self.refused(&self.difference()))
    }

    fn matches(&self, at: usize, equal: fn(&str, &str) -> bool) -> bool {
        let here = self.lines.get(at..).unwrap_or_default();
        let mut old = self.old();
        let same = old.by_ref().zip(here).all(|(wanted, line)| equal(wanted, line));
        same && here.len() >= self.old().count()
    }

    fn ambiguous(&self, found: &[usize]) -> ToolError {
        let shown: Vec<String> = found.iter().take(5).map(|at| (at + 1).to_string()).collect();
        let more = if found.len() > shown.len() { ", ..." } else { "" };
        let message = format!(
            "{}: hunk {} fits at several places: lines {}{more}",
            self.change.path(),
            self.number,
            shown.join(", ")
        );
        ToolError::input("diff_ambiguous", message)
            .hint("name the right line in its `@@` header, or give it more lines of context")
    }

    fn refused(&self, why: &str) -> ToolError {
        let message = format!("{}: hunk {}: {why}", self.change.path(), self.number);
        ToolError::input("diff_does_not_apply", message)
            .hint("make the diff against the file as it is now, with its lines letter by letter")
    }

    /// The line that keeps it from the place where most of its lines stand.
    fn difference(&self) -> String {
        let agreeing = |at: usize| {
            let pairs = self.old().zip(&self.lines[at..]);
            pairs.take_while(|(wanted, line)| but_for_its_end(wanted, line)).count()
        };
        let stated = self.stated().unwrap_or(self.free);
        let best = (self.free..self.lines.len())
            .max_by_key(|at| (agreeing(*at), std::cmp::Reverse(at.abs_diff(stated))));
        let at = best.filter(|at| agreeing(*at) > 0).unwrap_or(stated);
        let same = self.lines.get(at..).map_or(0, |_| agreeing(at));
        let wanted = shown(self.old().nth(same).unwrap_or_default());
        match self.lines.get(at + same) {
            Some(line) => {
                let line = shown(line);
                format!("line {} of the file is `{line}`, the diff has `{wanted}`", at + same + 1)
            }
            None => format!("the file ends at line {}, the diff has `{wanted}`", self.lines.len()),
        }
    }
}

fn exactly(wanted: &str, line: &str) -> bool {
    wanted == line
}

/// Whether two lines differ only in how they end.
fn but_for_its_end(wanted: &str, line: &str) -> bool {
    fn bare(text: &str) -> &str {
        let text = text.strip_suffix('\n').unwrap_or(text);
        text.strip_suffix('\r').unwrap_or(text)
    }
    bare(wanted) == bare(line)
}

/// The lines of a hunk with the ends of line that the file has.
fn fitted(hunk: &Hunk, here: &[&str]) -> Vec<Line> {
    let old = hunk.lines.iter().filter(|line| line.is_old());
    let exact = old.zip(here).all(|(line, have)| line.text() == *have);
    if exact {
        return hunk.lines.clone();
    }
    let windows =
        here.iter().filter(|line| line.ends_with('\n')).all(|line| line.ends_with("\r\n"));
    let end = if windows && here.iter().any(|line| line.ends_with('\n')) { "\r\n" } else { "\n" };
    let mut file = here.iter();
    let mut lines = Vec::new();
    let last_new = hunk.lines.iter().rposition(Line::is_new);
    for (index, line) in hunk.lines.iter().enumerate() {
        let bare = line.text().trim_end_matches(['\n', '\r']);
        match line {
            Line::Added(text) if text.ends_with('\n') => {
                lines.push(Line::Added(format!("{bare}{end}")));
            }
            Line::Added(_) => lines.push(line.clone()),
            Line::Gone(_) => lines.extend(file.next().map(|have| Line::Gone((*have).to_owned()))),
            Line::Same(_) => {
                let Some(have) = file.next() else { continue };
                // What comes after the last line of a file needs that line to end.
                if have.ends_with('\n') || last_new == Some(index) {
                    lines.push(Line::Same((*have).to_owned()));
                } else {
                    lines.push(Line::Gone((*have).to_owned()));
                    lines.push(Line::Added(format!("{have}{end}")));
                }
            }
        }
    }
    lines
}

/// Writes a hunk as `diffy` reads it: it looks for the place at the number of the new file.
fn write_hunk(patch: &mut String, lines: &[Line], at: usize, shift: isize) {
    let count = |of: fn(&Line) -> bool| lines.iter().filter(|line| of(line)).count();
    let new = at.saturating_add_signed(shift) + 1;
    let (olds, news) = (count(Line::is_old), count(Line::is_new));
    // Writing into a string does not fail.
    let _ = writeln!(patch, "@@ -{},{olds} +{new},{news} @@", at + 1);
    for line in lines {
        let sign = match line {
            Line::Same(_) => ' ',
            Line::Gone(_) => '-',
            Line::Added(_) => '+',
        };
        patch.push(sign);
        patch.push_str(line.text());
        if !line.text().ends_with('\n') {
            patch.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// A line as it can be shown.
fn shown(line: &str) -> String {
    line.trim_end().chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}
