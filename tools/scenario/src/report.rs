//! Reports: of a run of scenarios in any format, and of an impact scenario as Markdown.
//!
//! What formats share is said once: `facts` and `further` in words, `overview` and `trust` as tables of plain
//! text. Each format sets that in its own way, and escapes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::result::ImpactResult;
use crate::results::Results;

mod facts;
mod further;
mod html;
mod impact;
mod job;
mod junit;
mod markdown;
mod overview;
pub mod parts;
mod scenarios;
mod tables;
mod terminal;
mod text;
mod trust;

#[cfg(test)]
mod tests;

/// What a report is written as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Markdown, in the documented shape.
    #[default]
    Markdown,
    /// One HTML page with pictures, without script and without network.
    Html,
    /// The results without the calls one by one, as JSON.
    Json,
    /// The same as YAML.
    Yaml,
    /// Plain text for terminals: first what failed.
    Text,
    /// JUnit XML, for CI systems.
    Junit,
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The end of the name says nothing that is known.
    #[error("the name of the report `{0}` does not end in a format that is known")]
    UnknownFormat(String),
}

impl ReportError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFormat(_) => "unknown_report_format",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::UnknownFormat(_) => {
                "use .md, .html, .htm, .json, .yaml, .yml, .txt, or .xml for JUnit"
            }
        }
    }
}

impl Format {
    /// The format that the end of a file's name asks for, whatever its case.
    pub fn of_path(path: &str) -> Result<Self, ReportError> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let suffix = name.rsplit_once('.').map(|(_, suffix)| suffix.to_ascii_lowercase());
        match suffix.as_deref() {
            Some("md") => Ok(Self::Markdown),
            Some("html" | "htm") => Ok(Self::Html),
            Some("json") => Ok(Self::Json),
            Some("yaml" | "yml") => Ok(Self::Yaml),
            Some("txt") => Ok(Self::Text),
            Some("xml") => Ok(Self::Junit),
            _ => Err(ReportError::UnknownFormat(path.to_owned())),
        }
    }
}

/// The report of a run of scenarios.
pub fn render(results: &Results, format: Format) -> String {
    match format {
        Format::Markdown => scenarios::render(results),
        Format::Html => html::render(results),
        Format::Json => json(&results.concise()),
        Format::Yaml => yaml(&results.concise()),
        Format::Text => terminal::render(results),
        Format::Junit => junit::render(results),
    }
}

/// The summary of a job for GitHub Actions, as Markdown: what failed and why, always below a mebibyte.
pub fn job_summary(results: &Results) -> String {
    job::render(results)
}

/// The report of an impact scenario, as Markdown.
pub fn impact(result: &ImpactResult) -> String {
    impact::render(result)
}

fn json(results: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(results);
    text.expect("results have only text as keys") + "\n"
}

fn yaml(results: &impl Serialize) -> String {
    serde_saphyr::to_string(results).expect("what can be written as JSON can be written as YAML")
}
