//! An index in one file of SQLite.
//!
//! Anybody may read the file with SQL. These are its tables and views:
//!
//! | name | columns |
//! |---|---|
//! | `files` | `path`, `language`, `hash`, `lines`, `chunks` (how many) |
//! | `chunks` | `id`, `path`, `kind`, `name`, `language`, `first_line`, `last_line`, `text` |
//! | `calls` | `chunk`, `callee` |
//! | `imports` | `chunk`, `path` |
//! | `remote_calls` | `chunk`, `kind`, `path` |
//!
//! Beside them are `chunk` (of which the views are made), `words` (the full text index) and
//! `vocabulary` (what is in it), `vectors` and `bare` (the chunks without a vector), and `meta`.
//!
//! Several processes may use one file. A change is one transaction, for which others wait; reading
//! waits for nobody. The vectors are held in memory from their first use on, 4 bytes a value, and
//! read again after any of them has changed.

mod error;
mod file;
mod matrix;
mod read;
mod write;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::{Change, Hit, Manifest, Select, Store, StoreError, complaint};

pub use file::remove;

/// An index in one file.
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// The vectors, as they were read last.
    matrix: matrix::Matrix,
    /// The embedder whose vectors this handle writes.
    embedder: Option<String>,
}

impl Sqlite {
    /// The index in this file, which is made if it is not there.
    ///
    /// The folder of the file is made too. One named `.fault` is kept out of version control.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            file::create(path)?;
        }
        Self::open_existing(path)
    }

    /// The index in this file.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        let connection = file::connect(path)?;
        let path = path.to_owned();
        Ok(Self { connection, path, matrix: matrix::Matrix::default(), embedder: None })
    }
}

impl Store for Sqlite {
    fn manifest(&mut self) -> Result<Manifest, StoreError> {
        let Self { connection, path, .. } = self;
        let mut manifest = || {
            let transaction = connection.transaction()?;
            read::manifest(&transaction)
        };
        manifest().map_err(|error| error::of(&error, path))
    }

    fn change(&mut self, change: Change<'_>) -> Result<(), StoreError> {
        let Self { connection, path, embedder, .. } = self;
        let chosen = match change {
            Change::Embedder(name, _) => Some(name.to_owned()),
            _ => None,
        };
        let written = || {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = write::change(&transaction, change, embedder.as_deref())?;
            transaction.commit()?;
            rusqlite::Result::Ok(done)
        };
        match written() {
            Ok(write::Done::Written) => {
                *embedder = chosen.or(embedder.take());
                Ok(())
            }
            Ok(write::Done::OtherEmbedder(other)) => Err(complaint::other_embedder(path, &other)),
            Err(error) => Err(error::of(&error, path)),
        }
    }

    fn select(&mut self, what: &Select<'_>) -> Result<Vec<Hit>, StoreError> {
        let Self { connection, path, matrix, .. } = self;
        let mut select = || {
            let transaction = connection.transaction()?;
            match *what {
                Select::Words { terms, limit } => read::words(&transaction, terms, limit),
                Select::Near { vector, limit } => {
                    matrix.refresh(&transaction)?;
                    read::hits(&transaction, &matrix.nearest(vector, limit))
                }
                Select::Bare { limit } => read::bare(&transaction, limit),
                Select::File { path } => read::file(&transaction, path),
            }
        };
        select().map_err(|error| error::of(&error, path))
    }
}

/// A number as SQLite keeps it.
fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A number as it is counted here.
fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
