//! Scenarios as arguments: files, folders, or the text itself.

use fault_scenario::{
    file::{self, Document, FileProblem},
    plan::{Plan, PlanOptions, plan},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    error::ToolError,
    files::{Files, Kind},
};

/// What a scenario is called that came as text.
const CONTENT: &str = "content";

/// The scenarios that are meant.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Source {
    /// A file of scenarios, or a folder: then all YAML files in it and below. Several, as a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) scenario: Vec<String>,
    /// The text of a scenario file (YAML), in place of `scenario`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    /// Only tests whose title, `METHOD URL`, operation id or name in a matrix holds one of these
    /// words, or fits one of these patterns with `*`. All, if not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) filter: Vec<String>,
}

/// Scenarios that can be run, or all that is wrong with them.
pub(crate) type Planned = Result<Ready, Vec<FileProblem>>;

/// Scenarios that can be run.
#[derive(Debug)]
pub(crate) struct Ready {
    /// What they say.
    pub(crate) documents: Vec<Document>,
    /// What that means.
    pub(crate) plan: Plan,
}

impl Source {
    /// Reads the scenarios and works out what they ask for. What is wrong in a file is no error
    /// here; a file that cannot be read is.
    pub(crate) async fn plan(&self, files: &Files) -> Result<Planned, ToolError> {
        let mut documents = Vec::new();
        let mut problems = Vec::new();
        for (name, text) in self.texts(files).await? {
            match file::read(&text, &name) {
                Ok(found) => documents.extend(found),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        let options = PlanOptions { filter: self.filter.clone() };
        Ok(plan(documents.clone(), &options).map(|plan| Ready { documents, plan }))
    }

    /// The text of each file, with its name.
    async fn texts(&self, files: &Files) -> Result<Vec<(String, String)>, ToolError> {
        match &self.content {
            Some(content) if self.scenario.is_empty() => {
                return Ok(vec![(CONTENT.to_owned(), content.clone())]);
            }
            Some(_) => {
                let message = "both `scenario` and `content` are given";
                return Err(ToolError::input("several_sources", message).hint("give one of them"));
            }
            None if self.scenario.is_empty() => {
                let message = "no scenario is given";
                return Err(ToolError::input("no_source", message).hint(
                    "give the path of a file or folder as `scenario`, or text as `content`",
                ));
            }
            None => {}
        }
        let mut texts = Vec::new();
        for path in self.paths(files).await? {
            let text = files.read_text(&path).await?;
            texts.push((path, text));
        }
        Ok(texts)
    }

    async fn paths(&self, files: &Files) -> Result<Vec<String>, ToolError> {
        let mut paths: Vec<String> = Vec::new();
        for path in &self.scenario {
            if files.kind(path).await? != Kind::Folder {
                paths.push(path.clone());
                continue;
            }
            let found = files.list_yaml(path).await?;
            if found.is_empty() {
                let message = format!("there is no .yaml or .yml file in {path}");
                return Err(ToolError::input("no_scenario_files", message).hint(
                    "name a folder with scenarios, or write some: fault_generate_scenarios",
                ));
            }
            paths.extend(found);
        }
        Ok(paths)
    }
}

/// All that is wrong, a line each with its hint.
pub(crate) fn told(problems: &[FileProblem]) -> String {
    let lines = problems.iter().map(|problem| match problem.hint.as_str() {
        "" => problem.to_string(),
        hint => format!("{problem}\n  hint: {hint}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}
