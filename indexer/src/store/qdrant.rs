//! An index in Qdrant, for teams and for code that outgrows one machine.
//!
//! A project has one collection, with three sorts of points in it:
//!
//! * one that says which version this is and whose vectors are there;
//! * one for each file: which version of it is the current one, and how many chunks that has;
//! * one for each chunk: what it is, its words with their weights (`words`, a sparse vector whose
//!   rare words Qdrant itself makes count for more), and its meaning once there is an embedder
//!   (a dense vector with a name of its own for each embedder).
//!
//! **A version of a file is there as soon as its file's point says so.** Chunks are written first,
//! then the file's point, and only then the chunks of other versions go. Whoever reads looks up the
//! points of the files of the chunks that were found, and passes over chunks of other versions. So
//! a process can be killed anywhere in between: at worst there is a version that nobody sees, and it
//! goes when its file changes for the next time.
//!
//! A version is told by what is in it, so two processes that index the same tree write the very
//! same points. Should two that index *different* versions of a file cross each other, such that
//! chunks of the current one are deleted, the manifest leaves the file out: it is indexed again.
//!
//! The length of a dense vector is fixed when its name is made, so another embedder gets another
//! name and the old one goes. Qdrant can do this since its version 1.18. The simplest alternative
//! for older ones is a second collection for vectors, which would take two requests for each search.

mod address;
mod link;
mod read;
mod record;
#[cfg(test)]
mod tests;
mod weights;
mod write;

use std::{fmt, time::Duration};

use tokio::runtime::Handle;

use super::{Change, Hit, Manifest, Select, Store, StoreError};
use link::Link;

/// The most characters of a folder's name that go into the name of its collection.
const LONGEST_NAME: usize = 100;

/// Where a Qdrant is, and which of its collections is meant.
#[derive(Clone)]
pub struct Settings {
    /// Its URL: `http://HOST:PORT` or `https://HOST:PORT`, with its gRPC port; 6334 if none is
    /// given.
    pub url: String,
    /// The key that it wants.
    pub key: Option<String>,
    /// The collection; see [`collection_name`].
    pub collection: String,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A URL may have a password in it, and a key is one.
        f.debug_struct("Settings")
            .field("url", &address::shown(&self.url))
            .field("key", &self.key.as_ref().map(|_| "***"))
            .field("collection", &self.collection)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// The name of the collection for the project in a folder of this name.
pub fn collection_name(folder_name: &str) -> String {
    let words = folder_name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let name = words.join("-").to_ascii_lowercase();
    let name = if name.is_empty() { "index" } else { &name };
    format!("fault-{}", &name[..name.len().min(LONGEST_NAME)])
}

/// An index in Qdrant.
#[derive(Debug)]
pub struct Qdrant {
    link: Link,
    /// The dense vector that this handle writes.
    vector_name: Option<String>,
}

impl Qdrant {
    /// Gets ready to talk to a Qdrant. Nothing is sent before the first question or change, and a
    /// collection is made by the first change.
    ///
    /// `handle` is that of a runtime with several threads, time and network. Whoever uses the store
    /// blocks, so it must not be used on a thread of that runtime other than in `spawn_blocking`.
    pub fn connect(handle: Handle, settings: Settings) -> Result<Self, StoreError> {
        Ok(Self { link: Link::new(handle, settings)?, vector_name: None })
    }
}

impl Store for Qdrant {
    fn manifest(&mut self) -> Result<Manifest, StoreError> {
        read::manifest(&self.link)
    }

    fn change(&mut self, change: Change<'_>) -> Result<(), StoreError> {
        match change {
            Change::Files { gone, new } => write::files(&self.link, gone, new),
            Change::Embedder(name, dimension) => {
                self.vector_name = Some(write::embedder(&self.link, name, dimension)?);
                Ok(())
            }
            Change::Vectors(vectors) => {
                write::vectors(&self.link, self.vector_name.as_deref(), vectors)
            }
            Change::Clear => write::clear(&self.link),
        }
    }

    fn select(&mut self, what: &Select<'_>) -> Result<Vec<Hit>, StoreError> {
        let Some(meta) = read::meta(&self.link)? else {
            return Ok(Vec::new());
        };
        match *what {
            Select::Words { terms, limit } => read::words(&self.link, terms, limit),
            Select::Near { vector, limit } => read::near(&self.link, &meta, vector, limit),
            Select::Bare { limit } => read::bare(&self.link, &meta, limit),
            Select::File { path } => read::file(&self.link, &meta, path),
        }
    }
}
