//! `fault_find_risks`: what a fault will break in a file or a tree, told by rules alone.

use std::{
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use fault_indexer::{
    Language,
    extract::{self, Missing},
    parse, project,
    risk::{Concern, Severity, checks_of},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::{
    gather::{Gathered, Part, Wanted, look},
    next::Next,
};
use crate::{
    code::{self, CodeFile, local_path, not_found},
    context::Context,
    error::ToolError,
    files::Kind,
    tool::{Definition, Effect, Tool},
};

mod gather;
mod next;
mod test_code;
mod text;

/// How many places an answer lists, if the caller does not say.
const USUAL: usize = 40;

/// How long an answer of that kind is at most, in characters of either rendering.
const MOST: usize = 18_000;

/// Finds what is at risk.
pub(crate) struct FindRisks;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// A file of source code, or a folder.
    path: String,
    /// Only files of this language, such as `python`; of a file, its language.
    lang: Option<String>,
    /// Only this function: `name`, `Class.method`, or `name@line`.
    func: Option<String>,
    /// Only these rules, such as `no-timeout`; all if not given.
    #[serde(default)]
    rules: Vec<String>,
    /// The least severity that is listed: info, low, medium or high; low if not given. Counts and
    /// scores are of all.
    severity: Option<Severity>,
    /// Only rules of this concern: reliability, performance or threat.
    concern: Option<Concern>,
    /// Whether code of tests in a folder is looked at too; false if not given.
    #[serde(default)]
    tests: bool,
    /// The most places that are listed; 40 if not given, fewer if they are long.
    #[schemars(range(min = 1, max = 10_000))]
    limit: Option<usize>,
}

/// What is at risk.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How little is at risk: 1 where nothing was found, near 0 where every exposed place breaks
    /// rules; of the rules and the concern that were asked for.
    score: Scored,
    /// The same for each concern.
    concerns: Concerns,
    /// The places at risk, the worst first.
    risks: Vec<Place>,
    /// The rules that these places break.
    rules: Vec<Broken>,
    /// How many files were looked at.
    files: usize,
    /// How many lines they have.
    lines: usize,
    /// How many calls in them leave the process.
    remote_calls: usize,
    /// How many places the code itself says to leave, by `fault-ignore`.
    ignored: usize,
    /// What was not looked at.
    passed: Passed,
    /// How many places were found that are not listed, for each rule.
    left_out: Vec<Count>,
    /// Calls to try next, for the worst that was found.
    next: Vec<Next>,
}

/// A score, and how it comes about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Scored {
    /// The score, from 0 to 1.
    score: f64,
    /// The formula with its figures: exposed / (exposed + points).
    formula: String,
    /// What was found: high counts 1, medium 0.5, low 0.2, info 0.05.
    points: f64,
    /// How many places can break: calls that leave the process, or what was found if that is more.
    exposed: usize,
    /// How many places of each severity were found.
    counts: Counts,
}

/// How many of each severity there are.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
struct Counts {
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

/// A score for each concern.
#[derive(Debug, Serialize, JsonSchema)]
struct Concerns {
    reliability: Scored,
    performance: Scored,
    threat: Scored,
}

/// A place at risk.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Place {
    /// The id of the rule that it breaks.
    rule: String,
    /// Which of the rule's `fixes` is its own, counted from 0.
    fix: usize,
    file: String,
    first_line: usize,
    last_line: usize,
    /// The function that it stands in; nothing outside of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    /// Its first line of code.
    code: String,
}

/// A rule that places break.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Broken {
    id: String,
    title: String,
    severity: Severity,
    concern: Concern,
    /// Why it matters.
    why: String,
    /// The fault that shows it; none where no fault of the network does.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// What to do with that fault, and what the code should then do.
    scenario: String,
    /// What to do about it.
    fixes: Vec<String>,
}

/// What was not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
struct Passed {
    /// Files of tests.
    test_files: usize,
    /// Places at risk in tests that stand in other files.
    test_places: usize,
    /// Files of languages that have no checks.
    unchecked_files: usize,
    /// Files that are generated, too large, or no text.
    skipped_files: usize,
    /// Files and folders that could not be read.
    unreadable: usize,
}

/// How many places break a rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Count {
    rule: String,
    severity: Severity,
    count: usize,
}

