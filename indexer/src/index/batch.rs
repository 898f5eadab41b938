//! Writes to the store, as much at a time as is worth it.

use super::{Change, Counts, IndexError, Step, Store, read::Outcome};
use crate::{
    store::{IndexedFile, Manifest},
    tree::File,
};

/// After how many files progress is told, when nothing is written.
const TELL: usize = 256;

pub(super) struct Batch<'a> {
    store: &'a mut dyn Store,
    known: &'a Manifest,
    on: &'a (dyn Fn(Step) + Sync),
    /// How many bytes of source are enough.
    enough: usize,
    new: Vec<IndexedFile>,
    gone: Vec<String>,
    bytes: usize,
    done: usize,
    of: usize,
    pub(super) counts: Counts,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        store: &'a mut dyn Store,
        known: &'a Manifest,
        on: &'a (dyn Fn(Step) + Sync),
        enough: usize,
        of: usize,
    ) -> Self {
        Self {
            store,
            known,
            on,
            enough,
            new: Vec::new(),
            gone: Vec::new(),
            bytes: 0,
            done: 0,
            of,
            counts: Counts::default(),
        }
    }

    /// Removes files.
    pub(super) fn remove(&mut self, gone: Vec<String>) {
        self.gone = gone;
        self.counts.removed += self.gone.len();
    }

    /// Takes what came out of a file, and says how many bytes are no longer on their way.
    pub(super) fn take(&mut self, file: &File, outcome: Outcome) -> Result<usize, IndexError> {
        self.done += 1;
        self.counts.files += usize::from(!matches!(outcome, Outcome::NoSource | Outcome::Gone));
        match outcome {
            Outcome::New(new, functions) => return self.add(new, functions, file.bytes),
            Outcome::Unchanged => self.counts.unchanged += 1,
            Outcome::NoSource | Outcome::Gone => self.leave_out(file),
            Outcome::Skipped(skip) => {
                *self.counts.skipped.entry(skip.reason()).or_default() += 1;
                self.leave_out(file);
            }
            // What is in the index of it stays: perhaps it can be read the next time.
            Outcome::Unreadable(error) => self.counts.unreadable.push(error.to_string()),
        }
        if self.done.is_multiple_of(TELL) {
            self.tell();
        }
        Ok(file.bytes)
    }

    fn add(
        &mut self,
        new: IndexedFile,
        functions: usize,
        bytes: usize,
    ) -> Result<usize, IndexError> {
        self.counts.indexed += 1;
        self.counts.functions += functions;
        self.counts.chunks += new.chunks.len();
        self.counts.lines += new.mark.lines;
        self.new.push(new);
        self.bytes += bytes;
        if self.bytes >= self.enough { self.write() } else { Ok(0) }
    }

    fn leave_out(&mut self, file: &File) {
        if self.known.files.contains_key(&file.name) {
            self.gone.push(file.name.clone());
            self.counts.removed += 1;
        }
    }

    fn write(&mut self) -> Result<usize, IndexError> {
        if !self.new.is_empty() || !self.gone.is_empty() {
            self.store.change(Change::Files { gone: &self.gone, new: &self.new })?;
            self.new.clear();
            self.gone.clear();
        }
        self.tell();
        Ok(std::mem::take(&mut self.bytes))
    }

    fn tell(&self) {
        (self.on)(Step::Files { done: self.done, of: self.of });
    }

    /// Writes the rest.
    pub(super) fn finish(mut self) -> Result<Counts, IndexError> {
        self.write()?;
        self.counts.interrupted = self.done < self.of;
        Ok(self.counts)
    }
}
