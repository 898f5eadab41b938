//! Trees are indexed, again and again.

mod interrupted;
mod tree;
mod vectors;

use std::{path::Path, sync::Mutex};

use super::*;
use crate::store::{Hit, Select, sqlite::Sqlite};

/// A tree in a folder of its own, with its index.
struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    fn of(files: &[(&str, &str)]) -> Self {
        let tree = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            tree.write(name, text);
        }
        tree
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    fn remove(&self, name: &str) {
        fs_err::remove_file(self.path().join(name)).unwrap();
    }

    fn store(&self) -> Sqlite {
        Sqlite::open(&self.path().join(".fault/index.db")).unwrap()
    }

    fn options(&self) -> Options {
        Options { root: self.path().to_owned(), languages: Vec::new() }
    }

    fn index(&self) -> Counts {
        run(&mut self.store(), &self.options(), &|_| {}, &|| false).unwrap()
    }

    fn known(&self) -> Vec<String> {
        self.store().manifest().unwrap().files.into_keys().collect()
    }

    fn chunks_of(&self, path: &str) -> Vec<Hit> {
        self.store().select(&Select::File { path }).unwrap()
    }

    /// The chunks, without their numbers.
    fn content(&self) -> Vec<(String, String, String)> {
        let mut store = self.store();
        let files = store.manifest().unwrap().files.into_keys();
        let hits = files.flat_map(|path| store.select(&Select::File { path: &path }).unwrap());
        hits.map(|hit| (hit.path, hit.chunk.name, hit.chunk.text)).collect()
    }
}

const ONE: &str = "def one():\n    return 1\n";
const TWO: &str =
    "def two():\n    return one()\n\n\nclass Both:\n    def both(self):\n        pass\n";

fn counts(files: usize, indexed: usize, unchanged: usize, removed: usize) -> Counts {
    Counts { files, indexed, unchanged, removed, ..Counts::default() }
}

/// The counts of files alone.
fn of_files(found: &Counts) -> Counts {
    let Counts { files, indexed, unchanged, removed, .. } = *found;
    counts(files, indexed, unchanged, removed)
}
