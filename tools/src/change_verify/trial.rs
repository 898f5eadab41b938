//! One side of the comparison: the application is copied, started, tried and ended.

use std::{
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use fault_proxy::Seed;
use fault_scenario::{
    file::Document,
    results::Results,
    run::{self, RunSettings, RunUpdate, Watcher},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    copy::{Excluded, MOST, Scratch},
    program::{Launch, Program},
    ready::{self, Health},
    scene::Base,
};
use crate::{change::tree::Edit, code::apart, context::Context, error::ToolError, scenario_guard};

/// What both sides have in common.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) top: PathBuf,
    pub(super) workdir: Option<String>,
    pub(super) excluded: Excluded,
    pub(super) argv: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    /// Where programs are looked for.
    pub(super) path: OsString,
    pub(super) health: Health,
    pub(super) within: Duration,
    pub(super) base: Base,
    pub(super) documents: Vec<Document>,
    pub(super) filter: Vec<String>,
    pub(super) seed: Seed,
    pub(super) proxy: SocketAddr,
    pub(super) command: String,
}

/// A side of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// What came of a side.
#[derive(Debug)]
pub(super) enum Tried {
    /// The application does not take calls.
    NotStarted {
        /// Why.
        why: String,
        /// What it said last.
        last_words: Vec<String>,
    },
    /// The scenarios were run.
    Ran {
        results: Box<Results>,
        /// Where the application was.
        at: Base,
        notes: Vec<String>,
    },
}

/// Tries the application with these edits. Everything that was started is gone when this returns, and
/// when it is dropped.
pub(super) async fn trial(
    context: &Context,
    setup: &Setup,
    edits: &[Edit],
    side: Side,
) -> Result<Tried, ToolError> {
    let scratch = copy(context, setup, edits).await?;
    let port = free_port(Some(setup.proxy.port()))?;
    let at = setup.base.here(port);
    // What is wrong with the scenarios is found before anything is started.
    let ready = setup.base.moved(&setup.documents, &setup.filter, &at)?;
    let claims = scenario_guard::admit(&ready, &[], context.state()).await?;
    side.tell(context, 0.0, "the application starts");
    let mut program = match Program::start(&setup.launch(&scratch, port)?) {
        Ok(program) => program,
        Err(error) => {
            return Ok(Tried::NotStarted { why: error.to_string(), last_words: Vec::new() });
        }
    };
    let place = (at.host(), port);
    if let Err(why) = ready::wait(&program, place, &setup.health, setup.within).await {
        program.end().await;
        return Ok(Tried::NotStarted { why, last_words: setup.shown(&program) });
    }
    let settings = RunSettings {
        proxy_address: setup.proxy,
        trust: context.state().trust().clone(),
        seed: setup.seed,
        jobs: 1,
        resolve: Vec::new(),
        command: setup.command.clone(),
        results: None,
    };
    let length = ready.plan.length();
    let watcher = side.watcher(context, length);
    let results = run::run(ready.plan, settings, watcher, CancellationToken::new()).await;
    let survived = program.runs();
    program.end().await;
    drop(claims);
    let mut notes = scratch.notes.clone();
    if !survived {
        let last = setup.shown(&program).pop().unwrap_or_else(|| "nothing".to_owned());
        notes.push(format!("the application ended while it was tried; it said last: {last}"));
    }
    Ok(Tried::Ran { results: Box::new(results?), at, notes })
}

async fn copy(context: &Context, setup: &Setup, edits: &[Edit]) -> Result<Scratch, ToolError> {
    let (top, excluded, edits) = (setup.top.clone(), setup.excluded.clone(), edits.to_vec());
    apart(context, move |stop| Scratch::of(&top, &excluded, &edits, MOST, stop)).await
}

impl Setup {
    fn launch(&self, scratch: &Scratch, port: u16) -> Result<Launch, ToolError> {
        let folder = match &self.workdir {
            Some(workdir) => inside(&scratch.tree, workdir)?,
            None => scratch.tree.clone(),
        };
        let proxy = format!("http://{}", self.proxy);
        let filled =
            |text: &str| text.replace("{port}", &port.to_string()).replace("{proxy}", &proxy);
        let mut environment: Vec<(String, OsString)> = vec![
            ("PATH".to_owned(), self.path.clone()),
            ("HOME".to_owned(), scratch.home.clone().into()),
            ("TMPDIR".to_owned(), scratch.temporary.clone().into()),
            ("LANG".to_owned(), "C.UTF-8".into()),
            ("PORT".to_owned(), port.to_string().into()),
        ];
        let given = self.environment.iter();
        environment.extend(given.map(|(name, value)| (name.clone(), filled(value).into())));
        let argv = self.argv.iter().map(|word| filled(word)).collect();
        Ok(Launch { argv, folder, environment })
    }

    /// What the application said last, without the secrets that it was given.
    fn shown(&self, program: &Program) -> Vec<String> {
        let secret = |(name, value): &&(String, String)| {
            fault_scenario::mask::is_secret(name) && !value.is_empty()
        };
        let secrets: Vec<&(String, String)> = self.environment.iter().filter(secret).collect();
        let masked = |line: String| {
            secrets.iter().fold(line, |line, (_, value)| {
                line.replace(value.as_str(), fault_scenario::mask::MASK)
            })
        };
        program.last_words().into_iter().map(masked).collect()
    }
}

/// A folder of the copy.
fn inside(tree: &Path, workdir: &str) -> Result<PathBuf, ToolError> {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let folder = tree.join(workdir);
    if Path::new(workdir).components().all(plain) && folder.is_dir() {
        return Ok(folder);
    }
    Err(ToolError::input("not_a_folder", format!("workdir: {workdir} is no folder of the tree"))
        .hint("name it by its path from the top of the tree"))
}

/// A port of this machine that is free; it may be taken before it is used, which shows then.
pub(super) fn free_port(other_than: Option<u16>) -> Result<u16, ToolError> {
    let none = |error: std::io::Error| {
        ToolError::environment("no_free_port", format!("no port is free: {error}"))
            .hint("end programs that listen, and try again")
    };
    for _ in 0..8 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(none)?;
        let port = listener.local_addr().map_err(none)?.port();
        if other_than != Some(port) {
            return Ok(port);
        }
    }
    Err(none(std::io::ErrorKind::AddrInUse.into()))
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// Tells how far this side is, of 0 to 1.
    fn tell(self, context: &Context, done: f64, what: &str) {
        let earlier = if self == Self::Before { 0.0 } else { 1.0 };
        context.progress().report(earlier + done, 2.0, format!("{}: {what}", self.word()));
    }

    fn watcher(self, context: &Context, length: Duration) -> Watcher {
        let (context, began) = (context.clone(), Instant::now());
        Arc::new(move |update| {
            let what = match &update {
                RunUpdate::Listening { .. } => "the proxy listens".to_owned(),
                RunUpdate::Started { name, .. } => name.clone(),
                RunUpdate::Moved { what, .. } => what.clone(),
                RunUpdate::Ended { test, .. } => format!("test {} has ended", test + 1),
            };
            // Late answers and slow ends are not in the plan.
            let length = length.as_secs_f64().max(1.0);
            let done = (began.elapsed().as_secs_f64() / length).min(0.99);
            self.tell(&context, done, &what);
        })
    }
}
