//! What is in a file: the part that is done in many threads.

use std::io;

use crate::{
    chunk,
    language::Language,
    lexical::Words,
    source::{self, Skip},
    store::{FileMark, IndexedFile, Manifest},
    syntax,
    tree::{Content, File},
};

/// What is to be done with a file.
pub(super) enum Outcome {
    /// It is of no language that is asked for.
    NoSource,
    /// It is as it was.
    Unchanged,
    /// It is not there any more.
    Gone,
    /// It is left out.
    Skipped(Skip),
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is new or different, and has so many functions.
    New(IndexedFile, usize),
}

/// Looks at files.
pub(super) struct Reader<'a> {
    known: &'a Manifest,
    languages: &'a [&'static Language],
    words: Words,
}

impl<'a> Reader<'a> {
    pub(super) fn new(known: &'a Manifest, languages: &'a [&'static Language]) -> Self {
        Self { known, languages, words: Words::default() }
    }

    pub(super) fn look_at(&mut self, file: &File) -> Outcome {
        match self.read(file) {
            Ok(outcome) => outcome,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Outcome::Gone,
            Err(error) => Outcome::Unreadable(error),
        }
    }

    fn read(&mut self, file: &File) -> io::Result<Outcome> {
        let (language, bytes) = match file.read(self.languages)? {
            Content::Code(language, bytes) => (language, bytes),
            Content::NoSource => return Ok(Outcome::NoSource),
            Content::TooLarge => return Ok(Outcome::Skipped(Skip::TooLarge)),
        };
        let hash = blake3::hash(&bytes).to_hex();
        let same = |mark: &FileMark| mark.hash == hash.as_str() && mark.language == language.name;
        if self.known.files.get(&file.name).is_some_and(same) {
            return Ok(Outcome::Unchanged);
        }
        Ok(self.parse(file, language, hash.as_str(), bytes))
    }

    fn parse(
        &mut self,
        file: &File,
        language: &'static Language,
        hash: &str,
        bytes: Vec<u8>,
    ) -> Outcome {
        let source = match source::written(&file.path, bytes) {
            Ok(source) => source,
            Err(skip) => return Outcome::Skipped(skip),
        };
        let module = syntax::parse(&source.text, language);
        let chunks = chunk::cut(&source, &module).into_iter().map(|chunk| {
            let terms = self.words.of_chunk(&file.name, &chunk);
            (chunk, terms)
        });
        let chunks = chunks.collect();
        let (language, hash) = (language.name.to_owned(), hash.to_owned());
        let mark = FileMark { language, hash, lines: module.lines };
        let new = IndexedFile { path: file.name.clone(), mark, chunks };
        Outcome::New(new, module.functions.len())
    }
}
