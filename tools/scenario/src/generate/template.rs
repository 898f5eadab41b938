//! Templates: scenarios that only lack their call.

use std::collections::BTreeMap;

use fault_proxy::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{GenerateError, shown};
use super::request::Request;
use super::server;
use crate::file::{
    CallSpec, Config, Context, Expect, FaultEntry, FaultSet, HttpVersionName, Item, Scenario,
};

/// The built-in templates, in the order of the documentation.
const BUILT_IN: [(&str, &str); 8] = [
    ("latency-spike", include_str!("templates/latency-spike.yaml")),
    ("latency-steps", include_str!("templates/latency-steps.yaml")),
    ("latency-pulses", include_str!("templates/latency-pulses.yaml")),
    ("packet-loss", include_str!("templates/packet-loss.yaml")),
    ("jitter", include_str!("templates/jitter.yaml")),
    ("bandwidth", include_str!("templates/bandwidth.yaml")),
    ("errors", include_str!("templates/errors.yaml")),
    ("blackhole", include_str!("templates/blackhole.yaml")),
];

/// A scenario that only lacks its call. The file of a template is a scenario file without `call`, or with one that
/// has no method, URL and body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its short name: the one of a built-in template, or made from the title.
    #[serde(skip)]
    pub key: String,
    /// The title of the scenarios.
    pub title: String,
    /// The description of the scenarios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Settings for all calls of a scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// Faults by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub faults: BTreeMap<String, FaultSet>,
    /// The tests of a scenario, each of which gets the call.
    #[serde(alias = "scenarios")]
    pub items: Vec<TemplateItem>,
}

/// A test that only lacks its call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateItem {
    /// What is the same for every call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<TemplateCall>,
    /// What goes wrong around the call. Without `upstreams`, it is the host of the call.
    #[serde(default)]
    pub context: Context,
    /// What is expected of the answers. A status that is not given is the one that the document has for success;
    /// it is not expected where there are objectives and no `expect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
}

/// What is the same for every call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateCall {
    /// Headers in addition to those of the call.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How long an answer may take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    /// The HTTP version that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_version: Option<HttpVersionName>,
    /// Whether requests under load share connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuse_connections: Option<bool>,
}

/// The templates that are used unless others are chosen.
pub fn built_in() -> Vec<Template> {
    let read = |(key, text): &(&str, &str)| {
        let template = serde_saphyr::from_str(text).expect("a test reads every built-in template");
        Template { key: (*key).to_owned(), ..template }
    };
    BUILT_IN.iter().map(read).collect()
}

/// Reads templates of the user's own; a file may have several, separated by `---`.
pub fn read_template(text: &str, source: &str) -> Result<Vec<Template>, GenerateError> {
    let options = serde_saphyr::options! { with_snippet: false };
    let templates: Vec<Template> = serde_saphyr::from_multiple_with_options(text, options)
        .map_err(|error| unreadable(source, &error))?;
    if templates.is_empty() {
        return Err(bad(
            source,
            "the file is empty",
            "write `title` and `items`, as in a scenario",
        ));
    }
    for template in &templates {
        check(template, source)?;
    }
    let with_key = |template: Template| Template { key: key_of(&template.title), ..template };
    Ok(templates.into_iter().map(with_key).collect())
}

/// The chosen ones of the built-in templates, then those of the user's own.
pub(super) fn chosen(
    keys: Option<&[String]>,
    own: &[Template],
) -> Result<Vec<Template>, GenerateError> {
    let built_in = built_in();
    let Some(keys) = keys else { return Ok(built_in.into_iter().chain(own.to_vec()).collect()) };
    let known = |key: &String| built_in.iter().chain(own).any(|template| template.key == *key);
    if let Some(key) = keys.iter().find(|key| !known(key)) {
        return Err(unknown(key, built_in.iter().chain(own)));
    }
    let picked = built_in.iter().filter(|template| keys.contains(&template.key));
    Ok(picked.chain(own).cloned().collect())
}

impl Template {
    /// The scenario of this template for a request.
    pub(super) fn scenario(&self, request: &Request, success: u16) -> Scenario {
        Scenario {
            title: self.title.clone(),
            description: self.description.clone(),
            config: self.config(request),
            faults: self.faults.clone(),
            items: self.items.iter().map(|item| item.filled(&request.call, success)).collect(),
            matrix: None,
        }
    }

