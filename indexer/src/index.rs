//! From a tree of files to a store, and again after they have changed.
//!
//! One thread walks the tree, some read and parse files, and the caller's own thread writes them to
//! the store, a batch at a time. What is on its way between them is bounded in bytes. Each batch
//! is one change of the store: whenever this ends early, what was written stays and is good, and
//! the next run does the rest.

mod batch;
mod budget;
mod embed;
mod read;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    embed::EmbedError,
    language::Language,
    source,
    store::{Change, Manifest, Store, StoreError},
    tree::{self, File, Tree, wanted},
};
use batch::Batch;
use budget::Budget;

pub use embed::{EmbedCounts, embed};

/// How many bytes of source are written in one change.
const BATCH: usize = 4 << 20;

/// How many bytes of source are on their way from the files to the store. A file of any size fits
/// beside a batch that is not full yet, so nobody waits for ever.
const ON_THE_WAY: usize = BATCH + 2 * source::LARGEST as usize;

/// What to index.
#[derive(Clone, Debug)]
pub struct Options {
    /// The top of the tree.
    pub root: PathBuf,
    /// The languages; all of them if there are none. Files of others stay as they are in the store.
    pub languages: Vec<&'static Language>,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The tree is known.
    Walked {
        /// How many files there are to look at.
        files: usize,
    },
    /// Files were looked at, and written to the store where they are new.
    Files {
        /// How many so far.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// Chunks got their vectors.
    Vectors {
        /// How many so far.
        done: usize,
        /// How many had none.
        of: usize,
    },
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// The files of a known language.
    pub files: usize,
    /// Those that are new or different, and were indexed.
    pub indexed: usize,
    /// Those that are as they were.
    pub unchanged: usize,
    /// Those that were in the index and are no longer.
    pub removed: usize,
    /// Those that were left out, by reason.
    pub skipped: BTreeMap<&'static str, usize>,
    /// What could not be read, and why.
    pub unreadable: Vec<String>,
    /// The functions in the files that were indexed.
    pub functions: usize,
    /// The chunks of the files that were indexed.
    pub chunks: usize,
    /// The lines of the files that were indexed.
    pub lines: usize,
    /// Whether it ended before all was done. The next run does the rest.
    pub interrupted: bool,
}

/// Why a tree was not indexed.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The top of the tree is no folder.
    #[error("{} is not a folder", .0.display())]
    NoFolder(PathBuf),
    /// The store does not do what it should.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There are no vectors.
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

impl IndexError {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFolder(_) => "no_such_folder",
            Self::Store(error) => error.code,
            Self::Embed(error) => error.code,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &str {
        match self {
            Self::NoFolder(_) => "name the folder that the source code is in",
            Self::Store(error) => &error.hint,
            Self::Embed(error) => &error.hint,
        }
    }
}

/// Makes a store hold what is in a tree.
pub fn run(
    store: &mut dyn Store,
    options: &Options,
    on: &(dyn Fn(Step) + Sync),
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Counts, IndexError> {
    run_in_batches(store, options, on, cancelled, BATCH)
}

fn run_in_batches(
    store: &mut dyn Store,
    options: &Options,
    on: &(dyn Fn(Step) + Sync),
    cancelled: &(dyn Fn() -> bool + Sync),
    batch: usize,
) -> Result<Counts, IndexError> {
    // What others write from now on is not missed in the tree, since it is not expected there.
    let known = store.manifest()?;
    let tree = tree::walk(&options.root, &options.languages)
        .ok_or_else(|| IndexError::NoFolder(options.root.clone()))?;
    on(Step::Walked { files: tree.files.len() });
    let gone = gone(&known, &tree, &options.languages);
    let mut batch = Batch::new(store, &known, on, batch, tree.files.len());
    batch.counts.unreadable.clone_from(&tree.unreadable);
    batch.remove(gone);
    in_parallel(&tree.files, &known, &options.languages, cancelled, &mut batch)?;
    batch.finish()
}

/// What the store has of these languages and the tree has not.
fn gone(known: &Manifest, tree: &Tree, languages: &[&'static Language]) -> Vec<String> {
    let there: std::collections::HashSet<&str> =
        tree.files.iter().map(|file| file.name.as_str()).collect();
    let files = known.files.iter().filter(|(name, mark)| {
        !there.contains(name.as_str())
            && Language::named(&mark.language).is_none_or(|language| wanted(language, languages))
            && !tree.is_hidden(name)
    });
    files.map(|(name, _)| name.clone()).collect()
}

/// Reads and parses files in threads, and hands what comes out of it to the batch in this one.
fn in_parallel(
    files: &[File],
    known: &Manifest,
    languages: &[&'static Language],
    cancelled: &(dyn Fn() -> bool + Sync),
    batch: &mut Batch<'_>,
) -> Result<(), IndexError> {
    let budget = Budget::new(ON_THE_WAY);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    std::thread::scope(|threads| {
        for _ in 0..readers(files.len()) {
            let (send, budget, next) = (send.clone(), &budget, &next);
            threads.spawn(move || {
                let mut reader = read::Reader::new(known, languages);
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if cancelled() || !budget.take(file.bytes) {
                        break;
                    }
                    if send.send((file, reader.look_at(file))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let done = receive.iter().try_for_each(|(file, outcome)| {
            let written = batch.take(file, outcome)?;
            budget.give_back(written);
            Ok(())
        });
        budget.close();
        done
    })
}

/// How many threads read so many files.
pub(crate) fn readers(files: usize) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    processors.clamp(2, 8).min(files)
}