impl Tool for FindRisks {
    const DEFINITION: Definition = Definition {
        name: "fault_find_risks",
        title: "Find what a fault will break",
        description: &[
            "Finds places in a source file or folder that a fault will break: calls without \
            time-outs, endless retries, swallowed errors, missing rollbacks, unbounded queues and \
            more, in Python, JavaScript, TypeScript, Go, Rust and Java. Rules decide, no model is \
            asked, nothing is run. Returns a score with its formula, the places worst first, for \
            each rule why it matters, its fix, and the fault that shows it, and calls to try next. \
            Use it before choosing faults; judge each place, a rule sees one file at a time. It \
            changes nothing; a folder takes seconds for each 100,000 lines.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, mut input: Input) -> Result<Output, ToolError> {
        input.path = local_path(&input.path)?.into_owned();
        let wanted = Wanted::of(&input.rules, input.concern)?;
        let of_file = context.state().files().kind(&input.path).await? != Kind::Folder;
        let gathered = match of_file {
            true => input.in_file(&context, wanted).await?,
            false => input.in_folder(&context, wanted).await?,
        };
        Ok(gathered.told(input.severity.unwrap_or(Severity::Low), input.limit))
    }
}

impl Input {
    /// Whether code of tests is looked at: who names a file or a folder of tests means it.
    fn looks_at_tests(&self) -> bool {
        self.tests || test_code::is_named(&self.path)
    }

    async fn in_file(&self, context: &Context, wanted: Wanted) -> Result<Gathered, ToolError> {
        let files = context.state().files();
        let file = CodeFile::read(files, &self.path, self.lang.as_deref()).await?;
        let function = self.func.as_deref().map(|func| file.find(func)).transpose()?;
        let mut gathered = Gathered::new(wanted, self.limit);
        let language = file.module.language;
        if checks_of(language).is_empty() {
            gathered.passed.unchecked_files = 1;
            return Ok(gathered);
        }
        let tests = self.looks_at_tests();
        code::apart(context, move |_| {
            let functions = function.as_ref().map(std::slice::from_ref);
            let part = Part { functions, tests };
            gathered.add(look(&file.path, &file.source.text, language, &part));
            Ok(gathered)
        })
        .await
    }

    async fn in_folder(&self, context: &Context, wanted: Wanted) -> Result<Gathered, ToolError> {
        let lang = self.lang.as_deref().map(code::language).transpose()?;
        let top = context.state().files().real(&self.path).await?;
        let walk = Walk {
            shown: context.state().files().shown(&top),
            place: self.path.clone(),
            func: self.func.clone(),
            tests: self.looks_at_tests(),
        };
        let gathered = Gathered::new(wanted, self.limit);
        code::apart(context, move |stop| {
            let languages: Vec<_> = lang.into_iter().collect();
            walk.through(&top, &languages, &|| stop.is_cancelled(), gathered)
        })
        .await
    }
}

/// A walk through a folder.
struct Walk {
    /// How callers name the top.
    shown: String,
    /// How this caller named it.
    place: String,
    func: Option<String>,
    tests: bool,
}

impl Walk {
    fn through(
        &self,
        top: &Path,
        languages: &[&'static Language],
        cancelled: &(dyn Fn() -> bool + Sync),
        gathered: Gathered,
    ) -> Result<Gathered, ToolError> {
        let (gathered, near) = (Mutex::new(gathered), Mutex::new(Vec::new()));
        let (unchecked, known) = (AtomicUsize::new(0), AtomicBool::new(false));
        let see = |name: &str, text: &str, language: &'static Language| {
            if checks_of(language).is_empty() {
                unchecked.fetch_add(1, Ordering::Relaxed);
                return;
            }
            let functions = self.func.as_deref().map(|func| {
                let module = parse(text, language);
                let found = extract::find_all(&module, func);
                if found.is_empty() {
                    let mut near = near.lock().unwrap_or_else(PoisonError::into_inner);
                    near.extend(extract::nearest(&module, func));
                }
                found
            });
            if functions.as_ref().is_some_and(Vec::is_empty) {
                return;
            }
            known.store(true, Ordering::Relaxed);
            let file = Path::new(&self.shown).join(name);
            let part = Part { functions: functions.as_deref(), tests: self.tests };
            let seen = look(&file.to_string_lossy(), text, language, &part);
            gathered.lock().unwrap_or_else(PoisonError::into_inner).add(seen);
        };
        let wanted = |name: &str| self.tests || !test_code::is_test(name);
        let passed = project::each(top, languages, cancelled, &wanted, &see);
        if let Some(func) = self.func.as_deref().filter(|_| !known.into_inner()) {
            let near = near.into_inner().unwrap_or_else(PoisonError::into_inner);
            let missing = Missing::Unknown(extract::best(near));
            return Err(not_found(&missing, func, &self.place));
        }
        let mut gathered = gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        gathered.passed.test_files = passed.unwanted;
        gathered.passed.unchecked_files = unchecked.into_inner();
        gathered.passed.skipped_files = passed.skipped;
        gathered.passed.unreadable = passed.unreadable;
        Ok(gathered)
    }
}

#[cfg(test)]
mod tests;