    /// The settings, with the values of the placeholders that the template does not give itself.
    fn config(&self, request: &Request) -> Option<Config> {
        if request.segments.is_empty() {
            return self.config.clone();
        }
        let mut config = self.config.clone().unwrap_or_default();
        let paths = config.http.get_or_insert_default().paths.get_or_insert_default();
        for (name, value) in &request.segments {
            paths.segments.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Some(config)
    }
}

impl TemplateItem {
    fn filled(&self, call: &CallSpec, success: u16) -> Item {
        let mut item =
            Item { call: call.clone(), context: self.context.clone(), expect: self.expect.clone() };
        if item.context.upstreams.is_empty() {
            item.context.upstreams.push(server::origin(&call.url));
        }
        if let Some(common) = &self.call {
            item.call.timeout = common.timeout.or(call.timeout);
            item.call.http_version = common.http_version.or(call.http_version);
            item.call.reuse_connections = common.reuse_connections.or(call.reuse_connections);
            for (name, value) in &common.headers {
                let headers = item.call.headers.get_or_insert_default();
                headers.retain(|other, _| !other.eq_ignore_ascii_case(name));
                headers.insert(name.clone(), value.clone());
            }
        }
        if item.expect.is_some() || item.context.slo.is_none() {
            item.expect.get_or_insert_default().status.get_or_insert(success);
        }
        item
    }
}

fn check(template: &Template, source: &str) -> Result<(), GenerateError> {
    let title = template.title.trim();
    if title.is_empty() {
        return Err(bad(
            source,
            "a template has an empty `title`",
            "say in a line what it is about",
        ));
    }
    if template.items.is_empty() {
        let advice = "write at least one item with a `context`";
        return Err(bad(source, &format!("`{title}` has no `items`"), advice));
    }
    let named = template.faults.values().flat_map(FaultSet::entries);
    let contexts = || template.items.iter().map(|item| &item.context);
    let direct = contexts().flat_map(|context| &context.faults);
    let proxied = contexts().flat_map(|context| &context.proxies).flat_map(|proxy| &proxy.faults);
    for entry in named.chain(direct).chain(proxied) {
        check_fault(template, entry, source)?;
    }
    Ok(())
}

fn check_fault(template: &Template, entry: &FaultEntry, source: &str) -> Result<(), GenerateError> {
    let title = &template.title;
    match entry {
        FaultEntry::Named(name) if template.faults.contains_key(name) => Ok(()),
        FaultEntry::Named(name) => {
            let reason = format!("`{title}`: there is no fault `{name}` under `faults`");
            Err(bad(
                source,
                &reason,
                "define the fault under `faults`, or write it as an object with a `type`",
            ))
        }
        FaultEntry::Fault(map) => Fault::from_value(&Value::Object(map.clone()))
            .map(|_| ())
            .map_err(|error| bad(source, &format!("`{title}`: {error}"), &error.hint)),
    }
}

fn bad(source: &str, reason: &str, advice: &str) -> GenerateError {
    GenerateError::BadTemplate {
        source_name: shown(source),
        line: None,
        column: None,
        reason: reason.to_owned(),
        advice: advice.to_owned(),
    }
}

fn unreadable(source: &str, error: &serde_saphyr::Error) -> GenerateError {
    let place = error.location();
    let advice = "a template is a scenario file whose items have no `call`, or one without method, URL and body";
    GenerateError::BadTemplate {
        source_name: shown(source),
        line: place.map(|place| place.line() as usize),
        column: place.map(|place| place.column() as usize),
        reason: super::document::without_place(&error.to_string()),
        advice: advice.to_owned(),
    }
}

fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a Template>) -> GenerateError {
    let keys: Vec<&str> = known.map(|template| template.key.as_str()).collect();
    let near = keys.iter().map(|known| (strsim::damerau_levenshtein(key, known), known)).min();
    let advice = match near {
        Some((distance, near)) if distance <= 3 => format!("did you mean `{near}`?"),
        _ => format!("the templates are {}", keys.join(", ")),
    };
    GenerateError::UnknownTemplate { name: key.to_owned(), advice }
}

/// The letters and digits of a title, with hyphens between the words.
fn key_of(title: &str) -> String {
    let words = title.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
