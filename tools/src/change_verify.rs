//! `fault_verify_change`: an application with and without a diff, under the same faults.

use std::{ffi::OsString, time::Duration};

use fault_proxy::parse_duration;
use fault_scenario::{Verdict, results::Results};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    change,
    change::tree::{self, Edit},
    change_check::{Place, Weighed, checks, is_unfit, kept_small, weighed},
    code::{apart, local_path},
    context::Context,
    error::ToolError,
    handle::{self, Handle},
    mappings,
    scenario_source::{Source, told},
    tool::{Definition, Effect, Tool},
};

mod compare;
mod copy;
mod program;
mod ready;
mod repeat;
mod scene;
mod statistics;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests;
mod told;
mod trial;

use compare::{Outcome, TestChange};
use copy::Excluded;
use ready::Health;
use scene::Base;
use trial::{Setup, Side, Tried};

/// How long an application may take to be ready, unless the caller says.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// How long a caller may let it take.
const MOST_PATIENCE: Duration = Duration::from_secs(600);

/// Where programs are looked for, if nobody says.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Verifies a change.
pub(crate) struct VerifyChange;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Input {
    /// The folder with the source code of the application. It is copied, and stays as it is.
    source_dir: String,
    /// The change: a unified diff whose paths start at `source_dir`.
    diff: String,
    /// How the application is started: a list of the program and its arguments, such as
    /// ["python3", "app.py", "--port", "{port}"]. No shell reads it. `{port}` stands for the free
    /// port that the application is to listen on; PORT has it too.
    start: Vec<String>,
    #[serde(flatten)]
    source: Source,
    /// Where the scenarios expect the application, such as http://localhost:9090: what they call
    /// there goes to the application that is started. The one address that all calls share, if not
    /// given.
    #[serde(default)]
    url: Option<String>,
    /// The environment of the application, beside PATH, HOME, TMPDIR, LANG and PORT: nothing else
    /// is passed on. `{port}` and `{proxy}` (the HTTP proxy of the scenarios, for HTTP_PROXY) are
    /// replaced in values.
    #[serde(default)]
    env: std::collections::BTreeMap<String, String>,
    /// The path that shows that the application is ready: any answer below 500; `/` if not given.
    /// `tcp`: it is ready when it listens. Choose one that needs no dependency.
    #[serde(default)]
    health: Option<String>,
    /// How long the application may take to be ready; 30s if not given.
    #[serde(default)]
    ready_within: Option<String>,
    /// The folder below `source_dir` that it is started in; `source_dir` itself, if not given.
    #[serde(default)]
    workdir: Option<String>,
    /// What is not copied: names such as `node_modules`, or paths with `*`. .git is never copied.
    #[serde(default)]
    exclude: Vec<String>,
    /// Where the HTTP proxy of the scenarios listens; a free port, if not given.
    #[serde(default)]
    proxy_address: Option<String>,
    /// The number that every random decision is drawn from, the same for both runs; a new one, if
    /// not given.
    #[serde(default)]
    seed: Option<String>,
}

/// What came of a change.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// What it did: fixed, still_fails, broke, unchanged_pass, inconclusive, does_not_apply or
    /// does_not_start.
    pub(crate) outcome: Outcome,
    /// Whether the diff fits the files.
    applies: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ToolError>,
    /// The files that it changes.
    files: Vec<String>,
    /// How many hunks stand elsewhere than the diff says.
    hunks_moved: usize,
    /// Whether the application starts without the change; absent if it was not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_before: Option<bool>,
    /// Whether it starts with it; absent if it was not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    starts: Option<bool>,
    /// Why it does not start without the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_before: Option<Failure>,
    /// Why it does not start with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_after: Option<Failure>,
    /// What the scenarios show without the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict_before: Option<Verdict>,
    /// What they show with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    /// Each test without and with the change.
    tests: Vec<TestChange>,
    /// How many tests are left out since there are too many for an answer.
    left_out: usize,
    /// What got worse: verdicts, and figures whose interval of 95 % does not hold 0.
    worse: Vec<String>,
    /// Places at risk in the code that went away.
    findings_gone: Vec<Place>,
    /// Places at risk that are new.
    findings_new: Vec<Place>,
    /// The score of the changed files before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Weighed>,
    /// What else is worth knowing.
    notes: Vec<String>,
    /// The report of the run without the change, for fault_get_report.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_before: Option<String>,
    /// The report of the run with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_after: Option<String>,
    /// The seed of both runs.
    seed: String,
    /// The command that repeats it, with the diff in the file change.diff.
    command: String,
}

/// Why an application does not start.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Failure {
    /// Why.
    pub(crate) why: String,
    /// What it said last.
    pub(crate) last_words: Vec<String>,
}

