//! Writes results while the run goes on, so that a crash keeps what was found.
//!
//! After each test the file is a whole JSON document, which says that the run was cut short until it is not. It is
//! written anew at the end, indented, or as YAML if its name says so.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use fs_err::File;
use serde::Serialize;

use super::{RunError, RunSettings};
use crate::plan::Plan;
use crate::results::{ItemResult, Results};

/// Writes results, if they are to be written.
pub(super) struct Writer {
    out: Option<Out>,
}

struct Out {
    file: File,
    path: PathBuf,
    /// Which scenario each test belongs to, and each scenario with its source as JSON.
    scenarios: Vec<usize>,
    heads: Vec<String>,
    /// The scenario that tests were written for last.
    open: Option<usize>,
    /// Where what is sure to stay ends.
    end: u64,
    seed: String,
}

impl Writer {
    /// A writer to where the settings say; what was there before is gone.
    pub(super) fn create(settings: &RunSettings, plan: &Plan) -> Result<Self, RunError> {
        let Some(path) = &settings.results else { return Ok(Self { out: None }) };
        let out = Out::create(path, plan, settings.seed.to_string());
        let out = out.map_err(|source| RunError::Results { path: path.clone(), source })?;
        Ok(Self { out: Some(out) })
    }

    /// Adds the result of a test.
    pub(super) fn add(&mut self, test: usize, item: &ItemResult) -> Result<(), RunError> {
        self.write(|out| out.add(test, item))
    }

    /// Writes the whole once more, as it is to stay.
    pub(super) fn finish(mut self, results: &Results) -> Result<(), RunError> {
        self.write(|out| out.finish(results))
    }

    fn write(&mut self, write: impl FnOnce(&mut Out) -> io::Result<()>) -> Result<(), RunError> {
        let Some(out) = &mut self.out else { return Ok(()) };
        write(out).map_err(|source| RunError::Results { path: out.path.clone(), source })
    }
}

/// The head of a scenario in the file.
#[derive(Serialize)]
struct Head<'a> {
    scenario: &'a crate::file::Scenario,
    source: &'a str,
}

impl Out {
    fn create(path: &Path, plan: &Plan, seed: String) -> io::Result<Self> {
        let heads = plan.scenarios.iter().map(|planned| {
            let head = Head { scenario: &planned.scenario, source: &planned.source };
            serde_json::to_string(&head).map_err(io::Error::from)
        });
        let mut out = Self {
            heads: heads.collect::<io::Result<_>>()?,
            file: File::create(path)?,
            path: path.to_owned(),
            scenarios: plan.tests.iter().map(|test| test.scenario).collect(),
            open: None,
            end: 0,
            seed,
        };
        let start = jiff::Timestamp::now().as_second();
        out.put(&format!("{{\"start\":{start},\"results\":["))?;
        out.close()?;
        Ok(out)
    }

    fn add(&mut self, test: usize, item: &ItemResult) -> io::Result<()> {
        let scenario = self.scenarios[test];
        let mut text = match self.open {
            Some(open) if open == scenario => ",".to_owned(),
            Some(_) => format!("]}},{}", self.head(scenario)),
            None => self.head(scenario),
        };
        text.push_str(&serde_json::to_string(item)?);
        self.open = Some(scenario);
        self.file.seek(SeekFrom::Start(self.end))?;
        self.put(&text)?;
        self.close()
    }

    /// The beginning of a scenario, up to its first result.
    fn head(&self, scenario: usize) -> String {
        let head = self.heads[scenario].strip_suffix('}').unwrap_or_default();
        format!("{head},\"results\":[")
    }

    /// Writes what stays.
    fn put(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.end = self.file.stream_position()?;
        Ok(())
    }

    /// Makes the file whole; the next result is written over this.
    fn close(&mut self) -> io::Result<()> {
        let open = if self.open.is_some() { "]}" } else { "" };
        let end = jiff::Timestamp::now().as_second();
        let seed = &self.seed;
        write!(self.file, "{open}],\"end\":{end},\"seed\":\"{seed}\",\"cut_short\":true}}")?;
        let length = self.file.stream_position()?;
        self.file.set_len(length)?;
        self.file.flush()
    }

    fn finish(&mut self, results: &Results) -> io::Result<()> {
        let yaml = self.path.extension().is_some_and(|it| it == "yaml" || it == "yml");
        let text = if yaml {
            serde_saphyr::to_string(results).map_err(io::Error::other)?
        } else {
            serde_json::to_string_pretty(results)? + "\n"
        };
        // Under another name first, so that there is a whole file at every moment.
        let mut name = self.path.clone().into_os_string();
        name.push(".part");
        fs_err::write(&name, text)?;
        fs_err::rename(&name, &self.path)
    }
}
