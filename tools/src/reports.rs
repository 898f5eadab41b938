//! What runs of scenarios found, kept to be read as a whole: by its run, or as a resource.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use fault_scenario::{
    report::{self, Format},
    results::Results,
};

use crate::{error::ToolError, handle::Handle, state::State};

/// How the address of every report begins.
const ADDRESS: &str = "fault://reports/";

/// The most calls one by one that are kept of a run; with more, the figures of each test are kept.
const CALLS: usize = 5_000;

/// The reports that are kept, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    kept: Mutex<VecDeque<(Handle, Arc<Results>)>>,
}

/// A report that a host can show or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its address, such as `fault://reports/ID.md`.
    pub uri: String,
    /// A name for lists.
    pub name: String,
    /// What it says, in a line.
    pub title: String,
    /// The kind of its text.
    pub media_type: &'static str,
}

/// A report as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportText {
    /// The kind of the text.
    pub media_type: &'static str,
    /// The text.
    pub text: String,
}

impl Reports {
    /// Keeps what a run found, and forgets the oldest if there are more than `most`.
    pub(crate) fn keep(&self, run: Handle, results: &Arc<Results>, most: usize) {
        let calls: usize = results.tests().map(|(_, item)| item.results.len()).sum();
        let results = if calls > CALLS { Arc::new(results.concise()) } else { Arc::clone(results) };
        let mut kept = self.lock();
        kept.push_back((run, results));
        while kept.len() > most.max(1) {
            kept.pop_front();
        }
    }

    /// What a run found.
    pub(crate) fn get(&self, run: &str) -> Result<Arc<Results>, ToolError> {
        let handle = Handle::parse(run, "run")?;
        let kept = self.lock();
        let found = kept.iter().find(|(other, _)| *other == handle);
        found.map(|(_, results)| Arc::clone(results)).ok_or_else(|| {
            ToolError::input("unknown_report", format!("no report of a run {run} is kept"))
                .hint("wait for the end of the run with fault_get_run; old reports are forgotten")
        })
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Handle, Arc<Results>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What the newest run of scenarios found, also if it was cut short.
    pub fn newest_results(&self) -> Option<Arc<Results>> {
        self.reports.lock().back().map(|(_, results)| Arc::clone(results))
    }

    /// The reports that are kept, the newest first, each as Markdown.
    pub fn resources(&self) -> Vec<Resource> {
        let kept = self.reports.lock();
        kept.iter().rev().map(|(run, results)| resource(*run, results)).collect()
    }

    /// The text of a report; the end of its address decides the form.
    pub fn read_resource(&self, uri: &str) -> Result<ReportText, ToolError> {
        let unknown = || {
            ToolError::input("unknown_resource", format!("there is no resource {uri}")).hint(
                "list the resources; the forms of a report are .md, .html, .json, .yaml, .txt and \
                 .xml",
            )
        };
        let (run, _) =
            uri.strip_prefix(ADDRESS).and_then(|rest| rest.split_once('.')).ok_or_else(unknown)?;
        let format = Format::of_path(uri).map_err(|_| unknown())?;
        let results = self.reports.get(run)?;
        Ok(ReportText { media_type: media_type(format), text: report::render(&results, format) })
    }
}

/// The resource that an answer of a tool refers to, if it does.
pub fn linked(answer: &serde_json::Value) -> Option<Resource> {
    let key = "report_resource";
    let own = answer.get(key).or_else(|| answer.get("scenarios")?.get(key));
    let uri = own?.as_str()?.to_owned();
    let media_type = media_type(Format::of_path(&uri).ok()?);
    Some(Resource { name: name(&uri), title: "The whole report".to_owned(), uri, media_type })
}

/// Where the report of a run is found.
pub(crate) fn address(run: Handle, format: Format) -> String {
    format!("{ADDRESS}{run}.{}", suffix(format))
}

fn resource(run: Handle, results: &Results) -> Resource {
    let uri = address(run, Format::Markdown);
    let tests = &results.tests;
    let title = format!(
        "Scenario report: {} passed, {} failed, {} inconclusive",
        tests.passed, tests.failed, tests.inconclusive
    );
    Resource { name: name(&uri), title, uri, media_type: media_type(Format::Markdown) }
}

/// How the name of a report of this form ends.
fn suffix(format: Format) -> &'static str {
    match format {
        Format::Markdown => "md",
        Format::Html => "html",
        Format::Json => "json",
        Format::Yaml => "yaml",
        Format::Text => "txt",
        Format::Junit => "xml",
    }
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Markdown => "text/markdown",
        Format::Html => "text/html",
        Format::Json => "application/json",
        Format::Yaml => "application/yaml",
        Format::Text => "text/plain",
        Format::Junit => "application/xml",
    }
}

fn name(uri: &str) -> String {
    format!("report-{}", uri.strip_prefix(ADDRESS).unwrap_or(uri))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_leads_to_its_report_wherever_it_names_it() {
        let uri = "fault://reports/1.html";
        let link = json!({ "report_resource": uri });
        for answer in [link.clone(), json!({ "state": "done", "scenarios": link })] {
            let linked = linked(&answer).unwrap();
            assert_eq!((linked.uri.as_str(), linked.media_type), (uri, "text/html"));
            assert_eq!(linked.name, "report-1.html");
        }
        assert_eq!(linked(&json!({ "state": "done" })), None);
    }

    #[test]
    fn old_reports_make_room_for_new_ones() {
        let reports = Reports::default();
        let results = Arc::new(crate::test_ground::no_results());
        let runs: Vec<Handle> = (0..3).map(|_| Handle::new()).collect();
        runs.iter().for_each(|run| reports.keep(*run, &results, 2));
        assert_eq!(reports.get(&runs[0].to_string()).unwrap_err().code, "unknown_report");
        assert!(runs[1..].iter().all(|run| reports.get(&run.to_string()).is_ok()));
    }
}
