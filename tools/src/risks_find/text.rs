//! What is at risk, in words: each rule once, with its places.

use std::fmt::{Display, Formatter, Result};

use super::{Broken, Count, Counts, Output, Passed, Place, Scored};

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.files == 0 {
            writeln!(f, "there is no source code to look at")?;
            return write_passed(f, &self.passed);
        }
        write_score(f, self)?;
        write_passed(f, &self.passed)?;
        for rule in &self.rules {
            writeln!(f)?;
            write_rule(f, rule, &self.risks)?;
        }
        write_left_out(f, &self.left_out)?;
        if self.next.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nto try next (put your own addresses in the place of what is in `<>`)")?;
        self.next.iter().try_for_each(|next| {
            writeln!(f, "  {} {}\n    {}", next.tool, next.arguments, next.purpose)
        })
    }
}

fn write_score(f: &mut Formatter<'_>, output: &Output) -> Result {
    let Scored { formula, counts, .. } = &output.score;
    writeln!(f, "score: {formula}, which is exposed / (exposed + points)")?;
    writeln!(
        f,
        "  exposed: calls that leave the process, or what was found if that is more; points: high \
         1, medium 0.5, low 0.2, info 0.05"
    )?;
    let concerns = &output.concerns;
    for (name, score) in [
        ("reliability", &concerns.reliability),
        ("performance", &concerns.performance),
        ("threat", &concerns.threat),
    ] {
        writeln!(f, "  {name}: {} ({})", score.formula, counted_each(&score.counts))?;
    }
    writeln!(f, "found: {}", counted_each(counts))?;
    writeln!(
        f,
        "looked at: {}, {}, {} out of the process",
        counted(output.files, "file"),
        counted(output.lines, "line"),
        counted(output.remote_calls, "call")
    )?;
    match output.ignored {
        0 => Ok(()),
        more => writeln!(f, "left alone by `fault-ignore` in the code: {}", counted(more, "place")),
    }
}

fn counted_each(counts: &Counts) -> String {
    let Counts { high, medium, low, info } = counts;
    format!("{high} high, {medium} medium, {low} low, {info} info")
}

fn write_passed(f: &mut Formatter<'_>, passed: &Passed) -> Result {
    let tests = match passed.test_places {
        0 => String::new(),
        more => format!(" and {} in other files", counted(more, "place")),
    };
    for (number, what) in [
        (
            passed.test_files + passed.test_places,
            format!("{} of tests{tests} (`tests` adds them)", counted(passed.test_files, "file")),
        ),
        (
            passed.unchecked_files,
            format!("{} of languages without checks", counted(passed.unchecked_files, "file")),
        ),
        (
            passed.skipped_files,
            format!("{} that no person wrote, or too large", counted(passed.skipped_files, "file")),
        ),
        (passed.unreadable, format!("{} that could not be read", passed.unreadable)),
    ] {
        if number > 0 {
            writeln!(f, "not looked at: {what}")?;
        }
    }
    Ok(())
}

fn write_rule(f: &mut Formatter<'_>, rule: &Broken, places: &[Place]) -> Result {
    let Broken { id, title, severity, concern, .. } = rule;
    writeln!(f, "{} {id}: {title} ({})", severity.name(), concern.name())?;
    writeln!(f, "  why: {}", rule.why)?;
    let fault = rule.fault.as_ref().map(|fault| format!("fault {fault}: ")).unwrap_or_default();
    writeln!(f, "  to show it: {fault}{}", rule.scenario)?;
    for (number, fix) in rule.fixes.iter().enumerate() {
        writeln!(f, "  fix: {fix}")?;
        for place in places.iter().filter(|place| place.rule == *id && place.fix == number) {
            let Place { file, first_line, last_line, function, code, .. } = place;
            let lines = match first_line == last_line {
                true => first_line.to_string(),
                false => format!("{first_line}-{last_line}"),
            };
            let function = function.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
            writeln!(f, "    {file}:{lines}{function}: {code}")?;
        }
    }
    Ok(())
}

fn write_left_out(f: &mut Formatter<'_>, left_out: &[Count]) -> Result {
    let number: usize = left_out.iter().map(|left| left.count).sum();
    if number == 0 {
        return Ok(());
    }
    let each = left_out
        .iter()
        .map(|Count { rule, severity, count }| format!("{rule} ({}) {count}", severity.name()));
    writeln!(
        f,
        "\n{} not listed: {}; raise `limit`, lower `severity`, or name `rules`, a folder or a file \
         below",
        counted(number, "more place"),
        each.collect::<Vec<_>>().join(", ")
    )
}

/// A number of things.
fn counted(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}