impl Tool for VerifyChange {
    const DEFINITION: Definition = Definition {
        name: "fault_verify_change",
        title: "Verify a change by running it",
        description: &[
            "Runs an application twice under the same scenarios, faults and seed: as it is, and \
            with a diff applied, each in a copy of its folder. Tells whether the change fixed \
            what failed (fixed, still_fails, broke, unchanged_pass, inconclusive, does_not_apply, \
            does_not_start), test by test, with the differences of latency and errors and their \
            95 % intervals, what got worse, and which places at risk in the code went away. It \
            starts the command that you give, with the rights of the server: it works only if \
            the user started the server with --allow-exec; fault_check_change needs no such \
            leave. It takes twice as long as the scenarios and the start of the application.",
        ],
        effect: Effect::Disturbs,
        idempotent: false,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        check_allowed(&context)?;
        let cancelled = context.clone();
        // What is dropped ends what it has started.
        tokio::select! {
            biased;
            output = verify(&context, input) => output,
            () = cancelled.cancelled() => Err(ToolError::cancelled()),
        }
    }
}

fn check_allowed(context: &Context) -> Result<(), ToolError> {
    context.state().check_open()?;
    if context.state().limits().allow_exec {
        return Ok(());
    }
    let message = "this server may not start programs";
    Err(ToolError::environment("exec_not_allowed", message).hint(
        "the user allows it with `fault agent tool --allow-exec` (or `fault tool --allow-exec`), \
         or runs `fault agent verify` himself; fault_check_change checks the diff without starting \
         anything",
    ))
}

async fn verify(context: &Context, input: Input) -> Result<Output, ToolError> {
    let state = context.state();
    check_start(&input.start)?;
    let top = state.files().real_folder(&local_path(&input.source_dir)?).await?;
    let documents = documents(&input.source, context).await?;
    let (setup, seed) = setup(context, &input, top.clone(), documents)?;
    let diff = input.diff;
    let edits = apart(context, move |_| tree::edits(&top, &change::parse(&diff)?)).await;
    let mut output = Output::begun(&seed.to_string(), &setup.command);
    let edits = match edits {
        Ok(edits) => edits,
        Err(error) if is_unfit(&error) => return Ok(output.unfit(error)),
        Err(error) => return Err(error),
    };
    output.changes(&edits);
    let before = trial::trial(context, &setup, &[], Side::Before).await?;
    let (results, at) = match before {
        Tried::NotStarted { why, last_words } => {
            (output.starts_before, output.outcome) = (Some(false), Outcome::DoesNotStart);
            output.failed_before = Some(Failure { why, last_words });
            return Ok(output);
        }
        Tried::Ran { results, at, notes } => {
            output.note("without the change", notes);
            (results, at)
        }
    };
    output.starts_before = Some(true);
    (output.verdict_before, output.run_before) =
        (Some(results.verdict), Some(keep(context, &results)));
    let after = trial::trial(context, &setup, &edits, Side::After).await?;
    match after {
        Tried::NotStarted { why, last_words } => {
            (output.starts, output.outcome) = (Some(false), Outcome::DoesNotStart);
            output.failed_after = Some(Failure { why, last_words });
        }
        Tried::Ran { results: new, at: new_at, notes } => {
            output.starts = Some(true);
            output.note("with the change", notes);
            (output.verdict, output.run_after) = (Some(new.verdict), Some(keep(context, &new)));
            let found = compare::compare((&results, &at), (&new, &new_at), &setup.base, seed);
            output.outcome = found.outcome;
            (output.tests, output.left_out, output.worse) =
                (found.tests, found.left_out, found.worse);
        }
    }
    Ok(output)
}

/// Keeps the results of a run for its report.
fn keep(context: &Context, results: &Results) -> String {
    let (handle, state) = (Handle::new(), context.state());
    state.reports.keep(handle, &std::sync::Arc::new(results.clone()), state.limits().open);
    handle.to_string()
}

fn check_start(start: &[String]) -> Result<(), ToolError> {
    let wrong = |message: &str| {
        Err(ToolError::input("bad_start", message).hint(
            "write the program and each argument as an element of a list, such as \
             [\"python3\", \"app.py\", \"{port}\"]; for a shell, say so: [\"sh\", \"-c\", \"...\"]",
        ))
    };
    match start {
        [] => wrong("start: no program is given"),
        [only] if only.trim().contains(char::is_whitespace) => {
            wrong("start: one text with spaces is given; no shell reads it")
        }
        [program, ..] if program.trim().is_empty() => wrong("start: the program has no name"),
        words if words.iter().any(|word| word.contains('\0')) => {
            wrong("start: a word has a character that no argument can have")
        }
        _ => Ok(()),
    }
}

async fn documents(
    source: &Source,
    context: &Context,
) -> Result<crate::scenario_source::Ready, ToolError> {
    source.plan(context.state().files()).await?.map_err(|problems| {
        ToolError::input("invalid_scenario", told(&problems))
            .hint("mend these, and check again with fault_check_scenario")
    })
}

