//! What is at risk in files before and after a change.

use std::{
    fmt::{Display, Formatter},
    path::Path,
};

use fault_indexer::{Language, risk};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{change::tree::Edit, risks};

/// How many places at risk an answer lists.
const MOST: usize = 30;

/// How many files an answer lists.
const MOST_FILES: usize = 60;

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    /// It is there before and after.
    Changed,
    /// It is new.
    Made,
    /// It is gone.
    Deleted,
    /// It has another name.
    Renamed,
}

/// A file before and after a change.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct FileCheck {
    /// The file.
    pub(crate) file: String,
    /// What becomes of it.
    pub(crate) fate: Fate,
    /// Its language, if it is one that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// Whether all of it can be read as its language before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parsed_before: Option<bool>,
    /// The same after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parses: Option<bool>,
    /// Places at risk that went away.
    pub(crate) gone: Vec<Place>,
    /// Places at risk that are new.
    pub(crate) new: Vec<Place>,
    /// How many places at risk are as they were.
    pub(crate) kept: usize,
    /// The score before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<Weighed>,
    #[serde(skip)]
    counts: [Counted; 2],
}

/// A place at risk.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Place {
    /// The rule that it breaks, such as `no-timeout`.
    pub(crate) rule: String,
    /// How bad it is.
    pub(crate) severity: String,
    /// The file.
    pub(crate) file: String,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The function that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<String>,
    /// Its first line of code.
    pub(crate) code: String,
    /// What to do about it.
    pub(crate) fix: String,
}

/// A score before and after.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Weighed {
    /// Before.
    pub(crate) before: f64,
    /// After.
    pub(crate) after: f64,
}

/// What a score is made of.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    severities: [usize; 4],
    remote_calls: usize,
}

/// What is at risk in one text of a file.
#[derive(Default)]
struct Side {
    parses: bool,
    places: Vec<Place>,
    counted: Counted,
}

impl Weighed {
    fn of(before: Counted, after: Counted) -> Self {
        let score = |counted: Counted| {
            let score = risk::Score::of(counted.severities, counted.remote_calls).score;
            (score * 10_000.0).round() / 10_000.0
        };
        Self { before: score(before), after: score(after) }
    }
}

impl Counted {
    fn plus(self, other: Self) -> Self {
        let mut sum = self;
        sum.remote_calls += other.remote_calls;
        sum.severities.iter_mut().zip(other.severities).for_each(|(one, more)| *one += more);
        sum
    }
}

/// The files of a change before and after.
pub(crate) fn checks(edits: &[Edit]) -> Vec<FileCheck> {
    edits.iter().map(check).collect()
}

/// The score of all files together; none if none of them can be read.
pub(crate) fn weighed(files: &[FileCheck]) -> Option<Weighed> {
    let sum = |side: usize| {
        files.iter().map(|file| file.counts[side]).fold(Counted::default(), Counted::plus)
    };
    files.iter().any(|file| file.language.is_some()).then(|| Weighed::of(sum(0), sum(1)))
}

/// Leaves out of files what is too much for an answer; how many places that are. Places that are new
/// come first.
pub(crate) fn kept_small(files: &mut Vec<FileCheck>) -> usize {
    let mut room = MOST;
    let mut left_out = 0;
    let mut keep = |places: &mut Vec<Place>| {
        left_out += places.len().saturating_sub(room);
        places.truncate(room);
        room -= places.len();
    };
    files.iter_mut().for_each(|file| keep(&mut file.new));
    files.iter_mut().for_each(|file| keep(&mut file.gone));
    // Files that nothing can be said of go first.
    if files.len() > MOST_FILES {
        files.sort_by_key(|file| file.language.is_none());
        files.truncate(MOST_FILES);
    }
    left_out
}

