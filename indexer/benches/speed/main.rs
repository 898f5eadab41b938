//! How fast a project is indexed beside other tools, and how soon search answers.
//!
//! `cargo bench -p fault-indexer --bench speed -- FOLDER [ROUNDS]`
//!
//! The project is copied first, so that nothing of it changes, and so that all of it is in memory.
//! Rounds of all tools take turns; the medians count. A tool that is not there is left out by name.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod cost;
mod synthetic;
mod tree;

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

use cost::{Cost, Costs};
use fault_indexer::{
    index::{self, Options},
    store::sqlite::{self, Sqlite},
};

/// The languages, as ctags calls them: those that are indexed.
const LANGUAGES: &str = "--languages=Python,Rust,Go,JavaScript,TypeScript,Java,Elixir";

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // This benchmark starts itself for each measurement, so that each has a memory of its own.
        ["index", folder, file] => index_once(Path::new(folder), Path::new(file)),
        ["search"] => synthetic::measure(),
        [folder] => compare(Path::new(folder), 5),
        [folder, rounds] => compare(Path::new(folder), rounds.parse()?),
        _ => Err("name the folder of a project".into()),
    }
}

/// Indexes a folder, and says how many lines were indexed and what it took of memory.
fn index_once(folder: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let options = Options { root: folder.to_owned(), languages: Vec::new() };
    let mut store = Sqlite::open(file)?;
    let counts = index::run(&mut store, &options, &|_| {}, &|| false)?;
    println!("{} {}", counts.lines, cost::peak_memory()?);
    Ok(())
}

fn compare(folder: &Path, rounds: usize) -> Result<(), Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let bench = Bench { tree: place.path().join("tree"), file: place.path().join("index.db") };
    tree::copy(folder, &bench.tree)?;
    let (mut fresh, mut unchanged, mut edited) = <(Costs, Costs, Costs)>::default();
    let (mut ctags, mut floor) = <(Costs, Costs)>::default();
    for round in 0..rounds {
        sqlite::remove(&bench.file)?;
        fresh.add(bench.index()?);
        unchanged.add(bench.index()?);
        tree::edit(&bench.tree, round)?;
        edited.add(bench.index()?);
        ctags.add(bench.ctags()?);
        floor.add(bench.floor()?);
    }
    let lines = fresh.lines();
    println!("{lines} lines, {rounds} rounds, {} KiB of index", bench.size()?);
    println!();
    println!("| what | seconds | seconds of CPU | lines a second | peak memory |");
    println!("|---|---|---|---|---|");
    for (what, costs) in [
        ("fault, all files new", &fresh),
        ("fault, nothing changed", &unchanged),
        ("fault, one file changed", &edited),
        ("ctags -R, the same languages", &ctags),
        ("rg --files, and cat of them", &floor),
    ] {
        println!("{}", costs.row(what, lines));
    }
    println!();
    Command::new(std::env::current_exe()?).arg("search").status()?;
    Ok(())
}

/// A copy of a project, and an index of it.
struct Bench {
    tree: PathBuf,
    file: PathBuf,
}

impl Bench {
    fn index(&self) -> Result<Option<Cost>, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("index").arg(&self.tree).arg(&self.file);
        cost::of(command)
    }

    fn ctags(&self) -> Result<Option<Cost>, Box<dyn Error>> {
        let mut command = Command::new("ctags");
        let tags = self.file.with_extension("tags");
        command.args(["-R", LANGUAGES, "-f"]).arg(tags).arg(&self.tree);
        cost::of(command)
    }

    /// Finds and reads all files, and does nothing with them.
    fn floor(&self) -> Result<Option<Cost>, Box<dyn Error>> {
        if Command::new("rg").arg("--version").output().is_err() {
            return Ok(None);
        }
        let mut command = Command::new("sh");
        command.args(["-c", "rg --files -0 \"$0\" | xargs -0 cat >/dev/null"]).arg(&self.tree);
        cost::of(command)
    }

    fn size(&self) -> Result<u64, Box<dyn Error>> {
        Ok(fs_err::metadata(&self.file)?.len() >> 10)
    }
}
