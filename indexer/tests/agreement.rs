//! Whether extraction agrees with the languages' own tools on whole real packages.
//!
//! `tests/sources.sh FOLDER` fetches the packages, and `FAULT_TEST_SOURCES` names that folder. What
//! is not there is named as skipped.

#[path = "agreement/elixir.rs"]
mod elixir;
#[path = "agreement/go.rs"]
mod go;
#[path = "agreement/java.rs"]
mod java;
#[path = "agreement/python.rs"]
mod python;
#[path = "agreement/rust.rs"]
mod rust;
#[path = "agreement/typescript.rs"]
mod typescript;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use fault_indexer::{Function, Language, parse, source};

/// The share of functions that must be found with the right name and lines.
const LEAST: f64 = 0.999;

/// How many differences a failure tells.
const TOLD: usize = 40;

/// What is said of a function, by us or by the language's own tool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fact {
    qualified: String,
    is_async: bool,
    /// The first line with decorators and attributes.
    whole_first: usize,
    first: usize,
    last: usize,
}

impl From<&Function> for Fact {
    fn from(function: &Function) -> Self {
        Self {
            qualified: function.qualified.clone(),
            is_async: function.is_async,
            whole_first: function.span.first_line,
            first: function.definition.first_line,
            last: function.definition.last_line,
        }
    }
}

/// The functions of files, as the language's own tool tells them.
type Reference = BTreeMap<String, Vec<Fact>>;

/// One difference: what we say, and what the tool says.
#[derive(Debug)]
struct Difference<'a> {
    path: &'a str,
    text: &'a str,
    ours: Option<&'a Fact>,
    theirs: Option<&'a Fact>,
}

/// What came of a comparison.
#[derive(Debug, Default)]
struct Agreement {
    files: usize,
    functions: usize,
    agreed: usize,
    explained: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = 100.0 * self.share();
        let Self { files, functions, agreed, .. } = self;
        write!(f, "{files} files, {agreed} of {functions} functions agree ({share:.3} %)")?;
        for (reason, count) in &self.explained {
            write!(f, "\n  {count:5} {reason}")?;
        }
        let left = self.unexplained.len();
        if left > 0 {
            write!(f, "\n  {left:5} unexplained")?;
        }
        self.unexplained
            .iter()
            .take(TOLD)
            .try_for_each(|difference| write!(f, "\n    {difference}"))
    }
}

impl Agreement {
    fn share(&self) -> f64 {
        self.agreed as f64 / self.functions.max(1) as f64
    }

    /// Nearly all functions agree, and each difference has a reason.
    #[track_caller]
    fn hold(&self, what: &str) {
        say(&format!("agreement: {what}: {self}"));
        assert!(self.share() >= LEAST && self.unexplained.is_empty(), "{what}: {self}");
    }

