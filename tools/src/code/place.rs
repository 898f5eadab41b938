//! Where an index is.

use std::{
    ffi::OsString,
    fmt::{Display, Formatter},
    path::{Path, PathBuf},
    time::Duration,
};

#[cfg(feature = "duckdb")]
use fault_indexer::store::duckdb::{self, DuckDb};
use fault_indexer::{
    Store, query,
    store::{
        Change,
        qdrant::{self, Qdrant},
        sqlite::{self, Sqlite},
    },
};
use tokio::runtime::Handle;

use super::settings::{CodeSettings, QdrantAccess};
use crate::{error::ToolError, files::Files};

/// Where an index is, seen from the folder that is indexed, if nothing else is said.
const USUAL: &str = ".fault/index.db";

/// What the names of files end in that databases keep beside an index.
const BESIDE: [&str; 5] = ["", "-wal", "-shm", "-journal", ".wal"];

/// How long a Qdrant may take to answer.
const QDRANT_TIMEOUT: Duration = Duration::from_secs(30);

/// Where an index is.
#[derive(Clone, Debug)]
pub(crate) struct IndexPlace {
    home: Home,
    /// The top of the tree that is in it, where that is known.
    pub(crate) top: Option<PathBuf>,
}

#[derive(Clone, Debug)]
enum Home {
    File(PathBuf),
    Qdrant(qdrant::Settings),
}

/// What is done with an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is written, and made if it is not there.
    Write,
    /// It is read.
    Read,
}

impl IndexPlace {
    /// Where the index of a folder is to be.
    pub(crate) fn of(
        settings: &CodeSettings,
        files: &Files,
        top: &Path,
    ) -> Result<Self, ToolError> {
        let home = match (&settings.index, &settings.qdrant) {
            (Some(file), _) => Home::File(file.clone()),
            (None, Some(access)) => Home::Qdrant(collection(access, top)),
            (None, None) => Home::File(own_file(files, top)?),
        };
        Ok(Self { home, top: Some(top.to_owned()) })
    }

    /// Where an index is when no folder is named: where the settings say, or in the nearest folder
    /// above a root that has one.
    pub(crate) fn nearest(settings: &CodeSettings, files: &Files) -> Result<Self, ToolError> {
        match (&settings.index, &settings.qdrant, files.roots.first()) {
            (Some(file), _, _) => Ok(Self { home: Home::File(file.clone()), top: None }),
            (None, Some(access), Some(root)) => {
                let home = Home::Qdrant(collection(access, root));
                Ok(Self { home, top: Some(root.clone()) })
            }
            _ => {
                let top =
                    files.nearest_with(USUAL).ok_or_else(|| no_index("there is no index yet"))?;
                Ok(Self { home: Home::File(own_file(files, &top)?), top: Some(top) })
            }
        }
    }

    /// The index in a file, or in a Qdrant, whatever else the settings say.
    pub(crate) fn both(
        settings: &CodeSettings,
        files: &Files,
        top: &Path,
    ) -> Result<(Self, Self), ToolError> {
        let Some(access) = &settings.qdrant else {
            let message = "there is no Qdrant to copy the index to";
            return Err(ToolError::input("no_qdrant", message)
                .hint("give its address with `--qdrant-url` or QDRANT_URL"));
        };
        let in_file = CodeSettings { qdrant: None, ..settings.clone() };
        let to = Self { home: Home::Qdrant(collection(access, top)), top: Some(top.to_owned()) };
        Ok((Self::of(&in_file, files, top)?, to))
    }

    /// Opens the index. What it does blocks.
    pub(crate) fn open(
        &self,
        handle: &Handle,
        purpose: Purpose,
    ) -> Result<Box<dyn Store>, ToolError> {
        let path = match &self.home {
            Home::Qdrant(settings) => {
                return Ok(Box::new(Qdrant::connect(handle.clone(), settings.clone())?));
            }
            Home::File(path) => path,
        };
        if purpose == Purpose::Read && !path.exists() {
            return Err(no_index(&format!("there is no index {}", path.display())));
        }
        Ok(match (query::Place::of(path)?, purpose) {
            #[cfg(feature = "duckdb")]
            (query::Place::DuckDb(path), Purpose::Write) => Box::new(DuckDb::open(&path)?),
            #[cfg(feature = "duckdb")]
            (query::Place::DuckDb(path), Purpose::Read) => Box::new(DuckDb::open_existing(&path)?),
            (_, Purpose::Write) => Box::new(Sqlite::open(path)?),
            (_, Purpose::Read) => Box::new(Sqlite::open_existing(path)?),
        })
    }

    /// Opens the index, with nothing in it.
    pub(crate) fn open_empty(&self, handle: &Handle) -> Result<Box<dyn Store>, ToolError> {
        match &self.home {
            Home::Qdrant(_) => {
                let mut store = self.open(handle, Purpose::Write)?;
                store.change(Change::Clear)?;
                Ok(store)
            }
            Home::File(path) => {
                // One that cannot be read any more must go as a whole.
                match query::Place::of(path)? {
                    #[cfg(feature = "duckdb")]
                    query::Place::DuckDb(path) => duckdb::remove(&path)?,
                    _ => sqlite::remove(path)?,
                }
                self.open(handle, Purpose::Write)
            }
        }
    }

    /// Where SQL finds the index.
    pub(crate) fn for_query(&self) -> Result<query::Place, ToolError> {
        match &self.home {
            Home::File(path) if path.exists() => Ok(query::Place::of(path)?),
            Home::File(path) => Err(no_index(&format!("there is no index {}", path.display()))),
            Home::Qdrant(_) => {
                let message = format!("{self} cannot be asked in SQL");
                Err(ToolError::input("query_unsupported", message)
                    .hint("index into a file as well: start the program with `--index PATH`"))
            }
        }
    }
}

impl Display for IndexPlace {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match &self.home {
            Home::File(path) => path.display().fmt(f),
            Home::Qdrant(settings) => write!(f, "collection {} of Qdrant", settings.collection),
        }
    }
}

/// Says that there is nothing to search.
pub(crate) fn no_index(message: &str) -> ToolError {
    ToolError::input("no_index", message)
        .hint("make one with fault_index_source_code, or `fault index DIR`")
}

/// The file of the index in the folder that it is of.
fn own_file(files: &Files, top: &Path) -> Result<PathBuf, ToolError> {
    let path = top.join(USUAL);
    for ending in BESIDE {
        let mut name = OsString::from(&path);
        name.push(ending);
        // A folder of a stranger may have a link where the index is to be.
        files.check_own(Path::new(&name))?;
    }
    Ok(path)
}

fn collection(access: &QdrantAccess, top: &Path) -> qdrant::Settings {
    let folder = || top.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let collection = access.collection.clone();
    qdrant::Settings {
        url: access.url.clone(),
        key: access.key.as_ref().map(|key| key.reveal().to_owned()),
        collection: collection.unwrap_or_else(|| qdrant::collection_name(&folder())),
        timeout: QDRANT_TIMEOUT,
    }
}
