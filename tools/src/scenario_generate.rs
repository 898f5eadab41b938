//! `fault_generate_scenarios`: scenarios for the endpoints of an API document, or for one URL.

use std::{
    fmt::{Display, Formatter},
    path::Path,
};

use fault_scenario::{
    file::{self, CallSpec, Scenario},
    generate::{
        self, Endpoint, Generated, Note, Options, Place, Placeholder, Template, new_scenario,
        read_document, read_template,
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    error::ToolError,
    fetch,
    files::{self, Files, Kind},
    state::State,
    tool::{Definition, Effect, Tool},
};

/// Where editors find the schema of a scenario file, seen from the file.
const SCHEMA: &str = "scenario.schema.json";

/// How long scenarios in an answer are at most, in bytes.
const MOST: usize = 20_000;

/// What a document is called that came as text.
const SPEC: &str = "spec";

/// Generates scenarios.
pub(crate) struct GenerateScenarios;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// A file with an OpenAPI document (3.0 or 3.1, YAML or JSON).
    spec_file: Option<String>,
    /// The URL of an OpenAPI document.
    spec_url: Option<String>,
    /// The text of an OpenAPI document.
    spec: Option<String>,
    /// A single http or https URL to call, in place of a document.
    url: Option<String>,
    /// The HTTP method for `url`; GET if not given.
    method: Option<String>,
    /// Where the scenarios are written: a file if it ends in .yaml or .yml, else a folder that gets
    /// a file for each endpoint. If not given, they are in the answer.
    scenario: Option<String>,
    /// Where the API is, such as `http://localhost:8080`, in place of the server that the document
    /// names.
    base_url: Option<String>,
    /// Only operations whose `METHOD /path`, `/path` or operationId fits one of these, with `*` for
    /// anything, such as `GET /users*`. All, if not given.
    filter: Vec<String>,
    /// Only these of the built-in templates, by key. All, if not given.
    templates: Vec<String>,
    /// Files with templates of your own, used in addition.
    template_files: Vec<String>,
    /// Whether files that are there are written over; false if not given.
    overwrite: bool,
}

/// What was generated.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How many endpoints there are.
    endpoints: usize,
    /// How many scenarios were generated.
    scenarios: usize,
    /// The files that were written.
    files: Vec<String>,
    /// Values that were made up: put real ones in their place before you run the scenarios.
    placeholders: Vec<Placeholder>,
    /// What was left out, and why.
    skipped: Vec<Note>,
    /// The scenarios as the text of a file, if they were not written to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// Whether `content` holds only the first scenario, since all are too long for an answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    content_cut: bool,
    #[serde(skip)]
    summary: String,
}

impl Tool for GenerateScenarios {
    const DEFINITION: Definition = Definition {
        name: "fault_generate_scenarios",
        title: "Generate scenarios",
        description: &[
            "Writes scenario files for every operation of an OpenAPI 3.0 or 3.1 document (a file, \
            a URL or text), or for one URL: for each the calls, faults and objectives of a set of \
            templates. Use it to begin; then put real values in place of the answered \
            placeholders, check with fault_check_scenario and run with fault_run_scenario. It \
            answers the files, or the text if no place is named, the placeholders and what was \
            left out. It sends nothing but the request for `spec_url`, and takes a moment.",
        ],
        effect: Effect::Changes,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        tokio::select! {
            biased;
            () = context.cancelled() => Err(ToolError::cancelled()),
            output = input.generate(context.state()) => output,
        }
    }
}

impl Input {
    async fn generate(&self, state: &State) -> Result<Output, ToolError> {
        let generated = match self.source()? {
            Origin::Url(url) => self.for_url(url, self.options(state.files()).await?)?,
            Origin::Document(text, name) => self.of(text, name, state).await?,
            Origin::File(path) => {
                self.of(&state.files().read_text(path).await?, path, state).await?
            }
            Origin::Web(url) => self.of(&fetch::text(url, state).await?, url, state).await?,
        };
        let mut output = Output::of(&generated);
        match &self.scenario {
            Some(path) => output.files = self.write(&generated, path, state.files()).await?,
            None => output.set_content(&generated),
        }
        Ok(output)
    }

