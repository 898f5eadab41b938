//! The application that is tried: started in its own process group, and gone at the end, whatever
//! happens.

use std::{
    ffi::OsString,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use crate::error::ToolError;

mod group;

use group::Group;

/// How long it may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the rest may take once it is killed.
const REST: Duration = Duration::from_secs(1);

/// How often it is looked whether all of it is gone.
const LOOK: Duration = Duration::from_millis(10);

/// How much of what it says is kept, in bytes.
const KEPT: usize = 64 << 10;

/// How many of its last lines are shown.
const LINES: usize = 12;

/// How much of a line is shown, in characters.
const WIDTH: usize = 240;

/// How an application is started.
#[derive(Clone, Debug)]
pub(super) struct Launch {
    /// The program and its arguments; no shell reads them.
    pub(super) argv: Vec<String>,
    pub(super) folder: PathBuf,
    /// All that it has in its environment.
    pub(super) environment: Vec<(String, OsString)>,
}

/// An application that runs. When it is dropped, all of it ends.
#[derive(Debug)]
pub(super) struct Program {
    group: Group,
    said: Arc<Mutex<Vec<u8>>>,
    ended: watch::Receiver<Option<ExitStatus>>,
    /// It says nothing; its other end is dropped when the first process has ended.
    gone: Silence,
    /// The same for what reads what it says.
    silent: Silence,
    over: bool,
}

/// What is dropped at its other end, and says nothing else.
#[derive(Debug)]
struct Silence(Mutex<Receiver<()>>);

impl Silence {
    fn new() -> (Sender<()>, Self) {
        let (sender, receiver) = channel();
        (sender, Self(Mutex::new(receiver)))
    }

    /// Waits until the other end is dropped.
    fn wait(&self, patience: Duration) {
        let receiver = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = receiver.recv_timeout(patience);
    }
}

impl Program {
    /// Starts an application.
    pub(super) fn start(launch: &Launch) -> Result<Self, ToolError> {
        let name = launch.argv.first().map(String::as_str).unwrap_or_default();
        // A program of the tree is that of the copy, whichever folder this process is in.
        let path = match Path::new(name) {
            path if path.is_relative() && name.contains('/') => launch.folder.join(path),
            path => path.to_owned(),
        };
        let mut command = Command::new(path);
        command.args(launch.argv.iter().skip(1)).current_dir(&launch.folder).env_clear();
        command.envs(launch.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        group::own(&mut command)?;
        let mut child = command.spawn().map_err(|error| not_started(name, &error))?;
        let group = Group::of(&child);
        let (silence, silent) = Silence::new();
        let said = Arc::default();
        listen(child.stdout.take(), &said, &silence);
        listen(child.stderr.take(), &said, &silence);
        let (gone, ended) = watch_over(child);
        Ok(Self { group, said, ended, gone, silent, over: false })
    }

    /// Waits until its first process has ended; how it did.
    pub(super) async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await.map(|status| *status) {
            Ok(Some(status)) => status.to_string(),
            _ => "it is not known how".to_owned(),
        }
    }

    /// Whether its first process runs.
    pub(super) fn runs(&self) -> bool {
        self.ended.borrow().is_none()
    }

    /// Asks all of it to end, waits, and kills what is left.
    pub(super) async fn end(&mut self) {
        self.over = true;
        self.group.terminate();
        if !self.all_gone(PATIENCE).await {
            self.group.kill();
            self.all_gone(REST).await;
        }
    }

    async fn all_gone(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while self.runs() || self.group.is_there() {
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(LOOK).await;
        }
        true
    }

    /// What it said last, as lines that can be shown. Call it after the end, to have all.
    pub(super) fn last_words(&self) -> Vec<String> {
        // Nobody can write any more once all of it is gone, so that this does not take long.
        self.silent.wait(Duration::from_millis(500));
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let text = plain(&String::from_utf8_lossy(&said));
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(LINES)..];
        last.iter().map(|line| line.chars().take(WIDTH).collect()).collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.group.terminate();
        self.gone.wait(PATIENCE);
        self.group.kill();
        self.gone.wait(REST);
    }
}

/// Waits for the first process on a thread of its own, so that none is left behind undead.
fn watch_over(mut child: Child) -> (Silence, watch::Receiver<Option<ExitStatus>>) {
    let (alive, gone) = Silence::new();
    let (sender, ended) = watch::channel(None);
    std::thread::spawn(move || {
        let _alive: Sender<()> = alive;
        if let Ok(status) = child.wait() {
            sender.send_replace(Some(status));
        }
    });
    (gone, ended)
}