    fn take(
        &mut self,
        explain: impl Fn(&Difference<'_>) -> Option<&'static str>,
        difference: &Difference<'_>,
    ) {
        match explain(difference) {
            Some(reason) => *self.explained.entry(reason).or_default() += 1,
            None => {
                let Difference { path, ours, theirs, .. } = difference;
                self.unexplained.push(format!("{path}: ours {ours:?}, theirs {theirs:?}"));
            }
        }
    }
}

/// Compares what we say of the files of a folder with what the language's own tool says.
fn compare(
    language: &str,
    folder: &Path,
    reference: &Reference,
    explain: impl Fn(&Difference<'_>) -> Option<&'static str>,
) -> Agreement {
    let language = Language::named(language).expect("a known language");
    let mut agreement = Agreement::default();
    for (path, theirs) in reference {
        let bytes = fs_err::read(folder.join(path)).expect("the file that the tool read");
        let text = source::decode(bytes).expect("a text").text;
        let ours: Vec<Fact> = parse(&text, language).functions.iter().map(Fact::from).collect();
        agreement.files += 1;
        agreement.functions += theirs.len();
        let (ours, theirs) = (without(&ours, theirs), without(theirs, &ours));
        agreement.agreed += reference[path].len() - theirs.len();
        for (ours, theirs) in paired(&ours, &theirs) {
            agreement.take(&explain, &Difference { path, text: &text, ours, theirs });
        }
    }
    agreement
}

/// Facts without those that others tell as well, each as often as it is told.
fn without(facts: &[Fact], others: &[Fact]) -> Vec<Fact> {
    let mut others = others.to_vec();
    let mut left = facts.to_vec();
    left.retain(|fact| match others.iter().position(|other| other == fact) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    });
    left
}

/// Facts of the same function, told in different ways, side by side.
fn paired<'a>(ours: &'a [Fact], theirs: &'a [Fact]) -> Vec<(Option<&'a Fact>, Option<&'a Fact>)> {
    let mut pairs = Vec::new();
    let mut left: Vec<&Fact> = theirs.iter().collect();
    let name = |fact: &Fact| fact.qualified.rsplit(['.', ':']).next().map(str::to_owned);
    for fact in ours {
        let same = |other: &&Fact| other.first == fact.first && name(other) == name(fact);
        let same = left.iter().position(same);
        pairs.push((Some(fact), same.map(|at| left.swap_remove(at))));
    }
    pairs.extend(left.into_iter().map(|fact| (None, Some(fact))));
    pairs
}

/// What a program tells of functions, a line each: path, qualified name, `async` or nothing, and
/// three lines. A path alone is a file that was read; one with `!` could not be.
fn reference(program: &mut Command) -> Reference {
    let output = program.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut reference, mut unread) = (Reference::new(), Vec::new());
    for line in String::from_utf8(output.stdout).expect("UTF-8").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields.as_slice() {
            [path] => _ = reference.entry((*path).to_owned()).or_default(),
            [path, "!", why @ ..] => unread.push(format!("{path}: {}", why.join(" "))),
            [path, name, kind, whole_first, first, last] => {
                let number = |text: &str| text.parse().expect("a line");
                reference.entry((*path).to_owned()).or_default().push(Fact {
                    qualified: (*name).to_owned(),
                    is_async: *kind == "async",
                    whole_first: number(whole_first),
                    first: number(first),
                    last: number(last),
                });
            }
            other => panic!("what is {other:?}?"),
        }
    }
    if let Some(first) = unread.first() {
        let count = unread.len();
        say(&format!("{count} files are no code that the tool can read, such as {first}"));
    }
    reference
}

/// A folder of real sources; without it the test has nothing to do, says so, and passes.
fn sources(name: &str) -> Option<PathBuf> {
    let folder = variable("FAULT_TEST_SOURCES").map(|folder| PathBuf::from(folder).join(name));
    // Some tools don't follow the link that a folder may be.
    let folder = folder.and_then(|folder| fs_err::canonicalize(folder).ok());
    if folder.is_none() {
        skip(&format!("FAULT_TEST_SOURCES has no folder {name}"));
    }
    folder
}

/// A program that a variable names, or that is in a usual folder, as [`sources`] finds a folder.
fn program(name: &str, named_by: Option<&str>) -> Option<PathBuf> {
    let named = named_by.and_then(variable).map(PathBuf::from);
    let path = variable("PATH").unwrap_or_default();
    let usual = std::env::split_paths(&path).map(|folder| folder.join(name));
    let found = named.into_iter().chain(usual).find(|path| path.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found
}

fn skip(why: &str) {
    let thread = std::thread::current();
    say(&format!("skipped: {}: {why}", thread.name().unwrap_or("a test")));
}

/// Says a line past the harness that keeps what tests print.
fn say(line: &str) {
    // Whoever runs the tests may have closed the stream; that is no reason to fail.
    let _ = writeln!(std::io::stderr(), "\n{line}");
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where things are")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