    /// The one source that is given.
    fn source(&self) -> Result<Origin<'_>, ToolError> {
        let given = [
            ("spec_file", self.spec_file.as_deref().map(Origin::File)),
            ("spec_url", self.spec_url.as_deref().map(Origin::Web)),
            ("spec", self.spec.as_deref().map(|text| Origin::Document(text, SPEC))),
            ("url", self.url.as_deref().map(Origin::Url)),
        ];
        let mut given: Vec<_> =
            given.into_iter().filter_map(|(name, origin)| Some((name, origin?))).collect();
        let hint = "give one of `spec_file`, `spec_url`, `spec` and `url`";
        match given.len() {
            1 => Ok(given.remove(0).1),
            0 => {
                let message = "there is nothing to generate scenarios from";
                Err(ToolError::input("no_source", message).hint(hint))
            }
            _ => {
                let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
                let message = format!("{} are given together", names.join(" and "));
                Err(ToolError::input("several_sources", message).hint(hint))
            }
        }
    }

    async fn of(&self, text: &str, name: &str, state: &State) -> Result<Generated, ToolError> {
        let document = read_document(text, name)?;
        Ok(generate::scenarios(&document, &self.options(state.files()).await?)?)
    }

    fn for_url(&self, url: &str, options: Options) -> Result<Generated, ToolError> {
        let method = self.method.as_deref().unwrap_or("GET");
        let call = CallSpec { method: method.into(), url: url.into(), ..CallSpec::default() };
        let scenarios = new_scenario(call, &options)?;
        let method = method.trim().to_ascii_uppercase();
        let endpoint = Endpoint {
            path: path_of(url).to_owned(),
            operation_id: None,
            file_stem: "scenario".to_owned(),
            scenarios,
            method,
        };
        let placeholders = made_up(&endpoint);
        Ok(Generated { endpoints: vec![endpoint], placeholders, skipped: Vec::new() })
    }

    /// Writes the scenarios: all to a file, or each endpoint to a file of its own; and their schema beside them,
    /// where editors find it.
    async fn write(
        &self,
        generated: &Generated,
        path: &str,
        files: &Files,
    ) -> Result<Vec<String>, ToolError> {
        let one_file = file_name_of_all(path, files).await?;
        let texts: Vec<(String, String)> = match one_file {
            true => {
                let all: Vec<Scenario> = generated.scenarios().cloned().collect();
                vec![(path.to_owned(), text(&all))]
            }
            false => {
                let file =
                    |endpoint: &Endpoint| beside(path, &format!("{}.yaml", endpoint.file_stem));
                generated.endpoints.iter().map(|it| (file(it), text(&it.scenarios))).collect()
            }
        };
        for (path, _) in texts.iter().filter(|_| !self.overwrite) {
            if files.kind(path).await? != Kind::Nothing {
                let message = format!("{path} is there already");
                return Err(ToolError::input("file_exists", message)
                    .hint("give another place, or `overwrite` to lose what is in it"));
            }
        }
        let folder = if one_file { Path::new(path).parent() } else { Some(Path::new(path)) };
        let folder = folder.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
        let schema = format!("{:#}\n", file::json_schema());
        files.write_text(&beside(&folder, SCHEMA), schema).await?;
        let mut written = Vec::new();
        for (path, text) in texts {
            files.write_text(&path, text).await?;
            written.push(path);
        }
        Ok(written)
    }

    async fn options(&self, files: &Files) -> Result<Options, ToolError> {
        let mut own: Vec<Template> = Vec::new();
        for path in &self.template_files {
            own.extend(read_template(&files.read_text(path).await?, path)?);
        }
        let templates = (!self.templates.is_empty()).then(|| self.templates.clone());
        Ok(Options { base_url: self.base_url.clone(), filter: self.filter.clone(), templates, own })
    }
}

/// What scenarios are made from.
enum Origin<'a> {
    Url(&'a str),
    Document(&'a str, &'a str),
    File(&'a str),
    Web(&'a str),
}

/// The path of a URL.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
    path.split(['?', '#']).next().unwrap_or(path)
}

/// The values that were made up for the placeholders of a URL.
fn made_up(endpoint: &Endpoint) -> Vec<Placeholder> {
    let paths = |scenario: &Scenario| scenario.config.clone()?.http?.paths;
    let segments = endpoint.scenarios.first().and_then(paths).map(|paths| paths.segments);
    let placeholder = |(name, value_used)| Placeholder {
        name,
        place: Place::Path,
        operations: vec![format!("{} {}", endpoint.method, endpoint.path)],
        value_used,
    };
    segments.unwrap_or_default().into_iter().map(placeholder).collect()
}

/// Whether all scenarios go to one file, rather than to a folder.
async fn file_name_of_all(path: &str, files: &Files) -> Result<bool, ToolError> {
    let named = files::is_yaml(Path::new(path)) && !path.ends_with('/');
    Ok(named && files.kind(path).await? != Kind::Folder)
}

/// The path of a file in a folder.
fn beside(folder: &str, name: &str) -> String {
    Path::new(folder).join(name).to_string_lossy().into_owned()
}

/// The text of a file with these scenarios.
fn text(scenarios: &[Scenario]) -> String {
    file::header_comment(SCHEMA) + &file::write(scenarios)
}

impl Output {
    fn of(generated: &Generated) -> Self {
        Self {
            endpoints: generated.endpoints.len(),
            scenarios: generated.count(),
            files: Vec::new(),
            placeholders: generated.placeholders.clone(),
            skipped: generated.skipped.clone(),
            content: None,
            content_cut: false,
            summary: generated.summary(),
        }
    }

    fn set_content(&mut self, generated: &Generated) {
        let all: Vec<Scenario> = generated.scenarios().cloned().collect();
        let whole = text(&all);
        self.content_cut = whole.len() > MOST;
        self.content = Some(if self.content_cut { text(&all[..1]) } else { whole });
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.summary)?;
        for file in &self.files {
            write!(f, "\nwritten: {file}")?;
        }
        if self.content_cut {
            f.write_str("\ntoo long for an answer: `content` is the first; ")?;
            f.write_str("name a folder as `scenario` for all")?;
        } else if self.content.is_some() {
            f.write_str("\nnot written: they are `content`; name a place as `scenario`")?;
        }
        if !self.placeholders.is_empty() {
            f.write_str("\n\nput real values in place of these:")?;
        }
        for placeholder in &self.placeholders {
            let Placeholder { name, place, operations, value_used } = placeholder;
            write!(f, "\n  {place} {name} = {value_used}  ({})", operations.join(", "))?;
        }
        for note in &self.skipped {
            write!(f, "\nleft out: {}\n  hint: {}", note.message, note.hint)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
