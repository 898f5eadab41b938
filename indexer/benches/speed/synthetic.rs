//! An index of made-up chunks, as large as that of a very large project.

use std::error::Error;

use fault_indexer::{
    EmbedError, Embedder, Purpose, Store,
    chunk::{Chunk, ChunkKind},
    lexical::Words,
    search,
    store::{Change, FileMark, IndexedFile, Select, sqlite::Sqlite},
};
use tokio::time::Instant;

use crate::cost;

const FILES: usize = 5000;
const CHUNKS_OF_A_FILE: usize = 20;
const WORDS_OF_A_CHUNK: usize = 70;
const WORDS_OF_A_QUESTION: usize = 8;
const VOCABULARY: f64 = 20_000.0;
const DIMENSION: usize = 384;
const QUESTIONS: usize = 50;

/// Numbers that look like chance, the same in each run (splitmix64, by Vigna).
struct Chance(u64);

impl Chance {
    /// From 0 up to 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Some words. As in real texts, the second is half as frequent as the first, and so on.
    fn words(&mut self, count: usize) -> String {
        let words: Vec<String> =
            (0..count).map(|_| spelled(VOCABULARY.powf(self.share()))).collect();
        words.join(" ")
    }

    /// A vector of length 1.
    fn vector(&mut self) -> Vec<f32> {
        let values: Vec<f32> = (0..DIMENSION).map(|_| self.share() as f32 - 0.5).collect();
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        values.into_iter().map(|value| value / length).collect()
    }
}

/// A word for a number.
fn spelled(number: f64) -> String {
    let mut rest = number as usize;
    let mut word = String::from("z");
    while rest > 0 {
        word.push(char::from(b"bcdfghjklm"[rest % 10]));
        word.push('o');
        rest /= 10;
    }
    word
}

/// An embedder whose vectors mean nothing.
struct Arbitrary;

impl Embedder for Arbitrary {
    fn name(&self) -> &'static str {
        "arbitrary"
    }

    fn dimension(&self) -> usize {
        DIMENSION
    }

    fn embed(&self, texts: &[&str], _: Purpose) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(texts.iter().map(|text| Chance(text.len() as u64).vector()).collect())
    }
}

/// Fills an index, and searches it.
pub(crate) fn measure() -> Result<(), Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let mut store = Sqlite::open(&place.path().join("index.db"))?;
    fill(&mut store)?;
    let manifest = store.manifest()?;
    println!("{} chunks, {} vectors of {DIMENSION}", manifest.chunks, manifest.vectors);
    println!();
    println!("| search | first, ms | median, ms | slowest after the first, ms |");
    println!("|---|---|---|---|");
    let mut chance = Chance(2);
    let questions: Vec<String> =
        (0..QUESTIONS).map(|_| chance.words(WORDS_OF_A_QUESTION)).collect();
    let row = |what, times: Vec<f64>| {
        let (first, rest) = times.split_first().unwrap_or((&0.0, &[]));
        let (median, slowest) =
            (cost::median(rest.iter().copied()), rest.iter().copied().fold(0.0, f64::max));
        println!("| {what} | {first:.1} | {median:.1} | {slowest:.1} |");
    };
    row(
        "by words",
        timed(&questions, |question| {
            search::search(&mut store, None, question, 10).map(drop).map_err(Into::into)
        })?,
    );
    row(
        "the nearest vectors",
        timed(&questions, |_| {
            let vector = chance.vector();
            store.select(&Select::Near { vector: &vector, limit: 10 }).map(drop).map_err(Into::into)
        })?,
    );
    row(
        "by words and by meaning",
        timed(&questions, |question| {
            search::search(&mut store, Some(&Arbitrary), question, 10).map(drop).map_err(Into::into)
        })?,
    );
    println!();
    println!("peak memory: {} MiB", cost::peak_memory()? >> 10);
    Ok(())
}

/// The milliseconds that each question takes.
fn timed(
    questions: &[String],
    mut ask: impl FnMut(&str) -> Result<(), Box<dyn Error>>,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut times = Vec::new();
    for question in questions {
        let start = Instant::now();
        ask(question)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

fn fill(store: &mut dyn Store) -> Result<(), Box<dyn Error>> {
    let (mut chance, mut words) = (Chance(1), Words::default());
    for batch in 0..FILES / 100 {
        let files: Vec<IndexedFile> =
            (0..100).map(|at| file(batch * 100 + at, &mut chance, &mut words)).collect();
        store.change(Change::Files { gone: &[], new: &files })?;
    }
    store.change(Change::Embedder(Arbitrary.name(), DIMENSION))?;
    loop {
        let bare = store.select(&Select::Bare { limit: 2000 })?;
        if bare.is_empty() {
            return Ok(());
        }
        let vectors: Vec<_> = bare.iter().map(|hit| (hit.id, chance.vector())).collect();
        store.change(Change::Vectors(&vectors))?;
    }
}

fn file(number: usize, chance: &mut Chance, words: &mut Words) -> IndexedFile {
    let path = format!("{}/{number}.py", chance.words(1));
    let mark = FileMark { language: "python".to_owned(), hash: number.to_string(), lines: 200 };
    let chunks = (0..CHUNKS_OF_A_FILE).map(|at| {
        let chunk = chunk(at, chance);
        let terms = words.of_chunk(&path, &chunk);
        (chunk, terms)
    });
    IndexedFile { mark, chunks: chunks.collect(), path: path.clone() }
}

fn chunk(at: usize, chance: &mut Chance) -> Chunk {
    let name = chance.words(2).replace(' ', "_");
    Chunk {
        kind: ChunkKind::Function,
        text: format!("def {name}({}):\n    {}", chance.words(3), chance.words(WORDS_OF_A_CHUNK)),
        name,
        language: "python".to_owned(),
        first_line: at * 10 + 1,
        last_line: at * 10 + 9,
        calls: vec![chance.words(1), chance.words(1)],
        imports: Vec::new(),
        remote_calls: Vec::new(),
    }
}