fn setup(
    context: &Context,
    input: &Input,
    top: std::path::PathBuf,
    ready: crate::scenario_source::Ready,
) -> Result<(Setup, fault_proxy::Seed), ToolError> {
    let base = match &input.url {
        Some(url) => Base::of(url)?,
        None => Base::shared_by(&ready.plan)?,
    };
    let seed = handle::seed(input.seed.as_deref())?;
    let proxy = match &input.proxy_address {
        Some(text) => mappings::http_address(text, "proxy_address", context.state().limits())?,
        None => ([127, 0, 0, 1], trial::free_port(None)?).into(),
    };
    let setup = Setup {
        top,
        workdir: input.workdir.clone().filter(|workdir| !workdir.is_empty()),
        excluded: Excluded::of(&input.exclude)?,
        argv: input.start.clone(),
        environment: environment(&input.env)?,
        path: context.state().path().map_or_else(|| OsString::from(USUAL_PATH), OsString::from),
        health: health(input.health.as_deref(), &base)?,
        within: patience(input.ready_within.as_deref())?,
        base,
        documents: ready.documents,
        filter: input.source.filter.clone(),
        seed,
        proxy,
        command: repeat::command(input, &seed.to_string()),
    };
    Ok((setup, seed))
}

fn environment(
    given: &std::collections::BTreeMap<String, String>,
) -> Result<Vec<(String, String)>, ToolError> {
    let bad = |name: &str, value: &str| {
        name.is_empty() || name.contains(['=', '\0']) || value.contains('\0')
    };
    if let Some((name, _)) = given.iter().find(|(name, value)| bad(name, value)) {
        let message = format!("env: `{}` cannot be set", name.escape_debug());
        return Err(ToolError::input("bad_env", message)
            .hint("give names without `=`, each with its value as text"));
    }
    Ok(given.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn health(given: Option<&str>, base: &Base) -> Result<Health, ToolError> {
    match given {
        Some("tcp") => Ok(Health::Tcp),
        // What speaks TLS is asked no more than whether it listens.
        None if base.is_tls() => Ok(Health::Tcp),
        None => Ok(Health::Http("/".to_owned())),
        Some(path) if path.starts_with('/') && !base.is_tls() => Ok(Health::Http(path.to_owned())),
        Some(path) => {
            let message = format!("health: `{path}` cannot be asked for");
            Err(ToolError::input("bad_health", message).hint(
                "give a path such as /health, or `tcp` to wait until the application listens; an \
                 application that speaks TLS takes `tcp` only",
            ))
        }
    }
}

fn patience(given: Option<&str>) -> Result<Duration, ToolError> {
    let Some(text) = given else { return Ok(READY_WITHIN) };
    let patience =
        parse_duration(text).map_err(|error| ToolError::from(error).about("ready_within"))?;
    if patience <= MOST_PATIENCE {
        return Ok(patience);
    }
    let message = format!("ready_within: at most {} s", MOST_PATIENCE.as_secs());
    Err(ToolError::input("over_limit", message).hint("give less time"))
}

impl Output {
    /// What is known before anything was tried.
    fn begun(seed: &str, command: &str) -> Self {
        Self {
            outcome: Outcome::Inconclusive,
            applies: true,
            problem: None,
            files: Vec::new(),
            hunks_moved: 0,
            starts_before: None,
            starts: None,
            failed_before: None,
            failed_after: None,
            verdict_before: None,
            verdict: None,
            tests: Vec::new(),
            left_out: 0,
            worse: Vec::new(),
            findings_gone: Vec::new(),
            findings_new: Vec::new(),
            score: None,
            notes: Vec::new(),
            run_before: None,
            run_after: None,
            seed: seed.to_owned(),
            command: command.to_owned(),
        }
    }

    fn unfit(self, problem: ToolError) -> Self {
        Self { outcome: Outcome::DoesNotApply, applies: false, problem: Some(problem), ..self }
    }

    /// Takes in what the diff changes.
    fn changes(&mut self, edits: &[Edit]) {
        self.files = edits.iter().map(|edit| edit.path.clone()).collect();
        self.hunks_moved = edits.iter().map(|edit| edit.moved).sum();
        self.notes = edits.iter().flat_map(|edit| edit.notes.clone()).collect();
        let mut files = checks(edits);
        let left_out = kept_small(&mut files);
        self.score = weighed(&files);
        for file in files {
            if file.parses == Some(false) {
                self.notes.push(format!("{} does not parse with the change", file.file));
            }
            self.findings_gone.extend(file.gone);
            self.findings_new.extend(file.new);
        }
        if left_out > 0 {
            self.notes.push(format!("{left_out} more places at risk; fault_check_change has them"));
        }
    }

    /// Takes in what else is known of a run.
    fn note(&mut self, side: &str, notes: Vec<String>) {
        for note in notes {
            let told = format!("{side}: {note}");
            // Both runs copy the same tree.
            let same = |other: &String| other.ends_with(&note) && note.starts_with("not copied");
            if !self.notes.iter().any(same) {
                self.notes.push(told);
            }
        }
    }
}
