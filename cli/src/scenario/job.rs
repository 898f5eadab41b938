//! The summary of a job that a CI service shows beside the job.

use std::{
    io::{self, Write},
    path::Path,
};

use fault_scenario::{report, results::Results};

use crate::output;

/// Adds the summary to the file at `path`. What cannot be added is no reason to fail: the report is
/// written, and its path was told.
pub(super) fn tell(path: &Path, results: &Results) {
    if let Err(error) = add(path, &report::job_summary(results)) {
        output::warn(&format!("warning: the job summary cannot be written: {error}\n"));
    }
}

fn add(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs_err::OpenOptions::new().append(true).create(true).open(path)?;
    writeln!(file, "{}", text.trim_end())
}
