//! New code in the place of old: what a model wrote is put in order, judged, and compared.
//!
//! The difference is made here, so that it applies, and touches nothing but this text.

use std::collections::{BTreeSet, HashMap};

use fault_indexer::{Language, parse, risk};
use fault_prompts::{Secrets, plain};

use crate::change;

#[cfg(test)]
mod tests;

/// How much longer than the old code new code may be, in bytes beside four times as long.
const ROOM: usize = 20_000;

/// Words of a comment that stands for code which is left out.
const LEFT_OUT: [&str; 8] = [
    "existing",
    "rest of",
    "remaining",
    "unchanged",
    "same as",
    "as before",
    "omitted",
    "other code",
];

/// New code in the place of old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    /// The new code.
    pub(crate) new: String,
    /// The difference, as a unified diff; empty if there is none.
    pub(crate) diff: String,
}

/// What new code takes the place of.
pub(crate) struct Original<'a> {
    /// The old code.
    pub(crate) code: &'a str,
    /// Its language.
    pub(crate) language: &'static Language,
    /// The name that a diff gives it.
    pub(crate) name: &'a str,
    /// What was hidden from the model.
    pub(crate) secrets: &'a Secrets,
}

impl Original<'_> {
    /// The new code that a model answered, or what is wrong with it.
    pub(crate) fn revised(&self, answered: &str) -> Result<Revision, String> {
        if answered.trim().is_empty() {
            return Err("the new code is empty".to_owned());
        }
        if answered.len() > self.code.len() * 4 + ROOM {
            let (is, was) = (answered.len(), self.code.len());
            return Err(format!("the new code has {is} bytes, and the old code {was}"));
        }
        if is_diff(answered) {
            return Err("it is a diff, and the whole new code is wanted".to_owned());
        }
        let new = self.in_order(answered);
        if let Some(line) = self.left_out(&new) {
            return Err(format!("`{line}` leaves code out, and the whole new code is wanted"));
        }
        if parse(&new, self.language).broken && !parse(self.code, self.language).broken {
            return Err(format!("the new code is not {} that can be parsed", self.language.title));
        }
        let diff = change::unified(self.code, &new, self.name);
        Ok(Revision { new, diff })
    }

    /// What a model wrote, in the form that the old code has: no fence, its secrets, its
    /// indentation, its ends of lines, and lines that only seem changed as they were.
    fn in_order(&self, answered: &str) -> String {
        let text = plain(unfenced(answered)).replace("\r\n", "\n");
        let text = self.secrets.restore(&indented_as(&text, self.code));
        let seen: HashMap<String, &str> =
            self.code.lines().map(|line| (seen(line), line)).collect();
        let lines: Vec<&str> = text
            .trim_matches('\n')
            .lines()
            .map(|line| seen.get(line.trim_end()).copied().unwrap_or(line))
            .collect();
        let end = if self.code.contains("\r\n") { "\r\n" } else { "\n" };
        let before = self.code.len() - self.code.trim_start_matches('\n').len();
        let after = self.code.trim_end_matches(['\r', '\n']).len();
        format!("{}{}{}", &self.code[..before], lines.join(end), &self.code[after..])
    }

    /// A comment that stands for code which is left out.
    fn left_out(&self, new: &str) -> Option<String> {
        let dotted = |line: &&str| line.contains("...") || line.contains('\u{2026}');
        let comment =
            |line: &&str| ["#", "//", "/*", "<!--"].iter().any(|sign| line.contains(sign));
        let says = |line: &&str| {
            let line = line.to_ascii_lowercase();
            LEFT_OUT.iter().any(|words| line.contains(words))
        };
        let mut lines = new.lines().map(str::trim).filter(dotted).filter(comment).filter(says);
        lines.find(|line| !self.code.contains(line)).map(|line| line.chars().take(120).collect())
    }

    /// The rules that the old code broke and the new code does not, and the other way around.
    pub(crate) fn rules_changed(&self, new: &str, whole_file: bool) -> (Vec<String>, Vec<String>) {
        let broken = |code: &str| -> BTreeSet<&'static str> {
            let findings = match whole_file {
                true => risk::find(code, self.language),
                false => risk::find_in_piece(code, self.language),
            };
            findings.found.iter().map(|finding| finding.rule.id).collect()
        };
        let (old, new) = (broken(self.code), broken(new));
        let names = |names: &BTreeSet<&'static str>, but: &BTreeSet<&'static str>| {
            names.difference(but).map(|name| (*name).to_owned()).collect()
        };
        (names(&old, &new), names(&new, &old))
    }
}

/// A line as a model sees it.
fn seen(line: &str) -> String {
    plain(line).trim_end().to_owned()
}

/// Code without a fence around all of it.
fn unfenced(text: &str) -> &str {
    let trimmed = text.trim();
    let fence = trimmed.len() - trimmed.trim_start_matches('`').len();
    let inner = (fence >= 3)
        .then(|| trimmed[fence..].strip_suffix(&trimmed[..fence]))
        .flatten()
        .and_then(|inner| inner.split_once('\n'));
    inner.map_or(text, |(_, code)| code)
}

/// Whether a text is a diff, and no code.
fn is_diff(text: &str) -> bool {
    let mut lines = unfenced(text).lines().map(str::trim_end).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let begins = |sign: &str| first.starts_with(sign);
    begins("diff --git ")
        || begins("*** ")
        || begins("@@ ")
        || begins("--- ") && lines.next().is_some_and(|line| line.starts_with("+++ "))
}

/// Code with the indentation that the old code has, if only that was taken away.
fn indented_as(new: &str, old: &str) -> String {
    let first = |code: &str| code.lines().find(|line| !line.trim().is_empty()).map(str::to_owned);
    let (Some(old), Some(first)) = (first(old), first(new)) else { return new.to_owned() };
    let indent = &old[..old.len() - old.trim_start().len()];
    if indent.is_empty() || first.starts_with([' ', '\t']) {
        return new.to_owned();
    }
    let indented = |line: &str| match line.trim().is_empty() {
        true => line.to_owned(),
        false => format!("{indent}{line}"),
    };
    new.lines().map(indented).collect::<Vec<_>>().join("\n")
}

/// A diff in a block of Markdown, whose fence is longer than any in it.
pub(crate) fn block(diff: &str) -> String {
    let longest = diff.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}diff\n{diff}{}{fence}", if diff.ends_with('\n') { "" } else { "\n" })
}
