//! A process group: what is started is ended with all that it has started itself.

use std::process::{Child, Command};

use crate::error::ToolError;

/// The processes that a program has started, and itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
}

/// Has a command start in a group of its own.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such groups")]
pub(super) fn own(command: &mut Command) -> Result<(), ToolError> {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
    Ok(())
}

/// Has a command start in a group of its own.
#[cfg(not(unix))]
pub(super) fn own(_command: &mut Command) -> Result<(), ToolError> {
    Err(ToolError::environment("exec_not_allowed", "applications are started on Unix only")
        .hint("check the diff with fault_check_change, which starts nothing"))
}

#[cfg(unix)]
impl Group {
    /// The group of a process that leads one.
    pub(super) fn of(child: &Child) -> Self {
        let id = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
        Self { id }
    }

    /// Asks all of it to end.
    pub(super) fn terminate(self) {
        self.signal(rustix::process::Signal::TERM);
    }

    /// Ends all of it.
    pub(super) fn kill(self) {
        self.signal(rustix::process::Signal::KILL);
    }

    /// Whether any of it is left.
    pub(super) fn is_there(self) -> bool {
        self.id
            .is_some_and(|id| rustix::process::test_kill_process_group(id).is_ok() && has_live(id))
    }

    fn signal(self, signal: rustix::process::Signal) {
        if let Some(id) = self.id {
            // It may have ended by itself.
            let _ = rustix::process::kill_process_group(id, signal);
        }
    }
}

/// Whether a group has a process that is not a zombie: orphans may stay such for long where nobody
/// waits for them, as in a container without an init.
#[cfg(target_os = "linux")]
fn has_live(group: rustix::process::Pid) -> bool {
    // Without this folder nothing can be said.
    let Ok(processes) = fs_err::read_dir("/proc") else { return true };
    let group = group.as_raw_nonzero().to_string();
    let is_live = |path: std::path::PathBuf| {
        let stat = fs_err::read_to_string(path.join("stat")).unwrap_or_default();
        // `1 (name) S 0 1 ...`: state, parent, group. A name may hold anything, also parentheses.
        let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
        let (state, own) = (fields.next(), fields.nth(1));
        own == Some(group.as_str()) && !matches!(state, Some("Z" | "X"))
    };
    let named = |entry: &fs_err::DirEntry| {
        entry.file_name().as_encoded_bytes().first().is_some_and(u8::is_ascii_digit)
    };
    processes.flatten().filter(named).any(|entry| is_live(entry.path()))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn has_live(_group: rustix::process::Pid) -> bool {
    true
}

#[cfg(not(unix))]
impl Group {
    pub(super) fn of(_child: &Child) -> Self {
        Self {}
    }

    pub(super) fn terminate(self) {}

    pub(super) fn kill(self) {}

    pub(super) fn is_there(self) -> bool {
        false
    }
}
