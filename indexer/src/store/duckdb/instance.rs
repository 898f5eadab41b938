//! Files of DuckDB that are open in this process, each once.
//!
//! DuckDB guards a file against other processes by a lock that does not hold within one: a second
//! instance on the same file would damage it, and closing it would give the lock away. So all
//! handles of a process share one instance, and the last one closes it.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use duckdb::{AccessMode, Config, Connection};

use super::{error, file};
use crate::store::{StoreError, complaint, folder};

/// How often a file that another process has is tried, and how long is waited in between.
const TRIES: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is only read, and must be there.
    Read,
    /// It is changed, and must be there.
    Write,
    /// It is changed, and made where there is none.
    Make,
}

/// A connection to a file.
pub(crate) struct Handle {
    // The order matters: the connection goes before the file is closed.
    pub(crate) connection: Connection,
    writing: Arc<Mutex<()>>,
    share: Share,
}

/// A part in a file that is open.
struct Share {
    path: PathBuf,
}

/// A file that is open.
struct Instance {
    connection: Connection,
    access: Access,
    writing: Arc<Mutex<()>>,
    handles: usize,
}

static OPEN: Mutex<BTreeMap<PathBuf, Instance>> = Mutex::new(BTreeMap::new());

/// Opens a file. It waits for a few seconds while another process has it.
pub(crate) fn open(path: &Path, access: Access) -> Result<Handle, StoreError> {
    open_patiently(path, access, TRIES)
}

/// Opens a file, and tries it this often while another process has it.
pub(super) fn open_patiently(
    path: &Path,
    access: Access,
    tries: usize,
) -> Result<Handle, StoreError> {
    if access == Access::Make {
        folder::make_for(path).map_err(|error| error::unusable(path, &error))?;
    } else if !path.exists() {
        return Err(complaint::no_index(path));
    }
    let path = resolve(path).map_err(|error| error::unusable(path, &error))?;
    if path.is_dir() {
        return Err(complaint::not_an_index(&path));
    }
    for _ in 1..tries {
        match attach(&path, access) {
            Err(error) if error.code == "index_busy" => pause(),
            outcome => return outcome,
        }
    }
    attach(&path, access)
}

/// Does something with a file, which nobody in this process opens meanwhile.
pub(super) fn unless_open<T>(path: &Path, act: impl FnOnce() -> T) -> Result<T, StoreError> {
    let open = lock(&OPEN);
    match resolve(path) {
        Ok(path) if open.contains_key(&path) => Err(error::busy(&path)),
        _ => Ok(act()),
    }
}

impl Handle {
    /// Changes the file in one transaction, which is undone where the change fails.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&Connection) -> duckdb::Result<T>,
    ) -> Result<T, StoreError> {
        // Handles of one process take turns: DuckDB would refuse the later of two changes.
        let _turn = lock(&self.writing);
        let run = |sql| self.connection.execute_batch(sql);
        let changed = || {
            run("BEGIN")?;
            let outcome = change(&self.connection)?;
            run("COMMIT")?;
            Ok(outcome)
        };
        changed().map_err(|error| {
            // Where this fails, the transaction is undone already.
            let _ = run("ROLLBACK");
            self.failure(&error)
        })
    }

    /// Reads the file as it is at one moment.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> duckdb::Result<T>,
    ) -> Result<T, StoreError> {
        let run = |sql| self.connection.execute_batch(sql);
        let outcome = run("BEGIN TRANSACTION READ ONLY").and_then(|()| read(&self.connection));
        // There is nothing that could be lost.
        let _ = run("ROLLBACK");
        outcome.map_err(|error| self.failure(&error))
    }

    /// What an error of DuckDB means for the file.
    pub(super) fn failure(&self, error: &duckdb::Error) -> StoreError {
        error::of(error, self.path())
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.share.path
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("path", &self.share.path).finish_non_exhaustive()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut open = lock(&OPEN);
        if let Some(instance) = open.get_mut(&self.path) {
            instance.handles -= 1;
            if instance.handles == 0 {
                // It is closed while nobody can open it anew.
                open.remove(&self.path);
            }
        }
    }
}

/// One path for each file, which may not be there yet.
fn resolve(path: &Path) -> std::io::Result<PathBuf> {
    if path.exists() {
        return fs_err::canonicalize(path);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs_err::canonicalize(folder.unwrap_or(Path::new(".")))?;
    Ok(folder.join(path.file_name().unwrap_or_default()))
}

/// A handle of the file's instance, which is made where there is none.
fn attach(path: &Path, access: Access) -> Result<Handle, StoreError> {
    let mut open = lock(&OPEN);
    if !open.contains_key(path) {
        let connection = start(path, access).map_err(|error| error::of(&error, path))?;
        let instance = Instance { connection, access, writing: Arc::default(), handles: 0 };
        open.insert(path.to_owned(), instance);
    }
    let instance = open.get_mut(path).expect("it was there, or has just been made");
    if access != Access::Read && instance.access == Access::Read {
        return Err(error::busy(path));
    }
    let connection = instance.connection.try_clone().map_err(|error| error::of(&error, path))?;
    instance.handles += 1;
    let share = Share { path: path.to_owned() };
    Ok(Handle { connection, writing: Arc::clone(&instance.writing), share })
}

/// Opens a file in an instance of its own.
fn start(path: &Path, access: Access) -> duckdb::Result<Connection> {
    match Connection::open_with_flags(path, config(access)?) {
        // Another process may be making the file right now.
        Err(error) if access == Access::Make && !error::is_locked(&error) => {
            if !file::is_unfinished(path) || fs_err::remove_file(path).is_err() {
                return Err(error);
            }
            Connection::open_with_flags(path, config(access)?)
        }
        outcome => outcome,
    }
}

/// What holds for all files: nothing but the file itself is read or written, and no extension is
/// loaded, whatever is asked.
pub(crate) fn config(access: Access) -> duckdb::Result<Config> {
    let mode = match access {
        Access::Read => AccessMode::ReadOnly,
        Access::Write | Access::Make => AccessMode::ReadWrite,
    };
    let config = Config::default().access_mode(mode)?.enable_external_access(false)?;
    config.enable_autoload_extension(false)?.with("lock_configuration", "true")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the indexer is synchronous: no worker is blocked")]
fn pause() {
    std::thread::sleep(PAUSE);
}