fn check(edit: &Edit) -> FileCheck {
    let text = edit.new.as_deref().or(edit.old.as_deref()).unwrap_or_default();
    let first_line = text.lines().next().unwrap_or_default();
    let language = Language::of_file(Path::new(&edit.path), first_line);
    let side = |path: &str, text: &Option<String>| match (text, language) {
        (Some(text), Some(language)) => Some(Side::of(path, text, language)),
        _ => None,
    };
    let before = side(edit.old_path.as_deref().unwrap_or(&edit.path), &edit.old);
    let after = side(&edit.path, &edit.new);
    let parses = |side: &Option<Side>| side.as_ref().map(|side| side.parses);
    let (parsed_before, parses) = (parses(&before), parses(&after));
    let (mut before, mut after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let counts = [before.counted, after.counted];
    let all = before.places.len();
    matched(&mut before.places, &mut after.places);
    FileCheck {
        file: edit.path.clone(),
        fate: match (&edit.old_path, &edit.new) {
            (None, _) => Fate::Made,
            (_, None) => Fate::Deleted,
            (Some(old), _) if *old != edit.path => Fate::Renamed,
            _ => Fate::Changed,
        },
        language: language.map(|language| language.name.to_owned()),
        parsed_before,
        parses,
        kept: all - before.places.len(),
        gone: before.places,
        new: after.places,
        score: language.map(|_| Weighed::of(counts[0], counts[1])),
        counts,
    }
}

impl Side {
    fn of(path: &str, text: &str, language: &'static Language) -> Self {
        let findings = risk::find(text, language);
        let remote_calls = findings.module.remote_calls.len();
        let severities = risk::score(&findings.found, remote_calls, None).counts;
        let places = risks::of(path, text, &findings).into_iter().map(|risk| Place {
            rule: risk.rule,
            severity: risk.severity.name().to_owned(),
            file: risk.file,
            line: risk.first_line,
            function: risk.function,
            code: risk.code,
            fix: risk.fix,
        });
        Self {
            parses: !findings.module.broken,
            places: places.collect(),
            counted: Counted { severities, remote_calls },
        }
    }
}

/// Takes out the places that are in both: first those with the same code, then those that break the
/// same rule in the same function. Lines say nothing: a change moves them.
fn matched(before: &mut Vec<Place>, after: &mut Vec<Place>) {
    let function = |one: &Place, other: &Place| {
        let name = |place: &Place| {
            // `name@line` tells functions of one name apart, by a line that moves.
            let name = place.function.as_deref().unwrap_or_default();
            name.split('@').next().unwrap_or_default().to_owned()
        };
        one.rule == other.rule && name(one) == name(other)
    };
    let code = |one: &Place, other: &Place| function(one, other) && one.code == other.code;
    take_out(before, after, code);
    take_out(before, after, function);
}

fn take_out(
    before: &mut Vec<Place>,
    after: &mut Vec<Place>,
    same: impl Fn(&Place, &Place) -> bool,
) {
    before.retain(|one| {
        let at = after.iter().position(|other| same(one, other));
        at.is_none_or(|at| {
            after.remove(at);
            false
        })
    });
}

/// A line for each place.
pub(crate) fn found_lines(places: &[Place], sign: char) -> String {
    let line = |place: &Place| {
        let function = place.function.as_ref().map(|name| format!(" in {name}"));
        let Place { rule, severity, file, line, code, .. } = place;
        let place = format!("{file}:{line}{}", function.unwrap_or_default());
        format!("\n{sign} {rule} ({severity}) {place}: {code}")
    };
    places.iter().map(line).collect()
}

impl Display for FileCheck {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let fate = match self.fate {
            Fate::Changed => "changed",
            Fate::Made => "new",
            Fate::Deleted => "deleted",
            Fate::Renamed => "renamed",
        };
        write!(f, "{} ({fate})", self.file)?;
        match (self.parsed_before, self.parses) {
            (Some(true) | None, Some(false)) => write!(f, ": does not parse any more")?,
            (Some(false), Some(false)) => write!(f, ": does not parse, as before")?,
            (_, Some(true)) => write!(f, ": parses")?,
            (_, None) if self.language.is_none() => write!(f, ": not read, no known language")?,
            _ => {}
        }
        self.score.iter().try_for_each(|score| write!(f, "; {score}"))?;
        f.write_str(&found_lines(&self.gone, '-'))?;
        f.write_str(&found_lines(&self.new, '+'))?;
        for place in &self.new {
            write!(f, "\n  fix {}: {}", place.rule, place.fix)?;
        }
        match (self.language.is_some(), self.gone.len() + self.new.len(), self.kept) {
            (false, ..) | (_, 0, 0) => Ok(()),
            (_, 0, kept) => write!(f, "\n{kept} places at risk are as they were"),
            (_, _, kept) => write!(f, "\n{kept} more are as they were"),
        }
    }
}

impl Display for Weighed {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "score {:.2} before, {:.2} after", self.before, self.after)
    }
}
