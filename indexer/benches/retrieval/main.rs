//! How well search finds the function that a question describes, in whole projects.
//!
//! `cargo bench -p fault-indexer --bench retrieval -- [--model DIR] [--runtime FILE] FOLDER..`
//!
//! A question is the first paragraph of what documents a function. None of these texts is indexed.
//! A question is answered by any function that it documents. With `--model`, the folder of a model
//! for ONNX Runtime, the projects are searched by meaning, and in both ways at once, as well; its
//! vectors are kept for the next time.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod corpus;
mod figures;
mod question;
mod remembered;

use std::{
    collections::BTreeSet,
    error::Error,
    path::{Path, PathBuf},
};

use corpus::{Corpus, Question};
use fault_indexer::{
    Embedder, Purpose, Store,
    embed::{LocalModel, ModelFiles},
    index::{self, Counts},
    search,
    store::{Hit, Select, sqlite::Sqlite},
};
use figures::Figures;
use remembered::Remembered;

/// Among how many of the first the answer is looked for.
const AMONG: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut model, mut runtime, mut folders) = (None, None, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--model" => model = words.next().map(PathBuf::from),
            "--runtime" => runtime = words.next().map(PathBuf::from),
            // This is what `cargo bench` says to every benchmark.
            "--bench" => {}
            folder => folders.push(PathBuf::from(folder)),
        }
    }
    let embedder = match model {
        Some(dir) => Some(Remembered::new(LocalModel::load(&ModelFiles { dir, runtime })?)?),
        None => None,
    };
    println!("| project | language | chunks | questions | found by | first | 5 | 10 | MRR |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for folder in folders {
        measure(&folder, embedder.as_ref().map(|it| it as &dyn Embedder))?;
    }
    Ok(())
}

/// Asks all questions of a project.
fn measure(folder: &Path, embedder: Option<&dyn Embedder>) -> Result<(), Box<dyn Error>> {
    let corpus = Corpus::read(folder)?;
    let place = tempfile::tempdir()?;
    let mut store = Sqlite::open(&place.path().join("index.db"))?;
    let counts = fill(&mut store, &corpus, &place.path().join("tree"))?;
    if let Some(embedder) = embedder {
        index::embed(&mut store, embedder, &|_| {}, &|| false)?;
    }
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
    let languages: BTreeSet<_> = corpus.questions.iter().map(|it| it.language.title).collect();
    let languages: Vec<_> = languages.into_iter().collect();
    let about = format!(
        "| {name} | {} | {} | {} |",
        languages.join(", "),
        counts.chunks,
        corpus.questions.len()
    );
    let words = ask(&corpus, |question| found(&mut store, None, question))?;
    println!("{about} words | {words} |");
    if let Some(embedder) = embedder {
        let meaning = ask(&corpus, |question| nearest(&mut store, embedder, question))?;
        println!("{about} meaning | {meaning} |");
        let both = ask(&corpus, |question| found(&mut store, Some(embedder), question))?;
        println!("{about} both | {both} |");
    }
    Ok(())
}

/// Indexes a project by way of a folder.
fn fill(store: &mut dyn Store, corpus: &Corpus, tree: &Path) -> Result<Counts, Box<dyn Error>> {
    for (path, text) in &corpus.files {
        let path = tree.join(path);
        fs_err::create_dir_all(path.parent().unwrap_or(tree))?;
        fs_err::write(path, text)?;
    }
    let options = index::Options { root: tree.to_owned(), languages: Vec::new() };
    Ok(index::run(store, &options, &|_| {}, &|| false)?)
}

type Found = Result<Vec<Hit>, Box<dyn Error>>;

fn ask(corpus: &Corpus, mut answer: impl FnMut(&str) -> Found) -> Result<Figures, Box<dyn Error>> {
    let mut figures = Figures::default();
    for question in &corpus.questions {
        figures.add(rank(question, &answer(&question.text)?));
    }
    Ok(figures)
}

/// The place of the first answer, from 1.
fn rank(question: &Question, hits: &[Hit]) -> Option<usize> {
    let answers = |hit: &Hit| question.answers.iter().any(|it| it.is_of(&hit.path, &hit.chunk));
    hits.iter().position(answers).map(|at| at + 1)
}

/// What a search finds.
fn found(store: &mut dyn Store, embedder: Option<&dyn Embedder>, question: &str) -> Found {
    let answer = search::search(store, embedder, question, AMONG)?;
    Ok(answer.found.into_iter().map(|found| found.hit).collect())
}

/// What means the most alike.
fn nearest(store: &mut dyn Store, embedder: &dyn Embedder, question: &str) -> Found {
    let vectors = embedder.embed(&[question], Purpose::Query)?;
    let vector = vectors.first().ok_or("the model gave no vector")?;
    Ok(store.select(&Select::Near { vector, limit: AMONG })?)
}