/// Keeps the end of what is said.
fn listen(
    voice: Option<impl Read + Send + 'static>,
    said: &Arc<Mutex<Vec<u8>>>,
    silence: &Sender<()>,
) {
    let Some(mut voice) = voice else { return };
    let (said, silence) = (Arc::clone(said), silence.clone());
    std::thread::spawn(move || {
        let _silence = silence;
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = voice.read(&mut piece) {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.extend_from_slice(&piece[..length]);
            if said.len() > 2 * KEPT {
                let old = said.len() - KEPT;
                said.drain(..old);
            }
        }
    });
}

/// Text without what a terminal would obey: colours and other escapes, and control characters.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                // `ESC [` parameters, up to a letter; of other escapes only the character after.
                if characters.next() == Some('[') {
                    while characters.next_if(|c| !('@'..='~').contains(c)).is_some() {}
                    characters.next();
                }
            }
            '\n' | '\t' => plain.push(character),
            other if other.is_control() || is_invisible(other) => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Characters that hide text or turn it around.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn not_started(name: &str, error: &std::io::Error) -> ToolError {
    ToolError::environment("program_not_started", format!("`{name}` cannot be started: {error}"))
        .hint(
            "give the program as it is found in PATH, by its whole path, or by its path from the \
             top of the tree, such as `./run.sh`; links that lead out of the tree are not copied",
        )
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        let argv = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        let path = OsString::from("/usr/bin:/bin");
        let environment = vec![("PATH".to_owned(), path)];
        Program::start(&Launch { argv, folder: "/".into(), environment }).unwrap()
    }

    /// Waits until it has said a line.
    async fn says(program: &Program, line: &str) {
        while !program.last_words().iter().any(|said| said == line) {
            tokio::time::sleep(LOOK).await;
        }
    }

    #[tokio::test]
    async fn how_it_ended_and_what_it_said_last_are_known() {
        let program =
            shell("for i in $(seq 99); do echo $i; done; printf '\\033[31mred\\n'; exit 3");
        assert_eq!(program.ended().await, "exit status: 3");
        let words = program.last_words();
        assert_eq!((words.len(), words[LINES - 1].as_str()), (LINES, "red"));
        assert!(!program.runs());
        let program = shell("echo oops >&2");
        program.ended().await;
        assert_eq!(program.last_words(), ["oops"]);
    }

    #[tokio::test]
    async fn all_of_its_processes_end_with_it() {
        let mut program = shell("sleep 1000 & sleep 1000 & echo ready; wait");
        says(&program, "ready").await;
        assert!(program.group.is_there());
        program.end().await;
        assert!(!program.group.is_there() && !program.runs());
    }

    #[tokio::test]
    async fn one_that_does_not_listen_is_killed() {
        let mut program = shell("trap '' TERM; echo ready; while :; do sleep 1000; done");
        says(&program, "ready").await;
        program.end().await;
        assert!(!program.group.is_there() && !program.runs());
    }

    #[tokio::test]
    async fn one_that_is_dropped_ends_too_even_in_a_panic() {
        for panics in [false, true] {
            let program = shell("trap 'exit 0' TERM; sleep 1000 & echo ready; wait");
            says(&program, "ready").await;
            let group = program.group;
            let dropping = std::panic::AssertUnwindSafe(|| {
                let _program = program;
                assert!(!panics, "as asked for");
            });
            assert_eq!(std::panic::catch_unwind(dropping).is_err(), panics);
            while group.is_there() {
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    #[tokio::test]
    async fn its_environment_has_nothing_of_ours() {
        let program = shell("env");
        program.ended().await;
        let words = program.last_words();
        let ours = |line: &&String| {
            !["PATH=", "PWD=", "SHLVL=", "_="].iter().any(|it| line.starts_with(it))
        };
        assert_eq!(words.iter().filter(ours).count(), 0, "{words:?}");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_with_its_name() {
        let argv = vec!["./no-such-program".to_owned()];
        let launch = Launch { argv, folder: "/".into(), environment: Vec::new() };
        let error = Program::start(&launch).unwrap_err();
        assert_eq!(error.code, "program_not_started");
        assert!(error.message.contains("`./no-such-program`"), "{error}");
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_shown() {
        assert_eq!(plain("\u{1b}[1;31mred\u{1b}[0m\u{7}\r\u{202e}x\u{1b}]0;t"), "redx0;t");
        assert_eq!(plain("a\u{1b}"), "a");
    }
}
