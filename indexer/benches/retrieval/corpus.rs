//! A project without what documents its functions, and questions made of just that.

use std::{
    collections::HashMap,
    error::Error,
    path::{Path, PathBuf},
};

use fault_indexer::{
    Function, Language, Module,
    chunk::{Chunk, ChunkKind},
    lexical::Words,
    parse,
    search::is_of_tests,
    source,
};
use ignore::WalkBuilder;

use crate::question;

/// The fewest words of a question.
const FEWEST_WORDS: usize = 3;

/// A project.
#[derive(Default)]
pub(crate) struct Corpus {
    /// The paths of its files from the top, and their texts in which nothing documents a function.
    pub(crate) files: Vec<(String, String)>,
    /// What to ask, in the order of the files.
    pub(crate) questions: Vec<Question>,
}

/// A question, and the functions that answer it.
pub(crate) struct Question {
    /// What documents them.
    pub(crate) text: String,
    /// The language of the first of them.
    pub(crate) language: &'static Language,
    /// All functions that are documented alike.
    pub(crate) answers: Vec<Place>,
}

/// Where a function is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: String,
    name: String,
    first_line: usize,
    last_line: usize,
}

impl Place {
    /// Whether a chunk is this function, or a part of it.
    pub(crate) fn is_of(&self, path: &str, chunk: &Chunk) -> bool {
        chunk.kind == ChunkKind::Function
            && self.path == path
            && self.name == chunk.name
            && chunk.first_line <= self.last_line
            && self.first_line <= chunk.last_line
    }
}

impl Corpus {
    /// Reads a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut corpus = Self::default();
        let mut asked: HashMap<String, usize> = HashMap::new();
        for path in paths(folder)? {
            let inside = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            corpus.add(&path, inside, &mut asked)?;
        }
        Ok(corpus)
    }

    fn add(
        &mut self,
        path: &Path,
        inside: String,
        asked: &mut HashMap<String, usize>,
    ) -> Result<(), Box<dyn Error>> {
        let Some(source) = source::decode(fs_err::read(path)?) else { return Ok(()) };
        let first_line = source.text.lines().next().unwrap_or_default();
        let Some(language) = Language::of_file(path, first_line) else { return Ok(()) };
        let module = parse(&source.text, language);
        let bare = without_docs(&source.text, &module);
        // Tests are indexed; but who asks in words asks for something else.
        if !is_of_tests(&inside) && !source::is_generated(path, &source.text) {
            self.ask(&source.text, &module, &bare, &inside, asked);
        }
        self.files.push((inside, bare));
        Ok(())
    }

    /// Makes the questions of a file.
    fn ask(
        &mut self,
        text: &str,
        module: &Module,
        bare: &str,
        path: &str,
        asked: &mut HashMap<String, usize>,
    ) {
        let mut words = Words::default();
        let rest = question::plain(bare);
        for function in &module.functions {
            let (Some(doc), Some(_), None) = (function.doc, function.body, function.within) else {
                continue;
            };
            if is_of_tests(&function.qualified.replace("::", "/")) {
                continue;
            }
            let text = question::of_doc(&text[doc.bytes()], &function.name);
            // What stands elsewhere in the file as well is no question: it would find itself.
            if !asks(&text, &function.name, &mut words) || rest.contains(&text) {
                continue;
            }
            let at = *asked.entry(text.clone()).or_insert_with(|| {
                let (language, answers) = (module.language, Vec::new());
                self.questions.push(Question { text, language, answers });
                self.questions.len() - 1
            });
            self.questions[at].answers.push(Place::of(path, function));
        }
    }
}

impl Place {
    fn of(path: &str, function: &Function) -> Self {
        Self {
            path: path.to_owned(),
            name: function.qualified.clone(),
            first_line: function.span.first_line,
            last_line: function.span.last_line,
        }
    }
}

/// Whether a text says enough, and more than the name does.
fn asks(text: &str, name: &str, words: &mut Words) -> bool {
    let said = text.split(' ').filter(|word| word.chars().any(char::is_alphabetic)).count();
    let name = words.of_query(name);
    said >= FEWEST_WORDS && !words.of_query(text).iter().all(|word| name.contains(word))
}

/// The files of a folder, in order.
fn paths(folder: &Path) -> Result<Vec<PathBuf>, ignore::Error> {
    let walk = WalkBuilder::new(folder).sort_by_file_path(Path::cmp).build();
    let mut paths = Vec::new();
    for entry in walk {
        let entry = entry?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            paths.push(entry.into_path());
        }
    }
    Ok(paths)
}

/// A text in which nothing documents a function. Its lines stay where they are.
fn without_docs(text: &str, module: &Module) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for function in &module.functions {
        let Some(doc) = function.doc else { continue };
        let inside = function.definition.contains(doc);
        for byte in &mut bytes[doc.bytes()] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        // A string that is the whole of a body must leave a statement behind.
        if inside && doc.end - doc.start >= 2 {
            bytes[doc.start..doc.start + 2].copy_from_slice(b"\"\"");
        }
    }
    String::from_utf8(bytes).expect("whole characters gave way to spaces")
}
