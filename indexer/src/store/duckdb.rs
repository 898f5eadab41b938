//! An index in one file of DuckDB, for those who ask questions about code in SQL.
//!
//! It behaves as an index of SQLite does, but for one thing: DuckDB gives a file to one process at a
//! time, for as long as that one has it open. Handles of one process share it. Another process waits
//! for a few seconds, and then gets `index_busy`; so a handle is not to be kept for long.
//!
//! Anybody may read the file with SQL. These are its tables:
//!
//! | name | columns |
//! |---|---|
//! | `files` | `path`, `language`, `hash`, `lines`, `chunks` (how many) |
//! | `chunks` | `id`, `path`, `kind`, `name`, `language`, `first_line`, `last_line`, `text` |
//! | `calls` | `chunk`, `callee` |
//! | `imports` | `chunk`, `path` |
//! | `remote_calls` | `chunk`, `kind`, `path` |
//!
//! Beside them are `vectors`, `meta`, and `postings`, of which BM25 is counted: DuckDB's own full
//! text search is an extension that is fetched from outside, and an index must not need that. No
//! table has a key: keys make large changes slow, and a scan of a column is fast.

mod error;
mod file;
mod instance;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;

use super::{Change, Hit, Manifest, Select, Store, StoreError, complaint};

pub use file::remove;
pub(crate) use {
    error::message,
    instance::{Access, Handle, open},
    schema::check,
};

/// An index in a file of DuckDB.
#[derive(Debug)]
pub struct DuckDb {
    handle: Handle,
    /// The embedder whose vectors this handle writes.
    embedder: Option<String>,
}

impl DuckDb {
    /// The index in this file, which is made if it is not there.
    ///
    /// The folder of the file is made too. One named `.fault` is kept out of version control.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let handle = open(path, Access::Make)?;
        schema::prepare(&handle)?;
        Ok(Self { handle, embedder: None })
    }

    /// The index in this file.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        let handle = open(path, Access::Write)?;
        check(&handle)?;
        Ok(Self { handle, embedder: None })
    }
}

impl Store for DuckDb {
    fn manifest(&mut self) -> Result<Manifest, StoreError> {
        self.handle.read(read::manifest)
    }

    fn change(&mut self, change: Change<'_>) -> Result<(), StoreError> {
        if let Change::Embedder(name, _) = change {
            self.embedder = Some(name.to_owned());
        }
        let own = self.embedder.as_deref();
        match self.handle.change(|connection| write::change(connection, &change, own))? {
            write::Done::Written => Ok(()),
            write::Done::OtherEmbedder(other) => {
                Err(complaint::other_embedder(self.handle.path(), &other))
            }
        }
    }

    fn select(&mut self, what: &Select<'_>) -> Result<Vec<Hit>, StoreError> {
        self.handle.read(|connection| read::select(connection, what))
    }
}
