//! The program under test: built, started, listened to, stopped.

mod build;

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio::time::timeout;

pub use self::build::binary;
use crate::deadline::{PATIENCE, found, soon};

/// A call of the program that is put together.
#[derive(Debug)]
pub struct Call {
    command: Command,
    words: String,
}

/// A call of `fault` with these words, an empty environment and nothing to read.
pub fn fault(words: &str) -> Call {
    let mut call = Call::of(binary(), words);
    call.command.args(words.split_whitespace());
    call
}

/// The HTTP proxy on a free port, with further words.
pub fn run(words: &str) -> Call {
    fault("run --proxy-address 127.0.0.1:0").words(words)
}

impl Call {
    /// A call of any program, with the same silence around it.
    pub fn of(program: &Path, name: &str) -> Self {
        let mut command = Command::new(program);
        command
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self { command, words: name.to_owned() }
    }

    /// Adds words.
    #[must_use]
    pub fn words(mut self, words: &str) -> Self {
        self.command.args(words.split_whitespace());
        self.words = format!("{} {words}", self.words);
        self
    }

    /// Adds one argument, spaces and all.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Starts the program in a folder.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Keeps the standard input open for the test to write to.
    #[must_use]
    pub fn spoken_to(mut self) -> Self {
        self.command.stdin(Stdio::piped());
        self
    }

    /// Starts the program.
    pub fn start(mut self) -> Running {
        let mut child = match self.command.spawn() {
            Ok(child) => child,
            Err(error) => panic!("{} cannot be started: {error}", self.words),
        };
        let out = child.stdout.take().expect("standard output is piped");
        let err = child.stderr.take().expect("standard error is piped");
        Running {
            input: child.stdin.take(),
            out: Heard::of(out),
            err: Heard::of(err),
            child,
            words: self.words,
        }
    }

    /// Starts the program and hands out its standard output unread.
    pub fn start_unread(mut self) -> (Running, ChildStdout) {
        let mut child = self.command.spawn().expect("the program can be started");
        let out = child.stdout.take().expect("standard output is piped");
        let err = child.stderr.take().expect("standard error is piped");
        let running = Running {
            input: child.stdin.take(),
            out: Heard::of(tokio::io::empty()),
            err: Heard::of(err),
            child,
            words: self.words,
        };
        (running, out)
    }

    /// Runs the program to its end.
    pub async fn outcome(self) -> Outcome {
        self.start().ended().await
    }
}

/// A program that runs; dropping it kills it.
#[derive(Debug)]
pub struct Running {
    /// The standard input, if it was kept open.
    pub input: Option<ChildStdin>,
    out: Heard,
    err: Heard,
    child: Child,
    words: String,
}

/// How a program ended, and what it has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit status.
    pub status: ExitStatus,
    /// All of its standard output.
    pub stdout: String,
    /// All of its standard error.
    pub stderr: String,
}

impl Running {
    /// Waits for `text` on standard output; answers with all that was said so far.
    pub async fn says(&mut self, text: &str) -> String {
        let said = self.out.hears(text).await;
        said.unwrap_or_else(|said| self.silent_about(text, &said))
    }

    /// Waits for `text` on standard error; answers with all that was said so far.
    pub async fn warns(&mut self, text: &str) -> String {
        let said = self.err.hears(text).await;
        said.unwrap_or_else(|said| self.silent_about(text, &said))
    }

    fn silent_about(&self, text: &str, said: &str) -> ! {
        let err = self.err.text();
        panic!("`{}` has not said '{text}' but:\n{said}\nand on standard error:\n{err}", self.words)
    }

    /// Where `fault run` listens, as it says itself: the HTTP proxy first.
    pub async fn addresses(&mut self) -> Vec<SocketAddr> {
        let text = self.says("\nSeed ").await;
        addresses(&text)
    }

    /// Where a program listens that listens on one address.
    pub async fn address(&mut self) -> SocketAddr {
        let addresses = self.addresses().await;
        assert_eq!(addresses.len(), 1, "{addresses:?}");
        addresses[0]
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it was not waited for")
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = self.pid().try_into().ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process has a number"), signal).expect("it still runs");
    }

    /// Asks the program to end, and waits for that.
    pub async fn stop(self) -> Outcome {
        self.signal(Signal::TERM);
        self.ended().await
    }

    /// Waits for the end of the program, which comes soon.
    pub async fn ended(self) -> Outcome {
        let what = format!("the end of `{}`", self.words);
        soon(&what, self.finished()).await
    }

    /// Waits for the end of the program, however long it takes.
    pub async fn finished(mut self) -> Outcome {
        drop(self.input.take());
        let status = self.child.wait().await;
        Outcome {
            status: status.expect("it can be waited for"),
            stdout: self.out.all().await,
            stderr: self.err.all().await,
        }
    }

    /// Waits for a value in what the system says of the process, as `found` does.
    pub async fn observed<T>(&self, what: &str, mut look: impl FnMut(u32) -> Option<T>) -> T {
        let pid = self.pid();
        found(what, async || look(pid)).await
    }
}

impl Outcome {
    /// The exit code.
    ///
    /// # Panics
    ///
    /// Panics if a signal has ended the program.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("{self:?}"))
    }

    /// Checks that the program did what it was asked to.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.status.code(), Some(0), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        self
    }

    /// Checks that the program has refused its input or environment with this code, a hint, and
    /// no trace of its inside; answers with what it has said.
    #[track_caller]
    pub fn refused(self, code: &str) -> String {
        assert_eq!(self.status.code(), Some(2), "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        assert!(self.stderr.contains(&format!(" [{code}]\n")), "{self:?}");
        assert!(self.stderr.contains("\nhint: "), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        assert!(!self.stderr.contains(".rs:"), "{self:?}");
        self.stderr
    }
}

/// The addresses in the start-up text of `fault run`.
fn addresses(text: &str) -> Vec<SocketAddr> {
    let listening = text.split("Listening\n").nth(1).unwrap_or_default();
    let lines = listening.lines().take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

/// What a stream has said so far.
#[derive(Debug)]
struct Heard {
    text: watch::Receiver<String>,
}

impl Heard {
    fn of(mut stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let (sender, text) = watch::channel(String::new());
        tokio::spawn(async move {
            let mut bytes = vec![0; 1 << 14];
            while let Ok(count @ 1..) = stream.read(&mut bytes).await {
                let said = String::from_utf8_lossy(&bytes[..count]);
                sender.send_modify(|text| text.push_str(&said));
            }
        });
        Self { text }
    }

    fn text(&self) -> String {
        self.text.borrow().clone()
    }

    /// All that was said once `text` is in it; or all that was said in vain.
    async fn hears(&mut self, text: &str) -> Result<String, String> {
        let heard = self.text.wait_for(|said| said.contains(text));
        let heard = matches!(timeout(PATIENCE, heard).await, Ok(Ok(_)));
        if heard { Ok(self.text()) } else { Err(self.text()) }
    }

    async fn all(&mut self) -> String {
        // No sender is left once the stream has ended; processes of the program's may hold it open.
        soon("the end of a stream", async { while self.text.changed().await.is_ok() {} }).await;
        self.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_from_the_start_up_text() {
        let text = "Listening\n  127.0.0.1:1234  HTTP proxy\n  [::1]:5  stands for\n\nFaults\n  9";
        let wanted = ["127.0.0.1:1234", "[::1]:5"].map(|text| text.parse().unwrap());
        assert_eq!(addresses(text), wanted);
    }

    #[tokio::test]
    async fn what_a_program_says_and_how_it_ends_is_known() {
        let mut running = Call::of(Path::new("/bin/sh"), "sh")
            .arg("-c")
            .arg("echo here; read line; echo $line 1>&2; exit 3")
            .spoken_to()
            .start();
        running.says("here").await;
        let outcome = running.ended().await;
        assert_eq!((outcome.code(), outcome.stdout.as_str()), (3, "here\n"));
        assert_eq!(outcome.stderr, "\n");
    }
}
